"""The planner: a pure function from a situation to a plan."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from eiginfra.core.address import Address
from eiginfra.core.change import Action, Cause, Change
from eiginfra.core.finding import Finding, warning
from eiginfra.core.kind import Allocator, Kind, Registry
from eiginfra.core.plan import Plan, PlanMeta
from eiginfra.core.resource import Observation, Observed, Record, Resource
from eiginfra.core.spec import Spec, rules
from eiginfra.core.usage import Limits
from eiginfra.engine.checks import attributed
from eiginfra.engine.diff import diff, overall
from eiginfra.engine.guard import Allows, check_removals, entry_totals
from eiginfra.engine.order import ordered
from eiginfra.engine.quota import check_standing


def _never(_address: Address, _team: str | None) -> bool:
    return False


def _anything(_field: str, _removed: int, _total: int) -> str | None:
    return None


@dataclass(frozen=True)
class Situation:
    """All that a plan depends on.

    resources: the selected ones; everything: all that the inventory compiles to. orphans_among: the teams in which what left the
    inventory is looked for: None for everywhere, empty when the selection does not allow to tell.
    switched_off: whether a condition of the playbook may be why a resource of a team is not wanted; it is then unmanaged, no orphan.
    creating: False outside the cohort's dates. allows: the removal caps.
    """

    resources: Sequence[Resource]
    everything: Sequence[Resource]
    observations: Mapping[str, Observation]
    records: Mapping[Address, Record] = field(default_factory=dict)
    history: Sequence[Record] = ()
    limits: Limits = field(default_factory=Limits)
    creating: bool = True
    orphans_among: frozenset[str] | None = frozenset()
    switched_off: Callable[[Address, str | None], bool] = _never
    prune: bool = False
    replacing: frozenset[Address] = frozenset()
    allows: Allows = _anything


def make_plan(registry: Registry, situation: Situation, meta: PlanMeta, findings: Iterable[Finding] = ()) -> Plan:
    """What must change, in order, with every finding. Raises InputError for circles and for ranges that are used up."""
    observed = _attributed(situation)
    resources = _allocated(registry, situation, observed)
    wanted = {resource.address: resource for resource in situation.everything}
    notes: list[Finding] = [*findings, *(found for seen in situation.observations.values() for found in seen.findings)]
    changes: list[Change] = []
    for resource in resources:
        change, found = _change(registry[resource.address.kind], resource, observed.get(resource.address), situation)
        notes += found
        if change is not None:
            changes.append(change)
    changes += _orphans(registry, situation, wanted, observed)
    if not situation.creating and any(change.note == _CLOSED for change in changes):
        notes.append(
            warning("cohort-closed", "today is outside the cohort's dates: nothing new is made", remedy="see starts and ends in cohort.yml")
        )

    notes += check_standing(observed.values(), situation.limits)
    notes += check_removals(changes, entry_totals(registry, observed.values()), situation.allows)
    present = {change.address for change in changes if change.acts}
    linked = (
        change.model_copy(update={"depends_on": tuple(sorted(other for other in change.depends_on if other in present))})
        for change in changes
    )
    return Plan(meta=meta, changes=ordered(linked), findings=tuple(dict.fromkeys(notes)))


_CLOSED = "not made: the cohort has not begun or is over"


def _attributed(situation: Situation) -> dict[Address, Observed]:
    """The observed objects by address, each with the team that asks for it, if one does."""
    teams = {resource.address: resource.team for resource in situation.everything}
    return {
        there.address: there if there.team == (team := teams.get(there.address, there.team)) else replace(there, team=team)
        for seen in situation.observations.values()
        for there in seen.objects
    }


def _allocated(registry: Registry, situation: Situation, observed: Mapping[Address, Observed]) -> list[Resource]:
    """The resources with what their allocators fill in."""
    groups: dict[int, tuple[Allocator, list[Resource], set[str]]] = {}
    for kind in registry:
        if kind.allocator is not None and kind.name in situation.observations:
            group = groups.setdefault(id(kind.allocator), (kind.allocator, [], set()))
            group[2].add(kind.name)
    for _, members, kinds in groups.values():
        members += [resource for resource in situation.resources if resource.address.kind in kinds]
    filled: dict[Address, Mapping[str, Any]] = {}
    for allocator, members, kinds in groups.values():
        addresses = {resource.address for resource in members}
        filled |= allocator.allocate(
            members,
            {address: there for address, there in observed.items() if address in addresses},
            [there for address, there in observed.items() if address.kind in kinds and address not in addresses],
            frozenset().union(*(situation.observations[kind].taken for kind in kinds)),
            [record for record in situation.history if record.address.kind in kinds],
        )
    return [
        replace(resource, spec=resource.spec.model_copy(update=dict(filled[resource.address])))
        if filled.get(resource.address)
        else resource
        for resource in situation.resources
    ]


def _change(kind: Kind[Any], resource: Resource, there: Observed | None, situation: Situation) -> tuple[Change | None, list[Finding]]:
    record = situation.records.get(resource.address)
    base = Change(
        address=resource.address,
        action=Action.NONE,
        team=resource.team,
        desired=dict(resource.values),
        depends_on=tuple(kind.dependencies(resource.spec)),
    )
    if there is None:
        cause = Cause.NEW if record is None else Cause.DRIFT
        if not situation.creating:
            return base.model_copy(update={"cause": cause, "note": _CLOSED}), []
        note = None if record is None else "it was made before and is gone"
        return base.model_copy(update={"action": Action.CREATE, "cause": cause, "note": note}), []

    diffs = diff(kind.spec, resource.values, there.values, None if record is None else record.values)
    fixed = [found for found in diffs if rules(kind.spec)[found.field].immutable]
    findings: list[Finding] = []
    action = Action.NONE
    if fixed and resource.address in situation.replacing:
        action = Action.REPLACE
    else:
        diffs = [found for found in diffs if found not in fixed]
        findings = [_immutable(kind, resource, found.label, found.before, found.after) for found in fixed]
        if record is None:
            action = Action.ADOPT
        elif diffs:
            action = Action.UPDATE
        elif dict(record.values) != dict(resource.values) and not fixed:
            action = Action.ADOPT
    if action is Action.NONE and not there.waiting:
        return None, findings
    return (
        base.model_copy(
            update={
                "action": action,
                "cause": overall(diffs),
                "diffs": tuple(diffs),
                "observed": _managed(kind.spec, resource, there),
                "handle": dict(there.handle),
                "waiting": dict(there.waiting),
                "made": there.ours is True if record is None else record.made,
                "ours": there.ours,
            }
        ),
        findings,
    )


def _managed(spec: type[Spec], resource: Resource, there: Observed) -> dict[str, Any]:
    """What was seen of the fields that the inventory manages: the rest is no business of the plan."""
    return {name: there.values.get(name) for name in rules(spec) if name in resource.values}


def _immutable(kind: Kind[Any], resource: Resource, label: str, before: object, after: object) -> Finding:
    ways = [f"write {label}: {before} in the inventory"]
    if kind.removal is not None:
        ways.append(f"or have it made anew, losing what is in it: --replace '{resource.address}'")
    return attributed(
        warning("immutable-field", f"{label} is {before} and cannot become {after}", remedy=" ".join(ways)),
        resource,
    )


def _orphans(
    registry: Registry, situation: Situation, wanted: Mapping[Address, Resource], observed: Mapping[Address, Observed]
) -> list[Change]:
    """What left the inventory and still stands, if it is ours by mark or journal."""
    found = []
    for address, there in observed.items():
        record = situation.records.get(address)
        team = record.team if record is not None else there.team
        ours = there.ours or (record is not None and there.ours is not False)
        elsewhere = situation.orphans_among is not None and team not in situation.orphans_among
        if address in wanted or not ours or elsewhere or situation.switched_off(address, team):
            continue
        kind = registry[address.kind]
        protected = bool(there.values.get("protection"))
        removable = kind.removal is not None and not protected
        if removable:
            note = f"left the inventory: {'will be' if situation.prune else 'with --prune it is'} {kind.removal}"
        else:
            why = "it is protected" if protected else f"eiginfra does not remove a {kind.name}"
            note = f"left the inventory: {why}; remove it by hand if it must go"
        found.append(
            Change(
                address=address,
                action=Action.DELETE if situation.prune and removable else Action.NONE,
                cause=Cause.ORPHAN,
                team=team,
                observed=dict(there.values),
                handle=dict(there.handle),
                depends_on=_depended(kind, there),
                note=note,
                ours=there.ours,
            )
        )
    return found


def _depended(kind: Kind[Any], there: Observed) -> tuple[Address, ...]:
    """What an observed object hangs on; it may hold values that no spec allows, and then hangs on nothing we know."""
    try:
        return tuple(kind.dependencies(kind.spec.model_validate(dict(there.values))))
    except ValueError:
        return ()
