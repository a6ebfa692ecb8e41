"""Whose last day has come, by team and altogether: such removals count under no cap (users' report A2)."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from eiginfra.inventory.loader import load_cohort

Write = Callable[..., Path]
TEAM = "title: T\nadministration: A\nmembers:\n  - {{username: Bob, email: bob@example.org, until: {until}}}\n"


@pytest.mark.parametrize(
    ("today", "in_adler", "in_plume", "in_all"),
    [("2020-05-30", False, False, False), ("2020-05-31", True, False, False), ("2020-07-02", True, True, True)],
)
def test_the_day_after_the_last_one_ends_it(cohort: Write, today: str, in_adler: bool, in_plume: bool, in_all: bool) -> None:
    loaded = load_cohort(cohort({"adler": TEAM.format(until="2020-05-30"), "plume": TEAM.format(until="2020-07-01")}))
    ended = loaded.ended(date.fromisoformat(today))
    assert [ended("adler", "bob"), ended("plume", "bob@pve"), ended(None, "BOB")] == [in_adler, in_plume, in_all]
    assert not ended("adler", "alice")
