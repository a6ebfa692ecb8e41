"""A point of the check list."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class OpennessPoint:
    """A point of a project's check list.

    code: which one. done: None where nobody saw it. said: which sentence tells what was seen (done) or what to do next; values: what it
    names; parts: the codes of what is missing or was found, where that is a list.
    """

    code: str
    done: bool | None
    said: str
    values: tuple[str | int | date, ...] = ()
    parts: tuple[str, ...] = ()


def unseen(code: str) -> OpennessPoint:
    """A point that nobody saw."""
    return OpennessPoint(code, None, "unseen")
