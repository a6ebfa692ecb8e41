"""What left the inventory and still stands: shown, retired, let go in steps, or with --prune removed."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from eiginfra.core.address import Address
from eiginfra.core.change import Action, Cause, Change
from eiginfra.core.kind import Kind, Registry, Retirement
from eiginfra.core.resource import Observed, Record, Resource
from eiginfra.core.spec import rules
from eiginfra.engine.diff import diff
from eiginfra.engine.situation import Situation


def orphans(
    registry: Registry, situation: Situation, wanted: Mapping[Address, Resource], observed: Mapping[Address, Observed], today: date
) -> list[Change]:
    """What left the inventory and still stands, if it is ours by mark or journal, and no other cohort's by now."""
    found = []
    latest = {record.address: record for record in situation.history}
    for address, there in observed.items():
        record = situation.records.get(address)
        team = record.team if record is not None else there.team
        ours = there.ours or (record is not None and there.ours is not False)
        elsewhere = situation.orphans_among is not None and team not in situation.orphans_among
        if address in wanted or not ours or elsewhere or situation.switched_off(address, team):
            continue
        if record is not None and (last := latest.get(address)) is not None and last.run > record.run:
            continue  # another cohort that shares the journal had it in hand later: it is for that one to let go
        kind = registry[address.kind]
        if kind.in_steps and (step := _parting(kind, there, record, situation, today)) is not None:
            found.append(step)
            continue
        protected = bool(there.values.get("protection"))
        kept = there.facts.get("kept")
        removable = kind.removal is not None and not protected and not kept
        made = there.ours is True if record is None else record.made
        if kind.retires is not None and made and not (situation.prune and removable):
            found += _retirement(kind, kind.retires, there, record, team)
            continue
        if removable:
            note = f"left the inventory: {'will be' if situation.prune else 'with --prune it is'} {kind.removal}"
        else:
            why = "it is protected" if protected else str(kept or f"eiginfra does not remove a {kind.name}")
            why = f"eiginfra did not make it, so it is not {kind.retires.word}" if kind.retires is not None else why
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


def _retirement(kind: Kind[Any], retires: Retirement, there: Observed, record: Record | None, team: str | None) -> list[Change]:
    """The update that retires an orphan; nothing once it is retired. Of its other fields only those that say what it is are named."""
    diffs = [found.model_copy(update={"cause": Cause.ORPHAN}) for found in diff(kind.spec, retires.values, there.values, None)]
    if not diffs:
        return []
    known = {**(record.values if record is not None else {}), **there.values}
    fields = kind.spec.model_fields
    fixed = [name for name, rule in rules(kind.spec).items() if rule.immutable or rule.create_only or fields[name].is_required()]
    desired = {**{name: known[name] for name in fixed if name in known}, **retires.values}
    return [
        Change(
            address=there.address,
            action=Action.UPDATE,
            cause=Cause.ORPHAN,
            team=team,
            diffs=tuple(diffs),
            desired=desired,
            observed={name: there.values.get(name) for name in desired},
            handle=dict(there.handle),
            depends_on=_depended(kind, there),
            note=f"left the inventory: will be {retires.word}",
            made=True,
            ours=there.ours,
        )
    ]


def _depended(kind: Kind[Any], there: Observed) -> tuple[Address, ...]:
    """What an observed object hangs on; it may hold values that no spec allows, and then hangs on nothing we know."""
    try:
        return tuple(kind.dependencies(kind.spec.model_validate(dict(there.values))))
    except ValueError:
        return ()


def _parting(kind: Kind[Any], there: Observed, record: Record | None, situation: Situation, today: date) -> Change | None:
    """The change of an orphan whose kind lets things go in steps; None for any other kind. Only --prune takes a step."""
    step = kind.parting(there, record, today, situation.grace)
    if step is None:
        return None
    change = Change(
        address=there.address,
        action=Action.NONE,
        cause=Cause.ORPHAN,
        team=record.team if record is not None else there.team,
        observed=dict(there.values),
        handle=dict(there.handle),
        note=f"left the inventory: {step.note if situation.prune or not step.later else step.later}",
        made=there.ours is True if record is None else record.made,
        ours=there.ours,
    )
    if not situation.prune or (step.values is None and not step.due):
        return change
    if step.due:
        return change.model_copy(update={"action": Action.DELETE})
    known = {**(record.values if record is not None else {}), **there.values}
    fields = kind.spec.model_fields
    # Of its other fields only those without which it is no spec: the step is about nothing else.
    named = [name for name, rule in rules(kind.spec).items() if rule.immutable or fields[name].is_required()]
    desired = {**{name: known[name] for name in named if name in known}, **(step.values or {})}
    diffs = [found.model_copy(update={"cause": Cause.ORPHAN}) for found in diff(kind.spec, step.values or {}, there.values, None)]
    return change.model_copy(
        update={
            "action": Action.UPDATE,
            "diffs": tuple(diffs),
            "desired": desired,
            "observed": {name: there.values.get(name) for name in desired},
        }
    )
