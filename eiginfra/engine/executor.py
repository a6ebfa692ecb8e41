"""The executor: carries out exactly the plan's changes, independent ones at once, and believes only what it saw afterwards."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from heapq import heappop, heappush
from time import monotonic

from eiginfra.core.address import Address
from eiginfra.core.change import Action, Change
from eiginfra.core.errors import EiginfraError, StaleError, UnreachableError
from eiginfra.core.journal import Journal
from eiginfra.core.kind import Registry
from eiginfra.core.plan import Plan
from eiginfra.core.resource import Observed, Resource, Scope
from eiginfra.engine.action import Done, carry_out, local_time, shortfall


class Outcome(StrEnum):
    """How a change ended. WAITING: done as far as we can; the server or a person must finish."""

    DONE = "done"
    WAITING = "waiting"
    FAILED = "failed"
    REFUSED = "refused"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Result:
    """One change and how it ended; `reason` says why when it is not plainly done, `exit_code` what a failure means for the command."""

    change: Change
    outcome: Outcome
    reason: str | None = None
    seconds: float = 0.0
    exit_code: int = 0


@dataclass(frozen=True)
class ApplyReport:
    """All results, in the order they ended."""

    results: tuple[Result, ...]
    interrupted: bool = False

    def of(self, *outcomes: Outcome) -> tuple[Result, ...]:
        """The results with one of these outcomes."""
        return tuple(result for result in self.results if result.outcome in outcomes)

    @property
    def failed(self) -> bool:
        """Whether anything was not done."""
        return bool(self.of(Outcome.FAILED, Outcome.REFUSED, Outcome.SKIPPED))


@dataclass(frozen=True)
class _Unverified:
    """An action whose answers did not show the object: it is looked at with others of its kind, in bulk."""

    change: Change
    intent: int
    done: Done
    began: float


_Ended = Result | _Unverified


@dataclass
class _Books:
    """The state of one run; touched by the main thread alone."""

    todo: Mapping[Address, Change]
    blocking: dict[Address, set[Address]]
    dependents: dict[Address, list[Address]]
    ready: list[Address]
    results: list[Result] = field(default_factory=list)
    unverified: dict[str, list[_Unverified]] = field(default_factory=dict)

    @classmethod
    def of(cls, plan: Plan) -> "_Books":
        """Who waits for whom: what hangs on something waits for it; what is deleted waits for all that hangs on it."""
        todo = {change.address: change for change in plan.changes if change.acts or change.action is Action.ADOPT}
        blocking: dict[Address, set[Address]] = {address: set() for address in todo}
        for address, change in todo.items():
            for other in change.depends_on:
                if other in todo:
                    goes = Action.DELETE in (change.action, todo[other].action)
                    waits, first = (other, address) if goes else (address, other)
                    blocking[waits].add(first)
        dependents: dict[Address, list[Address]] = {}
        for address, others in blocking.items():
            for other in others:
                dependents.setdefault(other, []).append(address)
        return cls(todo, blocking, dependents, [address for address in todo if not blocking[address]])

    def take_ready(self) -> list[Address]:
        """What may start and was not taken yet."""
        taken, self.ready = self.ready, []
        return taken

    def take_unverified(self, busy: AbstractSet[str]) -> list[list[_Unverified]]:
        """What is to be looked at, by kind; a kind with actions under way waits, so that one look serves them all."""
        return [self.unverified.pop(kind) for kind in sorted(self.unverified.keys() - busy)]

    def enter(self, result: Result) -> list[Result]:
        """Enter a result; what hangs on a failure is skipped with it. Returns the results entered, that one first."""
        entered = [result]
        self.results.append(result)
        for dependent in self.dependents.get(result.change.address, ()):
            if dependent not in self.blocking:
                continue
            if result.outcome in (Outcome.DONE, Outcome.WAITING):
                self.blocking[dependent].discard(result.change.address)
                if not self.blocking[dependent]:
                    self.ready.append(dependent)
            else:
                del self.blocking[dependent]
                reason = f"{result.change.address} was not done"
                entered += self.enter(Result(self.todo[dependent], Outcome.SKIPPED, reason))
        return entered


@dataclass
class _Lane:
    """One provider's actions: those that wait for room, and the room there is."""

    pool: ThreadPoolExecutor
    free: int
    waiting: list[tuple[int, int, Address]] = field(default_factory=list)
    """A heap: what takes the most stages first, so that the last to begin is short; else in the order in which it was ready."""
    entered: int = 0
    closed: bool = False
    """Its service cannot be reached: it is not hammered with the rest."""

    def enter(self, address: Address, stages: int) -> None:
        """Let an action wait for room."""
        self.entered += 1
        heappush(self.waiting, (-stages, self.entered, address))

    def departing(self) -> Iterator[Address]:
        """Those that have room now. No more are handed to the pool, so that an interrupt finds none queued there."""
        while self.waiting and self.free > 0:
            self.free -= 1
            yield heappop(self.waiting)[2]

    def abandoned(self) -> Iterator[Address]:
        """Those that nobody can carry out any more."""
        while self.closed and self.waiting:
            yield heappop(self.waiting)[2]


