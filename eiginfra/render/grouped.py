"""Findings as entries of an output: warnings and notices of one code are one entry, with their count and their subjects."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import reduce

from eiginfra.core.address import Address
from eiginfra.core.finding import Finding, Location, Severity
from eiginfra.render.catalogue import Catalogue

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
    texts = [told(found, words) for found in group]
    text = common(texts)
    names = list(
        filter(None, dict.fromkeys(_subject(found) or _what_differs(said, text) for found, said in zip(group, texts, strict=True)))
    )
    listed, more = ", ".join(names[:MOST_NAMES]), max(len(names) - MOST_NAMES, 0)
    times = words.say("times-of" if names else "times", count=len(group), names=listed, more=more)
    remedies = [remedy for found in group if (remedy := words.remedy(found))]
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
