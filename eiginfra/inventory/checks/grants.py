"""Grants: what a team's file has that only EIG Link may give it, against the grants of cohort.yml."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from eiginfra.core.finding import Finding, error, notice
from eiginfra.core.values import ByteSize
from eiginfra.inventory.cohort import Cohort
from eiginfra.inventory.grants import Grant, GrantKey, Privilege
from eiginfra.inventory.model import Machine, Team
from eiginfra.inventory.site import Site

SERVERS_OWN: Final = frozenset({"ghost", "root"})
"""User names that servers have of their own: GitLab's first account and root@pam, and who owns what deleted accounts left."""
_AMOUNTS: Final[Mapping[str, GrantKey]] = {
    "cores": "machines[].cores",
    "memory": "machines[].memory",
    "disk": "machines[].disk",
}


@dataclass(frozen=True)
class Privileged:
    """A privileged value as a team's file has it, and the path to it in that file."""

    team: str
    key: GrantKey
    value: Privilege
    path: tuple[str | int, ...]

    @property
    def allowance(self) -> dict[str, Privilege]:
        """What a grant has to say to allow it: its `value`, or of an amount the `max`; sizes as text."""
        value = str(self.value) if isinstance(self.value, ByteSize) else self.value
        return {"max" if self.key in _AMOUNTS.values() else "value": value}

    @property
    def written(self) -> str:
        """The grant that would allow it, as YAML."""
        ((sort, value),) = self.allowance.items()
        shown = str(value).lower() if isinstance(value, bool) else str(value)
        return f'{{team: {self.team}, key: "{self.key}", {sort}: {shown}, reason: …}}'


def check_grants(cohort: Cohort, site: Site, as_of: date) -> Iterator[Finding]:
    """An error for each privileged value without a grant that holds on that day, and a notice for each grant that nothing needs."""
    used: set[int] = set()
    for team in cohort.teams:
        for asked in privileged(team, site):
            granted = {
                number: grant
                for number, grant in enumerate(cohort.file.grants)
                if grant.team == team.id and grant.allows(asked.key, asked.value)
            }
            used |= granted.keys()
            if not any(not grant.over(as_of) for grant in granted.values()):
                yield _refused(cohort, asked, granted)
    known = {team.id for team in cohort.teams}
    for number, grant in enumerate(cohort.file.grants):
        if number not in used:
            code = "grant-unused" if grant.team in known else "grant-of-no-team"
            yield notice(code, name=grant.team, key=grant.key, location=cohort.where(None, "grants", number))


def _refused(cohort: Cohort, asked: Privileged, over: Mapping[int, Grant]) -> Finding:
    where = cohort.where(asked.team, *asked.path)
    if over:
        number, grant = max(over.items(), key=lambda item: item[1].until or date.min)
        there = cohort.where(None, "grants", number, "until")
        return error(
            "grant-over",
            key=asked.key,
            value=str(asked.value),
            until=grant.until,
            write=asked.written,
            location=where,
            also=(there,),
            team=asked.team,
        )
    return error(
        "grant-missing",
        key=asked.key,
        value=str(asked.value),
        write=asked.written,
        location=where,
        also=(cohort.where(None, "grants"),) if cohort.file.grants else (),
        team=asked.team,
    )


def privileged(team: Team, site: Site) -> Iterator[Privileged]:
    """Everything in a team's file that no team may have by itself."""
    for index, machine in enumerate(team.machines):
        for name, key, value in _of_machine(machine, site):
            yield Privileged(team.id, key, value, ("machines", index, name))
    for index, member in enumerate(team.members):
        if member.username in SERVERS_OWN:
            yield Privileged(team.id, "members[].username", member.username, ("members", index, "username"))
    for index, mentor in enumerate(team.mentors):
        if mentor.username in SERVERS_OWN:
            yield Privileged(team.id, "mentors[].username", mentor.username, ("mentors", index, "username"))


def _of_machine(machine: Machine, site: Site) -> Iterator[tuple[str, GrantKey, Privilege]]:
    if machine.id is not None:
        yield "id", "machines[].id", machine.id
    if "protect" in machine.model_fields_set and not machine.protect:
        yield "protect", "machines[].protect", False
    size = site.file.sizes.get(machine.size) if machine.size is not None else None
    if machine.size is not None and size is not None and size.privileged:
        yield "size", "machines[].size", machine.size
    for name, most in _most(site).items():
        amount = getattr(machine, name)
        if amount is not None and amount > most:
            yield name, _AMOUNTS[name], amount


def _most(site: Site) -> Mapping[str, int]:
    """The largest amounts of the sizes that every team may have, where the site has others: written out they are no way around these."""
    free = [size for size in site.file.sizes.values() if not size.privileged]
    if len(free) == len(site.file.sizes):
        return {}
    return {name: max((getattr(size, name) for size in free), default=0) for name in _AMOUNTS}
