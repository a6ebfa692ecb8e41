"""Quotas and capacity: what is asked for, and what exists, against what may be used."""

import json
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import TypedDict

from eiginfra.core.address import Address
from eiginfra.core.finding import Finding, Location, error, warning
from eiginfra.core.kind import Registry
from eiginfra.core.reason import Reason, reason
from eiginfra.core.resource import Observed, Resource
from eiginfra.core.usage import MEASURES, Limit, Limits, Usage
from eiginfra.core.values import ByteSize, in_one_unit

BY_HAND = "made-by-hand"
STANDING = frozenset({"quota-excess", "quota-excess-departed", BY_HAND})
"""The codes of findings on single things, behind a team's quota that is overrun."""


class _Where(TypedDict):
    location: Location | None
    also: tuple[Location, ...]


def requested(registry: Registry, resources: Iterable[Resource]) -> dict[str | None, Usage]:
    """What the resources of each team take together."""
    return _by_team((resource.team, registry[resource.address.kind].usage(resource.spec)) for resource in resources)


def check_requests(registry: Registry, resources: Sequence[Resource], limits: Limits) -> list[Finding]:
    """An error for every measure in which a team asks for more than its quota, or all together for more than the capacity."""
    usages = requested(registry, resources)
    found = []
    for team, limit in sorted(limits.teams.items()):
        exceeded = list(limit.exceeded(usages.get(team, Usage())))
        write = _entry(team, limits.own.get(team, Limit()), {measure: used for measure, used, _ in exceeded})
        found += [
            error(
                "quota-exceeded",
                _named(measure, used=used, allowed=allowed, excess=used - allowed),
                measure=measure,
                write=write,
                **_where(limits, team, measure),
                team=team,
            )
            for measure, used, allowed in exceeded
        ]
    if limits.capacity is not None:
        found += [
            error(
                "capacity-exceeded",
                _named(measure, used=used, allowed=allowed),
                measure=measure,
                largest=_largest(usages, measure),
                location=limits.capacity_location,
            )
            for measure, used, allowed in limits.capacity.exceeded(Usage.total(usages.values()))
        ]
    return found


def check_standing(
    registry: Registry,
    observed: Iterable[Observed],
    wanted: Mapping[Address, Resource],
    records: Container[Address],
    limits: Limits,
) -> list[Finding]:
    """Warnings for every team that really uses more than its quota, and for each thing that takes more of it than the inventory asks."""
    standing = [there for there in observed if there.team in limits.teams]
    usages = _by_team((there.team, there.usage) for there in standing)
    found = []
    for team, limit in sorted(limits.teams.items()):
        over = list(limit.exceeded(usages.get(team, Usage())))
        found += [
            warning(
                "quota-overrun",
                _named(measure, used=used, allowed=allowed),
                **_where(limits, team, measure),
                team=team,
            )
            for measure, used, allowed in over
        ]
        measures = [measure for measure, _, _ in over]
        here = (there for there in standing if there.team == team) if over else ()
        found += [
            excess for there in here if (excess := _excess(registry, there, wanted.get(there.address), records, measures)) is not None
        ]
    return found


def _excess(
    registry: Registry, there: Observed, resource: Resource | None, records: Container[Address], measures: Iterable[str]
) -> Finding | None:
    """What one thing takes beyond what the inventory asks for, of the measures that are over; None if nothing."""
    asked = Usage() if resource is None else registry[resource.address.kind].usage(resource.spec)
    more = {measure: surplus for measure in measures if (surplus := getattr(there.usage, measure) - getattr(asked, measure)) > 0}
    if not more:
        return None
    amounts = [_amount(measure, surplus) for measure, surplus in more.items()]
    address, team = str(there.address), there.team
    if resource is not None:
        return warning("quota-excess", amounts=amounts, address=address, team=team)
    if there.marked or there.address in records:
        return warning("quota-excess-departed", amounts=amounts, address=address, team=team)
    return warning("made-by-hand", amounts=amounts, address=address, team=team)


def _entry(team: str, own: Limit, needed: Mapping[str, int]) -> str:
    """The team's entry of `quota.teams` as it would have to be written: `adler: {memory: 3GiB, disk: 80GiB}`."""
    amounts = {measure: needed.get(measure, getattr(own, measure)) for measure in MEASURES}
    written = (
        f"{measure}: {ByteSize(amount) if measure in ('memory', 'disk') else amount}"
        for measure, amount in amounts.items()
        if amount is not None
    )
    # Three ids would be no text in YAML.
    return f"{json.dumps(team) if team in ('true', 'false', 'null') else team}: {{{', '.join(written)}}}"


def _where(limits: Limits, team: str, measure: str) -> _Where:
    """Where the team asks for it, and then where the limit is written."""
    granted = limits.granted.get((team, measure))
    return {"location": limits.asked.get((team, measure)), "also": () if granted is None else (granted,)}


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


def _amount(measure: str, value: int) -> Reason:
    return _named(measure, amount=value)["amount"]


def _named(measure: str, **values: int) -> dict[str, Reason]:
    """Amounts of one sentence: sizes in one unit."""
    told: Iterable[str | int] = in_one_unit(values.values()) if measure in ("memory", "disk") else values.values()
    return {name: reason("amount", measure=measure, value=value) for name, value in zip(values, told, strict=True)}


def _largest(usages: dict[str | None, Usage], measure: str) -> list[Reason]:
    """Who asks for most."""
    ranking = sorted(((getattr(usage, measure), team) for team, usage in usages.items() if team), reverse=True)[:3]
    return [reason("share", team=team, **_amount(measure, used).params) for used, team in ranking]
