"""Dates: of people and events within the cohort's, and of the cohort against today."""

from collections.abc import Iterator
from datetime import date

from eiginfra.core.finding import Finding, error, warning
from eiginfra.core.reason import Reason, reason
from eiginfra.inventory.cohort import Cohort


def check_calendar(cohort: Cohort, as_of: date) -> Iterator[Finding]:
    """Findings about dates."""
    starts, ends = cohort.file.starts, cohort.file.ends
    if as_of < starts:
        yield warning("cohort-not-begun", starts=starts, today=as_of, location=cohort.where(None, "starts"))
    elif as_of > ends:
        yield warning("cohort-over", ends=ends, today=as_of, location=cohort.where(None, "ends"))
    for number, event in enumerate(cohort.file.events):
        if event.starts < starts or event.last_day > ends:
            yield warning(
                "event-outside-cohort",
                title=event.title,
                starts=starts,
                ends=ends,
                location=cohort.where(None, "events", number, "starts" if event.starts < starts or event.ends is None else "ends"),
            )
    for team in cohort.teams:
        for role, people in (("members", team.members), ("mentors", team.mentors)):
            for index, person in enumerate(people):
                if person.until is not None and not starts <= person.until <= ends:
                    yield error(
                        "until-outside-cohort",
                        username=person.username,
                        until=person.until,
                        starts=starts,
                        ends=ends,
                        advice=_within(person.until, starts, ends),
                        location=cohort.where(team.id, role, index, "until"),
                        team=team.id,
                    )


def _within(day: date, starts: date, ends: date) -> Reason:
    """The same day in a year of the cohort, else what is asked for in general."""
    years = [year for year in range(starts.year, ends.year + 1) if (day.month, day.day) != (2, 29)]
    same = next((same for same in (day.replace(year=year) for year in years) if starts <= same <= ends), None)
    return reason("day-within") if same is None else reason("write-day", day=same.isoformat())
