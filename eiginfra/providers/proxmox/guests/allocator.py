"""Numbers, nodes and addresses for guests: what people do not write, known before anything is made."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eiginfra.core.address import Address
from eiginfra.core.errors import InputError
from eiginfra.core.finding import Finding, error
from eiginfra.core.resource import Observed, Record, Resource
from eiginfra.core.world import World
from eiginfra.providers.proxmox.guests.capacity import check, demands
from eiginfra.providers.proxmox.guests.placement import place
from eiginfra.providers.proxmox.guests.proof import KINDS
from eiginfra.providers.proxmox.guests.resources import ServerResources
from eiginfra.providers.proxmox.guests.spec import guest_spec
from eiginfra.providers.proxmox.settings import ProxmoxSettings


@dataclass(frozen=True)
class GuestFacts:
    """What was read for the allocation: numbers in use by anybody, backups too; the capacity, if something is made or enlarged."""

    taken: frozenset[int] = frozenset()
    capacity: ServerResources | None = None


class GuestAllocator:
    """Shared by the kinds of guests.

    A new guest gets the number after the highest ever seen (guests of anybody, the journal's history, backup volumes, what other cohorts
    write), at the end of the range the lowest without a trace: a number used again would inherit backups, addresses and known hosts. Its
    node is the one with the best fit of memory (see placement.py); its address the network's plus its number. Guests that exist keep
    number and node.
    """

    def __init__(self, settings: Callable[[], ProxmoxSettings]) -> None:
        self._settings = settings

    def allocate(self, world: World) -> Mapping[Address, Mapping[str, object]]:
        """id, node and address by resource; the same whatever the order of the resources. Raises InputError when the range is used up."""
        site = self._settings()
        resources = sorted(world.of(*KINDS), key=lambda resource: resource.address.key)
        guests = {address: there for address, there in world.observed.items() if address.kind in KINDS}
        numbers = {resource.address: _written(resource, guests) for resource in resources}
        traces = {
            *(vmid for facts in _facts(world) for vmid in facts.taken),
            *(vmid for guest in guests.values() if (vmid := _number(guest.handle)) is not None),
            *(vmid for record in world.history if (vmid := _recorded(record)) is not None),
            *(vmid for vmid in numbers.values() if vmid is not None),
            *(
                vmid
                for address, claims in world.claims.items()
                if address.kind in KINDS and (vmid := _number(claims[0].values)) is not None
            ),
        }
        free = self._free(site, {vmid for vmid in traces if vmid in site})
        new = [resource for resource in resources if numbers[resource.address] is None]
        if len(new) > len(free):
            raise InputError([_used_up(site, traces, new)])
        numbers |= {resource.address: vmid for resource, vmid in zip(new, free, strict=False)}
        nodes = place(site, _capacity(world), resources, guests)
        return {
            address: {
                "id": vmid,
                "node": nodes[address],
                "address": site.address(_standing(address, guests) or vmid),
                "remove_after": None,
            }
            for address, vmid in numbers.items()
            if vmid is not None
        }

    def assess(self, world: World) -> Mapping[str, Sequence[Finding]]:
        """Whether nodes and storages have the capacity that is asked for; under the first kind of guests that is wanted."""
        capacity = _capacity(world)
        resources = [world.completed[item.address] for item in world.of(*KINDS) if world.creating or item.address in world.observed]
        if capacity is None or not resources:
            return {}
        nodes = {resource.address: str(guest_spec(resource).node) for resource in resources}
        further = {address: usage for seen in world.observations.values() for address, usage in seen.further.items()}
        found = check(capacity, demands(resources, world.observed, nodes, further), self._settings().overcommit)
        return {resources[0].address.kind: found}

    @staticmethod
    def _free(site: ProxmoxSettings, traces: set[int]) -> list[int]:
        first, last = site.ids
        highest = max(traces, default=first - 1)
        return [*range(highest + 1, last + 1), *(vmid for vmid in range(first, highest) if vmid not in traces)]


def _facts(world: World) -> list[GuestFacts]:
    return [facts for kind in KINDS if isinstance(facts := world.facts(kind), GuestFacts)]


def _capacity(world: World) -> ServerResources | None:
    return next((facts.capacity for facts in _facts(world) if facts.capacity is not None), None)


def _number(values: Mapping[str, Any]) -> int | None:
    """The number in a guest's handle (`vmid`) or in its spec's values (`id`)."""
    vmid = values.get("vmid", values.get("id"))
    return vmid if isinstance(vmid, int) else None


def _claimed(world: World) -> Iterator[int]:
    """The numbers that other cohorts write, or have."""
    guests = (claim for address, claims in world.claims.items() if address.kind in KINDS for claim in claims)
    return (vmid for claim in guests if (vmid := _number(claim.values)) is not None)


def _recorded(record: Record) -> int | None:
    """The number in a record of the journal, which knows other things with an `id` too."""
    return _number(record.handle) if record.address.provider == "proxmox" else None


def _written(resource: Resource, observed: Mapping[Address, Observed]) -> int | None:
    """The number given by the inventory, else that of the existing guest."""
    given = _number(resource.values)
    if given is not None:
        return given
    return _standing(resource.address, observed)


def _standing(address: Address, observed: Mapping[Address, Observed]) -> int | None:
    """The number of the existing guest, whatever the inventory says: its address follows from it."""
    guest = observed.get(address)
    return None if guest is None else _number(guest.handle)


def _used_up(site: ProxmoxSettings, traces: set[int], new: Sequence[Resource]) -> Finding:
    first, last = site.ids
    used = sum(vmid in site for vmid in traces)
    first_without = new[last - first + 1 - used]
    return error(
        "ids-used-up",
        first=first,
        last=last,
        size=last - first + 1,
        used=used,
        asked=len(new),
        address=str(first_without.address),
        team=first_without.team,
        location=first_without.locate(),
    )
