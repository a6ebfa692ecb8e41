"""Connections that are refused, lost or slow: what is asked again, and what is left."""

import os
import socket
import struct
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import paramiko
import pytest
from paramiko.common import MSG_CHANNEL_CLOSE, MSG_CHANNEL_DATA, MSG_CHANNEL_EOF
from support.lost_stream import LostStream
from support.relay import Relay, relaying
from support.ssh_server import Behaviour, serving
from support.sshd import Sshd, running_sshd

from eiginfra.core.errors import LostAnswerError, PermanentError, TransientError, UnreachableError
from eiginfra.core.secret import Secret
from eiginfra.providers import ssh, ssh_login
from eiginfra.providers.ssh_connection import SshConnection
from eiginfra.providers.ssh_target import LostError, SshPolicy

ONCE_HELD = """\
echo run >> "$1"
if [ "$(wc -l < "$1")" = 1 ]; then
  echo started > "$2"
  exec sleep 60
fi
echo done
"""


@pytest.fixture
def relay(sshd: Sshd) -> Iterator[Relay]:
    with relaying(sshd.port) as made:
        yield made


def _cut_while_it_runs(sshd: Sshd, relay: Relay, folder: Path, *, writes: bool) -> tuple[SshConnection, "str | Exception"]:
    """What a command comes to whose connection is cut the first time that it runs, as soon as it does."""
    runs, started = folder / "runs", folder / "started"
    os.mkfifo(started)
    connection = SshConnection(sshd.target(port=relay.port))

    def run() -> "str | Exception":
        try:
            return connection.run(["held", str(runs), str(started)], writes=writes, script=ONCE_HELD).stdout.decode()
        except TransientError as problem:
            return problem

    with ThreadPoolExecutor(1) as pool:
        result = pool.submit(run)
        assert started.read_text() == "started\n"
        relay.cut()
        return connection, result.result(timeout=30)


def test_what_only_reads_is_run_again_once(sshd: Sshd, relay: Relay, tmp_path: Path) -> None:
    connection, result = _cut_while_it_runs(sshd, relay, tmp_path, writes=False)
    assert result == "done\n"
    assert connection.requests() == {"connection": 2, "command": 2, "channel": 2}
    connection.close()


def test_what_may_have_written_is_not_run_again(sshd: Sshd, relay: Relay, tmp_path: Path) -> None:
    connection, result = _cut_while_it_runs(sshd, relay, tmp_path, writes=True)
    assert isinstance(result, LostAnswerError)
    assert "the work may have been done" in str(result)
    assert (tmp_path / "runs").read_text() == "run\n"
    assert connection.run(["echo", "well"], writes=True).stdout == b"well\n"
    connection.close()


def test_a_connection_that_was_lost_while_idle_is_opened_again_for_writes_too(sshd: Sshd, relay: Relay) -> None:
    connection = SshConnection(sshd.target(port=relay.port))
    for _ in range(3):
        assert connection.run(["echo", "well"], writes=True).stdout == b"well\n"
        relay.cut()
    assert connection.requests()["connection"] == relay.accepted == 3
    connection.close()


