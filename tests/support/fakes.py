"""A provider in memory: kinds with every sort of field, a server whose objects tests may touch, a journal in a dictionary."""

import itertools
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, JsonValue

from eiginfra.core.address import Address
from eiginfra.core.change import Action, Change, FieldDiff
from eiginfra.core.decommission import Decommission, Step, Trigger
from eiginfra.core.journal import Reached
from eiginfra.core.kind import Kind, Registry
from eiginfra.core.plan import PlanMeta
from eiginfra.core.reason import Reason
from eiginfra.core.resource import Observation, Observed, Record, Resource, Scope
from eiginfra.core.spec import IMMUTABLE, UNORDERED, Rules, Spec
from eiginfra.core.usage import Usage

META = PlanMeta(cohort="eig3", site="test", as_of=date(2019, 10, 1), eiginfra="0")


class Person(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    username: str
    access: str = "developer"


class ThingSpec(Spec):
    name: str
    parent: str | None = None
    text: str | None = None
    sort: Annotated[str | None, IMMUTABLE] = None
    seed: Annotated[str | None, Rules(create_only=True)] = None
    labels: Annotated[tuple[str, ...] | None, UNORDERED] = None
    people: Annotated[tuple[Person, ...] | None, Rules(entries="username")] = None
    cores: int | None = None


@dataclass
class Server:
    """What stands, and every request that was made; `before` may raise, or change things behind the plan's back."""

    objects: dict[str, dict[str, JsonValue]] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    before: Callable[[str, str], None] = lambda verb, name: None
    after: Callable[[str, str], None] = lambda verb, name: None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def call(self, verb: str, name: str) -> None:
        with self.lock:
            self.requests.append(f"{verb} {name}")
        self.before(verb, name)


class Thing(Kind[ThingSpec]):
    name = "test.thing"
    spec = ThingSpec
    decommission = Decommission((Step("delete", Trigger.PRUNE),))

    def __init__(self, server: Server, *, shows: bool = True) -> None:
        self.server = server
        self.shows = shows

    def key(self, spec: ThingSpec) -> str:
        return spec.name

    def dependencies(self, spec: ThingSpec) -> list[Address]:
        return [Address(self.name, spec.parent)] if spec.parent else []

    def usage(self, spec: ThingSpec) -> Usage:
        return Usage(cores=spec.cores or 0, machines=1)

    def observe(self, scope: Scope) -> Observation:
        self.server.call("observe", "*")
        return Observation([self._observed(name) for name in sorted(self.server.objects)])

    def read(self, spec: ThingSpec, handle: Mapping[str, JsonValue]) -> Observed | None:
        self.server.call("read", spec.name)
        return self._observed(spec.name) if spec.name in self.server.objects else None

    def create(self, spec: ThingSpec) -> Observed | None:
        self.server.call("create", spec.name)
        self.server.objects[spec.name] = dict(spec.values())
        self.server.after("create", spec.name)
        return self._observed(spec.name) if self.shows else None

    def update(self, observed: Observed, spec: ThingSpec, diffs: Sequence[FieldDiff]) -> Observed | None:
        self.server.call("update", spec.name)
        values = self.server.objects[spec.name]
        for found in diffs:
            if found.entry is None:
                values[found.field] = found.after
            else:
                entries = {entry["username"]: entry for entry in values.get(found.field) or []}
                entries.pop(found.entry, None)
                if found.after is not None:
                    entries[found.entry] = found.after
                values[found.field] = list(entries.values())
        self.server.after("update", spec.name)
        return self._observed(spec.name) if self.shows else None

    def delete(self, observed: Observed) -> None:
        self.server.call("delete", observed.address.key)
        self.server.objects.pop(observed.address.key, None)

    def _observed(self, name: str) -> Observed:
        values = {key: value for key, value in self.server.objects[name].items() if key != "seed"}
        cores = values.get("cores")
        return Observed(Address(self.name, name), values, {"id": name}, usage=Usage(cores=cores if isinstance(cores, int) else 0))


@dataclass
class MemoryJournal:
    """The journal's protocol in a dictionary, of one cohort. Those of several cohorts share `past` and `beside`, by cohort."""

    kept: dict[Address, Record] = field(default_factory=dict)
    log: list[tuple[str, Any]] = field(default_factory=list)
    cohort: str = "eig3"
    past: dict[tuple[str, Address, str], Record] = field(default_factory=dict)
    beside: dict[str, "MemoryJournal"] = field(default_factory=dict)
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _intents: dict[int, Change] = field(default_factory=dict)
    _settled: set[int] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def records(self, cohort: str) -> Mapping[Address, Record]:
        return dict(self.kept)

    def known(self, cohort: str) -> Mapping[Address, Record]:
        found = dict(self.kept)
        for intent in sorted(self._intents.keys() - self._settled):
            change = self._intents[intent]
            if change.action in (Action.DELETE, Action.NONE):
                continue
            made = Record(change.address, change.desired or {}, {}, change.team, True, 1, self.now(), "test", verified=False)
            if change.action is Action.CREATE or change.address in found:
                found[change.address] = replace(found.get(change.address, made), attempted=change.desired)
        return found

    def others(self, known: Collection[str]) -> Sequence[Record]:
        return [record for cohort, journal in self.beside.items() if cohort not in known for record in journal.kept.values()]

    def history(self, cohort: str) -> Sequence[Record]:
        return list(self.past.values())

    @contextmanager
    def lock(self, purpose: str) -> Iterator[None]:
        yield

    def begin(self, meta: PlanMeta, command: str, fingerprint: str | None = None) -> int:
        return next(self._numbers)

    @contextmanager
    def together(self) -> Iterator[None]:
        yield

    def intend(self, run: int, change: Change) -> int:
        with self._lock:
            number = next(self._numbers)
            self._intents[number] = change
            self.log.append(("intend", change.address))
            return number

    def settle(self, intent: int, outcome: str, reason: Reason | None = None, reached: Reached | None = None) -> None:
        with self._lock:
            change = self._intents[intent]
            self.log.append((outcome, change.address))
            self._settled |= {number for number, other in self._intents.items() if number <= intent and other.address == change.address}
            if reached is None:
                return
            self.kept.pop(change.address, None)
            if reached.was is not None:
                self.kept.pop(reached.was, None)
            if reached.values is None:
                return
            record = Record(
                change.address,
                reached.values,
                reached.handle,
                change.team,
                reached.created,
                1,
                self.now(),
                "test",
                protect=reached.protect,
                cohort=self.cohort,
            )
            same = (self.cohort, change.address, repr(sorted(reached.handle.items())))
            self.past.pop(same, None)
            self.past[same] = record
            if not reached.ends:
                self.kept[change.address] = record

    def finish(self, run: int, outcome: str) -> None:
        self.log.append(("finish", outcome))

    def forget(self, cohort: str, address: Address) -> bool:
        return self.kept.pop(address, None) is not None


def thing(name: str, *, team: str | None = None, **fields: Any) -> Resource:
    """A wanted thing."""
    return Resource(Address("test.thing", name), ThingSpec(name=name, **fields), team=team)


def registry(server: Server, *, shows: bool = True) -> Registry:
    return Registry([Thing(server, shows=shows)])
