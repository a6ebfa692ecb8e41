"""The executor: carries out exactly the plan's changes, independent ones at once, and verifies each."""

import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from queue import SimpleQueue
from time import monotonic
from types import MappingProxyType
from typing import TypeVar

from pydantic import JsonValue

from eiginfra.core.address import Address
from eiginfra.core.change import Action, Change
from eiginfra.core.decommission import Decommission, Trigger
from eiginfra.core.errors import EiginfraError, HeldError, StaleError, UnreachableError
from eiginfra.core.journal import Journal, Reached
from eiginfra.core.kind import Registry
from eiginfra.core.plan import Plan
from eiginfra.core.reason import Reason, reason
from eiginfra.core.resource import Observed, Record, Resource, Scope
from eiginfra.engine.action import Done, carry_out, local_time, shortfall, spec_of
from eiginfra.engine.order import Part
from eiginfra.engine.record import gone_with, reached
from eiginfra.engine.report import ApplyReport, Outcome, Result
from eiginfra.engine.schedule import Books, Lane

T = TypeVar("T")


@dataclass(frozen=True)
class _Unverified:
    """An action whose answers did not show the object: it is looked at with others of its kind, in bulk."""

    change: Change
    done: Done
    began: float


@dataclass(frozen=True)
class _Closed:
    """An action that ended, and what the journal remembers of its object. gone_too: what went with it, whose records end."""

    result: Result
    reached: Reached | None = None
    gone_too: Sequence[Address] = ()


_Ended = _Closed | _Unverified


