"""Placeholders in texts: `{name}`, with `{{` and `}}` for braces.

A value is put in when the text has long been parsed, as a part of its own: whatever it holds, it is shown and changes nothing else.
What names a value that is not known is left out: the paragraph, the entry of a list, the row of a table, the lines of code, the section.
So is what has nothing left in it, and a paragraph that ends in a colon before something that is left out.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from eiginfra.core.finding import Finding, error
from eiginfra.core.suggest import suggest
from eiginfra.handouts.blocks.names import PLACEHOLDERS
from eiginfra.handouts.page import (
    Block,
    Code,
    Emphasis,
    Inline,
    Item,
    Items,
    Link,
    Paragraph,
    Preformatted,
    Section,
    Strong,
    Table,
    Text,
    parts,
    plain,
)
from eiginfra.inventory.source import place

Values: TypeAlias = Mapping[str, str | Link]
"""What is known, by the names of placeholders: a text, or an address with what is shown of it."""

_BRACES: Final = re.compile(r"\{\{|\}\}|\{([^{}\n]*)\}|[{}]")


def check_placeholders(text: str, file: str) -> Iterator[Finding]:
    """What is wrong with the braces of a text as it is written."""
    for found in _BRACES.finditer(text):
        name = found[1]
        if name is not None and name not in PLACEHOLDERS:
            advice, where = suggest(name, PLACEHOLDERS), place(file, text[: found.start()])
            yield error("block-placeholder", name=name[:40], known=sorted(PLACEHOLDERS), advice=advice, location=where)
        elif name is None and len(found[0]) == 1:
            yield error("block-brace", brace=found[0], location=place(file, text[: found.start()]))


class _UnknownValueError(Exception):
    """A value that is asked for is not known."""


@dataclass(frozen=True)
class Filling:
    """Puts values in the place of placeholders."""

    values: Values

    def section(self, section: Section) -> Section | None:
        """The section with all values that are known; None where nothing is left of it."""
        try:
            title = self._string(section.title)
        except _UnknownValueError:
            return None
        blocks = tuple(self._sequence(section.blocks))
        return replace(section, title=title, blocks=blocks) if blocks else None

    def _sequence(self, blocks: Iterable[Block]) -> Iterator[Block]:
        """Those that are left; what announces one that is not goes with it."""
        announcing: Block | None = None
        for block in blocks:
            filled = self._block(block)
            if announcing is not None and filled is not None:
                yield announcing
            announcing = None
            if isinstance(block, Paragraph) and plain(block.text).endswith(":"):
                announcing = filled
            elif filled is not None:
                yield filled
        if announcing is not None:
            yield announcing

    def _block(self, block: Block) -> Block | None:
        try:
            match block:
                case Paragraph():
                    return Paragraph(self._text(block.text))
                case Items():
                    entries = tuple(entry for each in block.entries if (entry := self._entry(each)) is not None)
                    return replace(block, entries=entries) if entries else None
                case Table():
                    rows = tuple(filled for row in block.rows if (filled := self._row(row)) is not None)
                    return replace(block, caption=self._string(block.caption), rows=rows) if rows else None
                case Preformatted():
                    return replace(block, text=self._string(block.text), label=self._string(block.label))
                case Section():
                    return self.section(block)
                case _:
                    return block
        except _UnknownValueError:
            return None

    def _entry(self, entry: Text | Item) -> Text | Item | None:
        try:
            if not isinstance(entry, Item):
                return self._text(entry)
            text, blocks = self._text(entry.text), tuple(self._sequence(entry.blocks))
        except _UnknownValueError:
            return None
        return Item(text, blocks) if blocks else text

    def _row(self, row: Iterable[Text]) -> tuple[Text, ...] | None:
        try:
            return tuple(map(self._text, row))
        except _UnknownValueError:
            return None

    def _text(self, text: Text) -> Text:
        return tuple(filled for part in parts(text) for filled in self._inline(part))

    def _inline(self, part: Inline) -> Iterator[Inline]:
        match part:
            case str():
                yield from self._pieces(part)
            case Strong():
                yield Strong(tuple(filled for inner in part.parts for filled in self._inline(inner)))
            case Emphasis():
                yield Emphasis(tuple(filled for inner in part.parts for filled in self._inline(inner)))
            case Code():
                yield Code(self._string(part.text))
            case Link():
                yield Link(self._address(part.url), self._string(part.words))
            case _:
                yield part

    def _pieces(self, text: str) -> Iterator[str | Link]:
        end = 0
        for found in _BRACES.finditer(text):
            if found.start() > end:
                yield text[end : found.start()]
            end = found.end()
            yield self._value(found[1]) if found[1] is not None else found[0][0]
        if end < len(text):
            yield text[end:]

    def _string(self, text: str) -> str:
        return "".join(piece.words if isinstance(piece, Link) else piece for piece in self._pieces(text))

    def _address(self, url: str) -> str:
        """A placeholder is the whole address, or no part of it."""
        found = _BRACES.fullmatch(url)
        if found is None or found[1] is None:
            return url
        value = self._value(found[1])
        return value.url if isinstance(value, Link) else value

    def _value(self, name: str) -> str | Link:
        value = self.values.get(name)
        if value is None or value == "":
            raise _UnknownValueError
        return value
