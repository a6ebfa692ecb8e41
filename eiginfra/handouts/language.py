"""A language: its sentences, and how it writes days and amounts. Small tables, independent of the system's locales."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from eiginfra.core.values import UNITS, ByteSize
from eiginfra.handouts.page import DayText, Inline, filled, joined

NBSP = "\N{NO-BREAK SPACE}"
_GIB = UNITS["GiB"]


@dataclass(frozen=True)
class Language:
    """first: how the first day of a month is written. units: the names of bytes, by the unit of a ByteSize.

    point: the decimal separator.
    """

    code: Literal["fr", "en"]
    words: Mapping[str, str]
    months: tuple[str, ...]
    first: str
    units: Mapping[str, str]
    point: str

    def day(self, day: date) -> str:
        """`2 septembre 2019`, `2 September 2019`."""
        return f"{self.first if day.day == 1 else day.day}{NBSP}{self.months[day.month - 1]}{NBSP}{day.year}"

    def date(self, day: date) -> DayText:
        """A day as a part of a text."""
        return DayText(day, self.day(day))

    def text(self, key: str, *values: Inline) -> tuple[Inline, ...]:
        """A sentence with what stands for its `%s`."""
        return filled(self.words[key], *values)

    def listing(self, key: str, values: Sequence[Inline]) -> tuple[Inline, ...]:
        """A sentence with several values, separated by commas, for its one `%s`."""
        before, _, after = self.words[key].partition("%s")
        return tuple(part for part in (before, *joined(values), after) if part)

    def label(self, key: str) -> str:
        """A sentence before what it announces, with the colon of the language: `Group: `."""
        return f"{self.words[key]}{self.words['colon']} "

    def size(self, size: int) -> str:
        """`512 Mio`, `8 GiB`, `26,5 Gio`; exact, and 0 as 0 of the common unit."""
        if size >= _GIB and size % _GIB and size * 100 % _GIB == 0:
            return f"{size / _GIB:g}{NBSP}{self.units['GiB']}".replace(".", self.point)
        text = str(ByteSize(size)) if size else "0GiB"
        number = text.rstrip("KMGTiB")
        return f"{number}{NBSP}{self.units[text.removeprefix(number)]}"

    def amount(self, measure: str, amount: int) -> str:
        """An amount of a quota's measure."""
        return self.size(amount) if measure in ("memory", "disk") else str(amount)
