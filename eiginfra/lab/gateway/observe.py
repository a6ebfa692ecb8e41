"""The verb `observe`: what there is, in sections."""

from collections.abc import Iterator

from eiginfra.lab.gateway.accounts import is_privileged
from eiginfra.lab.gateway.call import ProgramCall
from eiginfra.lab.gateway.configuration import is_label
from eiginfra.lab.gateway.nginx import RefusedByNginxError, load, printed
from eiginfra.lab.gateway.node import guests_text
from eiginfra.lab.gateway.state import CONFIGURATION, FORWARDS, KEYS, SITES, AccountRecord
from eiginfra.lab.gateway.subdomains import file_of, nginx_error

VERSION = 1
_TOOLS = {"nginx": "nginx 1.22.1", "nft": "nft 1.0.6", "iptables": "iptables", "systemd": "systemd"}


def observe(call: ProgramCall) -> str:
    """All that there is."""
    call.need("ss")
    return in_sections(_sections(call))


def in_sections(sections: Iterator[tuple[str, str]]) -> str:
    """An answer of the reading verbs."""
    text = "".join(f"section {name} {len(text.encode())}\n{text}\n" for name, text in sections)
    return f"eiginfra-gateway {VERSION}\n{text}end\n"


def _sections(call: ProgramCall) -> Iterator[tuple[str, str]]:
    state = call.state
    yield "configuration", call.text(CONFIGURATION)
    yield "accounts", "".join(_account(name, account) for name, account in state.accounts.items())
    for name in (name for name, account in state.accounts.items() if account.member):
        yield f"keys {name}", call.text(f"{KEYS}/{name}")
    for host in hosts(call):
        if text := call.text(file_of(host)) or state.pending.get(f"subdomain:{host}", ""):
            yield f"subdomain {host}", text
    if "nginx" not in state.missing:
        try:
            yield "nginx", printed(state.files, load(state.files))
        except RefusedByNginxError as error:
            yield "nginx-error", f"{nginx_error(call, error)}\n"
    yield "certificates", "".join(f"{host}\n" for host in _certificates(call))
    saved = (line[3:] for line in call.text(FORWARDS).splitlines() if line.startswith("#: "))
    yield "forwards", "".join(f"{line}\n" for line in saved)
    if state.loaded is not None and "nft" not in state.missing:
        yield "loaded", state.loaded
    yield "listening", "".join(f"{line}\n" for line in sorted(set(state.listening)))
    if call.limits.node:
        yield "guests", guests_text(call)
    yield "pending", "".join(f"{_waiting(note)}\n" for note in sorted(state.pending))
    yield "tools", tools(call)


def tools(call: ProgramCall) -> str:
    """The programs that are there."""
    return "".join(f"{said}\n" for program, said in _TOOLS.items() if program not in call.state.missing)


def hosts(call: ProgramCall) -> list[str]:
    """The sub-domains that there are, and those whose removal was cut."""
    start, end = f"{SITES}/eiginfra-", ".conf"
    there = {path[len(start) : -len(end)] for path in call.state.files if path.startswith(start) and path.endswith(end)}
    return sorted(there | {note.partition(":")[2] for note in call.state.pending if note.startswith("subdomain:")})


def _account(name: str, account: AccountRecord) -> str:
    flags = f"{int(account.member)}:{int(is_privileged(name, account))}"
    return f"{name}:{account.uid}:{account.expires}:{flags}:{account.shell}\n"


def _waiting(note: str) -> str:
    kind, _, about = note.partition(":")
    return f"{kind} {about.replace(':', '/')}"


def _certificates(call: ProgramCall) -> list[str]:
    limits, there = call.limits, call.state.certificates
    if "{name}" not in limits.certificate:
        return ["*"] if limits.certificate in there else []
    before, _, after = limits.certificate.partition("{name}")
    found = (folder[len(before) : len(folder) - len(after)] for folder in there if folder.startswith(before) and folder.endswith(after))
    own = f".{limits.domain}"
    return sorted(host for host in found if host.endswith(own) and is_label(host.removesuffix(own)))
