"""Whether the gateway can be worked with, and what to do where it cannot."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from eiginfra.core.errors import ProviderError
from eiginfra.core.finding import Finding, error, notice, warning
from eiginfra.providers.gateway.answer import configuration
from eiginfra.providers.gateway.client import GatewayClient
from eiginfra.providers.gateway.packet_filters import ruleset
from eiginfra.providers.gateway.settings import GatewaySettings

_DAYS_LEFT = 21
_LEAST_KIB = 50 * 1024
_SSHD_FILE = "/etc/ssh/sshd_config.d/00-eiginfra.conf"
_SSHD = {
    "allowtcpforwarding": "local",
    "allowstreamlocalforwarding": "no",
    "authorizedkeysfile": "/etc/eiginfra-gateway/keys/%u",
    "forcecommand": "/usr/sbin/nologin",
    "kbdinteractiveauthentication": "no",
    "maxsessions": "0",
    "passwordauthentication": "no",
    "permitlisten": "none",
    "permittty": "no",
    "permittunnel": "no",
    "x11forwarding": "no",
}
"""What holds for the group for jumping, as `sshd -T` says it."""


@dataclass(frozen=True)
class Examination:
    """What the program says of the server, and what the site file says."""

    site: GatewaySettings
    sections: Mapping[str, str]

    def lines(self, section: str) -> list[str]:
        """The lines of a section; none of one that was left out."""
        return self.sections.get(section, "").splitlines()

    def tools(self) -> set[str]:
        """The programs that are there."""
        return {line.partition(" ")[0] for line in self.lines("tools")}


def examine(client: GatewayClient) -> list[Finding]:
    """Everything worth saying; one error where nothing further can be found out."""
    site = client.settings
    try:
        seen = Examination(site, client.examined().plain)
    except ProviderError as problem:
        return [error("gateway-unusable", text=str(problem), address=site.url)]
    findings = [found for look in _LOOKS for found in look(seen)]
    at = [found.model_copy(update={"address": site.url}) for found in findings]
    return at or [notice("gateway-fine", url=site.url, address=site.url)]


def _configuration(seen: Examination) -> Iterator[Finding]:
    """Value by value: what passes `check` and is refused by the program is found here."""
    site, there = seen.site, configuration(seen.sections.get("configuration", ""))
    wanted = {
        "domain": {site.domain},
        "ports": {f"{site.ports[0]}-{site.ports[1]}"},
        "subnet": None if site.subnet is None else {site.subnet},
        "certificate": None if site.certificate is None else {site.certificate},
        "node": set() if site.via is None else {site.via},
        "reserved": {*site.reserved_names},
        "reserved-port": {*map(str, site.reserved_ports)},
    }
    for key, values in wanted.items():
        has = {*there.get(key, ())}
        if values is not None and values != has:
            yield error("gateway-configuration-differs", key=key, site=sorted(values), there=sorted(has))


def _tools(seen: Examination) -> Iterator[Finding]:
    tools = seen.tools()
    if "nginx" not in tools:
        yield error("gateway-nginx-missing")
    elif "nginx-error" in seen.sections:
        yield error("gateway-nginx-broken", text=" ".join(seen.lines("nginx-error")))
    if "nft" not in tools:
        yield error("gateway-only-iptables") if "iptables" in tools else error("gateway-nft-missing")


def _certificates(seen: Examination) -> Iterator[Finding]:
    for line in seen.lines("certificate"):
        match = re.fullmatch(r"(\S+) (?:missing|readable(?: (-?\d{1,6}))?)", line)
        if match is None:
            continue
        if line.endswith(" missing"):
            yield warning("gateway-certificate-missing", path=match[1])
        elif match[2] is not None and int(match[2]) < 0:
            yield error("gateway-certificate-ended", path=match[1], days=-int(match[2]))
        elif match[2] is not None and int(match[2]) < _DAYS_LEFT:
            yield warning("gateway-certificate-ends", path=match[1], days=int(match[2]))


def _forwarding(seen: Examination) -> Iterator[Finding]:
    """Packets go through the gateway, and back."""
    if seen.sections.get("forwarding", "").strip() == "0":
        yield error("gateway-forwarding-off")
    route, addresses = seen.site.route, seen.lines("addresses")
    if route is not None and addresses and route not in addresses:
        yield error("gateway-not-the-route", route=route, addresses=sorted(addresses))
    others = ruleset(seen.sections.get("ruleset", ""), seen.sections.get("iptables", ""), seen.site.ports)
    if others.dropping:
        yield warning("gateway-forward-dropped", chains=[*others.dropping])
    if others.sent_on:
        yield warning("gateway-ports-sent-on", ports=[f"{port}/{protocol}" for protocol, port in sorted(others.sent_on)])


def _sshd(seen: Examination) -> Iterator[Finding]:
    """While the group has nobody, there is nobody to ask sshd about."""
    if "sshd" not in seen.sections:
        if all(line.split(" ")[0] != _SSHD_FILE for line in seen.lines("files")):
            yield error("gateway-sshd-block-missing", path=_SSHD_FILE)
        return
    says = {key.lower(): value.strip() for key, _, value in (line.partition(" ") for line in seen.lines("sshd"))}
    wrong = [f"{key} {says.get(key, '-')}" for key, value in _SSHD.items() if says.get(key) != value]
    if wrong:
        yield error("gateway-sshd-block-overruled", wrong=wrong, path=_SSHD_FILE)


def _unit(seen: Examination) -> Iterator[Finding]:
    """What loads the public ports again when the server or nftables starts."""
    for line in seen.lines("units"):
        name, _, state = line.partition(" ")
        if state.startswith("unknown"):
            yield notice("gateway-unit-unknown", unit=name, why=state.removeprefix("unknown").strip() or "-")
        elif state != "enabled active":
            yield error("gateway-unit-off", unit=name, state=state or "-")


def _disk(seen: Examination) -> Iterator[Finding]:
    free = seen.sections.get("disk", "").strip()
    if free.isdecimal() and int(free) < _LEAST_KIB:
        yield warning("gateway-disk-full", free=int(free) // 1024)


def _files(seen: Examination) -> Iterator[Finding]:
    """What only root may write."""
    for line in seen.lines("files"):
        match = re.fullmatch(r"(.+) ([0-7]{3,4}) (\S+)", line)
        if match is not None and (match[3] != "root" or int(match[2], 8) & 0o022):
            yield error("gateway-file-open", path=match[1], mode=match[2], owner=match[3])


_LOOKS: tuple[Callable[[Examination], Iterator[Finding]], ...] = (
    _configuration,
    _tools,
    _certificates,
    _forwarding,
    _sshd,
    _unit,
    _disk,
    _files,
)
