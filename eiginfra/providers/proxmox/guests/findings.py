"""The findings about guests."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from eiginfra.core.address import Address
from eiginfra.core.finding import Finding, error, notice, warning
from eiginfra.core.reason import reason
from eiginfra.core.resource import Absence, Observed, Resource, Scope
from eiginfra.providers.proxmox.client import GuestType
from eiginfra.providers.proxmox.guests.resources import NodeCapacity
from eiginfra.providers.proxmox.guests.spec import GuestSpec
from eiginfra.providers.proxmox.guests.survey import Listed, Reading

_WORDS: dict[GuestType, str] = {"lxc": "container", "qemu": "VM"}
Marks = Mapping[str, Sequence[Listed]]


@dataclass(frozen=True)
class Look:
    """What one kind of guest saw: all guests, those concerned (of the cohort, the range, or named), their markers, and its own objects."""

    type: GuestType
    name: str
    scope: Scope
    guests: Mapping[int, Listed]
    around: Sequence[Listed]
    readings: Mapping[int, Reading]
    marks: Marks
    objects: Sequence[Observed]
    nodes: Sequence[NodeCapacity] = ()


def of(look: Look) -> list[Finding]:
    """Everything that a look has to say."""
    return [
        finding
        for sort in (_offline, _moved, _unmarked, _duplicates, _wrong_type, _adoptions, _locked, _without_cores)
        for finding in sort(look)
    ]


def attributed(finding: Finding, resource: Resource) -> Finding:
    """With the address and the team of the resource that it is about."""
    return finding.model_copy(update={"address": str(resource.address), "team": resource.team})


def absent(look: Look) -> dict[Address, Absence]:
    """The wanted guests that may exist although they were not seen, with the reason: a node is offline, or the marker was removed."""
    unmarked = {
        resource.address: Absence(reason("guest-unmarked", what=_WORDS[guest.type], id=guest.vmid, node=guest.node))
        for resource, guest in _bare(look)
    }
    return _out_of_reach(look) | unmarked


def _out_of_reach(look: Look) -> dict[Address, Absence]:
    """Those the journal knows on a node that is offline; or all of a lost one's pool."""
    lost = {guest.vmid: guest for guest in look.guests.values() if not guest.reachable and guest.type == look.type}
    known = numbers_of(look.scope)
    strangers = {guest.pool: guest for vmid, guest in sorted(lost.items()) if vmid not in known.values() and guest.pool is not None}
    at = {Address(look.name, key): lost[vmid] for key, vmid in known.items() if vmid in lost}
    seen = {observed.address for observed in look.objects}
    found: dict[Address, Absence] = {}
    for resource in look.scope.resources:
        spec = resource.spec
        if not isinstance(spec, GuestSpec) or resource.address in seen:
            continue
        guest = at.get(resource.address) or lost.get(spec.id or 0) or strangers.get(spec.pool)
        template = look.guests.get(getattr(spec, "image", None) or 0)
        if guest is None and template is not None and not template.reachable:
            found[resource.address] = Absence(reason("template-offline", id=template.vmid, node=template.node))
        if guest is not None:
            certain = "it is" if resource.address in at or guest.vmid == spec.id else "it may be"
            why = reason("guest-offline", certain=certain, what=_WORDS[guest.type], id=guest.vmid, node=guest.node)
            found[resource.address] = Absence(why)
    return found


def numbers_of(scope: Scope) -> dict[str, int]:
    """The numbers by which the journal knows guests of the kind."""
    return {record.address.key: vmid for record in scope.records if isinstance(vmid := record.handle.get("vmid"), int)}


