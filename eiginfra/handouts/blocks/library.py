"""The texts of a cohort: its own where it has them, else the packaged ones."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Final

from eiginfra.core.errors import InputError
from eiginfra.core.finding import Finding, Location, error
from eiginfra.core.suggest import suggest
from eiginfra.handouts.blocks.names import NAMES
from eiginfra.handouts.blocks.parsing import ParsedText, parsed
from eiginfra.handouts.blocks.placeholders import Filling, Values
from eiginfra.handouts.page import Section
from eiginfra.inventory.cohort import Cohort
from eiginfra.inventory.handout_texts import HandoutText

LANGUAGES: Final = ("fr", "en")
_FILE: Final = re.compile(r"(?P<name>[^.]*)(?:\.(?P<language>fr|en))?\.md")


class TextLibrary:
    """All texts of a cohort in a language, parsed at first use. Raises InputError for a text of the cohort's own that is wrong."""

    def __init__(self, cohort: Cohort, language: str) -> None:
        self._own = cohort.texts
        self._language = language
        self._known: dict[str, Section | None] = {}

    def section(self, name: str, values: Values) -> Section | None:
        """The text of that name with its values; None where the cohort leaves it out, or where nothing is left of it."""
        if name not in self._known:
            self._known[name] = self._read(name)
        section = self._known[name]
        return None if section is None else Filling(values).section(section)

    def _read(self, name: str) -> Section | None:
        for file in (f"{name}.{self._language}.md", f"{name}.md"):
            if file in self._own:
                found = _parsed(self._own[file], name, self._language)
                if found.findings:
                    raise InputError(found.findings)
                return found.section
        return packaged(name, self._language).section


@cache
def packaged(name: str, language: str) -> ParsedText:
    """The packaged text of that name."""
    file = f"{language}/{name}.md"
    return parsed(files(__package__).joinpath(file).read_text(encoding="utf-8"), file, name, language)


def check_texts(texts: Mapping[str, HandoutText]) -> Iterator[Finding]:
    """Everything that is wrong with a cohort's own texts, by file."""
    for file, text in sorted(texts.items()):
        match = _FILE.fullmatch(file)
        if match is None or match["name"] not in NAMES:
            yield _unknown(file, text.file)
        else:
            yield from _parsed(text, match["name"], match["language"] or "").findings


def _parsed(text: HandoutText, name: str, language: str) -> ParsedText:
    return ParsedText(None, text.findings) if text.text is None else parsed(text.text, text.file, name, language)


def _unknown(name: str, file: str) -> Finding:
    where = Location(file=file)
    stem = name.partition(".")[0]
    if stem in NAMES:
        return error("block-file", name=stem, location=where)
    return error("block-unknown", name=stem, known=[*NAMES], advice=suggest(stem, NAMES), location=where)
