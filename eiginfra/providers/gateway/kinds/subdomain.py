"""`gateway.subdomain`: a sub-domain of the gateway's domain, sent by nginx to a port of a machine."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated

from pydantic import AfterValidator, Field, JsonValue

from eiginfra.core.address import Address
from eiginfra.core.change import FieldDiff
from eiginfra.core.decommission import Decommission, Step, Trigger
from eiginfra.core.errors import AlreadyExistsError, StaleError
from eiginfra.core.finding import Finding, error, notice, warning
from eiginfra.core.reason import reason
from eiginfra.core.refusal import refusal
from eiginfra.core.resource import Absence, Observation, Observed, Presence, Resource, Scope
from eiginfra.core.spec import IMMUTABLE, Rules
from eiginfra.core.values import UNITS, ByteSize
from eiginfra.core.world import World
from eiginfra.providers.gateway.client import Line, yes
from eiginfra.providers.gateway.nginx import covers
from eiginfra.providers.gateway.published import Published
from eiginfra.providers.gateway.publishing import (
    PublishedKind,
    PublishedSpec,
    listed,
    machine_of,
    others,
    owner_of,
    team_of,
    to_write,
)
from eiginfra.providers.gateway.rules import HOST
from eiginfra.providers.gateway.server_block import ServerBlock

_MIB = UNITS["MiB"]
_MOST = 10240


def _whole(size: ByteSize) -> ByteSize:
    if size % _MIB or not _MIB <= size <= _MOST * _MIB:
        raise refusal("gateway-body", size=size, most=ByteSize(_MOST * _MIB))
    return size


class SubdomainSpec(PublishedSpec):
    """What of the web goes to a machine."""

    name: Annotated[str, HOST, IMMUTABLE] = Field(description="The sub-domain in full; the key")
    websocket: bool = Field(default=True, description="Whether WebSockets are let through")
    max_body: Annotated[ByteSize, AfterValidator(_whole)] = Field(
        default=ByteSize(16 * _MIB), description="The most that may be sent at once, whole MiB, 10GiB at most"
    )
    timeout: int = Field(default=60, ge=1, le=3600, description="Seconds in which the machine has to answer")
    further: Annotated[tuple[str, ...] | None, Rules(assigned=True)] = Field(
        default=None, description="Directives that somebody added or took out by hand; they are undone"
    )
    https: Annotated[bool | None, Rules(assigned=True)] = Field(
        default=None, description="Whether it is served over HTTPS: as soon as the gateway has a certificate"
    )


class SubdomainKind(PublishedKind[SubdomainSpec]):
    """Sub-domains, each a server block in a file of its own; found by their names."""

    name = "gateway.subdomain"
    spec = SubdomainSpec
    title = "A sub-domain that nginx on the gateway sends to a machine"
    key_field = "name"
    decommission = Decommission((Step("delete", Trigger.PRUNE),))

    def key(self, spec: SubdomainSpec) -> str:
        """The name in full."""
        return spec.name

    def gives(self, key: str, shown: Published) -> bool:
        """By its domain and its reserved names."""
        return shown.gives_name(key)

    def check(self, spec: SubdomainSpec, wanted: Mapping[Address, Resource]) -> Iterator[Finding]:
        """Names that are not the site's to give."""
        yield from super().check(spec, wanted)
        if not self.client.known:
            return
        site = self.client.settings
        label, _, domain = spec.name.partition(".")
        if spec.name == site.host:
            yield error("gateway-own-name", name=spec.name, field="name")
        elif domain != site.domain:
            yield error("gateway-other-domain", name=spec.name, domain=site.domain, field="name")
        elif label in site.reserved_names:
            yield error("reserved-subdomain", name=label, field="name")

    def complete(self, resource: Resource, world: World) -> Mapping[str, object] | Absence:
        """Nothing but what the gateway writes; HTTPS as soon as there is a certificate, and from then on."""
        fields, shown = super().complete(resource, world), world.facts(self.name)
        if isinstance(fields, Absence) or not isinstance(shown, Published):
            return fields
        there = world.observed.get(resource.address)
        secure = there is not None and there.values.get("https") is True
        return {**fields, "further": (), "https": secure or shown.certified(resource.address.key)}

    # Looking.

    def observe(self, scope: Scope) -> Observation:
        """What the files say; what others gave a name of the inventory's, and what keeps nginx from being changed."""
        shown = self.published(scope)
        named = {resource.address.key: resource for resource in scope.resources}
        objects: list[Observed] = []
        absent: dict[Address, Absence] = {}
        findings: list[Finding] = []
        everybodys = shown.blocks.keys() if scope.foreign else set()
        for host in sorted(named.keys() | {record.address.key for record in scope.records} | everybodys):
            address, block, place = Address(self.name, host), shown.blocks.get(host), shown.taken(host)
            if place is not None:
                findings.append(warning("gateway-name-taken", name=host, place=str(place), address=str(address), field="name"))
            if block is not None and others(block.owner, address, scope):
                absent[address] = Absence(reason("gateway-other-owner", owner=block.owner), Presence.WAITING)
                findings.append(warning("gateway-other-owner", name=host, owner=block.owner, address=str(address), field="name"))
            elif block is not None:
                objects.append(self._observed(host, block, shown, scope))
                if shown.uncertified(host):
                    findings.append(warning("gateway-certificate-gone", name=host, folder=shown.folder(host), address=str(address)))
            elif place is not None:
                absent[address] = Absence(reason("gateway-name-taken", place=str(place)), Presence.WAITING)
            elif (why := shown.no_nginx(host)) is not None:
                absent[address] = Absence(why)
            elif host in named:
                findings += _new(address, shown)
        if named:
            findings += _trouble(shown, {found.address.key for found in objects})
        findings += self.left_over({host: block.owner for host, block in shown.blocks.items()}, scope)
        return Observation(objects, findings, absent, facts=shown)

    def read(self, spec: SubdomainSpec, handle: Mapping[str, JsonValue]) -> Observed | None:  # noqa: ARG002 - the name is all there is
        """The sub-domain as it is now."""
        shown = self.now()
        block = shown.blocks.get(spec.name)
        resource = Resource(Address(self.name, spec.name), spec)
        return None if block is None else self._observed(spec.name, block, shown, Scope("", (), [resource]))

    def _observed(self, host: str, block: ServerBlock, shown: Published, scope: Scope) -> Observed:
        address = Address(self.name, host)
        values: dict[str, JsonValue] = {
            "name": host,
            "machine": machine_of(block.owner, scope, address),
            "address": block.address,
            "port": block.port,
            "websocket": block.websocket,
            "max_body": None if block.max_body is None else str(block.max_body),
            "timeout": block.timeout,
            "sources": None if block.sources is None else [*block.sources],
            "further": [*block.further],
            "https": block.https,
            "settled": not (shown.pending("subdomain", host) or shown.breaks(host)),
        }
        waits = not block.https and bool(shown.certificate) and not shown.certified(host)
        why = shown.unchangeable(host)
        return Observed(
            address,
            values,
            {"name": host},
            team=team_of(block.owner, scope.cohort),
            waiting={"https": reason("gateway-no-certificate", folder=shown.folder(host))} if waits else {},
            blocked={} if why is None else dict.fromkeys(self.spec.model_fields, why),
            keep=shown.no_nginx(host),
            facts={"web_url": f"http{'s' if block.https else ''}://{host}/"},
        )

    # Changing.

    def create(self, spec: SubdomainSpec) -> None:
        """Write it. Raises AlreadyExistsError when somebody was faster."""
        if spec.name in self.now().blocks:
            raise AlreadyExistsError(f"gateway: there is a sub-domain {spec.name} already")
        self._write(to_write(spec), f"make the sub-domain {spec.name}")

    def update(self, observed: Observed, spec: SubdomainSpec, diffs: Sequence[FieldDiff]) -> None:
        """Write it again."""
        self._write(to_write(spec, observed, diffs), f"change the sub-domain {spec.name}")

    def _write(self, values: Mapping[str, JsonValue], what: str) -> None:
        lines: list[Line] = [
            ("name", values["name"]),
            ("owner", owner_of(values["machine"])),
            ("address", values["address"]),
            ("port", values["port"]),
            ("websocket", yes(values["websocket"])),
            ("max-body", ByteSize.parse(str(values["max_body"])) // _MIB),
            ("timeout", values["timeout"]),
            *(("source", source) for source in listed(values["sources"])),
        ]
        self.client.write("subdomain", lines, what)

    def delete(self, observed: Observed) -> None:
        """Take it off. Raises StaleError when it leads to another machine by now."""
        host = observed.address.key
        block = self.now().blocks.get(host)
        if block is not None and block.owner != owner_of(observed.values.get("machine")):
            raise StaleError(f"the sub-domain {host} belongs to {block.owner} by now: make a new plan")
        self.client.write("subdomain-remove", [("name", host)], f"remove the sub-domain {host}")


def _new(address: Address, shown: Published) -> Iterator[Finding]:
    """What is to be known of a sub-domain that is to be made."""
    host = address.key
    for pattern, place in shown.names.patterns.items():
        if covers(pattern, host) is not False:
            yield notice("gateway-name-pattern", name=host, pattern=pattern, place=str(place), address=str(address), field="name")
    if shown.certificate and not shown.certified(host):
        yield notice("gateway-no-certificate", name=host, folder=shown.folder(host), address=str(address), field="name")


def _trouble(shown: Published, there: set[str]) -> Iterator[Finding]:
    """What is wrong with nginx as a whole."""
    wrong = shown.refusal
    if wrong is not None:
        yield warning("gateway-nginx-refuses", said=wrong.said)
    elif shown.no_nginx("") is not None:
        yield warning("gateway-no-nginx")
    for path, why in sorted(shown.names.unread.items()):
        yield warning("gateway-nginx-unread", path=path, why=why)
    if unread := sorted(shown.unread & there):
        yield warning("gateway-not-included", names=unread)
