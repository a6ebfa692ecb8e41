"""How a connection over SSH comes about: algorithms, the server's host key, the log-in.

Nobody logs in before the server has shown the right host key, and nobody with a password.
"""

import logging
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import paramiko
from paramiko.packet import Packetizer
from paramiko.ssh_exception import IncompatiblePeer, PartialAuthentication

from eiginfra.core.errors import PermissionDeniedError, UnreachableError
from eiginfra.core.text import one_line
from eiginfra.providers.ssh_host_keys import TYPES, HostKey, HostKeyError
from eiginfra.providers.ssh_keys import MOST_KEYS, keys_of, reason_of
from eiginfra.providers.ssh_target import SshPolicy, SshTarget

KEY_EXCHANGES = (
    *("mlkem768x25519-sha256", "curve25519-sha256@libssh.org", "ecdh-sha2-nistp256", "ecdh-sha2-nistp384", "ecdh-sha2-nistp521"),
    "diffie-hellman-group16-sha512",
)
CIPHERS = ("aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "aes128-ctr", "aes256-ctr")
MACS = ("hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com", "hmac-sha2-256", "hmac-sha2-512")
"""What is agreed upon with a server; of paramiko's own lists CBC, 3DES, MD5, SHA-1, and groups that the server chooses are left out."""
_SIGNATURES = {"ssh-rsa": ("rsa-sha2-512", "rsa-sha2-256")}
"""By type of host key, where they are not called as it."""

_SILENCE = 30
"""Seconds after which a connection is lost on which the other side acknowledges nothing."""
GRACE = 2.0
"""Seconds after the end of its time at which a connection is closed if paramiko still holds the caller."""
_LARGEST = 1 << 18
_ON_CHANNELS = range(93, 101)
"""The messages on channels that are open (RFC 4254, 9)."""
_CLOSE = 97

logging.getLogger("paramiko").setLevel(logging.CRITICAL)  # what went wrong is raised; its own lines would be printed beside it

Stream = socket.socket | paramiko.Channel
Dial = Callable[[float], Stream]
"""Opens a connection to a server within so many seconds."""


def log_in(target: SshTarget, policy: SshPolicy, dial: Dial, seconds: float) -> tuple[paramiko.Transport, HostKey]:
    """A connection on which somebody is logged in, after the server has shown the right host key.

    Raises HostKeyError, PermissionDeniedError, UnreachableError, and what `dial` raises.
    """
    end = time.monotonic() + seconds
    transport, host_key = _recognised(target, policy, dial, end)
    try:
        with watched(transport, max(0.1, end - time.monotonic()) + GRACE):
            _authenticate(transport, target, end)
            transport.set_keepalive(int(policy.keep_alive))
    except BaseException:
        close(transport)
        raise
    return transport, host_key


def connect(target: SshTarget, seconds: float) -> socket.socket:
    """A TCP connection; raises UnreachableError."""
    section = f"`host:` and `port:` under `{target.service}:` in the site file"
    try:
        stream = socket.create_connection((target.host, target.port), timeout=seconds)
    except socket.gaierror:
        raise UnreachableError(f"{target}: the host name is unknown; see {section}") from None
    except TimeoutError:
        raise UnreachableError(f"{target}: no connection in time; see whether the server is up and no firewall stands between") from None
    except OSError as problem:
        raise UnreachableError(
            f"{target}: {(problem.strerror or 'no connection').lower()}; see whether the server is up, and {section}"
        ) from None
    stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    stream.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if sys.platform == "linux":
        stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 1000 * _SILENCE)
    return stream


def _recognised(target: SshTarget, policy: SshPolicy, dial: Dial, end: float) -> tuple[paramiko.Transport, HostKey]:
    """A connection to a server that has shown a key that it may show.

    A server has keys of several types and shows one of those that it is asked for: a fingerprint does not tell its type, so all are
    asked for, one after the other. Where it has none of the types that are pinned, it is asked for the others to tell what it has.
    """
    allowed = target.host_keys
    asked: tuple[str, ...] = allowed.types or TYPES
    untried = list(TYPES)
    seen: HostKey | None = None
    while asked:
        stream = dial(max(0.1, min(policy.connect, end - time.monotonic())))
        try:
            transport, key = _greeted(stream, target, asked, max(0.1, end - time.monotonic()))
        except IncompatiblePeer as problem:
            untried = [name for name in untried if name not in asked]
            if seen is None and not untried:
                msg = f"{target}: no algorithm in common ({reason_of(problem)}); the server may be too old to be spoken with safely"
                raise UnreachableError(msg) from None
        else:
            if allowed.allows(key):
                return transport, key
            close(transport)
            seen = seen or key
            untried = [name for name in untried if name != key.type] if allowed.pinned and not allowed.types else []
        asked = tuple(untried)
    shown = seen.fingerprint if seen else ""
    raise HostKeyError(str(target), shown, allowed.pinned, service=target.service, revoked=shown in allowed.revoked)


