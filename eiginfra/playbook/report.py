"""Errors of a compilation: the same error of many teams is one finding that names the first and counts the others."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from eiginfra.core.finding import Finding, Location, error
from eiginfra.core.reason import Reason, reason
from eiginfra.core.resource import Resource


@dataclass(frozen=True)
class Where:
    """For whom a template was evaluated: a team, and an item of a loop."""

    team: str | None = None
    item: str | None = None


_Key = tuple[str, str, Location, Reason | None]


@dataclass
class CompileErrors:
    """The errors so far."""

    _seen: dict[_Key, tuple[Mapping[str, object], list[Where]]] = field(default_factory=dict)
    _also: dict[_Key, tuple[Location, ...]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self._seen)

    def add(
        self,
        code: str,
        params: Mapping[str, object],
        location: Location,
        advice: Reason | None = None,
        where: Where = Where(),
        *,
        also: Iterable[Location] = (),
    ) -> None:
        """An error, for one team and item; also: the other places that have part in it."""
        key = (code, repr(sorted(params.items())), location, advice)
        self._seen.setdefault(key, (params, []))[1].append(where)
        self._also.setdefault(key, tuple(other for other in dict.fromkeys(also) if other != location))

    def clash(self, one: Resource, other: Resource, fields: Sequence[str]) -> None:
        """Two resources that want the same thing with other values of these fields: neither is the culprit, both are named."""
        both = sorted(((resource.locate(fields[0]), resource) for resource in (one, other)), key=lambda pair: _place(pair[0]))
        if both[0][0] == both[1][0]:
            both = sorted(((resource.origin, resource) for resource in (one, other)), key=lambda pair: _place(pair[0]))
        teams = [resource.team for _, resource in both]
        params = {
            "resource": str(one.address),
            "fields": list(fields),
            "one": _whose(teams[0]),
            "other": _whose(teams[1]),
            "same": teams[0] == teams[1],
        }
        places = [place for place, _ in both if place is not None] or [Location(file="")]
        self.add("address-clash", params, places[0], also=places[1:])

    def findings(self) -> list[Finding]:
        """All errors, in the order of the file."""
        found = [
            error(key[0], {**params, **_for(who)}, advice=key[3], location=key[2], also=self._also[key], team=who[0].team)
            for key, (params, who) in self._seen.items()
        ]
        return in_order(found)


def in_order(findings: list[Finding]) -> list[Finding]:
    """The findings in the order of the file."""
    return sorted(findings, key=lambda finding: _place(finding.location))


def _place(location: Location | None) -> tuple[str, int, int]:
    return ("", 0, 0) if location is None else (location.file, location.line, location.column)


def _for(who: Sequence[Where]) -> dict[str, object]:
    """For whom it goes wrong: the first of them, and how many more teams."""
    first = who[0]
    others = len({where.team for where in who}) - 1
    return {"for_team": first.team, "for_others": others, "for_item": first.item}


def _whose(team: str | None) -> Reason:
    return reason("by-cohort") if team is None else reason("by-team", team=team)


def label(item: Any, index: int) -> str:
    """What a loop's item is called: its name, else its place."""
    for name in ("name", "username", "id"):
        found = item.get(name) if isinstance(item, dict) else getattr(item, name, None)
        if isinstance(found, str):
            return found
    return item if isinstance(item, str) and len(item) <= 40 else f"{index + 1}"
