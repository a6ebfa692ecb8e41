"""New guests that are kept back because a storage they need cannot be used now; nothing else waits for it."""

from collections.abc import Iterator, Mapping, Sequence

from eiginfra.core.address import Address
from eiginfra.core.finding import Finding, warning
from eiginfra.core.reason import reason
from eiginfra.core.resource import Absence, Resource
from eiginfra.providers.proxmox.guests.placement import homes_of, outages_of
from eiginfra.providers.proxmox.guests.resources import Outages, ServerResources
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


def _missing(site: ProxmoxSettings, capacity: ServerResources | None, resource: Resource) -> dict[tuple[str, str], str]:
    """The outages that leave a guest no node; none if there is one where it can be made."""
    by_node = {node: outages_of(site, capacity, resource, node) for node in homes_of(site, capacity, resource)}
    if not all(by_node.values()):
        return {}
    return {(node, storage): why for node, outages in by_node.items() for storage, why in outages.items()}


def _told(outages: Outages) -> Iterator[Finding]:
    for (node, storage), why in sorted(outages.items()):
        yield warning(
            "storage-unusable",
            f"storage {storage} cannot be used on node {node}: {why}; the new machines that need it are not made",
            remedy=f"see to the storage (pvesm status --storage {storage}), then make a new plan; all else is done meanwhile",
        )
