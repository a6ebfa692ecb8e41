"""What is told of machines: facts, keys that nobody knows, and what keeps eiginfra out."""

import shlex
from collections.abc import Iterable, Mapping
from functools import partial

from pydantic import JsonValue

from eiginfra.core.finding import Finding, warning
from eiginfra.core.reason import Reason
from eiginfra.core.values import UNITS
from eiginfra.providers.machine.answer import MachineAnswer
from eiginfra.providers.machine.people import KeysSeen
from eiginfra.providers.machine.visits import Visit

_KEYS = ".ssh/authorized_keys"
_KIB = UNITS["KiB"]


def facts(answer: MachineAnswer) -> Mapping[str, JsonValue]:
    """For handouts and findings: sizes in bytes, uptime in seconds."""
    found: dict[str, JsonValue] = {
        name.replace("-", "_"): amount if name in ("uptime", "updates") else amount * _KIB for name, amount in answer.facts.items()
    }
    return {**found, "listening": [*answer.listening]} if answer.facts else {}


def shut(answer: MachineAnswer) -> Mapping[str, str]:
    """The logins whose files are not as they must be, each with why."""
    return {login: state.partition(" ")[2] for login, state in answer.states.items() if state.startswith("refused")}


def of_machine(visit: Visit, answer: MachineAnswer, seen: KeysSeen) -> Iterable[Finding]:
    """Of one that was entered."""
    told = partial(warning, address=str(visit.address), team=visit.team, machine=visit.spec.machine)
    if seen.unknown and visit.wanted:
        yield told("machine-unknown-keys", keys=[one.shown for one in seen.unknown], field="keys")
    for login, why in shut(answer).items():
        yield told("machine-keys-refused", login=login, why=why)
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
