"""Drift: the part of a plan with that cause. What the inventory changed is pending; what waits is no difference."""

from eiginfra.core.change import Action, Cause, Change
from eiginfra.core.plan import Plan

CAUSES = (Cause.DRIFT, Cause.CONFLICT, Cause.UNKNOWN, Cause.ORPHAN)


def drifted(plan: Plan) -> tuple[Change, ...]:
    """The changes that reality, and not the inventory alone, gave rise to; of each, only the differences that did."""
    found = []
    for change in plan.changes:
        if change.release or (change.action is Action.NONE and change.cause is Cause.ORPHAN and change.waiting):
            continue
        diffs = tuple(item for item in change.diffs if item.cause in CAUSES)
        blocked = tuple(item for item in change.blocked if item.diff.cause in CAUSES)
        if diffs or blocked or (change.cause in CAUSES and not (change.diffs or change.blocked)):
            found.append(change.model_copy(update={"diffs": diffs, "blocked": blocked}))
    return tuple(found)
