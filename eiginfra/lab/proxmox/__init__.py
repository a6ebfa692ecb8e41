"""The lab's Proxmox VE 9.2 (or 9.1): the API's behaviour, modelled from recordings of a real server and its official description.

What lives here: state, schemas, permissions, locks, tasks and the endpoints on them, answered as the real server would. What may not:
anything of eiginfra outside `eiginfra.lab`, a table of remembered answers, and an invented success for what is not modelled (501).
"""

from dataclasses import dataclass, field
from typing import Any

from eiginfra.lab.clock import LabClock
from eiginfra.lab.proxmox.app import App
from eiginfra.lab.proxmox.lab import ProxmoxLab
from eiginfra.lab.proxmox.profiles import TOKEN, USER, new_state
from eiginfra.lab.proxmox.state import ProxmoxState
from eiginfra.lab.vain import AskedInVain

__all__ = ["ProxmoxService", "build"]

# How long the recorded server's guests take to shut themselves down, in seconds.
_RECORDED_SHUTDOWN = 2.0


@dataclass
class ProxmoxService:
    """A Proxmox to serve: the ASGI `app`, and its state to keep."""

    lab: ProxmoxLab
    app: App = field(init=False)
    token_id: str = f"{USER}!{TOKEN}"

    def __post_init__(self) -> None:
        self.app = App(self.lab)

    @property
    def in_vain(self) -> AskedInVain:
        """What it was asked for and does not model."""
        return self.lab.in_vain

    @property
    def token(self) -> str:
        """The secret of the token."""
        return str(self.lab.state.users[USER]["tokens"][TOKEN]["value"])

    def dump(self) -> dict[str, Any]:
        """The whole state, JSON-able."""
        return self.lab.state.dump()

    def load(self, data: dict[str, Any]) -> None:
        """Replace the state by one dumped before; settings stay."""
        old = self.lab
        self.lab = ProxmoxLab(ProxmoxState.load(data), old.clock, old.broadcast.lag, old.in_vain)
        self.lab.tasks.faults, self.lab.shutdown_seconds = old.tasks.faults, old.shutdown_seconds
        self.app.lab = self.lab


def build(
    clock: LabClock,
    profile: str = "eig",
    task_seconds: float = 0.0,
    nodes: tuple[str, ...] = (),
    release: str = "9.2",
    *,
    vast: bool = False,
) -> ProxmoxService:
    """A Proxmox in the state of `profile` ("eig" or "recordings"); tasks work for `task_seconds`; `vast`: a thousand times the capacity."""
    state = new_state(profile, clock, nodes, release)
    if vast:
        for node in state.nodes.values():
            node.memory, node.cores = node.memory * 1000, node.cores * 1000
        for storage in state.storages.values():
            storage.total *= 1000
    lab = ProxmoxLab(state, clock)
    lab.tasks.faults.default_seconds = task_seconds
    if profile == "recordings":
        lab.shutdown_seconds = _RECORDED_SHUTDOWN
    return ProxmoxService(lab)
