"""The machines behind the gateway, as the lab's Proxmox has them."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Protocol


class GuestOnNode(Protocol):
    """What the gateway needs of a guest's record in the lab's Proxmox."""

    vmid: int
    kind: str
    """`lxc` or `qemu`."""
    node: str
    config: dict[str, Any]
    pending: dict[str, Any]
    dropped: list[str]
    """Options that go with the next start."""
    running: bool
    started: float
    """When it was started, in seconds since 1970."""
    inside: dict[str, Any]
    """What is on its disk: written by the machine itself, kept with the guest, gone with it."""


class Guests:
    """The guests by ID and by address; `records` gives the Proxmox's own mapping, an empty one where the lab has no Proxmox."""

    def __init__(self, records: Callable[[], Mapping[int, GuestOnNode]]) -> None:
        self._records = records

    def containers(self) -> list[GuestOnNode]:
        """All containers, as their files are sorted."""
        return sorted((guest for guest in list(self._records().values()) if guest.kind == "lxc"), key=lambda guest: f"{guest.vmid}.conf")

    def get(self, vmid: int) -> GuestOnNode | None:
        """The guest of that ID."""
        return self._records().get(vmid)

    def at(self, address: str) -> GuestOnNode | None:
        """The running guest that has this IPv4 address in its configuration; of two, the one with the lower ID."""
        found = [guest for guest in list(self._records().values()) if guest.running and address_of(guest) == address]
        return min(found, key=lambda guest: guest.vmid, default=None)


def address_of(guest: GuestOnNode) -> str:
    """The IPv4 address of its first interface, "" where the configuration names none."""
    found = re.search(r"(?:^|,)ip=([0-9.]+)/", str(guest.config.get("net0" if guest.kind == "lxc" else "ipconfig0", "")))
    return found[1] if found else ""


def name_of(guest: GuestOnNode) -> str:
    """Its host name."""
    return str(guest.config.get("hostname" if guest.kind == "lxc" else "name", guest.vmid))
