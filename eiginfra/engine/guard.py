"""Guards: a plan that would take away more than is likely to be meant is refused as a whole."""

from collections.abc import Callable, Iterable, Sequence

from eiginfra.core.change import Change
from eiginfra.core.finding import Finding, error
from eiginfra.core.kind import Registry
from eiginfra.core.resource import Observed
from eiginfra.core.spec import rules

Allows = Callable[[str, int, int], str | None]
"""(field, removed, total) -> None if that is within the cap, else the cap in words."""


def check_removals(changes: Sequence[Change], totals: dict[tuple[str, str], int], allows: Allows) -> list[Finding]:
    """An error for every authoritative list, over all its objects, that would lose more entries than its cap.

    totals: (kind, field) -> how many entries the observed objects hold together.
    """
    removed: dict[tuple[str, str], int] = {}
    for change in changes:
        if change.acts:
            for found in change.diffs:
                if found.removes:
                    key = (change.address.kind, found.field)
                    removed[key] = removed.get(key, 0) + 1
    findings = []
    for (kind, field), count in sorted(removed.items()):
        total = totals.get((kind, field), count)
        cap = allows(field, count, total)
        if cap is not None:
            findings.append(
                error(
                    "removal-cap",
                    f"{count} of {total} entries of {kind} {field} would be removed; the cap is {cap}",
                    remedy=f"look whether the inventory lost people; if it is right: --allow-removals {count}, "
                    f"or `caps: {{{field}: {count}}}` in cohort.yml",
                )
            )
    return findings


def entry_totals(registry: Registry, observed: Iterable[Observed]) -> dict[tuple[str, str], int]:
    """How many entries the authoritative lists of the observed objects hold, by (kind, field)."""
    totals: dict[tuple[str, str], int] = {}
    for there in observed:
        kind = there.address.kind
        for name, rule in rules(registry[kind].spec).items():
            entries = there.values.get(name)
            if rule.entries is not None and isinstance(entries, list):
                totals[kind, name] = totals.get((kind, name), 0) + len(entries)
    return totals
