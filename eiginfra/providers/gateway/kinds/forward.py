"""`gateway.forward`: a public port of the gateway, sent by nftables to a port of a machine."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Literal

from pydantic import Field, JsonValue

from eiginfra.core.address import Address
from eiginfra.core.change import FieldDiff
from eiginfra.core.decommission import Decommission, Step, Trigger
from eiginfra.core.errors import AlreadyExistsError, StaleError
from eiginfra.core.finding import Finding, error, warning
from eiginfra.core.reason import reason
from eiginfra.core.resource import Absence, Observation, Observed, Presence, Resource, Scope
from eiginfra.core.spec import CREATE_ONLY, IMMUTABLE, Rules
from eiginfra.core.world import World
from eiginfra.providers.gateway.client import Line, yes
from eiginfra.providers.gateway.nft import SavedForward
from eiginfra.providers.gateway.published import Published
from eiginfra.providers.gateway.publishing import (
    Port,
    PublishedKind,
    PublishedSpec,
    listed,
    machine_of,
    others,
    owner_of,
    team_of,
    to_write,
)

_SSH = 22


class ForwardSpec(PublishedSpec):
    """What of a public port goes to a machine."""

    public: Annotated[Port, IMMUTABLE] = Field(description="The gateway's port, in the site's range; the key, with the protocol")
    protocol: Annotated[Literal["tcp", "udp"], IMMUTABLE] = Field(default="tcp", description="tcp or udp")
    access: Annotated[str | None, CREATE_ONLY] = Field(
        default=None, description="The address of the machine.access of the machine: while people who left have keys there, SSH is closed"
    )
    closed: Annotated[bool | None, Rules(assigned=True, harm=(True, "port-closed"))] = Field(
        default=None, description="Whether nothing is sent on, although the port is kept"
    )

    @property
    def entrance(self) -> Address | None:
        """Who may enter the machine, where the port leads to its SSH server."""
        return Address.parse(self.access) if self.access is not None and self.port == _SSH else None


class ForwardKind(PublishedKind[ForwardSpec]):
    """Public ports, each a rule of one table; found by port and protocol."""

    name = "gateway.forward"
    spec = ForwardSpec
    title = "A public port that nftables on the gateway sends to a machine"
    key_field = "public"
    decommission = Decommission((Step("delete", Trigger.PRUNE),))

    def key(self, spec: ForwardSpec) -> str:
        """`10222/tcp`."""
        return f"{spec.public}/{spec.protocol}"

    def gives(self, key: str, shown: Published) -> bool:
        """By its range and its reserved ports."""
        return shown.gives_port(key.partition("/")[0])

    def follows(self, spec: ForwardSpec) -> Iterable[Address]:
        """Keys are taken away before a port is opened."""
        return () if spec.entrance is None else (spec.entrance,)

    def check(self, spec: ForwardSpec, wanted: Mapping[Address, Resource]) -> Iterator[Finding]:
        """Ports that are not the site's to give."""
        yield from super().check(spec, wanted)
        if spec.sources and not any(":" not in source for source in spec.sources):
            yield error("forward-without-ipv4", field="sources")
        if not self.client.known:
            return
        site = self.client.settings
        first, last = site.ports
        if not first <= spec.public <= last:
            yield error("port-out-of-range", port=spec.public, ports=f"{first}-{last}", field="public")
        elif spec.public in site.reserved_ports:
            yield error("port-never-given", port=spec.public, field="public")
        elif (spec.public, spec.protocol) == (site.port, "tcp"):
            yield error("reserved-port", port=spec.public, owner="ssh", field="public")

    def complete(self, resource: Resource, world: World) -> Mapping[str, object] | Absence:
        """Closed while people who left still have keys on the machine; as it is while nobody looks at the machine."""
        fields, spec = super().complete(resource, world), resource.spec
        if isinstance(fields, Absence) or not isinstance(spec, ForwardSpec):
            return fields
        if spec.entrance is not None and spec.entrance not in world.wanted:
            there = world.observed.get(resource.address)
            return {**fields, "closed": there is not None and there.values.get("closed") is True}
        return {**fields, "closed": bool(spec.entrance and world.remaining(spec.entrance))}

    def assess(self, resources: Sequence[Resource], world: World) -> Iterator[Finding]:
        """Ports that are closed, and for whom."""
        yield from super().assess(resources, world)
        for resource in resources:
            spec = resource.spec
            if isinstance(spec, ForwardSpec) and spec.closed and spec.entrance is not None:
                people = sorted(world.remaining(spec.entrance))
                place = str(resource.address)
                yield warning(
                    "gateway-port-closed", port=spec.public, machine=str(spec.leads_to), people=people, address=place, field="public"
                )

    # Looking.

    def observe(self, scope: Scope) -> Observation:
        """What is saved and loaded; ports that the server itself needs, and what keeps the table from being changed."""
        shown = self.published(scope)
        named = {resource.address.key: resource for resource in scope.resources}
        objects: list[Observed] = []
        absent: dict[Address, Absence] = {}
        findings: list[Finding] = []
        everybodys = shown.forwards.saved.keys() if scope.foreign else set()
        for key in sorted(named.keys() | {record.address.key for record in scope.records} | everybodys):
            address, saved = Address(self.name, key), shown.forwards.saved.get(key)
            if saved is not None and others(saved.owner, address, scope):
                absent[address] = Absence(reason("gateway-other-owner", owner=saved.owner), Presence.WAITING)
                findings.append(warning("gateway-other-owner", name=key, owner=saved.owner, address=str(address), field="public"))
            elif saved is not None:
                objects.append(self._observed(saved, shown, scope))
            elif shown.forwards.mentions(key):
                absent[address] = Absence(reason("odd-answer"))
            elif key in shown.listening:
                absent[address] = Absence(reason("gateway-port-listening"), Presence.WAITING)
            elif shown.no_nft is not None:
                absent[address] = Absence(shown.no_nft)
            if key in shown.listening and key in named:
                findings.append(warning("gateway-port-listening", port=key, address=str(address), field="public"))
        if named:
            findings += _trouble(shown, objects)
        findings += self.left_over({key: saved.owner for key, saved in shown.forwards.saved.items()}, scope)
        return Observation(objects, findings, absent, facts=shown)

    def read(self, spec: ForwardSpec, handle: Mapping[str, JsonValue]) -> Observed | None:  # noqa: ARG002 - port and protocol are all there is
        """The port as it is now."""
        shown, key = self.now(), self.key(spec)
        saved = shown.forwards.saved.get(key)
        return None if saved is None else self._observed(saved, shown, Scope("", (), [Resource(Address(self.name, key), spec)]))

    def _observed(self, saved: SavedForward, shown: Published, scope: Scope) -> Observed:
        address = Address(self.name, saved.key)
        values: dict[str, JsonValue] = {
            "public": saved.public,
            "protocol": saved.protocol,
            "machine": machine_of(saved.owner, scope, address),
            "address": saved.address,
            "port": saved.port,
            "sources": [*saved.sources],
            "closed": saved.closed,
            "settled": not (shown.pending("forward", saved.key) or saved.key in shown.forwards.unloaded),
        }
        why = shown.no_nft or (reason("gateway-port-listening") if saved.key in shown.listening else None)
        # A port may always be closed.
        kept = [name for name in self.spec.model_fields if shown.no_nft is not None or saved.closed or name != "closed"]
        return Observed(
            address,
            values,
            {"public": saved.public, "protocol": saved.protocol},
            team=team_of(saved.owner, scope.cohort),
            blocked={} if why is None else dict.fromkeys(kept, why),
            keep=shown.no_nft,
        )

    # Changing.

    def create(self, spec: ForwardSpec) -> None:
        """Save and load it. Raises AlreadyExistsError when somebody was faster."""
        if self.key(spec) in self.now().forwards.saved:
            raise AlreadyExistsError(f"gateway: the port {self.key(spec)} is given already")
        self._write(to_write(spec), f"open the port {self.key(spec)}")

    def update(self, observed: Observed, spec: ForwardSpec, diffs: Sequence[FieldDiff]) -> None:
        """Save it again; the whole table is loaded with it."""
        self._write(to_write(spec, observed, diffs), f"change the port {self.key(spec)}")

    def _write(self, values: Mapping[str, JsonValue], what: str) -> None:
        lines: list[Line] = [
            ("public", values["public"]),
            ("protocol", values["protocol"]),
            ("address", values["address"]),
            ("port", values["port"]),
            ("owner", owner_of(values["machine"])),
            ("closed", yes(values["closed"])),
            *(("source", source) for source in listed(values["sources"])),
        ]
        self.client.write("forward", lines, what)

    def delete(self, observed: Observed) -> None:
        """Take it off. Raises StaleError when it leads to another machine by now."""
        key = observed.address.key
        public, _, protocol = key.partition("/")
        saved = self.now().forwards.saved.get(key)
        if saved is not None and saved.owner != owner_of(observed.values.get("machine")):
            raise StaleError(f"the port {key} belongs to {saved.owner} by now: make a new plan")
        self.client.write("forward-remove", [("public", public), ("protocol", protocol)], f"close the port {key}")


def _trouble(shown: Published, objects: Sequence[Observed]) -> Iterator[Finding]:
    """What is wrong with the table as a whole, and what of it is not in force."""
    if (why := shown.no_nft) is not None:
        yield warning("gateway-no-nft", iptables=why.params["iptables"])
    found = shown.forwards
    if found.unread:
        yield warning("gateway-forwards-unread", lines=[*found.unread])
    if found.strange:
        yield warning("gateway-table-by-hand", lines=[*found.strange])
    for there in objects:
        if (why_not := found.unloaded.get(there.address.key)) is not None:
            yield warning("gateway-port-unloaded", port=there.address.key, why=why_not, address=str(there.address), team=there.team)
