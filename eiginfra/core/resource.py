"""Resources (what is wanted), observed objects (what is there) and records (what was last done)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from pydantic import JsonValue

from eiginfra.core.address import Address
from eiginfra.core.finding import Finding, Location
from eiginfra.core.spec import Spec
from eiginfra.core.usage import Usage

RESTART = "a restart"
"""What a field waits for that only a restart of its object brings into force."""


@dataclass(frozen=True)
class Resource:
    """One desired thing, compiled from the inventory by a playbook's task."""

    address: Address
    spec: Spec
    team: str | None = None
    origin: Location | None = None
    """The task, in the playbook."""
    tags: frozenset[str] = frozenset()
    protect: bool = False
    origins: Mapping[str, Location] = field(default_factory=dict, compare=False, repr=False)
    """Where each value is written, by its label as FieldDiff has it: the place to change, the team's file first; "": what made it."""

    def locate(self, label: str | None = None) -> Location | None:
        """The place to change for a field or an entry (`memory`, `members[adler-1]`); else that of what made the resource."""
        named = (label, label.partition("[")[0], "") if label else ("",)
        return next((place for name in named if (place := self.origins.get(name)) is not None), self.origin)

    @cached_property
    def values(self) -> Mapping[str, JsonValue]:
        """The spec's set fields in canonical form."""
        return self.spec.values()


@dataclass(frozen=True)
class Observed:
    """One object as a server has it.

    values: canonical, under the spec's field names; fields a spec does not know are left out.
    handle: the server's own identity of the object (`{"id": 12}`, `{"node": "eig", "vmid": 101}`), for the requests that follow.
    ours: True when the object bears our mark, False when it visibly belongs to somebody else, None when the kind has no marks.
    waiting: field -> what a change already made waits for; for a restart alone, `values` show what it will bring.
    facts: further truths for handouts and findings (web_url, status), never compared.
    """

    address: Address
    values: Mapping[str, JsonValue]
    handle: Mapping[str, JsonValue] = field(default_factory=dict)
    ours: bool | None = None
    team: str | None = None
    usage: Usage = field(default_factory=Usage)
    waiting: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True)
class Observation:
    """All that a kind saw: the objects of its realm, findings, and numbers taken by what is no object of its own (old backups).

    unknown: wanted objects that may stand where nothing can be seen now, each with why: they are neither missing nor made anew.
    astray: those of them that surely are not where they were applied: moved, or waiting for deletion. That is drift.
    """

    objects: Sequence[Observed] = ()
    taken: frozenset[int] = frozenset()
    findings: Sequence[Finding] = ()
    unknown: Mapping[Address, str] = field(default_factory=dict)
    astray: frozenset[Address] = frozenset()


@dataclass(frozen=True)
class Record:
    """What the journal knows of a resource: the values last applied, by which run, and whether eiginfra made it or found it."""

    address: Address
    values: Mapping[str, JsonValue]
    handle: Mapping[str, JsonValue]
    team: str | None
    made: bool
    run: int
    at: datetime
    by: str
    commit: str | None = None


@dataclass(frozen=True)
class Scope:
    """The realm a kind observes: one cohort, the specs wanted of this kind, and what the journal remembers of it.

    `whole` is False when `--limit`, `--tags` or `--target` left some of the cohort's resources out of `resources`.
    """

    cohort: str
    teams: Sequence[str]
    resources: Sequence[Resource] = ()
    records: Sequence[Record] = ()
    whole: bool = True

    def specs(self) -> list[Any]:
        """The wanted specs, in order."""
        return [resource.spec for resource in self.resources]
