"""Which node a new guest goes to."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from eiginfra.core.address import Address
from eiginfra.core.resource import Observed, Resource
from eiginfra.providers.proxmox.guests.resources import ServerResources
from eiginfra.providers.proxmox.settings import ProxmoxSettings


def place(
    site: ProxmoxSettings,
    capacity: ServerResources | None,
    resources: Iterable[Resource],
    observed: Mapping[Address, Observed],
    others: Sequence[Observed],
) -> dict[Address, str]:
    """A node for every guest: the one it stands on; a new one goes where the least memory stays free of what it needs, if any has enough.

    A container is made where its template is. A clone, full or linked, stays on its template's node, unless the template's disk is on a
    shared storage. Of nodes whose memory is not known, the least loaded is taken.
    """
    load = Counter[str]()
    if capacity is not None:
        for claim in capacity.claims.values():
            load[claim.node] += 0 if claim.template else claim.memory
    else:
        for guest in [*observed.values(), *others]:
            load[str(guest.handle.get("node"))] += guest.usage.memory
    online = [name for name in site.nodes if capacity is None or name not in capacity.nodes or capacity.nodes[name].online] or list(
        site.nodes
    )
    sizes = {name: capacity.nodes[name].memory if capacity is not None and name in capacity.nodes else None for name in online}
    nodes: dict[Address, str] = {}
    for resource in resources:
        if (standing := observed.get(resource.address)) is not None:
            nodes[resource.address] = str(standing.handle["node"])
            continue
        memory = int(getattr(resource.spec, "memory", 0) or 0)

        def preference(name: str, memory: int = memory) -> tuple[bool, int, int]:
            size = sizes[name]
            free = -load[name] if size is None else size - load[name] - memory
            return size is None or free < 0, free if size is not None and free >= 0 else -free, site.nodes.index(name)

        node = min(_homes(capacity, resource, online), key=preference)
        load[node] += memory
        nodes[resource.address] = node
    return nodes


def _homes(capacity: ServerResources | None, resource: Resource, online: Sequence[str]) -> Sequence[str]:
    """The nodes that a new guest may be made on."""
    image = getattr(resource.spec, "image", None)
    if capacity is not None and isinstance(image, str):
        return [name for name in online if image in capacity.templates.get(name, (image,))] or online
    template = capacity.claims.get(image) if capacity is not None and isinstance(image, int) else None
    if template is None or capacity is None or template.node not in online:
        return online
    store = capacity.stores.get(template.node)
    return online if store is None or (store.shared and image in store.used) else [template.node]
