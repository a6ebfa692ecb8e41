"""`machine.access`: whose keys let them into a machine, as root and as the image's own user."""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from pydantic import JsonValue

from eiginfra.core.address import Address
from eiginfra.core.change import FieldDiff
from eiginfra.core.decommission import Decommission, Step, Trigger
from eiginfra.core.finding import Finding, error
from eiginfra.core.kind import Kind
from eiginfra.core.reason import Reason, reason
from eiginfra.core.resource import Absence, Observation, Observed, Presence, Resource, Scope
from eiginfra.core.world import World
from eiginfra.providers.machine import findings
from eiginfra.providers.machine.client import Entered, MachineClient, NotEnteredError
from eiginfra.providers.machine.host_keys import Trust, isolates, number_of
from eiginfra.providers.machine.opening import Opening, once_up, open_new
from eiginfra.providers.machine.people import KeysSeen, Owners, keys_seen, owners, people_of
from eiginfra.providers.machine.spec import MachineAccessSpec
from eiginfra.providers.machine.visits import Visit, visits
from eiginfra.providers.ssh_host_keys import HostKeyError

_AT_ONCE = 32


class MachineAccessKind(Kind[MachineAccessSpec]):
    """Found by the machine's marker. It looks into the machines that other kinds saw, each with one round trip."""

    name = "machine.access"
    spec = MachineAccessSpec
    title = "Who may enter a machine over SSH"
    looks_into = True
    host_keys = True
    decommission = Decommission((Step("empty", Trigger.APPLY, {"keys": []}),))

    def __init__(self, client: MachineClient, opening: Opening | None = None) -> None:
        self._client = client
        self._opening = opening or Opening()

    # What is known without a server.

    def key(self, spec: MachineAccessSpec) -> str:
        """The machine's marker."""
        return spec.mark

    def dependencies(self, spec: MachineAccessSpec) -> Iterable[Address]:
        """A machine that is still to be made, and what isolates it; nothing keeps keys from going where the machine is there."""
        if spec.new is False:
            return ()
        return (spec.on, *((Address.parse(spec.isolated_by),) if spec.first_use and spec.isolated_by else ()))

    def follows(self, spec: MachineAccessSpec) -> Iterable[Address]:
        """The machine, which may be started or get an address by the same plan, and what isolates it."""
        return (spec.on, *((Address.parse(spec.isolated_by),) if spec.isolated_by else ()))

    def check(self, spec: MachineAccessSpec, wanted: Mapping[Address, Resource]) -> Iterable[Finding]:
        """A machine that nobody asks for; a person with eiginfra's own key."""
        if spec.on not in wanted:
            yield error("access-without-machine", machine=spec.machine, field="machine")
        for person, keys in spec.wanted.items():
            if self._client.public in keys:
                yield error("key-is-own", person=person, field=f"keys[{person}]")

    # Looking.

    def observe(self, scope: Scope) -> Observation:
        """Every machine that is wanted or on record and runs, all at once; one that cannot be entered is told, and concerns nobody else."""
        known = owners(self.name, scope)
        found = visits(self.name, scope, self._client)
        if any(visit.door is not None for visit in found):
            self._client.reach_gateway()
        with ThreadPoolExecutor(max_workers=min(_AT_ONCE, max(1, len(found))), thread_name_prefix="machine") as pool:
            looks = list(pool.map(self._enter, found))
        objects, said, absent, remaining = list[Observed](), list[Finding](), dict[Address, Absence](), dict[Address, Sequence[str]]()
        for visit, look in zip(found, looks, strict=True):
            if isinstance(look, Entered):
                seen = keys_seen(look.answer, visit.spec.wanted, known, self._client.own, authoritative=visit.spec.authoritative)
                objects.append(self._observed(visit.spec, look, seen))
                said += [*findings.of_machine(visit, look.answer, seen), *findings.unanswered(visit, look.answer, scope)]
                continue
            absent[visit.address] = Absence(look, Presence.WAITING)
            said += findings.of_closed(visit, look)
            if left := visit.remaining(people_of(visit.record)):
                remaining[visit.address] = left
        wanted = {visit.address for visit in found if visit.wanted}
        return Observation(objects, said, {address: why for address, why in absent.items() if address in wanted}, remaining=remaining)

    def _enter(self, visit: Visit) -> Entered | Reason:
        """What a machine answers, or why it could not be asked."""
        if visit.door is None:
            return visit.closed
        door = visit.door
        try:
            if not door.host_keys and visit.spec.id is not None:
                door = replace(door, host_keys=self._client.host_keys(visit.spec.id))
            if not door.host_keys and not visit.first_use:
                return reason("machine-host-key-unknown")
            return self._client.read(door)
        except NotEnteredError as problem:
            return problem.why
        except HostKeyError as problem:
            return reason("machine-host-key-changed", known=list(problem.pinned), seen=problem.seen)

    def read(self, spec: MachineAccessSpec, handle: Mapping[str, JsonValue]) -> Observed | None:
        """The keys of one machine now, by the host keys that the handle knows; None where none is known yet. Raises as the client."""
        trust = Trust.of(handle)
        if not trust.host_keys or spec.address is None:
            return None
        return self._seen(spec, once_up(lambda: self._client.read(trust.door(spec)), self._opening), trust)

    def complete(self, resource: Resource, world: World) -> Mapping[str, object] | Absence:
        """The machine's address and number, whether it is made by this plan, and whether its first host key may be believed then."""
        spec: Any = resource.spec
        machine, there = spec.on, world.observed.get(spec.on)
        coming = machine in world.wanted and machine not in world.absent
        if there is None and not coming and resource.address not in world.observed:
            return Absence(reason("machine-not-made"), Presence.WAITING)
        wanted = world.completed.get(machine)
        if there is None and wanted is not None and wanted.values.get("state") == "stopped":
            return Absence(reason("machine-off"), Presence.WAITING)
        number = number_of({} if there is None else there.facts, {} if wanted is None else wanted.values)
        isolated = isolates(world.completed.get(Address.parse(spec.isolated_by)) if spec.isolated_by else None)
        return {"address": world.address_of(machine), "id": number, "new": there is None, "first_use": there is None and isolated}

    def _seen(self, spec: MachineAccessSpec, entered: Entered, trust: Trust) -> Observed:
        """What a machine answered, judged by the wanted keys and those whose owners the handle remembers."""
        known: Owners = trust.theirs
        seen = keys_seen(entered.answer, spec.wanted, known, self._client.own, authoritative=spec.authoritative)
        return self._observed(spec, entered, seen)

    def _observed(self, spec: MachineAccessSpec, entered: Entered, seen: KeysSeen) -> Observed:
        return Observed(
            Address(self.name, spec.mark),
            {
                "machine": spec.machine,
                "keys": [dict(entry) for entry in seen.entries],
                "address": spec.address,
            },
            handle={
                "host_keys": [*entered.host_keys],
                **({} if spec.id is None else {"id": spec.id}),
                **({"theirs": dict(sorted(seen.theirs.items()))} if seen.theirs else {}),
            },
            facts=findings.facts(entered),
        )

    # Changing.

    def create(self, spec: MachineAccessSpec) -> Observed:
        """Enter a machine that was just made, as soon as it lets us in, and write the keys.

        Raises NotEnteredError where it does not within the time for that: a later run finds the machine, and does it.
        """
        entered, trust = open_new(self._client, spec, self._opening, _lines(spec.wanted, ()))
        return self._seen(spec, entered, trust)

    def update(self, observed: Observed, spec: MachineAccessSpec, diffs: Sequence[FieldDiff]) -> Observed:
        """Write the named entries; every other line of the files stays as it is, byte for byte."""
        trust = Trust.of(observed.handle)
        there = {str(entry["person"]): entry for entry in _entries(observed)}
        stay = {person: keys for person, keys in spec.wanted.items() if person in there and _keys(there[person]) == [*keys]}
        entered = self._client.write(trust.door(spec), _lines(stay, [diff for diff in diffs if diff.field == "keys"]))
        return self._seen(spec, entered, trust)


def _lines(stay: Mapping[str, Iterable[str]], diffs: Iterable[FieldDiff]) -> list[str]:
    """The data of a writing call: the keys that are there or come, and those that go. stay: what nothing is to be done about."""
    come = {person: [*keys] for person, keys in stay.items()}
    gone: set[str] = set()
    for diff in diffs:
        come[diff.entry or ""] = _keys(diff.after)
        gone |= {_blob(key) for key in _keys(diff.before)}
    lines = [f"key {person} {key}" for person, keys in sorted(come.items()) for key in keys]
    return [*lines, *(f"remove {blob}" for blob in sorted(gone - {_blob(key) for keys in come.values() for key in keys}))]


def _entries(observed: Observed) -> list[dict[str, JsonValue]]:
    entries = observed.values.get("keys")
    return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []


def _keys(entry: JsonValue) -> list[str]:
    keys = entry.get("keys") if isinstance(entry, dict) else None
    return [str(key) for key in keys] if isinstance(keys, list) else []


def _blob(key: str) -> str:
    return key.split()[1]
