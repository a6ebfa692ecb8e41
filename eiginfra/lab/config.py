"""What a lab is started with."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

PORTS = {"gitlab_port": 8929, "proxmox_port": 8006, "ssh_port": 8022, "web_port": 8081, "web_tls_port": 8443}
"""Where the lab listens, unless it is told otherwise: GitLab, Proxmox VE, and the gateway for SSH, HTTP and HTTPS."""

SERVICES = ("gitlab", "proxmox", "gateway")


PROFILES = {"eig": ("eig", "9.2"), "eig-9.1": ("eig", "9.1"), "recordings": ("recordings", "9.1"), "recordings-9.2": ("recordings", "9.2")}
"""State and release of each profile: `recordings` is the state in which the recordings of a real Proxmox VE begin."""


class LabError(Exception):
    """The lab cannot do what it was asked; the message says what to do next."""


@dataclass(frozen=True, slots=True)
class LabConfig:
    """The lab's settings; a port of 0 stands for any free one."""

    gitlab_port: int = PORTS["gitlab_port"]
    proxmox_port: int = PORTS["proxmox_port"]
    ssh_port: int = PORTS["ssh_port"]
    web_port: int = PORTS["web_port"]
    web_tls_port: int = PORTS["web_tls_port"]
    services: tuple[str, ...] = ("gitlab", "proxmox")
    """Of SERVICES; the gateway is loaded only where it is asked for."""
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
    """What every request waits, on all services."""
    wide_network: bool = False
    """A site with a /16 and 59,901 machine IDs, for the benchmarks, on nodes that hold as many."""
    nodes: tuple[str, ...] = ()
    """The nodes of the Proxmox; the profile's one when empty."""
