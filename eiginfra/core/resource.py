"""Resources (what is wanted), observed objects (what exists) and records (what was last reached)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any

from pydantic import JsonValue

from eiginfra.core.address import Address
from eiginfra.core.finding import Finding, Location
from eiginfra.core.look import Look
from eiginfra.core.reason import Reason
from eiginfra.core.spec import Spec
from eiginfra.core.usage import Usage


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
    was: Address | None = None
    """The address that it had before it was renamed."""
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
class ReadOnly:
    """Why nothing that belongs to an object can be made, changed or removed, such as in an archived project. but: kinds that can be."""

    reason: Reason
    but: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Observed:
    """One object as a server has it, never as it is wanted.

    values: canonical, under the spec's field names; fields a spec does not know are left out.
    handle: the server's own identity of the object (`{"id": 12}`, `{"node": "eig", "vmid": 101}`), for the requests that follow.
    marked: True when the object bears our marker, False when it does not, None when the kind has no markers.
    waiting: label -> what a change made earlier waits for; for a restart, `values` show what it will bring.
    blocked: label -> why a difference there cannot be acted on.
    keep: why it must not be decommissioned; None: it may be.
    facts: further truths for handouts and findings (web_url, status), never compared.
    """

    address: Address
    values: Mapping[str, JsonValue]
    handle: Mapping[str, JsonValue] = field(default_factory=dict)
    marked: bool | None = None
    team: str | None = None
    usage: Usage = field(default_factory=Usage)
    waiting: Mapping[str, Reason] = field(default_factory=dict)
    blocked: Mapping[str, Reason] = field(default_factory=dict)
    keep: Reason | None = None
    read_only: ReadOnly | None = None
    facts: Mapping[str, JsonValue] = field(default_factory=dict)


class Presence(StrEnum):
    """What is known of a wanted object that was not seen and is not created.

    UNKNOWN: it may exist where nothing can be seen now. DISPLACED: it is not where it was applied, which is drift.
    WAITING: a person must create it first, or permit it.
    """

    UNKNOWN = "unknown"
    DISPLACED = "displaced"
    WAITING = "waiting"


@dataclass(frozen=True)
class Absence:
    """Why a wanted object that was not seen is not created either."""

    reason: Reason
    presence: Presence = Presence.UNKNOWN


@dataclass(frozen=True)
class Denial:
    """What the token may not do of a change. reason: why the whole change is withheld; or None, and of some differences only, by label.

    findings: what is said to whom.
    """

    reason: Reason | None
    labels: Mapping[str, Reason] = field(default_factory=dict)
    findings: Sequence[Finding] = ()


@dataclass(frozen=True)
class Observation:
    """All that a kind saw: the objects of its scope, and findings.

    absent: wanted objects that were not seen and are not created, each with why; what depends on one is skipped unless it is WAITING.
    blocked: of wanted objects that were not seen: label -> why the entry is left out when it is created.
    further: what objects take, or will take once they are made, beyond what their specs say.
    remaining: of wanted objects that cannot be reached: the people who still have access there and should not.
    facts: what else was read for `Kind.complete` and `Kind.assess`, in the kind's own form.
    """

    objects: Sequence[Observed] = ()
    findings: Sequence[Finding] = ()
    absent: Mapping[Address, Absence] = field(default_factory=dict)
    blocked: Mapping[Address, Mapping[str, Reason]] = field(default_factory=dict)
    further: Mapping[Address, Usage] = field(default_factory=dict)
    remaining: Mapping[Address, Sequence[str]] = field(default_factory=dict)
    facts: object = None


@dataclass(frozen=True)
class Record:
    """What the journal knows of a resource: the values last reached, by which run, and whether eiginfra created it or found it."""

    address: Address
    values: Mapping[str, JsonValue]
    handle: Mapping[str, JsonValue]
    team: str | None
    created: bool
    run: int
    at: datetime
    by: str
    commit: str | None = None
    protect: bool = False
    cohort: str = ""
    attempted: Mapping[str, JsonValue] | None = None
    """What a run that was killed was about to make of it: nobody saw how far it came."""
    verified: bool = True
    """False: such an attempt to create it is all that is known, and `values` are what it was to become."""


@dataclass(frozen=True)
class Scope:
    """What a kind observes: one cohort, the resources wanted of this kind, and what the journal remembers of it.

    resources: of this kind, those that are selected; one that is renamed also as it was addressed before. everything, recorded: all
    resources and all records of the cohort, of every kind; history: every record that there ever was, of all cohorts, from old to new.
    `whole` is False when `--limit`, `--tags` or `--target` left some out. look: shared by all scopes of one observation.
    observed: for kinds that look into others: what those saw, by the addresses that the objects bear now.
    foreign: whether what neither inventory nor journal knows is shown, too, whosever it is: for who imports.
    """

    cohort: str
    teams: Sequence[str]
    resources: Sequence[Resource] = ()
    records: Sequence[Record] = ()
    whole: bool = True
    everything: Mapping[Address, Resource] = field(default_factory=dict)
    recorded: Mapping[Address, Record] = field(default_factory=dict)
    history: Sequence[Record] = ()
    look: Look = field(default_factory=Look, compare=False, repr=False)
    observed: Mapping[Address, Observed] = field(default_factory=dict)
    foreign: bool = False

    def specs(self) -> list[Any]:
        """The wanted specs, in order."""
        return [resource.spec for resource in self.resources]
