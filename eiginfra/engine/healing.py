"""What a loop may heal of a plan, how much of it and when, and what of it is news. No I/O and no clock: callers say what time it is."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel

from eiginfra.core.address import Address
from eiginfra.core.change import Action, Cause, Change
from eiginfra.core.finding import Finding, Severity
from eiginfra.core.plan import Plan
from eiginfra.core.reason import Reason, reason
from eiginfra.engine.drift import drifted
from eiginfra.engine.drift_history import Sightings
from eiginfra.engine.mode import Mode
from eiginfra.engine.overdue import Pending, overdue, pending, watched
from eiginfra.engine.report import ApplyReport, Outcome, Result

HOUR = timedelta(hours=1)
LONGEST_REST = timedelta(hours=24)
_OF_LISTS = frozenset({"removal-cap"})
"""Guards that count removed entries over many resources: they concern every change that removes one."""


class HealingRule(StrEnum):
    """What happens to drift of one kind. IGNORE: it is not even reported."""

    HEAL = "heal"
    ALERT = "alert"
    IGNORE = "ignore"


@dataclass(frozen=True)
class HealingPolicy:
    """What the site allows: a rule per kind (heal, if none is written), ignored fields per kind, heals in any hour.

    pending_after: how long what was merged may wait for an apply before it is told. rest: the unit of the backoff; a
    resource that failed n > 1 times in a row rests 2^(n-1) of it, a day at most.
    """

    mode: Mode = Mode.DETECT
    rules: Mapping[str, HealingRule] = field(default_factory=dict)
    ignored: Mapping[str, frozenset[str]] = field(default_factory=dict)
    heals_per_hour: int = 20
    rest: timedelta = timedelta(minutes=10)
    pending_after: timedelta = timedelta(hours=4)

    def rule(self, address: Address) -> HealingRule:
        """The rule of a resource's kind."""
        return self.rules.get(address.kind, HealingRule.HEAL)

    def ignores(self, address: Address, name: str) -> bool:
        """Whether drift of a field is neither reported nor healed."""
        return name in self.ignored.get(address.kind, ())


class Failure(BaseModel):
    """How often in a row a resource could not be healed, when last, and with which exit code."""

    times: int
    last: datetime
    code: int

    def rests_until(self, rest: timedelta) -> datetime:
        """When it may be tried again; the first failure costs no waiting beyond the round."""
        # Beyond 2^16 units any rest is the longest.
        return self.last if self.times < 2 else self.last + min(rest * 2 ** min(self.times - 1, 16), LONGEST_REST)


class LoopMemory(BaseModel):
    """What a loop carries from round to round; it grows with what is wrong now, not with time. Holds no values of any field.

    known: address -> fingerprint of the drift that was reported. heals: when each try to heal began, in the last hour; entered by
    whoever begins it, so that a round that breaks counts too.
    trouble: the sort of error that keeps rounds from ending well, as told. unsent: messages that nobody has received yet. rounds: how many
    there were. sightings: since when what is wrong now is wrong. pending: what waits for an apply.
    """

    format_version: Literal[1] = 1
    known: dict[str, str] = {}
    failures: dict[str, Failure] = {}
    heals: list[datetime] = []
    trouble: str | None = None
    unsent: list[str] = []
    rounds: int = 0
    sightings: Sightings = Sightings()
    pending: dict[str, Pending] = {}

    def heals_left(self, policy: HealingPolicy, now: datetime) -> int:
        """How many more may be healed now."""
        return policy.heals_per_hour - sum(when > now - HOUR for when in self.heals)


@dataclass(frozen=True)
class HealingPlan:
    """A plan seen through a policy: the drift to tell, the plan of what may be healed, and why the rest of the drift is left alone.

    pending: what the inventory asks for, and only an apply does. excesses: findings, not told before, on what takes more
    than its team's quota and is no drift, such as what was made by hand.
    """

    drift: tuple[Change, ...]
    plan: Plan
    held: Mapping[Address, Reason]
    excesses: tuple[Finding, ...] = ()
    pending: tuple[Change, ...] = ()
    pending_after: timedelta = timedelta(hours=4)


