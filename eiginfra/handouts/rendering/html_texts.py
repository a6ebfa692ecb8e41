"""Texts of a page as HTML: all that people and servers wrote is escaped here, or as a block's own words, and nowhere else."""

from collections.abc import Iterable

from markupsafe import Markup, escape

from eiginfra.core.text import one_line
from eiginfra.handouts.page import (
    Break,
    Code,
    DayText,
    Emphasis,
    Inline,
    Link,
    PageLink,
    Status,
    Strong,
    Text,
    parts,
)
from eiginfra.handouts.rendering.markup import target


def list_html(tag: str, entries: Iterable[Markup]) -> Markup:
    """Each entry in an element of its own, on a line of its own."""
    return Markup("").join(Markup("<{0}>{1}</{0}>\n").format(tag, entry) for entry in entries)


def text_html(text: Text) -> Markup:
    """A text."""
    return Markup("").join(map(inline_html, parts(text)))


def inline_html(part: Inline) -> Markup:
    """A part of a text."""
    match part:
        case str():
            return escape(one_line(part))
        case Strong():
            return Markup("<strong>{}</strong>").format(text_html(part.parts))
        case Emphasis():
            return Markup("<em>{}</em>").format(text_html(part.parts))
        case Code():
            return Markup("<code>{}</code>").format(one_line(part.text))
        case Link():
            words, address = one_line(part.words), target(part.url)
            return Markup('<a href="{}">{}</a>').format(address, words) if address else escape(words)
        case PageLink():
            return Markup('<a href="{}">{}</a>').format(target_of(part), one_line(part.words))
        case DayText():
            return Markup('<time datetime="{}">{}</time>').format(part.day.isoformat(), one_line(part.shown))
        case Status():
            return Markup('<span class="mark {}">{}</span>').format(part.tone, one_line(part.words))
        case Break():
            return Markup("<br>")


def target_of(link: PageLink) -> str:
    """The relative address of another page, or of a place."""
    place = f"#{link.place}" if link.place else ""
    return f"{link.page}.html{place}" if link.page else place
