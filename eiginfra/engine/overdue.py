"""What was merged and is not applied: since when, and how long that may last before it is reported."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from pydantic import BaseModel

from eiginfra.core.change import Cause, Change
from eiginfra.core.plan import Plan

_CAUSES = (Cause.NEW, Cause.PENDING, Cause.CONFLICT, Cause.ORPHAN)


class Pending(BaseModel):
    """A change that waits for an apply: since when a loop saw it, and whether that was reported."""

    since: datetime
    told: bool = False


def pending(plan: Plan) -> tuple[Change, ...]:
    """The changes that the inventory asks for, and only an apply carries out."""
    return tuple(change for change in plan.acting if change.cause in _CAUSES or any(diff.cause in _CAUSES for diff in change.diffs))


def watched(known: Mapping[str, Pending], changes: tuple[Change, ...], now: datetime) -> dict[str, Pending]:
    """What waits now, each since it was first seen; what does not wait any more is forgotten."""
    return {str(change.address): known.get(str(change.address)) or Pending(since=now) for change in changes}


def overdue(waiting: Mapping[str, Pending], after: timedelta, now: datetime) -> tuple[str, ...]:
    """The addresses that wait for longer than that, and were not reported yet."""
    return tuple(sorted(address for address, item in waiting.items() if not item.told and now - item.since >= after))
