"""Round after round, each on files that are read again, until asked to stop. An error ends a round, never the loop."""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from eiginfra.core.errors import EiginfraError, LockedError
from eiginfra.core.secret import Secret
from eiginfra.core.trace import Trace
from eiginfra.core.values import instant
from eiginfra.engine.healing import LoopMemory
from eiginfra.engine.mode import Mode
from eiginfra.reconcile.log import say
from eiginfra.reconcile.metrics import Metrics
from eiginfra.reconcile.notify import Notifier
from eiginfra.reconcile.round import End, Round, UnexpectedError, Walked, end_of, sort_of, walk
from eiginfra.reconcile.state import keep, recall
from eiginfra.reconcile.webhook import compose, tell
from eiginfra.reconcile.work import Work
from eiginfra.render.catalogue import spoken
from eiginfra.render.phrases import not_todays_plan
from eiginfra.render.still_access import people_and_machines
from eiginfra.wiring.stopping import Stopper

SILENCE = 45 * 60.0
"""Seconds without progress after which the loop counts as blocked: no single step (a task of Proxmox) may take longer."""
_BREATH = 30.0


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Loop:
    """cohort, site: how messages and metrics name them. open_work: reads the files and is called once a round.

    state: where the memory is kept. address: where the webhook's address comes from; proxy: which one leads there. now, monotonic, wait:
    the clock, and a sleep that tells whether to stop.
    """

    cohort: str
    site: str
    mode: Mode
    open_work: Callable[[], Work]
    state: Path
    stopper: Stopper
    address: Callable[[], Secret] | None = None
    proxy: str | None = None
    notify: Notifier = field(default_factory=lambda: Notifier({}))
    now: Callable[[], datetime] = _now
    monotonic: Callable[[], float] = time.monotonic
    wait: Callable[[float], bool] | None = None
    pages_every: timedelta | None = None
    """From one refresh of the pages to the next, at least; None: there are none."""
    last: Round | None = None

    def __post_init__(self) -> None:
        self.metrics = Metrics(self.cohort, self.mode)
        self.memory: LoopMemory = recall(self.state)
        self._alive = self.monotonic()
        self._ended: datetime | None = None
        self._refreshed: datetime | None = None

    @property
    def number(self) -> int:
        """The round's number; it goes on where an earlier loop with the same memory ended."""
        return self.memory.rounds

    def run(self, interval: timedelta, jitter: Callable[[], float]) -> None:
        """Round after round; jitter: what each interval is multiplied by. Returns when asked to stop."""
        self.notify("READY=1")
        while self.once().end is not End.STOPPED and not self._rest(interval.total_seconds() * jitter()):
            pass
        self.notify("STOPPING=1")

    def once(self) -> Round:
        """One round, told to whoever listens; never raises what a round may meet."""
        self.memory.rounds += 1
        self.pulse()
        began = self.monotonic()
        work: Work | None = None
        walked: Walked | None = None
        problem: EiginfraError | None = None
        requests: Mapping[str, Mapping[str, int]] = {}
        try:
            work = self.open_work()
            walked = walk(work, self.memory, self.stopper, self.now, self.pulse)
            self._refresh(work, walked)
        except EiginfraError as met:
            problem = met
        except Exception as met:  # noqa: BLE001 - a loop that is left alone outlives our own mistakes, and tells them
            problem = UnexpectedError(met)
        finally:
            if work is not None:
                requests = work.requests()
                work.close()
        seen = self._seen(walked, problem, self.monotonic() - began, requests)
        self._tell(seen)
        self.last, self._ended = seen, self.now()
        self.pulse()
        return seen

    def _refresh(self, work: Work, walked: Walked) -> None:
        """The pages, where they are due. What was seen before something was healed is over; the next round looks again."""
        due = self.pages_every is not None and (self._refreshed is None or self.now() - self._refreshed >= self.pages_every)
        if not due or walked.report is not None or walked.end is End.STOPPED:
            return
        try:
            files = work.pages()
        except EiginfraError as problem:
            say("pages-failed", level=logging.WARNING, reason=spoken().problem(problem))
        except Exception as problem:  # noqa: BLE001 - as for a round
            say("pages-failed", level=logging.WARNING, reason=str(UnexpectedError(problem)))
        else:
            self._refreshed = self.now()
            say("pages", files=files)
        self.pulse()

    def pulse(self) -> None:
        """A sign of life."""
        self._alive = self.monotonic()
        self.notify("WATCHDOG=1")

    def health(self) -> tuple[bool, Mapping[str, object]]:
        """Whether the loop lives, and how the last round ended. A round that failed is no reason to restart the loop."""
        well = self.monotonic() - self._alive < SILENCE
        return well, {
            "status": "ok" if well else "hung",
            "rounds": self.number,
            "last_end": self.last.end.value if self.last else None,
            "last_ended": self._ended.isoformat(timespec="seconds") if self._ended else None,
        }

    def _seen(
        self, walked: Walked | None, problem: EiginfraError | None, seconds: float, requests: Mapping[str, Mapping[str, int]]
    ) -> Round:
        """The round, with its trouble: reported before, or news."""
        if walked is not None:
            relief, self.memory.trouble = self.memory.trouble is not None, None
            since = min((item.since for item in self.memory.pending.values()), default=None)
            oldest = 0.0 if since is None else (self.now() - since).total_seconds()
            return Round(
                self.number,
                walked.end,
                seconds,
                walked.healing,
                walked.report,
                walked.news,
                relief=relief,
                requests=requests,
                pending_seconds=oldest,
            )
        met = problem or EiginfraError("the round brought nothing")
        news = not isinstance(met, LockedError) and self.memory.trouble != sort_of(met)
        if news:
            self.memory.trouble = sort_of(met)
        return Round(self.number, end_of(met), seconds, problem=met, told=news, requests=requests)

    def _tell(self, seen: Round) -> None:
        """Log, metrics, webhook, memory, systemd: in this order, so that what fails late loses nothing."""
        log_round(seen)
        self.metrics.count(seen, self.now().timestamp())
        had = bool(message := compose(f"{self.cohort} on {self.site}", seen)) or bool(self.memory.unsent)
        unsent = tell(self.memory, message, self.address, self.proxy)
        if had and self.address is not None:
            self.metrics.told(sent=unsent is None)
        if unsent is not None:
            say("webhook-failed", level=logging.WARNING, reason=str(unsent), waiting=len(self.memory.unsent))
        try:
            keep(self.state, self.memory)
        except EiginfraError as problem:
            say("memory-lost", level=logging.WARNING, reason=str(problem))
        self.notify(f"STATUS=round {seen.number}: {seen.end}, {len(self.memory.known)} drifting")

    def _rest(self, seconds: float) -> bool:
        """Sleep, with a sign of life now and then; whether to stop."""
        wait = self.wait or self.stopper.wait
        breath = min(_BREATH, (self.notify.watchdog or SILENCE) / 3)
        while seconds > 0:
            if wait(min(breath, seconds)):
                return True
            seconds -= breath
            self.pulse()
        return self.stopper.stopping()


