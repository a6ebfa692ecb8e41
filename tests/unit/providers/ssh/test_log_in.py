"""Who is let in: keys of a text and of a real agent, and what is told where they do not do."""

import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import paramiko
import pytest
from paramiko.agent import AgentKey
from support.sshd import USER, Sshd, keygen, running_sshd

from eiginfra.core.errors import PermissionDeniedError, UnreachableError
from eiginfra.core.secret import Secret
from eiginfra.providers.ssh_connection import SshConnection
from eiginfra.providers.ssh_host_keys import HostKey, HostKeys
from eiginfra.providers.ssh_login import connect
from eiginfra.providers.ssh_target import SshPolicy, SshTarget


@pytest.fixture
def agent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of a real agent without keys."""
    path = tmp_path / "agent"
    process = subprocess.Popen(["ssh-agent", "-D", "-a", str(path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert "SSH_AUTH_SOCK" in process.stdout.readline()
    monkeypatch.setenv("SSH_AUTH_SOCK", str(path))
    yield tmp_path
    process.kill()
    process.communicate()


def _add(*keys: Path) -> None:
    subprocess.run(["ssh-add", "-q", *map(str, keys)], check=True)


def _refused(target: SshTarget, **policy: float) -> PermissionDeniedError:
    connection = SshConnection(target, SshPolicy(**policy))  # type: ignore[arg-type]
    with pytest.raises(PermissionDeniedError) as refused:
        connection.run(["true"], writes=True)
    asked = connection.requests()
    with pytest.raises(PermissionDeniedError):
        connection.run(["true"], writes=False)
    assert connection.requests() == asked
    connection.close()
    return refused.value


def test_a_key_that_is_not_accepted_is_told_with_its_fingerprint_and_the_user(sshd: Sshd, tmp_path: Path) -> None:
    keygen(tmp_path / "other")
    problem = _refused(sshd.target(key=Secret((tmp_path / "other").read_text())))
    fingerprint = HostKey.parse((tmp_path / "other.pub").read_text()).fingerprint
    assert f"refused with {fingerprint}" in str(problem)
    assert f"the authorized keys of {USER}" in str(problem)
    assert problem.exit_code == 77


@pytest.mark.parametrize("kind", ["rsa", "ecdsa"])
def test_keys_of_other_types_are_accepted(tmp_path: Path, kind: str) -> None:
    keygen(tmp_path / "mine", kind)
    with running_sshd(tmp_path) as server:
        shutil.copy(tmp_path / "mine.pub", tmp_path / "authorized_keys")
        text = (tmp_path / "mine").read_text().replace("\n", "\r\n").strip()
        connection = SshConnection(server.target(key=Secret(text)))
        assert connection.run(["true"], writes=False).code == 0
        connection.close()


def test_a_key_in_the_older_form_is_accepted(sshd: Sshd, tmp_path: Path) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", "rsa", "-b", "2048", "-m", "PEM", "-N", "", "-f", str(tmp_path / "old")], check=True)
    assert "refused with SHA256:" in str(_refused(sshd.target(key=Secret((tmp_path / "old").read_text()))))


@pytest.mark.parametrize("form", ["RFC4716", "PEM", "PKCS8"])
def test_a_key_with_a_passphrase_is_for_the_agent(sshd: Sshd, tmp_path: Path, form: str) -> None:
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "rsa", "-b", "2048", "-m", form, "-N", "passphrase", "-f", str(tmp_path / "closed")], check=True
    )
    problem = _refused(sshd.target(key=Secret((tmp_path / "closed").read_text())))
    assert re.search(r"has a passphrase; add it to the ssh-agent \(ssh-add FILE\) and write `key: agent`", str(problem))


@pytest.mark.parametrize("text", ["", "d34db33f", "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n"])
def test_what_is_no_private_key_is_told_and_not_repeated(sshd: Sshd, text: str) -> None:
    problem = _refused(sshd.target(key=Secret(text)))
    assert "no private key of SSH" in str(problem)
    assert "AAAA" not in str(problem)
    assert "d34db33f" not in str(problem)


def test_the_keys_of_the_agent_are_tried(sshd: Sshd, agent: Path) -> None:
    keygen(agent / "other")
    _add(agent / "other", sshd.folder / "user")
    connection = SshConnection(sshd.target(agent=True))
    assert connection.run(["true"], writes=False).code == 0
    connection.close()


def test_many_machines_are_entered_at_once_by_the_agent(sshd: Sshd, agent: Path) -> None:
    _add(sshd.folder / "user")
    gateway = SshConnection(sshd.target(agent=True))
    targets = [replace(sshd.target(agent=True), service=f"machine-{number}") for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        assert [answer.code for answer in pool.map(lambda target: gateway.to(target).run(["true"], writes=False), targets)] == [0] * 8
    gateway.close()


def test_an_agent_that_does_not_sign_is_told(sshd: Sshd, agent: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _add(sshd.folder / "user")
    monkeypatch.setattr(AgentKey, "sign_ssh_data", _unsigned)
    connection = SshConnection(sshd.target(agent=True))
    with pytest.raises(UnreachableError, match=r"lost during the log-in with the key SHA256:\S+ \(key cannot be used for signing\)"):
        connection.run(["true"], writes=True)


def _unsigned(*_arguments: object) -> bytes:
    raise paramiko.SSHException("key cannot be used for signing")


def test_an_agent_with_many_keys_does_not_lock_itself_out(sshd: Sshd, agent: Path) -> None:
    for number in range(7):
        keygen(agent / f"k{number}")
    _add(*(agent / f"k{number}" for number in range(7)))
    problem = _refused(sshd.target(agent=True))
    assert "the agent has 7, of which the first 5 were tried" in str(problem)


def test_of_an_agents_keys_the_known_one_is_offered_alone(sshd: Sshd, agent: Path) -> None:
    for number in range(7):
        keygen(agent / f"k{number}")
    _add(*(agent / f"k{number}" for number in range(7)), sshd.folder / "user")
    connection = SshConnection(replace(sshd.target(agent=True), public=str(sshd.key("user"))))
    assert connection.run(["true"], writes=False).code == 0
    connection.close()
    keygen(agent / "other")
    other = HostKey.parse((agent / "other.pub").read_text())
    assert f"has not the key {other.fingerprint}; add it: ssh-add FILE" in str(
        _refused(replace(sshd.target(agent=True), public=str(other)))
    )


def test_an_agent_without_keys_is_told(sshd: Sshd, agent: Path) -> None:
    assert "has no keys; add one: ssh-add FILE" in str(_refused(sshd.target(agent=True)))


@pytest.mark.parametrize("path", [None, "/nonexistent/agent"])
def test_an_agent_that_is_not_there_is_told(sshd: Sshd, monkeypatch: pytest.MonkeyPatch, path: str | None) -> None:
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    if path:
        monkeypatch.setenv("SSH_AUTH_SOCK", path)
    assert "no ssh-agent answers" in str(_refused(sshd.target(agent=True)))


def test_an_agent_that_never_answers_is_not_waited_for(sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(tmp_path / "silent"))
        silent.listen()
        monkeypatch.setenv("SSH_AUTH_SOCK", str(tmp_path / "silent"))
        assert "no ssh-agent answers (timed out)" in str(_refused(sshd.target(agent=True), opening=1))


@pytest.mark.parametrize(
    ("option", "said"),
    [("PubkeyAuthentication no", "it asks for password"), ("AuthenticationMethods publickey,password", "it asks for password")],
)
def test_a_server_that_wants_more_than_a_key_is_told(tmp_path: Path, option: str, said: str) -> None:
    with running_sshd(tmp_path, option) as server:
        assert said in str(_refused(server.target()))


def test_nobody_listens(sshd: Sshd) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        connection = SshConnection(sshd.target(port=bound.getsockname()[1]))
        with pytest.raises(UnreachableError, match="connection refused; see whether the server is up, and `host:`"):
            connection.run(["true"], writes=True)


def test_a_host_that_nobody_knows() -> None:
    connection = SshConnection(SshTarget("gate.invalid", 22, "eiginfra", Secret("none"), HostKeys.first_use()))
    with pytest.raises(UnreachableError, match="the host name is unknown"):
        connection.run(["true"], writes=True)


def test_a_server_that_says_nothing_is_not_waited_for(sshd: Sshd) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        connection = SshConnection(sshd.target(port=silent.getsockname()[1]), SshPolicy(opening=0.5))
        with pytest.raises(UnreachableError, match="no SSH server answers there"):
            connection.run(["true"], writes=True)


def test_the_time_of_a_phase_bounds_the_opening(sshd: Sshd) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        connection = SshConnection(sshd.target(port=silent.getsockname()[1]))
        connection.limit(0.5)
        with pytest.raises(UnreachableError, match="no SSH server answers there"):
            connection.run(["true"], writes=True)
        connection.limit(0)
        with pytest.raises(UnreachableError, match="the time to read all that is needed is over"):
            connection.run(["true"], writes=True)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has such a limit for a connection")
def test_a_connection_on_which_nothing_is_acknowledged_is_lost(sshd: Sshd) -> None:
    stream = connect(sshd.target(), 5)
    assert stream.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 30_000
    stream.close()
