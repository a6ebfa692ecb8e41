"""What of a saved plan no longer holds: the same question that the executor asks of every action, asked of all at once."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from eiginfra.core.change import Action, Change
from eiginfra.core.kind import Registry
from eiginfra.core.plan import Plan
from eiginfra.core.resource import Observation, Resource
from eiginfra.engine.diff import agrees, diff


@dataclass(frozen=True)
class Stale:
    """A change that would be refused, and why."""

    change: Change
    reason: str


def wanted(registry: Registry, plan: Plan) -> list[Resource]:
    """The resources that a plan's acting changes are about, as the plan has them."""
    return [
        Resource(change.address, registry[change.address.kind].spec.model_validate(change.desired), change.team)
        for change in plan.acting
        if change.desired is not None and change.action is not Action.DELETE
    ]


def stale(registry: Registry, plan: Plan, observations: Mapping[str, Observation]) -> list[Stale]:
    """The acting changes of a plan that reality has overtaken, in the plan's order."""
    there = {item.address: item.values for seen in observations.values() for item in seen.objects}
    return [Stale(change, reason) for change in plan.acting if (reason := _reason(registry, change, there.get(change.address))) is not None]


def _reason(registry: Registry, change: Change, now: Mapping[str, JsonValue] | None) -> str | None:
    if change.action is Action.CREATE:
        return None if now is None else "it stands already"
    if now is None:
        return "it is gone"
    spec, seen, desired = registry[change.address.kind].spec, change.observed or {}, change.desired or {}
    if change.action is Action.DELETE or agrees(spec, now, seen, desired):
        return None
    moved = ", ".join(found.label for found in diff(spec, seen, now, None))
    return f"it changed: {moved}"
