"""What remains of a cohort's months, and since when it is so many."""

from datetime import date, timedelta

import pytest

from eiginfra.handouts.sections.dates import Remaining, remaining

STARTS, ENDS = date(2019, 9, 2), date(2020, 7, 1)


@pytest.mark.parametrize(
    ("day", "months", "since"),
    [
        ("2019-08-01", 10, "2019-09-02"),
        ("2019-09-02", 10, "2019-09-02"),
        ("2019-09-03", 9, "2019-09-03"),
        ("2019-10-02", 9, "2019-09-03"),
        ("2019-10-03", 8, "2019-10-03"),
        ("2020-06-02", 1, "2020-05-03"),
        ("2020-06-03", 0, "2020-06-03"),
        ("2020-07-01", 0, "2020-06-03"),
        ("2021-01-01", 0, "2020-06-03"),
    ],
)
def test_whole_months(day: str, months: int, since: str) -> None:
    assert remaining(date.fromisoformat(day), STARTS, ENDS) == Remaining(months, date.fromisoformat(since))


def test_a_page_changes_once_a_month() -> None:
    days = [STARTS + timedelta(days=number) for number in range((ENDS - STARTS).days + 1)]
    found = [remaining(day, STARTS, ENDS) for day in days]
    assert len(set(found)) == 11
    assert all(each.since <= day for day, each in zip(days, found, strict=True))


def test_the_end_of_a_long_month() -> None:
    assert remaining(date(2020, 2, 29), date(2019, 12, 31), date(2020, 3, 30)).months == 1
    assert remaining(date(2020, 1, 1), date(2020, 1, 1), date(2020, 1, 1)).months == 0
