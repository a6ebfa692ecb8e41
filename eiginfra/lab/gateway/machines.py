"""What a machine answers on its port 22: whose key it takes, and what a command does there.

The gateway brings the connection ; this module says what is behind it. All state of a machine is JSON in
`guest.inside`, which the lab's Proxmox keeps, dumps and deletes with the guest.
"""

from urllib.parse import unquote

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from eiginfra.lab.gateway.exits import Exit
from eiginfra.lab.gateway.guests import GuestOnNode


class LabMachine:
    """A running guest as its SSH server sees it; made for each connection."""

    def __init__(self, guest: GuestOnNode) -> None:
        self.guest = guest

    @property
    def host_key(self) -> str:
        """Its private host key (OpenSSH's format), made when it is first asked for."""
        if "host_key" not in self.guest.inside:
            made = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
            self.guest.inside["host_key"] = made.decode("ascii")
        return str(self.guest.inside["host_key"])

    def accepts(self, user: str, key: str, source: str) -> bool:  # noqa: ARG002 - `from=` is not read yet
        """Whether it lets `user` in with a key (`TYPE BASE64`) that comes from the address `source`."""
        keys = self.guest.inside.setdefault("authorized_keys", {"root": first_keys(self.guest)})
        return user in keys and key in {" ".join(line.split()[-3:][:2]) for line in keys[user].splitlines()}

    def execute(self, user: str, command: str, stdin: bytes) -> Exit | None:  # noqa: ARG002 - no command yet
        """Run a command as `user`; None for one that the lab does not model."""
        return None


def first_keys(guest: GuestOnNode) -> str:
    """The authorized_keys with which the guest was made: `ssh-public-keys` of a container, `sshkeys` of cloud-init."""
    if guest.kind == "lxc":
        return str(guest.inside.get("ssh-public-keys", ""))
    return unquote(str(guest.config.get("sshkeys", "")))
