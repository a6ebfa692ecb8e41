"""Guests, and disks, that are neither made nor grown because a storage they need cannot be used now; nothing else waits for it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from eiginfra.core.address import Address
from eiginfra.core.change import label
from eiginfra.core.finding import Finding, warning
from eiginfra.core.reason import Reason, reason
from eiginfra.core.resource import Absence, Observed, Resource
from eiginfra.providers.proxmox.guests.config import size_of
from eiginfra.providers.proxmox.guests.placement import homes_of, outages_of
from eiginfra.providers.proxmox.guests.resources import Outages, ServerResources
from eiginfra.providers.proxmox.guests.spec import GuestSpec
from eiginfra.providers.proxmox.settings import ProxmoxSettings


def stranded(
    site: ProxmoxSettings, capacity: ServerResources | None, new: Sequence[Resource], backups: Outages
) -> tuple[Mapping[Address, Absence], Sequence[Finding]]:
    """Of the guests that are to be made those that cannot be, each with why; and what is said of the storages.

    backups: where the storage for backups cannot be read. Without it nobody knows which numbers have backups, and a new guest with such a
    number would inherit them.
    """
    absent: dict[Address, Absence] = {}
    needed: dict[tuple[str, str], str] = {}
    for resource in new:
        missing = dict(backups) or _missing(site, capacity, resource)
        if missing:
            node, storage = next(iter(sorted(missing)))
            absent[resource.address] = Absence(reason("storage-unusable", storage=storage, node=node))
            needed |= missing
    return absent, list(_told(needed))


def hindered(
    site: ProxmoxSettings, capacity: ServerResources | None, wanted: Iterable[Resource], standing: Mapping[Address, Observed]
) -> tuple[Mapping[Address, Mapping[str, Reason]], Sequence[Finding]]:
    """Disks and volumes of existing guests that cannot grow or be added now, by label; and the findings about the storages."""
    blocked: dict[Address, Mapping[str, Reason]] = {}
    needed: dict[tuple[str, str], str] = {}
    for resource in wanted:
        there, spec = standing.get(resource.address), resource.spec
        if there is None or not isinstance(spec, GuestSpec):
            continue
        at = (str(there.handle["node"]), site.disks)
        labels = _growing(there, spec) if capacity is not None and at in capacity.outages else []
        if capacity is not None and labels:
            blocked[there.address] = dict.fromkeys(labels, reason("storage-down", storage=site.disks, node=at[0]))
            needed[at] = capacity.outages[at]
    return blocked, list(_told(needed))


def _growing(there: Observed, spec: GuestSpec) -> list[str]:
    """The labels of what is to be larger than it is."""
    listed = there.values.get("mounts")
    mounts = [mount for mount in listed if isinstance(mount, dict)] if isinstance(listed, list) else []
    sizes = {label("mounts", str(mount["path"])): mount["size"] for mount in mounts}
    has = {"disk": there.values.get("disk"), **sizes}
    return [name for name, size in spec.volumes.items() if not isinstance(known := has.get(name), str) or size > size_of(known)]


def _missing(site: ProxmoxSettings, capacity: ServerResources | None, resource: Resource) -> dict[tuple[str, str], str]:
    """The outages that leave a guest no node; none if there is one where it can be made."""
    by_node = {node: outages_of(site, capacity, resource, node) for node in homes_of(site, capacity, resource)}
    if not all(by_node.values()):
        return {}
    return {(node, storage): why for node, outages in by_node.items() for storage, why in outages.items()}


def _told(outages: Outages) -> Iterator[Finding]:
    for (node, storage), why in sorted(outages.items()):
        yield warning("storage-unusable", storage=storage, node=node, why=why)
