"""Commands over SSH, through paramiko, which takes long to load: `ssh_connection` loads it when a server is asked.

Every wait has an end, also those of paramiko that have none: a watch closes the connection.
"""

import threading
import time
from contextlib import suppress
from typing import Any

import paramiko
from paramiko.buffered_pipe import BufferedPipe
from paramiko.common import cMSG_CHANNEL_DATA as DATA

from eiginfra.core.errors import LostAnswerError, PermanentError, ProviderError, TransientError, UnreachableError
from eiginfra.core.text import one_line
from eiginfra.providers.ssh_host_keys import HostKey
from eiginfra.providers.ssh_keys import reason_of
from eiginfra.providers.ssh_login import GRACE, ChannelMessage, Dial, close, log_in, watched
from eiginfra.providers.ssh_target import LostError, SshAnswer, SshPolicy, SshTarget

_SLACK = 1 << 16
_ENDING = 0.5
"""Seconds within which a connection that is lost has ended."""
_PAUSES = (0.05, 0.2, 0.5)
"""Seconds before a session that was refused is asked for again."""


class SshSession:
    """A connection to a server on which somebody is logged in; safe to use from several threads. Close it."""

    def __init__(self, target: SshTarget, policy: SshPolicy, transport: paramiko.Transport, host_key: HostKey) -> None:
        self.host_key = host_key
        self._target, self._policy, self._transport = target, policy, transport
        self._sessions = threading.BoundedSemaphore(policy.sessions)

    @property
    def active(self) -> bool:
        """Whether it can be used."""
        return self._transport.is_active()

    def close(self) -> None:
        """End it, and all that goes over it."""
        close(self._transport)

    def run(self, command: str, data: bytes, seconds: float, *, writes: bool) -> SshAnswer:
        """What a line of shell answers to data on its standard input, within so many seconds.

        Raises LostError; TransientError, or LostAnswerError if it writes, for a command that does not end in time or tells no exit code;
        PermanentError for an answer that is too long.
        """
        end = time.monotonic() + seconds
        if not self._sessions.acquire(timeout=seconds):
            raise TransientError(f"{self._target}: {self._policy.sessions} commands had not ended within {seconds:.0f} s; try again later")
        try:
            channel = self._session(end)
            try:
                return self._answer(channel, command, data, end, writes=writes)
            finally:
                # Not `GRACE`: a machine under load may need longer, and every other command would be lost with the connection.
                with watched(self._transport, self._policy.channel), suppress(paramiko.SSHException, EOFError, OSError):
                    channel.close()
        finally:
            self._sessions.release()

    def tcp(self, host: str, port: int, seconds: float) -> paramiko.Channel:
        """A connection from the server to another one. Raises LostError, TransientError, UnreachableError."""
        return self._channel("direct-tcpip", (host, port), time.monotonic() + seconds)

    def _session(self, end: float) -> paramiko.Channel:
        """A session, asked for again where it is refused: OpenSSH counts one for a moment after its end, and nothing was sent yet."""
        for pause in _PAUSES:
            try:
                return self._channel("session", None, end)
            except LostError:
                raise
            except TransientError:
                if time.monotonic() + pause > end:
                    raise
                time.sleep(pause)
        return self._channel("session", None, end)

    def _channel(self, kind: str, to: tuple[str, int] | None, end: float) -> paramiko.Channel:
        self._policy.meter.count("channel")
        left = max(0.1, min(end - time.monotonic(), self._policy.channel))
        # For all that an answer may have: no command waits until somebody reads.
        window = self._policy.bounds.size + _SLACK if to is None else None
        where = f"{self._target}: no connection to {to[0]}:{to[1]}" if to else f"{self._target}: no session"
        try:
            with watched(self._transport, left + GRACE):
                return self._transport.open_channel(kind, to, ("127.0.0.1", 0), window_size=window, timeout=left)
        except paramiko.ChannelException as problem:
            raise _refused(problem, where, through=to is not None) from None
        except (paramiko.SSHException, EOFError, OSError) as problem:
            if not self.active:
                raise LostError(f"{self._target}: the connection was lost", sent=False) from None
            raise (UnreachableError if to else TransientError)(f"{where} within {left:.0f} s ({reason_of(problem)})") from None

    def _answer(self, channel: paramiko.Channel, command: str, data: bytes, end: float, *, writes: bool) -> SshAnswer:
        ended = threading.Event()
        output = tuple(_Output(channel, self._policy.bounds.size, ended) for _ in range(2))
        channel.in_buffer, channel.in_stderr_buffer = output
        if channel.closed:
            ended.set()
        left = max(0.1, end - time.monotonic())
        channel.settimeout(left)
        with watched(self._transport, left + GRACE, channel.event):
            try:
                channel.exec_command(command)
                with suppress(OSError):  # who ends without having read everything has a reason, and an exit code
                    _send(channel, data)
                    _send_end(channel, self._transport)
            except (paramiko.SSHException, EOFError, OSError) as problem:
                self._transport.join(_ENDING)  # a connection that is lost closes its channels first
                if self.active and time.monotonic() < end:
                    raise PermanentError(f"{self._target}: it runs no commands ({reason_of(problem)})") from None
            ended.wait(max(0.0, end - time.monotonic()))
        if any(part.full for part in output):
            raise PermanentError(f"{self._target}: more bytes than an answer may have; see whether the right server answers")
        if not self.active:
            raise LostError(f"{self._target}: the connection was lost before the answer", sent=True)
        unknown = LostAnswerError if writes else TransientError
        if not ended.is_set():
            raise unknown(f"{self._target}: the command had not ended in time; see whether the server is well")
        if channel.exit_status < 0:
            raise unknown(f"{self._target}: the command was ended by a signal; see whether the server is well")
        return SshAnswer(channel.exit_status, *(bytes(part.data) for part in output))


