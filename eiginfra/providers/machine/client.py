"""The client of machines: the program, run in each of them, over the one connection to the gateway."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from eiginfra.core.errors import (
    HeldError,
    PermanentError,
    PermissionDeniedError,
    ProviderError,
    TransientError,
    UnreachableError,
    UsageError,
)
from eiginfra.core.reason import Reason, reason
from eiginfra.core.secret import Secret
from eiginfra.providers.http import Meter
from eiginfra.providers.machine.answer import MachineAnswer, parse
from eiginfra.providers.machine.program import PROGRAM
from eiginfra.providers.ssh_connection import SshConnection
from eiginfra.providers.ssh_gateway import COMMAND
from eiginfra.providers.ssh_host_keys import HostKey, HostKeyError, HostKeys
from eiginfra.providers.ssh_target import SshAnswer, SshTarget

PORT = 22
SECONDS = 60.0
"""For one call of the program."""
_NO_SUDO = (1, 127)
"""What `sudo -n` exits with where it may not, and a shell where there is none; the program has no such exit codes."""


class NotEnteredError(HeldError):
    """A machine that could not be entered, or did not do what it was asked: it concerns nobody else, and a later run tries again."""

    def __init__(self, text: str, why: Reason) -> None:
        super().__init__(text)
        self.why = why


@dataclass(frozen=True)
class MachineSettings:
    """How machines are entered.

    gateway: the connection that they are reached through. key: the private key; None: the agent's. public: the public half. first_use:
    whether the first host key of a machine that eiginfra made may be believed. node: whether the gateway is the node of the containers.
    """

    gateway: SshConnection
    key: Secret | None
    public: str
    first_use: bool
    node: bool


@dataclass(frozen=True)
class Door:
    """Where and as whom a machine is entered. host_keys: the fingerprints that it may show; none: whichever it shows first."""

    address: str
    login: str
    logins: tuple[str, ...]
    host_keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class Entered:
    """What a machine answered. host_key: the fingerprint of the one that it showed; host_keys: all that it may show from now on."""

    answer: MachineAnswer
    host_key: str
    host_keys: tuple[str, ...] = ()


class MachineClient:
    """Safe to share between threads. settings: None without a section, and offline: nothing can be asked then."""

    def __init__(self, settings: MachineSettings | None, public: str = "") -> None:
        self._settings = settings
        self.own = public.split()[1] if public else ""
        """The own public key, in Base64."""
        self.public = " ".join(public.split()[:2])
        self.meter = Meter()

    @property
    def settings(self) -> MachineSettings:
        """How machines are entered. Raises UsageError where nothing says it."""
        if self._settings is None:
            raise UsageError("the site file has no sections `gateway:` and `machines:`, by which machines are entered")
        return self._settings

    def reach_gateway(self) -> None:
        """Open the connection to the gateway. Raises UnreachableError, PermissionDeniedError, HostKeyError: then no machine is reached."""
        _ = self.settings.gateway.host_key

    def read(self, door: Door) -> Entered:
        """The keys of the logins, and facts. Raises NotEnteredError; HostKeyError for a machine that shows another host key."""
        return self._run(door, "read", (), writes=False)

    def write(self, door: Door, lines: Iterable[str], *, again: bool = False) -> Entered:
        """Have the program change the keys of the logins; what it says of them afterwards. Raises as `read`.

        again: over a connection of its own, where one that was refused before must not decide.
        """
        return self._run(door, "write", lines, writes=True, again=again)

    def host_keys(self, number: int) -> tuple[str, ...]:
        """The fingerprints of a container's host keys, where the gateway is its node; none where it is not, or the container is off."""
        if not self.settings.node:
            return ()
        data = f"id {number}\nend\n".encode()
        try:
            answer = self.settings.gateway.run([*COMMAND, "host-keys"], data, seconds=SECONDS, writes=False)
        except UnreachableError:
            raise
        except ProviderError:
            return ()
        return _fingerprints(answer.stdout.decode("ascii", "replace")) if answer.code == 0 else ()

    def _run(self, door: Door, verb: str, lines: Iterable[str], *, writes: bool, again: bool = False) -> Entered:
        target = SshTarget(door.address, PORT, door.login, self.settings.key, _allowed(door.host_keys), "machines", self.public)
        gateway = self.settings.gateway
        connection = SshConnection(target, replace(gateway.policy, meter=self.meter), gateway) if again else gateway.to(target, self.meter)
        data = [*(f"login {login}" for login in door.logins), f"own {self.own}", *lines, "end"]
        sudo = door.login != "root"
        try:
            answer = connection.run(
                ["eiginfra-machine", verb],
                "".join(f"{line}\n" for line in data).encode(),
                seconds=SECONDS,
                writes=writes,
                script=PROGRAM,
                sudo=sudo,
            )
            shown = connection.host_key.fingerprint
            return Entered(_read(answer, door, sudo=sudo), shown, door.host_keys or (shown,))
        except PermissionDeniedError as problem:
            raise NotEnteredError(str(problem), reason("machine-key-refused", login=door.login)) from problem
        except UnreachableError as problem:
            raise NotEnteredError(str(problem), reason("machine-unreachable", address=door.address)) from problem
        except (NotEnteredError, HostKeyError):
            raise
        except (TransientError, PermanentError) as problem:
            raise NotEnteredError(str(problem), reason("machine-unread", text=str(problem))) from problem
        finally:
            if again:
                connection.close()


def _allowed(fingerprints: Sequence[str]) -> HostKeys:
    return HostKeys.of_fingerprints(*fingerprints) if fingerprints else HostKeys.first_use()


def _fingerprints(text: str) -> tuple[str, ...]:
    """Of lines `TYPE BASE64`; what is none is left out."""
    found = []
    for line in text.splitlines():
        try:
            found.append(HostKey.parse(line).fingerprint)
        except ValueError:
            continue
    return tuple(sorted(found))


def _read(answer: SshAnswer, door: Door, *, sudo: bool) -> MachineAnswer:
    """Raises NotEnteredError where the program did not do its work."""
    if answer.code == 0:
        return _workable(parse(answer.stdout), door)
    if sudo and answer.code in _NO_SUDO:
        raise NotEnteredError(
            f"{door.login}@{door.address} may not become root: {answer.said}", reason("machine-sudo-refused", login=door.login)
        )
    raise NotEnteredError(
        f"{door.address}: {answer.said}", reason("machine-unread", text=answer.said or f"the program ended with {answer.code}")
    )


def _workable(answer: MachineAnswer, door: Door) -> MachineAnswer:
    """Raises NotEnteredError where files of a login are not as they must be: nobody can tell then who has access."""
    shut = {login: state.partition(" ")[2] for login, state in answer.states.items() if state.startswith("refused")}
    if shut:
        login, why = next(iter(shut.items()))
        text = f"{door.address}: the authorized keys of {login} cannot be worked with: {why}"
        raise NotEnteredError(text, reason("machine-keys-refused", login=login, why=why))
    return answer
