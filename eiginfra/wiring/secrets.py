"""Secrets, fetched from where the site file says they are kept."""

import os
import subprocess

from eiginfra.core.errors import InputError
from eiginfra.core.finding import Finding, Location, error
from eiginfra.core.secret import Secret, SecretSource

_SECONDS = 30
"""A password manager may ask for a touch of a key; longer than this, nobody is there."""


def resolve(source: SecretSource, where: Location) -> Secret:
    """The secret's value; raises InputError, at the place that names it, when it is not to be had."""
    value, trouble = _read(source, where)
    if value:
        return Secret(value)
    raise InputError([trouble])


def _read(source: SecretSource, where: Location) -> tuple[str | None, Finding]:
    """The secret, and what is wrong where there is none."""
    if source.env is not None:
        return os.environ.get(source.env), error("secret-unset", name=source.env, location=where)
    if source.file is not None:
        file = str(source.file)
        try:
            return _first_line(source.file.read_text(encoding="utf-8")), error("secret-file-empty", file=file, location=where)
        except UnicodeDecodeError:
            return None, error("secret-file-not-text", file=file, location=where)
        except OSError as problem:
            return None, error("secret-file-unreadable", file=file, reason=problem.strerror, location=where)
    command = list(source.command or ())
    name = command[0] if command else ""
    try:
        # The command is written in the site file, which only EIG Link writes.
        ended = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=True)  # noqa: S603
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError) as problem:
        return None, error("secret-command-failed", name=name, type=type(problem).__name__, location=where)
    return _first_line(ended.stdout), error("secret-command-empty", name=name, location=where)


def _first_line(text: str) -> str:
    return text.splitlines()[0].strip() if text.strip() else ""
