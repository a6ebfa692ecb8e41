"""The planner: a pure function from a situation to a plan."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from eiginfra.core.address import Address
from eiginfra.core.change import Action, Cause, Change, FieldDiff, Restart
from eiginfra.core.finding import Finding, warning
from eiginfra.core.kind import Kind, Registry
from eiginfra.core.plan import Plan, PlanMeta
from eiginfra.core.resource import Observed, Resource
from eiginfra.core.spec import Spec, rules
from eiginfra.engine.allocation import allocated
from eiginfra.engine.checks import attributed
from eiginfra.engine.diff import diff, overall
from eiginfra.engine.guard import check_removals, check_renamed
from eiginfra.engine.order import ordered
from eiginfra.engine.orphans import orphans
from eiginfra.engine.quota import check_standing
from eiginfra.engine.situation import Situation


def make_plan(registry: Registry, situation: Situation, meta: PlanMeta, findings: Iterable[Finding] = ()) -> Plan:
    """What must change, in order, with every finding. Raises InputError for circles and for ranges that are used up."""
    observed = _attributed(situation)
    unknown = {address: why for seen in situation.observations.values() for address, why in seen.unknown.items()}
    astray = frozenset[Address]().union(*(seen.astray for seen in situation.observations.values()))
    unknown |= _hanging(registry, situation, observed, unknown)
    resources, objections = allocated(registry, situation, observed, unknown)
    wanted = {resource.address: resource for resource in situation.everything}
    seen_findings = [found for seen in situation.observations.values() for found in seen.findings]
    notes: list[Finding] = [*findings, *(_located(found, wanted) for found in (*seen_findings, *objections))]
    changes: list[Change] = []
    for resource in resources:
        if resource.address in unknown and resource.address not in observed:
            drift = resource.address in astray and resource.address in situation.records
            changes.append(_unknown(resource, unknown[resource.address], Cause.DRIFT if drift else None))
            continue
        change, found = _change(registry[resource.address.kind], resource, observed.get(resource.address), situation)
        notes += found
        if change is not None:
            changes.append(change)
    changes += orphans(registry, situation, wanted, observed, meta.as_of)
    if not situation.creating and any(change.note == _CLOSED for change in changes):
        notes.append(
            warning("cohort-closed", "today is outside the cohort's dates: nothing new is made", remedy="see starts and ends in cohort.yml")
        )

    standing = check_standing(registry, observed.values(), wanted, situation.records, situation.limits)
    notes += (_located(found, wanted) for found in standing)
    notes += check_renamed(situation.everything, situation.records.values(), situation.known_as_new)
    notes += check_removals(registry, changes, observed.values(), situation.allows)
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


def _located(found: Finding, wanted: Mapping[Address, Resource]) -> Finding:
    """With the place to change, if it is about a wanted resource and names no place itself."""
    resource = wanted.get(Address.parse(found.address)) if found.address and not found.location else None
    return found if resource is None else attributed(found, resource)


def _hanging(
    registry: Registry, situation: Situation, observed: Mapping[Address, Observed], unknown: Mapping[Address, str]
) -> dict[Address, str]:
    """What is not there and hangs on something unknown, or on what does: it is as unknown."""
    hanging: dict[Address, str] = {}
    missing = {item.address: item.spec for item in situation.resources if item.address not in observed and item.address not in unknown}
    ground = {address for address in unknown if address not in observed}
    while ground:
        found = {
            address: f"unknown, like {other}"
            for address, spec in missing.items()
            for other in registry[address.kind].dependencies(spec)
            if other in ground
        }
        hanging |= found
        missing = {address: spec for address, spec in missing.items() if address not in found}
        ground = set(found)
    return hanging


def _unknown(resource: Resource, why: str, cause: Cause | None) -> Change:
    return Change(address=resource.address, action=Action.NONE, cause=cause, team=resource.team, desired=dict(resource.values), note=why)


def _change(kind: Kind[Any], resource: Resource, there: Observed | None, situation: Situation) -> tuple[Change | None, list[Finding]]:
    former = _former(there)
    record = situation.records.get(resource.address) or situation.records.get(former)
    if there is None:
        cause = Cause.NEW if record is None else Cause.DRIFT
        if not situation.creating:
            return _base(kind, resource).model_copy(update={"cause": cause, "note": _CLOSED}), []
        note = None if record is None else "it was made before and is gone"
        return _base(kind, resource).model_copy(update={"action": Action.CREATE, "cause": cause, "note": note}), []

    diffs = diff(kind.spec, resource.values, there.values, None if record is None else record.values)
    stuck = [found for found in diffs if kind.fixed(found)]
    findings: list[Finding] = []
    action = Action.NONE
    if stuck and resource.address in situation.replacing:
        action, stuck = Action.REPLACE, []
    else:
        diffs = [found for found in diffs if found not in stuck]
        findings = [_stuck(kind, resource, found) for found in stuck]
        if record is None:
            action = Action.ADOPT
        elif diffs:
            action = Action.UPDATE
        elif _compared(kind.spec, record.values) != _compared(kind.spec, resource.values) and not stuck:
            action = Action.ADOPT
    restart, note = _restart(kind, there, diffs, situation) if action is not Action.REPLACE else (None, None)
    if restart is not None and action is Action.NONE:
        action = Action.UPDATE
    if action is Action.NONE and not there.waiting and not stuck:
        return None, findings
    return (
        _base(kind, resource).model_copy(
            update={
                "action": action,
                "cause": overall(diffs or stuck),
                "diffs": tuple(diffs),
                "stuck": tuple(stuck),
                "observed": _managed(kind.spec, resource, there),
                "handle": dict(there.handle),
                "waiting": {name: what for name, what in there.waiting.items() if restart is None or name not in restart.fields},
                "restart": restart,
                "note": note,
                "formerly": former if former in situation.records else None,
                "made": there.ours is True if record is None else record.made,
                "ours": there.ours,
            }
        ),
        findings,
    )


def _base(kind: Kind[Any], resource: Resource) -> Change:
    """What is the same in every change of a resource; made only where there is one, for most have none."""
    return Change(
        address=resource.address,
        action=Action.NONE,
        team=resource.team,
        desired=dict(resource.values),
        depends_on=tuple(kind.dependencies(resource.spec)),
    )


def _restart(kind: Kind[Any], there: Observed, diffs: Sequence[FieldDiff], situation: Situation) -> tuple[Restart | None, str | None]:
    """The restart that belongs to a change, and what to say of it; without leave to restart, what will have to wait for one."""
    fields = sorted(kind.restarts(there, diffs))
    if not fields:
        return None, None
    hours = f" between {situation.window.replace('-', ' and ')}" if situation.window else ""
    if situation.restarting:
        return Restart(fields=tuple(fields), window=situation.window), f"will be restarted{hours}, for {', '.join(fields)}"
    due = [name for name in fields if name not in there.waiting]
    return None, f"in force after a restart{hours}: {', '.join(due)}" if due else None


def _former(there: Observed | None) -> Address:
    """The address under which an object that is about to be renamed was last applied; one that no record has when it is not."""
    formerly = None if there is None else there.facts.get("formerly")
    return Address.parse(formerly) if isinstance(formerly, str) else Address("", "")


def _compared(spec: type[Spec], values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that causes are told by: a field that is never compared need not be learned."""
    return {name: values[name] for name, rule in rules(spec).items() if rule.compared and name in values}


def _managed(spec: type[Spec], resource: Resource, there: Observed) -> dict[str, Any]:
    """What was seen of the fields that the inventory manages: the rest is no business of the plan."""
    return {name: there.values.get(name) for name in rules(spec) if name in resource.values}


def _stuck(kind: Kind[Any], resource: Resource, found: FieldDiff) -> Finding:
    label, before, after = found.label, found.before, found.after
    if isinstance(before, dict) and isinstance(after, dict):
        name = next(name for name, value in after.items() if before.get(name) != value)
        label, before, after = f"{label}.{name}", before.get(name), after[name]
    ways = [f"write {label}: {before} in the inventory"]
    if kind.removal is not None and not kind.in_steps:
        ways.append(f"or have it made anew, losing what is in it: --replace '{resource.address}'")
    return attributed(
        warning("immutable-field", f"{label} is {before} and cannot become {after}", remedy=" ".join(ways), field=found.label),
        resource,
    )
