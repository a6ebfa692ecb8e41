"""What a kind is, and the registry of kinds."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, ClassVar, Generic, Protocol, TypeVar, runtime_checkable

from pydantic import JsonValue

from eiginfra.core.address import Address
from eiginfra.core.change import FieldDiff
from eiginfra.core.errors import UsageError
from eiginfra.core.finding import Finding
from eiginfra.core.resource import Observation, Observed, Record, Resource, Scope
from eiginfra.core.spec import Spec, rules
from eiginfra.core.trace import Activity
from eiginfra.core.usage import Usage

S = TypeVar("S", bound=Spec)

NOTHING = Usage()


@dataclass(frozen=True)
class Retirement:
    """What a plain apply does with an object that eiginfra made and that left the inventory: an update to `values`.

    word: what the object then is ("disabled"). cap: the removal cap of cohort.yml that it counts under ("members").
    """

    word: str
    values: Mapping[str, JsonValue]
    cap: str


@dataclass(frozen=True)
class Parting:
    """The next step of an orphan that is not removed at once.

    note: what --prune does now, or what it waits for; later: what to say without --prune, if that differs. values: what the object is
    changed to; due: whether it is removed; with neither, the time for the next step has not come.
    """

    note: str
    later: str | None = None
    values: Mapping[str, JsonValue] | None = None
    due: bool = False


class Allocator(Protocol):
    """Hands out what a spec needs and people do not write (IDs and addresses of guests), known at plan time.

    Several kinds may share one allocator: they draw from one range.
    """

    def allocate(
        self,
        resources: Sequence[Resource],
        observed: Mapping[Address, Observed],
        others: Sequence[Observed],
        taken: frozenset[int],
        records: Sequence[Record],
    ) -> Mapping[Address, Mapping[str, Any]]:
        """Spec fields to fill in, by address; pure, and independent of the order of `resources`.

        observed: the objects of these resources that exist; others: every other object of the kinds; taken: `Observation.taken`.
        Raises InputError when the range is used up.
        """
        ...


@runtime_checkable
class Measuring(Protocol):
    """An allocator that also knows whether there is room."""

    def check(self, resources: Sequence[Resource], observed: Mapping[Address, Observed]) -> Iterable[Finding]:
        """What is wrong with the resources as allocated, all its kinds' together; pure. observed: those of them that exist."""
        ...


class Kind(ABC, Generic[S]):
    """A sort of thing that eiginfra can bring about. A new one costs one file: a spec and these methods.

    Methods that ask a server raise the typed errors of core.errors and are called from several threads at once; only the engine compares.
    """

    name: ClassVar[str]
    spec: ClassVar[type[Spec]]
    title: ClassVar[str] = ""
    """What it is, in a few words, for documentation and `schema`."""
    removal: ClassVar[str | None] = None
    """What `--prune` does with an orphan ("deleted", "archived"); None: eiginfra never removes one, and says so."""
    retires: ClassVar[Retirement | None] = None
    """What a plain apply does with an orphan that eiginfra made, short of removing it; None: nothing."""
    stages: ClassVar[int] = 1
    """How many long tasks making one takes, one after the other: what takes more begins first."""
    in_steps: ClassVar[bool] = False
    """Whether an orphan goes in steps, as `parting` says; such a thing is never replaced."""
    allocator: Allocator | None = None

    @property
    def provider(self) -> str:
        """The part of the name before the dot."""
        return self.name.partition(".")[0]

    @abstractmethod
    def key(self, spec: S) -> str:
        """The natural key: what finds the object again without a state file."""

    def dependencies(self, spec: S) -> Iterable[Address]:
        """Addresses that must be done first, if they are in the plan at all."""
        return ()

    def usage(self, spec: S) -> Usage:
        """What it takes of its team's quota."""
        return NOTHING

    def check(self, spec: S, wanted: Mapping[Address, Resource]) -> Iterable[Finding]:
        """What is wrong with a spec before any server is asked: fences, and clashes with the other wanted resources."""
        return ()

    @abstractmethod
    def observe(self, scope: Scope) -> Observation:
        """Everything of this kind in the cohort's realm: in bulk, read-only."""

    @abstractmethod
    def read(self, spec: S, handle: Mapping[str, JsonValue]) -> Observed | None:
        """One object as it stands now, by its handle, or by its natural key when the handle is empty; None if there is none."""

    @abstractmethod
    def create(self, spec: S) -> Observed | None:
        """Make it. Returns the object when the answers showed it, else None (it is then verified in bulk)."""

    @abstractmethod
    def update(self, observed: Observed, spec: S, diffs: Sequence[FieldDiff]) -> Observed | None:
        """Change the fields named by `diffs`, and nothing else, of an object that was just read again. Returns as `create`."""

    def restarts(self, observed: Observed, diffs: Sequence[FieldDiff]) -> Collection[str]:
        """The fields, waiting already or about to be changed by `diffs`, that only a restart of the object brings into force."""
        return ()

    def restart(self, spec: S, observed: Observed) -> Observed | None:
        """Restart it, if it still runs, and return it as it then is; asked only of what `restarts` named."""
        msg = f"a {self.name} is never restarted"
        raise NotImplementedError(msg)

    def fixed(self, found: FieldDiff) -> bool:
        """Whether nothing can make a difference go, so that it is only told: an immutable field, or a disk that would have to shrink."""
        return rules(self.spec)[found.field].immutable

    def activity(self, handle: Mapping[str, JsonValue], seen: Mapping[str, JsonValue], since: datetime | None) -> Sequence[Activity]:
        """What others did, after `since`, that explains what the server has: `seen`, by field, or EXISTS. Only what the server recorded.

        Asked of objects that drift or take too much, and of no others; never guessed.
        """
        return ()

    def parting(self, there: Observed, record: Record | None, today: date, grace: timedelta) -> Parting | None:
        """The next step of an orphan's end, for kinds that go `in_steps`; None: it stays. record: what the journal knows of it."""
        return None

    def delete(self, observed: Observed) -> None:
        """Remove it in the way `removal` says."""
        msg = f"{self.name} is never removed"
        raise NotImplementedError(msg)


class Registry:
    """The kinds of one run, by name; filled by wiring and by the entry points of other packages."""

    def __init__(self, kinds: Iterable[Kind[Any]] = ()) -> None:
        self._kinds: dict[str, Kind[Any]] = {}
        for kind in kinds:
            self.add(kind)

    def add(self, kind: Kind[Any]) -> None:
        """Add a kind; a name can be taken once."""
        if kind.name in self._kinds:
            msg = f"two kinds are named {kind.name}; uninstall one of the packages that bring them"
            raise UsageError(msg)
        self._kinds[kind.name] = kind

    def get(self, name: str) -> Kind[Any] | None:
        """The kind of that name, or None."""
        return self._kinds.get(name)

    def __getitem__(self, name: str) -> Kind[Any]:
        return self._kinds[name]

    def __contains__(self, name: object) -> bool:
        return name in self._kinds

    def __iter__(self) -> Iterator[Kind[Any]]:
        return iter(self._kinds.values())

    def names(self) -> list[str]:
        """All names, sorted."""
        return sorted(self._kinds)
