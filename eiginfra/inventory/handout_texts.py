"""The texts of handouts that a cohort has of its own: the files of its folder `handouts`, not yet looked into."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from eiginfra.core.errors import InputError
from eiginfra.core.finding import Finding, Location, error
from eiginfra.inventory.folder import EntryType, Folder
from eiginfra.inventory.source import to_text

MOST_TEXTS: Final = 100
"""Files; the others are not read."""
MOST_TEXT_KIB: Final = 32
"""Of one text."""
MOST_TEXTS_KIB: Final = 128
"""Of all of them; the others are not read."""


@dataclass(frozen=True)
class HandoutText:
    """A file of that folder: its text; None with `findings` where it cannot be read. file: its path as findings show it."""

    file: str
    text: str | None
    findings: tuple[Finding, ...] = ()


def read_texts(folder: Folder) -> tuple[Mapping[str, HandoutText], list[Finding]]:
    """The texts by the names of their files, and what is wrong with the folder as a whole. folder: the cohort's."""
    texts = folder.folder("handouts")
    if folder.type("handouts") is not EntryType.FOLDER:
        return {}, []
    where = Location(file=texts.shown())
    try:
        entries = texts.entries()
    except OSError as problem:
        return {}, [error("folder-unreadable", reason=problem.strerror, location=where)]
    found: dict[str, HandoutText] = {}
    size = 0
    for number, (name, _) in enumerate(entries):
        if number >= MOST_TEXTS or size > MOST_TEXTS_KIB * 1024:
            return found, [error("files-not-read", count=len(entries) - number, location=where)]
        found[name] = _read(texts, name)
        size += len(found[name].text or "")
    return found, []


def _read(folder: Folder, name: str) -> HandoutText:
    file = folder.shown(name)
    try:
        data = folder.read(name)
        if len(data) <= MOST_TEXT_KIB * 1024:
            return HandoutText(file, to_text(data, file))
    except InputError as problem:
        return HandoutText(file, None, tuple(problem.findings))
    size = f"{len(data) / 1024:.0f}"
    return HandoutText(file, None, (error("block-too-large", size=size, most=MOST_TEXT_KIB, location=Location(file=file)),))
