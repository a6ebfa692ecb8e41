"""Dates: of people within the cohort's, and of the cohort against today."""

from collections.abc import Iterator
from datetime import date

from eiginfra.core.finding import Finding, error, warning
from eiginfra.inventory.cohort import Cohort


def check_calendar(cohort: Cohort, as_of: date) -> Iterator[Finding]:
    """Findings about dates."""
    starts, ends = cohort.file.starts, cohort.file.ends
    if as_of < starts:
        yield warning(
            "cohort-not-begun",
            f"the cohort begins on {starts}, and today is {as_of}: nothing new is made",
            remedy="wait, or say another day with --as-of",
            location=cohort.where(None, "starts"),
        )
    elif as_of > ends:
        yield warning(
            "cohort-over",
            f"the cohort ended on {ends}, and today is {as_of}: nothing new is made",
            remedy="say another day with --as-of, or a later end if it goes on",
            location=cohort.where(None, "ends"),
        )
    for team in cohort.teams:
        for role, people in (("members", team.members), ("mentors", team.mentors)):
            for index, person in enumerate(people):
                if person.until is not None and not starts <= person.until <= ends:
                    yield error(
                        "until-outside-cohort",
                        f"{person.username!r} would have access until {person.until}, but the cohort goes from {starts} to {ends}",
                        remedy=f"write {_within(person.until, starts, ends)}, or delete the key: the cohort's end is the default",
                        location=cohort.where(team.id, role, index, "until"),
                        team=team.id,
                    )


def _within(day: date, starts: date, ends: date) -> str:
    """The same day in a year of the cohort, else what is asked for in general."""
    years = [year for year in range(starts.year, ends.year + 1) if (day.month, day.day) != (2, 29)]
    return next((str(same) for same in (day.replace(year=year) for year in years) if starts <= same <= ends), "a day within")
