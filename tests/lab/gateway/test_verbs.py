"""What the verbs do to the lab: people who jump, machines on the node, and what is kept."""

import json

import paramiko
import pytest
from support.gateway_cases import VALID

from eiginfra.lab.config import SERVICES, LabConfig
from eiginfra.lab.gateway.keys import public_key
from eiginfra.lab.server import running

NGINX = "nginx: configuration file /etc/nginx/nginx.conf test failed"


def account(person, *more, enabled="yes"):
    return ("name adler-1", f"enabled {enabled}", f"key {person.public}", *more)


def observed(entered):
    """The sections by name."""
    rest, found = entered.verb("observe")[1].removeprefix("eiginfra-gateway 1\n"), {}
    while rest != "end\n":
        line, rest = rest.split("\n", 1)
        _, *name, size = line.split(" ")
        found[" ".join(name)], rest = rest[: int(size)], rest[int(size) + 1 :]
    return found


def test_a_member_jumps_to_their_machine_and_leaves_with_their_key(gateway, person):
    gateway.guest(101, "adler-web", inside={"ssh-public-keys": person.public})
    gateway.guest(102)
    root = gateway.enter()
    assert root.verb("account", *account(person, "open 192.168.0.101", "open 192.168.0.102"))[0] == 0
    jump = gateway.enter("adler-1", person.key)
    machine = gateway.enter("root", person.key, jump.open("192.168.0.101"))
    assert machine.transport.is_authenticated()
    with pytest.raises(paramiko.AuthenticationException):
        gateway.enter("root", person.key, jump.open("192.168.0.102"))
    assert root.verb("account", *account(person, "open 192.168.0.101", "open 192.168.0.102"))[0] == 0
    assert jump.transport.is_active()
    assert root.verb("account", *account(person, "open 192.168.0.101"))[0] == 0
    for entered in (jump, machine):
        entered.transport.join(10)
        assert not entered.transport.is_active()
    again = gateway.enter("adler-1", person.key)
    with pytest.raises(paramiko.ChannelException, match="Administratively"):
        again.open("192.168.0.102")
    assert root.verb("account", *account(person, enabled="no"))[0] == 0
    again.transport.join(10)
    assert not again.transport.is_active()
    with pytest.raises(paramiko.AuthenticationException):
        gateway.enter("adler-1", person.key)
    assert observed(root)["keys adler-1"] == ""


def test_features_wait_for_the_restart_of_a_running_container(gateway):
    guest = gateway.guest(107, config={"hostname": "web", "features": "nesting=1"})
    root = gateway.enter()
    for keyctl, expected in (
        ("yes", "nesting=1 nesting=1,keyctl=1"),
        ("no", "nesting=1 nesting=1"),
        ("yes", "nesting=1 nesting=1,keyctl=1"),
    ):
        assert root.verb("features", "id 107", f"keyctl {keyctl}")[0] == 0
        assert observed(root)["guests"] == f"107 {expected}\n"
    assert root.verb("restart", "id 107")[0] == 0
    assert observed(root)["guests"] == "107 nesting=1,keyctl=1 nesting=1,keyctl=1\n"
    assert (guest.running, guest.pending) == (True, {})
    guest.running = False
    assert root.verb("features", "id 107", "keyctl no")[0] == 0
    assert observed(root)["guests"] == "107 nesting=1 nesting=1\n"


def test_features_that_were_keyctl_alone_go_with_the_restart(gateway):
    gateway.guest(107, config={"hostname": "web", "features": "keyctl=1"})
    root = gateway.enter()
    assert root.verb("features", "id 107", "keyctl no")[0] == 0
    assert observed(root)["guests"] == "107 keyctl=1 -\n"
    assert root.verb("restart", "id 107")[0] == 0
    assert observed(root)["guests"] == "107 - -\n"


def test_the_host_keys_of_a_container_are_those_that_it_shows(gateway):
    guest = gateway.guest(101)
    root = gateway.enter()
    code, out, _ = root.verb("host-keys", "id 101")
    assert (code, out) == (0, public_key(guest.inside["host_key"]) + "\n")
    guest.running = False
    assert root.verb("host-keys", "id 101") == (0, "", "")
    assert root.verb("host-keys", "id 102") == (65, "", "refused: id: not a container of this node\n")


@pytest.mark.parametrize(
    ("wanted", "verb", "code", "said"),
    [
        ({"missing": ["nginx"]}, "subdomain", 69, "missing: nginx"),
        ({"missing": ["nft"]}, "forward", 69, "missing: nft"),
        ({"disk_full": True}, "account", 73, "cannot write /etc/eiginfra-gateway/keys/adler-1"),
        ({"files": {"/etc/nginx/conf.d/x.conf": "color red;\n"}}, "subdomain", 74, NGINX),
        ({"listening": ["tcp 10222"]}, "forward", 65, "refused: public: this server itself listens there"),
        ({"files": {"/etc/eiginfra-gateway/configuration": "color red\n"}}, "account", 78, "configuration: 1: no such key"),
    ],
)  # fmt: skip
def test_what_goes_wrong_leaves_all_as_it_was(gateway, wanted, verb, code, said):
    before = gateway.control(**wanted)
    ended = gateway.enter().verb(verb, *(f"{key} {value}" for key, value in VALID[verb]))
    assert (ended[0], ended[2].splitlines()[-1]) == (code, said)
    assert gateway.control() == before


def test_what_was_cut_is_pending_until_it_is_sent_again(gateway):
    host = dict(VALID["subdomain"])["name"]
    gateway.control(pending={"account:adler-1": "", f"subdomain:{host}": "# eiginfra a/b/c\n", "forward:10222:tcp": ""})
    root = gateway.enter()
    seen = observed(root)
    assert seen["pending"] == f"account adler-1\nforward 10222/tcp\nsubdomain {host}\n"
    assert seen[f"subdomain {host}"] == "# eiginfra a/b/c\n"
    for verb in ("account-remove", "subdomain-remove", "forward-remove"):
        assert root.verb(verb, *(f"{key} {value}" for key, value in VALID[verb]))[0] == 0
    assert observed(root)["pending"] == ""


def test_examine_tells_what_the_server_is_like(gateway, person):
    root = gateway.enter()
    assert root.verb("account", *account(person))[0] == 0
    gateway.control(ip_forward=False, foreign_tables="table ip nat {\n}\n", iptables="-A FORWARD -j DROP\n", certificates=[])
    code, out, _ = root.verb("examine")
    assert code == 0
    for part in (
        "section forwarding 2\n0\n",
        "table ip nat {\n}\ntable inet eiginfra {",
        "-A FORWARD -j DROP\n",
        "allowtcpforwarding local\n",
    ):
        assert part in out
    assert "fullchain.pem missing\n" in out


def test_the_state_is_kept_in_the_state_file(tmp_path, person):
    config = LabConfig(ssh_port=0, web_port=0, web_tls_port=0, services=SERVICES[2:], state=tmp_path / "state.json")
    with running(config) as lab:
        service = lab.served["gateway"].service
        access = service.access
        service.lab.state.accounts["adler-1"] = service.lab.state.accounts["eig-link"]
        kept = service.dump()
    assert json.loads((tmp_path / "state.json").read_text())["gateway"] == kept
    with running(config) as lab:
        service = lab.served["gateway"].service
        assert service.dump() == kept
        assert (service.access.key, service.access.host_key) == (access.key, access.host_key)