def test_a_server_that_loses_every_connection_is_asked_twice(sshd: Sshd, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(*_arguments: object, **_options: object) -> None:
        raise LostError("the connection was lost", sent=True)

    monkeypatch.setattr(ssh.SshSession, "run", lost)
    connection = SshConnection(sshd.target())
    with pytest.raises(TransientError, match="try again later"):
        connection.run(["true"], writes=False)
    assert connection.requests()["command"] == 2
    connection.close()


def test_more_commands_than_sessions_wait_for_one_another(sshd: Sshd) -> None:
    connection = SshConnection(sshd.target())
    with ThreadPoolExecutor(24) as pool:
        answers = list(pool.map(lambda number: connection.run(["echo", str(number)], writes=False).stdout, range(48)))
    assert answers == [b"%d\n" % number for number in range(48)]
    assert connection.requests() == {"connection": 1, "command": 48, "channel": 48}
    connection.close()


def test_a_command_that_ends_while_its_input_is_sent_keeps_the_connection(sshd: Sshd, monkeypatch: pytest.MonkeyPatch) -> None:
    """OpenSSH ends the connection over a message on a channel that both sides have closed."""
    answered, send = threading.Event(), paramiko.Transport._send_user_message

    def late(transport: paramiko.Transport, message: paramiko.Message) -> None:
        kind = message.asbytes()[0]
        if kind in (MSG_CHANNEL_DATA, MSG_CHANNEL_EOF) and threading.current_thread() is not transport:
            assert answered.wait(20)
        send(transport, message)
        if kind == MSG_CHANNEL_CLOSE and threading.current_thread() is transport:
            answered.set()

    monkeypatch.setattr(paramiko.Transport, "_send_user_message", late)
    connection = SshConnection(sshd.target())
    for data in (b"", b"not read"):
        answered.clear()
        assert connection.run(["echo", "well"], data, writes=True).stdout == b"well\n"
    assert connection.run(["echo", "well"], writes=True).stdout == b"well\n"
    assert connection.requests()["connection"] == 1
    connection.close()


def test_what_is_sent_late_to_a_machine_keeps_the_connection_to_the_gateway(sshd: Sshd, monkeypatch: pytest.MonkeyPatch) -> None:
    answered, send = threading.Event(), paramiko.Transport._send_user_message

    def again(transport: paramiko.Transport, message: paramiko.Message) -> None:
        kind = message.asbytes()[0]
        send(transport, message)
        if kind == MSG_CHANNEL_CLOSE:
            answered.set()
        if kind == MSG_CHANNEL_DATA:
            assert answered.wait(20)
            send(transport, message)  # as one that another thread made before

    with socket.create_server(("127.0.0.1", 0)) as listening:
        connection = SshConnection(sshd.target())
        channel = connection.stream(sshd.target(port=listening.getsockname()[1]), 20)
        machine, _ = listening.accept()
        machine.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        machine.close()
        channel.settimeout(20)
        assert channel.recv(1) == b""
        monkeypatch.setattr(paramiko.Transport, "_send_user_message", again)
        channel.send(b"late")
        assert answered.is_set()
        monkeypatch.undo()
        assert connection.run(["echo", "well"], writes=True).stdout == b"well\n"
        assert connection.requests()["connection"] == 1
        connection.close()


def test_who_is_slow_to_end_a_command_keeps_the_connection(sshd: Sshd, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine under load: the timer of whatever is watched for `GRACE` alone fires at once."""
    monkeypatch.setattr(ssh, "GRACE", 0)
    connection = SshConnection(sshd.target())
    for _ in range(3):
        assert connection.run(["echo", "well"], writes=True).stdout == b"well\n"
    assert connection.requests()["connection"] == 1
    connection.close()


def test_a_command_that_finds_no_session_free_is_told(tmp_path: Path) -> None:
    class Held(Behaviour):
        def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
            return True

    with serving(tmp_path, Held()) as target, ThreadPoolExecutor(1) as pool:
        connection = SshConnection(target, SshPolicy(sessions=1))
        connection.host_key  # noqa: B018 - opens it
        held = pool.submit(connection.run, ["true"], seconds=2, writes=False)
        while not connection.requests().get("channel"):
            pass
        with pytest.raises(TransientError, match="1 commands had not ended within 0 s"):
            connection.run(["true"], seconds=0.1, writes=False)
        connection.close()
        with pytest.raises(TransientError):
            held.result()


def test_who_waits_for_an_attempt_shares_its_failure(tmp_path: Path) -> None:
    class Silent(Behaviour):
        def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
            self.over.wait(30)
            return 2  # authentication failed

    with serving(tmp_path, Silent()) as target, ThreadPoolExecutor(10) as pool:
        connection = SshConnection(target, SshPolicy(opening=1.5))
        together = threading.Barrier(10)

        def run(_: int) -> type[Exception]:
            together.wait()
            with pytest.raises(UnreachableError, match="no answer to the log-in in time") as problem:
                connection.run(["true"], writes=True)
            return problem.type

        assert list(pool.map(run, range(10))) == [UnreachableError] * 10
        assert connection.requests() == {"connection": 1}


def test_a_server_that_opens_no_session_is_asked_again_later(tmp_path: Path) -> None:
    with running_sshd(tmp_path, "MaxSessions 0") as server:
        connection = SshConnection(server.target())
        with pytest.raises(TransientError, match="no session: refused"):
            connection.run(["true"], writes=True)
        connection.close()


@pytest.mark.parametrize(
    ("code", "said"),
    [(4, "shortage"), (1, "prohibited")],
)
def test_a_session_that_is_refused_is_told_with_its_reason(tmp_path: Path, code: int, said: str) -> None:
    class Full(Behaviour):
        def check_channel_request(self, kind: str, chanid: int) -> int:
            return code

    with serving(tmp_path, Full()) as target:
        connection = SshConnection(target)
        with pytest.raises(TransientError, match=said) as problem:
            connection.run(["true"], writes=True)
        assert not isinstance(problem.value, LostAnswerError)
        connection.close()


def test_a_server_that_runs_no_commands_is_told(tmp_path: Path) -> None:
    with serving(tmp_path, Behaviour()) as target:
        connection = SshConnection(target)
        with pytest.raises(PermanentError, match="it runs no commands"):
            connection.run(["true"], writes=True)
        connection.close()


def test_a_server_that_never_answers_a_command_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Deaf(Behaviour):
        def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
            return self.over.wait(30)

    monkeypatch.setattr(ssh, "GRACE", 0.1)
    monkeypatch.setattr(ssh_login, "GRACE", 0.1)
    with serving(tmp_path, Deaf()) as target:
        connection = SshConnection(target)
        with pytest.raises(LostAnswerError):
            connection.run(["true"], seconds=0.3, writes=True)
        connection.close()


@pytest.mark.parametrize("size", [0x7FFFFFFC, 0xFFFFFFFC])
def test_a_packet_that_would_fill_the_memory_is_not_read(sshd: Sshd, size: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening, ThreadPoolExecutor(1) as pool:

        def answer() -> bytes:
            connection, _ = listening.accept()
            with connection:
                connection.sendall(b"SSH-2.0-huge\r\n" + size.to_bytes(4, "big") + bytes(4))
                while data := connection.recv(1 << 16):
                    last = data
                return last

        served = pool.submit(answer)
        connection = SshConnection(sshd.target(port=listening.getsockname()[1]))
        with pytest.raises(UnreachableError, match="a packet is too large"):
            connection.run(["true"], writes=False)
        assert served.result(timeout=10)


def test_what_a_command_says_is_fit_to_be_shown(connection: SshConnection) -> None:
    secret = Secret("very-secret-value")
    answer = connection.run(
        ["sh", "-c", "head -c 9999 /dev/zero | tr '\\0' x >&2; printf '\\033[2Jthe %s\\n' \"$1\" >&2", "sh", secret.reveal()], writes=False
    )
    assert answer.said.endswith("x\N{REPLACEMENT CHARACTER}[2Jthe ***")
    assert len(answer.said) < 1600


def test_a_stream_that_was_lost_before_is_one_error(sshd: Sshd) -> None:
    """Every test fails where a thread ends with an exception, here paramiko's."""
    with pytest.raises(UnreachableError, match="no SSH server answers there"):
        ssh_login.log_in(sshd.target(), SshPolicy(), lambda _: LostStream(), 5)  # type: ignore[arg-type, return-value]  # no channel
