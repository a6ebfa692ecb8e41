"""What a Proxmox has for guests: nodes, the storage for disks on each, and what all guests, of anybody, are configured for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from eiginfra.core.errors import PermissionDeniedError
from eiginfra.providers.proxmox.client import ProxmoxClient

_THICK = {"lvm", "iscsi", "iscsidirect", "zfs"}


@dataclass(frozen=True)
class NodeCapacity:
    """A node; memory in bytes. What a token without Sys.Audit on it may not know is None."""

    name: str
    online: bool = True
    memory: int | None = None
    cores: int | None = None


@dataclass(frozen=True)
class Store:
    """The storage for disks as one node has it; bytes.

    provisioned: what all its volumes would take if they were full, those of templates and of others among them, as far as they are seen.
    thin: whether a volume takes only what was written to it. used: what each guest's or template's volumes take now, by its number.
    """

    name: str
    node: str
    total: int
    available: int
    provisioned: int = 0
    thin: bool = True
    shared: bool = False
    used: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Claim:
    """What a guest is configured for, running or not; memory in bytes."""

    node: str
    memory: int
    cores: int
    template: bool = False


@dataclass(frozen=True)
class ServerResources:
    """All of it: nodes, stores and templates by the node's name, claims by the guest's number."""

    nodes: Mapping[str, NodeCapacity]
    stores: Mapping[str, Store]
    claims: Mapping[int, Claim]
    templates: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The container templates on the site's storage for them, by node; a node on which the token sees none is left out."""


def nodes_of(rows: Iterable[Mapping[str, Any]]) -> dict[str, NodeCapacity]:
    """The nodes among the rows of `cluster/resources`."""
    return {
        str(row["node"]): NodeCapacity(str(row["node"]), row.get("status") == "online", row.get("maxmem"), row.get("maxcpu"))
        for row in rows
        if row.get("type") == "node"
    }


def read_templates(client: ProxmoxClient, nodes: Iterable[str]) -> dict[str, frozenset[str]]:
    """The container templates on each of the nodes, one request a node."""
    found: dict[str, frozenset[str]] = {}
    for node in nodes:
        try:
            found[node] = frozenset(str(row["volid"]) for row in client.templates(node))
        except PermissionDeniedError:
            continue
    return {node: volumes for node, volumes in found.items() if volumes}


def read_stores(client: ProxmoxClient, nodes: Iterable[str]) -> dict[str, Store]:
    """The storage for disks on each of the nodes, two requests a node; one that the token may not look at is left out."""
    found: dict[str, Store] = {}
    for node in nodes:
        for row in client.storages(node):
            try:
                volumes = client.volumes(node)
            except PermissionDeniedError:
                volumes = []
            used: dict[int, int] = {}
            for volume in volumes:
                if volume.get("vmid"):
                    used[int(volume["vmid"])] = used.get(int(volume["vmid"]), 0) + int(volume.get("used") or 0)
            found[node] = Store(
                name=str(row["storage"]),
                node=node,
                total=int(row.get("total", 0)),
                available=int(row.get("avail", 0)),
                provisioned=sum(int(volume.get("size", 0)) for volume in volumes),
                thin=row.get("type") not in _THICK,
                shared=str(row.get("shared", 0)) == "1",
                used=used,
            )
    return found
