"""The gateway's kinds on one side, somebody with root on the other, a lab's gateway over real SSH between them."""

import json
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import urllib3
from support.gateway_fake import Boxes, BoxSpec, Entrances, EntranceSpec
from support.gateway_world import GatewayWorld
from support.planning import resource
from support.world import World

from eiginfra.core.change import Change
from eiginfra.core.kind import Kind
from eiginfra.core.plan import Plan
from eiginfra.core.provider import Context, SharedObjects
from eiginfra.core.secret import Secret
from eiginfra.core.spec import Spec
from eiginfra.inventory.site_gateway import GatewaySite
from eiginfra.lab.config import SERVICES, LabConfig
from eiginfra.lab.proxmox.state import GuestRecord
from eiginfra.lab.server import Lab, running
from eiginfra.providers.gateway.kinds.forward import ForwardSpec
from eiginfra.providers.gateway.kinds.subdomain import SubdomainSpec
from eiginfra.providers.gateway.provider import GatewayProvider
from eiginfra.providers.ssh_host_keys import HostKey
from eiginfra.wiring.providers import Providers, open_providers, read_site

DOMAIN = "eig-apps.example.org"
NAME = f"adler.{DOMAIN}"
MACHINE = "proxmox.container[eig3/adler/web]"


class GatewaySide:
    """A cohort whose only machine is guest 101, before the lab's gateway."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.service = lab.served["gateway"].service
        self.url = lab.urls["gateway"]
        access = self.service.access
        section = GatewaySite.model_validate({
            "host": "127.0.0.1",
            "port": access.port,
            "user": "eiginfra",
            "key": {"env": "KEY"},
            "host_key": HostKey.parse(access.host_key).fingerprint,
            "domain": DOMAIN,
            "ports": "10000-19999",
            "certificate": f"/etc/letsencrypt/live/{DOMAIN}",
            "reserved": ["www"],
        })  # fmt: skip
        self.shared = SharedObjects()
        key = Secret(self.service.token)
        self.provider = GatewayProvider(section, Context(fetch=lambda *_: key, key=lambda *_: key, shared=self.shared))
        lab.served["proxmox"].service.lab.state.guests[101] = GuestRecord(
            101, "lxc", "eig", config={"hostname": "web", "net0": "name=eth0,ip=192.168.0.101/24,gw=192.168.0.254"}, running=True
        )
        self.boxes, self.entrances = Boxes({"eig3/adler/web": "192.168.0.101"}), Entrances()
        published = [kind for kind in self.provider.kinds if kind.name in {"gateway.subdomain", "gateway.forward"}]
        self.world = World(*published, self.boxes, self.entrances)

    def kind(self, name: str) -> Kind[Any]:
        return self.world.registry[name]

    def plan(self, *specs: Spec, **asked: Any) -> Plan:
        every = [BoxSpec(mark="eig3/adler/web"), *specs]
        return self.world.plan(*(resource(self.world.registry, spec, "adler") for spec in every), **asked)

    def changes(self, *specs: Spec, **asked: Any) -> list[Change]:
        """What the plan does on the gateway, in the order of addresses."""
        found = [change for change in self.plan(*specs, **asked).changes if change.address.provider == "gateway"]
        return sorted(found, key=lambda change: change.address)

    def apply(self, *specs: Spec, **asked: Any) -> dict[str, str]:
        """The outcome of each change on the gateway."""
        results = self.world.run(self.plan(*specs, **asked)).results
        return {item.change.address.key: str(item.outcome) for item in results if item.change.address.provider == "gateway"}

    # By hand.

    def by_hand(self, **wanted: Any) -> dict[str, Any]:
        """What somebody with root does; answers the state."""
        answer = requests.put(f"{self.url}/_lab/gateway", json=wanted, timeout=10)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def file(self, path: str) -> str | None:
        text: str | None = self.by_hand()["files"].get(path)
        return text

    def edit(self, path: str, change: Callable[[str], str]) -> None:
        """Somebody edits a file."""
        text = self.file(path)
        assert text is not None
        assert change(text) != text
        self.by_hand(files={path: change(text)})

    def fetch(self, host: str, path: str = "/") -> urllib3.BaseHTTPResponse:
        """As a browser would."""
        context = ssl.create_default_context(cadata=self.lab.tls.ca_pem.decode("ascii"))
        port = int(self.lab.addresses.also["gateway https"].rpartition(":")[2])
        with urllib3.HTTPSConnectionPool("127.0.0.1", port, ssl_context=context, server_hostname=host, assert_hostname=host) as pool:
            return pool.request("GET", path, headers={"Host": host}, redirect=False, retries=False)


def subdomain(label: str = "adler", **fields: Any) -> SubdomainSpec:
    return SubdomainSpec.model_validate({"name": f"{label}.{DOMAIN}", "machine": MACHINE, "port": 8080, **fields})


def forward(**fields: Any) -> ForwardSpec:
    return ForwardSpec.model_validate({"public": 10222, "machine": MACHINE, "port": 22, **fields})


def entrance() -> EntranceSpec:
    return EntranceSpec(machine="eig3/adler/web")


@pytest.fixture(scope="session")
def site_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("lab") / "site.yml"


@pytest.fixture(scope="session")
def gateway_lab(site_file: Path) -> Iterator[tuple[Lab, dict[str, str]]]:
    config = LabConfig(proxmox_port=0, ssh_port=0, web_port=0, web_tls_port=0, services=SERVICES[1:], site_out=site_file)
    with running(config) as lab:
        yield lab, {name: json.dumps(served.service.dump()) for name, served in lab.served.items()}


@pytest.fixture
def fresh(gateway_lab: tuple[Lab, dict[str, str]]) -> Lab:
    """The lab as it was at its start."""
    lab, pristine = gateway_lab
    for name, served in lab.served.items():
        served.service.load(json.loads(pristine[name]))
    requests.delete(f"{lab.urls['gateway']}/_lab/faults", timeout=10)
    return lab


@pytest.fixture(scope="session")
def providers(gateway_lab: tuple[Lab, dict[str, str]], site_file: Path) -> Iterator[Providers]:
    """Those of the site that the lab is, with one connection for a worker's tests."""
    with open_providers(read_site(site_file)) as opened:
        yield opened


@pytest.fixture
def world(fresh: Lab, providers: Providers, site_file: Path) -> GatewayWorld:
    return GatewayWorld(fresh, read_site(site_file), providers)


@pytest.fixture
def side(fresh: Lab) -> Iterator[GatewaySide]:
    side = GatewaySide(fresh)
    yield side
    side.provider.close()
    side.shared.close()
