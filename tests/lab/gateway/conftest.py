"""One lab with Proxmox and gateway for each worker; every test finds it as new."""

import json
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import StringIO
from typing import Any

import paramiko
import pytest
import requests
import urllib3

from eiginfra.lab.config import SERVICES, LabConfig
from eiginfra.lab.gateway import GatewayService
from eiginfra.lab.gateway.keys import MACHINES_KEY, make_key, public_key
from eiginfra.lab.proxmox.state import GuestRecord
from eiginfra.lab.server import Lab, running

PROGRAM = "sudo -n /usr/local/sbin/eiginfra-gateway"


@dataclass
class Person:
    """Somebody with a key."""

    private: str = field(default_factory=make_key)

    @property
    def public(self) -> str:
        return public_key(self.private)

    @property
    def key(self) -> paramiko.PKey:
        return paramiko.Ed25519Key(file_obj=StringIO(self.private))


@dataclass
class Entered:
    """A connection over SSH."""

    transport: paramiko.Transport

    def run(self, command: str, data: str | bytes = "") -> tuple[int, str, str]:
        channel = self.transport.open_session()
        channel.exec_command(command)
        channel.sendall(data.encode() if isinstance(data, str) else data)
        channel.shutdown_write()
        out, err = channel.makefile().read().decode(), channel.makefile_stderr().read().decode()
        return channel.recv_exit_status(), out, err

    def verb(self, verb: str, *lines: str) -> tuple[int, str, str]:
        return self.run(f"{PROGRAM} {verb}", "".join(f"{line}\n" for line in (*lines, "end")))

    def open(self, address: str, port: int = 22) -> paramiko.Channel:
        return self.transport.open_channel("direct-tcpip", (address, port), ("127.0.0.1", 0))


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
        transport = paramiko.Transport(sock or ("127.0.0.1", self.service.access.port))
        self.entered.append(transport)
        transport.start_client(timeout=10)
        transport.auth_publickey(user, key or Person(self.service.token).key)
        return Entered(transport)

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
