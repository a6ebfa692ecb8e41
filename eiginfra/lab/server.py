"""Serving: all services in one process and one event loop, on loopback, until told to stop."""

import asyncio
import json
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp

from eiginfra.lab.clock import LabClock
from eiginfra.lab.config import PROFILES, LabConfig, LabError
from eiginfra.lab.faults import Faults, FaultsMiddleware
from eiginfra.lab.files import write_private
from eiginfra.lab.http import HOST, HttpListener, listen, make_server, url_of
from eiginfra.lab.service import Listener, Service
from eiginfra.lab.sitefile import DOMAIN, Addresses, network_of, nodes_of, write_site
from eiginfra.lab.tls import Authority, Tls

_STATE_FORMAT = 1


@dataclass(slots=True)
class Served:
    """One service of a lab, with where it listens."""

    service: Any
    """A Service, with what is its own beside it: its `lab`, the gateway's SSH server."""
    url: str
    listeners: list[Listener]
    also: dict[str, str] = field(default_factory=dict)
    """Further addresses of the service."""


@dataclass
class Lab:
    """A whole lab: built and bound by its constructor, served by `serve`."""

    config: LabConfig
    clock: LabClock = field(init=False)
    served: dict[str, Served] = field(init=False, default_factory=dict)
    tls: Tls = field(init=False)
    _authority: Authority = field(init=False, default_factory=Authority)
    _sockets: list[socket.socket] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self.clock = LabClock.at(self.config.now)
        self.tls = self._authority.issue("localhost", "127.0.0.1")
        saved = _read_state(self.config.state)
        try:
            for name in self.config.services:
                self._add(name, saved.get(name))
        except BaseException:
            self._close_sockets()
            raise

    def _add(self, name: str, saved: dict[str, Any] | None) -> None:
        config = self.config
        ports = {"gitlab": config.gitlab_port, "proxmox": config.proxmox_port, "gateway": config.web_port}
        tls = self.tls if name == "proxmox" else None
        sock = self._listen(ports[name])
        url = url_of(sock, tls)
        # By name, so that a lab of one service loads only that one.
        build: Callable[..., Service] = import_module(f"eiginfra.lab.{name}").build
        service = build(self.clock, **self._options(name, url))
        if saved is not None:
            service.load(saved)
        app = FaultsMiddleware(service.app, name, self.clock, Faults(latency_ms=config.latency_ms), service.in_vain)
        served = self.served[name] = Served(service, url, [HttpListener(make_server(app, tls), sock)])
        if name == "gateway":
            self._add_gateway(served, app)

    def _options(self, name: str, url: str) -> dict[str, Any]:
        """What a service is built with."""
        config = self.config
        profile, release = _profile(config.profile)
        match name:
            case "gitlab":
                return {"profile": profile, "url": url}
            case "proxmox":
                work = {"task_seconds": config.task_seconds, "nodes": config.nodes, "vast": config.wide_network}
                return {"profile": profile, "release": release, **work}
            case _:
                return {"guests": self._guests, "node": nodes_of(config)[0], "network": network_of(config)}

    def _guests(self) -> dict[int, Any]:
        """The machines behind the gateway: those of the Proxmox, if there is one."""
        return self.served["proxmox"].service.lab.state.guests if "proxmox" in self.served else {}

    def _add_gateway(self, served: Served, app: FaultsMiddleware) -> None:
        """The gateway's further ports: TLS, and SSH."""
        web, ssh = self._listen(self.config.web_tls_port), self._listen(self.config.ssh_port)
        tls = self._authority.issue(DOMAIN, f"*.{DOMAIN}")
        tls.context.sni_callback = served.service.check_name
        served.listeners += [HttpListener(make_server(app, tls), web), served.service.listener(ssh, app.ssh)]
        served.also = {"gateway https": url_of(web, tls), "gateway ssh": f"ssh://eiginfra@{HOST}:{ssh.getsockname()[1]}"}

    def _listen(self, port: int) -> socket.socket:
        sock = listen(port)
        self._sockets.append(sock)
        return sock

    @property
    def urls(self) -> dict[str, str]:
        """Where each service listens."""
        return {name: served.url for name, served in self.served.items()}

    @property
    def addresses(self) -> Addresses:
        """All that can be reached."""
        return Addresses(self.urls, {name: url for served in self.served.values() for name, url in served.also.items()})

    async def serve(self, ready: Callable[[], None] = lambda: None) -> None:
        """Serve until `stop`; then save the state.

        `ready` is called once all services answer and the site file is written.
        """
        listeners = self._listeners
        tasks = [asyncio.create_task(listener.serve()) for listener in listeners]
        try:
            for listener in listeners:
                await listener.serving.wait()
            self._write_site()
            ready()
            await asyncio.gather(*tasks)
        finally:
            self.stop()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._close_sockets()
            self.save()

    @property
    def _listeners(self) -> list[Listener]:
        return [listener for served in self.served.values() for listener in served.listeners]

    def _write_site(self) -> None:
        if self.config.site_out:
            tokens = {name: served.service.token for name, served in self.served.items() if name != "gateway"}
            gateway = self.served["gateway"].service.access if "gateway" in self.served else None
            write_site(self.config.site_out, self.config, self.addresses, tokens=tokens, ca_pem=self.tls.ca_pem, gateway=gateway)

    def stop(self) -> None:
        """Ask `serve` to end; from the loop's thread or another."""
        for listener in self._listeners:
            listener.stop()

    def save(self) -> None:
        """Write the state file, if there is one."""
        if self.config.state:
            state = {name: served.service.dump() for name, served in self.served.items()}
            write_private(self.config.state, json.dumps({"format_version": _STATE_FORMAT, **state}))

    def _close_sockets(self) -> None:
        for sock in self._sockets:
            sock.close()


