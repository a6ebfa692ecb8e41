"""Whether nodes and storages have the capacity for what a plan creates and enlarges, and the node of each new guest."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from eiginfra.core.address import Address
from eiginfra.core.finding import Finding, Severity, error, warning
from eiginfra.core.resource import Observed, Resource
from eiginfra.core.usage import Usage
from eiginfra.core.values import UNITS, ByteSize
from eiginfra.providers.proxmox.guests.resources import NodeCapacity, ServerResources, Store
from eiginfra.providers.proxmox.guests.spec import guest_spec

_FIELDS = {"node-memory": "memory", "node-cores": "cores", "storage-full": "disk", "storage-exhausted": "disk"}
"""By a finding's code, the field that asks for too much."""


@dataclass(frozen=True)
class Demand:
    """What one guest of the plan asks for on its node, and how much more than it has; bytes and cores.

    copies: the template whose disk it is a copy of, if it is to be made so; a linked clone takes at first no space.
    """

    resource: Resource
    node: str
    vmid: int | None
    memory: int
    cores: int
    disk: int
    more_memory: int
    more_cores: int
    more_disk: int
    copies: int | None = None
    linked: bool = False


def demands(
    resources: Iterable[Resource],
    observed: Mapping[Address, Observed],
    nodes: Mapping[Address, str],
    further: Mapping[Address, Usage] = MappingProxyType({}),
) -> list[Demand]:
    """What the plan asks for, guest by guest. further: what guests that are made will take beyond what their specs say."""
    found = []
    for resource in resources:
        spec, there = guest_spec(resource), observed.get(resource.address)
        usage = spec.usage + further.get(resource.address, Usage())
        memory, cores, disk = spec.memory, usage.cores, usage.disk
        has = (0, 0, 0) if there is None else (_main_memory(there), there.usage.cores, there.usage.disk - idle(there))
        more_memory, more_cores, more_disk = (max(0, wanted - had) for wanted, had in zip((memory, cores, disk), has, strict=True))
        vmid = there.handle.get("vmid") if there is not None else None
        linked = there is None and spec.linked
        copies = spec.template_guest if there is None and not linked else None
        number = vmid if isinstance(vmid, int) else None
        demand = Demand(resource, nodes[resource.address], number, memory, cores, disk, more_memory, more_cores, more_disk, copies, linked)
        found.append(demand)
    return found


def idle(there: Observed) -> ByteSize:
    """Of the disk that a guest takes, what it keeps without using it."""
    size = there.facts.get("detached")
    return ByteSize(size if isinstance(size, int) else 0)


def _main_memory(there: Observed) -> int:
    """Without swap, which usage counts as memory."""
    text = there.values.get("memory")
    return ByteSize.parse(text) if isinstance(text, str) else there.usage.memory


def check(capacity: ServerResources, wanted: Sequence[Demand], overcommit: int = 4) -> list[Finding]:
    """Errors, with the arithmetic, where what the plan makes or enlarges cannot fit; warnings where there is too much without it.

    overcommit: how many times a node's cores may be promised.
    """
    ours = {demand.vmid for demand in wanted}
    found: list[Finding] = []
    for name, node in sorted(capacity.nodes.items()):
        here = [demand for demand in wanted if demand.node == name]
        others = [guest for vmid, guest in capacity.guests.items() if guest.node == name and not guest.template and vmid not in ours]
        found += _memory(node, here, sum(guest.memory for guest in others))
        found += _cores(node, here, sum(guest.cores for guest in others), overcommit)
    found += [finding for demand in wanted for finding in _template(capacity, demand)]
    for stores in _together(capacity.stores.values()):
        names = {store.node for store in stores}
        found += _disks(stores[0], [demand for demand in wanted if demand.node in names])
    return found


def _memory(node: NodeCapacity, here: Sequence[Demand], others: int) -> Iterator[Finding]:
    asked = sum(demand.memory for demand in here)
    if node.memory is None or not here or others + asked <= node.memory:
        return
    found = error(
        "node-memory",
        node=node.name,
        has=amount(node.memory),
        others=amount(others),
        asked=amount(asked),
        excess=amount(others + asked - node.memory),
    )
    yield from _each(found, _last(here, lambda demand: demand.more_memory, others + asked - node.memory))


