"""OpenSSH's own server as a process of whoever runs the tests, on a port of loopback, for tests of what speaks SSH."""

import getpass
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from eiginfra.core.secret import Secret
from eiginfra.providers.ssh_host_keys import HostKey, HostKeys
from eiginfra.providers.ssh_target import SshTarget

SSHD = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin") or ""
USER = getpass.getuser()


@dataclass
class Sshd:
    """A server that lets `USER` in with the key `user`. host: types of the host keys there are, by which their files are called."""

    folder: Path
    port: int
    options: tuple[str, ...] = ()
    host: tuple[str, ...] = ("ed25519",)
    process: "subprocess.Popen[str] | None" = field(default=None, repr=False)

    def key(self, name: str = "ed25519") -> HostKey:
        return HostKey.parse((self.folder / f"{name}.pub").read_text())

    def secret(self, name: str = "user") -> Secret:
        return Secret((self.folder / name).read_text())

    def target(
        self, host_keys: HostKeys | None = None, key: Secret | None = None, *, agent: bool = False, port: int | None = None
    ) -> SshTarget:
        chosen = None if agent else key or self.secret()
        return SshTarget("127.0.0.1", port or self.port, USER, chosen, host_keys or HostKeys.of_keys([self.key()]))

    def start(self) -> None:
        configuration = self.folder / f"sshd-{self.port}"
        lines = [f"Port {self.port}", "ListenAddress 127.0.0.1", "PidFile none", "StrictModes no", "UsePAM no", "MaxStartups 100"]
        lines += [
            f"AuthorizedKeysFile {self.folder}/authorized_keys",
            *(f"HostKey {self.folder}/{name}" for name in self.host),
            *self.options,
        ]
        configuration.write_text("\n".join(lines) + "\n")
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # sshd wants it where root runs it
        self.process = subprocess.Popen([SSHD, "-D", "-e", "-f", str(configuration)], stderr=subprocess.PIPE, text=True)
        assert self.process.stderr is not None
        said = self.process.stderr.readline()
        assert "listening" in said, said + self.process.stderr.read()

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None


def keygen(path: Path, kind: str = "ed25519", passphrase: str = "") -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", passphrase, "-f", str(path)], check=True)


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


@contextmanager
def running_sshd(folder: Path, *options: str, host: tuple[str, ...] = ("ed25519",)) -> Iterator[Sshd]:
    for name in host:
        keygen(folder / name, name)
    keygen(folder / "user")
    shutil.copy(folder / "user.pub", folder / "authorized_keys")
    server = Sshd(folder, free_port(), options, host)
    server.start()
    try:
        yield server
    finally:
        server.stop()
