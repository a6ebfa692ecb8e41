"""The kinds of things on a Proxmox VE, one file each; a file here is a kind, no list names it.

What lives here: specs, and the translation between their fields and Proxmox's. What may not: HTTP (the client's), comparing (the engine's).
"""

from typing import Any

from eiginfra.core.kind import Kind
from eiginfra.providers.discovery import kinds_in
from eiginfra.providers.proxmox.api import ProxmoxApi
from eiginfra.providers.proxmox.client import ProxmoxClient


def all_kinds(client: ProxmoxClient) -> list[Kind[Any]]:
    """Every kind, over one client."""
    return kinds_in(__name__, ProxmoxApi(client))
