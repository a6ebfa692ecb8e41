"""Guards: a plan that would take away more than is likely to be meant is refused as a whole."""

from collections.abc import Callable, Collection, Iterable, Sequence

from eiginfra.core.change import Action, Cause, Change
from eiginfra.core.finding import Finding, error
from eiginfra.core.kind import Registry
from eiginfra.core.resource import Observed, Record, Resource
from eiginfra.core.spec import rules
from eiginfra.engine.diff import diff

Allows = Callable[[str, int, int], str | None]
"""(field, removed, total) -> None if that is within the cap, else the cap in words."""


def check_removals(registry: Registry, changes: Sequence[Change], observed: Iterable[Observed], allows: Allows) -> list[Finding]:
    """An error for every authoritative list, over all its objects, that would lose more entries than its cap; and so for retirements."""
    totals = _totals(registry, observed)
    removed: dict[tuple[str, str], int] = {}
    for change in changes:
        kind = registry[change.address.kind]
        counted = [found.field for found in change.diffs if found.removes] if change.acts else []
        if kind.retires is not None and change.action is Action.UPDATE and change.cause is Cause.ORPHAN:
            counted.append(kind.retires.cap)
        for what in counted:
            removed[kind.name, what] = removed.get((kind.name, what), 0) + 1
    findings = []
    for (name, what), count in sorted(removed.items()):
        total = totals.get((name, what), count)
        cap = allows(what, count, total)
        if cap is not None:
            retires = registry[name].retires
            done = f"entries of {name} {what} would be removed"
            if retires is not None and what == retires.cap:
                done = f"{name} would be {retires.word}"
            findings.append(
                error(
                    "removal-cap",
                    f"{count} of {total} {done}; the cap is {cap}",
                    remedy=f"look whether the inventory lost people; if it is right: --allow-removals {count}, "
                    f"or `caps: {{{what}: {count}}}` in cohort.yml",
                )
            )
    return findings


def _totals(registry: Registry, observed: Iterable[Observed]) -> dict[tuple[str, str], int]:
    """How many entries the authoritative lists of the observed objects hold, by (kind, field); how many objects can be retired."""
    totals: dict[tuple[str, str], int] = {}
    for there in observed:
        kind = registry[there.address.kind]
        counts = {
            name: len(entries)
            for name, rule in rules(kind.spec).items()
            if rule.entries is not None and isinstance(entries := there.values.get(name), list)
        }
        if kind.retires is not None:
            counts[kind.retires.cap] = int(bool(diff(kind.spec, kind.retires.values, there.values, None)))
        for what, count in counts.items():
            totals[kind.name, what] = totals.get((kind.name, what), 0) + count
    return totals


def check_renamed(wanted: Iterable[Resource], records: Iterable[Record], known_as_new: Collection[str]) -> list[Finding]:
    """An error for every new team that asks for just what a vanished one had: its file was probably renamed.

    A team's id is the name of its file, and in the name of all it has; carried out, everything would be made anew beside the old.
    known_as_new: teams that were looked at and are new.
    """
    asked, had = _keys(wanted), _keys(records)
    findings = []
    for new in sorted(asked.keys() - had.keys() - set(known_as_new)):
        for gone in sorted(had.keys() - asked.keys()):
            alike = {(kind, key.replace(gone, new)) for kind, key in had[gone] if gone in key} & asked[new]
            if len(alike) * 2 > len(asked[new]):
                findings.append(
                    error(
                        "team-renamed",
                        f"team {gone} is gone, and the new team {new} asks for the same: was its file renamed?",
                        remedy=f"a team keeps the id it began with: name the file {gone}.yml again (the title may change); "
                        f"if {new} is a new team, say so: --as-new {new}",
                        team=new,
                    )
                )
    return findings


def _keys(things: Iterable[Resource | Record]) -> dict[str, set[tuple[str, str]]]:
    """What each team has, by kind and key."""
    keys: dict[str, set[tuple[str, str]]] = {}
    for thing in things:
        if thing.team is not None:
            keys.setdefault(thing.team, set()).add((thing.address.kind, thing.address.key))
    return keys
