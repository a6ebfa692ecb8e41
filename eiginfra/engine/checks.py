"""What can be said of the wanted resources before any server is asked."""

from collections.abc import Iterator, Sequence

from eiginfra.core.finding import TASK, Finding, error
from eiginfra.core.kind import Registry
from eiginfra.core.resource import Resource
from eiginfra.core.spec import rules
from eiginfra.core.usage import Limits
from eiginfra.engine.quota import check_requests


def check_wanted(registry: Registry, resources: Sequence[Resource], limits: Limits) -> list[Finding]:
    """The kinds' own objections (fences, clashes), then quotas and capacity; `check` and `plan` both go by it."""
    wanted = {resource.address: resource for resource in resources}
    found = [
        attributed(objection, resource)
        for resource in resources
        for objection in registry[resource.address.kind].check(resource.spec, wanted)
    ]
    return found + list(_shared(resources)) + check_requests(registry, resources, limits)


def _shared(resources: Sequence[Resource]) -> Iterator[Finding]:
    """An error for two resources of a kind that ask for what the server gives to one; it names both, neither as the culprit."""
    first: dict[tuple[str, str, str, str], Resource] = {}
    for resource in resources:
        for field, rule in rules(type(resource.spec)).items():
            if rule.unique is None:
                continue
            value, within = rule.unique(resource.values)
            other = first.setdefault((resource.address.kind, field, value, within), resource)
            if other.address == resource.address:
                continue
            place = resource.locate(field)
            yield attributed(
                error(
                    "asked-for-twice",
                    one=str(other.address),
                    other=str(resource.address),
                    what=field,
                    within=within,
                    value=value,
                    also=() if place is None else (place,),
                    field=field,
                ),
                other,
            )


def attributed(found: Finding, resource: Resource) -> Finding:
    """A kind's finding with the resource's address and team, and the place to change: where its field is written, and then the task."""
    place = found.location or (resource.origin if found.field == TASK else resource.locate(found.field))
    further = resource.origin if found.location is None and found.field is not None else None
    return found.model_copy(
        update={
            "address": found.address or str(resource.address),
            "team": found.team or resource.team,
            "location": place,
            "also": (*found.also, *([further] if further not in (None, place) else [])),
        }
    )
