"""Reading the values and facts of observed objects, which are JSON."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from pydantic import JsonValue

from eiginfra.inventory.model import MachineType

GUESTS: Final[Mapping[str, MachineType]] = {"proxmox.container": "container", "proxmox.vm": "vm"}
"""Which sort of machine the objects of a kind are."""


def blob(key: str) -> str:
    """What identifies a public key: its Base64."""
    return key.split()[1] if len(key.split()) > 1 else key


def listed(values: Mapping[str, JsonValue], name: str) -> list[JsonValue]:
    """A list of an object's values; empty where there is none."""
    value = values.get(name)
    return value if isinstance(value, list) else []


def text(values: Mapping[str, JsonValue], name: str) -> str:
    """A text of an object's values; empty where there is none."""
    value = values.get(name)
    return value if isinstance(value, str) else ""


def last_day(entry: Mapping[str, JsonValue]) -> date | None:
    """The last day of access: GitLab ends it at the beginning of the day named."""
    expires = text(entry, "expires")
    return date.fromisoformat(expires) - timedelta(days=1) if expires else None
