"""The program that eiginfra runs in a machine, run for real on a folder: by whoever runs the tests, with an account file of its own."""

import base64
import os
import pwd
import struct
import subprocess
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from eiginfra.providers.machine.program import PROGRAM


def public_key(number: int, kind: str = "ssh-ed25519") -> str:
    """A key of its own for every number, in Base64."""
    parts = (kind.encode(), struct.pack(">I", number) * 8)
    return base64.b64encode(b"".join(struct.pack(">I", len(part)) + part for part in parts)).decode()


OWN = public_key(0)
OWN_LINE = f'from="192.168.0.254",no-agent-forwarding ssh-ed25519 {OWN} eiginfra'


@dataclass
class MachineFolder:
    """A machine whose accounts have their homes in a folder. Their owner is who runs this, in the place of root."""

    folder: Path
    logins: tuple[str, ...] = ("root",)
    shell: tuple[str, ...] = ("sh",)
    limit: str = ""
    tools: str = ""
    """A folder of commands that come before the system's."""
    homes: dict[str, Path] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for login in self.logins:
            self.homes[login] = self.folder / login
            self.homes[login].mkdir(parents=True)
        me = pwd.getpwuid(os.geteuid())
        rows = [f"{login}:x:{me.pw_uid}:{me.pw_gid}::{home}:/bin/sh\n" for login, home in self.homes.items()]
        (self.folder / "passwd").write_text("".join(rows))

    @cached_property
    def text(self) -> str:
        """The program with other accounts, and another in the place of root: nothing but its text decides about that."""
        assert PROGRAM.count("\nROOT=0\nPASSWD=/etc/passwd\n") == 1
        text = PROGRAM.replace("\nPATH=/", f"\nPATH={self.tools}:/") if self.tools else PROGRAM
        return text.replace("\nROOT=0\nPASSWD=/etc/passwd\n", f"\nROOT={os.geteuid()}\nPASSWD={self.folder}/passwd\n{self.limit}\n")

    def path(self, login: str = "root", name: str = "authorized_keys") -> Path:
        """The file of a login."""
        return self.homes[login] / ".ssh" / name

    def has(self, content: bytes | str, login: str = "root", name: str = "authorized_keys") -> Path:
        """Write the file of a login."""
        path = self.path(login, name)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def run(self, verb: str, *lines: str, end: bool = True) -> subprocess.CompletedProcess[bytes]:
        """Run a verb with these lines of data, behind the logins and the own key."""
        data = [*(f"login {login}" for login in self.logins), f"own {OWN}", *lines, *(["end"] if end else [])]
        return self.call(verb, data="".join(f"{line}\n" for line in data).encode())

    def call(self, *arguments: str, data: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
        """Run it with arguments and data as they are."""
        return subprocess.run(
            [*self.shell, "-c", self.text, "eiginfra-machine", *arguments],
            input=data,
            capture_output=True,
            check=False,
            timeout=60,
        )
