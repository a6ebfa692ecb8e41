"""Text as it goes out: nothing that moves a cursor, turns the direction of reading, hides or splits a line; and no secret.

What people and servers wrote may hold anything. Whoever writes to a terminal, a log, a page, a message or a database passes what is written
through one of these functions, as the last step before the bytes: `one_line`, `all_lines`, `in_json`.
"""

import re
import unicodedata

from eiginfra.core.redaction import redacted

_SPACES = "\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}"
"""Of French typography; Python counts them as not printable."""
_EMPTY = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0]")
"""What Python counts as printable, and nobody sees."""
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def one_line(text: str) -> str:
    """On one line: a break becomes a space, what cannot be seen becomes `�`, a known secret `***`."""
    return redacted(text if _is_plain(text) else "".join(map(_seen, text)))


def all_lines(text: str) -> str:
    """The same of a text of several lines, written by eiginfra itself: it keeps its line feeds."""
    return "\n".join(map(one_line, text.split("\n")))


def in_json(text: str) -> str:
    """A JSON document without anything that cannot be seen: inside its strings that is escaped, and stays what it is."""
    return "\n".join(part if _is_plain(part) else "".join(map(_escaped, part)) for part in redacted(text).split("\n"))


def _is_plain(text: str) -> bool:
    return text.isprintable() and not _EMPTY.search(text)


def _seen(letter: str) -> str:
    if letter in _SPACES or _is_plain(letter):
        return letter
    return " " if letter in "\n\r\t\v\f\u2028\u2029\x85" or unicodedata.category(letter) == "Zs" else _REPLACEMENT


def _escaped(letter: str) -> str:
    if letter in _SPACES or _is_plain(letter):
        return letter
    number = ord(letter)
    return f"\\u{number:04x}" if number < 0x10000 else f"\\u{0xD800 + (number - 0x10000 >> 10):04x}\\u{0xDC00 + (number & 0x3FF):04x}"
