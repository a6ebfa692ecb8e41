"""How many servers of a size machines need: which fit beside one another."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, inf

AMOUNTS = ("memory", "cores", "disk")
"""In the order of what runs out first on a server that bears many small machines."""


@dataclass(frozen=True, order=True)
class PackedMachine:
    """What a machine takes of a server: cores, which may be parts of one, and bytes."""

    name: str
    cores: float
    memory: float
    disk: float


@dataclass(frozen=True)
class ServerSize:
    """What a server has for machines, what is kept back taken off. None: not limited, or not known."""

    name: str
    cores: float | None = None
    memory: float | None = None
    disk: float | None = None

    def bears(self, machines: Iterable[PackedMachine]) -> bool:
        """Whether it has enough for all of them together."""
        left = self.left
        for machine in machines:
            left = _without(left, machine)
        return min(left) >= 0

    @property
    def left(self) -> tuple[float, ...]:
        """What is free while it is empty, in the order of AMOUNTS; without end where it is not limited."""
        return tuple(inf if (size := getattr(self, name)) is None else size for name in AMOUNTS)


@dataclass(frozen=True)
class Packing:
    """Machines on servers. beyond: those that are larger than a server."""

    servers: tuple[tuple[PackedMachine, ...], ...]
    beyond: tuple[PackedMachine, ...] = ()


def pack(machines: Iterable[PackedMachine], server: ServerSize) -> Packing:
    """First fit, the largest first by memory: each goes to the first server that has enough left; the same machines, the same answer.

    It may need a server more than the best arrangement would: enough to plan with.
    """
    servers: list[list[PackedMachine]] = []
    left: list[tuple[float, ...]] = []
    beyond = []
    for machine in sorted(machines, key=lambda each: (-each.memory, -each.cores, -each.disk, each.name)):
        if not server.bears((machine,)):
            beyond.append(machine)
            continue
        found = next((number for number, free in enumerate(left) if min(_without(free, machine)) >= 0), None)
        if found is None:
            servers.append([machine])
            left.append(_without(server.left, machine))
        else:
            servers[found].append(machine)
            left[found] = _without(left[found], machine)
    return Packing(tuple(map(tuple, servers)), tuple(beyond))


def _without(left: tuple[float, ...], machine: PackedMachine) -> tuple[float, ...]:
    return tuple(amount - getattr(machine, name) for amount, name in zip(left, AMOUNTS, strict=True))


def least(machines: Sequence[PackedMachine], server: ServerSize) -> int:
    """So many servers are needed, however machines are arranged: the sums of what they take, in servers."""
    sizes = [(name, size) for name in AMOUNTS if (size := getattr(server, name))]
    return max((ceil(sum(getattr(each, name) for each in machines) / size) for name, size in sizes), default=int(bool(machines)))
