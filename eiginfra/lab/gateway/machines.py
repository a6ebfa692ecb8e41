"""What a machine answers on its port 22: whose key it takes, and what a command does there.

The gateway brings the connection; this module says what is behind it. All state of a machine is JSON in
`guest.inside`, which the lab's Proxmox keeps, dumps and deletes with the guest.
"""

import shlex
from urllib.parse import unquote

from eiginfra.lab.gateway.authorized import AuthorizedKey, read_keys
from eiginfra.lab.gateway.exits import Exit
from eiginfra.lab.gateway.guests import GuestOnNode
from eiginfra.lab.gateway.keys import host_key
from eiginfra.lab.gateway.machine_program import FILES, MachineProgram

PROGRAM = "eiginfra-machine"
_SUDO = ["sudo", "-n"]


class LabMachine:
    """A running guest as its SSH server sees it; made for each connection."""

    def __init__(self, guest: GuestOnNode) -> None:
        self.guest = guest
        self._entered: AuthorizedKey | None = None
        """The line by which somebody entered."""

    @property
    def host_key(self) -> str:
        """Its private host key (OpenSSH's format), made when it is first asked for."""
        return host_key(self.guest.inside)

    @property
    def accounts(self) -> tuple[str, ...]:
        """Who can log in: root, and in a VM the image's own user."""
        return ("root",) if self.guest.kind == "lxc" else ("root", image_user(self.guest))

    def accepts(self, user: str, key: str, source: str) -> bool:
        """Whether it lets `user` in with a key (`TYPE BASE64`) that comes from the address `source`."""
        self.guest.inside.setdefault("authorized_keys", first_keys(self.guest))
        texts = [self.guest.inside.get(name, {}).get(user, "") for name in FILES]
        lines = (line for text in texts for line in read_keys(text) if line.key == key and line.comes_from(source))
        self._entered = next(lines, None) if user in self.accounts else None
        return self._entered is not None

    def execute(self, user: str, command: str, stdin: bytes) -> Exit | None:
        """Run a command as `user`; None for one that the lab does not model."""
        if self._entered is not None and self._entered.values("command"):
            return Exit(142, f'Please login as the user "{image_user(self.guest)}" rather than the user "root".\n'.encode())
        try:
            words = shlex.split(command)
        except ValueError:
            return None
        sudo, words = words[:2] == _SUDO, words[2:] if words[:2] == _SUDO else words
        if len(words) < 4 or words[:2] != ["sh", "-c"] or words[3] != PROGRAM or not words[2].startswith(f"# {PROGRAM}:"):
            return None
        if sudo and not self.guest.inside.get("sudo", True):
            return Exit(1, b"", b"sudo: a password is required\n")
        if user != "root" and not sudo:
            return Exit(77, b"", b"not root\n")
        return MachineProgram(self.guest.inside, self.accounts).run(words[4:], stdin)


def image_user(guest: GuestOnNode) -> str:
    """The user that cloud-init makes: the one that is asked for, else Debian's."""
    return str(guest.config.get("ciuser", "debian"))


def first_keys(guest: GuestOnNode) -> dict[str, str]:
    """The authorized_keys with which the guest was made: `ssh-public-keys` of a container, `sshkeys` of cloud-init.

    cloud-init gives them to the image's user; root's lines say who that is, and nothing else.
    """
    if guest.kind == "lxc":
        return {"root": str(guest.inside.get("ssh-public-keys", ""))}
    lines = [line for line in unquote(str(guest.config.get("sshkeys", ""))).splitlines() if line.strip()]
    closed = f'no-port-forwarding,no-agent-forwarding,no-X11-forwarding,command="echo {image_user(guest)}" '
    roots = (closed + (f"{found.key} {found.comment}".strip()) for line in lines for found in read_keys(line))
    return {image_user(guest): "".join(f"{line}\n" for line in lines), "root": "".join(f"{line}\n" for line in roots)}
