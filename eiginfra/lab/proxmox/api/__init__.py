"""The endpoints, one module a branch of the API tree; importing them fills the table of routes.

What lives here: parameters, permissions and answers. What may not: rules about guests, volumes or permissions themselves.
"""

from eiginfra.lab.proxmox.api import access, acl, backup, cluster, firewall, guests, nodes, pools, storages, users

__all__ = ["access", "acl", "backup", "cluster", "firewall", "guests", "nodes", "pools", "storages", "users"]
