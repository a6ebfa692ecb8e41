"""Text that ends where a comment begins, though none was meant: of `title: Outil #1` only `Outil` is read."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from eiginfra.core.finding import Finding, notice
from eiginfra.inventory.document import YamlDocument

_TEXTS: Final = frozenset({"title", "description", "name", "town", "administration"})
"""Keys of free text."""


def cut_texts(documents: Mapping[str, YamlDocument]) -> Iterator[Finding]:
    """A notice for each text of the team files, by team, behind which `#` and a word follow at once; people begin comments with `# `."""
    for team, document in sorted(documents.items()):
        if not re.search(r"[ \t]#\w", "\n".join(document.lines)):  # at once: a file may have half a million lines
            continue
        for path, text in _texts(document.data):
            at = document.locate(*path)
            written = document.lines[at.line - 1][at.column - 1 :]
            if match := re.fullmatch(rf"{re.escape(text)}\s+#\w.*?\s*", written):
                quoted = json.dumps(match[0].rstrip(), ensure_ascii=False)
                yield notice("text-cut", at=str(path[-1]), kept=text, quoted=quoted, location=at, team=team)


def _texts(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts(item, (*path, index))
    elif isinstance(value, str) and value and path[-1:] and path[-1] in _TEXTS:
        yield path, value
