"""The Proxmox provider: pools, containers, virtual machines, and who may use them, on a Proxmox VE.

What lives here: the only use of `proxmoxer` (client.py), Proxmox's notations (codec.py), what its refusals mean (errors.py), the shared
look at all guests (machines.py), the allocation of their numbers (allocator.py), accounts and rights (access.py), the kinds, and
`doctor`. What may not: comparing wanted and observed (the engine does), knowledge of inventory files, SSH into guests.
"""

from typing import Any

from eiginfra.core.finding import Finding
from eiginfra.core.kind import Kind
from eiginfra.providers.http import Meter
from eiginfra.providers.proxmox.access import Access
from eiginfra.providers.proxmox.client import ProxmoxClient
from eiginfra.providers.proxmox.doctor import examine
from eiginfra.providers.proxmox.guests.allocator import GuestAllocator
from eiginfra.providers.proxmox.guests.survey import GuestSurveys
from eiginfra.providers.proxmox.kinds.acl import AclKind
from eiginfra.providers.proxmox.kinds.backup import BackupKind
from eiginfra.providers.proxmox.kinds.container import ContainerKind
from eiginfra.providers.proxmox.kinds.firewall import FirewallKind
from eiginfra.providers.proxmox.kinds.group import ProxmoxGroupKind
from eiginfra.providers.proxmox.kinds.pool import PoolKind
from eiginfra.providers.proxmox.kinds.role import RoleKind
from eiginfra.providers.proxmox.kinds.user import ProxmoxUserKind
from eiginfra.providers.proxmox.kinds.vm import VmKind
from eiginfra.providers.proxmox.settings import ProxmoxSettings

__all__ = ["ProxmoxSettings", "doctor", "kinds"]


def kinds(settings: ProxmoxSettings | None, client: ProxmoxClient | None = None, *, meter: Meter | None = None) -> list[Kind[Any]]:
    """The kinds of this provider; without settings they can be read, but any request raises UsageError.

    client: use this one instead of a new one. meter: counts the requests of the new one.
    """
    client = client or ProxmoxClient(settings, meter=meter)
    machines = GuestSurveys(client)
    allocator = GuestAllocator(lambda: client.settings, lambda: machines.capacity)
    access = Access(client)
    return [
        RoleKind(access),
        ProxmoxUserKind(access),
        ProxmoxGroupKind(access),
        AclKind(access),
        PoolKind(client),
        ContainerKind(client, machines, allocator),
        VmKind(client, machines, allocator),
        FirewallKind(client, machines),
        BackupKind(client, machines),
    ]


def doctor(settings: ProxmoxSettings) -> list[Finding]:
    """Whether the site's Proxmox can be worked with: reachable, trusted, new enough, the token's rights, nodes, storages, bridge, clock."""
    return examine(ProxmoxClient(settings))
