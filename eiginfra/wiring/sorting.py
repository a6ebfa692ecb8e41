"""Findings in the order in which people read them, and where the errors among them are."""

from collections.abc import Sequence

from eiginfra.core.finding import Finding, Location, Severity


def wrong_locations(findings: Sequence[Finding]) -> frozenset[Location]:
    """Where there are errors."""
    errors = (found for found in findings if found.severity is Severity.ERROR)
    return frozenset(place for found in errors for place in (found.location, *found.also) if place is not None)


def sorted_findings(findings: Sequence[Finding]) -> list[Finding]:
    """Errors first, then by place; each once."""
    order = {severity: place for place, severity in enumerate(Severity)}

    def place(found: Finding) -> tuple[int, str, int, int, str]:
        where = found.location
        return (order[found.severity], where.file if where else "", where.line if where else 0, where.column if where else 0, str(found))

    return sorted(dict.fromkeys(findings), key=place)
