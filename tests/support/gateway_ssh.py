"""Somebody with a key, and what they do over SSH."""

from contextlib import suppress
from dataclasses import dataclass, field
from io import StringIO
from typing import Any

import paramiko

from eiginfra.lab.gateway.keys import make_key, public_key

PROGRAM = "sudo -n /usr/local/sbin/eiginfra-gateway"


@dataclass
class Person:
    """Somebody with a key."""

    private: str = field(default_factory=make_key)

    @property
    def public(self) -> str:
        return public_key(self.private)

    @property
    def key(self) -> paramiko.PKey:
        return paramiko.Ed25519Key(file_obj=StringIO(self.private))


@dataclass
class Entered:
    """A connection over SSH."""

    transport: paramiko.Transport

    def run(self, command: str, data: str | bytes = "") -> tuple[int, str, str]:
        channel = self.transport.open_session()
        channel.exec_command(command)
        channel.sendall(data.encode() if isinstance(data, str) else data)
        channel.shutdown_write()
        out, err = channel.makefile().read().decode(), channel.makefile_stderr().read().decode()
        return channel.recv_exit_status(), out, err

    def verb(self, verb: str, *lines: str) -> tuple[int, str, str]:
        return self.run(f"{PROGRAM} {verb}", "".join(f"{line}\n" for line in (*lines, "end")))

    def open(self, address: str, port: int = 22) -> paramiko.Channel:
        return self.transport.open_channel("direct-tcpip", (address, port), ("127.0.0.1", 0))


class OverChannel(paramiko.Transport):
    """A connection whose thread outlives the connection that it goes over: it closes that last, when nobody can be told any more."""

    def run(self) -> None:
        with suppress(OSError, EOFError, paramiko.SSHException):
            super().run()


def enter(sock: Any, user: str, key: paramiko.PKey) -> Entered:
    """Enter a server; raises paramiko.AuthenticationException where the key is refused."""
    transport = OverChannel(sock)
    transport.start_client(timeout=10)
    try:
        transport.auth_publickey(user, key)
    except paramiko.SSHException:
        transport.close()
        raise
    return Entered(transport)
