"""Which node a new guest goes to."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from eiginfra.core.address import Address
from eiginfra.core.resource import Observed, Resource
from eiginfra.providers.proxmox.guests.resources import ServerResources
from eiginfra.providers.proxmox.guests.spec import guest_spec
from eiginfra.providers.proxmox.settings import ProxmoxSettings


def place(
    site: ProxmoxSettings,
    capacity: ServerResources | None,
    resources: Iterable[Resource],
    observed: Mapping[Address, Observed],
) -> dict[Address, str]:
    """A node for every guest: its own; for a new one the node where the least memory stays free, among those with enough.

    A container is made where its template is. A clone, full or linked, stays on its template's node, unless the template's disk is on a
    shared storage. Of nodes whose memory is not known, the least loaded is taken.
    """
    load = Counter[str]()
    if capacity is not None:
        for size in capacity.guests.values():
            load[size.node] += 0 if size.template else size.memory
    else:
        for guest in observed.values():
            load[str(guest.handle.get("node"))] += guest.usage.memory
    sizes = {name: capacity.nodes[name].memory if capacity is not None and name in capacity.nodes else None for name in site.nodes}
    nodes: dict[Address, str] = {}
    for resource in resources:
        if (standing := observed.get(resource.address)) is not None:
            nodes[resource.address] = str(standing.handle["node"])
            continue
        memory = guest_spec(resource).memory

        def preference(name: str, memory: int = memory) -> tuple[bool, int, int]:
            size = sizes[name]
            free = -load[name] if size is None else size - load[name] - memory
            return size is None or free < 0, free if size is not None and free >= 0 else -free, site.nodes.index(name)

        homes = homes_of(site, capacity, resource)
        node = min([name for name in homes if not outages_of(site, capacity, resource, name)] or homes, key=preference)
        load[node] += memory
        nodes[resource.address] = node
    return nodes


def homes_of(site: ProxmoxSettings, capacity: ServerResources | None, resource: Resource) -> Sequence[str]:
    """The nodes that a new guest may be made on, if their storages can be used."""
    nodes = capacity.nodes if capacity is not None else {}
    online = [name for name in site.nodes if name not in nodes or nodes[name].online] or list(site.nodes)
    volume, number = guest_spec(resource).template_volume, guest_spec(resource).template_guest
    if capacity is not None and volume is not None:
        return [name for name in online if volume in capacity.templates.get(name, (volume,))] or online
    template = capacity.guests.get(number) if capacity is not None and number is not None else None
    if template is None or capacity is None or template.node not in online:
        return online
    store = capacity.stores.get(template.node)
    if (template.node, site.disks) in capacity.outages:
        return [template.node]
    return online if store is None or (store.shared and number in store.used) else [template.node]


def outages_of(site: ProxmoxSettings, capacity: ServerResources | None, resource: Resource, node: str) -> dict[str, str]:
    """Of the storages that a new guest needs on a node, those that cannot be used, each with why."""
    volume = guest_spec(resource).template_volume or ""
    needed = (site.disks, *([site.templates] if volume.partition(":")[0] == site.templates else []))
    outages = capacity.outages if capacity is not None else {}
    return {storage: outages[node, storage] for storage in needed if (node, storage) in outages}
