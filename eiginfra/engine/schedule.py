"""Which change may begin: dependencies, and how many a provider may carry out at once. Touched by the main thread alone."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from heapq import heappop, heappush

from eiginfra.core.address import Address
from eiginfra.core.change import Action, Change
from eiginfra.core.plan import Plan
from eiginfra.core.reason import reason
from eiginfra.engine.report import Outcome, Result


@dataclass
class Books:
    """What is still to be done in one run, and what has been."""

    todo: Mapping[Address, Change]
    blocking: dict[Address, set[Address]]
    dependents: dict[Address, list[Address]]
    ready: list[Address]
    results: list[Result] = field(default_factory=list)

    @classmethod
    def of(cls, plan: Plan) -> "Books":
        """Who waits for whom: dependents wait for what they depend on; what is deleted waits for all its dependents."""
        todo = {change.address: change for change in plan.changes if change.acts or change.action is Action.ADOPT or change.release}
        blocking: dict[Address, set[Address]] = {address: set() for address in todo}
        for address, change in todo.items():
            for other in (*change.depends_on, *change.follows):
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

    def enter(self, result: Result) -> list[Result]:
        """Enter a result; what needs an object that is not there is skipped with it. Returns the results entered, that one first."""
        entered = [result]
        self.results.append(result)
        for dependent in self.dependents.get(result.change.address, ()):
            if dependent not in self.blocking:
                continue
            if not self._bars(result, self.todo[dependent]):
                self.blocking[dependent].discard(result.change.address)
                if not self.blocking[dependent]:
                    self.ready.append(dependent)
            else:
                del self.blocking[dependent]
                why = reason("dependency-failed", address=str(result.change.address))
                entered += self.enter(Result(self.todo[dependent], Outcome.SKIPPED, why))
        return entered

    @staticmethod
    def _bars(result: Result, dependent: Change) -> bool:
        """Whether a result keeps a dependent from being done: a missing object does, or one not renamed; one that differs does not."""
        if result.outcome in (Outcome.DONE, Outcome.WAITING):
            return False
        if result.change.address in dependent.follows and result.change.address not in dependent.depends_on:
            return False
        change = result.change
        moves = change.action in (Action.CREATE, Action.REPLACE, Action.DELETE) or change.was is not None
        return moves or Action.DELETE is dependent.action


@dataclass
class Lane:
    """One provider's actions: those that wait for a free thread, and the number of free threads."""

    pool: ThreadPoolExecutor
    free: int
    waiting: list[tuple[int, int, Address]] = field(default_factory=list)
    """A heap: what takes the most long tasks first, so that the last to begin is short; else in the order in which it was ready."""
    entered: int = 0
    closed: bool = False
    """Its service cannot be reached: it is not hammered with the rest."""

    def enter(self, address: Address, long_tasks: int) -> None:
        """Let an action wait for a free thread."""
        self.entered += 1
        heappush(self.waiting, (-long_tasks, self.entered, address))

    def departing(self) -> Iterator[Address]:
        """Those for which a thread is free now. No more are handed to the pool, so that an interrupt finds none queued there."""
        while self.waiting and self.free > 0:
            self.free -= 1
            yield heappop(self.waiting)[2]

    def abandoned(self) -> Iterator[Address]:
        """Those that nobody can carry out any more."""
        while self.closed and self.waiting:
            yield heappop(self.waiting)[2]
