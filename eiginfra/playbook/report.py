"""Errors of a compilation: the same error of many teams is one finding that names the first and counts the others."""

from dataclasses import dataclass, field
from typing import Any

from eiginfra.core.finding import Finding, Location, error


@dataclass(frozen=True)
class Where:
    """For whom a template was evaluated: a team, and an item of a loop."""

    team: str | None = None
    item: str | None = None


@dataclass
class CompileErrors:
    """The errors so far."""

    _seen: dict[tuple[str, str, Location, str | None], list[Where]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self._seen)

    def add(self, code: str, message: str, location: Location, remedy: str | None = None, where: Where = Where()) -> None:
        """An error, for one team and item."""
        self._seen.setdefault((code, message, location, remedy), []).append(where)

    def findings(self) -> list[Finding]:
        """All errors, in the order of the file."""
        found = [
            error(code, f"{_for(who)}{message}", remedy=remedy, location=location, team=who[0].team)
            for (code, message, location, remedy), who in self._seen.items()
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


def label(item: Any, index: int) -> str:
    """What a loop's item is called: its name, else its place."""
    for name in ("name", "username", "id"):
        found = item.get(name) if isinstance(item, dict) else getattr(item, name, None)
        if isinstance(found, str):
            return found
    return item if isinstance(item, str) and len(item) <= 40 else f"{index + 1}"
