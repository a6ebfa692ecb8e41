"""The gateway program's configuration: what bounds all that it is sent."""

import re
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network


class ConfigurationError(Exception):
    """The configuration is wrong (78): the line, 0 where a key is missing, and why."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(f"configuration: {line}: {why}")


@dataclass
class GatewayLimits:
    """The configuration, read."""

    domain: str = ""
    subnet: IPv4Network = field(default_factory=lambda: IPv4Network("0.0.0.0/32"))
    ports: range = range(0)
    certificate: str = ""
    challenge: str = ""
    reserved: set[str] = field(default_factory=set)
    reserved_ports: set[int] = field(default_factory=set)
    reserved_addresses: set[IPv4Address] = field(default_factory=set)
    node: str = ""
    ipv6: bool = True

    def folder(self, host: str) -> str:
        """The folder of a sub-domain's certificate."""
        return self.certificate.replace("{name}", host)


def read_configuration(text: str) -> GatewayLimits:
    """The bounds; raises ConfigurationError."""
    bounds, seen = GatewayLimits(), set()
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        key, _, value = line.partition(" ")
        if key not in _READERS:
            raise ConfigurationError(number, f"unknown key {key}")
        if key in seen and not key.startswith("reserved"):
            raise ConfigurationError(number, f"{key} is given twice")
        seen.add(key)
        try:
            _READERS[key](bounds, value)
        except ValueError:
            raise ConfigurationError(number, f"not a {key}") from None
    for key in ("domain", "subnet", "ports", "certificate", "challenge"):
        if key not in seen:
            raise ConfigurationError(0, f"{key} is missing")
    return bounds


def _matching(pattern: str, value: str) -> str:
    if not re.fullmatch(pattern, value):
        raise ValueError(value)
    return value


def _domain(bounds: GatewayLimits, value: str) -> None:
    bounds.domain = _matching(r"[a-z0-9-]+(\.[a-z0-9-]+)+", value)


def _subnet(bounds: GatewayLimits, value: str) -> None:
    bounds.subnet = IPv4Network(value)


def _ports(bounds: GatewayLimits, value: str) -> None:
    first, last = map(int, _matching(r"\d{1,5}-\d{1,5}", value).split("-"))
    bounds.ports = range(first, last + 1)


def _certificate(bounds: GatewayLimits, value: str) -> None:
    bounds.certificate = _matching(r"/[A-Za-z0-9._/{}-]+", value)


def _challenge(bounds: GatewayLimits, value: str) -> None:
    bounds.challenge = _matching(r"/[A-Za-z0-9._/-]+", value)


def _node(bounds: GatewayLimits, value: str) -> None:
    bounds.node = _matching(r"[A-Za-z0-9-]{1,63}", value)


def _ipv6(bounds: GatewayLimits, value: str) -> None:
    bounds.ipv6 = _matching("yes|no", value) == "yes"


_READERS = {
    "domain": _domain,
    "subnet": _subnet,
    "ports": _ports,
    "certificate": _certificate,
    "challenge": _challenge,
    "reserved": lambda bounds, value: bounds.reserved.add(_matching("[a-z0-9-]{1,63}", value)),
    "reserved-port": lambda bounds, value: bounds.reserved_ports.add(int(value)),
    "reserved-address": lambda bounds, value: bounds.reserved_addresses.add(IPv4Address(value)),
    "node": _node,
    "ipv6": _ipv6,
}
