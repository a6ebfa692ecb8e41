"""Escaping for Markdown pages of what people and servers wrote. HTML is escaped by the templates themselves; the rest is here."""

import re
from urllib.parse import quote, urlsplit

MARKS = {"html": '<meta name="generator" content="eiginfra handouts">', "md": "<!-- eiginfra handouts -->"}
"""A page with this line was written by eiginfra, and may be replaced."""

_PUNCTUATION = re.compile(r"([\\`*_\[\]<>#+=|~&$^]|(?<=:)/|^-)|^(\d+)(?=[.)])")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_PLAIN = re.compile(r"[A-Za-z0-9_./:@+~-]+")


def printable(value: object) -> object:
    """For HTML, where some characters may not even be escaped: each of them becomes a replacement character."""
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", value) if type(value) is str else value


def text(value: str) -> str:
    """Markdown that shows `value` as it is, on one line, in any position: paragraph, heading, table, a link's text; never empty."""
    one_line = " ".join("".join(letter if letter.isprintable() else " " for letter in value).split())
    if not one_line:
        return "–"
    return _PUNCTUATION.sub(lambda found: f"\\{found[1]}" if found[1] else f"{found[2]}\\", one_line)


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
