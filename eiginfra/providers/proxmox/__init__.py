"""The Proxmox provider: pools, containers and virtual machines on a Proxmox VE.

What lives here: the only use of `proxmoxer` (client.py), Proxmox's notations (codec.py), what its refusals mean (errors.py), the shared
look at all guests (machines.py), the allocation of their numbers (allocator.py), the kinds, and `doctor`. What may not: comparing wanted
and observed (the engine does), knowledge of inventory files, SSH into guests.
"""

from typing import Any

from eiginfra.core.finding import Finding
from eiginfra.core.kind import Kind
from eiginfra.providers.proxmox.allocator import GuestAllocator
from eiginfra.providers.proxmox.client import ProxmoxClient
from eiginfra.providers.proxmox.doctor import examine
from eiginfra.providers.proxmox.kinds.container import ContainerKind
from eiginfra.providers.proxmox.kinds.pool import PoolKind
from eiginfra.providers.proxmox.kinds.vm import VmKind
from eiginfra.providers.proxmox.machines import Machines
from eiginfra.providers.proxmox.settings import ProxmoxSettings

__all__ = ["ProxmoxSettings", "doctor", "kinds"]


def kinds(settings: ProxmoxSettings | None, client: ProxmoxClient | None = None) -> list[Kind[Any]]:
    """The kinds of this provider; without settings they can be read, but any request raises UsageError.

    client: use this one (its meter counts the requests) instead of a new one.
    """
    client = client or ProxmoxClient(settings)
    machines = Machines(client)
    allocator = GuestAllocator(lambda: client.settings)
    return [PoolKind(client), ContainerKind(client, machines, allocator), VmKind(client, machines, allocator)]


def doctor(settings: ProxmoxSettings) -> list[Finding]:
    """Whether the site's Proxmox can be worked with: reachable, trusted, new enough, the token's rights, nodes, storages, bridge, clock."""
    return examine(ProxmoxClient(settings))
