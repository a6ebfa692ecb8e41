"""The lab's gateway: a real SSH server that answers the gateway program's verbs, a web front, and the machines behind it.

What lives here: the state of such a server, the verbs of `docs/gateway-program.md` on it, and what people reach through it. What may not:
anything of eiginfra outside `eiginfra.lab`, a shell, and an invented success for what is not modelled.
"""

import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.types import ASGIApp

from eiginfra.lab.clock import LabClock
from eiginfra.lab.gateway.app import GatewayApp
from eiginfra.lab.gateway.guests import GuestOnNode, Guests
from eiginfra.lab.gateway.keys import MACHINES_KEY, public_key
from eiginfra.lab.gateway.lab import GatewayLab, MachinesNetwork
from eiginfra.lab.gateway.listener import SshListener
from eiginfra.lab.gateway.login import Faulty
from eiginfra.lab.gateway.profile import new_state
from eiginfra.lab.gateway.state import GatewayState
from eiginfra.lab.sitefile import GatewayAccess
from eiginfra.lab.vain import AskedInVain

__all__ = ["GatewayService", "build"]


@dataclass
class GatewayService:
    """A gateway to serve: the ASGI `app` of its web front, its SSH server, and its state to keep."""

    lab: GatewayLab
    app: ASGIApp = field(init=False)
    _port: int = 0

    def __post_init__(self) -> None:
        self.app = self._app = GatewayApp(self.lab)

    @property
    def in_vain(self) -> AskedInVain:
        """What it was asked for and does not model."""
        return self.lab.in_vain

    @property
    def token(self) -> str:
        """The private key of account `eiginfra`."""
        return self.lab.state.key

    @property
    def access(self) -> GatewayAccess:
        """What the site file says of it, once it has its port for SSH."""
        state = self.lab.state
        return GatewayAccess(self._port, public_key(state.host_key), state.key, MACHINES_KEY, f"{public_key(MACHINES_KEY)} eiginfra-lab")

    def listener(self, sock: socket.socket, faulty: Faulty) -> SshListener:
        """Its SSH server on a bound socket."""
        listener = SshListener(sock, self.lab, faulty)
        self.lab.end_sessions = listener.end_sessions
        self._port = sock.getsockname()[1]
        return listener

    def check_name(self, _sock: ssl.SSLObject, name: str | None, _context: ssl.SSLContext) -> int | None:
        """Refuses a name in a TLS handshake as nginx does; for `SSLContext.sni_callback`."""
        return None if self._app.web.takes(name or "") else int(ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME)

    def dump(self) -> dict[str, Any]:
        """The whole state, JSON-able."""
        with self.lab.lock:
            return self.lab.state.dump()

    def load(self, data: dict[str, Any]) -> None:
        """Replace the state by one dumped before."""
        with self.lab.lock:
            self.lab.state = GatewayState.load(data)


def build(
    clock: LabClock,
    guests: Callable[[], Mapping[int, GuestOnNode]],
    node: str,
    network: Mapping[str, Any],
) -> GatewayService:
    """A gateway that is the node `node`, before the machines of `network`; `guests` gives what the node has."""
    within = MachinesNetwork(str(network["subnet"]), str(network["gateway"]))
    return GatewayService(GatewayLab(new_state(within, node), clock, Guests(guests), within))
