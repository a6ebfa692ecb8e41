"""What left the inventory and still exists: shown, and taken through the steps of its kind's decommission."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from pydantic import JsonValue, ValidationError

from eiginfra.core.address import Address
from eiginfra.core.change import Action, Blocked, Cause, Change
from eiginfra.core.decommission import Decommission, Step, Trigger
from eiginfra.core.kind import Kind, Registry
from eiginfra.core.reason import Reason, reason
from eiginfra.core.resource import Observed, Record, Resource
from eiginfra.core.spec import rules
from eiginfra.core.trace import EXISTS
from eiginfra.engine.diff import diff
from eiginfra.engine.situation import Seen, Situation

_PROTECTED = "left-inventory-protected"


def leaving(registry: Registry, situation: Situation, wanted: Mapping[Address, Resource], seen: Seen, today: date) -> list[Change]:
    """The changes of what left the inventory, if marker or journal say that eiginfra manages it, and no other cohort wants it now."""
    found = []
    for address, there in seen.observed.items():
        record = situation.records.get(address)
        team = record.team if record is not None else there.team
        ours = there.marked or (record is not None and there.marked is not False)
        elsewhere = situation.orphans_among is not None and team not in situation.orphans_among
        if address in wanted or not ours or elsewhere or situation.switched_off(address, team):
            continue
        change = _change(registry[address.kind], there, record, situation, today, created=situation.created(there, record))
        if change is not None:
            found.append(change.model_copy(update={"team": team}))
    return found


def kept(change: Change, why: Reason | None) -> Change:
    """The change of what left, without its step where something is in the way; None: nothing is."""
    if why is None or not change.acts:
        return change
    told = reason("left-inventory-kept", why=why.model_dump(mode="json"))
    return change.model_copy(update={"action": Action.NONE, "diffs": (), "step": None, "reason": told})


def kept_below(registry: Registry, wanted: Mapping[Address, Resource], changes: Sequence[Change], seen: Seen) -> list[Change]:
    """The changes without deletions of what something wanted or protected depends on: it would go with it."""
    needs: dict[Address, list[Address]] = {}
    if any(change.action is Action.DELETE for change in changes):
        for resource in wanted.values():
            for other in registry[resource.address.kind].dependencies(resource.spec):
                needs.setdefault(other, []).append(resource.address)
    leaves = {change.address: change for change in changes}
    stays = [change.address for change in changes if change.reason is not None and change.reason.code == _PROTECTED]
    stays += [address for address, change in leaves.items() if change.action is Action.DELETE and address in needs]
    while stays:
        address = stays.pop()
        change = leaves[address]
        if change.action is Action.DELETE:
            by: list[JsonValue] = [str(other) for other in sorted(needs[address])]
            leaves[address] = _told(change, "left-inventory-needed", by=by).model_copy(update={"action": Action.NONE, "step": None})
        for other in _needed(registry[address.kind], seen.observed[address]):
            if other in leaves and leaves[other].action is Action.DELETE:
                needs.setdefault(other, []).append(address)
                stays.append(other)
    return list(leaves.values())


def _change(kind: Kind[Any], there: Observed, record: Record | None, situation: Situation, today: date, *, created: bool) -> Change | None:
    """The next step of one object, or why there is none; None when it has gone through all of them."""
    base = Change(
        address=there.address,
        action=Action.NONE,
        cause=Cause.ORPHAN,
        observed=dict(there.values),
        handle=dict(there.handle),
        depends_on=_needed(kind, there),
        created=created,
        marked=there.marked,
    )
    if claims := situation.claims.get(there.address):
        # Its other cohorts decide; this one ends its record.
        cohorts = sorted({claim.cohort for claim in claims})
        return None if record is None else _told(base, "left-to-others", cohorts=[*cohorts]).model_copy(update={"release": True})
    if kind.decommission is None:
        return _told(base, "left-inventory-stays", kind=kind.name)
    step = _next(kind, kind.decommission, there)
    if step is None:
        return None
    if (why := _kept(there, record, step, created=created)) is not None:
        return base.model_copy(update={"reason": why})
    base = base.model_copy(update={"step": step.does})
    until = _until(kind.decommission, there)
    if (awaited := _awaited(situation, there, step, until, today)) is not None:
        return base.model_copy(update={"waiting": {EXISTS: awaited}})
    ended = until if step.trigger is Trigger.GRACE else None
    if step.trigger is not Trigger.APPLY and not situation.prune:
        return _told(base, "left-inventory-prune", step=step.does, days=situation.grace.days, until=_iso(ended))
    if step.values is None:
        return _told(base, "left-inventory", step=step.does, until=_iso(ended), removed_after=None, over=False).model_copy(
            update={"action": Action.DELETE}
        )
    begins = today + situation.grace if _dates(kind.decommission) else None
    over = situation.ended(None, there.address.key)
    told = _told(base, "left-inventory", step=step.does, until=None, removed_after=_iso(begins), over=over)
    return _update(kind, told, there, record, _values(kind.decommission, step, begins))


def _kept(there: Observed, record: Record | None, step: Step, *, created: bool) -> Reason | None:
    """Why a thing stays although nobody wants it."""
    if record is not None and record.protect:
        return reason(_PROTECTED)
    if there.keep is not None:
        return reason("left-inventory-kept", why=there.keep.model_dump(mode="json"))
    return reason("left-inventory-not-created", step=step.does) if step.created_only and not created else None


def _awaited(situation: Situation, there: Observed, step: Step, until: date | None, today: date) -> Reason | None:
    """What the next step waits for: somebody who may take it, or the end of the days of grace."""
    denial = situation.denied.get(there.address)
    if denial is not None and denial.reason is not None:
        return denial.reason
    waits = step.trigger is Trigger.GRACE and until is not None and today <= until
    return reason("grace", until=str(until), step=step.does) if waits else None


def _told(change: Change, code: str, **params: JsonValue) -> Change:
    return change.model_copy(update={"reason": reason(code, **params)})


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _next(kind: Kind[Any], steps: Decommission, there: Observed) -> Step | None:
    """The first step that the object does not show yet."""
    for number, step in enumerate(steps.steps):
        later = steps.steps[number + 1 :]
        dated = not any(other.trigger is Trigger.GRACE for other in later) or _until(steps, there) is not None
        if step.values is None or not dated or diff(kind.spec, step.values, there.values, None):
            return step
    return None


def _until(steps: Decommission, there: Observed) -> date | None:
    """The last day of grace that the object bears."""
    written = there.values.get(steps.dated) if steps.dated is not None else None
    try:
        return date.fromisoformat(written) if isinstance(written, str) else None
    except ValueError:
        return None


def _dates(steps: Decommission) -> bool:
    """Whether a last day of grace is written."""
    return steps.dated is not None and any(other.trigger is Trigger.GRACE for other in steps.steps)


def _values(steps: Decommission, step: Step, until: date | None) -> dict[str, JsonValue]:
    return {**(step.values or {}), **({} if until is None else {str(steps.dated): until.isoformat()})}


def _update(kind: Kind[Any], change: Change, there: Observed, record: Record | None, values: Mapping[str, JsonValue]) -> Change:
    """The step as an update. Of the other fields only those without which it is no spec are named: it is about nothing else."""
    known = {**(record.values if record is not None else {}), **there.values}
    fields = kind.spec.model_fields
    named = [name for name, rule in rules(kind.spec).items() if rule.immutable or rule.create_only or fields[name].is_required()]
    desired = {**{name: known[name] for name in named if known.get(name) is not None}, **values}
    found = [item.model_copy(update={"cause": Cause.ORPHAN}) for item in diff(kind.spec, values, there.values, None)]
    blocked = [Blocked(diff=item, reason=there.blocked[item.label]) for item in found if item.label in there.blocked]
    diffs = [item for item in found if item.label not in there.blocked]
    if not diffs:
        change = _told(change, "left-inventory-kept", why=blocked[0].reason.model_dump(mode="json"))
    return change.model_copy(
        update={
            "action": Action.UPDATE if diffs else Action.NONE,
            "diffs": tuple(diffs),
            "blocked": tuple(blocked),
            "desired": desired,
            "observed": {name: there.values.get(name) for name in desired},
        }
    )


def _needed(kind: Kind[Any], there: Observed) -> tuple[Address, ...]:
    """What an observed object depends on; it may hold values that no spec allows, and then depends on nothing we know."""
    values = dict(there.values)
    try:
        spec = kind.spec.model_validate(values)
    except ValidationError as problem:
        known = rules(kind.spec)
        if not all(wrong["type"] == "missing" and known[str(wrong["loc"][0])].write_only for wrong in problem.errors()):
            return ()
        spec = kind.spec.model_construct(set(values), **values)
    return tuple(kind.dependencies(spec))
