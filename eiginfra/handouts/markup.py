"""Escaping for Markdown pages of what people and servers wrote. HTML is escaped by the templates themselves; the rest is here."""

import re
from urllib.parse import quote, urlsplit

from eiginfra.core.text import all_lines, one_line

MARKS = {"html": '<meta name="generator" content="eiginfra handouts">', "md": "<!-- eiginfra handouts -->"}
"""A page with this line was written by eiginfra, and may be replaced."""

_PUNCTUATION = re.compile(r"([\\`*_\[\]<>#+=|~&$^]|(?<=:)/|^-)|^(\d+)(?=[.)])")
_PLAIN = re.compile(r"[A-Za-z0-9_./:@+~-]+")


def printable(value: object) -> object:
    """For HTML, where some characters may not even be escaped: each of them becomes a replacement character."""
    return all_lines(value) if type(value) is str else value


def text(value: str) -> str:
    """Markdown that shows `value` as it is, on one line, in any position: paragraph, heading, table, a link's text; never empty."""
    shown = " ".join(one_line(value).split())
    if not shown:
        return "–"
    return _PUNCTUATION.sub(lambda found: f"\\{found[1]}" if found[1] else f"{found[2]}\\", shown)


def code(value: str) -> str:
    """A Markdown code span of a name, a path or an address; of anything else, text."""
    return f"`{value}`" if _PLAIN.fullmatch(value) else text(value)


def mailto(value: str) -> str:
    """The link to an e-mail address."""
    return f"mailto:{quote(value, safe='@')}"


def url(value: str | None) -> str:
    """An address that may be followed: http or https, fit for an HTML attribute and for Markdown's `<…>`; else empty."""
    try:
        parts = urlsplit(value or "")
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return ""
    return quote(parts.geturl(), safe="/:?#@!$&'*+,;=%~-._[]")


def target(value: str) -> str:
    """Where a link leads, http, https or mailto, fit for an HTML attribute and for Markdown's `<…>`; empty for any other."""
    if value.startswith("mailto:"):
        return mailto(value.removeprefix("mailto:"))
    return url(value)
