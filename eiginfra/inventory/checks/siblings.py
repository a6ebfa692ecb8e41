"""What a cohort may not share with the other cohorts of its site: a clash names both places, and blames neither."""

from collections.abc import Iterator, Sequence
from datetime import date

from eiginfra.core.finding import Finding, Location, warning
from eiginfra.inventory.checks.people import check_people_across
from eiginfra.inventory.checks.publishing import PORTS, SUBDOMAINS
from eiginfra.inventory.checks.supply import MACHINE_IDS
from eiginfra.inventory.checks.unique import Unique
from eiginfra.inventory.cohort import Cohort


def _spaces(cohort: Cohort) -> Iterator[tuple[str, Location, str]]:
    """The name that a team's pool and group have on the server: two cohorts can come to the same one."""
    for team in cohort.teams:
        yield f"{cohort.id}-{team.id}", cohort.where(team.id), team.id


def _hosts(cohort: Cohort) -> Iterator[tuple[str, Location, str]]:
    for team in cohort.teams:
        for index, machine in enumerate(team.machines):
            yield team.host(machine), cohort.where(team.id, "machines", index, "name"), team.id


SPACES = Unique[str]("duplicate-team", _spaces)
HOSTS = Unique[str]("duplicate-host", _hosts, warning)


def check_siblings(cohort: Cohort, siblings: Sequence[Cohort], as_of: date) -> Iterator[Finding]:
    """Findings between a cohort and those beside it. What a cohort that is over wrote of its people and machines' names is of the past."""
    if not siblings:
        return
    yield from SUBDOMAINS.across(cohort, siblings)
    yield from PORTS.across(cohort, siblings)
    yield from MACHINE_IDS.across(cohort, siblings)
    yield from SPACES.across(cohort, siblings)
    yield from HOSTS.across(cohort, [sibling for sibling in siblings if sibling.file.ends >= as_of])
    yield from check_people_across(cohort, siblings, as_of)
