"""How containers and VMs are found by their marker and read; nothing is changed here."""

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import ClassVar, TypeVar

from pydantic import JsonValue

from eiginfra.core.address import Address
from eiginfra.core.errors import NotFoundError
from eiginfra.core.finding import Finding
from eiginfra.core.reason import NEXT_START, RESTART, Reason, reason
from eiginfra.core.resource import Observation, Observed, Resource, Scope
from eiginfra.core.trace import Activity
from eiginfra.core.usage import Usage
from eiginfra.core.values import ByteSize
from eiginfra.core.world import World
from eiginfra.providers.proxmox.client import GuestType
from eiginfra.providers.proxmox.guests import audit, detached, findings, outage
from eiginfra.providers.proxmox.guests.allocator import GuestFacts
from eiginfra.providers.proxmox.guests.capacity import idle
from eiginfra.providers.proxmox.guests.config import Config, memory, shared_values
from eiginfra.providers.proxmox.guests.devices import device_number, hindrances
from eiginfra.providers.proxmox.guests.proof import number_of
from eiginfra.providers.proxmox.guests.spec import MIB, GuestSpec
from eiginfra.providers.proxmox.guests.survey import Listed, Reading, Survey
from eiginfra.providers.proxmox.kind import ProxmoxKind

G = TypeVar("G", bound=GuestSpec)


@dataclass(frozen=True)
class ObservedGuest(Observed):
    """A guest with its configuration as it was read: what a change starts from."""

    reading: Reading = field(default_factory=lambda: Reading({}, {}), repr=False)
    lock: str | None = None
    """What holds it: backup, snapshot, migrate …"""

    @property
    def node(self) -> str:
        """Its node."""
        return str(self.handle["node"])

    @property
    def vmid(self) -> int:
        """Its number."""
        return int(str(self.handle["vmid"]))


