"""The `~/.ssh/config` of a team's machines, ready to paste."""

import re
from dataclasses import dataclass
from ipaddress import ip_address

from eiginfra.handouts.view import MachineView, TeamView
from eiginfra.inventory.site import Site

_WORD = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


@dataclass(frozen=True)
class SshConfig:
    """For one person, whose account on the gateway it names; for everybody (None) where there is no gateway."""

    username: str | None
    text: str


def ssh_configs(view: TeamView, site: Site) -> tuple[SshConfig, ...]:
    """One configuration per member through the gateway, or a single direct one; none while no machine can be reached."""
    machines = [machine for machine in view.machines if _reachable(machine)]
    if not machines:
        return ()
    gateway = site.file.gateway
    if gateway is None:
        return (SshConfig(None, "\n".join(_host(machine, None) for machine in machines)),)
    hosts = "\n".join(_host(machine, gateway.host) for machine in machines)
    return tuple(
        SshConfig(person.username, f"Host {gateway.host}\n    User {person.username}\n\n{hosts}")
        for person in view.people
        if person.place == "member" and _WORD.fullmatch(person.username)
    )


def _reachable(machine: MachineView) -> bool:
    """Names and addresses come from a server: nothing else than a word and an address may enter a file that ssh obeys."""
    try:
        ip_address(machine.address)
    except ValueError:
        return False
    return bool(_WORD.fullmatch(machine.host)) and (machine.user is None or bool(_WORD.fullmatch(machine.user)))


def _host(machine: MachineView, jump: str | None) -> str:
    lines = [f"Host {machine.host}", f"    HostName {machine.address}"]
    if machine.user:
        lines.append(f"    User {machine.user}")
    if jump:
        lines.append(f"    ProxyJump {jump}")
    return "\n".join(lines) + "\n"
