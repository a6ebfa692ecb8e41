"""What a lab is started with."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

GITLAB_PORT = 8929
PROXMOX_PORT = 8006


PROFILES = {"eig": ("eig", "9.2"), "eig-9.1": ("eig", "9.1"), "recordings": ("recordings", "9.1"), "recordings-9.2": ("recordings", "9.2")}
"""State and release of each profile: `recordings` is the state in which the recordings of a real Proxmox VE begin."""


class LabError(Exception):
    """The lab cannot do what it was asked; the message says what to do next."""


@dataclass(frozen=True, slots=True)
class LabConfig:
    """The lab's settings; a port of 0 stands for any free one."""

    gitlab_port: int = GITLAB_PORT
    proxmox_port: int = PROXMOX_PORT
    services: tuple[str, ...] = ("gitlab", "proxmox")
    now: date | None = None
    """The day on which the lab's clock starts (at noon UTC); None for the real time."""
    site_out: Path | None = None
    """Where to write the site file once all services listen; tokens and the CA's certificate go beside it."""
    state: Path | None = None
    """A JSON file from which the state is read at start, if it exists, and to which it is written at the end."""
    profile: str = "eig"
    """The state to begin with, and the release of Proxmox VE: a key of PROFILES."""
    task_seconds: float = 0.0
    """How long a Proxmox task takes."""
    latency_ms: float = 0.0
    """What every request waits, on both services."""
    wide_network: bool = False
    """A site with a /16 and 59,901 machine IDs, for the benchmarks, on nodes that hold as many."""
    nodes: tuple[str, ...] = ()
    """The nodes of the Proxmox; the profile's one when empty."""
