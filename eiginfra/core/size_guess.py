"""What a size that is not written as sizes are was probably meant to be: `1,5 Go` is 1536MiB."""

import re
from fractions import Fraction
from math import ceil
from typing import Final

from eiginfra.core.suggest import plain

_MIB: Final = 2**20
_GIB: Final = 2**30
_NUMBER: Final = r"(\d{1,3}(?:_\d{3})+|\d{1,12})(?:[.,](\d{1,6}))?"
_UNIT: Final = r"([kmgt]?)(?:i?[bo]|i|(?:ilo|ega|iga|era|ibi|ebi)[a-z]*)?s?"
_WRITTEN: Final = re.compile(rf"{_NUMBER}_*{_UNIT}[.,;]?")
_FACTORS: Final = {"k": 2**10, "m": _MIB, "g": _GIB, "t": 2**40}
_LARGEST: Final = 2**50


def guess_size(written: object, whole: int = _MIB) -> tuple[int, str] | None:
    """The bytes that were probably meant, rounded up to `whole`, and the unit that was guessed ("" if it was written); None if unclear."""
    if isinstance(written, bool) or not isinstance(written, (str, int, float)):
        return None
    match = _WRITTEN.fullmatch(plain(str(written)[:60]))
    if match is None:
        return None
    number = Fraction(f"{match[1].replace('_', '')}.{match[2] or 0}")
    unit = match[3] or ("g" if number < (1024 if whole >= _GIB else 64) else "m")
    size = ceil(number * _FACTORS[unit] / whole) * whole
    return None if not 0 < size <= _LARGEST else (size, "" if match[3] else f"{unit.upper()}iB")
