"""The planner: a pure function from a situation to a plan."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import JsonValue

from eiginfra.core.address import Address
from eiginfra.core.change import Action, Blocked, Cause, Change, FieldDiff, Restart
from eiginfra.core.finding import Finding, warning
from eiginfra.core.kind import Kind, Registry
from eiginfra.core.plan import Plan, PlanMeta
from eiginfra.core.reason import Reason, reason
from eiginfra.core.resource import Absence, Denial, Observed, Record, Resource
from eiginfra.core.spec import Spec, rules
from eiginfra.core.world import World
from eiginfra.engine.absence import absences, not_created
from eiginfra.engine.checks import attributed
from eiginfra.engine.complete import assessed, completed
from eiginfra.engine.decommission import kept, kept_below, leaving
from eiginfra.engine.diff import Values, by_key, diff, normal, overall
from eiginfra.engine.direction import directed
from eiginfra.engine.guard import check_removals, check_renamed
from eiginfra.engine.harm import harmed
from eiginfra.engine.order import ordered
from eiginfra.engine.quota import check_standing
from eiginfra.engine.record import compared, last_known, reached
from eiginfra.engine.rename import was_missing
from eiginfra.engine.situation import Seen, Situation, look, record_of
from eiginfra.engine.withhold import beyond_limits, blocked_by, kept_back, objected, read_only, softened, taken


def make_plan(registry: Registry, situation: Situation, meta: PlanMeta, findings: Iterable[Finding] = ()) -> Plan:
    """What must change, in order, with every finding. Raises InputError for circles and for ranges that are used up."""
    seen = look(situation)
    wanted = {resource.address: resource for resource in situation.everything}
    completion = _completion(registry, situation, seen, wanted, meta)
    seen, world, absent = completion.seen, completion.world, completion.absent
    notes: list[Finding] = [*findings, *(_located(found, wanted) for found in completion.findings)]
    changes: list[Change] = []
    for resource in completion.resources:
        there, record = seen.observed.get(resource.address), record_of(situation, seen, resource.address)
        denial = situation.denied.get(resource.address, _ALLOWED)
        if there is None and (absence := absent.get(resource.address)) is not None:
            changes.append(not_created(resource, absence, record))
            continue
        kind = registry[resource.address.kind]
        barred = {**_entries_without(kind, resource, world.absent), **seen.blocked.get(resource.address, {}), **denial.labels}
        if there is None:
            changes.append(_creation(kind, resource, record, situation, barred))
            continue
        if denial.labels:
            there = replace(there, blocked={**denial.labels, **there.blocked})
        change, found = _change(kind, _Pair(resource, there, record, _former(resource, record, seen), barred), situation)
        change = None if change is None else kept_back(change, denial.reason)
        notes += found
        if change is not None:
            changes.append(change)
    shut = read_only(registry, situation, seen.observed)
    left = kept_below(registry, wanted, leaving(registry, situation, wanted, seen, meta.as_of), seen)
    changes += (kept(change, shut(change.depends_on, change.address.kind)) for change in left)
    notes += [finding for denial in situation.denied.values() for finding in denial.findings]
    if not situation.creating and any(change.reason == _CLOSED for change in changes):
        notes.append(warning("cohort-closed"))

    standing = check_standing(registry, seen.observed.values(), wanted, situation.records, situation.limits)
    notes += (_located(found, wanted) for found in standing)
    notes += (_located(found, wanted) for found in was_missing(registry, changes, wanted))
    notes += check_renamed(situation.everything, situation.records.values(), situation.known_as_new)
    notes += check_removals(registry, changes, seen.observed.values(), situation.allows, situation.ended)
    present = {change.address for change in changes if change.acts}
    linked = directed(registry, [harmed(registry, _linked(change, present)) for change in changes], wanted)
    remaining = {str(address): tuple(people) for seen in situation.observations.values() for address, people in seen.remaining.items()}
    return Plan(meta=meta, changes=ordered(linked), findings=tuple(dict.fromkeys(notes)), remaining=dict(sorted(remaining.items())))


def _located(found: Finding, wanted: Mapping[Address, Resource]) -> Finding:
    """With the place to change, if it is about a wanted resource and names no place itself."""
    resource = wanted.get(Address.parse(found.address)) if found.address and not found.location else None
    return found if resource is None else attributed(found, resource)


_CLOSED = reason("cohort-closed")
_ALLOWED = Denial(None)


def _linked(change: Change, present: set[Address]) -> Change:
    """The change with those of its dependencies that the plan acts on."""
    if not (change.depends_on or change.follows):
        return change
    depends_on, follows = (tuple(sorted(set(others) & present)) for others in (change.depends_on, change.follows))
    return change.model_copy(update={"depends_on": depends_on, "follows": follows})


@dataclass(frozen=True)
class _Completion:
    """The resources completed, with what is kept back: absent where nothing exists yet, else blocked in `seen`."""

    seen: Seen
    world: World
    absent: Mapping[Address, Absence]
    resources: Sequence[Resource]
    findings: Sequence[Finding]


def _completion(registry: Registry, situation: Situation, seen: Seen, wanted: Mapping[Address, Resource], meta: PlanMeta) -> _Completion:
    """Completed again while the kinds object to what is completed: without it others may have its numbers, and its dependents wait."""
    beyond = beyond_limits(registry, situation, seen.observed)
    too_much = {address: why for address, why in beyond.items() if isinstance(why, Reason)}
    shut = read_only(registry, situation, seen.observed)
    inside = {item.address: shut(registry[item.address.kind].dependencies(item.spec), item.address.kind) for item in situation.resources}
    barred = {address: why for address, why in inside.items() if why is not None}
    said: list[Finding] = [
        *seen.findings,
        *taken(registry, seen.observed, {address: item for address, item in wanted.items() if address not in seen.absent}),
    ]
    withheld = {**situation.withheld, **objected(said, wanted), **too_much, **barred}
    while True:
        absent = absences(registry, situation, seen, withheld)
        world = World(
            {resource.address: resource for resource in situation.resources},
            seen.observed,
            situation.observations,
            absent.keys() - seen.observed.keys(),
            situation.history,
            meta.as_of,
            situation.creating,
            situation.claims,
        )
        resources, unready = completed(registry, world)
        assessment = assessed(registry, resources, world)
        said += [found for found in assessment if found not in said]
        more = objected(assessment, wanted)
        if not more.keys() - withheld.keys():
            break
        withheld = {**more, **withheld}
    held = {
        address: replace(there, blocked={**less, **there.blocked})
        for address, there in seen.observed.items()
        if (less := blocked_by(withheld.get(address), beyond.get(address), wanted.get(address)))
    }
    seen = replace(seen, observed={**seen.observed, **held})
    return _Completion(seen, world, {**absent, **unready}, resources, softened(said, withheld))


def _former(resource: Resource, record: Record | None, seen: Seen) -> Address | None:
    """The address that a resource had until now; or that its record has, of one whose rename was done by a run that was killed."""
    was = seen.was.get(resource.address)
    return record.address if was is None and record is not None and record.address != resource.address else was


def _entries_without(kind: Kind[Any], resource: Resource, absent: Collection[Address]) -> dict[str, Reason]:
    """The entries of lists that need what is neither there nor created now."""
    needs = kind.entry_needs(resource.spec) if absent else {}
    return {label: reason("dependency-absent", address=str(other)) for label, other in needs.items() if other in absent}


@dataclass(frozen=True)
class _Pair:
    """A wanted resource and what was seen of it. was: its former address. barred: label -> why an entry cannot be added."""

    resource: Resource
    there: Observed
    record: Record | None
    was: Address | None
    barred: Mapping[str, Reason]


def _change(kind: Kind[Any], pair: _Pair, situation: Situation) -> tuple[Change | None, list[Finding]]:
    """What happens to one resource that is there, and what is to be said of it."""
    resource, there, record = pair.resource, pair.there, pair.record
    last = last_known(kind.spec, situation.last(there, record), there.values)
    last = _never_applied(kind, resource, situation) if last is None else _with_filled_in(kind, resource, last, situation)
    diffs = diff(kind.spec, resource.values, there.values, last)
    blocked = [Blocked(diff=item, reason=why) for item in diffs if (why := _blocked(kind, there, item, pair.barred)) is not None]
    findings: list[Finding] = []
    action = Action.NONE
    replacing = resource.address in situation.replacing and not resource.protect
    if replacing and any(kind.cannot_change(item.diff) for item in blocked):
        action, blocked = Action.REPLACE, []
    else:
        withheld = {item.diff.label for item in blocked}
        diffs = [item for item in diffs if item.label not in withheld]
        findings = [_immutable(kind, resource, item.diff) for item in blocked if kind.cannot_change(item.diff)]
        if record is None:
            action = Action.ADOPT
        elif diffs:
            action = Action.UPDATE
        elif pair.was or _learns(kind, resource, there, situation.records.get(resource.address, record)):
            action = Action.ADOPT
    restart, why = _restart(kind, there, diffs, situation) if action is not Action.REPLACE else (None, None)
    if restart is not None and action is Action.NONE:
        action = Action.UPDATE
    blocked = [item for item in blocked if item.diff.label not in there.waiting]  # asked for already: it waits
    if action is Action.NONE and not there.waiting and not blocked:
        return None, findings
    return (
        _base(kind, resource).model_copy(
            update={
                "action": action,
                "cause": overall(diffs or [item.diff for item in blocked]),
                "diffs": tuple(diffs),
                "blocked": tuple(blocked),
                "observed": _managed(kind.spec, resource, there),
                "handle": dict(there.handle),
                "waiting": {name: what for name, what in there.waiting.items() if restart is None or name not in restart.fields},
                "restart": restart,
                "reason": why,
                "was": pair.was,
                "created": situation.created(there, record),
                "marked": there.marked,
            }
        ),
        findings,
    )


def _with_filled_in(kind: Kind[Any], resource: Resource, last: Values, situation: Situation) -> dict[str, JsonValue]:
    """What was last reached, with what eiginfra fills in itself where nothing was.

    What is derived from servers is as it is filled in now, unless the inventory changed what is written: then no drift is behind it.
    """
    written = situation.asked[resource.address].spec.model_fields_set if resource.address in situation.asked else resource.values.keys()
    fields, filled = rules(kind.spec), {name: value for name, value in resource.values.items() if name not in written}
    wanted = {name: resource.values[name] for name in written if name in last and name in resource.values}
    unchanged = all(normal(fields[name], last[name]) == normal(fields[name], value) for name, value in wanted.items())
    derived = {name: value for name, value in filled.items() if fields[name].derived and unchanged}
    return {**filled, **last, **derived}


def _never_applied(kind: Kind[Any], resource: Resource, situation: Situation) -> dict[str, JsonValue] | None:
    """An empty record of what came with its dependencies, which eiginfra created, and was never applied itself; None if that is unknown.

    So the members of a group that a broken-off run created are pending, and no drift.
    """
    below = [situation.records.get(other) for other in kind.dependencies(resource.spec)]
    if not below or not all(record is not None and record.created for record in below):
        return None
    return {name: [] for name, rule in rules(kind.spec).items() if rule.entries is not None}


def _creation(kind: Kind[Any], resource: Resource, record: Record | None, situation: Situation, barred: Mapping[str, Reason]) -> Change:
    cause = Cause.NEW if record is None or not record.verified else Cause.DRIFT
    base = _base(kind, resource).model_copy(update={"cause": cause})
    if not situation.creating:
        return base.model_copy(update={"reason": _CLOSED})
    why = reason("gone") if cause is Cause.DRIFT else None
    missing = diff(kind.spec, resource.values, {}, None) if barred else []
    blocked = tuple(
        Blocked(diff=item.model_copy(update={"cause": cause}), reason=barred[item.label]) for item in missing if item.label in barred
    )
    left_out = {(item.diff.field, item.diff.entry) for item in blocked}
    desired = {name: _without(kind.spec, name, value, left_out) for name, value in resource.values.items()} if left_out else base.desired
    return base.model_copy(update={"action": Action.CREATE, "reason": why, "blocked": blocked, "desired": desired})


def _without(spec: type[Spec], name: str, value: JsonValue, left_out: set[tuple[str, str | None]]) -> JsonValue:
    """A list of entries without those that are left out."""
    rule = rules(spec)[name]
    if rule.entries is None or not isinstance(value, list):
        return value
    return [entry for key, entry in by_key(rule, value).items() if (name, key) not in left_out]


def _blocked(kind: Kind[Any], there: Observed, found: FieldDiff, barred: Mapping[str, Reason]) -> Reason | None:
    """Why a difference is not acted on; what is barred may still go."""
    why = there.blocked.get(found.label) or there.blocked.get(found.field) or kind.cannot_change(found)
    return why or (None if found.removes else barred.get(found.label))


def _learns(kind: Kind[Any], resource: Resource, there: Observed, record: Record) -> bool:
    """Whether the record does not say what holds; in its own words, which may name what was renamed as it was called before."""
    if not record.verified or resource.protect != record.protect:
        return True
    now = reached(kind.spec, resource.values, there.values, record.values)
    return now != record.values and compared(kind.spec, now) != compared(kind.spec, record.values)


def _base(kind: Kind[Any], resource: Resource) -> Change:
    """What is the same in every change of a resource; made only where there is one, for most have none."""
    return Change(
        address=resource.address,
        action=Action.NONE,
        team=resource.team,
        desired=dict(resource.values),
        depends_on=tuple(kind.dependencies(resource.spec)),
        follows=(*kind.follows(resource.spec), *kind.entry_needs(resource.spec).values()),
        protect=resource.protect,
    )


def _restart(kind: Kind[Any], there: Observed, diffs: Sequence[FieldDiff], situation: Situation) -> tuple[Restart | None, Reason | None]:
    """The restart that belongs to a change, and what to say of it; without leave to restart, what will have to wait for one."""
    fields = sorted(kind.restarts(there, diffs))
    if not fields:
        return None, None
    if situation.restarting:
        return Restart(fields=tuple(fields), window=situation.window), reason("restarted", fields=[*fields], window=situation.window)
    due: list[JsonValue] = [name for name in fields if name not in there.waiting]
    return None, reason("in-force-after-restart", fields=due, window=situation.window) if due else None


def _managed(spec: type[Spec], resource: Resource, there: Observed) -> dict[str, Any]:
    """What was seen of the fields that the inventory manages: the rest is no business of the plan."""
    return {name: there.values.get(name) for name in rules(spec) if name in resource.values}


def _immutable(kind: Kind[Any], resource: Resource, found: FieldDiff) -> Finding:
    label, before, after = found.label, found.before, found.after
    if isinstance(before, dict) and isinstance(after, dict):
        name = next(name for name, value in after.items() if before.get(name) != value)
        label, before, after = f"{label}.{name}", before.get(name), after[name]
    removes = kind.decommission is not None and kind.decommission.removes
    ways = "write-as-protected" if resource.protect else "write-or-replace" if removes else "write-former-value"
    advice = reason(ways, name=label, before=str(before), address=str(resource.address))
    return attributed(
        warning("immutable-field", name=label, before=str(before), after=str(after), advice=advice, field=found.label),
        resource,
    )
