"""Patterns that the JSON Schemas share with the loaders: what a regular expression can say of numbers, days, networks, sizes and keys.

They are written for Python and for JavaScript alike: digits as `[0-9]`, and no names, flags or looks behind.
"""

import base64
from dataclasses import dataclass
from typing import Any, Final

from pydantic import GetJsonSchemaHandler
from pydantic_core import CoreSchema

from eiginfra.core.numbers import up_to
from eiginfra.core.values import UNITS


def anchored(pattern: str) -> str:
    """A pattern of the whole text; to Python `$` alone would let a line feed follow."""
    return f"^(?:{pattern})$(?!\\n)"


@dataclass(frozen=True)
class SchemaPattern:
    """Metadata of a type: the pattern that its JSON Schema has, whatever else checks it."""

    pattern: str

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """The type's own, with the pattern."""
        return {**handler(schema), "pattern": anchored(self.pattern)}


def sizes(unit: int, largest: int) -> str:
    """Sizes up to `largest` in `unit` (a number of bytes) and larger units."""
    written = {name: largest // factor for name, factor in UNITS.items() if unit <= factor <= largest}
    return "|".join(f"{up_to(most)} ?{name}" for name, most in written.items())


_LEAP: Final = r"(?:19(?:7[26]|8[048]|9[26])|2[0-9](?:0[48]|[2468][048]|[13579][26])|2[048]00)"
DAY: Final = (
    r"(?!1970-01-01)(?:(?:19[7-9][0-9]|2[0-9]{3})-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    rf"|02-(?:0[1-9]|1[0-9]|2[0-8]))|{_LEAP}-02-29)"
)
"""A day of the calendar, from 1970-01-02 to 2999-12-31."""

_OCTET: Final = r"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
ADDRESS: Final = rf"{_OCTET}(?:\.{_OCTET}){{3}}"
"""An IPv4 address."""


def networks(shortest: int) -> str:
    """IPv4 networks whose prefix is at least so long, without bits of hosts."""
    return f"(?:{'|'.join(_network(prefix) for prefix in range(shortest, 33))})"


def _network(prefix: int) -> str:
    whole, bits = divmod(prefix, 8)
    octets = [_OCTET] * whole
    if bits:
        octets.append(f"(?:{'|'.join(str(number) for number in range(0, 256, 2 ** (8 - bits)))})")
    return "\\.".join([*octets, *["0"] * (4 - len(octets))]) + f"/{prefix}"


_BASE64: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def base64_of(known: bytes, length: int | None = None, least: int = 0) -> str:
    """Base64 of bytes that begin so. length: how many there are; else there are at least `least`."""
    signs, bits = divmod(len(known) * 8, 6)
    whole = base64.b64encode(known + b"\0\0\0").decode()
    beginning = whole[:signs]
    if bits:
        first = _BASE64.index(whole[signs])
        beginning += f"[{''.join(_BASE64[first : first + (1 << 6 - bits)])}]"
        signs += 1
    if length is None:
        return f"{beginning}[A-Za-z0-9+/]{{{max(-(-least * 8 // 6) - signs, 0)},}}={{0,2}}"
    return f"{beginning}[A-Za-z0-9+/]{{{-(-length * 8 // 6) - signs}}}{'=' * (-length % 3)}"


def misread() -> str:
    """Text that is UTF-8 once read as Windows-1252: `Ã©` for `é`."""
    follows = f"[{_windows(0x80, 0xC0)}]"
    pairs = f"[{_windows(0xC2, 0xE0)}]{follows}"
    triples = f"à[{_windows(0xA0, 0xC0)}]{follows}|[{_windows(0xE1, 0xED)}îï]{follows}{{2}}|í[{_windows(0x80, 0xA0)}]{follows}"
    fours = f"ð[{_windows(0x90, 0xC0)}]{follows}{{2}}|[ñòó]{follows}{{3}}|ô[{_windows(0x80, 0x90)}]{follows}{{2}}"
    odd = f"(?:{pairs}|{triples}|{fours})"
    return f"[\\u0000-\\u007f]*{odd}(?:[\\u0000-\\u007f]|{odd})*"


def _windows(first: int, end: int) -> str:
    """The signs that Windows-1252 has for these bytes."""
    return "".join(f"\\u{ord(sign):04x}" for byte in range(first, end) if (sign := bytes([byte]).decode("cp1252", "ignore")))
