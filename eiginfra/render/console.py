"""The two streams: reports on standard output, progress and errors on standard error; colours on terminals only."""

import json
import sys
from collections.abc import Mapping

from pydantic import JsonValue
from rich.console import Console

from eiginfra.core.secret import DIGEST
from eiginfra.core.values import canonical

FORMAT_VERSION = 1
_SPACES = "\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}"
"""Of French typography; Python counts them as not printable."""


def out(*, quiet: bool = False) -> Console:
    """Standard output; quiet, nothing comes out. Lines are never folded: a report is also read by grep."""
    return Console(file=sys.stdout, quiet=quiet, highlight=False, soft_wrap=True, markup=False, emoji=False)


def err(*, quiet: bool = False) -> Console:
    """Standard error; quiet, nothing comes out."""
    return Console(file=sys.stderr, quiet=quiet, highlight=False, soft_wrap=True, markup=False, emoji=False)


def print_json(what: str, body: Mapping[str, object]) -> None:
    """A report as a JSON document that says what it is and in which version of its format."""
    document: dict[str, JsonValue] = {"format_version": FORMAT_VERSION, "type": what}
    document |= {key: canonical(value) for key, value in body.items()}
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True) + "\n")


def show(value: JsonValue) -> str:
    """A value in one line, for people: text plainly, lists with commas, an entry as `adler-1 (maintainer)`, nothing as a dash."""
    match value:
        case None | "":
            return "–"
        case bool():
            return "yes" if value else "no"
        case str() if value.startswith(DIGEST):
            return "***"
        case str() if value.count("\n") > 3:
            return f"{printable(value.lstrip().partition(chr(10))[0])}… ({len(value.splitlines())} lines)"
        case str():
            return " ".join(
                f"{word[:8]}…{word[-8:]}" if len(word) > 48 and "/" not in word else word for word in printable(value).split(" ")
            )
        case list():
            return ", ".join(show(item) for item in value) or "–"
        case dict():
            first, *others = [show(item) for item in value.values() if item is not None] or ["–"]
            return f"{first} ({', '.join(others)})" if others else first
        case _:
            return str(value)


def compared(before: JsonValue, after: JsonValue) -> str:
    """`old → new`; of two lists that share entries, what is added and removed."""
    if isinstance(before, list) and isinstance(after, list) and any(item in after for item in before):
        added, removed = [item for item in after if item not in before], [item for item in before if item not in after]
        parts = [f"{what} {show(items)}" for what, items in (("added", added), ("removed", removed)) if items]
        if parts:
            return "; ".join(parts)
    return f"{show(before)} → {show(after)}"


def printable(text: str) -> str:
    """Text without control characters: what a team wrote cannot move the reader's cursor."""
    return "".join(letter if letter.isprintable() or letter in _SPACES else " " if letter == "\n" else "�" for letter in text)
