"""What the gateway program is sent: lines `key value`, each value checked against a form."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from eiginfra.lab.gateway.configuration import GatewayLimits
from eiginfra.lab.gateway.forms import unfit

_LONGEST, _MOST_LINES, _MOST_BYTES = 20_000, 4_999, 1 << 20
_END = b"end\n"


class RefusedByProgramError(Exception):
    """The data is refused (65): the key, and why."""

    def __init__(self, key: str, why: str) -> None:
        super().__init__(f"refused: {key}: {why}")


@dataclass(frozen=True)
class ProgramKeys:
    """The keys of a verb, in the order in which the program names what is missing."""

    forms: Mapping[str, str]
    optional: frozenset[str]
    repeated: frozenset[str]

    @classmethod
    def read(cls, text: str) -> "ProgramKeys":
        """`name:name uid:uid? key:key*`: `?` may be missing, `*` may be repeated."""
        pairs = [part.split(":") for part in text.split()]
        optional = frozenset(key for key, form in pairs if form[-1] in "?*")
        repeated = frozenset(key for key, form in pairs if form[-1] == "*")
        return cls({key: form.rstrip("?*") for key, form in pairs}, optional, repeated)


@dataclass
class GivenData:
    """The values by key, checked."""

    values: dict[str, list[str]] = field(default_factory=dict)

    def __getitem__(self, key: str) -> str:
        return self.values[key][0]

    def get(self, key: str) -> str:
        """A value, "" where there is none."""
        return next(iter(self.values.get(key, ())), "")

    def all(self, key: str) -> tuple[str, ...]:
        """A set: sorted, each value once."""
        return tuple(sorted(set(self.values.get(key, ()))))


def read_data(data: bytes, keys: ProgramKeys, limits: GatewayLimits) -> GivenData:
    """The data of a verb; raises RefusedByProgramError."""
    given = GivenData()
    for number, line in enumerate(_lines(data), 1):
        if number > _MOST_LINES:
            raise RefusedByProgramError("data", "more than 5000 lines")
        if len(line) > _LONGEST:
            raise RefusedByProgramError(f"line {number}", "more than 20000 characters")
        key, space, value = line.partition(" ")
        if not space:
            raise RefusedByProgramError(f"line {number}", "not KEY VALUE")
        if key not in keys.forms:
            raise RefusedByProgramError(f"line {number}", "no such key")
        if key in given.values and key not in keys.repeated:
            raise RefusedByProgramError(key, "given twice")
        if expected := unfit(keys.forms[key], value, limits):
            raise RefusedByProgramError(key, f"not {expected}")
        given.values.setdefault(key, []).append(value)
    for key in keys.forms:
        if key not in keys.optional and key not in given.values:
            raise RefusedByProgramError(key, "missing")
    return given


def _lines(data: bytes) -> Iterator[str]:
    """The lines before the last one, which is `end`."""
    if len(data) > _MOST_BYTES:
        raise RefusedByProgramError("data", "more than 1 MiB")
    if re.search(rb"[^\n -~]", data):
        raise RefusedByProgramError("data", "more than printable ASCII")
    if not (b"\n" + data).endswith(b"\n" + _END):
        raise RefusedByProgramError("data", "cut: it does not end with the line end")
    before = data.removesuffix(_END).decode("ascii")
    yield from before.removesuffix("\n").split("\n") if before else ()
