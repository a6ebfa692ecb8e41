"""The lab's Proxmox as one object: its state and what works on it."""

import random
from asyncio import Lock, timeout
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from copy import deepcopy

from eiginfra.lab.clock import LabClock
from eiginfra.lab.proxmox.access import PermissionTable
from eiginfra.lab.proxmox.auth import Authentication
from eiginfra.lab.proxmox.errors import ServerError
from eiginfra.lab.proxmox.figures import Broadcast
from eiginfra.lab.proxmox.releases import RELEASES, Release
from eiginfra.lab.proxmox.state import FirewallRecord, GuestRecord, ProxmoxState, config_path
from eiginfra.lab.proxmox.storage import Storages
from eiginfra.lab.proxmox.strict import NotModelledError
from eiginfra.lab.proxmox.tasks import Tasks
from eiginfra.lab.vain import AskedInVain


class ProxmoxLab:
    """What handlers and workers see. `lag` is the time between two status broadcasts, in seconds (pvestatd's is 10)."""

    def __init__(self, state: ProxmoxState, clock: LabClock, lag: float = 10.0, in_vain: AskedInVain | None = None) -> None:
        self.state = state
        self.clock = clock
        self.access = PermissionTable(state)
        self.auth = Authentication(state, clock)
        self.broadcast = Broadcast(state, clock, lag)
        self.tasks = Tasks(state, clock, self.broadcast.tick)
        self.storages = Storages(state, clock)
        self.random = random.Random()  # noqa: S311 - MAC addresses and figures, no secrets
        self.shutdown_seconds = 0.0
        self.in_vain = in_vain or AskedInVain()
        self._locks: dict[tuple[str, int], Lock] = {}

    @property
    def release(self) -> Release:
        """The release that the lab speaks."""
        return RELEASES[self.state.release]

    def not_modelled(self, method: str, route: str, names: list[str]) -> NotModelledError:
        """Note parameters that the lab does not model, and the 501 of them."""
        for name in names:
            self.in_vain.refused(method, route, name)
        return NotModelledError(method, route, names)

    def now(self) -> int:
        """Seconds since 1970 on the lab's clock."""
        return int(self.clock.timestamp())

    def guest(self, node: str, kind: str, vmid: int) -> GuestRecord:
        """A guest by its path; raises the 500 of a missing configuration file."""
        guest = self.state.guests.get(vmid)
        if guest is None or guest.kind != kind or guest.node != node:
            raise ServerError(f"Configuration file '{config_path(node, kind, vmid)}' does not exist")
        return guest

    def check_unused(self, vmid: int) -> None:
        """Raise the 500 of an ID that is taken."""
        if guest := self.state.guests.get(vmid):
            raise ServerError(f"{'CT' if guest.kind == 'lxc' else 'VM'} {vmid} already exists on node '{guest.node}'")

    def firewall(self, scope: str) -> FirewallRecord:
        """The firewall file of `guest/100`, `node/eig`, `group/web` or `cluster`, made when asked for."""
        return self.state.firewalls.setdefault(scope, FirewallRecord())

    def copy_firewall(self, source: int, target: int) -> None:
        """Give a clone the firewall of the guest it was made from."""
        self.state.firewalls[f"guest/{target}"] = deepcopy(self.firewall(f"guest/{source}"))

    def mac(self) -> str:
        """A new MAC address with the datacenter's prefix."""
        prefix = str(self.state.options.get("mac_prefix", "BC:24:11"))
        return ":".join([prefix, *(f"{self.random.randrange(256):02X}" for _ in range(6 - len(prefix.split(":"))))])

    def uuid(self) -> str:
        """A random UUID."""
        text = f"{self.random.getrandbits(128):032x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"

    @asynccontextmanager
    async def locked(self, kind: str, vmid: int, seconds: float = 10.0) -> AsyncIterator[bool]:
        """Hold the guest's file lock, waiting at most `seconds`; yields whether it had to wait."""
        lock = self._locks.setdefault((kind, vmid), Lock())
        waited = lock.locked()
        try:
            async with timeout(seconds):
                await lock.acquire()
        except TimeoutError as error:
            file = f"/run/lock/lxc/pve-config-{vmid}.lock" if kind == "lxc" else f"/var/lock/qemu-server/lock-{vmid}.conf"
            raise ServerError(f"can't lock file '{file}' - got timeout") from error
        try:
            yield waited
        finally:
            lock.release()

    def is_locked(self, kind: str, vmid: int) -> bool:
        """Whether somebody holds the guest's file lock."""
        return (kind, vmid) in self._locks and self._locks[kind, vmid].locked()