class GuestReader(ProxmoxKind[G]):
    """The reading half of a sort of guest; both sorts look at the server through the same `GuestSurveys`."""

    type: ClassVar[GuestType]
    name_key: ClassVar[str]
    default_cores: ClassVar[int | None] = None
    shell: ClassVar[str | None] = None
    """The node's command that runs another one as root inside, with the guest's number."""

    # What the two sorts do differently.

    @abstractmethod
    def own_values(self, config: Config) -> dict[str, JsonValue]:
        """The values of the fields that are read differently, under the spec's names; sizes as text."""

    @abstractmethod
    def disks(self, config: Config) -> dict[str, ByteSize]:
        """The size of every disk by its key in the configuration, the root disk first."""

    def made_of(self, config: Config) -> dict[str, JsonValue]:
        """What its configuration still tells of what it was made from: its operating system, as far as Proxmox names it."""
        return {"system": str(config["ostype"]) if config.get("ostype") else None}

    # What is known without a server.

    def key(self, spec: G) -> str:
        """The marker."""
        return spec.mark

    def dependencies(self, spec: G) -> Iterable[Address]:
        """The pool."""
        return (Address("proxmox.pool", spec.pool),)

    def usage(self, spec: G) -> Usage:
        """What its spec says."""
        return spec.usage

    def check(self, spec: G, wanted: Mapping[Address, Resource]) -> Iterable[Finding]:
        """A number outside the range, or given to two guests."""
        return findings.numbers(self.name, spec, wanted, self.api.client.settings.ids if self.api.client.known else None)

    # Looking.

    def observe(self, scope: Scope) -> Observation:
        """The cluster's list and two of each node for all guests together, and one request for each guest of interest."""
        survey = self.api.surveys.shared(scope.cohort, scope.look)
        site = self.api.client.settings
        numbers = findings.numbers_of(scope)
        named = {*(spec.id for spec in scope.specs()), *numbers.values()}
        around = [
            guest
            for guest in survey.guests.values()
            if not guest.template
            and (scope.foreign or guest.vmid in site or guest.vmid in named or (guest.pool or "").startswith(f"{scope.cohort}-"))
        ]
        readings = survey.read(guest.vmid for guest in around if not guest.making)
        proof = self.api.surveys.learn(scope)
        marks = findings.by_mark(scope.cohort, around, readings, proof)
        objects = self._objects(scope, survey, around, readings, marks)
        kept = {there.address: found for there in objects if (found := detached.of(there.reading, there.node, survey)).volumes}
        objects = [_counted(_kept(there, scope), kept.get(there.address)) for there in objects]
        nodes = tuple(survey.nodes.values())
        seen = findings.GuestsSeen(self.type, self.name, scope, survey.guests, around, readings, marks, objects, site, proof, nodes)
        standing = {there.address: there for there in objects}
        leaving = [findings.attributed(finding, item) for item, finding in detached.detaching(self.type, scope.resources, standing)]
        own = list(self.remarks(seen))  # they may find what cannot be read
        said = [*findings.of(seen), *detached.told(self.type, objects, kept), *leaving, *own]
        absent = findings.absent(seen)
        grows = any(self._grows(item, standing.get(item.address)) for item in scope.resources if item.address not in absent)
        new = [item for item in scope.resources if item.address not in standing and item.address not in absent]
        backups, outages = survey.backups() if new else (frozenset[int](), {})
        capacity = survey.measured() if grows else None
        stranded, told = outage.stranded(site, capacity, new, outages)
        hindered, more = outage.hindered(site, capacity, scope.resources, standing)
        objects = [replace(there, blocked={**there.blocked, **hindered.get(there.address, {})}) for there in objects]
        taken = frozenset(vmid for vmid in [*survey.guests, *backups] if vmid in site)
        return Observation(
            tuple(objects),
            tuple(dict.fromkeys((*said, *told, *more))),
            {**absent, **stranded},
            further={
                **{address: found.usage for address, found in kept.items()},
                **self.further(scope.cohort, [item for item in new if item.address not in stranded]),
            },
            facts=GuestFacts(taken, capacity),
        )

    def _objects(
        self, scope: Scope, survey: Survey, around: Sequence[Listed], readings: Mapping[int, Reading], marks: findings.Marks
    ) -> list[ObservedGuest]:
        """The guests by the address that they have: that of their marker, of the resource that names their number, or none."""
        given = {spec.id: spec for spec in scope.specs() if spec.id is not None}
        pools, objects = {f"{scope.cohort}-{team}": team for team in scope.teams}, []
        for guest in sorted(around, key=lambda guest: guest.vmid):
            reading = readings.get(guest.vmid)
            if guest.type != self.type or reading is None:
                continue
            mark, spec = reading.mark or "", given.get(guest.vmid)
            key, team, marked = f"#{guest.vmid}", pools.get(guest.pool or ""), False
            if mark in marks and marks[mark][0] == guest:
                key, team, marked = mark, mark.split("/")[1], True
            elif spec is not None and not mark and spec.mark not in marks:
                key, team = spec.mark, spec.team
            try:
                objects.append(self._observed(key, guest, reading, team, marked=marked))
            except (ValueError, TypeError, KeyError, ArithmeticError) as problem:
                survey.unreadable(guest.vmid, str(problem))
        return objects

    def complete(self, resource: Resource, world: World) -> Mapping[str, object]:
        """Number, node and address; and a start for what comes back from its days of grace, unless it is to be stopped."""
        fields = dict(world.once(self.api.allocator.allocate).get(resource.address, {}))
        there = world.observed.get(resource.address)
        returns = there is not None and there.values.get("remove_after") is not None and there.values.get("state") == "stopped"
        return {**fields, **({"state": "running"} if returns and resource.values.get("state") is None else {})}

    def assess(self, resources: Sequence[Resource], world: World) -> Iterable[Finding]:
        """Whether nodes and storages have the capacity that is asked for; reported once for all guests."""
        del resources
        return world.once(self.api.allocator.assess).get(self.name, ())

    def _grows(self, resource: Resource, there: Observed | None) -> bool:
        """Whether it is to be made, or to get more than it has."""
        wanted = self.usage(resource.spec)  # type: ignore[arg-type]  # observe is given this kind's resources
        has = there.usage - Usage(disk=idle(there)) if there is not None else Usage()
        return there is None or wanted.memory > has.memory or wanted.cores > has.cores or wanted.disk > has.disk

    def further(self, cohort: str, new: Iterable[Resource]) -> Mapping[Address, Usage]:
        """What guests that are to be made will take beyond what their specs say."""
        del cohort, new
        return {}

    def remarks(self, seen: findings.GuestsSeen) -> Iterable[Finding]:
        """What only this sort has to say of what it saw."""
        del seen
        return ()

    def _observed(self, key: str, guest: Listed, reading: Reading, team: str | None, *, marked: bool) -> ObservedGuest:
        if marked:
            self.api.surveys.note(str(reading.mark), guest)
        now, then = self._values(reading.running), self._values(reading.wanted)
        place: dict[str, JsonValue] = {
            "mark": reading.mark,
            "id": guest.vmid,
            "node": guest.node,
            "pool": guest.pool,
            "state": "running" if guest.running else "stopped",
        }
        address = then.get("address")
        return ObservedGuest(
            Address(self.name, key),
            place | then,
            {"node": guest.node, "vmid": guest.vmid},
            marked=marked,
            team=team,
            usage=self._usage(reading.wanted),
            blocked=hindrances(reading.wanted, guest.vmid, self.api.client.settings) | self._locked(guest),
            waiting={name: RESTART if guest.running else NEXT_START for name, value in then.items() if now.get(name) != value},
            facts={
                "vmid": guest.vmid,
                "node": guest.node,
                "status": str(place["state"]),
                "address": address.partition("/")[0] if isinstance(address, str) else None,
                "shell": self.shell and self.shell.format(guest.vmid),
                **self.made_of(reading.wanted),
            },
            reading=reading,
            lock=guest.lock,
        )

    def _locked(self, guest: Listed) -> dict[str, Reason]:
        """Why its configuration cannot be changed now; the pool that it is in is no part of it."""
        return (
            {} if guest.lock is None else dict.fromkeys(self.spec.model_fields.keys() - {"pool"}, reason("guest-locked", lock=guest.lock))
        )

    def _values(self, config: Config) -> dict[str, JsonValue]:
        disks = list(self.disks(config).values())
        return {
            "name": config.get(self.name_key),
            "cores": int(config["cores"]) if "cores" in config else self.default_cores,
            "disk": str(disks[0]) if disks else None,
            **shared_values(config, f"net{device_number(config, self.api.client.settings)}"),
            **self.own_values(config),
        }

    def _usage(self, config: Config) -> Usage:
        cores = int(config.get("cores", self.default_cores or 0)) * int(config.get("sockets", 1))
        amount = memory(config) + int(config.get("swap", 0)) * MIB
        return Usage(machines=1, cores=cores, memory=ByteSize(amount), disk=ByteSize(sum(self.disks(config).values())))

    def read(self, spec: G, handle: Mapping[str, JsonValue]) -> ObservedGuest | None:
        """The guest by its handle, wherever it was moved; without one, by its number if that has the marker, else by its marker."""
        vmid, node = handle.get("vmid", spec.id), handle.get("node", spec.node)
        if isinstance(vmid, int) and isinstance(node, str):
            guest = self.read_at(spec, node, vmid)
            if guest is not None and (handle or (guest.reading.mark == spec.mark and guest.values["pool"] == spec.pool)):
                return guest
        survey, site = self.api.surveys.fresh(spec.cohort), self.api.client.settings
        readings = survey.read(other for other in survey.guests if other == vmid or (not handle and other in site))
        for number, reading in sorted(readings.items()):
            listed = survey.guests[number]
            proven = reading.mark == spec.mark and self.api.surveys.proof(spec.cohort).agrees(spec.mark, number, listed.pool)
            if listed.type == self.type and (proven or (handle and number == vmid)):
                return self._observed(spec.mark, listed, reading, spec.team, marked=reading.mark == spec.mark)
        return None

    def read_at(self, spec: G, node: str, vmid: int, pool: str | None = None) -> ObservedGuest | None:
        """The guest of that number on that node, whatever it bears; two requests, a third for the pool where it is not known."""
        try:
            status = self.api.client.status(node, self.type, vmid)
            reading = Reading.of(self.api.client.pending(node, self.type, vmid))
        except NotFoundError:
            return None
        running, lock = status.get("status") == "running", status.get("lock")
        listed = Listed(vmid, self.type, node, str(status.get("name", "")), running, pool or self._pool(spec.pool, vmid), lock)
        return self._observed(spec.mark, listed, reading, spec.team, marked=reading.mark == spec.mark)

    def activity(self, handle: Mapping[str, JsonValue], seen: Mapping[str, JsonValue], since: datetime | None) -> Sequence[Activity]:
        """What the tasks of the guest's node tell; one request, one for each configuring task that may explain it, and the clock once."""
        return audit.explaining(self.api.client, str(handle["node"]), int(str(handle["vmid"])), seen, since)

    def _pool(self, wanted: str, vmid: int) -> str | None:
        """The pool a guest is in: most often the wanted one, whose members are a short list."""
        try:
            if any(member.get("vmid") == vmid for member in self.api.client.pool(wanted).get("members", ())):
                return wanted
        except NotFoundError:
            pass
        return next((row.get("pool") for row in self.api.client.resources() if row.get("vmid") == vmid), None)


def _counted(there: ObservedGuest, found: detached.Detached | None) -> ObservedGuest:
    """With what it keeps without using it."""
    return there if found is None else replace(there, usage=there.usage + found.usage, facts={**there.facts, **found.facts})


def _kept(there: ObservedGuest, scope: Scope) -> ObservedGuest:
    """A guest stays that no journal knows, or whose text has another last day than the journal: both its team can write; or is protected.

    A protection that the inventory did not ask for when it last spoke of the guest is taken off.
    """
    record = next((known for known in scope.records if known.address == there.address), None)
    if there.marked and (record is None or number_of(record) != there.vmid):
        return replace(there, keep=reason("not-on-record"))
    day, known = there.values.get("remove_after"), () if record is None else (record.values, record.attempted or {})
    if there.marked and day is not None and day not in [values.get("remove_after") for values in known]:
        return replace(there, keep=reason("day-not-on-record", day=day))
    unasked = record is not None and record.values.get("protection") is False
    return replace(there, keep=reason("protected-on-server")) if there.values.get("protection") and not unasked else there
