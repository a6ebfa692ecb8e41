"""Findings as entries of an output: warnings and notices of one code are one entry, with their count and their subjects."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import reduce

from eiginfra.core.address import Address
from eiginfra.core.finding import Finding, Location, Severity

GAP = "…"
MOST_NAMES = 5
"""So many subjects are named; the JSON form has them all."""
_WORDS = re.compile(r"[^\s:,;()]+|[\s:,;()]+")


@dataclass(frozen=True)
class FindingEntry:
    """What an output shows of one finding, or of several of one code. also: other places, each with what leads to it."""

    severity: Severity
    text: str
    where: str | None = None
    remedy: str | None = None
    also: tuple[tuple[str, Location], ...] = ()


def entries(findings: Sequence[Finding]) -> Iterator[FindingEntry]:
    """In the order of each code's first finding; the acknowledged are left out."""
    groups: dict[object, list[Finding]] = {}
    for place, found in enumerate(findings):
        if found.acknowledged is None:
            groups.setdefault(place if _alone(found) else (found.severity, found.code), []).append(found)
    for group in groups.values():
        yield _one(group[0]) if len(group) == 1 else _several(group)


def _alone(found: Finding) -> bool:
    """Errors, what says since when it is so, and what is about a line of a file and nothing else stay one each."""
    about_a_line = found.location is not None and found.address is None and found.team is None
    return found.severity is Severity.ERROR or about_a_line or bool(found.trace and str(found.trace))


def told(found: Finding) -> str:
    """What it says, and since when it is so."""
    return "; ".join(filter(None, (found.message, str(found.trace or ""))))


def _one(found: Finding) -> FindingEntry:
    where = found.location or found.address
    also = tuple((_before(found, place), place) for place in found.also)
    return FindingEntry(found.severity, told(found), str(where) if where else None, found.remedy, also)


def _before(found: Finding, place: Location) -> str:
    """What leads to another place of a finding."""
    here = found.location
    earlier = here is not None and here.file == place.file and (place.line, place.column) < (here.line, here.column)
    return "first at" if earlier else "also at"


def _several(group: Sequence[Finding]) -> FindingEntry:
    text = common([told(found) for found in group])
    names = list(filter(None, dict.fromkeys(_subject(found) or _what_differs(told(found), text) for found in group)))
    listed = ", ".join(names[:MOST_NAMES]) + (f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else "")
    remedies = [found.remedy for found in group if found.remedy]
    times = f"{len(group)} times{f': {listed}' if listed else ''}"
    return FindingEntry(group[0].severity, f"{text} ({times})", remedy=common(remedies) if remedies else None)


def _subject(found: Finding) -> str | None:
    if found.address is None:
        return found.team
    try:
        return Address.parse(found.address).key
    except ValueError:  # a server's URL
        return found.address


def common(texts: Sequence[str]) -> str:
    """What the texts have in common, word by word, with … where they differ."""
    words = reduce(_shared, (_WORDS.findall(text) for text in texts))
    text = re.sub(rf"{GAP}(?:\s*{GAP})+", GAP, "".join(words)).strip()
    return re.sub(rf"{GAP}(?=\w)", f"{GAP} ", text)


def _what_differs(text: str, shared: str) -> str:
    """The words of a text that the others do not share."""
    known = set(_WORDS.findall(shared))
    return " ".join(word for word in _WORDS.findall(text) if word not in known and word[0] not in " :,;()")


def _shared(one: Sequence[str], other: Sequence[str]) -> list[str]:
    shared: list[str] = []
    for what, start, end, _, _ in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        shared += one[start:end] if what == "equal" else [GAP]
    return shared
