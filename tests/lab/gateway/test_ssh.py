"""Who may enter the lab's gateway, what they may run and open there, and what goes wrong on request."""

import threading
from contextlib import suppress
from io import StringIO

import paramiko
import pytest
import requests
from support.lost_stream import LostStream

from eiginfra.lab.gateway.keys import MACHINES_KEY
from eiginfra.lab.gateway.login import end, serve
from eiginfra.lab.gateway.logins import GatewayLogin

MEMBER = {"adler-1": {"uid": 2001, "shell": "/usr/sbin/nologin", "groups": ["eiginfra-jump"]}}
KEYS = "/etc/eiginfra-gateway/keys/adler-1"


def jumper(gateway, person, options="restrict"):
    gateway.control(accounts=MEMBER, files={KEYS: f"{options} {person.public}\n"})


def test_eiginfra_runs_the_program_and_nothing_else(gateway):
    entered = gateway.enter()
    code, out, err = entered.verb("observe")
    assert (code, out[:19], out[-5:], err) == (0, "eiginfra-gateway 1\n", "\nend\n", "")
    assert entered.run("sudo -n cat /etc/shadow") == (1, "", "sudo: a password is required\n")
    assert entered.run("sudo -n /usr/local/sbin/eiginfra-gateway setup") == (1, "", "sudo: a password is required\n")
    assert entered.run("cat /etc/passwd")[0] == 127
    asked = requests.get(f"{gateway.url}/_lab/vain", timeout=10).json()["asked"]
    assert [(each["route"], each["parameter"]) for each in asked] == [("/gateway", "cat /etc/passwd")]


def test_other_keys_passwords_and_names_are_refused(gateway, person):
    for user in ("eiginfra", "root", "nobody-here"):
        with pytest.raises(paramiko.AuthenticationException):
            gateway.enter(user, person.key)
    transport = paramiko.Transport(("127.0.0.1", gateway.service.access.port))
    gateway.entered.append(transport)
    transport.start_client(timeout=10)
    with pytest.raises(paramiko.BadAuthenticationType, match="publickey"):
        transport.auth_password("eiginfra", "secret")


def test_the_host_key_is_the_one_of_the_site_file(gateway):
    key = gateway.enter().transport.get_remote_server_key()
    assert f"{key.get_name()} {key.get_base64()}" == gateway.service.access.host_key


def test_a_person_opens_what_their_key_permits_and_nothing_else(gateway, person):
    jumper(gateway, person, 'restrict,port-forwarding,permitopen="192.168.0.101:22",permitopen="192.168.0.102:22"')
    gateway.guest(101)
    gateway.guest(103)
    entered = gateway.enter("adler-1", person.key)
    assert entered.open("192.168.0.101").active
    for address, port in (("192.168.0.103", 22), ("192.168.0.101", 80), ("127.0.0.1", 22), ("localhost", 22)):
        with pytest.raises(paramiko.ChannelException, match="Administratively"):
            entered.open(address, port)
    with pytest.raises(paramiko.ChannelException, match="Connect failed"):
        entered.open("192.168.0.102")  # permitted, but nothing runs there
    with pytest.raises(paramiko.ChannelException, match="Connect failed"):
        entered.transport.open_session()
    with pytest.raises(paramiko.SSHException):
        entered.transport.request_port_forward("", 0)


def test_a_person_without_a_machine_opens_nothing(gateway, person):
    jumper(gateway, person)
    gateway.guest(101)
    with pytest.raises(paramiko.ChannelException, match="Administratively"):
        gateway.enter("adler-1", person.key).open("192.168.0.101")


@pytest.mark.parametrize("change", [{"expires": "1"}, {"groups": []}])
def test_a_closed_account_and_one_outside_the_group_do_not_enter(gateway, person, change):
    jumper(gateway, person)
    gateway.enter("adler-1", person.key)
    gateway.control(accounts={"adler-1": change})
    with pytest.raises(paramiko.AuthenticationException):
        gateway.enter("adler-1", person.key)


def test_the_sessions_of_an_account_are_ended(gateway, person):
    jumper(gateway, person)
    entered, other = gateway.enter("adler-1", person.key), gateway.enter()
    gateway.service.lab.end_sessions("adler-1")
    entered.transport.join(10)
    assert not entered.transport.is_active()
    assert other.transport.is_active()


