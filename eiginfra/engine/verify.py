"""What of a saved plan no longer holds: the same question that the executor asks of every action, asked of all at once."""

from dataclasses import dataclass

from eiginfra.core.change import Action, Change
from eiginfra.core.kind import Registry
from eiginfra.core.plan import Plan
from eiginfra.core.reason import Reason, reason
from eiginfra.core.resource import Observed, Resource
from eiginfra.engine.action import spec_of
from eiginfra.engine.diff import agrees, diff
from eiginfra.engine.situation import Seen


@dataclass(frozen=True)
class Stale:
    """A change that would be refused, and why."""

    change: Change
    reason: Reason


def wanted(registry: Registry, plan: Plan) -> list[Resource]:
    """The resources that a plan's acting changes are about, as the plan has them; renamed ones with the address they had."""
    return [
        Resource(change.address, spec_of(registry[change.address.kind], change), change.team, was=change.was)
        for change in plan.acting
        if change.desired is not None and change.action is not Action.DELETE
    ]


def stale(registry: Registry, plan: Plan, seen: Seen) -> list[Stale]:
    """The acting changes of a plan that reality has overtaken, in the plan's order."""
    found = ((change, _reason(registry, change, seen.observed.get(change.address))) for change in plan.acting)
    return [Stale(change, why) for change, why in found if why is not None]


def _reason(registry: Registry, change: Change, now: Observed | None) -> Reason | None:
    if change.action is Action.CREATE:
        return None if now is None else reason("appeared")
    if now is None:
        return reason("disappeared")
    spec, before, desired = registry[change.address.kind].spec, change.observed or {}, change.desired or {}
    if change.action is Action.DELETE or agrees(spec, now.values, before, desired):
        return None
    return reason("changed-since", fields=[found.label for found in diff(spec, before, now.values, None)])
