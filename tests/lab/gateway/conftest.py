"""One lab with Proxmox and gateway for each worker; every test finds it as new."""

import json
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import paramiko
import pytest
import requests
import urllib3
from support.gateway_ssh import Entered, Person, enter

from eiginfra.lab.config import SERVICES, LabConfig
from eiginfra.lab.gateway import GatewayService
from eiginfra.lab.gateway.keys import MACHINES_KEY, public_key
from eiginfra.lab.proxmox.state import GuestRecord
from eiginfra.lab.server import Lab, running


@dataclass
class Gateway:
    """The lab's gateway, from the outside and from the inside."""

    lab: Lab
    entered: list[paramiko.Transport] = field(default_factory=list)

    @property
    def service(self) -> GatewayService:
        return self.lab.served["gateway"].service

    @property
    def url(self) -> str:
        return self.lab.urls["gateway"]

    def enter(self, user: str = "eiginfra", key: paramiko.PKey | None = None, sock: Any = None) -> Entered:
        """Raises paramiko.AuthenticationException where the key is refused."""
        entered = enter(sock or ("127.0.0.1", self.service.access.port), user, key or Person(self.service.token).key)
        self.entered.append(entered.transport)
        return entered

    def control(self, **wanted: Any) -> dict[str, Any]:
        answer = requests.put(f"{self.url}/_lab/gateway", json=wanted, timeout=10)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def faults(self, *rules: dict[str, Any], **more: Any) -> None:
        answer = requests.put(f"{self.url}/_lab/faults", json={"ssh": list(rules), **more}, timeout=10)
        assert answer.status_code == 200, answer.text

    def fetch(self, host: str, path: str = "/", method: str = "GET", **more: Any) -> urllib3.BaseHTTPResponse:
        """By HTTPS and name, as a browser would."""
        context = ssl.create_default_context(cadata=self.lab.tls.ca_pem.decode("ascii"))
        port = int(self.lab.addresses.also["gateway https"].rpartition(":")[2])
        with urllib3.HTTPSConnectionPool(
            "127.0.0.1", port, ssl_context=context, server_hostname=host, assert_hostname=host, retries=False
        ) as pool:
            headers = {"Host": host, **more.pop("headers", {})}
            return pool.request(method, path, headers=headers, redirect=False, **more)

    def guest(self, vmid: int, name: str = "web", kind: str = "lxc", **more: Any) -> GuestRecord:
        net = f"ip=192.168.0.{vmid}/24,gw=192.168.0.254"
        config = {"hostname": name, "net0": f"name=eth0,{net}"} if kind == "lxc" else {"name": name, "ipconfig0": net}
        inside = {"ssh-public-keys": public_key(MACHINES_KEY)}
        guest = GuestRecord(vmid, kind, "eig", **{"config": config, "running": True, "inside": inside, **more})
        self.lab.served["proxmox"].service.lab.state.guests[vmid] = guest
        return guest


@pytest.fixture(scope="session")
def gateway_lab() -> Iterator[tuple[Lab, dict[str, str]]]:
    config = LabConfig(proxmox_port=0, ssh_port=0, web_port=0, web_tls_port=0, services=SERVICES[1:])
    with running(config) as lab:
        yield lab, {name: json.dumps(served.service.dump()) for name, served in lab.served.items()}


@pytest.fixture
def gateway(gateway_lab: tuple[Lab, dict[str, str]]) -> Iterator[Gateway]:
    lab, pristine = gateway_lab
    for name, served in lab.served.items():
        served.service.load(json.loads(pristine[name]))
        served.service.in_vain.clear()
    gateway = Gateway(lab)
    requests.delete(f"{gateway.url}/_lab/faults", timeout=10)
    requests.delete(f"{gateway.url}/_lab/requests", timeout=10)
    yield gateway
    for transport in gateway.entered:
        transport.close()


@pytest.fixture
def person() -> Person:
    return Person()
