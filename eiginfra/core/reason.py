"""Reasons: why something is withheld, waits or failed, as a code with parameters. The words are made in `render`."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TypeAlias

from pydantic import BaseModel, ConfigDict, JsonValue


class Reason(BaseModel):
    """A stable, kebab-case code and its parameters; two reasons are the same when both agree."""

    model_config = ConfigDict(frozen=True)

    code: str
    params: Mapping[str, JsonValue] = {}

    def __hash__(self) -> int:
        return hash((self.code, tuple(sorted(map(repr, self.params.items())))))

    def __str__(self) -> str:
        """For logs of last resort: `moved-by-hand (now=eig/other)`; people read the words of `render`."""
        params = ", ".join(f"{name}={value}" for name, value in sorted(self.params.items()))
        return f"{self.code} ({params})" if params else self.code


Parameter: TypeAlias = str | int | float | date | Reason | Sequence["Parameter"] | Mapping[str, "Parameter"] | None
"""What a sentence may name: plain values, sizes, days, reasons, and lists and mappings of them."""


def reason(code: str, **params: JsonValue) -> Reason:
    """A reason with its parameters by name."""
    return Reason(code=code, params=params)


RESTART = Reason(code="restart")
"""A restart of the object brings into force what waits."""

NEXT_START = Reason(code="next-start")
"""The object is stopped: what waits comes into force when it is started."""
