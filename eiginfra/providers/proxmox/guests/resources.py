"""What a Proxmox has for guests: nodes, the storage for disks on each, and what all guests, of anybody, are configured for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from eiginfra.core.errors import NotFoundError, PermanentError, PermissionDeniedError
from eiginfra.providers.proxmox.client import ProxmoxClient
from eiginfra.providers.proxmox.codec import flag, whole
from eiginfra.providers.proxmox.errors import BusyError, NodeSilentError

_DOWN = (PermanentError, BusyError, NodeSilentError)
"""What a storage that cannot be used is met by; a service that cannot be reached is another thing."""
_THICK = {"lvm", "iscsi", "iscsidirect", "zfs"}


Outages = Mapping[tuple[str, str], str]
"""Why a storage cannot be used on a node, by node and storage, in the server's words where it has any."""


@dataclass(frozen=True)
class NodeCapacity:
    """A node; memory in bytes. What a token without Sys.Audit on it may not know is None."""

    name: str
    online: bool = True
    memory: int | None = None
    cores: int | None = None
    silent: bool = False
    """Whether the cluster calls it online and it does not answer: it is then treated as offline."""


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
class GuestSize:
    """What a guest is configured for, running or not; memory in bytes."""

    node: str
    memory: int
    cores: int
    template: bool = False


@dataclass(frozen=True)
class ServerResources:
    """All of it: nodes, stores and templates by the node's name, guests by their number."""

    nodes: Mapping[str, NodeCapacity]
    stores: Mapping[str, Store]
    guests: Mapping[int, GuestSize]
    templates: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The container templates on the site's storage for them, by node; a node on which the token sees none is left out."""
    outages: Outages = field(default_factory=dict)


def nodes_of(rows: Iterable[Mapping[str, Any]]) -> dict[str, NodeCapacity]:
    """The nodes among the rows of `cluster/resources`."""
    return {
        str(row["node"]): NodeCapacity(str(row["node"]), row.get("status") == "online", row.get("maxmem"), row.get("maxcpu"))
        for row in rows
        if row.get("type") == "node"
    }


def read_templates(client: ProxmoxClient, nodes: Iterable[str]) -> tuple[dict[str, frozenset[str]], Outages]:
    """The container templates on each of the nodes, one request a node; and where their storage cannot be used."""
    found: dict[str, frozenset[str]] = {}
    outages: dict[tuple[str, str], str] = {}
    for node in nodes:
        try:
            found[node] = frozenset(str(row["volid"]) for row in client.templates(node))
        except PermissionDeniedError:
            continue
        except _DOWN as problem:
            outages[node, client.settings.templates] = str(problem)
    return {node: volumes for node, volumes in found.items() if volumes}, outages


def read_stores(client: ProxmoxClient, nodes: Iterable[str]) -> tuple[dict[str, Store], Outages]:
    """The storage for disks on each of the nodes, two requests a node; and where it cannot be used.

    One that the token may not look at is left out.
    """
    found: dict[str, Store] = {}
    outages: dict[tuple[str, str], str] = {}
    rows: dict[str, list[dict[str, Any]]] = {}
    for node in nodes:
        try:
            rows[node] = client.storages(node)
        except _DOWN as problem:
            outages[node, client.settings.disks] = str(problem)
    for node, listed in rows.items():
        if not listed and any(rows.values()):
            outages[node, client.settings.disks] = "it is not there"
        for row in listed:
            if not flag(row.get("active", 1)):
                outages[node, client.settings.disks] = "it is not active"
                continue
            try:
                found[node] = _store(node, row, client.volumes(node, client.settings.disks))
            except PermissionDeniedError:
                found[node] = _store(node, row, [])
            except _DOWN as problem:
                outages[node, client.settings.disks] = str(problem)
    return found, outages


def read_backups(client: ProxmoxClient, nodes: Iterable[str]) -> tuple[frozenset[int], Outages]:
    """The numbers of guests that have backups, one request a node; and where the storage for backups cannot be read."""
    found: set[int] = set()
    outages: dict[tuple[str, str], str] = {}
    for node in nodes:
        try:
            found |= {whole(row.get("vmid")) for row in client.backups(node)}
        except PermissionDeniedError:
            raise
        except NotFoundError:
            continue  # the storage is kept from this node
        except _DOWN as problem:
            outages[node, client.settings.backups] = str(problem)
    return frozenset(found - {0}), outages


def _store(node: str, row: Mapping[str, Any], volumes: Iterable[Mapping[str, Any]]) -> Store:
    used: dict[int, int] = {}
    provisioned = 0
    for volume in volumes:
        provisioned += whole(volume.get("size"))
        if vmid := whole(volume.get("vmid")):
            used[vmid] = used.get(vmid, 0) + whole(volume.get("used"))
    return Store(
        name=str(row["storage"]),
        node=node,
        total=whole(row.get("total")),
        available=whole(row.get("avail")),
        provisioned=provisioned,
        thin=row.get("type") not in _THICK,
        shared=flag(row.get("shared", 0)),
        used=used,
    )
