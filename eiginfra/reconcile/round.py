"""One round: plan, select what may be healed, heal, remember."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from eiginfra.core.change import Change
from eiginfra.core.errors import EiginfraError, InputError, LockedError, PermissionDeniedError, TransientError, bug
from eiginfra.core.trace import Moment
from eiginfra.engine.healing import HealingPlan, LoopMemory, News, remember, select_healing
from eiginfra.engine.report import ApplyReport, Result
from eiginfra.reconcile.work import Work
from eiginfra.wiring.stopping import Stopper


class End(StrEnum):
    """How a round ended.

    drift: it saw everything, and left some drift standing. failed: something could not be healed, or not even be looked at. refused: the
    files are wrong. locked: another run was at work. stopped: the loop was asked to stop.
    """

    CLEAN = "clean"
    HEALED = "healed"
    DRIFT = "drift"
    FAILED = "failed"
    REFUSED = "refused"
    LOCKED = "locked"
    STOPPED = "stopped"

    @property
    def well(self) -> bool:
        """Whether the round did all that it was meant to."""
        return self in (End.CLEAN, End.HEALED, End.DRIFT)


@dataclass(frozen=True)
class Round:
    """The result of a round. problem: why it was not finished; told: whether that is news; relief: the end of a problem is news."""

    number: int
    end: End
    seconds: float
    healing: HealingPlan | None = None
    report: ApplyReport | None = None
    news: News = field(default_factory=News)
    problem: EiginfraError | None = None
    told: bool = False
    relief: bool = False
    requests: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    pending_seconds: float = 0.0
    """How long the oldest change that was merged waits for an apply."""


class UnexpectedError(EiginfraError):
    """A bug of eiginfra: reported by type and place, since its text may contain anything."""

    def __init__(self, problem: Exception) -> None:
        super().__init__(bug(problem))


@dataclass(frozen=True)
class Walked:
    """What `walk` brings."""

    healing: HealingPlan
    report: ApplyReport | None
    news: News
    end: End


def walk(work: Work, memory: LoopMemory, stopper: Stopper, now: Callable[[], datetime], pulse: Callable[[], None]) -> Walked:
    """Look at everything, heal what the policy allows, enter it all in the memory. Raises the errors of core.errors.

    pulse: called at each sign of life.
    """

    def on_start(_change: Change) -> None:
        memory.heals.append(now())
        pulse()

    def on_end(_result: Result) -> None:
        pulse()

    policy = work.policy()
    with work.lock():
        moment = Moment(what="round", number=memory.rounds, at=now())
        plan = work.plan(memory.sightings)
        pulse()
        healing = select_healing(plan, policy, memory, now())
        idle = healing.plan.empty or stopper.stopping()
        report = None if idle else work.apply(healing.plan, stopper.stopping, on_start, on_end)
    news = remember(memory, healing, report, now())
    memory.sightings = memory.sightings.after(plan, moment)
    return Walked(healing, report, news, _end(report, news, stopped=stopper.stopping()))


def _end(report: ApplyReport | None, news: News, *, stopped: bool) -> End:
    if stopped:
        return End.STOPPED
    if report is not None and report.failed:
        return End.FAILED
    if news.standing:
        return End.DRIFT
    return End.HEALED if news.healed else End.CLEAN


def end_of(problem: EiginfraError) -> End:
    """How a round ends that was not finished."""
    if isinstance(problem, LockedError):
        return End.LOCKED
    return End.REFUSED if isinstance(problem, InputError) else End.FAILED


def sort_of(problem: EiginfraError) -> str:
    """What makes two problems the same news: a service's troubles are one, however it words them; wrong files are told as they change."""
    for family in (PermissionDeniedError, TransientError):
        if isinstance(problem, family):
            return family.__name__
    return f"{type(problem).__name__}: {problem}"
