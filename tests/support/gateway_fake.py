"""A gateway in memory that writes as the contract says, and machines and keys beside it, as kinds of other providers show them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any

from pydantic import JsonValue
from support.gateway_texts import CHALLENGE, FOLDER, SUBNET, server_block_text, table_text
from support.gateway_wire import ALWAYS, SETTINGS, framed

from eiginfra.core.address import Address
from eiginfra.core.change import FieldDiff
from eiginfra.core.kind import Kind
from eiginfra.core.reason import reason
from eiginfra.core.resource import Absence, Observation, Observed, Presence, Resource, Scope
from eiginfra.core.spec import Rules, Spec
from eiginfra.providers.gateway.client import GatewayClient
from eiginfra.providers.gateway.nft import forwards
from eiginfra.providers.ssh_target import SshAnswer

SITE = replace(SETTINGS, certificate=FOLDER, reserved_names=frozenset({"www"}), reserved_ports=frozenset({10001}))
PATH = "/etc/nginx/conf.d/eiginfra-{}.conf"


@dataclass
class FakeGateway:
    """files: all that nginx reads, by path. saved: the lines of the public ports."""

    files: dict[str, str] = field(default_factory=lambda: {"/etc/nginx/nginx.conf": "http { include /etc/nginx/conf.d/*.conf; }\n"})
    saved: dict[str, str] = field(default_factory=dict)
    loaded: str | None = None
    error: str | None = None
    certificates: list[str] = field(default_factory=lambda: ["*"])
    pending: list[str] = field(default_factory=list)
    listening: list[str] = field(default_factory=lambda: ["tcp 22", "tcp 80", "tcp 443"])
    tools: list[str] = field(default_factory=lambda: ["nginx 1.22.1", "nft v1.0.6", "systemd"])
    certificate: str = FOLDER
    bounds: list[str] = field(default_factory=lambda: ["ports 10000-19999", "reserved www", "reserved-port 10001"])
    unread: set[str] = field(default_factory=set)
    calls: list[str] = field(default_factory=list)

    @property
    def client(self) -> GatewayClient:
        return GatewayClient(SITE, self)

    def run(self, words: Sequence[str], data: bytes = b"", *, seconds: float, writes: bool) -> SshAnswer:
        verb = words[-1]
        self.calls.append(verb)
        if verb == "observe":
            return SshAnswer(0, framed(self.sections()), b"")
        *lines, end = data.decode().splitlines()
        pairs = [line.split(" ", 1) for line in lines]
        assert end == "end"
        getattr(self, f"_{verb.replace('-', '_')}")(dict(pairs), [value for key, value in pairs if key == "source"])
        return SshAnswer(0, b"", b"")

    def sections(self) -> dict[str, str]:
        own = {path: text for path, text in self.files.items() if path.startswith(PATH.partition("{")[0])}
        lines = [
            f"subnet {SUBNET}",
            f"challenge {CHALLENGE}",
            "reserved-address 192.168.0.254",
            "domain eig-apps.example.org",
            *self.bounds,
        ]
        lines += [f"certificate {self.certificate}"] if self.certificate else []
        found = {
            **ALWAYS,
            "configuration": "\n".join(lines),
            **{f"subdomain {path[len(PATH) - 7 : -5]}": text for path, text in own.items()},
            "certificates": "\n".join(self.certificates),
            "forwards": "\n".join(self.saved.values()),
            "listening": "\n".join(self.listening),
            "pending": "\n".join(self.pending),
            "tools": "\n".join(self.tools),
        }
        if self.error is not None:
            found["nginx-error"] = self.error
        elif any(tool.startswith("nginx") for tool in self.tools):
            found["nginx"] = "".join(
                f"# configuration file {path}:\n{text}\n" for path, text in self.files.items() if path not in self.unread
            )
        return found if self.loaded is None else {**found, "loaded": self.loaded}

    def _subdomain(self, values: Mapping[str, str], sources: Sequence[str]) -> None:
        host = values["name"]
        self.pending = [line for line in self.pending if line != f"subdomain {host}"]
        self.error = None if self.error and PATH.format(host) in self.error else self.error
        self.files[PATH.format(host)] = server_block_text(
            host,
            owner=values["owner"],
            target=f"{values['address']}:{values['port']}",
            websocket=values["websocket"] == "yes",
            max_body=int(values["max-body"]),
            timeout=int(values["timeout"]),
            sources=sorted(sources),
            https=not {"*", host}.isdisjoint(self.certificates),
            certificate=self.certificate,
        )

    def _subdomain_remove(self, values: Mapping[str, str], _sources: Sequence[str]) -> None:
        self.files.pop(PATH.format(values["name"]), None)

    def _forward(self, values: Mapping[str, str], sources: Sequence[str]) -> None:
        key = f"{values['public']}/{values['protocol']}"
        names = ("public", "protocol", "address", "port", "closed", "owner")
        self.pending = [line for line in self.pending if line != f"forward {key}"]
        self.saved[key] = " ".join([*(values[name] for name in names), ",".join(sorted(sources)) or "-"])
        self.load()

    def _forward_remove(self, values: Mapping[str, str], _sources: Sequence[str]) -> None:
        self.saved.pop(f"{values['public']}/{values['protocol']}", None)
        self.load()

    def load(self) -> None:
        """Load what is saved."""
        kept = forwards("\n".join(self.saved.values()), None, SUBNET).saved.values()
        rules = []
        for item in kept:
            allowed = [source for source in item.sources if ":" not in source]
            if not item.closed and (allowed or not item.sources):
                only = f"ip saddr {{ {', '.join(allowed)} }} " if allowed else ""
                rules.append(f"{only}{item.protocol} dport {item.public} dnat ip to {item.address}:{item.port}")
        self.loaded = table_text(*rules)


class BoxSpec(Spec):
    mark: str
    address: Annotated[str | None, Rules(assigned=True)] = None


@dataclass
class Boxes(Kind[BoxSpec]):
    """Machines, as Proxmox VE shows them: there, to be made, or withheld."""

    name = "proxmox.container"
    spec = BoxSpec
    there: dict[str, str] = field(default_factory=dict)
    withheld: dict[str, Absence] = field(default_factory=dict)

    def key(self, spec: BoxSpec) -> str:
        return spec.mark

    def observe(self, scope: Scope) -> Observation:
        objects = [Observed(Address(self.name, mark), {"mark": mark, "address": f"{address}/24"}) for mark, address in self.there.items()]
        return Observation(objects, absent={Address(self.name, mark): why for mark, why in self.withheld.items()})

    def complete(self, resource: Resource, world: Any) -> Mapping[str, object] | Absence:
        return {"address": f"{self.there.get(resource.address.key, '192.168.0.199')}/24"}

    def create(self, spec: BoxSpec) -> None:
        self.there[spec.mark] = str(spec.address).partition("/")[0]

    def update(self, observed: Observed, spec: BoxSpec, diffs: Sequence[FieldDiff]) -> None:
        raise AssertionError


class EntranceSpec(Spec):
    machine: str


@dataclass
class Entrances(Kind[EntranceSpec]):
    """Who may enter machines: left, by machine, are those whose keys could not be taken away."""

    name = "machine.access"
    spec = EntranceSpec
    left: dict[str, list[str]] = field(default_factory=dict)

    def key(self, spec: EntranceSpec) -> str:
        return spec.machine

    def observe(self, scope: Scope) -> Observation:
        wanted = {resource.address for resource in scope.resources}
        remaining = {address: self.left[address.key] for address in wanted if address.key in self.left}
        absent = {address: Absence(reason("machine-off"), Presence.WAITING) for address in remaining}
        values: list[tuple[Address, dict[str, JsonValue]]] = [(address, {"machine": address.key}) for address in wanted - absent.keys()]
        return Observation([Observed(*pair) for pair in values], absent=absent, remaining=remaining)

    def create(self, spec: EntranceSpec) -> None:
        raise AssertionError

    def update(self, observed: Observed, spec: EntranceSpec, diffs: Sequence[FieldDiff]) -> None:
        raise AssertionError