class Executor:
    """Runs plans against the kinds of a registry, writing intent and result of every action into a journal."""

    def __init__(
        self,
        registry: Registry,
        journal: Journal,
        *,
        workers: Mapping[str, int],
        now: Callable[[], datetime] = local_time,
        stopping: Callable[[], bool] = lambda: False,
        on_start: Callable[[Change], None] = lambda _: None,
        on_end: Callable[[Result], None] = lambda _: None,
    ) -> None:
        """workers: how many actions may be under way at once, by provider (4 for one not named). now: what hours of the day go by.

        stopping: asked before anything is started; once it is true, what is under way ends and nothing more begins.
        """
        self._registry = registry
        self._journal = journal
        self._workers = workers
        self._now = now
        self._cohort = ""
        self._stopping = stopping
        self._on_start = on_start
        self._on_end = on_end

    def run(self, plan: Plan, run: int) -> ApplyReport:
        """Carry out the plan's changes under run number `run`.

        A failure stops its dependents and nothing else.
        """
        books, self._cohort = _Books.of(plan), plan.meta.cohort
        interrupted = False
        with ExitStack() as stack:
            lanes = {
                provider: _Lane(stack.enter_context(ThreadPoolExecutor(room, thread_name_prefix=provider)), room)
                for provider in sorted({address.provider for address in books.todo})
                for room in [self._workers.get(provider, 4)]
            }
            running: dict[Future[list[_Ended]], Address] = {}
            while True:
                interrupted = interrupted or self._stopping()
                if not interrupted:
                    running |= self._start(books, lanes, run)
                for items in books.take_unverified({address.kind for address in running.values()}):
                    address = items[0].change.address
                    lanes[address.provider].free -= 1
                    running[lanes[address.provider].pool.submit(self._verify_in_bulk, items, plan)] = address
                if not running:
                    break
                ended, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in ended:
                    lane = lanes[running.pop(future).provider]
                    lane.free += 1
                    for item in future.result():
                        lane.closed |= isinstance(item, Result) and item.exit_code == UnreachableError.exit_code
                        self._settle(books, item, run)
        return ApplyReport(tuple(books.results), interrupted=interrupted)

    def _start(self, books: _Books, lanes: Mapping[str, _Lane], run: int) -> dict[Future[list[_Ended]], Address]:
        for address in books.take_ready():
            lanes[address.provider].enter(address, self._registry[address.kind].stages)
        for lane in lanes.values():
            for address in lane.abandoned():
                self._settle(books, Result(books.todo[address], Outcome.SKIPPED, f"{address.provider} could not be reached"), run)
        return {lane.pool.submit(self._act, books.todo[address], run): address for lane in lanes.values() for address in lane.departing()}

    def _settle(self, books: _Books, item: _Ended, run: int) -> None:
        if isinstance(item, _Unverified):
            books.unverified.setdefault(item.change.address.kind, []).append(item)
            return
        for result in books.enter(item):
            if result.outcome is Outcome.SKIPPED:
                self._journal.fail(self._journal.intend(run, result.change), result.reason or "", Outcome.SKIPPED)
            self._on_end(result)

    def _act(self, change: Change, run: int) -> list[_Ended]:
        """In a worker thread: write the intent, do it, verify it by the answers where they showed the object."""
        began = monotonic()
        kind = self._registry[change.address.kind]
        intent = self._journal.intend(run, change)
        if not change.acts:
            # An adoption without differences: the journal learns what already holds.
            self._journal.succeed(intent, change.desired or {}, change.handle, made=change.made)
            return [Result(change, Outcome.DONE)]
        self._on_start(change)
        try:
            done = carry_out(kind, change, self._now)
        except EiginfraError as problem:
            outcome = Outcome.REFUSED if isinstance(problem, StaleError) else Outcome.FAILED
            self._journal.fail(intent, str(problem), outcome)
            return [Result(change, outcome, str(problem), monotonic() - began, problem.exit_code)]
        item = _Unverified(change, intent, done, began)
        if done.seen is None and change.action is not Action.DELETE:
            return [item]
        return [self._verified(item, done.seen)]

    def _verify_in_bulk(self, items: Sequence[_Unverified], plan: Plan) -> list[_Ended]:
        """One reading of a kind for all its actions whose answers did not show the object."""
        kind = items[0].change.address.kind
        spec = self._registry[kind].spec
        resources = [Resource(item.change.address, spec.model_validate(item.change.desired), item.change.team) for item in items]
        teams = sorted({resource.team for resource in resources if resource.team is not None})
        try:
            seen = self._registry[kind].observe(Scope(plan.meta.cohort, teams, resources, whole=False))
        except EiginfraError as problem:
            reason = f"done, but it could not be verified: {problem}"
            for item in items:
                self._journal.fail(item.intent, reason, Outcome.FAILED)
            return [Result(item.change, Outcome.FAILED, reason, monotonic() - item.began, problem.exit_code) for item in items]
        by_address = {there.address: there for there in seen.objects}
        return [self._verified(item, by_address.get(item.change.address)) for item in items]

    def _verified(self, item: _Unverified, seen: Observed | None) -> Result:
        """What was seen afterwards decides."""
        change, seconds = item.change, monotonic() - item.began
        reason = shortfall(self._registry[change.address.kind], change, seen)
        if reason is not None:
            self._journal.fail(item.intent, reason, Outcome.FAILED)
            return Result(change, Outcome.FAILED, reason, seconds, 1)
        self._journal.succeed(item.intent, change.desired or {}, seen.handle if seen else {}, made=item.done.made)
        if change.formerly is not None:
            self._journal.forget(self._cohort, change.formerly)
        if seen is not None and seen.waiting:
            waits = "; ".join(f"{name} waits for {what}" for name, what in sorted(seen.waiting.items()))
            return Result(change, Outcome.WAITING, waits, seconds)
        return Result(change, Outcome.DONE, None, seconds)
