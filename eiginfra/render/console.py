"""The two streams: reports on standard output, progress and errors on standard error; colours on terminals only.

What comes out passes `core.text` here, whoever wrote it.
"""

import sys
from collections.abc import Iterable
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

from eiginfra.core.text import all_lines, one_line


class Terminal(Console):
    """A stream. A text that is printed is one line, whatever is in it."""

    def print(self, *objects: Any, **options: Any) -> None:
        """As rich's."""
        super().print(*map(_one_line, objects), **options)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """What else comes out: tables, progress."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=all_lines(segment.text))


def _one_line(printed: object) -> object:
    if isinstance(printed, Text):
        cleaned = printed.copy()
        cleaned.plain = one_line(printed.plain)
        return cleaned
    return one_line(printed) if isinstance(printed, str) else printed


def out(*, quiet: bool = False) -> Terminal:
    """Standard output; quiet, nothing comes out. Lines are never folded: a report is also read by grep."""
    return Terminal(file=sys.stdout, quiet=quiet, highlight=False, soft_wrap=True, markup=False, emoji=False)


def err(*, quiet: bool = False) -> Terminal:
    """Standard error; quiet, nothing comes out."""
    return Terminal(file=sys.stderr, quiet=quiet, highlight=False, soft_wrap=True, markup=False, emoji=False)


def write_page(text: str) -> None:
    """A text of several lines on standard output."""
    sys.stdout.write(all_lines(text))
