"""The feed of what changed, as Atom (RFC 4287)."""

from datetime import UTC, date, datetime, time
from typing import Final
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree as ET

from eiginfra.core.text import one_line
from eiginfra.core.values import instant
from eiginfra.handouts.page import plain
from eiginfra.handouts.pages.context import FEED, INDEX, PagesContext
from eiginfra.handouts.pages.news import NewsItem, news

ATOM: Final = "http://www.w3.org/2005/Atom"
LONGEST: Final = 300
"""Letters of a title."""


def feed(context: PagesContext) -> str:
    """The whole file. Its addresses are those of the site that cohort.yml names; relative to the file where it names none."""
    file = context.cohort.file
    items = news(context)
    ET.register_namespace("", ATOM)
    root = ET.Element(_name("feed"), {"{http://www.w3.org/XML/1998/namespace}lang": context.language.code})
    _text(root, "generator", "eiginfra")  # first: a file that says so may be replaced
    _text(root, "id", identity(context, "feed"))
    _text(root, "title", file.pages.title or file.title)
    _text(root, "updated", instant(items[0].at if items else _midnight(file.starts), "seconds"))
    _text(ET.SubElement(root, _name("author")), "name", file.title)
    ET.SubElement(root, _name("link"), {"rel": "alternate", "type": "text/html", "href": address(context, f"{INDEX}.html")})
    if _site(context):
        ET.SubElement(root, _name("link"), {"rel": "self", "type": "application/atom+xml", "href": address(context, FEED)})
    for item in items:
        _entry(context, root, item)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=False).join(('<?xml version="1.0" encoding="utf-8"?>\n', "\n"))


def identity(context: PagesContext, what: str) -> str:
    """What a thing is called for ever: a tag URI of the site's host (RFC 4151); without a site a UUID that follows from its name."""
    host, name = urlsplit(_site(context)).hostname, f"{context.cohort.id}/{context.audience}/{what}"
    if host is None:
        return f"urn:uuid:{uuid5(NAMESPACE_URL, f'eiginfra:{name}')}"
    digest = uuid5(NAMESPACE_URL, name)
    return f"tag:{host},{context.cohort.file.starts.isoformat()}:{digest}"


def address(context: PagesContext, path: str) -> str:
    """Where a file of these pages is."""
    site = _site(context)
    return f"{site.rstrip('/')}/{path}" if site else path


def _site(context: PagesContext) -> str:
    pages = context.cohort.file.pages
    site = pages.internal if context.internal else pages.public
    return "" if site is None else site.url


def _entry(context: PagesContext, root: ET.Element, item: NewsItem) -> None:
    entry = ET.SubElement(root, _name("entry"))
    _text(entry, "id", identity(context, item.identity))
    _text(entry, "title", plain(item.text))
    _text(entry, "updated", instant(item.at, "seconds"))
    place = f"#{item.place}" if item.place else ""
    ET.SubElement(entry, _name("link"), {"rel": "alternate", "type": "text/html", "href": address(context, f"{item.page}.html{place}")})


def _text(parent: ET.Element, name: str, value: str) -> None:
    """An element with a text: what XML cannot hold is replaced, the rest is escaped by the library."""
    shown = one_line(value)
    ET.SubElement(parent, _name(name)).text = shown if len(shown) <= LONGEST else f"{shown[: LONGEST - 1]}…"


def _name(name: str) -> str:
    return f"{{{ATOM}}}{name}"


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
