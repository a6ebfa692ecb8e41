"""What the provider must know of a site."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

from eiginfra.core.secret import Secret


@dataclass(frozen=True)
class ProxmoxSettings:
    """A Proxmox VE cluster or node, and the range that guests are made in; times in seconds.

    token: None for `check`, which asks nothing; any request then raises UsageError. disks, templates, backups: names of storages.
    ids: the first and the last number that guests may have. overcommit: how many times a node's cores may be promised. node_tasks,
    storage_tasks: how many creating tasks may run at once on one node and one storage. timeout: the longest wait for one answer;
    task_timeout: for one task. proxy: see HttpPolicy. images: the site's, each with the volume of a container template or the number of
    a VM template.
    """

    url: str
    token_id: str
    token: Secret | None
    nodes: tuple[str, ...]
    disks: str
    bridge: str
    subnet: IPv4Network
    gateway: IPv4Address
    ids: tuple[int, int]
    templates: str = "local"
    backups: str = "local"
    dns: tuple[IPv4Address, ...] = ()
    ca: Path | None = None
    proxy: str | None = None
    realm: str = "pve"
    overcommit: int = 4
    node_tasks: int = 4
    storage_tasks: int = 4
    timeout: float = 60
    task_timeout: float = 1800
    images: tuple[tuple[str, str | int], ...] = ()

    def __contains__(self, vmid: int) -> bool:
        """Whether a number is in the range of the site's guests."""
        return self.ids[0] <= vmid <= self.ids[1]

    def address(self, vmid: int) -> str:
        """The address of a guest, with its mask: the network's address plus the guest's number."""
        return f"{self.subnet.network_address + vmid}/{self.subnet.prefixlen}"
