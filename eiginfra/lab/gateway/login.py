"""What an SSH server of the lab answers to those who connect: the plumbing that the gateway and its machines share."""

import logging
import threading
from abc import abstractmethod
from collections.abc import Callable
from contextlib import suppress
from io import StringIO
from typing import Any

import paramiko
from paramiko.common import (
    AUTH_FAILED,
    AUTH_SUCCESSFUL,
    OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED,
    OPEN_FAILED_CONNECT_FAILED,
    OPEN_SUCCEEDED,
)

from eiginfra.lab.faults import SshRule
from eiginfra.lab.gateway.exits import Exit

MAX_SESSIONS = 10
"""As sshd's MaxSessions: commands at once over one connection."""
_MOST_INPUT = 64 * 1024**2
_LOOK_SECONDS = 0.5
"""How often a thread looks whether its connection still is: paramiko tells nobody of the end."""
_logger = logging.getLogger(__name__)
_PARAMIKO = logging.getLogger("eiginfra.lab.ssh")
_PARAMIKO.setLevel(logging.CRITICAL)  # whoever breaks off a connection is no news of the lab's

Faulty = Callable[[str], tuple[float, SshRule | None]]
"""Counts a request; how long it waits, and the fault that it falls under."""


class Login(paramiko.ServerInterface):
    """One connection to one server: who may enter, what they may run, what they may open."""

    host_key: str

    def __init__(self, faulty: Faulty, ended: threading.Event) -> None:
        self.transport: paramiko.Transport | None = None
        self.user = ""
        self.sessions: dict[int, paramiko.Channel | None] = {}
        """Sessions by the number of their channel; None until paramiko hands the channel out."""
        self.opened: dict[int, str] = {}
        """Addresses by the number of the channel that leads to them."""
        self._faulty = faulty
        self._ended = ended

    @abstractmethod
    def accepts(self, user: str, key: str) -> bool:
        """Whether a user may enter with a key (`TYPE BASE64`)."""

    @abstractmethod
    def execute(self, user: str, command: str, stdin: bytes) -> Exit:
        """Run a command."""

    @abstractmethod
    def request(self, user: str, command: str) -> str:
        """A command as faults and counts name it."""

    def may_open(self, address: str, port: int) -> int:  # noqa: ARG002 - the default of an interface
        """Paramiko's code for a connection onwards."""
        return int(OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED)

    def get_allowed_auths(self, username: str) -> str:  # noqa: ARG002 - paramiko's interface
        """Keys, and nothing else."""
        return "publickey"

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        """Paramiko asks this for every key that is offered."""
        if not self.accepts(username, f"{key.get_name()} {key.get_base64()}"):
            return int(AUTH_FAILED)
        self.user = username
        return int(AUTH_SUCCESSFUL)

    def check_channel_request(self, kind: str, chanid: int) -> int:
        """Sessions for commands, as many at once as sshd lets."""
        if kind != "session":
            return int(OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED)
        for number in [number for number, channel in list(self.sessions.items()) if channel and channel.closed]:
            del self.sessions[number]
        if len(self.sessions) >= MAX_SESSIONS:
            return int(OPEN_FAILED_CONNECT_FAILED)
        self.sessions[chanid] = None
        return int(OPEN_SUCCEEDED)

    def check_channel_direct_tcpip_request(self, chanid: int, origin: tuple[str, int], destination: tuple[str, int]) -> int:  # noqa: ARG002 - paramiko's interface
        """A connection onwards; what comes of it is in `opened`."""
        code = self.may_open(*destination)
        if code == OPEN_SUCCEEDED:
            self.opened[chanid] = destination[0]
        return code

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        """Runs the command in a thread of its own: paramiko must not wait for it."""
        threading.Thread(target=self._run, args=(channel, command.decode("utf-8", "replace")), daemon=True).start()
        return True

    def _run(self, channel: paramiko.Channel, command: str) -> None:
        try:
            self._answer(channel, command)
        except (OSError, EOFError, paramiko.SSHException) as error:
            _logger.debug("%s: the connection ended: %s", command, error)
        finally:
            end(channel)

    def _answer(self, channel: paramiko.Channel, command: str) -> None:
        seconds, rule = self._faulty(self.request(self.user, command))
        kind = rule.kind if rule else ""
        if seconds:
            self._ended.wait(seconds)
        if kind == "drop":
            self.close()
            return
        data = _read(channel)
        ended = Exit(rule.exit, b"", rule.stderr.encode()) if rule and kind == "exit" else self.execute(self.user, command, data)
        if kind in ("cut", "drop_after"):
            channel.sendall(ended.out[: len(ended.out) // 2] if kind == "cut" else b"")
            self.close()
            return
        channel.sendall(ended.out)
        channel.sendall_stderr(ended.err)
        channel.send_exit_status(ended.code)

    def close(self) -> None:
        """End the connection at once."""
        if self.transport:
            end(self.transport)


class _ServerTransport(paramiko.Transport):
    def run(self) -> None:
        with suppress(OSError, EOFError, paramiko.SSHException):  # last, it closes the channel that it goes over, which may have ended
            super().run()


def end(connection: "paramiko.Transport | paramiko.Channel") -> None:
    """End it, also where what it goes over has ended before: then nobody can be told."""
    with suppress(OSError, EOFError, paramiko.SSHException):
        connection.close()


def _read(channel: paramiko.Channel) -> bytes:
    """All that comes on standard input, until its end."""
    data = bytearray()
    while len(data) <= _MOST_INPUT and (part := channel.recv(1 << 16)):
        data += part
    return bytes(data)


def serve(sock: Any, login: Login, onwards: Callable[[str, paramiko.Channel], None] | None = None) -> None:
    """Serve one connection until it ends; `onwards` gets the channels that lead to an address."""
    transport = login.transport = _ServerTransport(sock)
    transport.set_log_channel(_PARAMIKO.name)
    transport.add_server_key(paramiko.Ed25519Key(file_obj=StringIO(login.host_key)))
    try:
        transport.start_server(server=login)
        while transport.is_active():
            channel = transport.accept(_LOOK_SECONDS)
            if channel is None:
                continue
            address = login.opened.pop(channel.get_id(), "")
            if address and onwards:
                onwards(address, channel)
            else:
                login.sessions[channel.get_id()] = channel
    except (OSError, EOFError, paramiko.SSHException) as error:
        _logger.debug("a connection ended: %s", error)
    finally:
        end(transport)
