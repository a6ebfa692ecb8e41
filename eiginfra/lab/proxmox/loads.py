"""How much of what they have guests use: profiles of load, and the figures of one at a moment, the same at every look."""

from dataclasses import dataclass
from math import pi, sin
from zlib import crc32

DAY = 86400
_NOISE = 0.1


@dataclass(frozen=True)
class LoadProfile:
    """From the quietest moment to the busiest: shares of cores, memory and disk, between 0 and 1; network in bytes a second, each way."""

    cpu: tuple[float, float]
    memory: tuple[float, float]
    disk: tuple[float, float]
    network: tuple[float, float]


LOADS = {
    "idle": LoadProfile((0.0005, 0.004), (0.04, 0.08), (0.08, 0.1), (1, 12)),
    "busy": LoadProfile((0.2, 0.95), (0.5, 0.75), (0.4, 0.5), (20_000, 400_000)),
    "full": LoadProfile((0.05, 0.5), (0.85, 0.98), (0.9, 0.96), (5_000, 90_000)),
}
"""By the name that the control API takes; a guest without one has a load of its own that never changes."""


@dataclass(frozen=True)
class LoadFigures:
    """What a guest uses: shares of cores, memory and disk; bytes a second, each way."""

    cpu: float
    memory: float
    disk: float
    network: float


def _share(vmid: int, low: float, high: float) -> float:
    """A figure of a guest that looks like chance and never changes."""
    return low + (vmid * 2654435761 % 1000) / 1000 * (high - low)


def figures_at(vmid: int, load: str, at: float, step: float = 60, *, highest: bool = False) -> LoadFigures:
    """What a guest uses in the time of `step` seconds that ends at `at`: on average, or at its busiest moment."""
    if load not in LOADS:
        return LoadFigures(_share(vmid, 0.002, 0.04), _share(vmid, 0.15, 0.45), _share(vmid, 0.1, 0.3), 1000)
    profile, level = LOADS[load], _level(vmid, at, step, highest=highest)
    cpu, memory, disk, network = (low + (high - low) * level for low, high in (profile.cpu, profile.memory, profile.disk, profile.network))
    return LoadFigures(cpu, memory, disk, network)


def _level(vmid: int, at: float, step: float, *, highest: bool) -> float:
    """Between 0 and 1: a wave over the day, and some noise. Its highest value of a day is near 1, whatever the step."""
    middle = at - step / 2
    wave = 0.5 + 0.5 * sin(2 * pi * (middle / DAY + vmid % 24 / 24)) if step < DAY else 1.0 if highest else 0.5
    noise = crc32(f"{vmid} {int(at // step)}".encode()) / 2**32
    return min(1.0, (1 - 2 * _NOISE) * wave + _NOISE * noise + (_NOISE if highest else 0.0))
