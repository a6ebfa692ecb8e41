"""What the kinds of published things share: the machine that they lead to, and its address."""

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import AfterValidator, Field, JsonValue

from eiginfra.core.address import Address
from eiginfra.core.change import FieldDiff
from eiginfra.core.finding import Finding, error, notice
from eiginfra.core.kind import Kind
from eiginfra.core.look import Look
from eiginfra.core.reason import reason
from eiginfra.core.resource import Absence, Observed, Presence, Resource, Scope
from eiginfra.core.spec import UNORDERED, Rules, Spec, rules
from eiginfra.core.values import canonical
from eiginfra.core.world import World
from eiginfra.providers.gateway.client import GatewayClient
from eiginfra.providers.gateway.published import Published
from eiginfra.providers.gateway.rules import OWNER, SOURCE, network

PORTS = 65535
Port = Annotated[int, Field(ge=1, le=PORTS)]


def owner_of(machine: JsonValue) -> JsonValue:
    """COHORT/TEAM/MACHINE, which the gateway keeps, of a machine's address; anything else as it is."""
    return str(machine).partition("[")[2].removesuffix("]") if isinstance(machine, str) and machine.endswith("]") else machine


Machine = Annotated[str, OWNER, Rules(normalise=owner_of, verbatim=True)]


def _network(text: str) -> str:
    """An address alone is the network of it."""
    found = network(text)
    return text if found is None else str(found)


Sources = Annotated[tuple[Annotated[str, AfterValidator(_network), SOURCE], ...], AfterValidator(lambda given: tuple(dict.fromkeys(given)))]
"""Networks from which people may come, each once."""


class PublishedSpec(Spec):
    """What is sent on to a port of a machine."""

    machine: Machine = Field(description="The machine it leads to, by its address: proxmox.container[COHORT/TEAM/MACHINE]")
    address: Annotated[str | None, Rules(assigned=True, derived=True)] = Field(default=None, description="The machine's IPv4 address")
    port: Port = Field(description="The port inside the machine")
    sources: Annotated[Sources, UNORDERED] = Field(
        default=(), max_length=100, description="Networks from which people may come; none: everybody"
    )
    settled: Annotated[bool | None, Rules(assigned=True)] = Field(
        default=None, description="Whether it was written to its end and is in force; what is not is written again"
    )

    @property
    def leads_to(self) -> Address:
        """The machine."""
        return Address.parse(self.machine)


P = TypeVar("P", bound=PublishedSpec)


class PublishedKind(Kind[P]):
    """A kind of what the gateway sends on to machines."""

    key_field: ClassVar[str]
    """What people write of its key."""

    @abstractmethod
    def gives(self, key: str, shown: Published) -> bool:
        """Whether the gateway's own configuration allows a key."""

    def __init__(self, client: GatewayClient) -> None:
        self.client = client

    def dependencies(self, spec: P) -> Iterable[Address]:
        """The machine."""
        return (spec.leads_to,)

    def check(self, spec: P, wanted: Mapping[Address, Resource]) -> Iterable[Finding]:
        """A machine that nobody asks for."""
        if spec.leads_to not in wanted:
            yield error("gateway-machine-unknown", machine=spec.machine, field="machine")

    def complete(self, resource: Resource, world: World) -> Mapping[str, object] | Absence:
        """What is not written is as the default says; the address is the machine's. Without one nothing is made, or sent elsewhere."""
        spec: Any = resource.spec
        machine = spec.leads_to
        fields = {name: getattr(spec, name) for name, rule in rules(self.spec).items() if rule.compared and not rule.assigned}
        address = None if _missing(machine, world) else world.address_of(machine)
        there = world.observed.get(resource.address)
        if address is None and there is None:
            return Absence(reason("to-be-made", what=[str(machine)]), Presence.WAITING)
        return {**fields, "address": address or (there and there.values.get("address")), "settled": True}

    def assess(self, resources: Sequence[Resource], world: World) -> Iterable[Finding]:
        """What the gateway's own configuration does not allow: its program would refuse it."""
        shown = world.facts(self.name)
        for resource in resources if isinstance(shown, Published) else ():
            address, key, place = resource.values.get("address"), resource.address.key, str(resource.address)
            if isinstance(address, str) and not shown.reaches(address):
                yield error("gateway-address-outside", ip=address, subnet=shown.subnet, address=place, field="machine")
            if not self.gives(key, shown):
                yield error("gateway-not-given", what=key, address=place, field=self.key_field)

    def left_over(self, keys: Mapping[str, str | None], scope: Scope) -> Iterable[Finding]:
        """What is the cohort's on the gateway, and neither inventory nor journal know. keys: with their owners."""
        known = {address.key for address in (*scope.everything, *scope.recorded) if address.kind == self.name}
        names = sorted(key for key, owner in keys.items() if key not in known and team_of(owner, scope.cohort) is not None)
        if names and scope.whole:
            yield notice("gateway-left-over", names=names)

    def published(self, scope: Scope) -> Published:
        """What the gateway shows in this look, asked for and read once for all kinds."""
        return scope.look.once(_published, (self.client, scope.look))

    def now(self) -> Published:
        """What the gateway shows now."""
        return Published(self.client.state())


def _published(asked: tuple[GatewayClient, Look]) -> Published:
    client, look = asked
    return Published(client.state(look))


def _missing(machine: Address, world: World) -> bool:
    """Whether a wanted machine is neither there nor made now."""
    closed = not world.creating and machine in world.wanted and machine not in world.observed
    return closed or machine in world.absent


def others(owner: str | None, address: Address, scope: Scope) -> bool:
    """Whether another cohort has it, of which this journal knows nothing: it is left alone."""
    cohort = (owner or "").partition("/")[0]
    return (
        not scope.foreign
        and cohort != scope.cohort
        and not any(record.address == address and record.cohort == cohort for record in scope.history)
    )


def machine_of(owner: str | None, scope: Scope, address: Address) -> str | None:
    """The machine's address of an owner as the inventory or the journal writes it; the owner where nobody knows which kind it is."""
    wanted = [resource.values.get("machine") for resource in scope.resources if resource.address == address]
    written = [*wanted, *(record.values.get("machine") for record in scope.records if record.address == address)]
    return next((text for text in written if isinstance(text, str) and owner_of(text) == owner), owner)


def to_write(spec: Spec, observed: Observed | None = None, diffs: Sequence[FieldDiff] = ()) -> dict[str, JsonValue]:
    """What is written, since the program takes a thing as a whole: what differs as it is wanted, all else as it is."""
    there = {} if observed is None else {name: value for name, value in observed.values.items() if value is not None}
    wanted = {name: canonical(getattr(spec, name)) for name in type(spec).model_fields}
    return {**wanted, **there, **{diff.field: diff.after for diff in diffs}}


def listed(value: JsonValue) -> list[str]:
    """A list of texts."""
    return [*map(str, value)] if isinstance(value, list) else []


def team_of(owner: str | None, cohort: str) -> str | None:
    """The cohort's team of an owner."""
    head, _, rest = (owner or "").partition("/")
    return rest.partition("/")[0] if head == cohort else None