@dataclass(frozen=True)
class News:
    """The news of a round: drift that was not known, healed or not; failures that were not; and what is in order again without the loop."""

    found: tuple[Change, ...] = ()
    healed: tuple[Result, ...] = ()
    failing: tuple[Result, ...] = ()
    recovered: tuple[str, ...] = ()
    standing: tuple[Change, ...] = ()
    """All drift that the round left behind, known or new."""
    overdue: Mapping[str, datetime] = field(default_factory=dict)
    """What waits for an apply for too long, and since when; reported once."""


def select_healing(plan: Plan, policy: HealingPolicy, memory: LoopMemory, now: datetime) -> HealingPlan:
    """Keep of a plan what the policy lets the loop heal: drift alone, with what it depends on, in the plan's order, under all caps.

    A guard's error holds back what it is about; one that names neither a resource nor a list holds back everything.
    """
    whole = {change.address: change for change in plan.changes}
    drift = tuple(seen for change in drifted(plan) if (seen := _visible(change, policy)) is not None)
    allowed: dict[Address, Change] = {}
    held: dict[Address, Reason] = {}
    left = memory.heals_left(policy, now)
    for seen in drift:
        change = whole[seen.address]
        why = (
            _unfit(change, policy)
            or _guarded(change, plan.errors)
            or _resting(change, policy, memory, now)
            or _without(change, whole, allowed)
            or (reason("heals-used-up", limit=policy.heals_per_hour) if len(allowed) >= left else None)
        )
        if why is None:
            allowed[change.address] = _narrowed(change, policy)
        else:
            held[change.address] = why
    kept = tuple(
        change.model_copy(update={"depends_on": tuple(other for other in change.depends_on if other in allowed)})
        for change in allowed.values()
    )
    findings = tuple(found for found in plan.findings if found.severity is not Severity.ERROR)
    waits = tuple(change for change in pending(plan) if policy.rule(change.address) is not HealingRule.IGNORE)
    fields = {name: getattr(plan, name) for name in Plan.model_fields}
    return HealingPlan(
        drift, Plan(**{**fields, "changes": kept, "findings": findings}), held, tuple(_excesses(plan, policy)), waits, policy.pending_after
    )


def _excesses(plan: Plan, policy: HealingPolicy) -> Iterator[Finding]:
    changing = {str(change.address) for change in plan.changes}
    for found in plan.findings:
        if found.acknowledged is not None:
            continue
        if found.address is None or found.address in changing or found.trace is None or found.trace.seen is not None:
            continue
        if policy.rule(Address.parse(found.address)) is not HealingRule.IGNORE:
            yield found


def fingerprint(change: Change) -> str:
    """Two drifts with the same fingerprint are the same news; sensitive values do not enter."""
    diffs = [
        [found.label, found.cause, *((found.before, found.after) if not found.sensitive else ())]
        for found in (*change.diffs, *change.withheld)
    ]
    body = [str(change.address), change.action, change.cause, diffs]
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:16]


def remember(memory: LoopMemory, healing: HealingPlan, report: ApplyReport | None, now: datetime) -> News:
    """Enter a round that saw everything, and say what of it is news. report: None if nothing was carried out."""
    results = report.results if report is not None else ()
    healed = tuple(result for result in results if result.achieved)
    failed = tuple(result for result in results if result.outcome in (Outcome.FAILED, Outcome.REFUSED))
    in_order = {str(result.change.address) for result in healed}
    seen = {str(change.address): change for change in healing.drift}
    # What a failed heal left in another state is no news.
    known = {address for address, change in seen.items() if memory.known.get(address) == fingerprint(change) or address in memory.failures}
    found = tuple(change for address, change in seen.items() if address not in known)
    recovered = tuple(sorted(address for address in memory.known.keys() | memory.failures.keys() if address not in seen))
    standing = {address: change for address, change in seen.items() if address not in in_order}

    memory.known = {address: fingerprint(change) for address, change in standing.items()}
    memory.heals = [when for when in memory.heals if when > now - HOUR]
    memory.failures = {address: failure for address, failure in memory.failures.items() if address in standing}
    failing = tuple(result for result in failed if _fails_anew(memory, result, now))
    memory.pending = watched(memory.pending, healing.pending, now)
    late = {address: memory.pending[address].since for address in overdue(memory.pending, healing.pending_after, now)}
    for address in late:
        memory.pending[address].told = True
    return News(found, healed, failing, recovered, tuple(standing.values()), late)


