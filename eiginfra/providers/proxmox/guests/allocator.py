"""Numbers, nodes and addresses for guests: what people do not write, known before anything is made."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from eiginfra.core.address import Address
from eiginfra.core.errors import InputError
from eiginfra.core.finding import Finding, error
from eiginfra.core.resource import Observed, Record, Resource
from eiginfra.providers.proxmox.guests.capacity import check, demands
from eiginfra.providers.proxmox.guests.placement import place
from eiginfra.providers.proxmox.guests.resources import ServerResources
from eiginfra.providers.proxmox.settings import ProxmoxSettings


class GuestAllocator:
    """Shared by the kinds of guests, which draw from one range.

    A new guest gets the number after the highest ever seen (guests of anybody, the journal's history, backup volumes), at the end of the
    range the lowest without a trace: a number used again would inherit backups, addresses and known hosts. Its node is the one with the
    best fit of memory (see capacity.py); its address the network's plus its number. Guests that exist keep number and node.
    """

    def __init__(self, settings: Callable[[], ProxmoxSettings], capacity: Callable[[], ServerResources | None] = lambda: None) -> None:
        """capacity: what was measured when the guests were looked at; None if the plan makes and enlarges nothing."""
        self._settings = settings
        self._capacity = capacity

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
        nodes = place(site, self._capacity(), resources, observed, others)
        return {
            address: {
                "id": vmid,
                "node": nodes[address],
                "address": site.address(_standing(address, observed) or vmid),
                "remove_after": None,
            }
            for address, vmid in numbers.items()
            if vmid is not None
        }

    def check(self, resources: Sequence[Resource], observed: Mapping[Address, Observed]) -> list[Finding]:
        """Whether nodes and storages have room for what is asked for."""
        capacity = self._capacity()
        nodes = {resource.address: str(getattr(resource.spec, "node", None)) for resource in resources}
        return [] if capacity is None else check(capacity, demands(resources, observed, nodes), self._settings().overcommit)

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
    return _standing(resource.address, observed)


def _standing(address: Address, observed: Mapping[Address, Observed]) -> int | None:
    """The number of the guest that stands, whatever the inventory writes: its address goes by that."""
    guest = observed.get(address)
    return None if guest is None else _number(guest.handle)


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
        location=first_without.locate(),
    )
