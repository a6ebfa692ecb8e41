"""Guards: a plan that would remove more than is likely to be meant is refused as a whole."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any

from eiginfra.core.change import Change
from eiginfra.core.decommission import Step
from eiginfra.core.finding import Finding, error
from eiginfra.core.kind import Kind, Registry
from eiginfra.core.resource import Observed, Record, Resource
from eiginfra.core.spec import rules
from eiginfra.engine.diff import diff

Allows = Callable[[str, int, int], str | None]
"""(field, removed, total) -> None if that is within the cap, else the cap in words."""


def check_removals(
    registry: Registry, changes: Sequence[Change], observed: Iterable[Observed], allows: Allows, ended: Callable[[str | None, str], bool]
) -> list[Finding]:
    """An error for every authoritative list, over all its objects, that would lose more entries than its cap; and so for decommissions.

    ended: whether the last day of a person in a team, or in all (None), has come; who leaves on a day that was written down does not count.
    """
    totals = _totals(registry, observed)
    removed: dict[tuple[str, str], int] = {}
    for change in changes:
        if not change.acts:
            continue
        name = change.address.kind
        caps = rules(registry[name].spec)
        counted = [
            caps[found.field].cap or found.field for found in change.diffs if found.removes and not ended(change.team, found.entry or "")
        ]
        step = _capped(registry[name], change.step)
        if step is not None and not ended(None, change.address.key):
            counted.append(str(step.cap))
        for what in counted:
            removed[name, what] = removed.get((name, what), 0) + 1
    findings = []
    for (name, what), count in sorted(removed.items()):
        total = totals.get((name, what), count)
        cap = allows(what, count, total)
        if cap is not None:
            step = next((step for step in _steps(registry[name]) if step.cap == what), None)
            findings.append(
                error("removal-cap", count=count, total=total, kind=name, what=what, step=step.does if step else "entry", cap=cap)
            )
    return findings


def _steps(kind: Kind[Any]) -> tuple[Step, ...]:
    return kind.decommission.steps if kind.decommission is not None else ()


def _capped(kind: Kind[Any], does: str | None) -> Step | None:
    return next((step for step in _steps(kind) if step.does == does and step.cap is not None), None)


def _totals(registry: Registry, observed: Iterable[Observed]) -> dict[tuple[str, str], int]:
    """How many entries the lists of the observed objects hold, by (kind, field); for how many objects a capped step is left."""
    totals: dict[tuple[str, str], int] = {}
    for there in observed:
        kind = registry[there.address.kind]
        counts = {
            rule.cap or name: len(entries)
            for name, rule in rules(kind.spec).items()
            if rule.entries is not None and isinstance(entries := there.values.get(name), list)
        }
        for step in _steps(kind):
            if step.cap is not None and step.values is not None:
                counts[step.cap] = int(bool(diff(kind.spec, step.values, there.values, None)))
        for what, count in counts.items():
            totals[kind.name, what] = totals.get((kind.name, what), 0) + count
    return totals


def check_renamed(wanted: Iterable[Resource], records: Iterable[Record], known_as_new: Collection[str]) -> list[Finding]:
    """An error for every new team that asks for just what a vanished one had: its file was probably renamed.

    A team's id is the name of its file, and part of the name of all it has. Applied, everything would be created a second time.
    known_as_new: teams that were looked at and are new.
    """
    asked, had = _keys(wanted), _keys(records)
    findings = []
    for new in sorted(asked.keys() - had.keys() - set(known_as_new)):
        for gone in sorted(had.keys() - asked.keys()):
            alike = {(kind, other) for kind, key in had[gone] for other in _renamed(key, gone, new)} & asked[new]
            if len(alike) * 2 > len(asked[new]):
                findings.append(error("team-renamed", gone=gone, new=new, team=new))
    return findings


def _renamed(key: str, gone: str, new: str) -> Iterator[str]:
    """The key with the team's id replaced where it is a whole word: in one such position, or in all. Other words may be the same."""
    places = [match.span() for match in re.finditer(rf"(?<![A-Za-z0-9]){re.escape(gone)}(?![A-Za-z0-9])", key)]
    for first, last in places:
        yield key[:first] + new + key[last:]
    if len(places) > 1:
        yield re.sub(rf"(?<![A-Za-z0-9]){re.escape(gone)}(?![A-Za-z0-9])", lambda _: new, key)


def _keys(things: Iterable[Resource | Record]) -> dict[str, set[tuple[str, str]]]:
    """What each team has, by kind and key."""
    keys: dict[str, set[tuple[str, str]]] = {}
    for thing in things:
        if thing.team is not None:
            keys.setdefault(thing.team, set()).add((thing.address.kind, thing.address.key))
    return keys
