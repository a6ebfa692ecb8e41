"""Which change may begin: dependencies, and how many a provider may carry out at once. Touched by the main thread alone."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from heapq import heappop, heappush

from eiginfra.core.change import Action, Change
from eiginfra.core.plan import Plan
from eiginfra.core.reason import reason
from eiginfra.engine.order import Part, Turn, parts, waits
from eiginfra.engine.report import Outcome, Result


@dataclass
class Books:
    """What is still to be done in one run, part by part, and what has been."""

    todo: Mapping[Part, Change]
    blocking: dict[Part, set[Part]]
    dependents: dict[Part, list[Part]]
    ready: list[Part]
    results: list[Result] = field(default_factory=list)

    @classmethod
    def of(cls, plan: Plan) -> "Books":
        """Who waits for whom."""
        changes = {change.address: change for change in plan.changes if change.acts or change.action is Action.ADOPT or change.release}
        todo = {Part(address, turn): part for address, change in changes.items() for turn, part in parts(change).items()}
        blocking = waits(changes)
        dependents: dict[Part, list[Part]] = {}
        for part, others in blocking.items():
            for other in others:
                dependents.setdefault(other, []).append(part)
        return cls(todo, blocking, dependents, [part for part in todo if not blocking[part]])

    def take_ready(self) -> list[Part]:
        """What may start and was not taken yet."""
        taken, self.ready = self.ready, []
        return taken

    def enter(self, part: Part, result: Result) -> list[Result]:
        """Enter a result; what needs an object that is not there is skipped with it. Returns the results entered, that one first."""
        entered = [result]
        self.results.append(result)
        for dependent in self.dependents.get(part, ()):
            if dependent not in self.blocking:
                continue
            if not self._bars(part, result, dependent):
                self.blocking[dependent].discard(part)
                if not self.blocking[dependent]:
                    self.ready.append(dependent)
            else:
                del self.blocking[dependent]
                why = reason("dependency-failed", address=str(part.address))
                entered += self.enter(dependent, Result(self.todo[dependent], Outcome.SKIPPED, why))
        return entered

    def _bars(self, part: Part, result: Result, waiting: Part) -> bool:
        """Whether a result keeps a dependent from being done: a missing object does, or one not renamed; one that differs does not.

        An object is closed only when all in it is done, and what one part of a change came to decides about the next.
        """
        if result.outcome in (Outcome.DONE, Outcome.WAITING):
            return False
        if waiting.turn is Turn.LAST or waiting.address == part.address:
            return True
        dependent, change = self.todo[waiting], result.change
        if change.address in dependent.follows and change.address not in dependent.depends_on:
            return False
        moves = change.action in (Action.CREATE, Action.REPLACE, Action.DELETE) or change.was is not None
        return moves or Action.DELETE is dependent.action


@dataclass
class Lane:
    """One provider's actions: those that wait for a free thread, and the number of free threads."""

    pool: ThreadPoolExecutor
    free: int
    waiting: list[tuple[int, int, Part]] = field(default_factory=list)
    """A heap: what takes the most long tasks first, so that the last to begin is short; else in the order in which it was ready."""
    entered: int = 0
    closed: bool = False
    """Its service cannot be reached: it is not hammered with the rest."""

    def enter(self, part: Part, long_tasks: int) -> None:
        """Let an action wait for a free thread."""
        self.entered += 1
        heappush(self.waiting, (-long_tasks, self.entered, part))

    def departing(self) -> Iterator[Part]:
        """Those for which a thread is free now. No more are handed to the pool, so that an interrupt finds none queued there."""
        while self.waiting and self.free > 0:
            self.free -= 1
            yield heappop(self.waiting)[2]

    def abandoned(self) -> Iterator[Part]:
        """Those that nobody can carry out any more."""
        while self.closed and self.waiting:
            yield heappop(self.waiting)[2]
