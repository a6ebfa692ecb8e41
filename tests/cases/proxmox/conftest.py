"""The kinds on one side, an administrator with plain HTTP on the other, a lab's Proxmox over real TLS between them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from ipaddress import IPv4Address, IPv4Network
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import requests
from support.proxmox_contract import FILE, Contract

from eiginfra.core.address import Address
from eiginfra.core.change import FieldDiff
from eiginfra.core.kind import Kind
from eiginfra.core.look import Look
from eiginfra.core.resource import Observation, Observed, Resource, Scope
from eiginfra.core.secret import Secret
from eiginfra.core.spec import Spec, rules
from eiginfra.core.values import ByteSize
from eiginfra.core.world import World as Known
from eiginfra.lab.config import LabConfig
from eiginfra.lab.server import Lab, running
from eiginfra.providers.proxmox.client import ProxmoxClient
from eiginfra.providers.proxmox.kinds import all_kinds
from eiginfra.providers.proxmox.kinds.container import ContainerSpec
from eiginfra.providers.proxmox.kinds.pool import PoolSpec
from eiginfra.providers.proxmox.kinds.vm import VmSpec
from eiginfra.providers.proxmox.settings import ProxmoxSettings

TEMPLATE = "local:vztmpl/debian-12-standard_12.7-1_amd64.tar.zst"
VM_TEMPLATE = 9012
_cohorts = count(1)


def differences(spec: Spec, observed: Observed) -> list[FieldDiff]:
    """What an engine would find, by the fields' rules alone."""
    found = []
    for name, wanted in spec.values().items():
        rule, seen = rules(type(spec))[name], observed.values.get(name)
        if rule.compared and ((sorted(seen or []) != sorted(wanted)) if rule.unordered else seen != wanted):
            found.append(FieldDiff(field=name, before=seen, after=wanted))
    return found


@dataclass
class World:
    """One cohort with one team on a lab's Proxmox."""

    settings: ProxmoxSettings
    cohort: str
    team: str = "adler"
    pauses: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.client = ProxmoxClient(self.settings, sleep=self.pauses.append)
        self.kinds: dict[str, Kind[Any]] = {kind.name: kind for kind in all_kinds(self.client)}

    # As an engine would.

    def container(self, machine: str = "web", **fields: Any) -> ContainerSpec:
        return ContainerSpec(**self._fields(machine, {"image": TEMPLATE, "disk": ByteSize.parse("4GiB"), **fields}))

    def vm(self, machine: str = "db", **fields: Any) -> VmSpec:
        return VmSpec(**self._fields(machine, {"image": VM_TEMPLATE, "disk": ByteSize.parse("16GiB"), **fields}))

    def _fields(self, machine: str, fields: dict[str, Any]) -> dict[str, Any]:
        mark, memory = f"{self.cohort}/{self.team}/{machine}", ByteSize.parse("512MiB")
        return {"mark": mark, "name": f"{self.team}-{machine}", "pool": self.pool, "cores": 1, "memory": memory, **fields}

    @property
    def pool(self) -> str:
        return f"{self.cohort}-{self.team}"

    def kind(self, spec: Spec) -> Kind[Any]:
        return next(kind for kind in self.kinds.values() if kind.spec is type(spec))

    def observe(self, name: str, *specs: Any, look: Look | None = None) -> Observation:
        kind = self.kinds[name]
        resources = tuple(Resource(Address(name, kind.key(spec)), spec, team=self.team) for spec in specs if self.kind(spec) is kind)
        return kind.observe(Scope(self.cohort, (self.team,), resources, look=look or Look()))

    def see(self, spec: Any) -> Observed | None:
        """What a fresh look shows under the spec's address."""
        kind = self.kind(spec)
        return next((seen for seen in self.observe(kind.name, spec).objects if seen.address.key == kind.key(spec)), None)

    def allocated(self, spec: Any) -> Any:
        """The spec with number, node and address."""
        kind = self.kind(spec)
        resource = Resource(Address(kind.name, spec.mark), spec, team=self.team)
        seen = {name: self.observe(name, spec) for name in ("proxmox.container", "proxmox.vm")}
        objects = {there.address: there for observation in seen.values() for there in observation.objects}
        known = Known({resource.address: resource}, objects, seen, frozenset(), (), date(2020, 7, 2))
        return spec.model_copy(update=dict(kind.complete(resource, known)))

    def make(self, spec: Any) -> tuple[Any, Observed]:
        """Pool and guest; the spec as allocated, and what was made."""
        pools = self.kinds["proxmox.pool"]
        if pools.read(PoolSpec(id=spec.pool), {}) is None:
            pools.create(PoolSpec(id=spec.pool, comment="ADLER"))
        spec = self.allocated(spec)
        made = self.kind(spec).create(spec)
        assert made is not None
        return spec, made

    def heal(self, spec: Any) -> Observed:
        """Read again, and change what differs."""
        seen = self.see(spec)
        assert seen is not None
        kind = self.kind(spec)
        fresh = kind.read(spec, seen.handle)
        assert fresh is not None
        changed = kind.update(fresh, spec, differences(spec, fresh))
        assert changed is not None
        return changed

    # As an administrator would.

    @cached_property
    def session(self) -> requests.Session:
        session = requests.Session()
        session.trust_env = False
        session.verify = str(self.settings.ca)
        session.headers["Authorization"] = f"PVEAPIToken={self.settings.token_id}={self.settings.token.reveal()}"
        return session

    def admin(self, method: str, path: str, /, **params: Any) -> Any:
        sent = {"params": params} if method in {"GET", "DELETE"} else {"data": params}
        answer = self.session.request(method, f"{self.settings.url}/api2/json{path}", timeout=20, **sent)  # type: ignore[arg-type]
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.reason} {answer.text}"
        data = answer.json()["data"]
        if isinstance(data, str) and data.startswith("UPID:"):
            self.client.follow(data, "administrator")
        return data

    def with_rights(self, by_path: dict[str, str]) -> "World":
        """The same as seen by a token with these privileges alone."""
        user, token = f"lp{next(_cohorts)}@pve", "tk"
        self.admin("POST", "/access/users", userid=user)
        made = self.admin("POST", f"/access/users/{user}/token/{token}", privsep=0)
        for number, (path, privileges) in enumerate(by_path.items()):
            role = f"r{user.partition('@')[0]}-{number}"
            self.admin("POST", "/access/roles", roleid=role, privs=privileges)
            self.admin("PUT", "/access/acl", path=path, users=user, roles=role)
        return self.as_token(f"{user}!{token}", made["value"])

    def as_token(self, token_id: str, secret: str) -> "World":
        return World(replace(self.settings, token_id=token_id, token=Secret(secret)), self.cohort, self.team)


