"""The verb `examine`: what `eiginfra doctor` looks at."""

from collections.abc import Iterator

from eiginfra.lab.gateway.call import ProgramCall
from eiginfra.lab.gateway.nginx import RefusedByNginxError, load
from eiginfra.lab.gateway.observe import hosts, in_sections, tools
from eiginfra.lab.gateway.state import CONFIGURATION, FOLDER, FORWARDS, KEYS, PENDING, SHARED, SSHD, UNIT
from eiginfra.lab.gateway.subdomains import file_of, nginx_error

_PROGRAM = "/usr/local/sbin/eiginfra-gateway"
_CHAINS = "INPUT FORWARD OUTPUT PREROUTING INPUT OUTPUT POSTROUTING"
_IPTABLES = "".join(f"-P {chain} ACCEPT\n" for chain in _CHAINS.split())
_DAYS = 89
"""For how many days the lab's certificates are good."""


def examine(call: ProgramCall) -> str:
    """What the server is like, beside what eiginfra keeps there."""
    return in_sections(_sections(call))


def _sections(call: ProgramCall) -> Iterator[tuple[str, str]]:
    state = call.state
    yield "configuration", call.text(CONFIGURATION)
    yield "tools", tools(call)
    yield "forwarding", f"{int(state.ip_forward)}\n"
    yield "addresses", f"127.0.0.1\n192.0.2.10\n{call.lab.network.address}\n"
    yield "ruleset", "" if "nft" in state.missing else state.foreign_tables + (state.loaded or "")
    if "iptables" not in state.missing:
        yield "iptables", state.iptables or _IPTABLES
    if SSHD in state.files and any(account.member for account in state.accounts.values()):
        yield "sshd", _sshd(state.files[SSHD])
    if "nginx" not in state.missing:
        try:
            load(state.files)
        except RefusedByNginxError as error:
            yield "nginx-error", f"{nginx_error(call, error)}\n"
    yield "certificate", "".join(f"{line}\n" for line in _certificates(call))
    enabled = UNIT in state.files
    yield "units", f"eiginfra-forwards.service {'enabled active' if enabled else 'disabled inactive'}\n"
    yield "disk", "0\n" if state.disk_full else "20971520\n"
    yield "files", "".join(f"{line}\n" for line in _files(call))


def _sshd(text: str) -> str:
    """As `sshd -T` prints the rules of the group: small letters, a line each."""
    rules = (line.strip().partition(" ") for line in text.splitlines() if line.startswith("    "))
    return "".join(f"{name.lower()} {value}\n" for name, _, value in rules)


def _certificates(call: ProgramCall) -> Iterator[str]:
    limits = call.limits
    if not limits.certificate:
        return
    for host in hosts(call) if "{name}" in limits.certificate else [""]:
        folder = limits.folder(host)
        there = folder in call.state.certificates
        yield f"{folder}/fullchain.pem {f'readable {_DAYS}' if there else 'missing'}"
        yield f"{folder}/privkey.pem {'readable' if there else 'missing'}"


def _files(call: ProgramCall) -> Iterator[str]:
    """Path, mode and owner."""
    files = call.state.files
    yield f"{_PROGRAM} 755 root"
    for path in (FOLDER, CONFIGURATION, KEYS, PENDING, FORWARDS, SHARED, SSHD, UNIT):
        if path in (FOLDER, KEYS, PENDING):
            yield f"{path} 755 root"
        elif path in files:
            yield f"{path} 644 root"
    keys = sorted(path for path in files if path.startswith(f"{KEYS}/"))
    yield from (f"{path} 644 root" for path in [*keys, *(file_of(host) for host in hosts(call) if file_of(host) in files)])