def by_mark(cohort: str, guests: Iterable[Listed], readings: Mapping[int, Reading], numbers: Mapping[str, int]) -> Marks:
    """The guests with a marker of the cohort, by marker; first the one of the number that the journal knows, then the lowest."""
    marks: dict[str, list[Listed]] = {}
    for guest in guests:
        mark = readings[guest.vmid].mark if guest.vmid in readings else None
        if mark and mark.startswith(f"{cohort}/"):
            marks.setdefault(mark, []).append(guest)
    return {mark: sorted(guests, key=lambda guest: (guest.vmid != numbers.get(mark), guest.vmid)) for mark, guests in marks.items()}


def numbers(kind: str, spec: GuestSpec, wanted: Mapping[Address, Resource], ids: tuple[int, int] | None) -> Iterator[Finding]:
    """A number that is outside the range, or given twice."""
    if spec.id is None:
        return
    address = Address(kind, spec.mark)
    if ids and not ids[0] <= spec.id <= ids[1]:
        yield error(
            "id-outside-range",
            f"the number {spec.id} is not in the site's range {ids[0]}-{ids[1]}",
            remedy="only guests of the range can be adopted",
            address=str(address),
            team=spec.team,
            field="id",
        )
    same = sorted(str(other) for other, resource in wanted.items() if other != address and getattr(resource.spec, "id", None) == spec.id)
    if same and str(address) < same[0]:
        second = wanted[Address.parse(same[0])].locate("id")
        yield error(
            "id-twice",
            f"the number {spec.id} is given to {address} and to {same[0]}",
            also=() if second is None else (second,),
            address=str(address),
            field="id",
        )


def _offline(look: Look) -> Iterator[Finding]:
    """Nodes that are offline, with the guests that nothing is known of."""
    lost: dict[str, list[int]] = {}
    for guest in look.guests.values():
        if not guest.reachable:
            lost.setdefault(guest.node, []).append(guest.vmid)
    for node in sorted((node for node in look.nodes if not node.online), key=lambda node: node.name):
        guests = ", ".join(map(str, sorted(lost.get(node.name, ())))) or "none"
        state = "does not answer" if node.silent else "is offline"
        yield warning(
            "node-offline",
            f"node {node.name} {state}: what is on it (guests {guests}) is unknown, not missing, and nothing is made in its place",
            remedy="see to the node, then make a new plan; what is wanted on the other nodes is done meanwhile",
        )


def _moved(look: Look) -> Iterator[Finding]:
    """Guests that somebody moved since they were last applied: they are left where they are."""
    nodes = {record.address: record.handle.get("node") for record in look.scope.records}
    for observed in look.objects:
        was, now = nodes.get(observed.address), observed.handle["node"]
        if was is not None and was != now:
            yield notice(
                "guest-moved",
                f"{_WORDS[look.type]} {observed.handle['vmid']} was moved from {was} to {now}; it is left there",
                address=str(observed.address),
                team=observed.team,
            )


def _bare(look: Look) -> Iterator[tuple[Resource, Listed]]:
    """Wanted guests whose number in the journal is that of a guest in their pool without a marker."""
    known = {record.address: record.handle.get("vmid") for record in look.scope.records}
    wanted, seen = {resource.address.key for resource in look.scope.resources}, {observed.address for observed in look.objects}
    for resource in look.scope.resources:
        vmid = known.get(resource.address)
        guest, reading = (look.guests.get(vmid), look.readings.get(vmid)) if isinstance(vmid, int) else (None, None)
        if guest is None or reading is None or resource.address in seen or resource.address.key in look.marks:
            continue
        if guest.type == look.type and guest.pool == getattr(resource.spec, "pool", None) and reading.mark not in wanted:
            yield resource, guest


def _unmarked(look: Look) -> Iterator[Finding]:
    """Guests whose marker somebody removed from the description: no second one is created."""
    for resource, guest in _bare(look):
        key = resource.address.key
        problem = f"{_WORDS[guest.type]} {guest.vmid} on {guest.node} was {key}, but its description no longer says so"
        remedy = f"write the line `eiginfra: {key}` into it again; or, if another is to be made, eiginfra forget '{resource.address}'"
        yield attributed(warning("mark-lost", problem, remedy=remedy), resource)


