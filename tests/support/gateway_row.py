"""What a case of a gateway's kind is: its fields, other values for them, what a change of each does, and the same change by a person."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from eiginfra.core.spec import Spec


class Server(Protocol):
    """A gateway, and a person who is root there."""

    def control(self, **wanted: Any) -> dict[str, Any]: ...

    def node(self, **config: str) -> None: ...


Hand = Callable[[Server], object]


class Effect(StrEnum):
    """What a change of a field does to what there is."""

    LIVE = "in force at once"
    RESTART = "waits for a restart"
    KEY = "another value is another object"
    UNCOMPARED = "used when it is written; never compared"
    ASSIGNED = "nobody writes it; a change by hand is healed at once"


LIVE, RESTART, KEY_FIELD, UNCOMPARED, ASSIGNED = Effect


@dataclass(frozen=True)
class Row:
    """One field. value: another than the base's. hand: what a person does on the server. extra: what else differs when they did that."""

    field: str
    value: Any
    effect: Effect = LIVE
    hand: Hand | None = None
    extra: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Case:
    """One kind. base: what there is for its rows, the kind's own spec last.

    ends: what becomes of one that left the inventory: the step of a plain apply, and of one with --prune. bad: values that are refused
    offline, by field.
    """

    base: Sequence[Spec]
    rows: tuple[Row, ...]
    ends: tuple[str | None, str | None]
    bad: dict[str, Sequence[Any]] = field(default_factory=dict)
