"""Whom SSH is spoken with, within which bounds, and what is run there: a list of arguments, quoted here and nowhere else."""

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field

from eiginfra.core.errors import TransientError
from eiginfra.core.secret import Secret
from eiginfra.core.text import one_line
from eiginfra.providers.bounds import Bounds
from eiginfra.providers.http import Meter
from eiginfra.providers.ssh_host_keys import HostKeys

_PROGRAM = re.compile(r"[A-Za-z0-9_./][A-Za-z0-9_./+-]*")
_KEYWORDS = frozenset(
    (
        "case",
        "coproc",
        "do",
        "done",
        "elif",
        "else",
        "esac",
        "fi",
        "for",
        "function",
        "if",
        "in",
        "select",
        "then",
        "time",
        "until",
        "while",
    )
)
_SHOWN = 1500
"""Characters of standard error that are shown, from its end: there is what went wrong."""


@dataclass(frozen=True)
class SshTarget:
    """A server, and who logs in there.

    key: the text of a private key; None: the keys of the agent. service: the section of the site file, named in remedies. public: the
    public half of the key, `TYPE BASE64`, where it is known: of the agent's keys no other is then offered.
    """

    host: str
    port: int
    user: str
    key: Secret | None
    host_keys: HostKeys
    service: str = "gateway"
    public: str = ""

    def __str__(self) -> str:
        return f"{self.user}@[{self.host}]:{self.port}" if ":" in self.host else f"{self.user}@{self.host}:{self.port}"


@dataclass(frozen=True)
class SshPolicy:
    """How SSH is spoken; all times in seconds.

    connect: for a connection. opening: for all of it, the host key and the log-in included. channel: for a new channel. keep_alive:
    between two messages over an idle connection. sessions: commands at once over one connection; OpenSSH allows ten, and counts one for a
    moment after its end. openings: connections through a server that are opened at once; machines: those that are kept. bounds: of one
    answer, and of a phase; its `seconds` do not count, a command has its own.
    """

    connect: float = 10
    opening: float = 30
    channel: float = 15
    keep_alive: float = 15
    sessions: int = 5
    openings: int = 16
    machines: int = 100
    bounds: Bounds = field(default_factory=Bounds)
    meter: Meter = field(default_factory=Meter)


class LostError(TransientError):
    """The connection was lost. sent: whether the command had been sent by then, so that it may have run."""

    def __init__(self, message: str, *, sent: bool) -> None:
        super().__init__(message)
        self.sent = sent


@dataclass(frozen=True)
class SshAnswer:
    """How a command ended."""

    code: int
    stdout: bytes
    stderr: bytes

    @property
    def said(self) -> str:
        """The end of its standard error, fit to be shown: on one line, bounded, without secrets."""
        text = one_line(self.stderr.decode(errors="replace").strip())
        return text if len(text) <= _SHOWN else "…" + text[-_SHOWN:]


def command_line(words: Sequence[str], script: str | None = None, *, sudo: bool = False) -> str:
    """What a POSIX shell splits into exactly these arguments. script: a program of several lines for `sh` to run with them.

    sudo: run as root, without asking for a password.

    Raises ValueError for what cannot be one.
    """
    if not words or not _PROGRAM.fullmatch(words[0]) or words[0] in _KEYWORDS:
        raise ValueError("a command begins with the name of a program")
    for word in words:
        if any(letter in word for letter in "\0\n\r"):
            raise ValueError(f"an argument of {words[0]} holds a NUL or a line break; a program of several lines is given as `script`")
    root = ["sudo", "-n"] if sudo else []
    if script is None:
        return shlex.join([*root, *words])
    if "\0" in script:
        raise ValueError(f"the script {words[0]} holds a NUL")
    return shlex.join([*root, "sh", "-c", script, *words])
