"""The program on the gateway, over the site's one SSH connection: what is asked of it, within which bounds, and what its refusals mean."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from eiginfra.core.errors import UsageError
from eiginfra.core.look import Look
from eiginfra.providers.gateway.answer import GatewayReading, read_state
from eiginfra.providers.gateway.errors import refusal
from eiginfra.providers.gateway.frames import Sections, sections
from eiginfra.providers.gateway.settings import GatewaySettings
from eiginfra.providers.http import Meter
from eiginfra.providers.shapes import Oddities
from eiginfra.providers.ssh_gateway import COMMAND
from eiginfra.providers.ssh_target import SshAnswer

SECONDS = 60.0
"""For one verb; a writing one waits 10 seconds for its lock."""
RESTART_SECONDS = 300.0
"""For a container that has to stop and start."""

Line = tuple[str, object]
"""A key of a verb's data, and its value."""


class Connection(Protocol):
    """The SSH connection to the gateway. Raises UnreachableError where it cannot be had, TransientError where it broke off."""

    def run(self, words: Sequence[str], data: bytes = b"", *, seconds: float, writes: bool) -> SshAnswer:
        """Run a command with data on its standard input, for so many seconds at most. writes: whether it may change anything."""
        ...


class GatewayClient:
    """Safe to share between threads. connection, settings: None without a section, and connection offline: nothing can be asked then."""

    def __init__(self, settings: GatewaySettings | None, connection: Connection | None) -> None:
        self._settings = settings
        self._connection = connection
        self.meter = Meter()
        self.odd = Oddities("gateway")

    @property
    def known(self) -> bool:
        """Whether the site has a gateway."""
        return self._settings is not None

    @property
    def settings(self) -> GatewaySettings:
        """The site's. Raises UsageError where it has no gateway."""
        if self._settings is None:
            raise UsageError("the site file has no section `gateway:`")
        return self._settings

    def state(self, look: Look | None = None) -> GatewayReading:
        """All that there is, read once for a look; again without one."""
        return _read(self) if look is None else look.once(_read, self)

    def examined(self) -> Sections:
        """What `examine` says, for doctor."""
        return sections(self._run("examine", (), writes=False))

    def write(self, verb: str, lines: Iterable[Line], what: str, *, seconds: float = SECONDS) -> None:
        """Have a writing verb do its work. what: what it is, for messages. May be sent again whatever became of it."""
        self._run(verb, lines, what, seconds=seconds, writes=True)

    def _run(self, verb: str, lines: Iterable[Line], what: str | None = None, *, seconds: float = SECONDS, writes: bool) -> bytes:
        site = self.settings
        if self._connection is None:
            raise UsageError("no gateway can be asked offline")
        self.meter.count(verb)
        answer = self._connection.run((*COMMAND, verb), _data(lines), seconds=seconds, writes=writes)
        if answer.code != 0:
            raise refusal(answer.code, answer.said, f"{site.host}: {what or verb}", site.user)
        return answer.stdout


def yes(value: object) -> str:
    """As the program writes it."""
    return "yes" if value else "no"


def _read(client: GatewayClient) -> GatewayReading:
    return read_state(client._run("observe", (), writes=False), client.odd)  # noqa: SLF001 - a function of the module, since a look knows readings by them


def _data(lines: Iterable[Line]) -> bytes:
    """The data of a verb. Raises ValueError for what would be more than one line."""
    written = [f"{key} {value}" for key, value in lines]
    if any(not line.isprintable() for line in written):
        raise ValueError("data for the gateway that is more than a line")
    return "".join(f"{line}\n" for line in (*written, "end")).encode()
