"""How measured amounts are written: rounded, since their last digits say nothing."""

from eiginfra.core.values import UNITS
from eiginfra.handouts.language import NBSP, Language
from eiginfra.handouts.sizing.machine_sizing import Measure

_LEAST = 0.01
"""A hundredth of a core: less is nothing."""


def measured(measure: Measure, amount: float, language: Language) -> str:
    """`0,4`, `380 Mio`, `1.5 GiB`."""
    if measure != "cores":
        return bytes_text(amount, language)
    if 0 < amount < _LEAST:
        return language.words["less_than"] % _number(_LEAST, 2, language)
    return _number(amount, 2 if amount < 1 else 1, language)


def bytes_text(amount: float, language: Language) -> str:
    """In the unit in which it is a number of few digits."""
    name = next((name for name in ("TiB", "GiB", "MiB", "KiB") if amount >= UNITS[name]), "B")
    size = amount / UNITS[name]
    return f"{_number(size, 1 if size < 100 and name != 'B' else 0, language)}{NBSP}{language.units[name]}"


def _number(amount: float, digits: int, language: Language) -> str:
    return f"{round(amount, digits):.12g}".replace(".", language.point)
