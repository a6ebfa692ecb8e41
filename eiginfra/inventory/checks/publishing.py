"""Sub-domains and public ports: unique over the site, and what the gateway can give."""

from collections.abc import Iterator

from eiginfra.core.finding import Finding, Location, error, notice
from eiginfra.core.reason import reason
from eiginfra.inventory.checks.unique import Unique
from eiginfra.inventory.cohort import Cohort
from eiginfra.inventory.site import Site

# Ports of the server itself: pve.proxmox.com/pve-docs, chapter "Firewall", section "Ports used by Proxmox VE"; and the web's.
_SERVER_PORTS = {22: "ssh", 25: "mail", 80: "http", 111: "rpcbind", 443: "https", 3128: "spice", 8006: "proxmox-web"}
_SERVER_RANGES = {range(5900, 6000): "proxmox-consoles", range(60000, 60051): "proxmox-migrations"}


def _subdomains(cohort: Cohort) -> Iterator[tuple[str, Location, str]]:
    for team in cohort.teams:
        for index, machine in enumerate(team.machines):
            for number, publish in enumerate(machine.publish):
                yield publish.subdomain, cohort.where(team.id, "machines", index, "publish", number, "subdomain"), team.id


def _ports(cohort: Cohort) -> Iterator[tuple[int, Location, str]]:
    for team in cohort.teams:
        for index, machine in enumerate(team.machines):
            for number, forward in enumerate(machine.forward):
                yield forward.public, cohort.where(team.id, "machines", index, "forward", number, "public"), team.id


SUBDOMAINS = Unique[str]("duplicate-subdomain", _subdomains)
PORTS = Unique[int]("duplicate-port", _ports)


def check_publishing(cohort: Cohort) -> Iterator[Finding]:
    """Findings about sub-domains and public ports that need no site."""
    yield from SUBDOMAINS.within(cohort)
    yield from PORTS.within(cohort)
    for port, where, team in _ports(cohort):
        if owner := _owner(port):
            yield error("reserved-port", port=port, owner=owner, location=where, team=team)


def check_gateway(cohort: Cohort, site: Site) -> Iterator[Finding]:
    """What is asked of the gateway against what it can give, and one notice of what is not made yet."""
    machines = [(team, index, machine) for team in cohort.teams for index, machine in enumerate(team.machines)]
    gateway = site.file.gateway
    if gateway is not None:
        for team, index, machine in machines:
            for number, forward in enumerate(machine.forward):
                if forward.public not in gateway.ports and not _owner(forward.public):
                    yield error(
                        "port-out-of-range",
                        port=forward.public,
                        ports=str(gateway.ports),
                        location=cohort.where(team.id, "machines", index, "forward", number, "public"),
                        team=team.id,
                    )
    subdomains = sum(len(machine.publish) for _, _, machine in machines)
    forwards = sum(len(machine.forward) for _, _, machine in machines)
    total = subdomains + forwards
    asked = [reason("subdomains", count=subdomains)] if subdomains else []
    asked += [reason("forwards", count=forwards)] if forwards else []
    if total and gateway is None:
        yield notice("gateway-absent", asked=asked, total=total)
    elif total:
        yield notice("gateway-later", asked=asked, total=total, location=site.document.locate("gateway"))


def _owner(port: int) -> str | None:
    return _SERVER_PORTS.get(port) or next((owner for ports, owner in _SERVER_RANGES.items() if port in ports), None)
