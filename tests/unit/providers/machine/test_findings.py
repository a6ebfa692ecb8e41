"""What is told of machines that were looked into."""

import shlex

from support.machine_program import OWN_LINE
from support.words import message

from eiginfra.core.address import Address
from eiginfra.core.reason import reason
from eiginfra.core.resource import Observed, Resource, Scope
from eiginfra.core.spec import Spec
from eiginfra.providers.machine import findings
from eiginfra.providers.machine.answer import MachineAnswer
from eiginfra.providers.machine.client import Entered
from eiginfra.providers.machine.people import KeysSeen
from eiginfra.providers.machine.spec import MachineAccessSpec
from eiginfra.providers.machine.visits import Visit

WEB = "proxmox.container[eig3/adler/web]"
ANSWER = MachineAnswer({"root": "present"}, {"root": []}, {"uptime": 5, "disk-used": 1024}, ["tcp 22", "udp 53", "tcp 8080"])


class Sent(Spec):
    machine: str
    port: int
    protocol: str = "tcp"


def visit(*logins: str, **facts: str) -> Visit:
    address = Address("machine.access", "eig3/adler/web")
    machine = Observed(Address.parse(WEB), {}, facts=facts)
    spec = MachineAccessSpec(machine=WEB, logins=logins or ("root",))
    return Visit(address, spec, True, "adler", None, machine, reason("machine-off"), OWN_LINE)


def test_facts_are_bytes_seconds_ports_and_the_host_key() -> None:
    told = findings.facts(Entered(ANSWER, "SHA256:x"))
    assert told == {"host_key": "SHA256:x", "uptime": 5, "disk_used": 2**20, "listening": [22, 8080], "listening_udp": [53]}
    assert findings.facts(Entered(MachineAnswer({}, {}), "SHA256:x")) == {"host_key": "SHA256:x"}


def test_what_leads_to_a_port_on_which_nothing_listens_is_told() -> None:
    sent = {
        8080: Sent(machine=WEB, port=8080),
        80: Sent(machine=WEB, port=80),
        53: Sent(machine=WEB, port=53, protocol="udp"),
        54: Sent(machine=WEB, port=54, protocol="udp"),
    }
    everything = {
        Address("gateway.forward", str(port)): Resource(Address("gateway.forward", str(port)), spec) for port, spec in sent.items()
    }
    scope = Scope("eig3", (), everything=everything)
    assert [found.params["what"] for found in findings.unanswered(visit(), ANSWER, scope)] == ["gateway.forward[80]", "gateway.forward[54]"]
    assert list(findings.unanswered(visit(), MachineAnswer({}, {}), scope)) == []


def test_sshd_that_reads_other_files_is_told() -> None:
    def told(files: str | None) -> list[str]:
        seen = MachineAnswer({"root": "present"}, {"root": []}, keys_file=files)
        return [message(found) for found in findings.of_machine(visit(), seen, KeysSeen([]))]

    for files in (None, ".ssh/authorized_keys .ssh/authorized_keys2", "%h/.ssh/authorized_keys"):
        assert told(files) == []
    assert told("/etc/keys/%u") == [f"sshd on {WEB} reads keys from /etc/keys/%u"]
    assert told(".ssh/authorized_keys /etc/keys/%u") != []


def test_the_command_for_an_older_machine_is_one_line_of_shell() -> None:
    inside = shlex.split(findings.command(visit()))
    assert OWN_LINE in inside
    outside = shlex.split(findings.command(visit(shell="pct exec 101 --")))
    assert outside[:5] == ["pct", "exec", "101", "--", "sh"]
    assert shlex.split(outside[6]) == inside
    assert "chown -R debian: ~debian/.ssh" in findings.command(visit("root", "debian"))
