"""The endpoints, one module a branch of the API tree; importing them fills the table of routes.

What lives here: parameters, permissions and answers. What may not: rules about guests, volumes or permissions themselves.
"""

from eiginfra.lab.proxmox.api import (
    access,
    acl,
    agent,
    backup,
    cluster,
    firewall,
    guests,
    ha,
    nodes,
    pools,
    storage_config,
    storages,
    tasks,
    uploads,
    users,
    vzdump,
)
from eiginfra.lab.proxmox.routing import ROUTES

__all__ = [
    "ROUTES", "access", "acl", "agent", "backup", "cluster", "firewall", "guests", "ha", "nodes", "pools", "storage_config", "storages",
    "tasks", "uploads", "users", "vzdump",
]  # fmt: skip
