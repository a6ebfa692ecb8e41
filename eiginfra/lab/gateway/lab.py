"""The lab's gateway as one object: its state and what works on it."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from eiginfra.lab.clock import LabClock
from eiginfra.lab.gateway.guests import Guests
from eiginfra.lab.gateway.state import GatewayState
from eiginfra.lab.vain import AskedInVain


@dataclass(frozen=True, slots=True)
class MachinesNetwork:
    """The machines' network, and the gateway's own address in it."""

    subnet: str = "192.168.0.0/24"
    address: str = "192.168.0.254"


class GatewayLab:
    """What logins, verbs and the web front see. `lock` is held by whoever reads or changes the state: SSH is served by threads."""

    def __init__(self, state: GatewayState, clock: LabClock, guests: Guests, network: MachinesNetwork) -> None:
        self.state = state
        self.clock = clock
        self.guests = guests
        self.network = network
        self.in_vain = AskedInVain()
        self.lock = threading.RLock()
        self.end_sessions: Callable[[str], None] = lambda _user: None
        """Ends the connections of a user; of the SSH port, once there is one."""

    def is_over(self, expires: str) -> bool:
        """Whether the day from which an account is closed has come, by the lab's clock."""
        return bool(expires) and (self.clock.today() - date(1970, 1, 1)).days >= int(expires)
