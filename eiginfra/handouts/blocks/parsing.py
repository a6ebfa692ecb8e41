"""A text in Markdown to a section of a page, its placeholders still in it; all that it may not have is a finding at its place."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from eiginfra.core.finding import Finding, Location, error
from eiginfra.handouts.blocks.names import PLACEHOLDERS
from eiginfra.handouts.blocks.placeholders import check_placeholders
from eiginfra.handouts.page import (
    Block,
    Break,
    Code,
    Column,
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
from eiginfra.handouts.rendering.markup import target
from eiginfra.handouts.rendering.typography import french_spaces
from eiginfra.inventory.source import place

MOST_FINDINGS: Final = 20
"""Of one text."""
MOST_LINES: Final = 1000
DEEPEST_HEADING: Final = 3
DEEPEST_LIST: Final = 3
_ENTITY: Final = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_BREAK: Final = re.compile("\r\n|\r|\n")
_BOX: Final = "[ ] "


class _Markdown(MarkdownIt):
    """CommonMark with tables; HTML and images are seen, so that they can be refused, and addresses are left as they are written."""

    def __init__(self) -> None:
        super().__init__("commonmark", {"html": True})
        self.enable("table").disable("entity")

    def validateLink(self, url: str) -> bool:  # noqa: N802, ARG002 - the library's name
        return True

    def normalizeLink(self, url: str) -> str:  # noqa: N802 - the same
        return url


_MARKDOWN: Final = _Markdown()


@dataclass(frozen=True)
class ParsedText:
    """A text as a section, whose id is made from the text's name; None where it is left out on purpose, or where `findings` are errors."""

    section: Section | None
    findings: tuple[Finding, ...] = ()


def parsed(text: str, file: str, name: str, language: str) -> ParsedText:
    """A text of that name. An empty one is left out on purpose."""
    if not text.strip():
        return ParsedText(None)
    if (lines := text.count("\n")) > MOST_LINES:
        return ParsedText(None, (error("block-too-long", lines=lines, most=MOST_LINES, location=Location(file=file)),))
    parser = _Parser(text, file, name.replace("_", "-"), language)
    section = parser.section()
    findings = tuple(islice(sorted(parser.findings, key=_where), MOST_FINDINGS))
    return ParsedText(None if findings else section, findings)


def _where(found: Finding) -> tuple[int, int]:
    return (found.location.line, found.location.column) if found.location else (0, 0)


@dataclass
class _Heading:
    """A heading and what is below it, sections too."""

    level: int
    id: str
    title: str
    blocks: list[Block] = field(default_factory=list)

    def section(self) -> Section:
        return Section(self.id, self.title, tuple(self.blocks))


