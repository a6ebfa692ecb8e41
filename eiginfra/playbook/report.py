"""Errors of a compilation: the same error of many teams is one finding that names the first and counts the others."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from eiginfra.core.finding import Finding, Location, error
from eiginfra.core.resource import Resource


@dataclass(frozen=True)
class Where:
    """For whom a template was evaluated: a team, and an item of a loop."""

    team: str | None = None
    item: str | None = None


@dataclass
class CompileErrors:
    """The errors so far."""

    _seen: dict[tuple[str, str, Location, str | None], list[Where]] = field(default_factory=dict)
    _also: dict[tuple[str, str, Location, str | None], tuple[Location, ...]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self._seen)

    def add(
        self,
        code: str,
        message: str,
        location: Location,
        remedy: str | None = None,
        where: Where = Where(),
        *,
        also: Iterable[Location] = (),
    ) -> None:
        """An error, for one team and item; also: the other places that have part in it."""
        key = (code, message, location, remedy)
        self._seen.setdefault(key, []).append(where)
        self._also.setdefault(key, tuple(other for other in dict.fromkeys(also) if other != location))

    def clash(self, one: Resource, other: Resource, fields: Sequence[str]) -> None:
        """Two resources that want the same thing with other values of these fields: neither is the culprit, both are named."""
        both = sorted(((resource.locate(fields[0]), resource) for resource in (one, other)), key=lambda pair: _place(pair[0]))
        if both[0][0] == both[1][0]:
            both = sorted(((resource.origin, resource) for resource in (one, other)), key=lambda pair: _place(pair[0]))
        whose = [_whose(resource) for _, resource in both]
        by = f"twice by {whose[0]}" if whose[0] == whose[1] else f"by {whose[0]} and by {whose[1]}"
        message = f"{one.address} is wanted with different {', '.join(fields)}: {by}"
        places = [place for place, _ in both if place is not None] or [Location(file="")]
        self.add("address-clash", message, places[0], "make both agree, or give one another key", also=places[1:])

    def findings(self) -> list[Finding]:
        """All errors, in the order of the file."""
        found = [
            error(code, f"{_for(who)}{message}", remedy=remedy, location=location, also=self._also[key], team=who[0].team)
            for key, who in self._seen.items()
            for code, message, location, remedy in [key]
        ]
        return in_order(found)


def in_order(findings: list[Finding]) -> list[Finding]:
    """The findings in the order of the file."""
    return sorted(findings, key=lambda finding: _place(finding.location))


def _place(location: Location | None) -> tuple[str, int, int]:
    return ("", 0, 0) if location is None else (location.file, location.line, location.column)


def _for(who: list[Where]) -> str:
    first = who[0]
    teams = {where.team for where in who}
    words = []
    if first.team is not None:
        others = len(teams) - 1
        words.append(f"team {first.team}" + (f" and {others} {'other' if others == 1 else 'others'}" if others else ""))
    if first.item is not None:
        words.append(f"item {first.item}")
    return f"{', '.join(words)}: " if words else ""


def _whose(resource: Resource) -> str:
    return "the cohort" if resource.team is None else f"team {resource.team}"


def label(item: Any, index: int) -> str:
    """What a loop's item is called: its name, else its place."""
    for name in ("name", "username", "id"):
        found = item.get(name) if isinstance(item, dict) else getattr(item, name, None)
        if isinstance(found, str):
            return found
    return item if isinstance(item, str) and len(item) <= 40 else f"{index + 1}"
