"""Numbers, nodes and addresses for guests: what people do not write, known before anything is made."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from eiginfra.core.address import Address
from eiginfra.core.errors import InputError
from eiginfra.core.finding import Finding, error
from eiginfra.core.resource import Observed, Record, Resource
from eiginfra.providers.proxmox.settings import ProxmoxSettings


class GuestAllocator:
    """Shared by the kinds of guests, which draw from one range.

    A new guest gets the number after the highest ever seen (guests of anybody, the journal's history, backup volumes), at the end of the
    range the lowest without a trace: a number used again would inherit backups, addresses and known hosts. Its node is the one with the
    least configured memory of guests; its address the network's plus its number. Guests that exist keep number and node.
    """

    def __init__(self, settings: Callable[[], ProxmoxSettings]) -> None:
        self._settings = settings

    def allocate(
        self,
        resources: Sequence[Resource],
        observed: Mapping[Address, Observed],
        others: Sequence[Observed],
        taken: frozenset[int],
        records: Sequence[Record],
    ) -> Mapping[Address, Mapping[str, Any]]:
        """id, node and address by resource; the same whatever the order of the resources. Raises InputError when the range is used up."""
        site = self._settings()
        resources = sorted(resources, key=lambda resource: resource.address.key)
        numbers = {resource.address: _written(resource, observed) for resource in resources}
        traces = {
            *taken,
            *(vmid for thing in [*observed.values(), *others] if (vmid := _number(thing.handle)) is not None),
            *(vmid for record in records if (vmid := _recorded(record)) is not None),
            *(vmid for vmid in numbers.values() if vmid is not None),
        }
        free = self._free(site, {vmid for vmid in traces if vmid in site})
        new = [resource for resource in resources if numbers[resource.address] is None]
        if len(new) > len(free):
            raise InputError([_used_up(site, traces, new)])
        numbers |= {resource.address: vmid for resource, vmid in zip(new, free, strict=False)}
        nodes = _nodes(site, resources, observed, others)
        return {
            address: {"id": vmid, "node": nodes[address], "address": site.address(vmid)}
            for address, vmid in numbers.items()
            if vmid is not None
        }

    @staticmethod
    def _free(site: ProxmoxSettings, traces: set[int]) -> list[int]:
        first, last = site.ids
        highest = max(traces, default=first - 1)
        return [*range(highest + 1, last + 1), *(vmid for vmid in range(first, highest) if vmid not in traces)]


def _number(values: Mapping[str, Any]) -> int | None:
    """The number in a guest's handle (`vmid`) or in its spec's values (`id`)."""
    vmid = values.get("vmid", values.get("id"))
    return vmid if isinstance(vmid, int) else None


def _recorded(record: Record) -> int | None:
    """The number in a record of the journal, which knows other things with an `id` too."""
    return _number(record.handle) if record.address.provider == "proxmox" else None


def _written(resource: Resource, observed: Mapping[Address, Observed]) -> int | None:
    """The number given by the inventory, else that of the guest that stands."""
    given = _number(resource.values)
    if given is not None:
        return given
    guest = observed.get(resource.address)
    return None if guest is None else _number(guest.handle)


def _nodes(
    site: ProxmoxSettings, resources: Iterable[Resource], observed: Mapping[Address, Observed], others: Sequence[Observed]
) -> dict[Address, str]:
    load = Counter[str](dict.fromkeys(site.nodes, 0))
    for guest in [*observed.values(), *others]:
        load[str(guest.handle.get("node"))] += guest.usage.memory
    nodes: dict[Address, str] = {}
    for resource in resources:
        if (standing := observed.get(resource.address)) is not None:
            nodes[resource.address] = str(standing.handle["node"])
            continue
        node = min(site.nodes, key=lambda name: (load[name], site.nodes.index(name)))
        load[node] += int(getattr(resource.spec, "memory", 0) or 0)
        nodes[resource.address] = node
    return nodes


def _used_up(site: ProxmoxSettings, traces: set[int], new: Sequence[Resource]) -> Finding:
    first, last = site.ids
    used = sum(vmid in site for vmid in traces)
    first_without = new[last - first + 1 - used]
    return error(
        "ids-used-up",
        f"the range {first}-{last} has {last - first + 1} numbers; {used} are or were in use, {len(new)} new machines want one each",
        remedy="widen network.ids in the site file, or remove old backups (their numbers are not used again)",
        address=str(first_without.address),
        team=first_without.team,
        location=first_without.origin,
    )
