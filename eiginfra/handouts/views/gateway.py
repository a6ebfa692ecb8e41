"""What the gateway was seen to do for a team, and who was seen to get into its machines."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from eiginfra.core.address import Address
from eiginfra.core.resource import Observed
from eiginfra.handouts.views.observed_values import GUESTS, listed, text
from eiginfra.inventory.cohort import Cohort
from eiginfra.inventory.model import Team
from eiginfra.inventory.site import Site

PublicState = Literal[
    "not_in_service",
    "not_in_force",
    "in_service",
    "without_certificate",
    "nothing_listens",
    "port_closed",
    "machine_off",
    "leads_elsewhere",
]


@dataclass(frozen=True)
class PublicView:
    """A sub-domain or public port that was asked for. url: where it answers; empty for ports, and for what does not yet.

    sources: the networks that may use it; everybody where there are none.
    """

    name: str
    host: str
    port: int
    state: PublicState = "not_in_service"
    url: str = ""
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class EntryView:
    """Who gets into a machine, as seen in it. missing: members with keys of whom none is there. host_key: its fingerprint, or empty."""

    host: str
    people: tuple[str, ...]
    missing: tuple[str, ...]
    host_key: str


def public(cohort: Cohort, site: Site, team: Team, observed: Mapping[Address, Observed]) -> Iterator[PublicView]:
    """Sub-domains and public ports in the order of the team's file."""
    gateway = site.file.gateway
    for machine in team.machines:
        host, key = team.host(machine), f"{cohort.id}/{team.id}/{machine.name}"
        guest = next((each for kind in GUESTS if (each := observed.get(Address(kind, key))) is not None), None)
        inside = observed.get(Address("machine.access", key))
        for publish in machine.publish:
            name = f"{publish.subdomain}.{gateway.domain}" if gateway else publish.subdomain
            made = observed.get(Address("gateway.subdomain", name))
            state = _state(made, guest, inside, publish.port)
            url = f"https://{name}/" if state in ("in_service", "nothing_listens") else ""
            yield PublicView(name, host, publish.port, state, url, _sources(made))
        for forward in machine.forward:
            shown = f"{forward.public}/udp" if forward.protocol == "udp" else str(forward.public)
            made = observed.get(Address("gateway.forward", f"{forward.public}/{forward.protocol}"))
            state = _state(made, guest, inside, forward.port, udp=forward.protocol == "udp")
            yield PublicView(f"{gateway.host}:{shown}" if gateway else shown, host, forward.port, state, sources=_sources(made))


def _state(made: Observed | None, guest: Observed | None, inside: Observed | None, port: int, *, udp: bool = False) -> PublicState:
    """Whether it is in service, as far as anybody has looked. port: the machine's, that it is to lead to."""
    if made is None:
        return "not_in_service"
    if made.values.get("closed") is True:
        return "port_closed"
    address = text(guest.facts, "address") if guest is not None else ""
    if made.values.get("port", port) != port or made.values.get("address", address) != address:
        return "leads_elsewhere"
    if made.values.get("settled") is False:
        return "not_in_force"
    if made.address.kind == "gateway.subdomain" and (made.values.get("https") is False or "https" in made.waiting):
        return "without_certificate"
    if guest is not None and text(guest.facts, "status") != "running":
        return "machine_off"
    ports = None if inside is None else inside.facts.get("listening_udp" if udp else "listening")
    return "nothing_listens" if isinstance(ports, list) and port not in ports else "in_service"


def _sources(made: Observed | None) -> tuple[str, ...]:
    return () if made is None else tuple(str(source) for source in listed(made.values, "sources"))


def entries(cohort: Cohort, team: Team, observed: Mapping[Address, Observed]) -> Iterator[EntryView]:
    """The machines into which eiginfra has looked, in the order of the team's file."""
    for machine in team.machines:
        seen = observed.get(Address("machine.access", f"{cohort.id}/{team.id}/{machine.name}"))
        if seen is not None:
            there = {text(entry, "person") for entry in listed(seen.values, "keys") if isinstance(entry, dict)} - {""}
            missing = tuple(member.username for member in team.members if member.ssh_keys and member.username not in there)
            yield EntryView(team.host(machine), tuple(sorted(there)), missing, text(seen.facts, "host_key"))
