"""The kinds of things on a gateway, one file each; a file here is a kind, no list names it.

What lives here: specs, and the translation between their fields and the program's data. What may not: SSH (the connection's), comparing
(the engine's).
"""

from typing import Any

from eiginfra.core.kind import Kind
from eiginfra.providers.discovery import kinds_in
from eiginfra.providers.gateway.client import GatewayClient


def all_kinds(client: GatewayClient) -> list[Kind[Any]]:
    """Every kind, over one client."""
    return kinds_in(__name__, client)
