"""Who connects to the gateway, and to the machines through it, and what they may do there."""

import shlex
import threading
from ipaddress import IPv4Address, IPv4Network

from paramiko.common import OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED, OPEN_FAILED_CONNECT_FAILED, OPEN_SUCCEEDED

from eiginfra.lab.gateway.authorized import AuthorizedKey, read_keys
from eiginfra.lab.gateway.exits import Exit
from eiginfra.lab.gateway.guests import GuestOnNode
from eiginfra.lab.gateway.keys import public_key
from eiginfra.lab.gateway.lab import GatewayLab
from eiginfra.lab.gateway.login import Faulty, Login
from eiginfra.lab.gateway.machines import LabMachine
from eiginfra.lab.gateway.program import VERBS, run
from eiginfra.lab.gateway.state import KEYS

USER = "eiginfra"
PROGRAM = "/usr/local/sbin/eiginfra-gateway"
_SUDO = ["sudo", "-n"]
_NO_SUDO = Exit(1, b"", b"sudo: a password is required\n")


class GatewayLogin(Login):
    """A connection to the gateway: of account `eiginfra`, or of a person who jumps."""

    def __init__(self, lab: GatewayLab, faulty: Faulty, ended: threading.Event) -> None:
        super().__init__(faulty, ended)
        self.lab = lab
        self.host_key = lab.state.host_key
        self._entered: AuthorizedKey | None = None
        """The line by which a person entered."""

    def accepts(self, user: str, key: str) -> bool:
        """The lab's key for `eiginfra`; for members of the group the keys that the program wrote, while the account is open."""
        self._entered = None
        with self.lab.lock:
            if user == USER:
                return key == public_key(self.lab.state.key)
            account = self.lab.state.accounts.get(user)
            if account is None or not account.member or self.lab.is_over(account.expires):
                return False
            lines = read_keys(self.lab.state.files.get(f"{KEYS}/{user}", ""))
            self._entered = next((line for line in lines if line.key == key), None)
            return self._entered is not None

    def request(self, user: str, command: str) -> str:  # noqa: ARG002 - the interface
        """`SSH /gateway/observe`; `SSH /gateway/command` for anything else."""
        return f"SSH /gateway/{_verb(command) or 'command'}"

    def execute(self, user: str, command: str, stdin: bytes) -> Exit:  # noqa: ARG002 - the interface
        """The gateway program, each verb by name, through sudo; what would run without sudo the lab does not model."""
        verb = _verb(command)
        with self.lab.lock:
            if verb and self.lab.state.sudo:
                return run(self.lab, verb, stdin)
            if command.split()[:1] == ["sudo"]:
                return _listed(command) if self.lab.state.sudo else _NO_SUDO
            self.lab.in_vain.refused("SSH", "/gateway", command)
            return Exit(127, b"", f"the lab does not model {command!r}\n".encode())

    def check_channel_request(self, kind: str, chanid: int) -> int:
        """People have no session at all (MaxSessions 0)."""
        if kind == "session" and self.user != USER:
            return int(OPEN_FAILED_CONNECT_FAILED)
        return super().check_channel_request(kind, chanid)

    def check_channel_shell_request(self, channel: object) -> bool:  # noqa: ARG002 - paramiko's interface
        """The lab does not model a shell."""
        self.lab.in_vain.refused("SSH", "/gateway", "shell")
        return False

    def may_open(self, address: str, port: int) -> int:
        """For a person what their key permits, for eiginfra the machines' SSH; then whether a machine is there."""
        with self.lab.lock:
            entered = self._entered
            allowed = entered.may_open(address, port) if entered else port == 22 and _is_machine(self.lab, address)
            if not allowed:
                return int(OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED)
            found = port == 22 and self.lab.guests.at(address)
            return int(OPEN_SUCCEEDED if found else OPEN_FAILED_CONNECT_FAILED)


class MachineLogin(Login):
    """A connection to a machine, through the gateway."""

    def __init__(self, lab: GatewayLab, guest: GuestOnNode, address: str, faulty: Faulty, ended: threading.Event) -> None:
        super().__init__(faulty, ended)
        self.lab, self.guest, self.address = lab, guest, address
        self.machine = LabMachine(guest)
        self._started = guest.started
        with lab.lock:
            self.host_key = self.machine.host_key

    def accepts(self, user: str, key: str) -> bool:
        """As the machine's files say; it sees the gateway as the source."""
        with self.lab.lock:
            return self.machine.accepts(user, key, self.lab.network.address)

    def request(self, user: str, command: str) -> str:  # noqa: ARG002 - the interface
        """`SSH /machines/192.168.0.101/command`."""
        return f"SSH /machines/{self.address}/command"

    def execute(self, user: str, command: str, stdin: bytes) -> Exit:
        """What the machine answers; what it does not model is refused. Raises EOFError where it was stopped or restarted since."""
        with self.lab.lock:
            if self.lab.guests.at(self.address) is not self.guest or self.guest.started != self._started:
                self.close()
                raise EOFError(self.address)
            ended = self.machine.execute(user, command, stdin)
            if ended is None:
                self.lab.in_vain.refused("SSH", "/machines", command)
                return Exit(127, b"", f"the lab does not model {command!r}\n".encode())
            return ended


def _verb(command: str) -> str:
    """The verb, if a command is what sudoers has for the gateway program; else ""."""
    try:
        words = shlex.split(command)
    except ValueError:
        return ""
    return words[3] if words[:3] == [*_SUDO, PROGRAM] and len(words) == 4 and words[3] in VERBS else ""


def _listed(command: str) -> Exit:
    """What sudo says of a command that it is asked about (`-l`), and of one that it does not run."""
    verb = _verb(command.replace(" -l ", " ", 1))
    return Exit(0, f"{PROGRAM} {verb}\n".encode()) if verb else _NO_SUDO


def _is_machine(lab: GatewayLab, address: str) -> bool:
    try:
        return IPv4Address(address) in IPv4Network(lab.network.subnet)
    except ValueError:
        return False
