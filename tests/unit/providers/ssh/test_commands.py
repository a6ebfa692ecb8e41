"""Commands over SSH, run by OpenSSH's own server and a real shell."""

import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.sshd import Sshd

from eiginfra.core.errors import LostAnswerError, PermanentError, TransientError
from eiginfra.providers.bounds import Bounds
from eiginfra.providers.ssh_connection import SshConnection
from eiginfra.providers.ssh_target import SshPolicy, command_line

ARGUMENT = st.text(st.characters(exclude_characters="\0\n\r", exclude_categories=["Cs"]), max_size=40)


def test_output_errors_and_exit_code_come_back(connection: SshConnection) -> None:
    answer = connection.run(["sh", "-c", "cat; echo wrong >&2; exit 65"], b"data\0\xff", writes=True)
    assert (answer.code, answer.stdout, answer.said) == (65, b"data\0\xff", "wrong")


@pytest.mark.parametrize("shell", ["sh", "bash"])
@settings(max_examples=50)
@given(words=st.lists(ARGUMENT, max_size=6))
def test_every_list_of_arguments_arrives_as_it_is(shell: str, words: list[str]) -> None:
    def told(line: str) -> list[str]:
        return subprocess.run([shell, "-c", line], capture_output=True, check=True).stdout.decode().split("\0")[:-1]

    assert told(command_line(["printf", "%s\\0", "--", *words])) == ["--", *words]
    script = 'a="it\'s"\nprintf "%s\\0" "$a" "$0" "$@"\n'
    assert told(command_line(["told", *words], script)) == ["it's", "told", *words]


@settings(max_examples=10)
@given(words=st.lists(ARGUMENT, max_size=6))
def test_every_list_of_arguments_arrives_over_ssh(connection: SshConnection, words: list[str]) -> None:
    answer = connection.run(["printf", "%s\\0", "--", *words], writes=False)
    assert answer.stdout.decode().split("\0")[:-1] == ["--", *words]
    answer = connection.run(["told", *words], writes=False, script='printf "%s\\0" \\\n "$0" "$@"\n')
    assert answer.stdout.decode().split("\0")[:-1] == ["told", *words]


@pytest.mark.parametrize(
    "words", [[], [""], ["if"], ["A=b"], ["rm -rf"], ["~/x"], ["-x"], ["$(id)"], ["ls", "a\nb"], ["ls", "a\0"], ["ls", "\r"]]
)
def test_what_is_no_list_of_arguments_is_refused(words: list[str]) -> None:
    with pytest.raises(ValueError, match=r"name of a program|line break"):
        command_line(words)


def test_one_connection_serves_all_commands(connection: SshConnection) -> None:
    for _ in range(3):
        connection.run(["true"], writes=False)
    assert connection.requests() == {"connection": 1, "command": 3, "channel": 3}


def test_a_command_that_does_not_end_is_left(connection: SshConnection) -> None:
    with pytest.raises(LostAnswerError, match="had not ended in time"):
        connection.run(["sleep", "60"], seconds=0.2, writes=True)
    with pytest.raises(TransientError, match="had not ended in time") as read:
        connection.run(["sleep", "60"], seconds=0.2, writes=False)
    assert not isinstance(read.value, LostAnswerError)
    assert connection.run(["echo", "well"], writes=False).stdout == b"well\n"
    assert connection.requests()["connection"] == 1


def test_a_command_that_ends_by_a_signal_has_no_exit_code(connection: SshConnection) -> None:
    with pytest.raises(LostAnswerError, match="ended by a signal"):
        connection.run(["sh", "-c", "kill -9 $$"], writes=True)


@pytest.mark.parametrize("command", ["cat /dev/zero", "cat /dev/zero >&2"])
def test_more_than_an_answer_may_have_is_not_read(sshd: Sshd, command: str) -> None:
    small = SshConnection(sshd.target(), SshPolicy(bounds=Bounds(size=100_000)))
    with pytest.raises(PermanentError, match="more bytes than an answer may have"):
        small.run(["sh", "-c", command], writes=False)
    assert small.run(["echo", "well"], writes=False).code == 0
    small.close()


def test_data_that_nobody_reads_holds_nobody(connection: SshConnection) -> None:
    assert connection.run(["sh", "-c", "exit 7"], bytes(8 << 20), writes=True).code == 7


def test_data_goes_in_while_output_comes_out(connection: SshConnection) -> None:
    data = bytes(range(256)) * 16_384
    assert connection.run(["cat"], data, writes=False).stdout == data
