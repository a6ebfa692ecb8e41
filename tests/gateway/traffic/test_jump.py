"""Members jump through the gateway with their handout's configuration and the real ssh, and do nothing else there."""

import re
import socket
import subprocess
from datetime import UTC, datetime, timedelta

import pytest
from support.gateway_door import Door
from support.gateway_network import HOST, PUBLIC, Network
from support.gateway_office import ADDRESSES, Office
from support.gateway_people import Member
from support.visitor import Visitor

ADLER, KARFUR = ADDRESSES["adler"], ADDRESSES["karfur"]
SECONDS = 10.0
GATEWAY = "eig3.gateway"  # its name in the handout's configuration
People = dict[str, Member]


def lands(person: Member, machine: str) -> bool:
    """Whether ssh, told nothing but the machine's name in the person's configuration, is there."""
    done = person.ssh(machine, "hostname -I")
    assert done.returncode in (0, 255), done
    return done.returncode == 0 and ADDRESSES[machine.partition("-")[0]] in done.stdout


def reaches(person: Member, address: str, port: int, gateway: str = GATEWAY) -> bool:
    """Whether the gateway opens a connection to there for that person."""
    done = person.ssh("-v", "-W", f"{address}:{port}", gateway)
    assert "Authenticated to" in done.stderr, done
    return "administratively prohibited" not in done.stderr


def ends(process: "subprocess.Popen[str]") -> bool:
    try:
        return process.wait(SECONDS) is not None
    except subprocess.TimeoutExpired:
        return False


def test_a_member_jumps_to_their_own_machine_as_the_handout_says(office: Office, people: People) -> None:
    assert lands(people["adler-1"], "adler-web")
    assert lands(people["karfur-1"], "karfur-web")


def test_who_is_in_two_teams_reaches_both_machines(office: Office, people: People) -> None:
    assert [lands(people["both-1"], f"{team}-web") for team in ("adler", "karfur")] == [True, True]


@pytest.mark.parametrize(
    ("address", "port"),
    [
        (KARFUR, 22),
        (ADLER, 8080),
        ("192.168.0.254", 22),
        ("127.0.0.1", 22),
        ("localhost", 22),
        (PUBLIC, 22),
        ("203.0.113.20", 22),
        ("[::1]", 22),
    ],
)
def test_a_member_reaches_nothing_else(address: str, port: int, office: Office, people: People) -> None:
    assert reaches(people["adler-1"], ADLER, 22)
    assert not reaches(people["adler-1"], address, port)


def test_a_person_without_a_machine_reaches_nothing(office: Office, people: People) -> None:
    person = people["plume-1"]
    assert "Authenticated to" in person.ssh("-v", "-W", f"{ADLER}:22", HOST).stderr  # the account is there, and the key is right
    assert not any(reaches(person, address, port, HOST) for address in (*ADDRESSES.values(), "127.0.0.1") for port in (22, 8080))


@pytest.mark.parametrize("listening", ["127.0.0.1:18000", "0.0.0.0:18000", "0:18000", "/tmp/socket"])
def test_nobody_listens_on_the_gateway(listening: str, office: Office, people: People) -> None:
    done = people["adler-1"].ssh("-N", "-o", "ExitOnForwardFailure=yes", "-R", f"{listening}:127.0.0.1:22", GATEWAY)
    assert done.returncode == 255
    assert "remote port forwarding failed" in done.stderr or "remote forward" in done.stderr.lower()


def test_nobody_opens_a_unix_socket_of_the_gateway(office: Office, people: People, network: Network) -> None:
    person, path = people["adler-1"], network.gateway.root / "srv/secret.sock"
    with (
        socket.socket(socket.AF_UNIX) as secret,
        person.staying("-N", "-v", "-L", "127.0.0.1:18001:/srv/secret.sock", GATEWAY, until="Entering"),
    ):
        secret.bind(str(path))
        path.chmod(0o666)
        secret.listen()
        secret.setblocking(False)
        with Visitor(person.host, "", "127.0.0.1", "127.0.0.1").connect(18001) as asking:
            assert asking.recv(1) == b""
        with pytest.raises(BlockingIOError):
            secret.accept()


