"""The `~/.ssh/config` of a team's machines, ready to paste."""

import re
from dataclasses import dataclass
from ipaddress import ip_address

from eiginfra.handouts.views.team_view import MachineView, TeamView
from eiginfra.inventory.cohort import Cohort
from eiginfra.inventory.site import Site
from eiginfra.inventory.site_gateway import GatewaySite

_WORD = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


@dataclass(frozen=True)
class SshConfig:
    """For one person, whose account on the gateway it names; for everybody (None) where there is no gateway."""

    username: str | None
    text: str


def ssh_configs(view: TeamView, cohort: Cohort, site: Site) -> tuple[SshConfig, ...]:
    """One configuration for each member with an account on the gateway, or a single direct one; none while no machine can be reached."""
    machines = [machine for machine in view.machines if _reachable(machine)]
    if not machines:
        return ()
    gateway = site.file.gateway
    if gateway is None:
        return (SshConfig(None, "\n".join(_host(machine, None) for machine in machines)),)
    # No machine's name has a dot, and nobody has an entry of their own under this one.
    jump = f"{cohort.id}.gateway"
    hosts = "\n".join(_host(machine, jump) for machine in machines)
    return tuple(
        SshConfig(person.username, f"{_jump(jump, gateway, person.username)}\n{hosts}")
        for person in view.people
        if person.place == "member" and person.jumps and _WORD.fullmatch(person.username)
    )


def _jump(alias: str, gateway: GatewaySite, username: str) -> str:
    return f"Host {alias}\n    HostName {gateway.host}\n    Port {gateway.port}\n    User {username}\n"


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