def settings_of(lab: Lab, ca: Path) -> ProxmoxSettings:
    ca.write_bytes(lab.tls.ca_pem)
    return ProxmoxSettings(
        url=lab.urls["proxmox"],
        token_id="eiginfra@pve!ci",
        token=Secret(lab.served["proxmox"].service.token),
        nodes=("eig",),
        disks="local-lvm",
        bridge="vmbr1",
        subnet=IPv4Network("192.168.0.0/24"),
        gateway=IPv4Address("192.168.0.254"),
        dns=(IPv4Address("9.9.9.9"),),
        ids=(100, 250),
        ca=ca,
        timeout=20,
        task_timeout=20,
    )


def start(**options: Any) -> Any:
    return running(LabConfig(proxmox_port=0, services=("proxmox",), **options))


@pytest.fixture(scope="session")
def contract() -> Contract | None:
    """The official description of the API, where there is one: a user's clone has only the project."""
    return Contract() if FILE.exists() else None


@pytest.fixture(autouse=True)
def every_request_is_valid(contract: Contract | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a case makes eiginfra ask or send is valid under the official description."""
    call = ProxmoxClient._call

    def checked(self: ProxmoxClient, method: str, path: str, what: str, params: Mapping[str, Any] | None = None) -> Any:
        assert contract is None or contract.complaints(method, path, params or {}) == []
        return call(self, method, path, what, params)

    monkeypatch.setattr(ProxmoxClient, "_call", checked)


@pytest.fixture(scope="module")
def shared_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ProxmoxSettings]:
    # Every case adds guests, and none may find the node full, or all numbers used up, by those of the cases of other modules.
    with start(wide_network=True) as lab:
        yield settings_of(lab, tmp_path_factory.mktemp("ca") / "ca.pem")


@pytest.fixture
def world(shared_settings: ProxmoxSettings) -> World:
    """A cohort of its own on the module's lab."""
    return World(shared_settings, f"c{next(_cohorts)}")


@pytest.fixture
def own_world(tmp_path: Path) -> Iterator[World]:
    """A lab for one test alone, where faults and strange guests disturb no other."""
    with start() as lab:
        yield World(settings_of(lab, tmp_path / "ca.pem"), "eig3")


@pytest.fixture
def fault(own_world: World) -> Callable[..., None]:
    """Switch a fault on in the test's own lab."""

    def switch(**rule: Any) -> None:
        answer = own_world.session.put(f"{own_world.settings.url}/_lab/faults", json={"rules": [rule]}, timeout=20)
        assert answer.ok, answer.text

    return switch
