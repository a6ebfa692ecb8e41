"""What is told of machines: facts, keys that nobody knows, and what keeps eiginfra out."""

import shlex
from collections.abc import Iterable, Mapping
from functools import partial

from pydantic import JsonValue

from eiginfra.core.finding import Finding, notice, warning
from eiginfra.core.reason import Reason
from eiginfra.core.resource import Scope
from eiginfra.core.values import UNITS
from eiginfra.providers.machine.answer import MachineAnswer
from eiginfra.providers.machine.client import Entered
from eiginfra.providers.machine.people import KeysSeen
from eiginfra.providers.machine.visits import Visit

_KEYS = ".ssh/authorized_keys"
_KIB = UNITS["KiB"]


def facts(entered: Entered) -> Mapping[str, JsonValue]:
    """For handouts and findings: the host key, sizes in bytes, uptime in seconds, and the ports on which something listens."""
    answer = entered.answer
    found: dict[str, JsonValue] = {
        name.replace("-", "_"): amount if name in ("uptime", "updates") else amount * _KIB for name, amount in answer.facts.items()
    }
    if answer.facts:
        found |= {"listening": [*_ports(answer, "tcp")], "listening_udp": [*_ports(answer, "udp")]}
    return {"host_key": entered.host_key, **found}


def _ports(answer: MachineAnswer, protocol: str) -> list[int]:
    """By what listens on another than a loopback address."""
    rows = (row.split(" ") for row in answer.listening)
    return sorted({int(row[1]) for row in rows if len(row) == 2 and row[0] == protocol and row[1].isdigit()})


def unanswered(visit: Visit, answer: MachineAnswer, scope: Scope) -> Iterable[Finding]:
    """Of what is sent to a port of the machine, such as a sub-domain, where nothing listens yet."""
    for address, resource in scope.everything.items() if answer.facts else ():
        values = resource.values
        port, protocol = values.get("port"), str(values.get("protocol", "tcp"))
        if values.get("machine") == visit.spec.machine and isinstance(port, int) and port not in _ports(answer, protocol):
            yield notice(
                "nothing-listens", port=port, machine=visit.spec.machine, what=str(address), address=str(visit.address), team=visit.team
            )


def of_machine(visit: Visit, answer: MachineAnswer, seen: KeysSeen) -> Iterable[Finding]:
    """Of one that was entered."""
    told = partial(warning, address=str(visit.address), team=visit.team, machine=visit.spec.machine)
    if seen.unknown and visit.wanted:
        yield told("machine-unknown-keys", keys=[one.shown for one in seen.unknown], field="keys")
    for login, state in answer.states.items():
        if state == "missing" and visit.wanted:
            yield told("machine-login-missing", login=login, field="logins")
    files = {file.removeprefix("%h/") for file in (answer.keys_file or _KEYS).split()}
    if _KEYS not in files or files - {_KEYS, f"{_KEYS}2"}:
        yield told("machine-keys-elsewhere", files=sorted(files))


def of_closed(visit: Visit, why: Reason) -> Iterable[Finding]:
    """Of one that could not be entered."""
    told = partial(warning, address=str(visit.address), team=visit.team, machine=visit.spec.machine)
    match why.code:
        case "machine-host-key-changed":
            yield told("machine-host-key-changed", {**why.params}, mark=visit.spec.mark)
        case "machine-key-refused":
            yield told("machine-without-key", login=visit.spec.login, command=command(visit))
        case "machine-host-key-unknown" if visit.wanted:
            yield told("machine-host-key-unknown", mark=visit.spec.mark)
        case "machine-keys-refused":
            yield told("machine-keys-refused", login=str(why.params["login"]), why=str(why.params["why"]))
        case "machine-sudo-refused":
            yield told("machine-sudo-refused", login=visit.spec.login)


def command(visit: Visit) -> str:
    """What lets eiginfra into a machine that was made without it: as root there, or from its host where that can run commands in it."""
    home = "/root" if visit.spec.login == "root" else f"~{visit.spec.login}"
    folder, file = f"{home}/.ssh", f"{home}/.ssh/authorized_keys"
    own = "" if visit.spec.login == "root" else f" && chown -R {visit.spec.login}: {folder}"
    there = f"mkdir -p -m 700 {folder} && echo {shlex.quote(visit.own_line)} >> {file} && chmod 600 {file}{own}"
    enter = visit.machine.facts.get("shell")
    return f"{enter} sh -c {shlex.quote(there)}" if isinstance(enter, str) and enter else there
