"""Machines that are reached through the gateway: a second connection inside the first."""

import socket
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from support.relay import relaying
from support.ssh_server import Behaviour, serving
from support.sshd import Sshd, running_sshd

from eiginfra.core.errors import TransientError, UnreachableError
from eiginfra.providers.http import Meter
from eiginfra.providers.ssh_connection import SshConnection
from eiginfra.providers.ssh_host_keys import HostKeyError, HostKeys
from eiginfra.providers.ssh_target import SshPolicy


def test_a_machine_is_entered_once_and_kept(connection: SshConnection, sshd: Sshd) -> None:
    meter = Meter()
    target = replace(sshd.target(HostKeys.first_use()), service="machines")
    machine = connection.to(target, meter)
    for _ in range(2):
        assert connection.to(target, meter) is machine
        assert machine.run(["echo", "well"], writes=False).stdout == b"well\n"
    assert machine.host_key == sshd.key()
    assert meter.counts == machine.requests() == {"connection": 1, "command": 2, "channel": 2}
    assert connection.requests() == {"connection": 1, "channel": 1}


def test_many_machines_are_entered_at_once(connection: SshConnection, sshd: Sshd) -> None:
    targets = [replace(sshd.target(), service=f"machine-{number}") for number in range(20)]
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda target: connection.to(target).run(["echo", target.service], writes=False).stdout.decode(), targets))
    assert answers == [f"{target.service}\n" for target in targets]
    assert connection.requests() == {"connection": 21, "command": 20, "channel": 40}


def test_a_machine_with_another_host_key_stops_nobody_else(connection: SshConnection, sshd: Sshd) -> None:
    wrong = connection.to(sshd.target(HostKeys.of_fingerprints("SHA256:" + "a" * 43)))
    with pytest.raises(HostKeyError):
        wrong.run(["true"], writes=False)
    assert connection.run(["echo", "well"], writes=False).stdout == b"well\n"
    assert connection.to(sshd.target()).run(["echo", "well"], writes=False).stdout == b"well\n"


def test_a_machine_that_does_not_answer_is_told(connection: SshConnection, sshd: Sshd) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        machine = connection.to(sshd.target(port=bound.getsockname()[1]))
        with pytest.raises(UnreachableError, match="it does not answer there; see whether the machine runs"):
            machine.run(["true"], writes=False)


def test_a_gateway_that_waits_for_a_machine_is_not_waited_for(tmp_path: Path, sshd: Sshd) -> None:
    class Waiting(Behaviour):
        def check_channel_direct_tcpip_request(self, chanid: int, origin: tuple[str, int], destination: tuple[str, int]) -> int:
            self.over.wait(30)
            return 1

    with serving(tmp_path, Waiting()) as target:
        gateway = SshConnection(target, SshPolicy(connect=0.3))
        with pytest.raises(UnreachableError, match=r"no connection to 127\.0\.0\.1"):
            gateway.to(sshd.target()).run(["true"], writes=False)
        gateway.close()


def test_a_gateway_that_forwards_nothing_is_told(tmp_path: Path, sshd: Sshd) -> None:
    with running_sshd(tmp_path, "AllowTcpForwarding no") as server:
        gateway = SshConnection(server.target())
        with pytest.raises(TransientError, match="see `AllowTcpForwarding` and `PermitOpen` there"):
            gateway.to(sshd.target()).run(["true"], writes=False)
        gateway.close()


def test_machines_are_entered_again_when_the_connection_to_the_gateway_was_lost(sshd: Sshd) -> None:
    with relaying(sshd.port) as relay:
        gateway = SshConnection(sshd.target(port=relay.port))
        machine = gateway.to(sshd.target())
        for _ in range(2):
            assert machine.run(["echo", "well"], writes=True).stdout == b"well\n"
            relay.cut()
        assert gateway.requests()["connection"] == 4
        gateway.close()


def test_what_goes_through_a_connection_ends_with_it(sshd: Sshd) -> None:
    gateway = SshConnection(sshd.target())
    machine = gateway.to(sshd.target())
    machine.run(["true"], writes=False)
    session = machine._session
    assert session is not None
    assert session.active
    gateway.close()
    assert not session.active


def test_of_very_many_machines_those_that_nobody_uses_are_ended(sshd: Sshd) -> None:
    gateway = SshConnection(sshd.target(), SshPolicy(machines=2))
    machines = [gateway.to(replace(sshd.target(), service=f"machine-{number}")) for number in range(2)]
    for machine in machines:
        machine.run(["true"], writes=False)
    third = gateway.to(replace(sshd.target(), service="machine-2"))
    assert [machine._session is None for machine in machines] == [True, False]
    for machine in (*machines, third):
        assert machine.run(["echo", "well"], writes=True).stdout == b"well\n"
    assert gateway.requests()["connection"] == 5
    gateway.close()


def test_a_gateway_with_another_host_key_is_not_taken_for_the_machine(sshd: Sshd) -> None:
    gateway = SshConnection(sshd.target(HostKeys.of_fingerprints("SHA256:" + "a" * 43)))
    machine = gateway.to(sshd.target())
    with pytest.raises(UnreachableError, match="its host key is"):
        machine.run(["true"], writes=False)
    assert "connection" in gateway.requests()
