"""Quotas and capacity: what is asked for, and what really stands, against what may be used."""

from collections.abc import Iterable, Sequence

from eiginfra.core.finding import Finding, error, warning
from eiginfra.core.kind import Registry
from eiginfra.core.resource import Observed, Resource
from eiginfra.core.usage import MEASURES, Limits, Usage
from eiginfra.core.values import ByteSize


def requested(registry: Registry, resources: Iterable[Resource]) -> dict[str | None, Usage]:
    """What the resources of each team take together."""
    return _by_team((resource.team, registry[resource.address.kind].usage(resource.spec)) for resource in resources)


def standing(observed: Iterable[Observed]) -> dict[str | None, Usage]:
    """What the objects of each team take together, whoever made them."""
    return _by_team((there.team, there.usage) for there in observed)


def check_requests(registry: Registry, resources: Sequence[Resource], limits: Limits) -> list[Finding]:
    """An error for every measure in which a team asks for more than its quota, or all together for more than the capacity."""
    usages = requested(registry, resources)
    found = [
        error(
            "quota-exceeded",
            f"{team} asks for {_amount(measure, used)}, its quota is {_amount(measure, allowed)}:"
            f" {_amount(measure, used - allowed)} too much",
            remedy=f"ask for less, or have EIG Link raise `quota.teams.{team}.{measure}` in cohort.yml",
            location=limits.team_locations.get(team),
            team=team,
        )
        for team, limit in sorted(limits.teams.items())
        for measure, used, allowed in limit.exceeded(usages.get(team, Usage()))
    ]
    if limits.capacity is not None:
        found += [
            error(
                "capacity-exceeded",
                f"all teams together ask for {_amount(measure, used)}, the cohort's capacity is {_amount(measure, allowed)}: "
                + _largest(usages, measure),
                remedy=f"ask for less, or raise `capacity.{measure}` if the server has it",
                location=limits.capacity_location,
            )
            for measure, used, allowed in limits.capacity.exceeded(Usage.total(usages.values()))
        ]
    return found


def check_standing(observed: Iterable[Observed], limits: Limits) -> list[Finding]:
    """A warning for every team that really uses more than its quota: enlarged or made by hand."""
    usages = standing(observed)
    return [
        warning(
            "quota-overrun",
            f"{team} really uses {_amount(measure, used)}, its quota is {_amount(measure, allowed)}",
            remedy="an apply takes back what was enlarged by hand; what was made by hand is for a person to remove",
            team=team,
        )
        for team, limit in sorted(limits.teams.items())
        for measure, used, allowed in limit.exceeded(usages.get(team, Usage()))
    ]


def _by_team(pairs: Iterable[tuple[str | None, Usage]]) -> dict[str | None, Usage]:
    sums: dict[str | None, list[int]] = {}
    for team, usage in pairs:
        total = sums.setdefault(team, [0] * len(MEASURES))
        for place, measure in enumerate(MEASURES):
            total[place] += getattr(usage, measure)
    return {
        team: Usage(machines=machines, cores=cores, memory=ByteSize(memory), disk=ByteSize(disk), projects=projects)
        for team, (machines, cores, memory, disk, projects) in sums.items()
    }


def _amount(measure: str, value: int) -> str:
    if measure in ("memory", "disk"):
        return f"{ByteSize(value)} of {measure}"
    return f"{value} {measure if value != 1 else measure.removesuffix('s')}"


def _largest(usages: dict[str | None, Usage], measure: str) -> str:
    ranking = sorted(((getattr(usage, measure), team) for team, usage in usages.items() if team), reverse=True)[:3]
    return "most by " + ", ".join(f"{team} ({_amount(measure, used).removesuffix(f' of {measure}')})" for used, team in ranking)