def _greeted(stream: Stream, target: SshTarget, types: tuple[str, ...], seconds: float) -> tuple[paramiko.Transport, HostKey]:
    """A connection with keys exchanged. Raises IncompatiblePeer, UnreachableError."""
    transport = _Transport(stream, packetizer_class=_Packets)
    options = transport.get_security_options()
    options.kex = tuple(name for name in KEY_EXCHANGES if name in options.kex)
    options.ciphers, options.digests = CIPHERS, MACS
    options.key_types = tuple(name for kind in types for name in _SIGNATURES.get(kind, (kind,)))
    transport.banner_timeout = transport.handshake_timeout = transport.clear_to_send_timeout = seconds
    try:
        with watched(transport, seconds + GRACE):
            transport.start_client(timeout=seconds)
        return transport, HostKey(transport.get_remote_server_key().asbytes())
    except IncompatiblePeer:
        close(transport)
        raise
    except (paramiko.SSHException, EOFError, OSError) as problem:
        close(transport)
        msg = f"{target}: no SSH server answers there ({reason_of(problem)}); see `port:` under `{target.service}:`"
        raise UnreachableError(msg) from None


def _authenticate(transport: paramiko.Transport, target: SshTarget, end: float) -> None:
    """Log in by one of the keys. Raises PermissionDeniedError, UnreachableError."""
    refused: list[str] = []
    with keys_of(target, max(0.1, end - time.monotonic())) as keys:
        for key in keys[:MOST_KEYS]:
            answered = threading.Event()
            with suppress(paramiko.SSHException, EOFError, OSError):  # where the connection was lost: found below
                transport.auth_publickey(target.user, key, answered)
            if not answered.wait(max(0.0, end - time.monotonic())) and transport.is_active():
                raise UnreachableError(
                    f"{target}: no answer to the log-in in time; see whether the server is well, or the agent waits for a yes"
                )
            if transport.is_authenticated():
                return
            problem = transport.get_exception()
            refused.append(HostKey(key.asbytes()).fingerprint)
            if not transport.is_active() and not isinstance(problem, paramiko.AuthenticationException):
                reason = reason_of(problem) if problem else "it closed the connection"
                raise UnreachableError(f"{target}: lost during the log-in with the key {refused[-1]} ({reason})")
            if isinstance(problem, PartialAuthentication | paramiko.BadAuthenticationType):
                kinds = ", ".join(map(one_line, problem.allowed_types))
                raise PermissionDeniedError(
                    f"{target}: a key alone does not do there, it asks for {kinds}; see `AuthenticationMethods` there"
                )
    more = f"; the agent has {len(keys)}, of which the first {MOST_KEYS} were tried" if len(keys) > MOST_KEYS else ""
    raise PermissionDeniedError(
        f"{target}: the log-in is refused with {' and '.join(refused)}{more}; see `key:` and `user:` under `{target.service}:` in the "
        f"site file, and the authorized keys of {target.user} there"
    )


def close(transport: paramiko.Transport) -> None:
    """End a connection, whatever has become of it."""
    transport.packetizer.complete_handshake()  # or its timer runs on
    transport.close()
    with suppress(paramiko.SSHException, EOFError, OSError):  # a channel tells its end to a server that may be lost
        transport.sock.close()


@contextmanager
def watched(transport: paramiko.Transport, seconds: float, also: threading.Event | None = None) -> Iterator[None]:
    """Close the connection, and set the event, if what is done here takes longer."""

    def end() -> None:
        close(transport)
        if also is not None:
            also.set()

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


class ChannelMessage(paramiko.Message):
    """A message on a channel, which is not sent once the channel is closed: OpenSSH ends the whole connection over it.

    paramiko sends its answer to the server's close from another thread, between the making and the sending of a message.
    """

    def __init__(self, channel: paramiko.Channel, content: bytes) -> None:
        super().__init__()
        self.channel = channel
        self.add_bytes(content)


class _Transport(paramiko.Transport):
    """paramiko's connection, whose errors are of three families: a server's bytes may make its thread raise anything."""

    def _send_message(self, data: paramiko.Message) -> None:
        # Whoever sends on a channel holds a lock of the connection here, and the answer to a close is sent after the channel is closed.
        if not self._is_late(data):
            super()._send_message(data)  # type: ignore[misc]  # its types leave it out

    def _is_late(self, data: paramiko.Message) -> bool:
        """Whether a message is for a channel that is closed; paramiko's own are known by the server's number of their channel."""
        if isinstance(data, ChannelMessage):
            return bool(data.channel.closed)
        content = data.asbytes()
        if not content or content[0] not in _ON_CHANNELS or content[0] == _CLOSE:
            return False
        number = int.from_bytes(content[1:5], "big")
        known = self._channels.values()  # type: ignore[attr-defined]  # its types leave it out
        return all(channel.remote_chanid != number for channel in known)

    def run(self) -> None:
        with suppress(paramiko.SSHException, EOFError, OSError):  # last, it closes what it goes over, which may have been lost before
            super().run()

    def get_exception(self) -> Exception | None:
        met: Exception | None = super().get_exception()
        if met is None or isinstance(met, paramiko.SSHException | EOFError | OSError):
            return met
        return paramiko.SSHException(f"a message that cannot be read, {type(met).__name__}")


class _Packets(Packetizer):
    """paramiko's packets, of the size that OpenSSH sends at most: whoever answers would else choose how much memory one takes."""

    def read_all(self, n: int, check_rekey: bool = False) -> bytes:  # noqa: FBT001, FBT002 - paramiko's interface
        if n > _LARGEST:
            raise paramiko.SSHException("a packet is too large")
        return super().read_all(n, check_rekey)
