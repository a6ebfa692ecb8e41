"""The machines that are looked into: those whose access is wanted, and those on record; how each is entered, or why it is not."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from pydantic import JsonValue, ValidationError

from eiginfra.core.address import Address
from eiginfra.core.reason import Reason, reason
from eiginfra.core.resource import Observed, Record, Scope
from eiginfra.providers.machine.client import Door, MachineClient
from eiginfra.providers.machine.host_keys import Trust, isolates, number_of
from eiginfra.providers.machine.spec import MachineAccessSpec


@dataclass(frozen=True)
class Visit:
    """A machine to look into. spec: the wanted one, or that of the record without anybody in it. machine: as it was observed.

    door: how it is entered; None: `closed` says why it is not. first_use: whether its first host key may be believed where none is known.
    own_line: by which a machine lets eiginfra in, as it is given to a new one.
    """

    address: Address
    spec: MachineAccessSpec
    wanted: bool
    team: str | None
    record: Record | None
    machine: Observed
    closed: Reason
    own_line: str
    door: Door | None = None
    first_use: bool = False

    def remaining(self, people: Iterable[str]) -> list[str]:
        """Those of the people who are not wanted here."""
        return sorted(set(people) - self.spec.wanted.keys())


_OFF = reason("machine-off")


def visits(kind: str, scope: Scope, client: MachineClient) -> list[Visit]:
    """Of machines that are there; what is not is made, or gone with all its keys."""
    records = {record.address: record for record in (*(r for r in scope.history if r.address.kind == kind), *scope.records)}
    own = {record.address for record in scope.records}
    wanted = {resource.address: resource for resource in scope.resources}
    found = []
    for address in sorted({*wanted, *(own - scope.everything.keys())}):
        record, resource = records.get(address), wanted.get(address)
        spec = resource.spec if resource is not None else _left(record)
        machine = scope.observed.get(spec.on) if isinstance(spec, MachineAccessSpec) else None
        if not isinstance(spec, MachineAccessSpec) or machine is None:
            continue
        team = resource.team if resource is not None else record.team if record is not None else None
        own_line = _own_line(scope, spec, client)
        found.append(_prepared(Visit(address, spec, resource is not None, team, record, machine, _OFF, own_line), scope, client))
    return found


def _left(record: Record | None) -> MachineAccessSpec | None:
    """The spec of an access that nobody wants any more: the same, with nobody in it."""
    if record is None:
        return None
    fields = {name: record.values[name] for name in ("machine", "logins", "isolated_by") if name in record.values}
    try:
        return MachineAccessSpec.model_validate({**fields, "keys": []})
    except ValidationError:
        return None


def _prepared(visit: Visit, scope: Scope, client: MachineClient) -> Visit:
    """With its door, or with why there is none. Asks nobody."""
    facts = visit.machine.facts
    if facts.get("status") != "running":
        return visit
    address, number = facts.get("address"), number_of(facts, {})
    if not isinstance(address, str) or not address[:1].isdigit():
        return _closed(visit, reason("machine-without-address"))
    spec = visit.spec.model_copy(update={"address": address, "id": number})
    visit = replace(visit, spec=spec)
    trust = Trust.of(visit.record.handle if visit.record is not None else {})
    if trust.id != number:
        trust = Trust(forgotten=trust.forgotten)  # another machine: its host keys are its own
    known = Trust(trust.host_keys or _told(facts.get("host_keys")))
    return replace(visit, door=known.door(spec), first_use=trust.forgotten or _first_use(visit, scope, client))


def _own_line(scope: Scope, spec: MachineAccessSpec, client: MachineClient) -> str:
    """The line among the keys that the machine is made with."""
    machine = scope.everything.get(spec.on)
    lines = machine.values.get("keys") if machine is not None else None
    given = (line for line in lines if isinstance(line, str) and client.own in line.split()) if isinstance(lines, list) else ()
    return next(iter(given), f"{client.public} eiginfra")


def _closed(visit: Visit, why: Reason) -> Visit:
    return replace(visit, closed=why)


def _told(keys: JsonValue) -> tuple[str, ...]:
    """Host keys that the machine's host tells."""
    return tuple(str(key) for key in keys) if isinstance(keys, list) else ()


def _first_use(visit: Visit, scope: Scope, client: MachineClient) -> bool:
    """Whether the first host key may be believed: of a machine that this journal made, and that nobody else can pass for."""
    made = scope.recorded.get(visit.spec.on)
    ours = made is not None and made.created and number_of(visit.machine.facts, {}) == made.handle.get("vmid")
    isolation = scope.observed.get(Address.parse(visit.spec.isolated_by)) if visit.spec.isolated_by else None
    return client.settings.first_use and ours and isolates(isolation)