def _profile(name: str) -> tuple[str, str]:
    if name not in PROFILES:
        raise LabError(f"There is no profile {name!r}: one of {', '.join(PROFILES)}.")
    return PROFILES[name]


def _read_state(path: Path | None) -> dict[str, Any]:
    if path is None or not path.exists():
        return {}
    try:
        state = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise LabError(f"{path}: not a readable state file ({error}). Remove it to start again.") from error
    if not isinstance(state, dict) or state.get("format_version") != _STATE_FORMAT:
        raise LabError(f"{path}: not a state file of this lab's version. Remove it to start again.")
    return state


def serve(config: LabConfig, ready: Callable[[Lab], None] = lambda _lab: None) -> None:
    """Serve a lab in this process until SIGINT or SIGTERM.

    Raises LabError when a port is taken or the state file cannot be read.
    """
    lab = Lab(config)

    async def main() -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, lab.stop)
        await lab.serve(lambda: ready(lab))

    asyncio.run(main())


@contextmanager
def running(config: LabConfig) -> Iterator[Lab]:
    """Serve a lab in a thread of this process, for tests and scripts: `lab.urls`, `lab.served[…].service`."""
    lab = Lab(config)
    with _in_thread(lab.serve, lab.stop):
        yield lab


@contextmanager
def serve_app(app: ASGIApp, port: int = 0, tls: Tls | None = None) -> Iterator[str]:
    """Serve one ASGI application in a thread of this process; yields its URL."""
    sock = listen(port)
    server = make_server(app, tls)

    async def serve_it(ready: Callable[[], None]) -> None:
        ready()  # the socket already listens: the first request waits in its queue
        await server.serve(sockets=[sock])

    def stop() -> None:
        server.should_exit = True

    with _in_thread(serve_it, stop):
        yield url_of(sock, tls)


@contextmanager
def _in_thread(serve_it: Callable[[Callable[[], None]], Any], stop: Callable[[], None]) -> Iterator[None]:
    ready = threading.Event()
    failures: list[BaseException] = []

    def work() -> None:
        try:
            asyncio.run(serve_it(ready.set))
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is raised in the thread that waits
            failures.append(error)
        finally:
            ready.set()

    thread = threading.Thread(target=work, name="lab", daemon=True)
    thread.start()
    ready.wait()
    try:
        if not failures:
            yield
    finally:
        stop()
        thread.join(timeout=30)
    if failures:
        raise failures[0]
