"""The way into the gateway that eiginfra has: the real ssh, its own key, sudo, and one program with data on standard input."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from support.gateway_network import HOST, Network, host_key
from support.namespaces import SECONDS

from eiginfra.providers.gateway import program

USER = "eiginfra"


@dataclass(frozen=True)
class Door:
    """`folder` holds eiginfra's private key and what is known of the gateway."""

    folder: Path

    @property
    def public_key(self) -> str:
        return (self.folder / "id.pub").read_text(encoding="ascii").strip()

    def ssh(self, command: str, data: str = "") -> "subprocess.CompletedProcess[str]":
        """Run a command on the gateway as eiginfra's account."""
        options = [
            "-i",
            str(self.folder / "id"),
            "-F",
            "none",
            "-o",
            f"UserKnownHostsFile={self.folder / 'known_hosts'}",
            "-o",
            "BatchMode=yes",
        ]
        line = ["ssh", *options, f"{USER}@{HOST}", command]
        return subprocess.run(line, input=data, capture_output=True, text=True, timeout=SECONDS, check=False)

    def send(self, verb: str, *pairs: tuple[str, object]) -> "subprocess.CompletedProcess[str]":
        """Send a verb with its data."""
        return self.ssh(f"sudo -n {program.PATH} {verb}", data(*pairs))


def data(*pairs: tuple[str, object]) -> str:
    """The lines that a verb takes."""
    return "".join(f"{key} {value}\n" for key, value in pairs) + "end\n"


def make_door(folder: Path, network: Network) -> Door:
    """A key for eiginfra."""
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / "id")], check=True, timeout=SECONDS)
    (folder / "known_hosts").write_text(f"{HOST} {host_key(network.gateway)}\n", encoding="ascii")
    return Door(folder)