@pytest.mark.parametrize("terminal", ["-T", "-tt"])
@pytest.mark.parametrize("command", [(), ("id",), ("-s", "sftp")])
def test_there_is_no_shell_and_no_terminal_on_the_gateway(terminal: str, command: tuple[str, ...], office: Office, people: People) -> None:
    done = people["adler-1"].ssh("-v", terminal, *command[:-1], GATEWAY, *command[-1:], data="id\n")
    assert "Authenticated to" in done.stderr
    assert (done.returncode, done.stdout) == (255, "")
    assert "channel 0: open failed" in done.stderr


def test_no_file_is_copied_to_or_from_the_gateway(office: Office, people: People) -> None:
    person = people["adler-1"]
    for copying in (["scp", "-O"], ["scp", "-s"]):
        for way in (("/etc/hostname", f"{GATEWAY}:/tmp/copied"), (f"{GATEWAY}:/etc/passwd", "/tmp/copied")):
            done = person.host.try_(*copying, "-o", "BatchMode=yes", *way, user=person.name)
            assert done.returncode != 0, done
    done = person.host.try_("sftp", "-o", "BatchMode=yes", "-b", "-", GATEWAY, data="ls /\n", user=person.name)
    assert done.returncode != 0
    assert not (person.host.root / "tmp/copied").exists()


def test_no_agent_is_forwarded(office: Office, people: People) -> None:
    person = people["adler-1"]
    done = person.host.try_("ssh-agent", "sh", "-c", f"ssh-add && ssh -v -A -o BatchMode=yes {GATEWAY}", user=person.name)
    assert "Identity added" in done.stderr
    assert re.search(r"Remote: .*: key options: permitopen port-forwarding\s", done.stderr), done.stderr


def test_no_password_is_asked(office: Office, people: People) -> None:
    done = people["adler-1"].ssh("-o", "PubkeyAuthentication=no", GATEWAY)
    assert "Permission denied (publickey)" in done.stderr


def test_leaving_one_of_two_teams_closes_that_one_and_the_open_session(office: Office, people: People) -> None:
    person = people["both-1"]
    with person.staying("karfur-web", "echo here; sleep 60") as there, office.asks("karfur", members=("karfur-1",)):
        assert ends(there)
        assert [lands(person, f"{team}-web") for team in ("adler", "karfur")] == [True, False]
        assert lands(people["karfur-1"], "karfur-web")
    assert lands(person, "karfur-web")


def test_a_leavers_open_session_ends_and_cannot_come_back(office: Office, people: People) -> None:
    person = people["adler-1"]
    staying = ("adler-web", "echo here; sleep 60")
    with person.staying(*staying) as there, people["both-1"].staying(*staying) as other, office.asks("adler", members=("both-1",)):
        assert ends(there)
        refused = person.ssh("-v", GATEWAY)
        assert "Permission denied (publickey)" in refused.stderr
        assert not lands(person, "adler-web")
        assert other.poll() is None
    assert lands(person, "adler-web")


def test_an_account_is_closed_from_its_day_on(office: Office, people: People, door: Door) -> None:
    person, today = people["adler-1"], datetime.now(UTC).date()
    account = (("name", person.name), ("enabled", "yes"), ("open", ADLER), ("key", person.key))
    try:
        assert door.send("account", *account, ("expires", today + timedelta(days=2))).returncode == 0
        assert lands(person, "adler-web")
        assert door.send("account", *account, ("expires", today - timedelta(days=1))).returncode == 0
        assert not lands(person, "adler-web")
    finally:
        office.apply()
    assert lands(person, "adler-web")
