"""Servers that answer anything at all: a typed error, soon, and nothing else; the machines' servers are the teams' own."""

import socket
import struct
import threading
from contextlib import suppress
from pathlib import Path

import paramiko
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.ssh_server import Behaviour, serving
from support.sshd import Sshd

from eiginfra.core.errors import LostAnswerError, PermanentError, TransientError, UnreachableError
from eiginfra.providers.ssh_connection import SshConnection
from eiginfra.providers.ssh_target import SshPolicy, SshTarget


def _packet(payload: bytes) -> bytes:
    padding = 8 - (len(payload) + 5) % 8 + 4
    padding += -(len(payload) + padding + 5) % 8
    return struct.pack(">IB", len(payload) + padding + 1, padding) + payload + bytes(padding)


CLEAR = st.binary(max_size=200) | st.binary(min_size=1, max_size=60).map(_packet)
MESSAGE = st.tuples(st.integers(0, 255), st.binary(max_size=60)).map(lambda parts: bytes([parts[0]]) + parts[1])


@settings(max_examples=40)
@given(answers=st.lists(CLEAR, min_size=1, max_size=3), greeting=st.sampled_from([b"SSH-2.0-x\r\n", b"SSH-1.5-x\n", b"\xff\xfe\n", b""]))
def test_whatever_is_sent_instead_of_a_greeting_is_one_error(sshd: Sshd, answers: list[bytes], greeting: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            with suppress(OSError):
                while True:  # who shares no algorithm is asked for other host keys
                    connection, _ = listening.accept()
                    with connection:
                        connection.sendall(greeting + b"".join(answers))
                        connection.shutdown(socket.SHUT_WR)
                        while connection.recv(1 << 16):
                            pass

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        connection = SshConnection(sshd.target(port=listening.getsockname()[1]))
        with pytest.raises(UnreachableError, match=r"no SSH server answers there|no algorithm in common"):
            connection.run(["true"], writes=True)
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()


class Babbling(Behaviour):
    """Answers every command with a message that a test chooses."""

    message = b""

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        channel.transport._send_message(paramiko.Message(self.message))
        channel.transport.close()
        return True


@pytest.fixture(scope="module")
def babbling(tmp_path_factory: pytest.TempPathFactory) -> "object":
    behaviour = Babbling()
    with serving(tmp_path_factory.mktemp("babbling"), behaviour) as target:
        yield behaviour, target


@settings(max_examples=60)
@given(message=MESSAGE)
def test_whatever_is_sent_after_the_log_in_is_one_error(babbling: tuple[Babbling, SshTarget], message: bytes) -> None:
    behaviour, target = babbling
    behaviour.message = message
    connection = SshConnection(target, SshPolicy(opening=10))
    with pytest.raises((LostAnswerError, TransientError, PermanentError)):
        connection.run(["true"], seconds=5, writes=True)
    connection.close()


@pytest.mark.parametrize("sort", [1, 4, 80, 90, 91, 92, 95, 98, 99, 255])
def test_a_message_that_is_cut_is_one_error(babbling: tuple[Babbling, SshTarget], sort: int) -> None:
    test_whatever_is_sent_after_the_log_in_is_one_error.hypothesis.inner_test(babbling, bytes([sort, 0, 0, 0, 9, 255]))  # type: ignore[attr-defined]


def test_machines_that_answer_anything_keep_nobody_else_waiting(sshd: Sshd, tmp_path: Path) -> None:
    class Cut(Babbling):
        message = bytes([1, 0, 0, 0, 2, 0, 0, 0, 9, 255])

    with serving(tmp_path, Cut()) as target:
        gateway = SshConnection(sshd.target())
        with pytest.raises(TransientError):
            gateway.to(target).run(["true"], writes=False)
        assert gateway.run(["echo", "well"], writes=False).stdout == b"well\n"
        assert gateway.requests()["connection"] == 3
        gateway.close()