def test_eiginfra_reaches_machines_that_run(gateway):
    machines = paramiko.Ed25519Key(file_obj=StringIO(MACHINES_KEY))
    entered = gateway.enter()
    guest = gateway.guest(101)
    gateway.guest(102, kind="qemu", running=False)
    machine = gateway.enter("root", machines, entered.open("192.168.0.101"))
    assert machine.transport.is_authenticated()
    key = machine.transport.get_remote_server_key()
    del guest.inside["host_key"]
    again = gateway.enter("root", machines, entered.open("192.168.0.101"))
    assert again.transport.get_remote_server_key() != key
    with pytest.raises(paramiko.ChannelException, match="Connect failed"):
        entered.open("192.168.0.102")
    with pytest.raises(paramiko.ChannelException, match="Administratively"):
        entered.open("192.0.2.1")


@pytest.mark.parametrize("change", ["stopped", "restarted", "made again"])
def test_a_connection_to_a_machine_does_not_outlive_its_run(gateway, change):
    machines = paramiko.Ed25519Key(file_obj=StringIO(MACHINES_KEY))
    guest, entered = gateway.guest(101), gateway.enter()
    machine = gateway.enter("root", machines, entered.open("192.168.0.101"))
    if change == "stopped":
        guest.running = False
    elif change == "restarted":
        assert entered.verb("restart", "id 101")[0] == 0
    else:
        gateway.guest(101)
    with suppress(paramiko.SSHException, EOFError, OSError):
        assert machine.run("uptime")[0] == -1
    machine.transport.join(10)
    assert not machine.transport.is_active()
    assert entered.transport.is_active()


def test_ten_commands_at_once_as_in_sshd(gateway):
    entered = gateway.enter()
    channels = [entered.transport.open_session() for _ in range(10)]
    with pytest.raises(paramiko.ChannelException, match="Connect failed"):
        entered.transport.open_session()
    channels[0].close()
    assert entered.verb("observe")[0] == 0


def test_faults_over_ssh(gateway):
    gateway.faults(
        {"match": "/gateway/observe", "kind": "exit", "exit": 1, "stderr": "sudo: a password is required\n", "times": 1},
        {"match": "/gateway/account", "kind": "drop", "times": 1},
        {"match": "/gateway/observe", "kind": "cut", "times": 1, "skip": 1},
        {"match": "/gateway/connect", "kind": "drop", "times": 1, "skip": 1},
    )
    entered = gateway.enter()
    assert entered.verb("observe") == (1, "", "sudo: a password is required\n")
    assert entered.verb("observe")[0] == 0
    code, out, _ = entered.verb("observe")
    assert code == -1
    assert out
    assert not out.endswith("\nend\n")
    with pytest.raises((paramiko.SSHException, EOFError)):
        gateway.enter()
    with suppress(paramiko.SSHException, EOFError, OSError):
        assert gateway.enter().verb("account")[0] == -1
    counted = requests.get(f"{gateway.url}/_lab/requests", timeout=10).json()["by"]
    assert counted == {"SSH /gateway/connect": 3, "SSH /gateway/observe": 3, "SSH /gateway/account": 1}


def test_sudo_without_its_line(gateway):
    gateway.control(sudo=False)
    assert gateway.enter().verb("observe") == (1, "", "sudo: a password is required\n")


def test_bad_control_is_refused_and_keys_are_not_told(gateway):
    assert requests.put(f"{gateway.url}/_lab/gateway", json={"disk_full": "yes"}, timeout=10).status_code == 400
    assert requests.put(f"{gateway.url}/_lab/gateway", json={"key": "mine"}, timeout=10).status_code == 400
    told = requests.get(f"{gateway.url}/_lab/gateway", timeout=10)
    assert told.json()["accounts"]["eig-link"]["groups"] == ["sudo"]
    assert "PRIVATE KEY" not in told.text


def test_what_goes_over_a_connection_that_has_ended_is_ended_in_silence() -> None:
    """A machine's connection goes over the gateway's, which may end first."""

    class Gone:
        def close(self) -> None:
            raise EOFError

    end(Gone())  # type: ignore[arg-type]
    login = GatewayLogin.__new__(GatewayLogin)
    login.transport = Gone()  # type: ignore[assignment]
    login.close()
    assert login.transport is not None


def test_a_connection_whose_stream_was_lost_before_ends_silently(gateway):
    """Every test fails where a thread ends with an exception, here paramiko's."""
    login = GatewayLogin(gateway.service.lab, lambda _: (0, None), threading.Event())
    serve(LostStream(), login)
    assert login.transport
    login.transport.join(5)
    assert not login.transport.is_alive()
