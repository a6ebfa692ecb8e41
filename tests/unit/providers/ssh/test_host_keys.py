"""Host keys, as ssh-keygen writes and shows them, and as OpenSSH's own server shows them."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from support.sshd import Sshd, keygen, running_sshd

from eiginfra.core.errors import InputError
from eiginfra.providers.ssh_connection import SshConnection
from eiginfra.providers.ssh_host_keys import HostKey, HostKeyError, HostKeys
from eiginfra.providers.ssh_target import SshPolicy

Make = Callable[..., HostKey]


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    for kind in ("ed25519", "rsa", "ecdsa"):
        keygen(folder / kind, kind)
    keygen(folder / "other")
    return folder


def _public(path: Path) -> str:
    return " ".join(path.with_name(f"{path.name}.pub").read_text().split()[:2])


def _known(folder: Path, *lines: str, host: str = "gate.example.org", port: int = 22) -> HostKeys:
    file = folder / "known_hosts"
    file.write_text("\n".join(["# a comment", "", *lines]) + "\n")
    return HostKeys.of_known_hosts(file, host, port)


@pytest.mark.parametrize("kind", ["ed25519", "rsa", "ecdsa"])
def test_a_fingerprint_is_that_of_ssh_keygen(keys: Path, kind: str) -> None:
    shown = subprocess.run(["ssh-keygen", "-lf", str(keys / kind)], capture_output=True, check=True, text=True).stdout
    key = HostKey.parse((keys / f"{kind}.pub").read_text())
    assert key.fingerprint == shown.split()[1]
    assert str(key) == _public(keys / kind)


@pytest.mark.parametrize("text", ["", "ssh-ed25519", "ssh-ed25519 !!", "ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAA", "ssh-ed25519 AAAA"])
def test_what_is_no_host_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="host key"):
        HostKey.parse(text)


@pytest.mark.parametrize(
    ("names", "port"),
    [
        ("gate.example.org", 22),
        ("other,gate.example.org,192.0.2.1", 22),
        ("GATE.example.org", 22),
        ("*.example.org", 22),
        ("gat?.example.org,!mail.example.org", 22),
        ("[gate.example.org]:2222", 2222),
        ("[*.example.org]:2222", 2222),
        ("gate.example.org", 2222),
    ],
)
def test_a_known_hosts_file_names_a_host_in_many_ways(keys: Path, tmp_path: Path, names: str, port: int) -> None:
    found = _known(tmp_path, f"{names} {_public(keys / 'ed25519')} a comment", port=port)
    assert found.pinned == {HostKey.parse(_public(keys / "ed25519")).fingerprint}


@pytest.mark.parametrize(
    "names", ["mail.example.org", "gate.example.org.evil", "*.example.org,!gate.*", "[gate.example.org]:2222", "|1|x|y"]
)
def test_a_line_about_another_host_does_not_count(keys: Path, tmp_path: Path, names: str) -> None:
    with pytest.raises(InputError) as refused:
        _known(tmp_path, f"{names} {_public(keys / 'ed25519')}")
    assert [found.code for found in refused.value.findings] == ["known-hosts-without"]


@pytest.mark.parametrize("port", [22, 2222])
def test_hashed_names_are_found(keys: Path, tmp_path: Path, port: int) -> None:
    file = tmp_path / "known_hosts"
    name = "gate.example.org" if port == 22 else f"[gate.example.org]:{port}"
    file.write_text(f"{name} {_public(keys / 'ed25519')}\nmail.example.org {_public(keys / 'other')}\n")
    subprocess.run(["ssh-keygen", "-q", "-H", "-f", str(file)], capture_output=True, check=True)
    assert "gate" not in file.read_text()
    found = HostKeys.of_known_hosts(file, "gate.example.org", port)
    assert found.pinned == {HostKey.parse(_public(keys / "ed25519")).fingerprint}


def test_a_line_for_the_port_comes_before_one_without(keys: Path, tmp_path: Path) -> None:
    found = _known(
        tmp_path, f"gate.example.org {_public(keys / 'other')}", f"[gate.example.org]:2222 {_public(keys / 'ed25519')}", port=2222
    )
    assert found.pinned == {HostKey.parse(_public(keys / "ed25519")).fingerprint}


def test_several_types_of_keys_are_pinned_best_first(keys: Path, tmp_path: Path) -> None:
    found = _known(tmp_path, *(f"gate.example.org {_public(keys / kind)}" for kind in ("rsa", "ecdsa", "ed25519")))
    assert found.types == ("ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-rsa")


def test_a_revoked_key_is_refused_even_where_it_is_pinned(keys: Path, tmp_path: Path) -> None:
    line = f"gate.example.org {_public(keys / 'ed25519')}"
    found = _known(tmp_path, line, f"@revoked * {_public(keys / 'ed25519')}", f"@cert-authority * {_public(keys / 'other')}")
    assert not found.allows(HostKey.parse(_public(keys / "ed25519")))
    assert not found.allows(HostKey.parse(_public(keys / "other")))
    assert not HostKeys(revoked=found.revoked, first=True).allows(HostKey.parse(_public(keys / "ed25519")))


@pytest.mark.parametrize(
    "line", ["gate.example.org ssh-ed25519", "gate.example.org ssh-ed25519 AAAA", "@revoke gate.example.org ssh-rsa AAAA"]
)
def test_a_line_about_the_host_that_cannot_be_read_is_told(tmp_path: Path, line: str) -> None:
    with pytest.raises(InputError) as refused:
        _known(tmp_path, line)
    assert [(found.code, found.params["line"]) for found in refused.value.findings] == [("known-hosts-line", "3")]


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "known_hosts"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(InputError) as refused:
        HostKeys.of_known_hosts(file, "gate.example.org", 22)
    assert [found.code for found in refused.value.findings] == ["known-hosts-unreadable"]


@pytest.mark.parametrize("kind", ["ed25519", "rsa", "ecdsa"])
def test_a_fingerprint_is_found_whatever_its_type(sshd: Sshd, kind: str) -> None:
    key = sshd.key(kind)
    for pinned in (HostKeys.of_fingerprints(key.fingerprint), HostKeys.of_keys([key])):
        connection = SshConnection(sshd.target(pinned))
        assert connection.host_key == key
        connection.close()


def test_a_wrong_host_key_is_told_with_both_fingerprints_and_nobody_logs_in(sshd: Sshd) -> None:
    wrong = "SHA256:" + "a" * 43
    connection = SshConnection(sshd.target(HostKeys.of_fingerprints(wrong)))
    with pytest.raises(HostKeyError, match="nobody logged in") as refused:
        connection.run(["true"], writes=True)
    assert (refused.value.seen, refused.value.pinned, refused.value.exit_code) == (sshd.key().fingerprint, (wrong,), 69)
    asked = connection.requests()
    with pytest.raises(HostKeyError):
        connection.run(["true"], writes=False)
    assert connection.requests() == asked
    assert "command" not in asked


def test_a_key_of_another_type_than_the_pinned_one_is_told(sshd: Sshd, keys: Path) -> None:
    changed = SshConnection(sshd.target(HostKeys.of_keys([HostKey.parse(_public(keys / "rsa"))])))
    with pytest.raises(HostKeyError) as refused:
        changed.run(["true"], writes=False)
    assert refused.value.seen == sshd.key("rsa").fingerprint


def test_a_server_without_a_key_of_the_pinned_type_is_told(tmp_path: Path, keys: Path) -> None:
    with running_sshd(tmp_path) as server:
        connection = SshConnection(server.target(HostKeys.of_keys([HostKey.parse(_public(keys / "rsa"))])))
        with pytest.raises(HostKeyError) as refused:
            connection.run(["true"], writes=False)
        assert refused.value.seen == server.key().fingerprint


def test_a_revoked_key_stops_everything(sshd: Sshd) -> None:
    connection = SshConnection(sshd.target(HostKeys.of_keys([sshd.key()], revoked=[sshd.key()])))
    with pytest.raises(HostKeyError, match="which is revoked") as refused:
        connection.run(["true"], writes=False)
    assert refused.value.revoked


def test_the_first_key_seen_is_told_and_has_to_stay_the_same(tmp_path: Path) -> None:
    with running_sshd(tmp_path) as server:
        connection = SshConnection(server.target(HostKeys.first_use()))
        assert connection.host_key == server.key()
        connection.close()
        for name in ("ed25519", "ed25519.pub"):
            (tmp_path / name).unlink()
        keygen(tmp_path / "ed25519")
        with pytest.raises(HostKeyError):
            connection.run(["true"], writes=False)
        connection.close()


def test_a_server_with_old_algorithms_only_is_not_spoken_with(tmp_path: Path) -> None:
    with running_sshd(tmp_path, "KexAlgorithms diffie-hellman-group14-sha256") as server:
        connection = SshConnection(server.target(), SshPolicy(opening=10))
        with pytest.raises(Exception, match="no algorithm in common"):
            connection.run(["true"], writes=False)
