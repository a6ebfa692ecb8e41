"""`gateway.features`: features of a container that Proxmox VE keeps for root, where the gateway is the node that the container is on."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Annotated

from pydantic import Field, JsonValue

from eiginfra.core.address import Address
from eiginfra.core.change import FieldDiff
from eiginfra.core.decommission import Decommission, Step, Trigger
from eiginfra.core.finding import TASK, Finding, error
from eiginfra.core.kind import Kind
from eiginfra.core.reason import NEXT_START, RESTART, reason
from eiginfra.core.resource import Absence, Observation, Observed, Presence, Resource, Scope
from eiginfra.core.spec import IMMUTABLE, Rules, Spec
from eiginfra.core.world import World
from eiginfra.providers.gateway import rules
from eiginfra.providers.gateway.answer import GatewayReading, GuestFeatures
from eiginfra.providers.gateway.client import RESTART_SECONDS, GatewayClient, yes


class GatewayFeaturesSpec(Spec):
    """What is closed to every token of Proxmox VE, even root's. It is written instead of the container's own `features`."""

    machine: Annotated[str, IMMUTABLE, rules.OWNER] = Field(description="The container, by its resource's address")
    keyctl: bool = Field(description="Allow the keyctl() system call, as Docker needs it in an unprivileged container")
    id: Annotated[int | None, Rules(create_only=True, assigned=True)] = Field(default=None, description="The container's number; assigned")


class GatewayFeaturesKind(Kind[GatewayFeaturesSpec]):
    """Found by its container, whose marker is looked at by who observes containers: exists as long as that does."""

    name = "gateway.features"
    spec = GatewayFeaturesSpec
    title = "Features of a container that only root may switch on, on the node that the gateway is"
    looks_into = True
    decommission = Decommission((Step("disable", Trigger.APPLY, {"keyctl": False}),))

    def __init__(self, client: GatewayClient) -> None:
        self.client = client

    def key(self, spec: GatewayFeaturesSpec) -> str:
        """The container's address."""
        return spec.machine

    def dependencies(self, spec: GatewayFeaturesSpec) -> list[Address]:
        """The container."""
        return [Address.parse(spec.machine)]

    def check(self, spec: GatewayFeaturesSpec, wanted: Mapping[Address, Resource]) -> Iterator[Finding]:
        """That the gateway is a node, and that nobody else says what features the container has."""
        address, machine = str(Address(self.name, self.key(spec))), wanted.get(Address.parse(spec.machine))
        if self.client.known and self.client.settings.via is None:
            yield error("gateway-features-without-node", address=address, field=TASK)
        if machine is None:
            return
        if "features" not in type(machine.spec).model_fields:
            yield error("gateway-features-no-container", machine=spec.machine, address=address, field=TASK)
        elif machine.values.get("features"):
            place = machine.locate("features")
            also = () if place is None else (place,)
            yield error("gateway-features-twice", machine=spec.machine, also=also, address=address, field=TASK)

    def observe(self, scope: Scope) -> Observation:
        """Out of the one look at the gateway, of the containers that were seen."""
        state = self.client.state(scope.look)
        names = {resource.address.key for resource in scope.resources} | {record.address.key for record in scope.records}
        seen = {name: there for name in sorted(names) if (there := scope.observed.get(Address.parse(name))) is not None}
        guests = {name: guest for name, there in seen.items() if (guest := _guest(state, there.values.get("id"))) is not None}
        objects = [
            _observed(name, guest, running=seen[name].values.get("state") == "running", team=seen[name].team)
            for name, guest in guests.items()
        ]
        return Observation(objects, facts=state.guests is not None)

    def read(self, spec: GatewayFeaturesSpec, handle: Mapping[str, JsonValue]) -> Observed | None:
        """The container of that number, if the node has one."""
        guest = _guest(self.client.state(), handle.get("id", spec.id))
        return None if guest is None else _observed(self.key(spec), guest, running=True)

    def complete(self, resource: Resource, world: World) -> Mapping[str, object] | Absence:
        """The container's number; or what is waited for."""
        there = world.observed.get(resource.address)
        if there is not None:
            return {"id": there.handle["id"]}
        machine = Address.parse(resource.address.key)
        if world.facts(self.name) is False:
            return Absence(reason("gateway-no-node"), Presence.WAITING)
        if machine in world.observed:
            return Absence(reason("gateway-other-node"), Presence.WAITING)
        made = None if machine in world.absent else world.completed.get(machine)
        number = None if made is None else made.values.get("id")
        return Absence(reason("gateway-container-missing"), Presence.WAITING) if number is None else {"id": number}

    def create(self, spec: GatewayFeaturesSpec) -> Observed | None:
        """Of a container that was made a moment ago: nobody uses it yet, so it is restarted at once."""
        self._set(spec)
        there = self.read(spec, {})
        return self.restart(spec, there) if there is not None and there.waiting else there

    def update(self, observed: Observed, spec: GatewayFeaturesSpec, diffs: Sequence[FieldDiff]) -> Observed | None:
        """It is in force after a restart."""
        del diffs
        self._set(spec.model_copy(update={"id": observed.handle["id"]}))
        return self.read(spec, observed.handle)

    def restarts(self, observed: Observed, diffs: Sequence[FieldDiff]) -> Collection[str]:
        """What waits, or is changed, of a container that runs."""
        if not observed.facts.get("running"):
            return ()
        return {name for name, what in observed.waiting.items() if what == RESTART} | {diff.field for diff in diffs}

    def restart(self, spec: GatewayFeaturesSpec, observed: Observed) -> Observed | None:
        """Restart the container, unless nothing waits any more."""
        there = self.read(spec, observed.handle)
        if there is not None and there.waiting:
            self.client.write(
                "restart", [("id", there.handle["id"])], f"restart the container {there.handle['id']}", seconds=RESTART_SECONDS
            )
        return self.read(spec, observed.handle)

    def _set(self, spec: GatewayFeaturesSpec) -> None:
        self.client.write("features", [("id", spec.id), ("keyctl", yes(spec.keyctl))], f"set the features of container {spec.id}")


def _guest(state: GatewayReading, number: JsonValue) -> GuestFeatures | None:
    return state.guests.get(number) if state.guests is not None and isinstance(number, int) else None


def _observed(machine: str, guest: GuestFeatures, *, running: bool, team: str | None = None) -> Observed:
    """running: whether the container runs, so that what waits needs a restart."""
    now, then = (features.get("keyctl") == "1" for features in (guest.now, guest.next))
    values: dict[str, JsonValue] = {"machine": machine, "keyctl": then}
    waiting = {"keyctl": RESTART if running else NEXT_START} if now is not then else {}
    address = Address(GatewayFeaturesKind.name, machine)
    return Observed(address, values, {"id": guest.id}, team=team, waiting=waiting, facts={"running": running})
