"""What the gateway was seen to do for a team, and who was seen to get into its machines."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from pydantic import JsonValue

from eiginfra.core.address import Address
from eiginfra.core.resource import Observed
from eiginfra.inventory.cohort import Cohort
from eiginfra.inventory.model import Team
from eiginfra.inventory.site import Site

PublicState = Literal["not_in_service", "in_service", "without_certificate", "nothing_listens", "port_closed"]


@dataclass(frozen=True)
class PublicView:
    """A sub-domain or public port that was asked for. url: where it answers; empty for ports, and for what does not yet."""

    name: str
    host: str
    port: int
    state: PublicState = "not_in_service"
    url: str = ""


@dataclass(frozen=True)
class EntryView:
    """Who gets into a machine, as seen in it. missing: members with keys of whom none is there. host_key: its fingerprint, or empty."""

    host: str
    people: tuple[str, ...]
    missing: tuple[str, ...]
    host_key: str


def accounts(observed: Sequence[Observed], as_of: date) -> frozenset[str]:
    """The people who have an open account on the gateway on that day, by user name."""

    def is_open(each: Observed) -> bool:
        until = _text(each.values, "until")
        return each.values.get("enabled") is True and (not until or date.fromisoformat(until) >= as_of)

    return frozenset(each.address.key for each in observed if each.address.kind == "gateway.account" and is_open(each))


def public(cohort: Cohort, site: Site, team: Team, observed: Sequence[Observed]) -> Iterator[PublicView]:
    """Sub-domains and public ports in the order of the team's file."""
    gateway, found = site.file.gateway, {each.address: each for each in observed}
    for machine in team.machines:
        host, inside = team.host(machine), found.get(Address("machine.access", f"{cohort.id}/{team.id}/{machine.name}"))
        for publish in machine.publish:
            name = f"{publish.subdomain}.{gateway.domain}" if gateway else publish.subdomain
            made = found.get(Address("gateway.subdomain", name))
            if made is None:
                yield PublicView(name, host, publish.port)
                continue
            secure = made.values.get("https") is not False and "https" not in made.waiting
            state: PublicState = "without_certificate" if not secure else _answering(inside, publish.port, "listening")
            yield PublicView(name, host, publish.port, state, f"https://{name}/" if secure else "")
        for forward in machine.forward:
            shown = f"{forward.public}/udp" if forward.protocol == "udp" else str(forward.public)
            made = found.get(Address("gateway.forward", f"{forward.public}/{forward.protocol}"))
            answering = _answering(inside, forward.port, "listening_udp" if forward.protocol == "udp" else "listening")
            state = "not_in_service" if made is None else "port_closed" if made.values.get("closed") is True else answering
            yield PublicView(f"{gateway.host}:{shown}" if gateway else shown, host, forward.port, state)


def entries(cohort: Cohort, team: Team, observed: Sequence[Observed]) -> Iterator[EntryView]:
    """The machines into which eiginfra has looked, in the order of the team's file."""
    found = {each.address: each for each in observed}
    for machine in team.machines:
        seen = found.get(Address("machine.access", f"{cohort.id}/{team.id}/{machine.name}"))
        if seen is not None:
            there = {_text(entry, "person") for entry in _list(seen.values, "keys") if isinstance(entry, dict)} - {""}
            missing = tuple(member.username for member in team.members if member.ssh_keys and member.username not in there)
            yield EntryView(team.host(machine), tuple(sorted(there)), missing, _text(seen.facts, "host_key"))


def _answering(inside: Observed | None, port: int, fact: str) -> PublicState:
    """Whether something listens on a port of the machine, as far as anybody has looked."""
    ports = None if inside is None else inside.facts.get(fact)
    return "nothing_listens" if isinstance(ports, list) and port not in ports else "in_service"


def _list(values: Mapping[str, JsonValue], name: str) -> list[JsonValue]:
    value = values.get(name)
    return value if isinstance(value, list) else []


def _text(values: Mapping[str, JsonValue], name: str) -> str:
    value = values.get(name)
    return value if isinstance(value, str) else ""
