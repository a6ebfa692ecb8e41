"""The executor: carries out exactly the plan's changes, independent ones at once, and verifies each."""

import traceback
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from time import monotonic

from pydantic import JsonValue

from eiginfra.core.address import Address
from eiginfra.core.change import Action, Change
from eiginfra.core.decommission import Decommission, Trigger
from eiginfra.core.errors import EiginfraError, StaleError, UnreachableError
from eiginfra.core.journal import Journal, Reached
from eiginfra.core.kind import Registry
from eiginfra.core.plan import Plan
from eiginfra.core.reason import Reason, reason
from eiginfra.core.resource import Observed, Record, Resource, Scope
from eiginfra.engine.action import Done, carry_out, local_time, shortfall, spec_of
from eiginfra.engine.record import reached
from eiginfra.engine.report import ApplyReport, Outcome, Result
from eiginfra.engine.schedule import Books, Lane


@dataclass(frozen=True)
class _Unverified:
    """An action whose answers did not show the object: it is looked at with others of its kind, in bulk."""

    change: Change
    intent: int
    done: Done
    began: float


_Ended = Result | _Unverified


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
        self._records: Mapping[Address, Record] = {}
        self._unverified: dict[str, list[_Unverified]] = {}
        self._stopping = stopping
        self._on_start = on_start
        self._on_end = on_end

    def run(self, plan: Plan, run: int) -> ApplyReport:
        """Carry out the plan's changes under run number `run`.

        A failure stops its dependents and nothing else.
        """
        books, self._records = Books.of(plan), self._journal.records(plan.meta.cohort)
        interrupted = False
        with ExitStack() as stack:
            lanes = {
                provider: Lane(stack.enter_context(ThreadPoolExecutor(room, thread_name_prefix=provider)), room)
                for provider in sorted({address.provider for address in books.todo})
                for room in [self._workers.get(provider, 4)]
            }
            running: dict[Future[list[_Ended]], Address] = {}
            while True:
                interrupted = interrupted or self._stopping()
                if not interrupted:
                    running |= self._start(books, lanes, run)
                # A kind with actions under way waits, so that one look serves them all.
                for kind in sorted(self._unverified.keys() - {address.kind for address in running.values()}):
                    items = self._unverified.pop(kind)
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

    def _start(self, books: Books, lanes: Mapping[str, Lane], run: int) -> dict[Future[list[_Ended]], Address]:
        for address in books.take_ready():
            lanes[address.provider].enter(address, self._registry[address.kind].long_tasks)
        for lane in lanes.values():
            for address in lane.abandoned():
                self._settle(
                    books, Result(books.todo[address], Outcome.SKIPPED, reason("service-unreachable", service=address.provider)), run
                )
        return {lane.pool.submit(self._act, books.todo[address], run): address for lane in lanes.values() for address in lane.departing()}

    def _settle(self, books: Books, item: _Ended, run: int) -> None:
        if isinstance(item, _Unverified):
            self._unverified.setdefault(item.change.address.kind, []).append(item)
            return
        for result in books.enter(item):
            if result.outcome is Outcome.SKIPPED:
                self._journal.settle(self._journal.intend(run, result.change), Outcome.SKIPPED, result.reason)
            self._on_end(result)

    def _act(self, change: Change, run: int) -> list[_Ended]:
        """In a worker thread: write the intent, do it, verify it by the answers where they showed the object."""
        began = monotonic()
        kind = self._registry[change.address.kind]
        intent = self._journal.intend(run, change)
        if not change.acts:
            # An adoption without differences: the journal learns what already holds. Or another cohort's: the record ends.
            reached = (
                Reached(None)
                if change.release
                else self._reached(change, change.observed or {}, change.handle, created=change.created, done=True)
            )
            self._journal.settle(intent, Outcome.DONE, None, reached)
            return [Result(change, Outcome.DONE)]
        self._on_start(change)
        try:
            done = carry_out(kind, change, self._now)
        except Exception as problem:  # noqa: BLE001 - whatever goes wrong with one resource stops its dependents, and nothing else
            return [self._failed(change, intent, problem, monotonic() - began)]
        item = _Unverified(change, intent, done, began)
        if done.seen is None and change.action is not Action.DELETE:
            return [item]
        return [self._verified(item, done.seen)]

    def _failed(self, change: Change, intent: int, problem: Exception, seconds: float) -> Result:
        """The failure by its type. What was done all the same is remembered, so that the next plan knows that eiginfra did it."""
        outcome = Outcome.REFUSED if isinstance(problem, StaleError) else Outcome.FAILED
        why, reached = failure(problem), None
        if not isinstance(problem, StaleError | UnreachableError):
            reached = self._left_behind(change)
        self._journal.settle(intent, outcome, why, reached)
        return Result(change, outcome, why, seconds, exit_code_of(problem))

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
            why = reason("not-verified", why=failure(problem).model_dump(mode="json"))
            for item in items:
                created = self._reached(item.change, {}, {}, created=True, done=False) if item.change.action is Action.CREATE else None
                self._journal.settle(item.intent, Outcome.FAILED, why, created)
            code = exit_code_of(problem)
            return [Result(item.change, Outcome.FAILED, why, monotonic() - item.began, code) for item in items]
        by_address = {there.address: there for there in seen.objects}
        return [self._verified(item, by_address.get(item.change.address)) for item in items]

    def _verified(self, item: _Unverified, seen: Observed | None) -> Result:
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
            self._journal.settle(item.intent, Outcome.FAILED, missing, reached)
            return Result(change, Outcome.FAILED, missing, seconds, 1)
        if seen is not None and seen.waiting:
            why = reason("waits", fields={name: what.model_dump(mode="json") for name, what in sorted(seen.waiting.items())})
            self._journal.settle(item.intent, Outcome.WAITING, why, reached)
            return Result(change, Outcome.WAITING, why, seconds)
        self._journal.settle(item.intent, Outcome.DONE, None, reached)
        return Result(change, Outcome.DONE, None, seconds)

    def _reached(
        self, change: Change, seen: Mapping[str, JsonValue], handle: Mapping[str, JsonValue], *, created: bool, done: bool
    ) -> Reached:
        """The record of what was seen. done: whether all of the change was: else a decommission goes on, and its record with it."""
        kind = self._registry[change.address.kind]
        record = self._records.get(change.address) or (self._records.get(change.was) if change.was else None)
        values = reached(kind.spec, change.desired or {}, seen, None if record is None else record.values)
        step = change.step if done and not change.blocked else None
        ends = step is not None and kind.decommission is not None and _last(kind.decommission, step)
        return Reached(values, dict(handle), created=created, protect=change.protect, was=change.was, ends=ends)


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
