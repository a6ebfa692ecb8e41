"""One action: look again, ask the kind to do it, and say whether what came of it is what was wanted."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tenacity import Retrying, retry_if_exception_type, retry_if_not_exception_type, stop_after_attempt, wait_random_exponential

from eiginfra.core.change import Action, Change
from eiginfra.core.errors import AlreadyExistsError, PermanentError, StaleError, TransientError, UnreachableError
from eiginfra.core.kind import Kind
from eiginfra.core.resource import Observed
from eiginfra.core.spec import Spec
from eiginfra.engine.diff import agrees, diff


@dataclass(frozen=True)
class Done:
    """What an action brought: the object if the answers showed it, and whether eiginfra made it."""

    seen: Observed | None
    made: bool


def retrying(attempts: int = 4) -> Retrying:
    """Transient failures, by type; each further try waits longer, never as long as another's. A dead server is not hammered."""
    return Retrying(
        retry=retry_if_exception_type(TransientError) & retry_if_not_exception_type(UnreachableError),
        stop=stop_after_attempt(attempts),
        wait=wait_random_exponential(multiplier=0.2, max=5.0),
        reraise=True,
    )


def carry_out(kind: Kind[Any], change: Change) -> Done:
    """Do what the change says. Raises StaleError when the object is not what the plan saw, else what the kind raises."""
    by_action: dict[Action, Callable[[Kind[Any], Change], Done]] = {
        Action.CREATE: _create,
        Action.UPDATE: _update,
        Action.ADOPT: _update,
        Action.DELETE: _delete,
        Action.REPLACE: _replace,
    }
    return by_action[change.action](kind, change)


def shortfall(kind: Kind[Any], change: Change, seen: Observed | None) -> str | None:
    """What is still missing of the change in what was seen afterwards; None if nothing is."""
    if change.action is Action.DELETE:
        return None if seen is None else "the server agreed, and it is still there"
    if seen is None:
        return "the server agreed, and it is not there"
    missing = [found for found in diff(kind.spec, change.desired or {}, seen.values, None) if found.field not in seen.waiting]
    if not missing:
        return None
    return "the server agreed, and still shows " + ", ".join(f"{found.label}: {found.before!r}" for found in missing)


def _spec(kind: Kind[Any], change: Change) -> Spec:
    return kind.spec.model_validate(change.desired)


def _create(kind: Kind[Any], change: Change) -> Done:
    """A create that failed on the way may have been done: look before asking again."""
    spec = _spec(kind, change)
    for attempt in retrying():
        with attempt:
            again = attempt.retry_state.attempt_number > 1
            there = kind.read(spec, {}) if again else None
            if there is not None:
                return _finish(kind, change, spec, there)
            try:
                return Done(kind.create(spec), made=True)
            except AlreadyExistsError as problem:
                if again and (there := kind.read(spec, {})) is not None:
                    return _finish(kind, change, spec, there)
                msg = f"it appeared after the plan was made ({problem}); make a new plan"
                raise StaleError(msg) from problem
    raise AssertionError  # pragma: no cover: Retrying returns or raises


def _finish(kind: Kind[Any], change: Change, spec: Spec, there: Observed) -> Done:
    """The lost answer's work was done; what it left undone is an update."""
    diffs = diff(kind.spec, change.desired or {}, there.values, None)
    return Done(kind.update(there, spec, diffs) if diffs else there, made=True)


def _update(kind: Kind[Any], change: Change) -> Done:
    spec = _spec(kind, change)
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
            seen = kind.update(there, spec, diffs) if diffs or change.ours is False else there
            return Done(seen, made=change.made)
    raise AssertionError  # pragma: no cover: Retrying returns or raises


def _delete(kind: Kind[Any], change: Change) -> Done:
    kind.delete(Observed(change.address, change.observed or {}, change.handle, change.ours, change.team))
    return Done(None, made=False)


def _replace(kind: Kind[Any], change: Change) -> Done:
    if kind.removal is None:
        msg = f"a {kind.name} is never removed, so it cannot be replaced"
        raise PermanentError(msg)
    _delete(kind, change)
    return _create(kind, change)
