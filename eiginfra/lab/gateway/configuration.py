"""The gateway program's configuration: what bounds all that it is sent."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network

from eiginfra.lab.gateway.state import CONFIGURATION, GatewayState


class ConfigurationError(Exception):
    """The configuration is wrong (78): the line, 0 where a key is missing, and why."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(f"configuration: {line}: {why}")


@dataclass
class GatewayLimits:
    """The configuration, read."""

    single: dict[str, str] = field(default_factory=dict)
    reserved: set[str] = field(default_factory=set)
    reserved_ports: set[str] = field(default_factory=set)
    reserved_addresses: set[str] = field(default_factory=set)

    @property
    def domain(self) -> str:
        """The domain of all sub-domains."""
        return self.single["domain"]

    @property
    def subnet(self) -> IPv4Network:
        """Where machines are."""
        return IPv4Network(self.single["subnet"])

    @property
    def ports(self) -> tuple[int, int]:
        """The first and the last public port."""
        first, _, last = self.single["ports"].partition("-")
        return int(first), int(last)

    @property
    def node(self) -> str:
        """The Proxmox VE node that the gateway is, "" where it is none."""
        return self.single.get("node", "")

    @property
    def ipv6(self) -> bool:
        """Whether server blocks listen on IPv6."""
        return self.single.get("ipv6") != "no"

    @property
    def certificate(self) -> str:
        """The folder of certificates, as it is written; "" where there is none."""
        return self.single.get("certificate", "")

    def folder(self, host: str) -> str:
        """The folder of a sub-domain's certificate."""
        return self.certificate.replace("{name}", host)


def read_configuration(state: GatewayState) -> GatewayLimits:
    """The limits that a server's file sets; raises ConfigurationError."""
    if CONFIGURATION not in state.files:
        raise ConfigurationError(0, f"no {CONFIGURATION}")
    limits = GatewayLimits()
    for number, line in enumerate(state.files[CONFIGURATION].removesuffix("\n").split("\n"), 1):
        if not line or line.startswith("#"):
            continue
        key, space, value = line.partition(" ")
        if why := _set(limits, key, value) if space else "not KEY VALUE":
            raise ConfigurationError(number, why)
    for key in ("domain", "subnet", "ports", "challenge"):
        if key not in limits.single:
            raise ConfigurationError(0, f"{key} is missing")
    return limits


def _set(limits: GatewayLimits, key: str, value: str) -> str:
    """Why a line is wrong, "" where it is not."""
    if key in limits.single:
        return "given twice"
    if key in _SINGLE:
        check, why = _SINGLE[key]
        limits.single[key] = value
        return "" if check(value) else why
    if key in _REPEATED:
        check, why, name = _REPEATED[key]
        getattr(limits, name).add(value)
        return "" if check(value) else why
    return "no such key"


def is_number(value: str, least: int, most: int) -> bool:
    """Whether it is a whole number without leading zeros."""
    return re.fullmatch("0|[1-9][0-9]{0,9}", value) is not None and least <= int(value) <= most


def is_label(value: str) -> bool:
    """Whether it is a part of a host's name."""
    return re.fullmatch(r"(?!-)[a-z0-9-]{1,63}(?<!-)", value) is not None


def is_ipv4(value: str) -> bool:
    """Whether it is an IPv4 address."""
    try:
        return str(IPv4Address(value)) == value
    except ValueError:
        return False


def is_ipv4_network(value: str, least: int, most: int) -> bool:
    """Whether it is a network without host bits, its prefix of a length between the two."""
    address, slash, prefix = value.partition("/")
    if not slash or not is_ipv4(address) or not is_number(prefix, least, most):
        return False
    try:
        return bool(IPv4Network(value))
    except ValueError:
        return False


def _is_domain(value: str) -> bool:
    return len(value) <= 150 and "." in value and all(is_label(part) for part in value.split("."))


def _is_range(value: str) -> bool:
    first, _, last = value.partition("-")
    return is_number(first, 1024, 65535) and is_number(last, int(first), 65535)


def _is_path(value: str) -> bool:
    return re.fullmatch(r"/[A-Za-z0-9._/-]{0,1023}", value) is not None and not re.search(r"//|/\.\./|/\.\.$|/$", value)


_Check = Callable[[str], bool]
_SINGLE: dict[str, tuple[_Check, str]] = {
    "domain": (_is_domain, "a domain of at least two labels, 150 signs at most"),
    "subnet": (lambda value: is_ipv4_network(value, 8, 30), "an IPv4 network without host bits, /8 to /30"),
    "ports": (_is_range, "FIRST-LAST, 1024 to 65535"),
    "certificate": (
        lambda value: _is_path(value.replace("{name}", "name", 1)),
        "an absolute path of letters, digits and . _ / -, with {name} once at most",
    ),
    "challenge": (_is_path, "an absolute path of letters, digits and . _ / -"),
    "node": (is_label, "the name of a node"),
    "ipv6": (lambda value: value in ("yes", "no"), "yes or no"),
}
_REPEATED: dict[str, tuple[_Check, str, str]] = {
    "reserved": (is_label, "a label", "reserved"),
    "reserved-port": (lambda value: is_number(value, 1, 65535), "a port", "reserved_ports"),
    "reserved-address": (is_ipv4, "an IPv4 address", "reserved_addresses"),
}
