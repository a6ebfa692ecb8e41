"""What a page – a handout, or one of the cohort's pages – consists of, without a layout.

`html` and `markdown` render it, and nobody else escapes anything. Every text is shown as it is, whatever it holds; a page is no template.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

Tone = Literal["plain", "good", "warn", "bad"]
"""What a status or a note means. It is never told by a colour alone: the words say it, too."""


@dataclass(frozen=True)
class Strong:
    """Words that weigh more."""

    parts: "tuple[Inline, ...]"


@dataclass(frozen=True)
class Emphasis:
    """Words that are stressed."""

    parts: "tuple[Inline, ...]"


@dataclass(frozen=True)
class Code:
    """A name, a path, a command: what is typed exactly."""

    text: str


@dataclass(frozen=True)
class Link:
    """A link to an address; shown as its words alone where the address is none that may be followed (http, https, mailto)."""

    url: str
    words: str


@dataclass(frozen=True)
class PageLink:
    """A link to another page of the same folder, by its name without ending; to a place in this one where the name is empty."""

    page: str
    words: str
    place: str = ""


@dataclass(frozen=True)
class DayText:
    """A day, with how its language writes it."""

    day: date
    shown: str


@dataclass(frozen=True)
class Status:
    """The state of something, in a few words, clear by themselves."""

    words: str
    tone: Tone = "plain"


@dataclass(frozen=True)
class Break:
    """A new line within a text."""


Inline: TypeAlias = str | Strong | Emphasis | Code | Link | PageLink | DayText | Status | Break
Text: TypeAlias = str | tuple[Inline, ...]
"""The words of one line; a plain string is one of a single part."""


@dataclass(frozen=True)
class Paragraph:
    """A paragraph."""

    text: Text


@dataclass(frozen=True)
class Note:
    """A paragraph that is set off."""

    text: Text
    tone: Tone = "plain"


@dataclass(frozen=True)
class Item:
    """An entry of a list with more below its text."""

    text: Text
    blocks: "tuple[Block, ...]"


@dataclass(frozen=True)
class Items:
    """A list. boxes: each entry has a box, to be ticked on paper."""

    entries: tuple[Text | Item, ...]
    numbered: bool = False
    boxes: bool = False


@dataclass(frozen=True)
class CheckItem:
    """An entry of a check list. done: None where nobody has looked. state: that in words. advice: what to do next."""

    text: Text
    done: bool | None
    state: str
    advice: Text = ""


@dataclass(frozen=True)
class Checklist:
    """A check list."""

    steps: tuple[CheckItem, ...]


@dataclass(frozen=True)
class Terms:
    """Pairs of a term and what is said of it."""

    pairs: tuple[tuple[str, Text], ...]


@dataclass(frozen=True)
class Column:
    """A column of a table. number: its values are amounts."""

    title: str
    number: bool = False


@dataclass(frozen=True)
class Table:
    """A table; the first cell of a row is its heading. rows: as many cells each as there are columns.

    sortable: by a script, where there is one. keys: for each row what its cells are sorted by; the shown texts where it is empty.
    """

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Text, ...], ...]
    sortable: bool = False
    keys: tuple[tuple[str | float, ...], ...] = ()


@dataclass(frozen=True)
class Preformatted:
    """Lines that are copied or typed exactly. label: what they are; language: as Markdown's code fences call it."""

    text: str
    label: str
    language: str = ""


@dataclass(frozen=True)
class Bar:
    """A part of a whole. share: its length, 1 for the whole; longer ones are cut. second: a part of it that is set off, below `share`.

    amount: the same in words; tone: whether that is much.
    """

    label: Text
    share: float | None
    amount: str
    tone: Tone = "plain"
    second: float | None = None


@dataclass(frozen=True)
class Bars:
    """Parts of wholes, one below the other: a table with a drawn column. columns: the titles of label, bar and amount."""

    caption: str
    columns: tuple[str, str, str]
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Milestone:
    """A day on a time line."""

    day: date
    shown: str
    words: str


@dataclass(frozen=True)
class Timeline:
    """A time from one day to another, how much of it is over on a day, and what happens in it; drawn, and the same as a list."""

    caption: str
    starts: date
    ends: date
    now: date
    milestones: tuple[Milestone, ...]


@dataclass(frozen=True)
class Card:
    """One of several things beside one another. text: what is said of it. words: what it is found by, beside what is shown."""

    title: Link | PageLink | str
    blocks: "tuple[Block, ...]" = ()
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cards:
    """Several things beside one another."""

    cards: tuple[Card, ...]


@dataclass(frozen=True)
class Search:
    """A field that, with a script, hides rows of tables and cards without its words: of its section, or of the page where it is in none.

    label: of the field. none: what is said when nothing is left.
    """

    label: str
    none: str


@dataclass(frozen=True)
class Section:
    """A part with a heading. id: its place in the page, in lower case, unique there."""

    id: str
    title: str
    blocks: "tuple[Block, ...]"


Block: TypeAlias = Paragraph | Note | Items | Checklist | Terms | Table | Preformatted | Bars | Timeline | Cards | Search | Section


@dataclass(frozen=True)
class Page:
    """A handout, or one of the cohort's pages.

    name: its file's name without ending. language: its code. navigation: links to its neighbours; label
    and skip: the words of the navigation and of the link that skips it. contents: the heading of a table of its sections; none without.
    footer: the last lines. script: whether it may search and sort.
    """

    name: str
    language: str
    title: str
    lead: Text
    blocks: tuple[Block, ...]
    site: str = ""
    """What the title is followed by in a window's title: the cohort."""
    navigation: tuple[PageLink, ...] = ()
    navigation_label: str = ""
    skip: str = ""
    contents: str = ""
    footer: tuple[Text, ...] = ()
    description: str = ""
    feed: str = ""
    """The name of the feed that tells of its changes; empty without."""
    script: bool = False

    @property
    def sections(self) -> Iterator[Section]:
        """Its sections, not those in them."""
        return (block for block in self.blocks if isinstance(block, Section))


def parts(text: Text) -> tuple[Inline, ...]:
    """The parts of a text."""
    return (text,) if isinstance(text, str) else text


def plain(text: Text) -> str:
    """What a text shows, without links and tones."""
    return "".join(_plain(part) for part in parts(text))


def joined(items: Sequence[Inline], between: str = ", ") -> tuple[Inline, ...]:
    """Several parts, one after the other."""
    return tuple(part for number, item in enumerate(items) for part in ((between, item) if number else (item,)))


_FIELD = re.compile(r"%(?:\((?P<name>\w+)\))?s|%%")


def filled(sentence: str, *values: Inline, **named: Inline) -> tuple[Inline, ...]:
    """A sentence whose `%s` or `%(name)s` are replaced by values, which stay what they are; `%%` is a per cent sign."""
    found: list[Inline] = []
    left, end = iter(values), 0
    for match in _FIELD.finditer(sentence):
        found.append(sentence[end : match.start()])
        end = match.end()
        found.append("%" if match[0] == "%%" else named[match["name"]] if match["name"] else next(left))
    return tuple(part for part in (*found, sentence[end:]) if part != "")


def _plain(part: Inline) -> str:
    match part:
        case str():
            return part
        case Strong() | Emphasis():
            return "".join(map(_plain, part.parts))
        case Code():
            return part.text
        case Link() | PageLink() | Status():
            return part.words
        case DayText():
            return part.shown
        case Break():
            return " "
