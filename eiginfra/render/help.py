"""How help is laid out: whole words, also those with hyphens, and one column of names for all sections."""

from collections.abc import Mapping, Sequence
from textwrap import TextWrapper

Rows = Sequence[tuple[str, str]]
WIDEST_NAME = 30


def paragraph(text: str, width: int, indent: str = "  ") -> str:
    """One paragraph, with its line end."""
    return "\n".join(_wrapped(text, width, indent)) + "\n"


def sections(content: Mapping[str, Rows], width: int) -> str:
    """Each title with its rows of a name and what it means; what has no rows is left out."""
    names = [len(name) for rows in content.values() for name, _ in rows]
    column = min(max(names, default=0), WIDEST_NAME) + 4
    return "".join(f"\n{title}:\n{''.join(_row(*row, column, width) for row in rows)}" for title, rows in content.items() if rows)


def _row(name: str, meaning: str, column: int, width: int) -> str:
    lines = _wrapped(meaning, width, " " * column)
    if len(name) + 4 > column or not lines:
        return "\n".join([f"  {name}", *lines]) + "\n"
    return "\n".join([f"  {name}".ljust(column) + lines[0][column:], *lines[1:]]) + "\n"


def _wrapped(text: str, width: int, indent: str) -> list[str]:
    wrapper = TextWrapper(width, initial_indent=indent, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
    return wrapper.wrap(text)
