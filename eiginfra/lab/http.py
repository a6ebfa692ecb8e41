"""One HTTP(S) server of the lab: uvicorn on a socket that is bound before."""

import asyncio
import logging
import socket
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import uvicorn
from starlette.types import ASGIApp

from eiginfra.lab.config import LabError
from eiginfra.lab.protocol import LabProtocol
from eiginfra.lab.tls import Tls

HOST = "127.0.0.1"


class HttpServer(uvicorn.Server):
    """A uvicorn server that says when it serves, and leaves signals to the lab: two of them share one process."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.serving = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, and say so."""
        await super().startup(sockets=sockets)
        self.serving.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close all connections, at last those whose TLS peer does not say goodbye."""
        await super().shutdown(sockets=sockets)
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        await asyncio.sleep(0)

    def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override]  # uvicorn's is a generator function
        """Nothing: the lab's own handlers stop all servers."""
        return nullcontext()


def listen(port: int) -> socket.socket:
    """A socket that listens on loopback.

    Raises LabError when the port is taken.
    """
    # asyncio switches Nagle's algorithm off only where the protocol is named; with it every answer waits 40 ms.
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((HOST, port))
        sock.listen(1024)
    except OSError as error:
        sock.close()
        raise LabError(
            f"{HOST}:{port}: {error.strerror}. Another lab may be running (eiginfra lab status); else choose another port, or 0."
        ) from error
    return sock


@dataclass(frozen=True, slots=True)
class HttpListener:
    """A bound socket on which an application is served until `stop`."""

    server: HttpServer
    sock: socket.socket

    @property
    def serving(self) -> asyncio.Event:
        """Set once it answers."""
        return self.server.serving

    async def serve(self) -> None:
        """Serve until `stop`."""
        await self.server.serve(sockets=[self.sock])

    def stop(self) -> None:
        """Ask `serve` to end; from the loop's thread or another."""
        self.server.should_exit = True


def url_of(sock: socket.socket, tls: Tls | None) -> str:
    """The base URL under which a socket is served."""
    return f"{'https' if tls else 'http'}://{HOST}:{sock.getsockname()[1]}"


def make_server(app: ASGIApp, tls: Tls | None) -> HttpServer:
    """A uvicorn server for one application; call `serve(sockets=[…])` on it."""
    config = uvicorn.Config(
        app,
        http=LabProtocol,
        ws="none",
        lifespan="off",
        interface="asgi3",
        loop="asyncio",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=1,
        h11_max_incomplete_event_size=64 * 1024,
    )
    # uvicorn reports cancelled requests and the like; the services report their own errors.
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    config.load()
    config.ssl = tls.context if tls else None
    return HttpServer(config)