def _cores(node: NodeCapacity, here: Sequence[Demand], others: int, overcommit: int) -> Iterator[Finding]:
    if node.cores is None or not here:
        return
    asked, most = sum(demand.cores for demand in here), node.cores * overcommit
    if others + asked > most:
        found = error(
            "node-cores",
            node=node.name,
            has=node.cores,
            times=overcommit,
            most=most,
            others=others,
            asked=asked,
            excess=others + asked - most,
        )
        yield from _each(found, _last(here, lambda demand: demand.more_cores, others + asked - most))
    for demand in here:
        if demand.more_cores and demand.cores > node.cores and demand.resource.address.kind == "proxmox.vm":
            yield _about(error("vm-cores", cores=demand.cores, node=node.name, has=node.cores), demand.resource)


def _disks(store: Store, here: Sequence[Demand]) -> Iterator[Finding]:
    more = sum(demand.more_disk for demand in here)
    if not more:
        return
    if not store.thin:
        more -= sum(demand.more_disk for demand in here if demand.linked)
        if more > store.available:
            found = error(
                "storage-full",
                storage=store.name,
                node=store.node,
                free=amount(store.available),
                asked=amount(more),
                excess=amount(more - store.available),
            )
            yield from _each(found, _last(here, lambda demand: 0 if demand.linked else demand.more_disk, more - store.available))
        return
    # A clone writes at once what its template holds; how much a container's template holds, no server says.
    at_once = sum(store.used.get(demand.copies, 0) for demand in here if demand.copies is not None)
    if store.available <= at_once:
        free, total = amount(store.available), amount(store.total)
        found = error(
            "storage-exhausted", storage=store.name, node=store.node, free=free, total=total, cloning=at_once > 0, copied=amount(at_once)
        )
        yield from _each(found, [demand for demand in here if demand.more_disk])
    elif store.provisioned + more > store.total:
        yield warning(
            "storage-overprovisioned",
            storage=store.name,
            node=store.node,
            total=amount(store.total),
            used=amount(store.total - store.available),
            promised=amount(store.provisioned),
            asked=amount(more),
            excess=amount(store.provisioned + more - store.total),
        )


def _template(capacity: ServerResources, demand: Demand) -> Iterator[Finding]:
    """A container template that the node does not have; where the token sees none, the server will say."""
    image, here = guest_spec(demand.resource).template_volume, capacity.templates.get(demand.node, frozenset())
    if demand.vmid is None and image is not None and image not in here and _storage(image) in map(_storage, here):
        found = error("container-template-missing", image=image, node=demand.node, templates=sorted(here))
        yield _about(found, demand.resource)


def _last(here: Sequence[Demand], more: Callable[[Demand], int], surplus: int) -> list[Demand]:
    """The demands that are too much: of those that want more than there is, the last, until the others fit."""
    found = []
    for demand in reversed(here):
        if surplus > 0 and more(demand):
            found.append(demand)
            surplus -= more(demand)
    return found


def _each(found: Finding, concerned: Sequence[Demand]) -> Iterator[Finding]:
    """An error for each that is too much; a warning where there is too much without any."""
    if not concerned:
        yield found.model_copy(update={"severity": Severity.WARNING})
    for demand in concerned:
        yield _about(found, demand.resource)


def _storage(volume: str) -> str:
    return volume.partition(":")[0]


def _together(stores: Iterable[Store]) -> list[list[Store]]:
    """Each store by itself, a shared one once, with all its nodes."""
    groups: dict[tuple[str, str], list[Store]] = {}
    for store in stores:
        groups.setdefault((store.name, "" if store.shared else store.node), []).append(store)
    return list(groups.values())


def _about(found: Finding, resource: Resource) -> Finding:
    """A finding about a guest, at the line that says so."""
    where = resource.locate(_FIELDS.get(found.code, "image"))
    return found.model_copy(update={"address": str(resource.address), "team": resource.team, "location": where})


def amount(size: int) -> str:
    """A size for people: GiB with at most one decimal."""
    return f"{size / UNITS['GiB']:.1f}".removesuffix(".0") + "GiB"
