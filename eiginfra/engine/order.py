"""Order: dependencies first, the same order for the same things whatever order they came in; and the parts of each change."""

import heapq
from collections.abc import Collection, Iterable, Mapping
from enum import IntEnum
from itertools import pairwise
from typing import NamedTuple, TypeVar

from pydantic import JsonValue

from eiginfra.core.address import Address
from eiginfra.core.change import Action, Blocked, Change, FieldDiff
from eiginfra.core.errors import InputError
from eiginfra.core.finding import error
from eiginfra.core.reason import reason


class Turn(IntEnum):
    """When a part of a change is carried out; most changes have the one in the middle only."""

    OPEN = 0
    FIRST = 1
    MAIN = 2
    LAST = 3


class Part(NamedTuple):
    """What is carried out at once: a change, or one of its parts."""

    address: Address
    turn: Turn

    def __str__(self) -> str:
        return str(self.address)


N = TypeVar("N", Address, Part)


def topological(after: Mapping[N, Iterable[N]]) -> list[N]:
    """The nodes, each behind those it depends on; ties by their own order. Raises InputError, naming the circle, if there is one."""
    pending = {node: {other for other in others if other in after} for node, others in after.items()}
    dependents: dict[N, list[N]] = {}
    for node, others in pending.items():
        for other in others:
            dependents.setdefault(other, []).append(node)
    ready = [node for node, others in pending.items() if not others]
    heapq.heapify(ready)
    done: list[N] = []
    while ready:
        node = heapq.heappop(ready)
        done.append(node)
        for dependent in dependents.get(node, ()):
            pending[dependent].discard(node)
            if not pending[dependent]:
                heapq.heappush(ready, dependent)
    if len(done) < len(pending):
        circle = [str(node) for node in sorted(pending.keys() - set(done))[:6]]
        raise InputError([error("dependency-circle", circle=circle)])
    return done


def ordered(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Changes in the order in which they are carried out, those of several parts by the one in the middle.

    Everything else first, then deletions, dependents before what they depend on.
    """
    by_address = {change.address: change for change in changes}
    places: dict[Address, int] = {}
    for place, part in enumerate(topological(waits(by_address))):
        places.setdefault(part.address, place)
        if part.turn is Turn.MAIN:
            places[part.address] = place
    return tuple(sorted(by_address.values(), key=lambda change: (change.action is Action.DELETE, places[change.address])))


def waits(changes: Mapping[Address, Change]) -> dict[Part, set[Part]]:
    """The parts of some changes, each with those that it waits for.

    What belongs to an object follows it; what is narrowed comes before what narrows around it; what is deleted, and what closes an object,
    comes after all that is done in it; who takes a name comes after who gives it up.
    """
    by_turn = {address: tuple(Part(address, turn) for turn in _turns(change)) for address, change in changes.items()}
    found: dict[Part, set[Part]] = {part: set() for mine in by_turn.values() for part in mine}
    for address, change in changes.items():
        mine = by_turn[address]
        for before, after in pairwise(mine):
            found[after].add(before)
        for other in (*change.depends_on, *change.follows):
            for theirs in by_turn.get(other, ()):
                for part in mine:
                    if _goes_first(part, change, theirs, changes[other]):
                        found[theirs].add(part)
                    elif theirs.turn is not Turn.LAST and (part.turn > Turn.FIRST or theirs.turn is _opening(changes[other])):
                        found[part].add(theirs)
        for giver in change.takes:
            if giver in by_turn:
                found[_taking(mine)].add(by_turn[giver][0] if _gives_early(changes[giver]) else _taking(by_turn[giver]))
    return found


def _opening(change: Change) -> Turn | None:
    """When a change takes back what closed its object: in its first part, if that is about anything else, or with all the rest."""
    if not change.opens:
        return None
    return Turn.OPEN if change.first else Turn.MAIN


def _goes_first(part: Part, change: Change, theirs: Part, outer: Change) -> bool:
    """Whether a part of a change comes before one of what it belongs to."""
    if theirs.turn is _opening(outer):
        return False
    if theirs.turn is Turn.MAIN and Action.DELETE in (change.action, outer.action):
        return True
    if change.step is not None and outer.step is not None:
        return True  # what leaves goes from the inside out: a machine that was stopped lets nobody's keys be taken away
    return theirs.turn is Turn.LAST or (part.turn is Turn.FIRST and theirs.turn is Turn.FIRST)


def _taking(mine: tuple[Part, ...]) -> Part:
    """The part in which a change takes its name."""
    return next((part for part in mine if part.turn is Turn.MAIN), mine[-1])


def _gives_early(giver: Change) -> bool:
    """Whether its name is free once it has an interim one."""
    return any((giver.desired or {}).get(diff.field) != diff.after for diff in giver.first)


def _turns(change: Change) -> list[Turn]:
    return [Turn.MAIN] if not change.first and not change.last else list(parts(change))


def parts(change: Change) -> dict[Turn, Change]:
    """A change as the changes that its parts are; mostly it is one part, and itself."""
    if not change.first and not change.last:
        return {Turn.MAIN: change}
    wanted, seen = change.desired or {}, change.observed or {}
    opened = change.opens if change.first else ()
    early, late = ({diff.field: diff.after for diff in diffs} for diffs in ((*opened, *change.first), change.last))
    done = {name for name, value in early.items() if wanted.get(name) == value} | late.keys()
    rest = tuple(_since(diff, early) for diff in change.diffs if diff.field not in done)
    found: dict[Turn, Change] = {}
    if opened:
        found[Turn.OPEN] = _part(change, [diff.field for diff in opened], diffs=opened)
    if change.first:
        fields = [diff.field for diff in change.first]
        found[Turn.FIRST] = _part(change, fields, diffs=change.first, desired={**wanted, **early}, observed={**seen, **_after(opened)})
    if change.action is Action.CREATE:
        until = {diff.field: diff.before for diff in change.last}
        found[Turn.MAIN] = change.model_copy(update={"desired": {**wanted, **until}, "last": ()})
    elif rest or change.restart is not None or change.was is not None or change.marked is False:
        main = _part(change, wanted.keys() - done, diffs=rest, observed={**seen, **early})
        found[Turn.MAIN] = main.model_copy(update={"action": change.action, "restart": change.restart, "was": change.was})
    if change.last:
        before = {diff.field: diff.before for diff in change.last}
        made = change.action is Action.CREATE
        last = _part(change, late.keys(), diffs=change.last, observed={**wanted, **before})
        found[Turn.LAST] = last.model_copy(update={"handle": {}, "created": True}) if made else last
    return found


def _after(diffs: Iterable[FieldDiff]) -> dict[str, JsonValue]:
    return {diff.field: diff.after for diff in diffs}


def _since(diff: FieldDiff, early: Mapping[str, JsonValue]) -> FieldDiff:
    """The difference that is left after the first part."""
    return diff.model_copy(update={"before": early[diff.field]}) if diff.field in early else diff


def _part(change: Change, fields: Collection[str], **what: object) -> Change:
    """A part that is about some fields alone; the others differ, and are no concern of it."""
    others = tuple(Blocked(diff=FieldDiff(field=name), reason=reason("other-part")) for name in change.desired or () if name not in fields)
    return change.model_copy(
        update={
            "action": Action.UPDATE,
            "opens": (),
            "first": (),
            "last": (),
            "restart": None,
            "was": None,
            "blocked": (*change.blocked, *others),
            **what,
        }
    )
