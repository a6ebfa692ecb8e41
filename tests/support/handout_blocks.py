"""A page of every sort of block."""

from dataclasses import fields, is_dataclass, replace
from datetime import date
from typing import Any

from eiginfra.handouts.page import (
    Bar,
    Bars,
    Block,
    Break,
    Card,
    Cards,
    CheckItem,
    Checklist,
    Code,
    Column,
    DayText,
    Emphasis,
    Item,
    Items,
    Link,
    Milestone,
    Note,
    Page,
    PageLink,
    Paragraph,
    Preformatted,
    Search,
    Section,
    Status,
    Strong,
    Table,
    Terms,
    Timeline,
)

EVERY_BLOCK: tuple[Block, ...] = (
    Paragraph(
        (
            *("a", " ", Strong(("b",)), " ", Emphasis(("c",)), " ", Code("d"), Break()),
            *(DayText(date(2019, 9, 2), "2 septembre 2019"), " ", Status("ok", "good")),
        )
    ),
    Note("note", "warn"),
    Items(("one", Item("two", (Items(("three",)),))), numbered=True),
    Items(("one", Item("two", (Items(("three",), boxes=True),))), boxes=True),
    Checklist((CheckItem("done", True, "fait"), CheckItem("not", False, "à faire", "do it"))),
    Terms((("term", ("said", " ", Link("https://example.org/", "link"))),)),
    Table("caption", (Column("a"), Column("b", number=True)), (("x", "1"), ("y", "2")), sortable=True, keys=(("x", 1), ("y", 2))),
    Preformatted("Host adler\n    User root", "ssh", "sshconfig"),
    Bars("bars", ("what", "drawn", "amount"), (Bar("memory", 0.5, "1 of 2", "warn", 0.2), Bar("cores", None, "3"))),
    Timeline("time", date(2019, 9, 2), date(2020, 7, 1), date(2020, 1, 1), (Milestone(date(2020, 2, 1), "1er février 2020", "half"),)),
    Cards((Card(PageLink("adler", "Adler"), (Paragraph("text"),), ("java",)),)),
    Search("search", "nothing"),
    Section("inner", "Inner", (Paragraph("deep"),)),
)


def every_block(language: str) -> Page:
    """Each of them on the page itself, in a section, and most in one below."""
    unique = tuple(block for block in EVERY_BLOCK if not isinstance(block, Search | Section))
    item = Items((Item("item", unique),))
    blocks = (*unique, Section("all", "All", (*EVERY_BLOCK, Section("again", "Again", unique), item)))
    neighbours = (PageLink("index", "Index"), PageLink("blocks", "Blocks"))
    return Page("blocks", language, "Blocks", "lead", blocks, "site", neighbours, "Pages", "Skip", "Contents", ("as of",), "description")


OURS = frozenset({"id", "tone", "name", "language", "page", "place", "feed", "skip", "contents", "navigation_label"})
"""The fields that are never made of data."""


def filled_with(item: Any, words: str, address: str = "https://example.org/") -> Any:
    """A block or a page whose every text is `words`, and whose every link leads to `address`."""
    if isinstance(item, str):
        return item if item.isspace() else words
    if isinstance(item, tuple):
        return tuple(filled_with(each, words, address) for each in item)
    if not is_dataclass(item) or isinstance(item, type):
        return item
    values = {field.name: getattr(item, field.name) for field in fields(item)}
    return replace(
        item,
        **{
            name: address if name == "url" else value if name in OURS else filled_with(value, words, address)
            for name, value in values.items()
        },
    )
