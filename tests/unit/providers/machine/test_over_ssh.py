"""The program through OpenSSH's own server and a login shell: what arrives is what was sent."""

import shlex
from pathlib import Path

import pytest
from support.machine_program import OWN, OWN_LINE, MachineFolder, public_key
from support.sshd import SSHD, running_sshd

from eiginfra.providers.machine.answer import parse
from eiginfra.providers.machine.program import PROGRAM
from eiginfra.providers.ssh_connection import SshConnection
from eiginfra.providers.ssh_target import command_line


def test_the_program_arrives_whole(tmp_path: Path) -> None:
    if not SSHD:
        pytest.skip("OpenSSH's server is not installed")
    machine = MachineFolder(tmp_path / "machine")
    machine.has(f"{OWN_LINE}\n")
    (tmp_path / "sshd").mkdir()
    with running_sshd(tmp_path / "sshd") as sshd:
        connection = SshConnection(sshd.target())
        data = f"login root\nown {OWN}\nkey ada ssh-ed25519 {public_key(1)}\nend\n".encode()
        answer = connection.run(["eiginfra-machine", "write"], data, script=machine.text, writes=True)
        connection.close()
    assert (answer.code, answer.said) == (0, "")
    assert [line.blob for line in parse(answer.stdout).lines["root"]] == [OWN, public_key(1)]
    assert public_key(1) in machine.path().read_text()


def test_who_is_not_root_sends_it_through_sudo() -> None:
    words = shlex.split(command_line(["eiginfra-machine", "read"], PROGRAM, sudo=True))
    assert words == ["sudo", "-n", "sh", "-c", PROGRAM, "eiginfra-machine", "read"]
