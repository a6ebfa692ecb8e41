"""What a case of a Proxmox kind is: its fields, other values for them, what a change of each does, and the same change by a person."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from eiginfra.core.spec import Spec
from eiginfra.core.values import ByteSize


class World(Protocol):
    """One cohort with one team on a Proxmox, and an administrator of it."""

    cohort: str

    @property
    def pool(self) -> str: ...

    def admin(self, method: str, path: str, /, **params: Any) -> Any: ...

    def container(self, machine: str = "web", **fields: Any) -> Any: ...

    def vm(self, machine: str = "db", **fields: Any) -> Any: ...


Hand = Callable[[World], object]
UNSET: Any = object()
"""The value of a field that is taken out of the playbook."""


class Effect(StrEnum):
    """What a change of a field does to what stands."""

    LIVE = "in force at once"
    RESTART = "waits for a restart of what runs"
    FIXED = "a finding: it cannot be changed"
    KEY = "another value is another object"
    UNCOMPARED = "used when it is made, or sent with a change; never compared"
    ASSIGNED = "nobody writes it; a change by hand is healed at once"


LIVE, RESTART, FIXED, KEY_FIELD, UNCOMPARED, ASSIGNED = Effect


@dataclass(frozen=True)
class Row:
    """One field. value: another than the base's, or how to find it; extra: fields that change with it, start: what the base has instead.

    lacking: the privilege without which a change is refused, of the core's or the accounts' path. hand: what a person does on the
    server; heals: what undoing that does. alone: on an object of its own, for a change that has no way back. creates: whether the value may
    be made with the others.
    """

    kind: str
    field: str
    value: Any
    effect: Effect = LIVE
    lacking: str = ""
    hand: Hand | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    start: dict[str, Any] = field(default_factory=dict)
    heals: Effect = Effect.LIVE
    alone: bool = False
    creates: bool = True

    @property
    def changes(self) -> bool:
        """Whether people change it, and an apply brings the change about."""
        return self.effect in (LIVE, RESTART)


STAYS = "eiginfra does not remove a proxmox.{kind}; remove it by hand if it must go"


@dataclass(frozen=True)
class Case:
    """One kind. base: what stands for its rows, the kind's own resource last; making: the privilege without which that is not made.

    ends: what a plan says of one that left the inventory, without and with --prune. making None: an administrator is told to make it;
    ends None: a plan says nothing.
    """

    base: Callable[[World], list[Spec]]
    rows: tuple[Row, ...]
    making: str | None
    ends: tuple[str, str] | None = (STAYS, STAYS)


def size(text: str) -> ByteSize:
    return ByteSize.parse(text)


def mark(world: World, machine: str = "web") -> str:
    return f"{world.cohort}/adler/{machine}"
