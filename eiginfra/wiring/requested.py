"""What a plan is asked for, as the plan says it, so that a saved one can be made again."""

from eiginfra.core.plan import PlanRequest
from eiginfra.wiring.asked import Asked, Selection


def request_of(asked: Asked) -> PlanRequest:
    """For the plan."""
    chosen = asked.selection
    return PlanRequest(
        limit=chosen.limit,
        tags=chosen.tags,
        skip_tags=chosen.skip_tags,
        targets=chosen.targets,
        prune=asked.prune,
        restart=asked.restart,
        replacing=tuple(sorted(asked.replacing)),
        allow_removals=asked.allow_removals,
        known_as_new=tuple(sorted(asked.known_as_new)),
    )


def asked_of(request: PlanRequest) -> Asked:
    """The same, to plan again."""
    return Asked(
        selection=Selection(request.limit, request.tags, request.skip_tags, request.targets),
        prune=request.prune,
        restart=request.restart,
        replacing=frozenset(request.replacing),
        allow_removals=request.allow_removals,
        known_as_new=frozenset(request.known_as_new),
    )
