"""A Proxmox of the lab behind real HTTPS, and a client that shows status, reason phrase and body."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import requests
from proxmoxer import ProxmoxAPI

from eiginfra.lab.clock import LabClock
from eiginfra.lab.proxmox import ProxmoxService, build
from eiginfra.lab.proxmox.tasks import TaskFaults
from eiginfra.lab.server import serve_app
from eiginfra.lab.tls import Tls, throw_away

TEMPLATE = "local:vztmpl/debian-12-standard_12.7-1_amd64.tar.gz"


@dataclass(frozen=True)
class Answer:
    status: int
    reason: str
    body: Any

    @property
    def data(self) -> Any:
        return self.body["data"]

    @property
    def errors(self) -> dict[str, str]:
        return self.body.get("errors", {})


@dataclass
class Server:
    service: ProxmoxService
    url: str
    ca: str
    node: str
    session: requests.Session = field(default_factory=requests.Session)

    @property
    def host(self) -> str:
        return self.url.removeprefix("https://")

    @property
    def admin(self) -> str:
        return f"{self.service.token_id}={self.service.token}"

    def call(self, method: str, path: str, params: Any = None, *, token: str | None = "", **more: Any) -> Answer:
        headers = dict(more.pop("headers", {}))
        if token is not None:
            headers["Authorization"] = f"PVEAPIToken={token or self.admin}"
        content = {"params": params} if method in ("GET", "DELETE") else {"data": params or {}}
        path = path.replace("{node}", self.node)
        response = self.session.request(method, f"{self.url}/api2/json{path}", headers=headers, **({} if more else content), **more)
        return Answer(response.status_code, response.reason, response.json() if response.text else "")

    def ok(self, method: str, path: str, params: Any = None, **more: Any) -> Any:
        answer = self.call(method, path, params, **more)
        assert answer.status == 200, f"{method} {path}: {answer.status} {answer.reason} {answer.errors}"
        return answer.data

    def wait(self, upid: str) -> str:
        path = f"/nodes/{upid.split(':')[1]}/tasks/{quote(upid, safe='')}/status"
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            status = self.ok("GET", path)
            if status["status"] == "stopped":
                return str(status["exitstatus"])
            time.sleep(0.01)
        raise AssertionError(f"{upid} did not end")

    def task(self, method: str, path: str, params: Any = None, **more: Any) -> str:
        return self.wait(self.ok(method, path, params, **more))

    def log(self, upid: str) -> list[str]:
        return [line["t"] for line in self.ok("GET", f"/nodes/{upid.split(':')[1]}/tasks/{quote(upid, safe='')}/log", {"limit": 0})]

    def container(self, vmid: int, **params: Any) -> None:
        assert self.task("POST", "/nodes/{node}/lxc", {"vmid": vmid, "ostemplate": TEMPLATE, "rootfs": "local:0.3", **params}) == "OK"

    def vm(self, vmid: int, **params: Any) -> None:
        assert self.task("POST", "/nodes/{node}/qemu", {"vmid": vmid, "memory": 64, **params}) == "OK"

    def token(self, name: str, **grants: str) -> str:
        """A token without privilege separation of a new user; `grants` are roles by path, `_` standing for `/`."""
        self.ok("POST", "/access/users", {"userid": f"{name}@pve"})
        for path, role in grants.items():
            self.ok("PUT", "/access/acl", {"path": path.replace("_", "/"), "users": f"{name}@pve", "roles": role})
        made = self.ok("POST", f"/access/users/{name}@pve/token/tk", {"privsep": 0})
        return f"{made['full-tokenid']}={made['value']}"

    def control(self, **settings: Any) -> None:
        answer = self.session.put(f"{self.url}/_lab/proxmox", json=settings)
        assert answer.status_code == 200, answer.text

    def proxmoxer(self) -> ProxmoxAPI:
        return ProxmoxAPI(self.host, user="eiginfra@pve", token_name="ci", token_value=self.service.token, verify_ssl=self.ca)


@pytest.fixture(scope="session")
def tls() -> Tls:
    return throw_away()


@pytest.fixture(scope="session")
def ca(tls: Tls, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tls") / "ca.pem"
    path.write_bytes(tls.ca_pem if isinstance(tls.ca_pem, bytes) else tls.ca_pem.encode())
    return path


@pytest.fixture(scope="session")
def served(tls: Tls, ca: Path) -> Iterator[Callable[..., Server]]:
    """Servers that stay up for the whole run, one for each profile, number of nodes and release."""
    servers: dict[tuple[str, tuple[str, ...], str], tuple[Server, dict[str, Any]]] = {}
    with ExitStack() as stack:

        def serve(profile: str = "recordings", nodes: tuple[str, ...] = (), release: str = "9.2") -> Server:
            if (profile, nodes, release) not in servers:
                service = build(LabClock(), profile=profile, nodes=nodes, release=release)
                url = stack.enter_context(serve_app(service.app, tls=tls))
                session = stack.enter_context(requests.Session())
                session.trust_env, session.verify = False, str(ca)
                server = Server(service, url, str(ca), next(iter(service.lab.state.nodes)), session)
                servers[profile, nodes, release] = server, service.dump()
            server, pristine = servers[profile, nodes, release]
            server.service.load(pristine)
            lab = server.service.lab
            lab.tasks.faults, lab.shutdown_seconds, lab.broadcast.lag = TaskFaults(), 0, 10
            return server

        yield serve


@pytest.fixture
def start(served: Callable[..., Server]) -> Callable[..., Server]:
    """A server in the pristine state of a profile."""
    return served


@pytest.fixture
def pve(start: Callable[..., Server]) -> Server:
    """The profile of the recordings: node pve1, directory storage `local`."""
    return start("recordings")


@pytest.fixture
def eig(start: Callable[..., Server]) -> Server:
    """The default profile: node eig, `local-lvm`, cloud-init templates."""
    return start("eig")
