"""OpenSSH's own server as a process of whoever runs the tests, on a port of loopback, for tests of what speaks SSH."""

import getpass
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from eiginfra.core.secret import Secret
from eiginfra.providers.ssh_host_keys import HostKey, HostKeys
from eiginfra.providers.ssh_target import SshTarget

SSHD = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin") or ""
USER = getpass.getuser()


@dataclass
class Sshd:
    """A server that lets `USER` in with the key `user`, a process a connection. host: the types of its host keys, after which the files
    are called.
    """

    folder: Path
    options: tuple[str, ...] = ()
    host: tuple[str, ...] = ("ed25519",)
    accepted: int = 0
    _processes: list["subprocess.Popen[bytes]"] = field(default_factory=list, repr=False)

    def __post_init__(self) -> None:
        lines = ["PidFile none", "StrictModes no", "UsePAM no", f"AuthorizedKeysFile {self.folder}/authorized_keys"]
        lines += [f"SetEnv HOME={self.folder}"]  # or the shell reads whatever is at home
        self._configuration = self.folder / "sshd_config"
        self._configuration.write_text("\n".join([*lines, *(f"HostKey {self.folder}/{name}" for name in self.host), *self.options, ""]))
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # sshd wants it where root runs it
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = int(self._listening.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def key(self, name: str = "ed25519") -> HostKey:
        return HostKey.parse((self.folder / f"{name}.pub").read_text())

    def secret(self, name: str = "user") -> Secret:
        return Secret((self.folder / name).read_text())

    def target(
        self, host_keys: HostKeys | None = None, key: Secret | None = None, *, agent: bool = False, port: int | None = None
    ) -> SshTarget:
        chosen = None if agent else key or self.secret()
        return SshTarget("127.0.0.1", port or self.port, USER, chosen, host_keys or HostKeys.of_keys([self.key()]))

    def close(self) -> None:
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for process in self._processes:
            process.kill()
            process.wait()

    def _accept(self) -> None:
        command = [SSHD, "-i", "-f", str(self._configuration), "-E", str(self.folder / "log")]
        with suppress(OSError):
            while True:
                connection, _ = self._listening.accept()
                self.accepted += 1
                with connection:
                    self._processes.append(subprocess.Popen(command, stdin=connection.fileno(), stdout=connection.fileno()))


def keygen(path: Path, kind: str = "ed25519", passphrase: str = "") -> None:
    size = ["-b", "2048"] if kind == "rsa" else []  # made sooner than those of today's size
    subprocess.run(["ssh-keygen", "-q", "-t", kind, *size, "-N", passphrase, "-f", str(path)], check=True)


@contextmanager
def running_sshd(folder: Path, *options: str, host: tuple[str, ...] = ("ed25519",)) -> Iterator[Sshd]:
    for name in host:
        keygen(folder / name, name)
    keygen(folder / "user")
    shutil.copy(folder / "user.pub", folder / "authorized_keys")
    server = Sshd(folder, options, host)
    try:
        yield server
    finally:
        server.close()
