"""A small SSH server within the tests, for what OpenSSH's own does not do: it refuses, and answers never or without end."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import paramiko
from paramiko.common import AUTH_SUCCESSFUL, OPEN_SUCCEEDED
from support.sshd import keygen

from eiginfra.core.secret import Secret
from eiginfra.providers.ssh_host_keys import HostKey, HostKeys
from eiginfra.providers.ssh_target import SshTarget


class Behaviour(paramiko.ServerInterface):
    """Lets everybody in and opens sessions; a test overrides what it is about. over: the test is."""

    def __init__(self) -> None:
        self.over = threading.Event()

    def get_allowed_auths(self, username: str) -> str:
        return "publickey"

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        return AUTH_SUCCESSFUL

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return OPEN_SUCCEEDED


@contextmanager
def serving(folder: Path, behaviour: Behaviour) -> Iterator[SshTarget]:
    """A target whose server behaves so."""
    for name in ("host", "user"):
        keygen(folder / name)
    host = HostKey.parse((folder / "host.pub").read_text())
    listening = socket.create_server(("127.0.0.1", 0))
    transports: list[paramiko.Transport] = []

    def accept() -> None:
        with suppress(OSError):
            while True:
                transport = paramiko.Transport(listening.accept()[0])
                transports.append(transport)
                transport.add_server_key(paramiko.Ed25519Key(filename=str(folder / "host")))
                with suppress(paramiko.SSHException, EOFError):
                    transport.start_server(server=behaviour)

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    port = int(listening.getsockname()[1])
    try:
        yield SshTarget("127.0.0.1", port, "eiginfra", Secret((folder / "user").read_text()), HostKeys.of_keys([host]))
    finally:
        behaviour.over.set()
        with suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join()
        for transport in transports:
            transport.close()
            transport.sock.close()