def log_round(seen: Round) -> None:
    """One line for each thing that is news, and one for the round."""
    held = seen.healing.held if seen.healing is not None else {}
    for change in seen.news.found:
        fields = [found.label for found in (*change.diffs, *change.withheld)]
        reason = spoken().told(held[change.address]) if change.address in held else None
        facts = {"address": str(change.address), "team": change.team, "cause": change.cause, "action": change.action, "fields": fields}
        say("drift", level=logging.WARNING, round=seen.number, **facts, held=reason, **_facts(change.trace))
    for excess in seen.healing.excesses if seen.healing is not None else ():
        facts = {"address": excess.address, "team": excess.team, "code": excess.code}
        say("excess", level=logging.WARNING, round=seen.number, **facts, **_facts(excess.trace))
    for result in seen.report.results if seen.report is not None else ():
        level = logging.ERROR if result.exit_code else logging.INFO
        facts = {
            "address": str(result.change.address),
            "team": result.change.team,
            "outcome": result.outcome,
            "reason": spoken().told(result.reason) if result.reason else None,
        }
        say("heal", level=level, round=seen.number, **facts, seconds=round(result.seconds, 3))
    for address, since in seen.news.overdue.items():
        say("pending", level=logging.WARNING, round=seen.number, address=address, since=instant(since, "seconds"))
    for address in seen.news.recovered:
        say("recovered", round=seen.number, address=address)
    if seen.problem is not None:
        level = logging.WARNING if seen.end is End.LOCKED else logging.ERROR
        say("trouble", level=level, round=seen.number, type=type(seen.problem).__name__, reason=spoken().problem(seen.problem))
    meta = seen.healing.plan.meta if seen.healing is not None else None
    say(
        "round",
        round=seen.number,
        end=seen.end,
        seconds=round(seen.seconds, 3),
        drift=len(seen.news.standing) if seen.healing is not None else None,
        healed=len(seen.news.healed),
        held=len(held),
        pending=len(seen.healing.pending) if seen.healing is not None else None,
        remaining=people_and_machines(seen.healing.plan.remaining) or None if seen.healing is not None else None,
        as_of=(meta and not_todays_plan(meta, spoken())) or None,
        requests={provider: sum(methods.values()) for provider, methods in seen.requests.items()},
    )


def _facts(trace: Trace | None) -> dict[str, object]:
    """`in_order`, `seen` and `activity`, as far as they are known."""
    return {name: value for name, value in (trace.model_dump(mode="json") if trace else {}).items() if value}