def _fails_anew(memory: LoopMemory, result: Result, now: datetime) -> bool:
    """Enter a failure; whether it is the first in a row, or of another sort than the last."""
    address = str(result.change.address)
    before = memory.failures.get(address)
    memory.failures[address] = Failure(times=before.times + 1 if before else 1, last=now, code=result.exit_code)
    return before is None or before.code != result.exit_code


def _visible(change: Change, policy: HealingPolicy) -> Change | None:
    """The drift of a change that the policy does not ignore, if any."""
    if policy.rule(change.address) is HealingRule.IGNORE:
        return None
    diffs = tuple(found for found in change.diffs if not policy.ignores(change.address, found.field))
    blocked = tuple(item for item in change.blocked if not policy.ignores(change.address, item.diff.field))
    ignored = (change.diffs or change.blocked) and not diffs and not blocked
    return None if ignored else change.model_copy(update={"diffs": diffs, "blocked": blocked})


def _unfit(change: Change, policy: HealingPolicy) -> Reason | None:
    """Why such a change is never healed under this policy; None if it may be."""
    if policy.mode is Mode.DETECT:
        return reason("only-watched")
    if policy.rule(change.address) is HealingRule.ALERT:
        return reason("left-to-people", kind=change.address.kind)
    if change.cause is Cause.ORPHAN:
        return reason("not-removed-by-loop")
    if change.action not in (Action.CREATE, Action.UPDATE):
        return change.reason or next((item.reason for item in change.blocked), reason("not-healable"))
    causes: set[Cause | None] = {found.cause for found in change.diffs if not policy.ignores(change.address, found.field)}
    causes = causes or {change.cause}
    if Cause.UNKNOWN in causes:
        return reason("history-unknown")
    if causes != {Cause.DRIFT}:
        return reason("inventory-changed-too")
    return None


def _guarded(change: Change, errors: Iterable[Finding]) -> Reason | None:
    for found in errors:
        if found.address is not None:
            concerned = found.address == str(change.address)
        else:
            concerned = found.code not in _OF_LISTS or any(diff.removes for diff in change.diffs)
        if concerned:
            return reason("guard", why=found.brief)
    return None


def _resting(change: Change, policy: HealingPolicy, memory: LoopMemory, now: datetime) -> Reason | None:
    failure = memory.failures.get(str(change.address))
    if failure is None or (until := failure.rests_until(policy.rest)) <= now:
        return None
    return reason("resting", times=failure.times, until=f"{until:%Y-%m-%d %H:%M} UTC")


def _without(change: Change, whole: Mapping[Address, Change], allowed: Mapping[Address, Change]) -> Reason | None:
    """What is not there, and will not be made, cannot bear anything; what only differs can."""
    making = (Action.CREATE, Action.REPLACE)
    missing = [other for other in change.depends_on if other not in allowed and other in whole and whole[other].action in making]
    return reason("dependency-missing", address=str(missing[0])) if missing else None


def _narrowed(change: Change, policy: HealingPolicy) -> Change:
    """The change without the ignored fields, which keep their observed values."""
    ignored: Sequence[str] = [found.field for found in change.diffs if policy.ignores(change.address, found.field)]
    if not ignored:
        return change
    desired = {name: value for name, value in (change.desired or {}).items() if name not in ignored}
    desired |= {name: value for name in ignored if (value := (change.observed or {}).get(name)) is not None}
    diffs = tuple(found for found in change.diffs if found.field not in ignored)
    return change.model_copy(update={"desired": desired, "diffs": diffs})
