"""Proxmox VE's filters for templates: people as its users."""

from collections.abc import Mapping
from typing import Any, Final

from eiginfra.core.filters import Entry, Filter, people


def users(value: Any, realm: str) -> list[Entry]:
    """People as members of a group: their accounts in that realm, each once."""
    found: dict[str, Entry] = {}
    for person in people("proxmox_users", value):
        username = person.read("username")
        found.setdefault(username, Entry({"user": f"{username}@{realm}"}, person, {"user": "username"}))
    return list(found.values())


FILTERS: Final[Mapping[str, Filter]] = {"proxmox_users": users}
