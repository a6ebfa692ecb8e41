"""Serving: both services in one process and one event loop, on loopback, until told to stop."""

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
from eiginfra.lab.http import HttpServer, listen, make_server, url_of
from eiginfra.lab.service import Service
from eiginfra.lab.sitefile import write_site
from eiginfra.lab.tls import Tls, throw_away

_STATE_FORMAT = 1


@dataclass(slots=True)
class Served:
    """One service of a lab, with where it listens."""

    service: Service
    url: str
    server: HttpServer
    sock: socket.socket


@dataclass
class Lab:
    """A whole lab: built and bound by its constructor, served by `serve`."""

    config: LabConfig
    clock: LabClock = field(init=False)
    served: dict[str, Served] = field(init=False, default_factory=dict)
    tls: Tls = field(init=False)

    def __post_init__(self) -> None:
        self.clock = LabClock.at(self.config.now)
        self.tls = throw_away()
        saved = _read_state(self.config.state)
        try:
            for name in self.config.services:
                self._add(name, saved.get(name))
        except BaseException:
            self._close_sockets()
            raise

    def _add(self, name: str, saved: dict[str, Any] | None) -> None:
        proxmox = name == "proxmox"
        tls = self.tls if proxmox else None
        sock = listen(self.config.proxmox_port if proxmox else self.config.gitlab_port)
        url = url_of(sock, tls)
        options: dict[str, Any] = {"url": url}
        profile, release = _profile(self.config.profile)
        if proxmox:
            options = {
                "release": release,
                "task_seconds": self.config.task_seconds,
                "nodes": self.config.nodes,
                "vast": self.config.wide_network,
            }
        try:
            # By name, so that a lab of one service loads only that one.
            build: Callable[..., Service] = import_module(f"eiginfra.lab.{name}").build
            service = build(self.clock, profile=profile, **options)
            if saved is not None:
                service.load(saved)
        except BaseException:
            sock.close()
            raise
        app = FaultsMiddleware(service.app, name, self.clock, Faults(latency_ms=self.config.latency_ms), service.in_vain)
        self.served[name] = Served(service, url, make_server(app, tls), sock)

    @property
    def urls(self) -> dict[str, str]:
        """Where each service listens."""
        return {name: served.url for name, served in self.served.items()}

    async def serve(self, ready: Callable[[], None] = lambda: None) -> None:
        """Serve until `stop`; then save the state.

        `ready` is called once all services answer and the site file is written.
        """
        tasks = [asyncio.create_task(served.server.serve(sockets=[served.sock])) for served in self.served.values()]
        try:
            for served in self.served.values():
                await served.server.serving.wait()
            self._write_site()
            ready()
            await asyncio.gather(*tasks)
        finally:
            self.stop()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._close_sockets()
            self.save()

    def _write_site(self) -> None:
        if self.config.site_out:
            tokens = {name: served.service.token for name, served in self.served.items()}
            write_site(self.config.site_out, self.config, urls=self.urls, tokens=tokens, ca_pem=self.tls.ca_pem)

    def stop(self) -> None:
        """Ask `serve` to end; from the loop's thread or another."""
        for served in self.served.values():
            served.server.should_exit = True

    def save(self) -> None:
        """Write the state file, if there is one."""
        if self.config.state:
            state = {name: served.service.dump() for name, served in self.served.items()}
            write_private(self.config.state, json.dumps({"format_version": _STATE_FORMAT, **state}))

    def _close_sockets(self) -> None:
        for served in self.served.values():
            served.sock.close()


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
