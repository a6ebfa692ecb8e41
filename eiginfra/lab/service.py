"""What the lab's server needs of each service it serves."""

import asyncio
from typing import Any, Protocol

from starlette.types import ASGIApp

from eiginfra.lab.vain import AskedInVain


class Listener(Protocol):
    """A bound port of a service."""

    @property
    def serving(self) -> asyncio.Event:
        """Set once it answers."""

    async def serve(self) -> None:
        """Serve until `stop`."""

    def stop(self) -> None:
        """Ask `serve` to end; from the loop's thread or another."""


class Service(Protocol):
    """A simulated server: an ASGI application over a state that can be saved and restored."""

    @property
    def app(self) -> ASGIApp:
        """The application, as the real server's port would answer."""

    @property
    def in_vain(self) -> AskedInVain:
        """What it was asked for and does not model."""

    @property
    def token(self) -> str:
        """The administrator's token; for Proxmox the token's secret, whose name is `eiginfra@pve!ci`."""

    def dump(self) -> dict[str, Any]:
        """The whole state as JSON data, tokens included."""

    def load(self, state: dict[str, Any]) -> None:
        """Replace the state by one that `dump` gave."""
