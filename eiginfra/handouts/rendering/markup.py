"""Escaping for Markdown pages of what people and servers wrote, and which addresses may be followed."""

import re
from urllib.parse import quote, urlsplit

from eiginfra.core.text import one_line

_PUNCTUATION = re.compile(r"([\\`*_\[\]<>#+=|~&$^]|(?<=:)/|^-)|^(\d+)(?=[.)])")
_PLAIN = re.compile(r"[A-Za-z0-9_./:@+~-]+")


def text(value: str) -> str:
    """Markdown that shows `value` as it is, on one line, in any position: paragraph, heading, table, a link's text; never empty."""
    shown = " ".join(filter(None, one_line(value).strip().split(" ")))  # no-break spaces stay
    if not shown:
        return "–"
    return _PUNCTUATION.sub(lambda found: f"\\{found[1]}" if found[1] else f"{found[2]}\\", shown)


def code(value: str) -> str:
    """A Markdown code span of a name, a path or an address; of anything else, text."""
    return f"`{value}`" if _PLAIN.fullmatch(value) else text(value)


def mailto(value: str) -> str:
    """The link to an e-mail address."""
    return f"mailto:{quote(value, safe='@', errors='replace')}"


def url(value: str | None) -> str:
    """An address that may be followed, fit for HTML and for Markdown's `<…>`: http or https, without credentials; else empty."""
    try:
        parts = urlsplit(value or "")
        address = quote(parts.geturl(), safe="/:?#@!$&'*+,;=%~-._[]")
    except ValueError:  # what no URL can be, or no UTF-8
        return ""
    return address if parts.scheme in ("http", "https") and parts.netloc and "@" not in parts.netloc else ""


def target(value: str) -> str:
    """Where a link leads, http, https or mailto, fit for an HTML attribute and for Markdown's `<…>`; empty for any other."""
    if value.startswith("mailto:"):
        return mailto(value.removeprefix("mailto:"))
    return url(value)
