"""Secrets, fetched from where the site file says they are kept."""

import os
import subprocess

from eiginfra.core.errors import InputError
from eiginfra.core.finding import Location, error
from eiginfra.core.secret import Secret, SecretSource

_SECONDS = 30
"""A password manager may ask for a touch of a key; longer than this, nobody is there."""


def resolve(source: SecretSource, where: Location) -> Secret:
    """The secret's value; raises InputError, at the place that names it, when it is not to be had."""
    value, trouble = _read(source)
    if value:
        return Secret(value)
    raise InputError([error("secret-missing", trouble or "the secret is empty", remedy="see docs/site.md, Secrets", location=where)])


def _read(source: SecretSource) -> tuple[str | None, str | None]:
    if source.env is not None:
        return os.environ.get(source.env), f"the environment variable {source.env} is not set or empty"
    if source.file is not None:
        try:
            return _first_line(source.file.read_text(encoding="utf-8")), f"{source.file} is empty"
        except (OSError, UnicodeDecodeError) as problem:
            reason = problem.strerror if isinstance(problem, OSError) else "it is not text"
            return None, f"the secret cannot be read from {source.file}: {reason}"
    command = list(source.command or ())
    name = command[0] if command else ""
    try:
        # The command is written in the site file, which only EIG Link writes.
        ended = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=True)  # noqa: S603
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError) as problem:
        return None, f"the command {name!r}, which should print the secret, failed: {type(problem).__name__}"
    return _first_line(ended.stdout), f"the command {name!r} printed nothing"


def _first_line(text: str) -> str:
    return text.splitlines()[0].strip() if text.strip() else ""
