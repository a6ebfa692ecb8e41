"""Secrets, fetched from where the site file says they are kept, and fit to be sent: libraries repeat what they cannot send.

What is wrong is told by the place in the file that names the secret. The command is not repeated, and other names only if they can be no
secret: whoever writes the secret itself there, by mistake, does not find it in a log.
"""

import os
import re
import subprocess

from eiginfra.core.errors import InputError
from eiginfra.core.finding import Finding, Location, error
from eiginfra.core.redaction import keep_unseen
from eiginfra.core.secret import Secret, SecretSource

_SECONDS = 30
"""A password manager may ask for a touch of a key; longer than this, nobody is there."""
_LONGEST, _LONGEST_TOKEN = 10_000, 2000
"""Characters; GitLab takes no longer value of a variable."""
_BYTES = 2**16
_VARIABLE, _FILE = re.compile(r"[A-Z_]+(?:\d{0,3}[A-Z_]*)?"), re.compile(r"[a-z][a-z_-]*\.[a-z]{2,8}")
"""Names that are told; others may be a secret that was written in the place of its name."""
_MARK = "\ufeff"


def resolve(source: SecretSource, where: Location, *, token: bool = True) -> Secret:
    """The secret's value; raises InputError, at the place that names it, when it is not to be had or cannot be sent.

    token: it goes into a header or is an address, so that it consists of printable ASCII without blanks; else it is any text of one line.
    """
    value, trouble = _read(source, where)
    keep_unseen(value)
    value = value.removeprefix(_MARK).strip()
    if not value:
        raise InputError([trouble])
    if (code := _fault(value, token=token)) is not None:
        raise InputError([error(code, location=where)])
    return Secret(value)


def resolve_key(source: SecretSource, where: Location) -> Secret:
    """A private key's whole text; raises InputError, at the place that names it, when it is not to be had or is none."""
    value, trouble = _read(source, where, whole=True)
    keep_unseen(value)
    value = value.removeprefix(_MARK).strip()
    if not value:
        raise InputError([trouble])
    if "PRIVATE KEY-----" not in value:
        raise InputError([error("secret-no-private-key", location=where)])
    return Secret(value + "\n")


def _fault(value: str, *, token: bool) -> str | None:
    """The code of what is wrong with a value."""
    if len(value.splitlines()) > 1:
        return "secret-of-several-lines"
    if not all(letter.isprintable() or letter in "\t\N{NO-BREAK SPACE}" for letter in value):
        return "secret-with-control-character"
    if token and not (value.isascii() and value.isprintable() and " " not in value):
        return "secret-not-ascii"
    return "secret-too-long" if len(value) > (_LONGEST_TOKEN if token else _LONGEST) else None


def _read(source: SecretSource, where: Location, *, whole: bool = False) -> tuple[str, Finding]:
    """The secret as it is kept, its first line or the whole of it; and what is wrong if that is nothing."""
    text = _text if whole else _first_line
    if source.env is not None:
        name = source.env if _VARIABLE.fullmatch(source.env) else None
        return os.environ.get(source.env, ""), error("secret-unset", name=name, location=where)
    name = source.file.name if source.file is not None and _FILE.fullmatch(source.file.name) else None
    try:
        if source.file is not None:
            return text(_contents(source.file)), error("secret-file-empty", name=name, location=where)
        # The command is written in the site file, which only EIG Link writes.
        command = list(source.command or ())
        ended = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=True)  # noqa: S603
        return text(ended.stdout), error("secret-command-empty", location=where)
    except UnicodeDecodeError:
        raise InputError([error("secret-not-text", location=where)]) from None
    except (OSError, ValueError) as problem:  # ValueError: a NUL in the path or the command
        code = "secret-file-unreadable" if source.file is not None else "secret-command-failed"
        reason = getattr(problem, "strerror", None) or type(problem).__name__
        raise InputError([error(code, name=name, reason=reason, location=where)]) from None
    except subprocess.SubprocessError as problem:
        raise InputError([error("secret-command-failed", reason=type(problem).__name__, location=where)]) from None


def _contents(path: os.PathLike[str]) -> bytes:
    """Of a file, or of a pipe that a shell made; so much as a secret can be long."""
    with open(os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK), "rb") as file:  # noqa: PTH123 - a descriptor
        os.set_blocking(file.fileno(), True)
        return file.read(_BYTES)


def _text(data: bytes) -> str:
    return data.decode("utf-8-sig").replace("\r\n", "\n")


def _first_line(data: bytes) -> str:
    return re.split(r"\r|\n", data.decode("utf-8-sig"), maxsplit=1)[0]
