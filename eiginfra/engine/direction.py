"""Direction: which part of a change comes before those of what belongs to the object, which after them, and who gives a name up first.

What narrows goes from the inside out, before all else; what makes an object read-only waits for what is done in it; all else goes from
the outside in. A change with several such parts is carried out in as many parts, one after the other.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache

from pydantic import JsonValue

from eiginfra.core.address import Address
from eiginfra.core.change import Action, Cause, Change, FieldDiff
from eiginfra.core.kind import Registry
from eiginfra.core.reason import reason
from eiginfra.core.resource import Resource
from eiginfra.core.spec import Closing, Spec, rules

CHANGES = (Action.UPDATE, Action.ADOPT)
LONGEST_STEM = 200
"""Of an interim name, before what makes it unique: names are at least 255 characters long on every server."""


def directed(registry: Registry, changes: Sequence[Change], wanted: Mapping[Address, Resource]) -> list[Change]:
    """The changes, each with what of it goes first or last, and with whose name it takes. wanted: all that the inventory compiles to."""
    acting = {change.address: change for change in changes if change.acts}
    above = _above(registry, acting, wanted)
    first, last = _narrowing(registry, acting, above), _closing(registry, acting, above)
    takes, interim = _names(registry, acting)
    opens = {address: back for address, change in acting.items() if (back := _opened(registry[address.kind].spec, change))}
    directed_: list[Change] = []
    for change in changes:
        address = change.address
        update: dict[str, object] = {}
        diffs = [diff for diff in change.diffs if diff.field in first.get(address, ())]
        if address in interim:
            diffs.append(interim[address])
            update["reason"] = change.reason or reason("by-way-of", name=interim[address].after)
        if diffs:
            update["first"] = tuple(diffs)
        if address in opens:
            update["opens"] = opens[address]
        before = {other for other in above.get(address, ()) if other in opens or (diffs and other in first)}
        if before := before - {*change.depends_on, *change.follows}:
            update["follows"] = (*change.follows, *sorted(before))
        if address in last:
            update["last"] = tuple(last[address])
        if address in takes:
            update["takes"] = takes[address]
        directed_.append(change.model_copy(update=update) if update else change)
    return directed_


def _above(registry: Registry, acting: Mapping[Address, Change], wanted: Mapping[Address, Resource]) -> dict[Address, set[Address]]:
    """What each acting change belongs to, directly or not, of what acts too."""

    @cache
    def around(address: Address) -> frozenset[Address]:
        resource, change = wanted.get(address), acting.get(address)
        if resource is not None:
            near: Iterable[Address] = registry[address.kind].dependencies(resource.spec)
        else:
            near = () if change is None else change.depends_on
        return frozenset().union(*({other} | around(other) for other in near))

    return {address: set(around(address) & acting.keys()) for address in acting}


def _narrowing(registry: Registry, acting: Mapping[Address, Change], above: Mapping[Address, set[Address]]) -> dict[Address, set[str]]:
    """The fields that are narrowed of an object and of one around it: the inner one goes first."""
    narrowed = {address: fields for address, change in acting.items() if (fields := set(_narrowed(registry[address.kind].spec, change)))}
    found: defaultdict[Address, set[str]] = defaultdict(set)
    for inner, fields in narrowed.items():
        for outer in above[inner] & narrowed.keys():
            for address in (inner, outer):
                found[address] |= fields & narrowed[outer]
    return {address: fields for address, fields in found.items() if fields}


def _narrowed(spec: type[Spec], change: Change) -> Iterator[str]:
    if change.action not in CHANGES:
        return
    for diff in change.diffs:
        order = rules(spec)[diff.field].nests
        if diff.before in order and diff.after in order and order.index(diff.after) < order.index(diff.before):
            yield diff.field


def _closing(registry: Registry, acting: Mapping[Address, Change], above: Mapping[Address, set[Address]]) -> dict[Address, list[FieldDiff]]:
    """What makes an object take in nothing more, where something in it is still to be done."""
    inside: defaultdict[Address, list[Change]] = defaultdict(list)
    for address, outer in above.items():
        for other in outer:
            inside[other].append(acting[address])
    return {address: diffs for address in inside if (diffs := list(_closed(registry[address.kind].spec, acting[address], inside[address])))}


def _opened(spec: type[Spec], change: Change) -> tuple[FieldDiff, ...]:
    """What a change takes back of what closed its object."""
    closings = ((diff, rules(spec)[diff.field].closes) for diff in change.diffs)
    return tuple(diff for diff, closing in closings if closing is not None and not closing.to and diff.before == closing.value)


def _closed(spec: type[Spec], change: Change, inside: Sequence[Change]) -> Iterator[FieldDiff]:
    for name, rule in rules(spec).items():
        closing = rule.closes
        if closing is None or (change.desired or {}).get(name) != closing.value or not _barred(closing, inside):
            continue
        if change.action is Action.CREATE:
            yield FieldDiff(field=name, before=closing.until, after=closing.value, cause=change.cause or Cause.UNKNOWN)
        elif change.action in CHANGES:
            yield from (diff for diff in change.diffs if diff.field == name)


def _barred(closing: Closing, inside: Iterable[Change]) -> bool:
    return any(not closing.to or (change.action is Action.CREATE and change.address.kind in closing.to) for change in inside)


Place = tuple[str, str, tuple[str, str]]
"""A kind, one of its fields, and what no two of the kind may share."""


def _names(registry: Registry, acting: Mapping[Address, Change]) -> tuple[dict[Address, tuple[Address, ...]], dict[Address, FieldDiff]]:
    """Whose name each change takes, and the interim name by which a circle of such changes is opened."""
    held: dict[Place, Address] = {}
    asked: list[tuple[Address, Place]] = []
    for address, change in acting.items():
        for name, before, after in _unique(registry[address.kind].spec, change):
            asked.append((address, (address.kind, name, after)))
            if before is not None:
                held[address.kind, name, before] = address
    takes = {(address, place[1]): held[place] for address, place in asked if held.get(place, address) != address}
    interim: dict[Address, FieldDiff] = {}
    for address, name in sorted(takes):
        if _circular(takes, address, name, interim):
            diff = next(diff for diff in acting[address].diffs if diff.field == name)
            interim[address] = diff.model_copy(update={"after": _interim(diff.before, address)})
    givers: defaultdict[Address, list[Address]] = defaultdict(list)
    for (address, _), giver in sorted(takes.items()):
        givers[address].append(giver)
    return {address: tuple(others) for address, others in givers.items()}, interim


def _unique(spec: type[Spec], change: Change) -> Iterator[tuple[str, tuple[str, str] | None, tuple[str, str]]]:
    """The fields that bring a name which no two may share: the name that is given up, if one is, and the one that is taken."""
    for name, rule in rules(spec).items():
        if rule.unique is None or change.desired is None or name not in change.desired:
            continue
        if change.action is Action.CREATE:
            yield name, None, rule.unique(change.desired)
        elif change.action in CHANGES and change.observed is not None and any(diff.field == name for diff in change.diffs):
            yield name, rule.unique(change.observed), rule.unique(change.desired)


def _circular(takes: Mapping[tuple[Address, str], Address], start: Address, name: str, opened: Mapping[Address, FieldDiff]) -> bool:
    """Whether who gives its name to `start` waits, in the end, for `start` itself, and nobody of them has an interim name yet."""
    seen, at = [start], takes.get((start, name))
    while at is not None and at not in seen:
        seen.append(at)
        at = takes.get((at, name))
    return at == start and not opened.keys() & set(seen)


def _interim(before: JsonValue, address: Address) -> str:
    """The same for the same object, so that a run after a kill does not make up another; no other object is called so."""
    return f"{str(before)[:LONGEST_STEM]} {hashlib.sha256(str(address).encode()).hexdigest()[:12]}"
