"""The kinds of things inside machines, one file each; a file here is a kind, no list names it."""

from typing import Any

from eiginfra.core.kind import Kind
from eiginfra.providers.discovery import kinds_in
from eiginfra.providers.machine.client import MachineClient


def all_kinds(client: MachineClient) -> list[Kind[Any]]:
    """Every kind, over one client."""
    return kinds_in(__name__, client)
