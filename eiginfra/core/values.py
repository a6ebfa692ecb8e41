"""Values as they are compared, stored and shown: byte sizes with units, and one canonical JSON form for everything."""

import re
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any, Final, Self

from pydantic import BaseModel, GetCoreSchemaHandler, GetJsonSchemaHandler, JsonValue
from pydantic_core import CoreSchema, core_schema

from eiginfra.core.numbers import up_to
from eiginfra.core.reason import Reason, reason
from eiginfra.core.refusal import refusal
from eiginfra.core.size_guess import guess_size

UNITS = {"B": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}
MAX_SIZE = 2**63 - 1
"""The largest number of bytes that servers and databases hold."""
SIZE = f"^(?:{'|'.join(f'(?:0|{up_to(MAX_SIZE // factor)}) ?{unit}' for unit, factor in UNITS.items())})$(?!\\n)"
"""How a size is written, for JSON Schemas too."""
_EXACT = re.compile(SIZE)
_SIZE = re.compile(r"([0-9]{1,19}) ?(B|KiB|MiB|GiB|TiB)")


class ByteSize(int):
    """A number of bytes, written `512MiB` or `1GiB`; whole numbers of binary units only."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `512MiB`; raises ValueError, with the size that was probably meant, on anything else."""
        match = _SIZE.fullmatch(text)
        size = int(match[1]) * UNITS[match[2]] if match else 0
        if match is None or not _EXACT.match(text):
            raise refusal("size-beyond" if size > MAX_SIZE else "not-a-size", value=_brief(text), advice=size_advice(text))
        return cls(size)

    @classmethod
    def of(cls, value: int | str) -> Self:
        """A size from a number of bytes or its text."""
        return cls.parse(value) if isinstance(value, str) else cls(value)

    def __str__(self) -> str:
        for unit, factor in reversed(UNITS.items()):
            if self and self % factor == 0:
                return f"{int(self) // factor}{unit}"
        return "0MiB"

    __repr__ = __str__

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Files and JSON hold the text with its unit; a bare number is refused, since its unit would be a guess."""

        def validate(value: object) -> ByteSize:
            if isinstance(value, cls):
                return value
            if isinstance(value, str):
                return cls.parse(value)
            raise refusal("size-without-unit", value=_brief(value), advice=size_advice(value))

        return core_schema.no_info_plain_validator_function(validate, serialization=core_schema.to_string_ser_schema())

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """The pattern editors complete against."""
        return {"type": "string", "pattern": SIZE, "examples": ["512MiB", "8GiB"]}


def in_one_unit(sizes: Iterable[int]) -> list[str]:
    """The sizes in one unit, the largest in which all are whole, so that a reader can compare them."""
    every = list(sizes)
    unit, factor = next((unit, factor) for unit, factor in reversed(UNITS.items()) if all(size % factor == 0 for size in every))
    return [f"{size // factor}{unit}" for size in every]


def size_advice(written: object, whole: int = UNITS["MiB"]) -> Reason:
    """What to write instead of a size that is not written as sizes are: a multiple of `whole` bytes."""
    guess = guess_size(written, whole)
    if guess is None:
        return reason("write-size-like", example="8GiB" if whole >= UNITS["GiB"] else "512MiB")
    size, unit = guess
    return reason("write-guessed-size", size=str(ByteSize(size)), unit=unit) if unit else reason("write", text=str(ByteSize(size)))


def _brief(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def instant(at: datetime, precision: str = "auto") -> str:
    """A moment as all outputs write it: in UTC, `2019-10-01T12:10:00Z`. precision: `seconds`, `milliseconds`, or as the moment is known."""
    return at.astimezone(UTC).isoformat(timespec=precision).replace("+00:00", "Z")


_AS_THEY_ARE: Final = frozenset({type(None), bool, str, int, float})


def canonical(value: object) -> JsonValue:
    """The one JSON form of a value: two values are equal when their canonical forms are.

    Sizes become their text, dates ISO text, enumerations their value, models and mappings objects without unset fields, tuples and lists
    arrays, sets sorted arrays. Raises TypeError for anything else: better than comparing a `repr`.
    """
    if type(value) in _AS_THEY_ARE:
        return value  # type: ignore[return-value]  # one of these types
    match value:
        case ByteSize():
            return str(value)
        case Enum():
            return canonical(value.value)
        case str() | int() | float():
            return value
        case date():
            return instant(value) if isinstance(value, datetime) else value.isoformat()
        case BaseModel():
            return {name: canonical(getattr(value, name)) for name in type(value).model_fields if name in value.model_fields_set}
        case Mapping():
            return {str(key): canonical(item) for key, item in value.items()}
        case AbstractSet():
            return sorted((canonical(item) for item in value), key=repr)
        case list() | tuple():
            return [canonical(item) for item in value]
        case _:
            msg = f"no canonical form for {type(value).__name__}"
            raise TypeError(msg)