class Executor:
    """Runs plans against the kinds of a registry, writing intent and result of every action into a journal.

    Worker threads act; the main thread alone writes, what ended and what begins together: one transaction serves them all.
    """

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
        self._refused: Mapping[Address, Reason] = {}
        self._records: Mapping[Address, Record] = {}
        self._unverified: dict[str, list[_Unverified]] = {}
        self._intents: dict[Address, int] = {}
        self._under_way: dict[Address, Part] = {}
        """The part of each change that began last: those of one change come one after the other."""
        self._stopping = stopping
        self._on_start = on_start
        self._on_end = on_end

    def run(self, plan: Plan, run: int, refused: Mapping[Address, Reason] = MappingProxyType({})) -> ApplyReport:
        """Carry out the plan's changes under run number `run`. refused: those of them that are not, and why.

        A failure stops its dependents and nothing else.
        """
        self._cohort, self._refused = plan.meta.cohort, refused
        books, self._records = Books.of(plan), self._journal.records(self._cohort)
        ended: list[_Ended] = []
        running: dict[Future[list[_Ended]], Address] = {}
        done = SimpleQueue[Future[list[_Ended]]]()
        interrupted = False
        try:
            with ExitStack() as stack:
                lanes = {
                    provider: Lane(stack.enter_context(ThreadPoolExecutor(room, thread_name_prefix=provider)), room)
                    for provider in sorted({part.address.provider for part in books.todo})
                    for room in [self._workers.get(provider, 4)]
                }
                while True:
                    interrupted = interrupted or self._stopping()
                    results, beginning = self._turn(books, lanes, ended, run, begin=not interrupted)
                    started = {lanes[part.address.provider].pool.submit(self._act, books.todo[part]): part.address for part in beginning}
                    running |= started
                    looking = self._verify(lanes, running, plan)
                    running |= looking
                    for future in (*started, *looking):
                        future.add_done_callback(done.put)
                    for result in results:
                        self._on_end(result)
                    if not running:
                        break
                    for future in _several(done):
                        lane = lanes[running.pop(future).provider]
                        lane.free += 1
                        for item in future.result():
                            lane.closed |= isinstance(item, _Closed) and item.result.exit_code == UnreachableError.exit_code
                            ended.append(item)
        except BaseException:
            # Whoever broke in, what was under way has ended by now, and is remembered.
            ended += [item for future in running if future.exception() is None for item in future.result()]
            for item in ended:
                if isinstance(item, _Closed):
                    self._settle(item)
            raise
        return ApplyReport(tuple(books.results), interrupted=interrupted)

    def _turn(
        self, books: Books, lanes: Mapping[str, Lane], ended: list[_Ended], run: int, *, begin: bool
    ) -> tuple[list[Result], list[Part]]:
        """Write down what ended and what begins; returns both. Empties `ended`."""
        results: list[Result] = []
        beginning: list[Part] = []
        with self._journal.together():
            for item in ended:
                if isinstance(item, _Closed):
                    self._settle(item)
                    results += self._enter(books, self._under_way[item.result.change.address], item.result, run)
            if begin:
                for part in books.take_ready():
                    lanes[part.address.provider].enter(part, self._registry[part.address.kind].long_tasks)
                results += self._abandon(books, lanes, run)
                beginning = [part for lane in lanes.values() for part in lane.departing()]
                self._intents |= {part.address: self._journal.intend(run, books.todo[part]) for part in beginning}
                self._under_way |= {part.address: part for part in beginning}
        for item in ended:
            if isinstance(item, _Unverified):
                self._unverified.setdefault(item.change.address.kind, []).append(item)
        ended.clear()
        return results, beginning

    def _verify(
        self, lanes: Mapping[str, Lane], running: Mapping[Future[list[_Ended]], Address], plan: Plan
    ) -> dict[Future[list[_Ended]], Address]:
        """Look at what is unverified; a kind with actions under way waits, so that one look serves them all."""
        looking: dict[Future[list[_Ended]], Address] = {}
        for kind in sorted(self._unverified.keys() - {address.kind for address in running.values()}):
            items = self._unverified.pop(kind)
            address = items[0].change.address
            lanes[address.provider].free -= 1
            looking[lanes[address.provider].pool.submit(self._verify_in_bulk, items, plan)] = address
        return looking

    def _abandon(self, books: Books, lanes: Mapping[str, Lane], run: int) -> list[Result]:
        """Skip what waits for a service that cannot be reached."""
        skipped: list[Result] = []
        for lane in lanes.values():
            for part in lane.abandoned():
                why = reason("service-unreachable", service=part.address.provider)
                skipped += self._enter(books, part, Result(books.todo[part], Outcome.SKIPPED, why), run)
        return skipped

    def _enter(self, books: Books, part: Part, result: Result, run: int) -> list[Result]:
        """Enter a result, with those of dependents that are skipped for it."""
        entered = books.enter(part, result)
        for skipped in entered:
            if skipped.outcome is Outcome.SKIPPED:
                self._journal.settle(self._journal.intend(run, skipped.change), Outcome.SKIPPED, skipped.reason)
        return entered

    def _settle(self, item: _Closed) -> None:
        result = item.result
        self._journal.settle(self._intents[result.change.address], result.outcome, result.reason, item.reached)
        for address in item.gone_too:
            self._journal.forget(self._cohort, address)

    def _act(self, change: Change) -> list[_Ended]:
        """In a worker thread: do it, verify it by the answers where they showed the object."""
        began = monotonic()
        kind = self._registry[change.address.kind]
        if not change.acts:
            # An adoption without differences: the journal learns what already holds. Or another cohort's: the record ends.
            reached = (
                Reached(None)
                if change.release
                else self._reached(change, change.observed or {}, change.handle, created=change.created, done=True)
            )
            return [_Closed(Result(change, Outcome.DONE), reached)]
        if (why := self._refused.get(change.address)) is not None:
            return [_Closed(Result(change, Outcome.REFUSED, why, exit_code=1))]
        self._on_start(change)
        try:
            done = carry_out(kind, change, self._now)
        except Exception as problem:  # noqa: BLE001 - whatever goes wrong with one resource stops its dependents, and nothing else
            return [self._failed(change, problem, monotonic() - began)]
        item = _Unverified(change, done, began)
        if done.seen is None and change.action is not Action.DELETE:
            return [item]
        return [self._verified(item, done.seen)]

    def _failed(self, change: Change, problem: Exception, seconds: float) -> _Closed:
        """The failure by its type. What was done all the same is remembered, so that the next plan knows that eiginfra did it."""
        if isinstance(problem, HeldError):
            return _Closed(Result(change, Outcome.WAITING, failure(problem), seconds), self._left_behind(change))
        outcome = Outcome.REFUSED if isinstance(problem, StaleError) else Outcome.FAILED
        reached = None if isinstance(problem, StaleError | UnreachableError) else self._left_behind(change)
        return _Closed(Result(change, outcome, failure(problem), seconds, exit_code_of(problem)), reached)

    def _left_behind(self, change: Change) -> Reached | None:
        """What exists after a failure. Before a creation nothing did, so eiginfra created it, unless it has another marker.

        None where nothing is to be remembered: of what is not on record yet, of a rename, which is tried again under the former address,
        and of a deletion.
        """
        created = change.action in (Action.CREATE, Action.REPLACE)
        if not created and (change.address not in self._records or change.was is not None or change.action is Action.DELETE):
            return None
        kind = self._registry[change.address.kind]
        try:
            seen = kind.read(spec_of(kind, change), {} if created else change.handle)
        except Exception:  # noqa: BLE001 - it was only a read; the failure itself is reported
            return None
        if seen is None or (created and seen.marked is False):
            return None
        return self._reached(change, seen.values, seen.handle, created=created or change.created, done=False)

    def _verify_in_bulk(self, items: Sequence[_Unverified], plan: Plan) -> list[_Ended]:
        """One reading of a kind for all its actions whose answers did not show the object."""
        name = items[0].change.address.kind
        kind = self._registry[name]
        resources = [Resource(item.change.address, spec_of(kind, item.change), item.change.team) for item in items]
        teams = sorted({resource.team for resource in resources if resource.team is not None})
        every = {resource.address: resource for resource in resources}
        try:
            seen = kind.observe(Scope(plan.meta.cohort, teams, resources, whole=False, everything=every))
        except Exception as problem:  # noqa: BLE001 - as in `_act`
            why, code = reason("not-verified", why=failure(problem).model_dump(mode="json")), exit_code_of(problem)
            return [
                _Closed(
                    Result(item.change, Outcome.FAILED, why, monotonic() - item.began, code),
                    self._reached(item.change, {}, {}, created=True, done=False) if item.change.action is Action.CREATE else None,
                )
                for item in items
            ]
        by_address = {there.address: there for there in seen.objects}
        return [self._verified(item, by_address.get(item.change.address)) for item in items]

    def _verified(self, item: _Unverified, seen: Observed | None) -> _Closed:
        """What was seen afterwards decides, and is what the record says."""
        change, seconds = item.change, monotonic() - item.began
        kind = self._registry[change.address.kind]
        missing = shortfall(kind, change, seen)
        if seen is None:
            reached = Reached(None) if missing is None else None
        elif missing is not None and change.was is not None:
            reached = None  # perhaps not renamed: it is looked for under its former address again
        else:
            reached = self._reached(change, seen.values, seen.handle, created=item.done.created, done=missing is None)
        if missing is not None:
            return _Closed(Result(change, Outcome.FAILED, missing, seconds, 1), reached)
        if seen is not None and seen.waiting:
            why = reason("waits", fields={name: what.model_dump(mode="json") for name, what in sorted(seen.waiting.items())})
            return _Closed(Result(change, Outcome.WAITING, why, seconds), reached)
        gone_too = [*gone_with(self._registry, self._records, change.address)] if change.action is Action.DELETE else []
        return _Closed(Result(change, Outcome.DONE, None, seconds), reached, gone_too)

    def _reached(
        self, change: Change, seen: Mapping[str, JsonValue], handle: Mapping[str, JsonValue], *, created: bool, done: bool
    ) -> Reached:
        """The record of what was seen. done: whether all of the change was: else a decommission goes on, and its record with it."""
        kind = self._registry[change.address.kind]
        record = self._records.get(change.address) or (self._records.get(change.was) if change.was else None)
        values = reached(kind.spec, change.desired or {}, seen, None if record is None else record.values, sent=done)
        step = change.step if done and not change.blocked else None
        ends = step is not None and kind.decommission is not None and _last(kind.decommission, step)
        return Reached(values, dict(handle), created=created, protect=change.protect, was=change.was, ends=ends)


def _several(queue: SimpleQueue[T]) -> Iterator[T]:
    """Wait for one, and take with it what is there besides."""
    yield queue.get()
    while not queue.empty():
        yield queue.get()


def _last(steps: Decommission, does: str) -> bool:
    """Whether nothing is left of a decommission after a step; an account that was disabled is watched on."""
    last = steps.steps[-1]
    return last.does == does and last.trigger is not Trigger.APPLY


def failure(problem: Exception) -> Reason:
    """Why something failed, by the type of the error; the text is the server's or the library's."""
    if isinstance(problem, EiginfraError):
        return reason("error", type=type(problem).__name__, text=str(problem))
    last = traceback.extract_tb(problem.__traceback__)[-1]
    # The words of an unexpected error may hold anything, a secret too.
    return reason("unexpected", type=type(problem).__name__, place=f"{PurePath(last.filename).name}:{last.lineno}")


def exit_code_of(problem: Exception) -> int:
    """What a failure means for the command."""
    return problem.exit_code if isinstance(problem, EiginfraError) else 1
