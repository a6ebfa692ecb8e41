"""What is kept back because something is wrong with it alone: an error that names a wanted resource stops that one, and nothing else."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from pydantic import JsonValue

from eiginfra.core.address import Address
from eiginfra.core.change import Action, Blocked, Change
from eiginfra.core.finding import Finding, Severity, error
from eiginfra.core.kind import Kind, Registry
from eiginfra.core.reason import Reason, reason
from eiginfra.core.resource import Observed, ReadOnly, Resource
from eiginfra.core.spec import rules
from eiginfra.core.usage import MEASURES, Limit, Usage
from eiginfra.engine.situation import Situation

AMOUNTS = frozenset({"capacity-exceeded", "quota-exceeded"})
"""The codes of findings that more is asked for than there is: what goes beyond is known once the servers are observed."""
CLASHES = frozenset({
    "asked-for-twice", "duplicate-subdomain", "duplicate-port", "duplicate-machine-id", "duplicate-host", "duplicate-email", "grant-over",
})  # fmt: skip
"""The codes of findings about values that were right alone, and no longer are beside others or on this day."""


def objected(findings: Iterable[Finding], wanted: Mapping[Address, Resource]) -> dict[Address, Reason]:
    """The wanted resources that errors are about, each with why it is kept back."""
    return {
        address: reason("objected", finding=found.code)
        for found in findings
        if found.severity is Severity.ERROR and found.address and (address := Address.parse(found.address)) in wanted
    }


def read_only(
    registry: Registry, situation: Situation, observed: Mapping[Address, Observed]
) -> Callable[[Iterable[Address], str], Reason | None]:
    """What tells why nothing of a kind can be done in some objects: they, or what is around them, are read-only and stay so.

    Of several that are, the outermost is told.
    """
    everything = {resource.address: resource for resource in situation.everything}
    shut = {address: there.read_only for address, there in observed.items() if there.read_only is not None}
    shut = {address: why for address, why in shut.items() if address not in everything or not _opens(everything[address])}

    @cache
    def around(address: Address) -> tuple[ReadOnly, ...]:
        resource = everything.get(address)
        outer = registry[address.kind].dependencies(resource.spec) if resource is not None else ()
        return (*((shut[address],) if address in shut else ()), *(why for other in outer for why in around(other)))

    def why(objects: Iterable[Address], kind: str) -> Reason | None:
        found = [held.reason for other in objects for held in around(other) if kind not in held.but] if shut else []
        return found[-1] if found else None

    return why


def _opens(resource: Resource) -> bool:
    """Whether a resource is wanted as something in which things can be done."""
    closings = {name: rule.closes for name, rule in rules(type(resource.spec)).items() if rule.closes is not None and not rule.closes.to}
    return any(name in resource.values and resource.values[name] != closing.value for name, closing in closings.items())


def taken(registry: Registry, observed: Mapping[Address, Observed], wanted: Mapping[Address, Resource]) -> Iterator[Finding]:
    """An error for each resource that asks for what the server gives once, and what nobody wants has it, such as an archived project."""
    holders = {
        (address.kind, name, *rule.unique(there.values)): address
        for address, there in observed.items()
        if address not in wanted
        for name, rule in rules(registry[address.kind].spec).items()
        if rule.unique is not None
    }
    for address, resource in wanted.items() if holders else ():
        for name, rule in rules(type(resource.spec)).items():
            if rule.unique is None:
                continue
            asked = rule.unique(resource.values)
            holder = holders.get((address.kind, name, *asked))
            if holder is not None and (address not in observed or rule.unique(observed[address].values) != asked):
                yield error("held-by-another", what=name, value=asked[0], holder=str(holder), address=str(address), field=name)


def blocked_by(whole: Reason | None, fields: Mapping[str, Reason] | Reason | None, resource: Resource | None) -> Mapping[str, Reason]:
    """The labels of something that exists which are not acted on: all, filled in or not, or the fields by which it would grow."""
    if whole is not None and resource is not None:
        return dict.fromkeys(rules(type(resource.spec)), whole)
    return fields if isinstance(fields, Mapping) else {}


def kept_back(change: Change, why: Reason | None) -> Change:
    """The change with nothing left to do, if there is a reason why all of it is withheld."""
    if why is None or not change.acts:
        return change
    blocked = (*change.blocked, *(Blocked(diff=item, reason=why) for item in change.diffs))
    return change.model_copy(
        update={"action": Action.NONE, "diffs": (), "blocked": blocked, "restart": None, "reason": change.reason if change.diffs else why}
    )


def softened(findings: Iterable[Finding], withheld: Mapping[Address, Reason]) -> list[Finding]:
    """The findings; an error about what is kept back is a warning, for it stops nothing else."""
    return [
        found.model_copy(update={"severity": Severity.WARNING})
        if found.severity is Severity.ERROR and found.address and Address.parse(found.address) in withheld
        else found
        for found in findings
    ]


def beyond_limits(
    registry: Registry, situation: Situation, observed: Mapping[Address, Observed]
) -> dict[Address, Mapping[str, Reason] | Reason]:
    """What would be created beyond a team's quota or the cohort's capacity, with why; of what exists, the fields by which it would grow."""
    further = {address: usage for seen in situation.observations.values() for address, usage in seen.further.items()}
    asked = {
        item.address: (item, registry[item.address.kind].usage(item.spec) + further.get(item.address, Usage()))
        for item in situation.everything
    }
    found: dict[Address, Mapping[str, Reason] | Reason] = {}
    of_teams: dict[str, dict[Address, tuple[Resource, Usage]]] = {}
    for address, pair in asked.items():
        of_teams.setdefault(pair[0].team or "", {})[address] = pair
    for team in sorted(of_teams.keys() & situation.limits.teams.keys()):
        found |= _beyond(registry, situation.limits.teams[team], of_teams[team], observed, "beyond-quota")
    if situation.limits.capacity is not None:
        # What a quota keeps back takes nothing of the capacity.
        for address in found:
            resource, usage = asked[address]
            asked[address] = (resource, _least(usage, observed[address].usage if address in observed else Usage()))
        found = {**_beyond(registry, situation.limits.capacity, asked, observed, "beyond-capacity"), **found}
    return found


def _beyond(
    registry: Registry,
    limit: Limit,
    asked: Mapping[Address, tuple[Resource, Usage]],
    observed: Mapping[Address, Observed],
    code: str,
) -> dict[Address, Mapping[str, Reason] | Reason]:
    """What exists comes first, then what is asked for in the order of the inventory, as long as it fits."""
    has = {address: observed[address].usage if address in observed else Usage() for address in asked}
    total = Usage.total(_least(usage, has[address]) for address, (_, usage) in asked.items())
    found: dict[Address, Mapping[str, Reason] | Reason] = {}
    if not any(limit.exceeded(Usage.total(usage for _, usage in asked.values()))):
        return found
    for address, (resource, usage) in asked.items():
        more = usage - _least(usage, has[address])
        over = [name for name, *_ in limit.exceeded(total + more) if getattr(more, name)]
        if not over:
            total = total + more
            continue
        names: list[JsonValue] = [*over]
        why = reason(code, measures=names)
        found[address] = dict.fromkeys(_growing(registry[address.kind], resource, observed[address]), why) if address in observed else why
    return found


def only_warned(findings: Iterable[Finding]) -> list[Finding]:
    """The findings of `check` as a plan goes by them: what is right alone and wrong beside others is kept back, and stops nobody else."""
    return [found.model_copy(update={"severity": Severity.WARNING}) if found.code in AMOUNTS | CLASHES else found for found in findings]


def named_in(findings: Iterable[Finding]) -> dict[Address, Reason]:
    """The resources that findings are about, each with why it is kept back."""
    return {Address.parse(found.address): reason("objected", finding=found.code) for found in findings if found.address}


def clashing(findings: Iterable[Finding], resources: Iterable[Resource]) -> dict[Address, Reason]:
    """The resources whose own fields, but no entries of lists, come from a value that errors clash about, each with the code of one."""
    places = {
        place: found.code
        for found in findings
        if found.code in CLASHES and found.severity is Severity.ERROR
        for place in (found.location, *found.also)
        if place is not None
    }
    if not places:
        return {}
    codes = {
        resource.address: next((places[place] for name in resource.values if (place := resource.origins.get(name)) in places), None)
        for resource in resources
    }
    return {address: reason("objected", finding=code) for address, code in codes.items() if code is not None}


def _least(one: Usage, other: Usage) -> Usage:
    return Usage.model_construct(**{name: type(getattr(one, name))(min(getattr(one, name), getattr(other, name))) for name in MEASURES})


def _growing(kind: Kind[Any], resource: Resource, there: Observed) -> list[str]:
    """The fields without which the resource takes no more than it has."""
    usage = kind.usage(resource.spec)

    def counts(name: str) -> bool:
        try:
            as_it_is = kind.spec.model_validate({**resource.values, name: there.values.get(name)})
        except ValueError:
            return False
        return kind.usage(as_it_is) != usage

    return [name for name in resource.values if name in there.values and counts(name)]
