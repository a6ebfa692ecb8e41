"""Sub-domains and public ports: unique over the site, and what the gateway can give."""

from collections.abc import Iterator

from eiginfra.core.finding import Finding, Location, error, notice
from eiginfra.inventory.checks.unique import Unique
from eiginfra.inventory.cohort import Cohort
from eiginfra.inventory.site import Site

# Ports of the server itself: pve.proxmox.com/pve-docs, chapter "Firewall", section "Ports used by Proxmox VE"; and the web's.
_SERVER_PORTS = {22: "SSH", 25: "mail", 80: "HTTP", 111: "rpcbind", 443: "HTTPS", 3128: "the SPICE proxy", 8006: "Proxmox's web interface"}
_SERVER_RANGES = {range(5900, 6000): "Proxmox's consoles", range(60000, 60051): "Proxmox's migrations"}


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


SUBDOMAINS = Unique[str]("duplicate-subdomain", lambda name: f"the sub-domain {name!r} is asked for twice", "choose another", _subdomains)
PORTS = Unique[int]("duplicate-port", lambda port: f"the public port {port} is asked for twice", "choose another", _ports)


def check_publishing(cohort: Cohort) -> Iterator[Finding]:
    """Findings about sub-domains and public ports that need no site."""
    yield from SUBDOMAINS.within(cohort)
    yield from PORTS.within(cohort)
    for port, where, team in _ports(cohort):
        if owner := _owner(port):
            yield error(
                "reserved-port",
                f"the port {port} is the server's own: {owner}",
                remedy="choose another, e.g. 10000 and above",
                location=where,
                team=team,
            )


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
                        f"the port {forward.public} is not among the gateway's ({gateway.ports})",
                        remedy="choose another",
                        location=cohort.where(team.id, "machines", index, "forward", number, "public"),
                        team=team.id,
                    )
    asked = _asked(
        sum(len(machine.publish) for _, _, machine in machines),
        sum(len(machine.forward) for _, _, machine in machines),
    )
    if not asked:
        return
    what, are, they = asked
    if gateway is None:
        said = f"the site has no gateway: {what} {are} written and checked, and will be made when it has one"
    else:
        said = (
            f"this version does not make sub-domains and port forwards yet: {what} {are} written and checked, and {they} will be made later"
        )
    yield notice("gateway", said, location=site.document.locate("gateway") if gateway else None)


def _asked(subdomains: int, forwards: int) -> tuple[str, str, str] | None:
    """What is asked for, in words, with its verb and pronoun; None for nothing."""
    parts = [
        f"{count} {word}{'s' if count > 1 else ''}" for count, word in ((subdomains, "sub-domain"), (forwards, "port forward")) if count
    ]
    if not parts:
        return None
    return " and ".join(parts), *(("are", "they") if subdomains + forwards > 1 else ("is", "it"))


def _owner(port: int) -> str | None:
    return _SERVER_PORTS.get(port) or next((owner for ports, owner in _SERVER_RANGES.items() if port in ports), None)
