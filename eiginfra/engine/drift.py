"""Drift: the plan, told apart by cause. What the inventory moved is pending and no drift."""

from eiginfra.core.change import Cause, Change
from eiginfra.core.plan import Plan

CAUSES = (Cause.DRIFT, Cause.CONFLICT, Cause.UNKNOWN, Cause.ORPHAN)


def drifted(plan: Plan) -> tuple[Change, ...]:
    """The changes that reality, and not the inventory alone, gave rise to; of each, only the differences that did."""
    found = []
    for change in plan.changes:
        diffs = tuple(item for item in change.diffs if item.cause in CAUSES)
        if diffs or (change.cause in CAUSES and not change.diffs):
            found.append(change.model_copy(update={"diffs": diffs}))
    return tuple(found)
