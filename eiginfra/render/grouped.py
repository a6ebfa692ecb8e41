"""Findings as entries of an output: warnings and notices of one code are one entry, with their count and their subjects."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from eiginfra.core.address import Address
from eiginfra.core.finding import Finding, Location, Severity
from eiginfra.core.reason import Reason
from eiginfra.render.catalogue import Catalogue
from eiginfra.render.values import show

GAP = "…"
MOST_NAMES = 5
"""So many subjects are named; the JSON form has them all."""


@dataclass(frozen=True)
class FindingEntry:
    """What an output shows of one finding, or of several of one code. also: other places, each with what leads to it."""

    severity: Severity
    text: str
    where: str | None = None
    remedy: str | None = None
    also: tuple[tuple[str, Location], ...] = ()


def entries(findings: Sequence[Finding], words: Catalogue) -> Iterator[FindingEntry]:
    """In the order of each code's first finding; the acknowledged are left out."""
    groups: dict[object, list[Finding]] = {}
    for place, found in enumerate(findings):
        if found.acknowledged is None:
            groups.setdefault(place if _alone(found, words) else (found.severity, found.code), []).append(found)
    for group in groups.values():
        yield _one(group[0], words) if len(group) == 1 else _several(group, words)


def _alone(found: Finding, words: Catalogue) -> bool:
    """Errors, what says since when it is so, and what is about a line of a file and nothing else stay one each."""
    about_a_line = found.location is not None and found.address is None and found.team is None
    return found.severity is Severity.ERROR or about_a_line or bool(words.since(found.trace))


def told(found: Finding, words: Catalogue) -> str:
    """What it says, and since when it is so."""
    return "; ".join(filter(None, (words.message(found), words.since(found.trace))))


def _one(found: Finding, words: Catalogue) -> FindingEntry:
    where = found.location or found.address
    also = tuple((words.say(_before(found, place)), place) for place in found.also)
    return FindingEntry(found.severity, told(found, words), str(where) if where else None, words.remedy(found), also)


def _before(found: Finding, place: Location) -> str:
    """The entry for what leads to another place of a finding."""
    here = found.location
    earlier = here is not None and here.file == place.file and (place.line, place.column) < (here.line, here.column)
    return "first-at" if earlier else "also-at"


def _several(group: Sequence[Finding], words: Catalogue) -> FindingEntry:
    together = _together(group)
    names = [*dict.fromkeys(name for found in group if (name := _subject(found) or _what_differs(found, together, words)))]
    listed, more = ", ".join(names[:MOST_NAMES]), max(len(names) - MOST_NAMES, 0)
    times = words.say("times-of" if names else "times", count=len(group), names=listed, more=more)
    return FindingEntry(together.severity, f"{words.message(together)} ({times})", remedy=words.remedy(together))


def _together(group: Sequence[Finding]) -> Finding:
    """One finding for several of a code: what differs in them is left open."""
    first, advice = group[0], group[0].advice
    if any(found.advice != advice for found in group):
        advices = [found.advice for found in group if found.advice is not None]
        alike = len(advices) == len(group) and len({each.code for each in advices}) == 1
        advice = Reason(code=advices[0].code, params=_common([each.params for each in advices])) if alike else None
    return first.model_copy(update={"params": _common([found.told for found in group]), "advice": advice})


def _common(params: Sequence[Mapping[str, JsonValue]]) -> dict[str, JsonValue]:
    return {name: value if all(other.get(name) == value for other in params) else GAP for name, value in params[0].items()}


def _subject(found: Finding) -> str | None:
    if found.address is None:
        return found.team
    try:
        return Address.parse(found.address).key
    except ValueError:  # a server's URL
        return found.address


def _what_differs(found: Finding, together: Finding, words: Catalogue) -> str:
    """The parameters that the others do not share."""
    return " ".join(show(value, words) for name, value in found.told.items() if together.params.get(name) != value and value is not None)