def _send(channel: paramiko.Channel, data: bytes) -> None:
    """Send data as the standard input of a command, as far as it is read. Raises OSError where the channel is closed."""
    rest = memoryview(data)
    while rest:
        head = DATA + channel.remote_chanid.to_bytes(4, "big")
        sent: int = channel._send(bytes(rest), ChannelMessage(channel, head))  # type: ignore[attr-defined]  # noqa: SLF001 - `send` lets others between
        if not sent:
            return
        rest = rest[sent:]


def _send_end(channel: paramiko.Channel, transport: paramiko.Transport) -> None:
    """Tell the end of the standard input."""
    with channel.lock:
        message = channel._send_eof()  # type: ignore[attr-defined]  # noqa: SLF001 - `shutdown_write` lets others between
    if message is not None:
        transport._send_user_message(ChannelMessage(channel, message.asbytes()))  # type: ignore[attr-defined]  # noqa: SLF001


def open_session(target: SshTarget, policy: SshPolicy, dial: Dial, seconds: float) -> SshSession:
    """A session on a server, opened within so many seconds. Raises as `log_in` does."""
    return SshSession(target, policy, *log_in(target, policy, dial, seconds))


def _refused(problem: paramiko.ChannelException, where: str, *, through: bool) -> ProviderError:
    """The server opens no channel."""
    if through and problem.code == 2:  # RFC 4254, 5.1: the connection failed
        return UnreachableError(f"{where}: it does not answer there; see whether the machine runs")
    advice = "; see `AllowTcpForwarding` and `PermitOpen` there" if through and problem.code == 1 else ""
    return TransientError(f"{where}: refused ({one_line(problem.text).lower()}){advice}")


class _Output(BufferedPipe):  # type: ignore[type-arg]
    """What a command writes, up to a size; `ended` is set when the channel is closed, or when it is too much."""

    def __init__(self, channel: paramiko.Channel, size: int, ended: threading.Event) -> None:
        super().__init__()
        self.data, self.full = bytearray(), False
        self._channel, self._size, self._ended = channel, size, ended

    def feed(self, data: Any) -> None:
        if self.full or len(self.data) + len(data) > self._size:
            self.full = True
            self._ended.set()
        else:
            self.data += data

    def close(self) -> None:
        if self._channel.closed:  # a command may close its output and go on
            self._ended.set()
