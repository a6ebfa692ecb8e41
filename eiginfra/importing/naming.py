"""How the playbook names what teams have: learned from what it makes of a team that nobody has."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from eiginfra.core.resource import Resource

PROBE = "zz-probe"
"""The id of that team."""
GROUP, POOL, ACCOUNTS, BACKUP = "gitlab.group", "proxmox.pool", "proxmox.group", "proxmox.backup"


@dataclass(frozen=True)
class Pattern:
    """A name with the team's id in it, `*` in its place: `eig3-*`."""

    text: str

    def team(self, name: str) -> str | None:
        """The team of a name; None if it is none of these."""
        head, _, tail = self.text.partition("*")
        found = re.fullmatch(rf"{re.escape(head)}([^/]+){re.escape(tail)}", name, re.IGNORECASE)
        return None if found is None else found[1]

    def of(self, team: str) -> str:
        """The name of a team's."""
        return self.text.replace("*", team)


@dataclass(frozen=True)
class Naming:
    """cohort: the cohort's group. group, pool, accounts: the patterns of a team's group, pool and group of accounts; None: it has none.

    backups: the backup jobs that cover machines of the cohort.
    """

    cohort: str | None
    group: Pattern | None
    pool: Pattern | None
    accounts: Pattern | None
    backups: tuple[Resource, ...]


def learned(resources: Iterable[Resource]) -> Naming:
    """From what the playbook makes of a cohort whose only team is the probe."""
    every = list(resources)

    def pattern(kind: str) -> Pattern | None:
        keys = sorted((one.address.key for one in every if one.address.kind == kind and PROBE in one.address.key), key=len)
        return Pattern(keys[0].replace(PROBE, "*")) if keys else None

    own = sorted((one.address.key for one in every if one.address.kind == GROUP and one.team is None), key=len)
    backups = tuple(one for one in every if one.address.kind == BACKUP)
    return Naming(own[0] if own else None, pattern(GROUP), pattern(POOL), pattern(ACCOUNTS), backups)
