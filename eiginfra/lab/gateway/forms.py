"""The forms of values, as docs/gateway-program.md has them, with what the program says was expected."""

import re
from collections.abc import Callable
from datetime import date
from ipaddress import IPv4Address, IPv6Network

from eiginfra.lab.gateway.configuration import GatewayLimits, is_ipv4, is_ipv4_network, is_label, is_number

_TYPES = {
    "ssh-ed25519": "AAAAC3NzaC1lZDI1NTE5AA",
    "ssh-rsa": "AAAAB3NzaC1yc2EAA",
    "ecdsa-sha2-nistp256": "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAA",
    "ecdsa-sha2-nistp384": "AAAAE2VjZHNhLXNoYTItbmlzdHAzODQAA",
    "ecdsa-sha2-nistp521": "AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAA",
    "sk-ssh-ed25519@openssh.com": "AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAA",
    "sk-ecdsa-sha2-nistp256@openssh.com": "AAAAInNrLWVjZHNhLXNoYTItbmlzdHAyNTZAb3BlbnNzaC5jb20AA",
}


def unfit(form: str, value: str, limits: GatewayLimits) -> str:
    """What was expected, "" where a value is of the form."""
    fits, expected = _FORMS[form]
    return "" if fits(value, limits) else expected.format(limits=limits, ports=limits.single["ports"])


def is_public_key(value: str) -> bool:
    """Whether it is type and Base64, which names the type, too."""
    type_, _, blob = value.partition(" ")
    if type_ not in _TYPES or not blob.startswith(_TYPES[type_]):
        return False
    if (type_ == "ssh-ed25519" and len(blob) != 68) or (type_ == "ssh-rsa" and len(blob) < 540):
        return False
    return re.fullmatch(r"[A-Za-z0-9+/]*={0,2}", blob) is not None and len(blob) <= 16_000 and len(blob) % 4 == 0


def _host(value: str, limits: GatewayLimits) -> bool:
    return value.endswith(f".{limits.domain}") and is_label(value.removesuffix(f".{limits.domain}"))


def _new_host(value: str, limits: GatewayLimits) -> bool:
    return _host(value, limits) and value[2:4] != "--" and value.removesuffix(f".{limits.domain}") not in limits.reserved


def _address(value: str, limits: GatewayLimits) -> bool:
    subnet = limits.subnet
    within = is_ipv4(value) and subnet.network_address < IPv4Address(value) < subnet.broadcast_address
    return within and value not in limits.reserved_addresses


def _source(value: str, _limits: GatewayLimits) -> bool:
    return is_ipv4_network(value, 8, 32) or _is_ipv6_network(value)


def _is_ipv6_network(value: str) -> bool:
    address, slash, prefix = value.partition("/")
    groups = [group for group in address.split(":") if group]
    if not slash or not is_number(prefix, 16, 128) or not all(re.fullmatch("0|[1-9a-f][0-9a-f]{0,3}", group) for group in groups):
        return False
    if "::" in address and len(groups) > 6:
        return False
    try:
        return bool(IPv6Network(value))
    except ValueError:
        return False


def _date(value: str, _limits: GatewayLimits) -> bool:
    try:
        return re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value) is not None and date.fromisoformat(value).year >= 1970
    except ValueError:
        return False


def _public(value: str, limits: GatewayLimits) -> bool:
    return is_number(value, *limits.ports) and value not in limits.reserved_ports


_Fits = Callable[[str, GatewayLimits], bool]


def _pattern(pattern: str) -> _Fits:
    return lambda value, _limits: re.fullmatch(pattern, value) is not None


def _between(least: int, most: int) -> _Fits:
    return lambda value, _limits: is_number(value, least, most)


_FORMS: dict[str, tuple[_Fits, str]] = {
    "name": (
        _pattern(r"[a-z_][a-z0-9_.-]{0,31}(?<!\.)"),
        "a name of 1 to 32 signs: a-z, 0-9, _ . -, not beginning with a digit, - or ., not ending in .",
    ),
    "host": (_new_host, "one label before .{limits.domain}, not reserved, without -- at its third and fourth sign"),
    "known-host": (_host, "one label before .{limits.domain}"),
    "owner": (_pattern(r"[a-z0-9-]{1,63}(/[a-z0-9-]{1,63}){2}"), "COHORT/TEAM/MACHINE"),
    "address": (_address, "an IPv4 address in {limits.subnet}, neither its first nor its last, and not reserved"),
    "port": (_between(1, 65535), "1 to 65535"),
    "public": (_public, "a port of {ports}, and not reserved"),
    "protocol": (_pattern("tcp|udp"), "tcp or udp"),
    "source": (_source, "a network in CIDR form without host bits, at least /8 (IPv4) or /16 (IPv6)"),
    "date": (_date, "YYYY-MM-DD"),
    "key": (lambda value, _limits: is_public_key(value), "a public key without options and comment; RSA from 3072 bits"),
    "id": (_between(100, 999_999_999), "100 to 999999999"),
    "uid": (_between(1, 4_294_967_294), "a UID"),
    "mebibytes": (_between(1, 10_240), "1 to 10240"),
    "seconds": (_between(1, 3600), "1 to 3600"),
    "yes": (_pattern("yes|no"), "yes or no"),
}
