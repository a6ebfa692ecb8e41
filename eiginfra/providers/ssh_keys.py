"""The keys that eiginfra logs in with over SSH: of a text, never written to a disk, or of the ssh-agent."""

import io
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import paramiko
from paramiko.agent import AgentSSH

from eiginfra.core.errors import PermissionDeniedError
from eiginfra.core.secret import Secret
from eiginfra.core.text import one_line
from eiginfra.providers.ssh_host_keys import HostKey
from eiginfra.providers.ssh_target import SshTarget

MOST_KEYS = 5
"""Of an agent's keys so many are offered: sshd ends the connection at the sixth refusal."""


@contextmanager
def keys_of(target: SshTarget, seconds: float) -> Iterator[list[paramiko.PKey]]:
    """What may be tried. Raises PermissionDeniedError where there is none."""
    where = f"`key:` under `{target.service}:` in the site file"
    if target.key is not None:
        yield [private_key(target.key, where)]
        return
    path = os.environ.get("SSH_AUTH_SOCK", "")
    try:
        agent = _Agent(path, seconds)
    except (paramiko.SSHException, OSError) as problem:
        reason = reason_of(problem) if path else "SSH_AUTH_SOCK is not set"
        msg = f"{target}: no ssh-agent answers ({reason}); start one and add the key (ssh-add FILE), or name a file as {where}"
        raise PermissionDeniedError(msg) from None
    try:
        own = HostKey.parse(target.public) if target.public else None
        keys = [key for key in agent.get_keys() if own is None or key.asbytes() == own.blob]
        if not keys:
            lacks = f"has not the key {own.fingerprint}; add it" if own else "has no keys; add one"
            raise PermissionDeniedError(f"{target}: the ssh-agent {lacks}: ssh-add FILE")
        yield list(keys)
    finally:
        agent.close()


def private_key(text: Secret, where: str) -> paramiko.PKey:
    """The key of a text, as ssh-keygen writes it. Raises PermissionDeniedError, which says nothing of it."""
    lines = text.reveal().replace("\r\n", "\n").strip() + "\n"
    closed = f"{where}: the key has a passphrase; add it to the ssh-agent (ssh-add FILE) and write `key: agent`"
    if "-----BEGIN ENCRYPTED PRIVATE KEY-----" in lines:
        raise PermissionDeniedError(closed)
    for family in (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey):
        try:
            return family.from_private_key(io.StringIO(lines))
        except paramiko.PasswordRequiredException:
            raise PermissionDeniedError(closed) from None
        except (paramiko.SSHException, ValueError, IndexError):
            continue
    raise PermissionDeniedError(
        f"{where} is no private key of SSH (Ed25519, ECDSA or RSA) in OpenSSH's form; `ssh-keygen -p -f FILE` puts one into it, "
        "`ssh-keygen -t ed25519` makes one"
    )


def reason_of(problem: BaseException) -> str:
    """What paramiko or the system says of a problem, fit to be shown."""
    text = (problem.strerror if isinstance(problem, OSError) else None) or str(problem) or "the connection was closed"
    return one_line(text)[:200]


class _Agent(AgentSSH):
    """The keys of the ssh-agent, whose answers have a deadline. Raises OSError, SSHException."""

    def __init__(self, path: str, seconds: float) -> None:
        super().__init__()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._socket.settimeout(seconds)
            self._socket.connect(path)
            self._connect(self._socket)  # type: ignore[attr-defined]  # the stubs leave it out
        except BaseException:
            self._socket.close()
            raise

    def close(self) -> None:
        self._socket.close()
