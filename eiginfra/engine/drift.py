"""Drift: the plan, told apart by cause. What the inventory moved is pending and no drift."""

from eiginfra.core.change import Cause, Change
from eiginfra.core.plan import Plan

CAUSES = (Cause.DRIFT, Cause.CONFLICT, Cause.UNKNOWN, Cause.ORPHAN)


def drifted(plan: Plan) -> tuple[Change, ...]:
    """The changes that reality, and not the inventory alone, gave rise to; of each, only the differences that did."""
    found = []
    for change in plan.changes:
        diffs, stuck = (tuple(item for item in items if item.cause in CAUSES) for items in (change.diffs, change.stuck))
        if diffs or stuck or (change.cause in CAUSES and not change.diffs):
            found.append(change.model_copy(update={"diffs": diffs, "stuck": stuck}))
    return tuple(found)
