"""Values in one line, for people."""

from typing import Protocol

from pydantic import JsonValue

from eiginfra.core.secret import DIGEST
from eiginfra.core.text import one_line


class Speaker(Protocol):
    """What says an entry of the catalogue."""

    def say(self, entry: str, /, **params: JsonValue) -> str:
        """The entry with its parameters."""
        ...


def show(value: JsonValue, words: Speaker) -> str:
    """A value in one line: text plainly, lists with commas, an entry as `adler-1 (maintainer)`, nothing as a dash."""
    match value:
        case None | "":
            return "–"
        case bool():
            return words.say("yes" if value else "no")
        case str() if value.startswith(DIGEST):
            return "***"
        case str() if value.count("\n") > 3:
            return words.say("long-text", begun=one_line(value.lstrip().partition(chr(10))[0]), lines=len(value.splitlines()))
        case str():
            return " ".join(
                f"{word[:8]}…{word[-8:]}" if len(word) > 48 and "/" not in word else word for word in one_line(value).split(" ")
            )
        case list():
            return ", ".join(show(item, words) for item in value) or "–"
        case dict():
            first, *others = [show(item, words) for item in value.values() if item is not None] or ["–"]
            return f"{first} ({', '.join(others)})" if others else first
        case _:
            return str(value)


def compared(before: JsonValue, after: JsonValue, words: Speaker) -> str:
    """`old → new`; of two lists that share entries, what is added and removed."""
    if isinstance(before, list) and isinstance(after, list) and any(item in after for item in before):
        added, removed = [item for item in after if item not in before], [item for item in before if item not in after]
        parts = [words.say(entry, values=show(items, words)) for entry, items in (("added", added), ("removed", removed)) if items]
        if parts:
            return "; ".join(parts)
    return f"{show(before, words)} → {show(after, words)}"
