"""One action: read the object again, let the kind do it, and compare the result with what was wanted."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tenacity import Retrying, retry_if_exception_type, retry_if_not_exception_type, stop_after_attempt, wait_random_exponential

from eiginfra.core.change import Action, Cause, Change
from eiginfra.core.errors import AlreadyExistsError, HeldError, PermanentError, StaleError, TransientError, UnreachableError
from eiginfra.core.kind import Kind
from eiginfra.core.reason import NEXT_START, RESTART, Reason, reason
from eiginfra.core.resource import Observed
from eiginfra.core.spec import Spec
from eiginfra.core.window import within
from eiginfra.engine.diff import agrees, diff


@dataclass(frozen=True)
class Done:
    """The result of an action: the object if the answers showed it, and whether eiginfra created it."""

    seen: Observed | None
    created: bool


ATTEMPTS = 4


def retrying() -> Retrying:
    """Transient failures, by type; each further try waits longer, never as long as another's. A dead server is not hammered."""
    return Retrying(
        retry=retry_if_exception_type(TransientError) & retry_if_not_exception_type((HeldError, UnreachableError)),
        stop=stop_after_attempt(ATTEMPTS),
        wait=wait_random_exponential(multiplier=0.2, max=5.0),
        reraise=True,
    )


def local_time() -> datetime:
    """The real time where this runs: what the site's hours go by."""
    return datetime.now(UTC).astimezone()


def carry_out(kind: Kind[Any], change: Change, now: Callable[[], datetime] = local_time) -> Done:
    """Do what the change says. Raises StaleError when the object is not what the plan saw, else what the kind raises."""
    if change.restart is not None and change.restart.window is not None and not within(change.restart.window, now()):
        msg = f"it was to be restarted, and the hours for that, {change.restart.window}, are over; make a new plan"
        raise StaleError(msg)
    by_action: dict[Action, Callable[[Kind[Any], Change], Done]] = {
        Action.CREATE: _create,
        Action.UPDATE: _update,
        Action.ADOPT: _update,
        Action.DELETE: _delete,
        Action.REPLACE: _replace,
    }
    return by_action[change.action](kind, change)


def shortfall(kind: Kind[Any], change: Change, seen: Observed | None) -> Reason | None:
    """What is still missing of the change in what was seen afterwards; None if nothing is."""
    if change.action is Action.DELETE:
        return None if seen is None else reason("still-there")
    if seen is None:
        return None if change.step is not None else reason("not-there")
    if change.restart is not None and (still := sorted(set(change.restart.fields) & seen.waiting.keys())):
        return reason("still-waits", fields=[*still])
    # What waits for a restart is shown as it will be; what waits for a person, or for another object, as it is.
    waiting = {name for name, what in seen.waiting.items() if what not in (RESTART, NEXT_START)}
    withheld = {found.label for found in change.withheld} | seen.blocked.keys()
    desired = change.desired or {}
    missing = [found for found in diff(kind.spec, desired, seen.values, desired) if not {found.label, found.field} & (waiting | withheld)]
    if not missing:
        return None
    return reason("still-differs", fields={found.label: "***" if found.sensitive else found.before for found in missing})


def spec_of(kind: Kind[Any], change: Change) -> Spec:
    """The spec that a change wants; of an orphan, for which nobody asks any more, also one that no spec allows."""
    try:
        return kind.spec.model_validate(change.desired)
    except ValueError:
        if change.cause is not Cause.ORPHAN:
            raise
        return kind.spec.model_construct(set(change.desired or {}), **(change.desired or {}))


def _create(kind: Kind[Any], change: Change) -> Done:
    """A create that failed on the way may have been done: look before asking again."""
    spec = spec_of(kind, change)
    for attempt in retrying():
        with attempt:
            again = attempt.retry_state.attempt_number > 1
            there = kind.read(spec, {}) if again else None
            if there is not None:
                return _finish(kind, change, spec, there)
            try:
                return Done(kind.create(spec), created=True)
            except AlreadyExistsError as problem:
                if again and (there := kind.read(spec, {})) is not None:
                    return _finish(kind, change, spec, there)
                msg = f"it appeared after the plan was made ({problem}); make a new plan"
                raise StaleError(msg) from problem
    raise AssertionError  # pragma: no cover: Retrying returns or raises


def _finish(kind: Kind[Any], change: Change, spec: Spec, there: Observed) -> Done:
    """The lost answer's work was done; what it left undone is an update."""
    diffs = diff(kind.spec, change.desired or {}, there.values, None)
    return Done(kind.update(there, spec, diffs) if diffs else there, created=True)


def _update(kind: Kind[Any], change: Change) -> Done:
    spec = spec_of(kind, change)
    for attempt in retrying():
        with attempt:
            there = kind.read(spec, change.handle)
            if there is None:
                msg = "it is gone since the plan was made; make a new plan"
                raise StaleError(msg)
            desired = change.desired or {}
            if not agrees(kind.spec, there.values, change.observed or {}, desired):
                now = ", ".join(found.label for found in diff(kind.spec, change.observed or {}, there.values, None))
                msg = f"it changed since the plan was made ({now}); make a new plan"
                raise StaleError(msg)
            planned = {(found.field, found.entry) for found in change.diffs}
            diffs = [found for found in diff(kind.spec, desired, there.values, None) if (found.field, found.entry) in planned]
            try:
                seen = kind.update(there, spec, diffs) if diffs or change.marked is False else there
            except StaleError as problem:
                if attempt.retry_state.attempt_number == ATTEMPTS:
                    raise
                # Something was written since the read; perhaps by our own request, whose answer was lost. The next read decides.
                raise TransientError(str(problem)) from problem
            if change.restart is not None:
                seen = kind.restart(spec, seen or there)
            return Done(seen, created=change.created)
    raise AssertionError  # pragma: no cover: Retrying returns or raises


def _delete(kind: Kind[Any], change: Change) -> Done:
    kind.delete(Observed(change.address, change.observed or {}, change.handle, change.marked, change.team))
    return Done(None, created=False)


def _replace(kind: Kind[Any], change: Change) -> Done:
    if kind.decommission is None or not kind.decommission.removes:
        msg = f"a {kind.name} is not removed at once, so it cannot be replaced"
        raise PermanentError(msg)
    _delete(kind, change)
    return _create(kind, change)
