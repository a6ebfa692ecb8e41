"""The findings about guests."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from eiginfra.core.address import Address
from eiginfra.core.finding import Finding, error, notice, warning
from eiginfra.core.reason import Reason, reason
from eiginfra.core.resource import Absence, Observed, Resource, Scope
from eiginfra.providers.proxmox.client import GuestType
from eiginfra.providers.proxmox.guests import devices
from eiginfra.providers.proxmox.guests.proof import Proof
from eiginfra.providers.proxmox.guests.resources import NodeCapacity
from eiginfra.providers.proxmox.guests.spec import GuestSpec, guest_spec
from eiginfra.providers.proxmox.guests.survey import Listed, Reading
from eiginfra.providers.proxmox.settings import ProxmoxSettings

Marks = Mapping[str, Sequence[Listed]]


@dataclass(frozen=True)
class GuestsSeen:
    """What one kind of guest saw: all guests, those concerned (of the cohort, the range, or named), their markers, and its own objects."""

    type: GuestType
    name: str
    scope: Scope
    guests: Mapping[int, Listed]
    around: Sequence[Listed]
    readings: Mapping[int, Reading]
    marks: Marks
    objects: Sequence[Observed]
    site: ProxmoxSettings
    proof: Proof
    nodes: Sequence[NodeCapacity] = ()


def of(seen: GuestsSeen) -> list[Finding]:
    """Everything that is to be said of them."""
    return [finding for sort in _SORTS for finding in sort(seen)]


def attributed(finding: Finding, resource: Resource) -> Finding:
    """With the address and the team of the resource that it is about."""
    return finding.model_copy(update={"address": str(resource.address), "team": resource.team})


def absent(seen: GuestsSeen) -> dict[Address, Absence]:
    """The wanted guests that may exist although they were not seen, with the reason: a node is offline, or the marker was removed."""
    unmarked = {
        resource.address: Absence(reason("guest-unmarked", type=guest.type, id=guest.vmid, node=guest.node))
        for resource, guest in _bare(seen)
    }
    return _claimed(seen) | _out_of_reach(seen) | unmarked


def _claimed(seen: GuestsSeen) -> dict[Address, Absence]:
    """Without a journal nobody knows whether a guest elsewhere with the marker of a wanted one is it: no second one is made."""
    if seen.proof.records:
        return {}
    wanted = {resource.address.key: resource.address for resource in seen.scope.resources}
    return {
        wanted[mark]: Absence(reason("marker-disagrees", type=guest.type, id=guest.vmid, node=guest.node))
        for mark, guest in _disagreeing(seen)
        if mark in wanted and mark not in seen.marks
    }


def _out_of_reach(seen: GuestsSeen) -> dict[Address, Absence]:
    """Those the journal knows on a node that is offline; or all of a lost one's pool, unless the journal says that it is another's."""
    lost = {guest.vmid: guest for guest in seen.guests.values() if not guest.reachable and guest.type == seen.type}
    known = numbers_of(seen.scope)
    unknown = {vmid: guest for vmid, guest in lost.items() if guest.problem is None or not seen.proof.records}
    strangers = {guest.pool: guest for vmid, guest in sorted(unknown.items()) if vmid not in known.values() and guest.pool is not None}
    at = {Address(seen.name, key): lost[vmid] for key, vmid in known.items() if vmid in lost}
    there = {observed.address for observed in seen.objects}
    found: dict[Address, Absence] = {}
    for resource in seen.scope.resources:
        spec = resource.spec
        if not isinstance(spec, GuestSpec) or resource.address in there:
            continue
        marked = next((guest for guest in seen.marks.get(spec.mark, ()) if guest.vmid in lost), None)
        guest = at.get(resource.address) or marked or lost.get(spec.id or 0) or strangers.get(spec.pool)
        template = seen.guests.get(spec.template_guest or 0)
        if guest is None and template is not None and not template.reachable:
            code = "template-unreadable" if template.problem else "template-offline"
            found[resource.address] = Absence(Reason(code=code, params={"id": template.vmid, "node": template.node}))
        if guest is not None:
            certain = resource.address in at or marked is not None or guest.vmid == spec.id
            code = "guest-unreadable" if lost[guest.vmid].problem else "guest-offline"
            why = Reason(code=code, params={"certain": certain, "type": guest.type, "id": guest.vmid, "node": guest.node})
            found[resource.address] = Absence(why)
    return found


def numbers_of(scope: Scope) -> dict[str, int]:
    """The numbers by which the journal knows guests of the kind."""
    return {record.address.key: vmid for record in scope.records if isinstance(vmid := record.handle.get("vmid"), int)}


def by_mark(cohort: str, guests: Iterable[Listed], readings: Mapping[int, Reading], proof: Proof) -> Marks:
    """The guests with a marker of the cohort that agrees with them; first the one of the number that the journal knows, then the lowest.

    None where that one exists and has lost its marker: another with it is not the one.
    """
    marks: dict[str, list[Listed]] = {}
    listed = {guest.vmid: guest for guest in guests}
    for guest in listed.values():
        mark = (readings[guest.vmid].mark if guest.vmid in readings else None) or ""
        if mark.startswith(f"{cohort}/") and proof.agrees(mark, guest.vmid, guest.pool):
            marks.setdefault(mark, []).append(guest)
    numbers = {mark: vmid for vmid, mark in proof.known.items() if vmid in listed and listed[vmid].pool == proof.pool(mark)}
    lost = {mark for mark in marks if mark in numbers and numbers[mark] not in [guest.vmid for guest in marks[mark]]}
    ordered = {mark: sorted(found, key=lambda guest: (guest.vmid != numbers.get(mark), guest.vmid)) for mark, found in marks.items()}
    return {mark: found for mark, found in ordered.items() if mark not in lost}


def _disagreeing(seen: GuestsSeen) -> Iterator[tuple[str, Listed]]:
    """Guests of the kind with a marker of the cohort that does not agree with what teams cannot write."""
    proven = {guest.vmid for guests in seen.marks.values() for guest in guests}
    for guest in sorted(seen.around, key=lambda guest: guest.vmid):
        mark = (seen.readings[guest.vmid].mark if guest.vmid in seen.readings else None) or ""
        if guest.type == seen.type and guest.vmid not in proven and mark.startswith(f"{seen.scope.cohort}/"):
            yield mark, guest


def _disagreements(seen: GuestsSeen) -> Iterator[Finding]:
    """What such a guest claims, and what is known of it; a copy of one that is known is told as such."""
    for mark, guest in _disagreeing(seen):
        team = next((team for team in seen.scope.teams if guest.pool == f"{seen.scope.cohort}-{team}"), None)
        if originals := seen.marks.get(mark):
            copy, original = (reason("guest", type=each.type, id=each.vmid, node=each.node) for each in (guest, originals[0]))
            address = f"{seen.name}[{mark}]"
            yield warning("mark-copied", copies=[copy], mark=mark, original=original, address=address, team=mark.split("/")[1])
            continue
        yield warning(
            "marker-disagrees",
            type=guest.type,
            id=guest.vmid,
            node=guest.node,
            mark=mark,
            pool=guest.pool,
            wanted=seen.proof.pool(mark),
            known=seen.proof.known.get(guest.vmid),
            team=team,
        )


def numbers(kind: str, spec: GuestSpec, wanted: Mapping[Address, Resource], ids: tuple[int, int] | None) -> Iterator[Finding]:
    """A number that is outside the range, or given twice."""
    if spec.id is None:
        return
    address = Address(kind, spec.mark)
    if ids and not ids[0] <= spec.id <= ids[1]:
        yield error("id-outside-range", id=spec.id, first=ids[0], last=ids[1], address=str(address), team=spec.team, field="id")
    twice = (other for other, resource in wanted.items() if isinstance(resource.spec, GuestSpec) and resource.spec.id == spec.id)
    same = sorted(str(other) for other in twice if other != address)
    if same and str(address) < same[0]:
        second = wanted[Address.parse(same[0])].locate("id")
        yield error("id-twice", id=spec.id, other=same[0], also=() if second is None else (second,), address=str(address), field="id")


def _offline(seen: GuestsSeen) -> Iterator[Finding]:
    """Nodes that are offline, with the guests that nothing is known of."""
    lost: dict[str, list[int]] = {}
    for guest in seen.guests.values():
        if not guest.reachable and guest.problem is None:
            lost.setdefault(guest.node, []).append(guest.vmid)
    for node in sorted((node for node in seen.nodes if not node.online), key=lambda node: node.name):
        guests = sorted(lost.get(node.name, ()))
        yield warning("node-silent" if node.silent else "node-offline", node=node.name, guests=guests)


def _unreadable(seen: GuestsSeen) -> Iterator[Finding]:
    """Guests whose configuration cannot be read, each told by its own kind."""
    for vmid, guest in sorted(seen.guests.items()):
        if guest.problem is not None and guest.type == seen.type:
            yield warning("guest-unreadable", type=guest.type, id=vmid, node=guest.node, why=guest.problem)


def _moved(seen: GuestsSeen) -> Iterator[Finding]:
    """Guests that somebody moved since they were last applied: they are left where they are."""
    nodes = {record.address: record.handle.get("node") for record in seen.scope.records}
    for observed in seen.objects:
        was, now = nodes.get(observed.address), observed.handle["node"]
        if was is not None and was != now:
            yield notice(
                "guest-moved",
                type=seen.type,
                id=observed.handle["vmid"],
                was=was,
                now=now,
                address=str(observed.address),
                team=observed.team,
            )


def _bare(seen: GuestsSeen) -> Iterator[tuple[Resource, Listed]]:
    """Wanted guests whose number in the journal is that of a guest in their pool without a marker."""
    known = {record.address: record.handle.get("vmid") for record in seen.scope.records}
    there = {observed.address for observed in seen.objects}
    proven = {guest.vmid for guests in seen.marks.values() for guest in guests}
    for resource in seen.scope.resources:
        vmid = known.get(resource.address)
        guest, reading = (seen.guests.get(vmid), seen.readings.get(vmid)) if isinstance(vmid, int) else (None, None)
        if guest is None or reading is None or resource.address in there or resource.address.key in seen.marks:
            continue
        if guest.type == seen.type and guest.pool == guest_spec(resource).pool and guest.vmid not in proven:
            yield resource, guest


def _unmarked(seen: GuestsSeen) -> Iterator[Finding]:
    """Guests whose marker somebody removed from the description: no second one is created."""
    for resource, guest in _bare(seen):
        key = resource.address.key
        yield attributed(
            warning("mark-lost", type=guest.type, id=guest.vmid, node=guest.node, key=key, address=str(resource.address)),
            resource,
        )


def _duplicates(seen: GuestsSeen) -> Iterator[Finding]:
    """Two guests with one marker; reported once, by the kind of the first. A clone made by hand takes the description with it."""
    for mark, guests in sorted(seen.marks.items()):
        if len(guests) < 2 or guests[0].type != seen.type:
            continue
        named = [reason("guest", type=guest.type, id=guest.vmid, node=guest.node) for guest in guests]
        if guests[0].vmid == numbers_of(seen.scope).get(mark):
            yield warning(
                "mark-copied",
                copies=named[1:],
                mark=mark,
                original=named[0],
                address=f"{seen.name}[{mark}]",
                team=mark.split("/")[1],
            )
        else:
            yield error("mark-twice", guests=named, mark=mark, address=f"{seen.name}[{mark}]", team=mark.split("/")[1])


def _wrong_type(seen: GuestsSeen) -> Iterator[Finding]:
    """A wanted marker that a guest of the other type has: no second guest is created."""
    for resource in seen.scope.resources:
        key = resource.address.key
        if key in seen.marks and seen.marks[key][0].type != seen.type:
            guest = seen.marks[key][0]
            yield error(
                "mark-on-other-type",
                wanted=seen.type,
                key=key,
                type=guest.type,
                id=guest.vmid,
                node=guest.node,
                address=f"{seen.name}[{key}]",
                team=resource.team,
            )


def _adoptions(seen: GuestsSeen) -> Iterator[Finding]:
    """Guests named by `id:` that cannot be adopted."""
    for resource in seen.scope.resources:
        spec = resource.spec
        if not isinstance(spec, GuestSpec) or spec.id is None or spec.mark in seen.marks:
            continue
        guest = seen.guests.get(spec.id)
        mark = seen.readings[spec.id].mark if spec.id in seen.readings else None
        if guest is None:
            problem = reason("guest-absent")
        elif guest.template:
            problem = reason("guest-template")
        elif guest.type != seen.type:
            problem = reason("guest-type", type=guest.type)
        elif mark:
            problem = reason("guest-owned", mark=mark)
        else:
            continue
        yield error(
            "cannot-adopt",
            id=spec.id,
            type=seen.type,
            problem=problem,
            address=f"{seen.name}[{spec.mark}]",
            team=resource.team,
            field="id",
        )


def _locked(seen: GuestsSeen) -> Iterator[Finding]:
    """Guests that are being made, or whose making broke off; and locked ones."""
    for guest in seen.around:
        if guest.type != seen.type or guest.lock is None:
            continue
        if guest.making:
            yield warning("guest-half-made", type=seen.type, id=guest.vmid, node=guest.node, lock=guest.lock)
        else:
            yield notice("guest-locked", type=seen.type, id=guest.vmid, node=guest.node, lock=guest.lock)


def _without_cores(seen: GuestsSeen) -> Iterator[Finding]:
    """Containers of the cohort that may use every core of the node."""
    for observed in seen.objects:
        if seen.type == "lxc" and observed.team is not None and observed.values["cores"] is None:
            yield warning("container-without-cores", id=observed.handle["vmid"], address=str(observed.address), team=observed.team)


def _other_devices(seen: GuestsSeen) -> Iterator[Finding]:
    """Wanted guests with network devices that are nobody's business here; and a gateway that changes with an address."""
    wanted = {resource.address: resource for resource in seen.scope.resources}
    for observed in seen.objects:
        resource, vmid = wanted.get(observed.address), int(str(observed.handle["vmid"]))
        config = seen.readings[vmid].wanted
        if resource is not None and (others := devices.others(config, seen.site)):
            yield attributed(notice("guest-other-devices", type=seen.type, id=vmid, devices=others), resource)
        if resource is not None and (was := devices.replaced_gateway(config, vmid, seen.site)):
            yield attributed(notice("gateway-replaced", type=seen.type, id=vmid, was=was, now=str(seen.site.gateway)), resource)


_SORTS = (
    _offline,
    _unreadable,
    _moved,
    _unmarked,
    _duplicates,
    _disagreements,
    _wrong_type,
    _adoptions,
    _locked,
    _without_cores,
    _other_devices,
)