def _duplicates(look: Look) -> Iterator[Finding]:
    """Two guests with one marker; reported once, by the kind of the first. A clone made by hand takes the description with it."""
    for mark, guests in sorted(look.marks.items()):
        if len(guests) < 2 or guests[0].type != look.type:
            continue
        named = [f"{_WORDS[guest.type]} {guest.vmid} on {guest.node}" for guest in guests]
        if guests[0].vmid == numbers_of(look.scope).get(mark):
            yield warning(
                "mark-copied",
                f"{' and '.join(named[1:])} bears the mark {mark} of {named[0]}: a copy, which is left alone",
                remedy=f"take the line `eiginfra: {mark}` out of its description",
                address=f"{look.name}[{mark}]",
                team=mark.split("/")[1],
            )
        else:
            these = " and ".join(named)
            yield error(
                "mark-twice",
                f"{these} bear the same mark {mark}",
                remedy=f"take the line `eiginfra: {mark}` out of the description of the one that is not meant",
                address=f"{look.name}[{mark}]",
                team=mark.split("/")[1],
            )


def _wrong_type(look: Look) -> Iterator[Finding]:
    """A wanted marker that a guest of the other type has: no second guest is created."""
    for resource in look.scope.resources:
        key = resource.address.key
        if key in look.marks and look.marks[key][0].type != look.type:
            guest = look.marks[key][0]
            yield error(
                "mark-on-other-type",
                f"a {_WORDS[look.type]} is wanted, but {key} is {_WORDS[guest.type]} {guest.vmid} on {guest.node}",
                remedy="a guest cannot change its type: give the new one another name, or let the old one go first",
                address=f"{look.name}[{key}]",
                team=resource.team,
            )


def _adoptions(look: Look) -> Iterator[Finding]:
    """Guests named by `id:` that cannot be adopted."""
    for resource in look.scope.resources:
        spec = resource.spec
        if not isinstance(spec, GuestSpec) or spec.id is None or spec.mark in look.marks:
            continue
        guest = look.guests.get(spec.id)
        mark = look.readings[spec.id].mark if spec.id in look.readings else None
        if guest is None:
            problem = "there is no such guest"
        elif guest.template:
            problem = "it is a template"
        elif guest.type != look.type:
            problem = f"it is a {_WORDS[guest.type]}"
        elif mark:
            problem = f"it belongs to {mark}"
        else:
            continue
        yield error(
            "cannot-adopt",
            f"`id: {spec.id}` adopts a {_WORDS[look.type]} that exists, but {problem}",
            remedy="correct the number, or leave it out and a new one is made",
            address=f"{look.name}[{spec.mark}]",
            team=resource.team,
            field="id",
        )


def _locked(look: Look) -> Iterator[Finding]:
    """Guests that are being made, or whose making broke off; and locked ones."""
    for guest in look.around:
        if guest.type != look.type or guest.lock is None:
            continue
        if guest.making:
            yield warning(
                "guest-half-made",
                f"{_WORDS[look.type]} {guest.vmid} on {guest.node} is locked ({guest.lock}): it is being made, or its making broke off",
                remedy="its number counts as taken; if no task works on it any more, remove it by hand",
            )
        else:
            yield notice("guest-locked", f"{_WORDS[look.type]} {guest.vmid} on {guest.node} is locked ({guest.lock}): changes must wait")


def _without_cores(look: Look) -> Iterator[Finding]:
    """Containers of the cohort that may use every core of the node."""
    for observed in look.objects:
        if look.type == "lxc" and observed.team is not None and observed.values["cores"] is None:
            yield warning(
                "container-without-cores",
                f"container {observed.handle['vmid']} has no limit of cores: it may use all of its node, and counts as none",
                remedy="set its cores on the server, or adopt it with `id:`",
                address=str(observed.address),
                team=observed.team,
            )