@dataclass
class _Parser:
    text: str
    file: str
    id: str
    language: str
    findings: list[Finding] = field(default_factory=list)
    _cursors: dict[int, int] = field(default_factory=dict)

    @cached_property
    def _starts(self) -> list[int]:
        """Where each line begins."""
        return [0, *(found.end() for found in _BREAK.finditer(self.text))]

    def section(self) -> Section:
        """The whole text; meaningless where there are findings."""
        self.findings += islice(check_placeholders(self.text, self.file), MOST_FINDINGS)
        root = SyntaxTreeNode(_MARKDOWN.parse(self.text))
        first = root.children[0] if root.children else None
        if first is None or first.type != "heading" or first.tag != "h1":
            self._error("block-title", root)
            return Section(self.id, "", ())
        whole = open_ = _Heading(1, self.id, self._title(first))
        above: list[_Heading] = []
        gathered: list[SyntaxTreeNode] = []
        number = 0
        for node in root.children[1:]:
            if node.type != "heading":
                gathered.append(node)
                continue
            open_.blocks += self._blocks(gathered)
            gathered, level = [], int(node.tag[1])
            if not 2 <= level <= min(open_.level + 1, DEEPEST_HEADING):
                self._error("block-heading", node, most=min(open_.level + 1, DEEPEST_HEADING))
                continue
            while above and open_.level >= level:
                above[-1].blocks.append(open_.section())
                open_ = above.pop()
            above.append(open_)
            number += 1
            open_ = _Heading(level, f"{self.id}-{number}", self._title(node))
        open_.blocks += self._blocks(gathered)
        while above:
            above[-1].blocks.append(open_.section())
            open_ = above.pop()
        return whole.section()

    def _title(self, node: SyntaxTreeNode) -> str:
        return plain(self._inline_of(node))

    def _blocks(self, nodes: Sequence[SyntaxTreeNode], before: Text = "", depth: int = 0) -> Iterator[Block]:
        """The blocks of a sequence. before: the text that it follows; depth: of lists."""
        announced, waiting = plain(before), list[Paragraph]()
        for node in nodes:
            if node.type in ("fence", "code_block", "table"):
                if announced.endswith(":"):
                    waiting.clear()
                else:
                    self._error("block-without-caption", node, sort=node.type)
                caption = announced.removesuffix(":").rstrip()
                yield self._table(node, caption) if node.type == "table" else _code(node, caption)
                announced = ""
                continue
            yield from waiting
            waiting.clear()
            announced = ""
            match node.type:
                case "paragraph":
                    text = self._inline_of(node)
                    announced = plain(text)
                    waiting.append(Paragraph(text))
                case "bullet_list" | "ordered_list":
                    yield self._items(node, depth + 1)
                case "html_block":
                    self._error("block-html", node, written=node.content.strip()[:40])
                case _:
                    self._error("block-element", node, element=node.type)
        yield from waiting

    def _items(self, node: SyntaxTreeNode, depth: int) -> Items:
        entries = tuple(self._entry(each, depth) for each in node.children)
        if not all(plain(entry.text if isinstance(entry, Item) else entry).startswith(_BOX) for entry in entries):
            return Items(entries, numbered=node.type == "ordered_list")
        return Items(tuple(map(_without_box, entries)), boxes=True)

    def _entry(self, node: SyntaxTreeNode, depth: int) -> Text | Item:
        children = node.children
        if depth > DEEPEST_LIST or not children or children[0].type != "paragraph":
            self._error("block-element", node, element="list_item")
            return ""
        text = self._inline_of(children[0])
        blocks = tuple(self._blocks(children[1:], text, depth))
        return Item(text, blocks) if blocks else text

    def _table(self, node: SyntaxTreeNode, caption: str) -> Table:
        rows = [tuple(self._inline_of(cell) for cell in row.children) for part in node.children for row in part.children]
        return Table(caption, tuple(Column(plain(cell)) for cell in rows[0]), tuple(rows[1:]))

    def _inline_of(self, node: SyntaxTreeNode) -> Text:
        found: list[Inline] = []
        for inline in node.children:
            for part in self._inlines(inline):
                if isinstance(part, str) and found and isinstance(found[-1], str):
                    found[-1] += part
                elif part != "":
                    found.append(part)
        return tuple(found)

    def _inlines(self, node: SyntaxTreeNode) -> Iterator[Inline]:  # noqa: C901 - one case for each sort of node
        match node.type:
            case "inline":
                for child in node.children:
                    yield from self._inlines(child)
            case "text":
                if entity := _ENTITY.search(node.content):
                    self._error("block-html", node, entity[0], written=entity[0])
                yield french_spaces(node.content) if self.language == "fr" else node.content
            case "softbreak":
                yield " "
            case "hardbreak":
                yield Break()
            case "code_inline":
                yield Code(node.content)
            case "strong":
                yield Strong(parts(self._inline_of(node)))
            case "em":
                yield Emphasis(parts(self._inline_of(node)))
            case "link":
                yield self._link(node)
            case "html_inline":
                self._error("block-html", node, node.content, written=node.content[:40])
            case "image":
                self._error("block-image", node, "![")
            case _:
                self._error("block-element", node, element=node.type)

    def _link(self, node: SyntaxTreeNode) -> Link:
        url = str(node.attrs.get("href", ""))
        if not (PLACEHOLDERS.get(url[1:-1], False) if url.startswith("{") else "{" not in url and target(url)):
            self._error("block-link", node, url, url=url[:80])
        return Link(url, plain(self._inline_of(node)))

    def _error(self, code: str, node: SyntaxTreeNode, at: str = "", **params: str | int) -> None:
        """Tell what is wrong with a node, or with what is written in it."""
        if len(self.findings) < 2 * MOST_FINDINGS:
            self.findings.append(error(code, params, location=self._place(node, at)))

    def _place(self, node: SyntaxTreeNode, written: str = "") -> Location:
        """Where a block begins, or where something is written in it, the next time that it is."""
        around: SyntaxTreeNode | None = node
        while around is not None and (around.is_root or around.map is None):
            around = around.parent
        line = around.map[0] if around is not None and around.map is not None else 0
        start = self._starts[line] if line < len(self._starts) else 0
        at = self.text.find(written, self._cursors.get(line, start)) if written else -1
        if at < 0:
            return place(self.file, self.text[:start] + " " * _indent(self.text, start))
        self._cursors[line] = at + len(written)
        return place(self.file, self.text[:at])


def _indent(text: str, start: int) -> int:
    """The spaces with which a line begins."""
    end = start
    while text[end : end + 1] == " ":
        end += 1
    return end - start


def _without_box(entry: Text | Item) -> Text | Item:
    if isinstance(entry, Item):
        return Item(_text_without_box(entry.text), entry.blocks)
    return _text_without_box(entry)


def _text_without_box(text: Text) -> Text:
    first, *others = parts(text)
    left = first[len(_BOX) :] if isinstance(first, str) else first
    return (left, *others) if left else tuple(others)


def _code(node: SyntaxTreeNode, caption: str) -> Preformatted:
    return Preformatted(node.content.rstrip("\n"), caption, node.info.split()[0] if node.type == "fence" and node.info.strip() else "")
