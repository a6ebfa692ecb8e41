"""A cohort's own stylesheet: CSS that asks nothing of any server and cannot end the element that it is written into."""

import re
from collections.abc import Iterator
from typing import Final

from eiginfra.core.errors import InputError
from eiginfra.core.finding import Finding, Location, error
from eiginfra.inventory.document import YamlDocument
from eiginfra.inventory.folder import EntryType, Folder
from eiginfra.inventory.source import to_text

MOST_BYTES: Final = 100 * 2**10
_ASKING: Final = re.compile(r"@import|@namespace|(?:\b|-)(?:url|src|image|image-set|cross-fade|element|expression)\s*\(", re.IGNORECASE)
"""What fetches something, in any browser."""
_LEAVING: Final = re.compile(r"<[/!?]|-->|\\")
"""What ends the element, and the sign that writes any letter in another way."""
_COMMENT: Final = re.compile(r"/\*.*?\*/", re.DOTALL)
_TOLD: Final = 20


def read_stylesheet(folder: Folder, name: str, document: YamlDocument) -> str:
    """The text of the stylesheet of a cohort's folder that cohort.yml names. Raises InputError."""
    where = document.locate("theme", "stylesheet")
    if folder.type(name) is not EntryType.FILE:
        raise InputError([error("stylesheet-missing", name=name, location=where)])
    data = folder.read(name)
    if len(data) > MOST_BYTES:
        raise InputError([error("stylesheet-too-large", most=MOST_BYTES // 2**10, location=Location(file=folder.shown(name)))])
    text = to_text(data, folder.shown(name))
    if found := list(_refused(text, folder.shown(name)))[:_TOLD]:
        raise InputError(found)
    return text


def _refused(text: str, file: str) -> Iterator[Finding]:
    for code, pattern in (("stylesheet-asks", _ASKING), ("stylesheet-sign", _LEAVING)):
        for match in pattern.finditer(_COMMENT.sub(_blank, text) if pattern is _ASKING else text):
            line = text.count("\n", 0, match.start()) + 1
            column = match.start() - (text.rfind("\n", 0, match.start()) + 1) + 1
            yield error(code, written=match[0], location=Location(file=file, line=line, column=column))


def _blank(comment: re.Match[str]) -> str:
    """As many signs as it has, so that places stay; its lines, too."""
    return re.sub(r"[^\n]", " ", comment[0])
