"""What a kind is, and the registry of kinds."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import JsonValue

from eiginfra.core.address import Address
from eiginfra.core.change import Change, FieldDiff
from eiginfra.core.decommission import Decommission
from eiginfra.core.errors import UsageError
from eiginfra.core.finding import Finding
from eiginfra.core.look import Look
from eiginfra.core.plan import Plan
from eiginfra.core.reason import Reason, reason
from eiginfra.core.resource import Absence, Denial, Observation, Observed, Resource, Scope
from eiginfra.core.spec import Spec, rules
from eiginfra.core.trace import Activity
from eiginfra.core.usage import Usage
from eiginfra.core.world import World

S = TypeVar("S", bound=Spec)

NOTHING = Usage()


class Kind(ABC, Generic[S]):
    """A sort of thing that eiginfra can bring about. A new one costs one file: a spec, and seven methods at most.

    Needed: `name`, `spec`, `key`, `observe`, `create`, `update`; where it applies `title`, `dependencies`, `delete`. All else has a
    default.
    Methods that ask a server raise the typed errors of core.errors and are called from several threads at once; only the engine compares.
    """

    name: ClassVar[str]
    spec: ClassVar[type[Spec]]
    title: ClassVar[str] = ""
    """What it is, in a few words, for documentation and `schema`."""

    @abstractmethod
    def key(self, spec: S) -> str:
        """The natural key: what finds the object again without a state file."""

    def dependencies(self, spec: S) -> Iterable[Address]:
        """Addresses of what must exist first, if it is in the plan at all; pure."""
        return ()

    @abstractmethod
    def observe(self, scope: Scope) -> Observation:
        """Everything of this kind that belongs to the scope: in bulk, read-only, and without a trace in the kind."""

    @abstractmethod
    def create(self, spec: S) -> Observed | None:
        """Create it. Returns the object when the answers showed it, else None (it is then verified in bulk)."""

    @abstractmethod
    def update(self, observed: Observed, spec: S, diffs: Sequence[FieldDiff]) -> Observed | None:
        """Change the fields named by `diffs`, and nothing else, of an object that was just read again. Returns as `create`."""

    def delete(self, observed: Observed) -> None:
        """Remove it: the step of `decommission` that has no values."""
        msg = f"{self.name} is never removed"
        raise NotImplementedError(msg)

    # What a simple kind leaves as it is.

    decommission: ClassVar[Decommission | None] = None
    """The steps by which it goes once it has left the inventory; None: it stays, and a plan says so."""
    looks_into: ClassVar[bool] = False
    """Whether it looks into what other kinds see, such as machines: it is observed after them, with `scope.observed`."""
    host_keys: ClassVar[bool] = False
    """Whether its handle keeps host keys, as `host_keys`; a record with `forgotten` in its handle has the next one believed."""
    long_tasks: ClassVar[int] = 1
    """How many long tasks creating one takes, one after the other: what takes more begins first."""

    @property
    def provider(self) -> str:
        """The part of the name before the dot."""
        return self.name.partition(".")[0]

    def follows(self, spec: S) -> Iterable[Address]:
        """Addresses of what is done first if it is in the plan, and need not succeed; pure."""
        return ()

    def entry_needs(self, spec: S) -> Mapping[str, Address]:
        """Of lists: what an entry needs, by its label (`members[adler-1]`); if that is missing the entry is left out, and shown; pure."""
        return {}

    def usage(self, spec: S) -> Usage:
        """What it takes of its team's quota."""
        return NOTHING

    def check(self, spec: S, wanted: Mapping[Address, Resource]) -> Iterable[Finding]:
        """What is wrong with a spec before any server is asked, against all that is wanted; pure."""
        return ()

    def complete(self, resource: Resource, world: World) -> Mapping[str, object] | Absence:
        """Spec fields that people do not write, from what it depends on (`world.completed`, `world.observed`); pure.

        Or why it is not created yet: nothing that it concerns exists. Raises InputError when there is nothing left to give.
        """
        return {}

    def assess(self, resources: Sequence[Resource], world: World) -> Iterable[Finding]:
        """What is wrong with the completed resources of this kind, against what there is; pure."""
        return ()

    def read(self, spec: S, handle: Mapping[str, JsonValue]) -> Observed | None:
        """One object as it is now, by its handle, or by its natural key when the handle is empty; None if there is none."""
        address = Address(self.name, self.key(spec))
        seen = self.observe(Scope("", (), [Resource(address, spec)], whole=False))
        return next((there for there in seen.objects if there.address == address), None)

    def forbidden(self, changes: Sequence[Change], plan: Plan, look: Look) -> Mapping[Address, Denial]:
        """Which of the changes of this kind that a plan would make the token may not make; asked only when there are any.

        look: shared by all kinds that are asked of this plan.
        """
        return {}

    def cannot_change(self, diff: FieldDiff) -> Reason | None:
        """Why nothing can make a difference go, such as that of an immutable field; None: it can be changed."""
        return reason("immutable") if rules(self.spec)[diff.field].immutable else None

    def restarts(self, observed: Observed, diffs: Sequence[FieldDiff]) -> Collection[str]:
        """The fields, waiting already or about to be changed by `diffs`, that only a restart of the object brings into force."""
        return ()

    def restart(self, spec: S, observed: Observed) -> Observed | None:
        """Restart it, if it still runs, and return it as it then is; asked only of what `restarts` named."""
        msg = f"a {self.name} is never restarted"
        raise NotImplementedError(msg)

    def activity(self, handle: Mapping[str, JsonValue], seen: Mapping[str, JsonValue], since: datetime | None) -> Sequence[Activity]:
        """What others did, after `since`, that explains what the server has: `seen`, by field, or EXISTS. Only what the server recorded.

        Asked of objects that drift or take too much, and of no others; never guessed.
        """
        return ()


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
