"""What doctor says of the way to the gateway."""

import socket
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from support.sshd import USER, Sshd, keygen

from eiginfra.core.finding import Severity
from eiginfra.core.secret import Secret
from eiginfra.inventory.site_gateway import PinnedKey
from eiginfra.providers.ssh_connection import SshConnection
from eiginfra.providers.ssh_doctor import examine_entry
from eiginfra.providers.ssh_gateway import gateway_connection
from eiginfra.providers.ssh_host_keys import HostKeys
from eiginfra.providers.ssh_target import SshTarget
from eiginfra.render.catalogue import Catalogue


def _found(target: SshTarget) -> tuple[str, str]:
    connection = SshConnection(target)
    found = examine_entry(connection)
    connection.close()
    assert found.address == f"ssh://{target}"
    assert (found.severity is Severity.NOTICE) == (found.code == "ssh-entered")
    for language in ("en", "fr"):
        assert Catalogue(language).message(found)
    return found.code, Catalogue("en").message(found)


def test_a_server_that_lets_eiginfra_in(sshd: Sshd) -> None:
    code, said = _found(sshd.target())
    assert code == "ssh-entered"
    assert said == f"it shows the host key that is pinned (ssh-ed25519 {sshd.key().fingerprint}), and lets eiginfra in"


def test_a_server_with_another_host_key(sshd: Sshd) -> None:
    code, said = _found(sshd.target(HostKeys.of_fingerprints("SHA256:" + "a" * 43)))
    assert code == "ssh-host-key-differs"
    assert f"the host key {sshd.key().fingerprint}, and SHA256:aaa" in said
    assert _found(sshd.target(HostKeys.of_keys([sshd.key()], revoked=[sshd.key()])))[0] == "ssh-host-key-revoked"


def test_a_server_that_does_not_let_eiginfra_in(sshd: Sshd, tmp_path: Path) -> None:
    keygen(tmp_path / "other")
    code, said = _found(sshd.target(key=Secret((tmp_path / "other").read_text())))
    assert code == "ssh-not-let-in"
    assert "the log-in is refused" in said


def test_a_server_that_is_not_there(sshd: Sshd) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        assert _found(replace(sshd.target(), port=bound.getsockname()[1]))[0] == "ssh-not-reached"


@pytest.mark.parametrize("pinned", ["fingerprint", "file"])
def test_the_gateway_of_a_site_is_entered_by_its_section(sshd: Sshd, tmp_path: Path, pinned: str) -> None:
    known = tmp_path / "known_hosts"
    known.write_text(f"[127.0.0.1]:{sshd.port} {sshd.key('rsa')}\n")
    host_key = PinnedKey(file=known) if pinned == "file" else PinnedKey(fingerprint=sshd.key("rsa").fingerprint)

    section = SimpleNamespace(host="127.0.0.1", port=sshd.port, user=USER, host_key=host_key)
    connection = gateway_connection(section, sshd.secret())
    assert examine_entry(connection).params["fingerprint"] == sshd.key("rsa").fingerprint
    connection.close()
