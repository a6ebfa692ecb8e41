"""Sub-domains and public ports: unique over the site, and what the gateway can give."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from eiginfra.core.finding import Finding, Location, error, notice, warning
from eiginfra.core.reason import reason
from eiginfra.inventory.checks.unique import Unique
from eiginfra.inventory.cohort import Cohort
from eiginfra.inventory.model import Forward, Publish
from eiginfra.inventory.networks import network, within
from eiginfra.inventory.site import Site
from eiginfra.inventory.site_gateway import GatewaySite

# Ports of the server itself: pve.proxmox.com/pve-docs, chapter "Firewall", section "Ports used by Proxmox VE"; and the web's.
_SERVER_PORTS = {22: "ssh", 25: "mail", 80: "http", 111: "rpcbind", 443: "https", 3128: "spice", 8006: "proxmox-web"}
_SERVER_RANGES = {range(5900, 6000): "proxmox-consoles", range(60000, 60051): "proxmox-migrations"}


@dataclass(frozen=True)
class _Asked:
    """A sub-domain or a forward that a team's file asks for."""

    entry: Publish | Forward
    cohort: Cohort
    team: str
    path: tuple[str | int, ...]

    def at(self, *below: str | int) -> Location:
        """Where something about it is written."""
        return self.cohort.where(self.team, *self.path, *below)


def _asked(cohort: Cohort) -> Iterator[_Asked]:
    for team in cohort.teams:
        for index, machine in enumerate(team.machines):
            for number, published in enumerate(machine.publish):
                yield _Asked(published, cohort, team.id, ("machines", index, "publish", number))
            for number, forwarded in enumerate(machine.forward):
                yield _Asked(forwarded, cohort, team.id, ("machines", index, "forward", number))


def _published(cohort: Cohort) -> Iterator[tuple[_Asked, Publish]]:
    return ((asked, asked.entry) for asked in _asked(cohort) if isinstance(asked.entry, Publish))


def _forwarded(cohort: Cohort) -> Iterator[tuple[_Asked, Forward]]:
    return ((asked, asked.entry) for asked in _asked(cohort) if isinstance(asked.entry, Forward))


def _subdomains(cohort: Cohort) -> Iterator[tuple[str, Location, str]]:
    return ((entry.subdomain, asked.at("subdomain"), asked.team) for asked, entry in _published(cohort))


def _ports(cohort: Cohort) -> Iterator[tuple[str, Location, str]]:
    return ((f"{entry.public}/{entry.protocol}", asked.at("public"), asked.team) for asked, entry in _forwarded(cohort))


SUBDOMAINS = Unique[str]("duplicate-subdomain", _subdomains)
PORTS = Unique[str]("duplicate-port", _ports)


def check_publishing(cohort: Cohort) -> Iterator[Finding]:
    """Findings about sub-domains and public ports that need no site."""
    twice = [_at_the_other_team(found, cohort) for found in SUBDOMAINS.within(cohort)]
    yield from twice
    yield from PORTS.within(cohort)
    teams, told = {team.id for team in cohort.teams}, {found.location for found in twice}
    for asked, published in _published(cohort):
        if published.subdomain in teams - {asked.team} and asked.at("subdomain") not in told:
            yield warning("subdomain-of-other-team", name=published.subdomain, location=asked.at("subdomain"), team=asked.team)
        yield from _check_sources(asked)
    for asked, forwarded in _forwarded(cohort):
        if owner := _owner(forwarded.public):
            yield error("reserved-port", port=forwarded.public, owner=owner, location=asked.at("public"), team=asked.team)
        yield from _check_sources(asked)
        if forwarded.sources and all(network(source).version == 6 for source in forwarded.sources):
            yield error("forward-without-ipv4", location=asked.at("sources"), team=asked.team)


def _at_the_other_team(found: Finding, cohort: Cohort) -> Finding:
    """A clash over the name of a team, told at the line of the other one."""
    owner = str(found.params["name"])
    places = [place for place in (found.location, *found.also) if place is not None]
    own = [place for place in places if owner in cohort.documents and place.file == cohort.documents[owner].file]
    others = [place for place in places if place not in own]
    return found.model_copy(update={"location": others[0], "also": (*others[1:], *own)}) if own and others else found


def check_gateway(cohort: Cohort, site: Site) -> Iterator[Finding]:
    """What is asked of the gateway against what it can give, or one notice where there is none."""
    gateway = site.file.gateway
    if gateway is None:
        yield from _without_gateway(list(_asked(cohort)))
        return
    for asked, published in _published(cohort):
        if published.subdomain in gateway.reserved:
            there = site.document.locate("gateway", "reserved", gateway.reserved.index(published.subdomain))
            yield error("reserved-subdomain", name=published.subdomain, location=asked.at("subdomain"), also=(there,), team=asked.team)
    for asked, forwarded in _forwarded(cohort):
        yield from _check_port(asked, forwarded, gateway, site)


def _check_port(asked: _Asked, forwarded: Forward, gateway: GatewaySite, site: Site) -> Iterator[Finding]:
    port, where = forwarded.public, asked.at("public")
    if _owner(port):
        return
    if port not in gateway.ports:
        there = site.document.locate("gateway", "ports")
        yield error("port-out-of-range", port=port, ports=str(gateway.ports), location=where, also=(there,), team=asked.team)
    elif port in gateway.reserved:
        there = site.document.locate("gateway", "reserved", gateway.reserved.index(port))
        yield error("port-never-given", port=port, location=where, also=(there,), team=asked.team)
    elif (port, forwarded.protocol) == (gateway.port, "tcp"):
        there = site.document.locate("gateway", "port")
        yield error("reserved-port", port=port, owner="ssh", location=where, also=(there,), team=asked.team)


def _check_sources(asked: _Asked) -> Iterator[Finding]:
    """Networks that another one of the list holds: they say nothing, and a firewall's sets refuse them."""
    networks = [network(source) for source in asked.entry.sources]
    for number, inner in enumerate(networks):
        # Of two that are the same, the second is one too many.
        others = (other for other, outer in enumerate(networks) if within(inner, outer) and (inner != outer or other < number))
        for other in islice(others, 1):
            where, there = asked.at("sources", number), asked.at("sources", other)
            yield error("source-within", inner=str(inner), outer=str(networks[other]), location=where, also=(there,), team=asked.team)


def _without_gateway(asked: Sequence[_Asked]) -> Iterator[Finding]:
    subdomains = sum(isinstance(one.entry, Publish) for one in asked)
    forwards = len(asked) - subdomains
    told = [reason("subdomains", count=subdomains)] if subdomains else []
    told += [reason("forwards", count=forwards)] if forwards else []
    if told:
        yield notice("gateway-absent", asked=told, total=len(asked))


def _owner(port: int) -> str | None:
    return _SERVER_PORTS.get(port) or next((owner for ports, owner in _SERVER_RANGES.items() if port in ports), None)
