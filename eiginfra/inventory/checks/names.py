"""Teams, projects and machines: each name once, and none that would collide where it is used."""

from collections.abc import Iterator

from eiginfra.core.finding import Finding, error, notice
from eiginfra.core.suggest import suggest
from eiginfra.core.usage import MEASURES
from eiginfra.inventory.checks.unique import Taken
from eiginfra.inventory.cohort import Cohort
from eiginfra.inventory.model import Team

LONGEST_HOST = 63
"""The longest label of a host name (RFC 1035, section 2.3.4)."""


def check_names(cohort: Cohort) -> Iterator[Finding]:
    """Findings about the names of teams, projects, machines and their volumes."""
    known = {*cohort.broken, *(team.id for team in cohort.teams)}
    if not known:
        yield error("no-team", location=cohort.where(None))
    for team_id in cohort.file.quota.teams:
        if team_id not in known:
            yield error(
                "unknown-team",
                name=team_id,
                advice=suggest(team_id, sorted(known)),
                location=cohort.where_key(None, "quota", "teams", team_id),
            )
    yield from _check_quota(cohort)
    hosts = Taken[str]("duplicate-host")
    for team in cohort.teams:
        yield from _check_projects(cohort, team)
        yield from _check_machines(cohort, team, hosts)


def _check_quota(cohort: Cohort) -> Iterator[Finding]:
    """A notice for a cohort whose teams have no quota."""
    free = [measure for measure in MEASURES if getattr(cohort.file.quota.default, measure) is None]
    if len(free) == len(MEASURES) and any(not cohort.file.quota.teams.get(team.id) for team in cohort.teams):
        yield notice("no-quota", location=cohort.where(None, "quota"))


def _check_projects(cohort: Cohort, team: Team) -> Iterator[Finding]:
    names = Taken[str]("duplicate-project")
    for index, project in enumerate(team.projects):
        yield from names.take(project.name.lower(), cohort.where(team.id, "projects", index, "name"), team.id)
    yield from _check_renamed(cohort, team, "projects")


def _check_machines(cohort: Cohort, team: Team, hosts: Taken[str]) -> Iterator[Finding]:
    names = Taken[str]("duplicate-machine")
    for index, machine in enumerate(team.machines):
        where = cohort.where(team.id, "machines", index, "name")
        again = names.take(machine.name, where, team.id)
        yield from again
        host = team.host(machine)
        if len(host) > LONGEST_HOST:
            yield error("host-name-too-long", host=host, length=len(host), longest=LONGEST_HOST, location=where, team=team.id)
        yield from hosts.take(host, where, team.id) if not again else ()
        if machine.mounts and machine.type == "vm":
            yield error("mounts-on-vm", name=machine.name, location=cohort.where(team.id, "machines", index, "mounts"), team=team.id)
        paths = Taken[str]("duplicate-mount")
        for number, mount in enumerate(machine.mounts):
            yield from paths.take(mount.path.rstrip("/"), cohort.where(team.id, "machines", index, "mounts", number, "path"), team.id)
    yield from _check_renamed(cohort, team, "machines")


def _check_renamed(cohort: Cohort, team: Team, what: str) -> Iterator[Finding]:
    """A former name must be free: what still bears it was not renamed."""
    things = getattr(team, what)
    present = {thing.name for thing in things}
    former = Taken[str]("duplicate-former-name")
    for index, thing in enumerate(things):
        if thing.was is None:
            continue
        where = cohort.where(team.id, what, index, "was")
        yield from former.take(thing.was, where, team.id)
        if thing.was in present:
            yield error("former-name-in-use", name=thing.name, was=thing.was, location=where, team=team.id)
