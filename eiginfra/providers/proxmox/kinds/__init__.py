"""The kinds of things on a Proxmox VE, one file each.

What lives here: specs, and the translation between their fields and Proxmox's. What may not: HTTP (the client's), comparing (the engine's).
"""

from typing import Any

from eiginfra.core.kind import Kind
from eiginfra.providers.proxmox.access import Access
from eiginfra.providers.proxmox.client import ProxmoxClient
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


def all_kinds(client: ProxmoxClient) -> list[Kind[Any]]:
    """Every kind, over one client."""
    machines = GuestSurveys(client)
    allocator = GuestAllocator(lambda: client.settings)
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
