"""Proxmox's named formats: each checker takes a text and raises ValueError with the server's words when it does not fit."""

import re
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_network
from urllib.parse import unquote_to_bytes
from zoneinfo import available_timezones

Check = Callable[[str], None]
FORMATS: dict[str, Check] = {}

_LABEL = r"[a-zA-Z0-9](?:[a-zA-Z0-9\-]*[a-zA-Z0-9])?"
_DNS = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
CONFIG_ID = re.compile(r"[a-z][a-z0-9_-]+", re.IGNORECASE)
STORAGE_ID = re.compile(r"[a-z][a-z0-9\-_.]*[a-z0-9]", re.IGNORECASE)
TAG = re.compile(r"[a-z0-9_][a-z0-9_\-+.]*", re.IGNORECASE)
MAC = re.compile(r"[0-9a-f][02468ace](:[0-9a-f]{2}){5}", re.IGNORECASE)
SIZE = re.compile(r"(\d+(?:\.\d+)?)([KMGT])?")


def split_list(text: str) -> list[str]:
    """Proxmox's lists: separated by comma, semicolon, space or NUL."""
    return [part for part in re.split(r"[,;\s\0]+", text.strip()) if part]


def _regex(name: str, pattern: str | re.Pattern[str], message: str) -> None:
    compiled = re.compile(pattern)

    def check(value: str) -> None:
        if not compiled.fullmatch(value):
            raise ValueError(message.format(value))

    FORMATS[name] = check


def _each(name: str, of: str) -> None:
    def check(value: str) -> None:
        for part in split_list(value):
            FORMATS[of](part)

    FORMATS[name] = check


def _named(name: str) -> Callable[[Check], Check]:
    def register(check: Check) -> Check:
        FORMATS[name] = check
        return check

    return register


def is_address(value: str, version: int = 0) -> bool:
    """Whether `value` is an IP address, of the given version if not 0."""
    for number, kind in ((4, IPv4Address), (6, IPv6Address)):
        if version in (0, number):
            try:
                kind(value)
            except ValueError:
                continue
            return True
    return False


def is_network(value: str, version: int = 0) -> bool:
    """Whether `value` is address/length."""
    address, slash, length = value.partition("/")
    return bool(slash) and length.isdigit() and is_address(address, version) and _fits(value)


def _fits(value: str) -> bool:
    try:
        ip_network(value, strict=False)
    except ValueError:
        return False
    return True


def _predicate(name: str, test: Callable[[str], bool], message: str) -> None:
    def check(value: str) -> None:
        if not test(value):
            raise ValueError(message.format(value))

    FORMATS[name] = check


_regex("pve-vmid", r"[1-9][0-9]{2,8}", "value does not look like a valid VM ID")
_regex("dns-name", _DNS, "value does not look like a valid DNS name")
_regex("pve-node", _LABEL, "value does not look like a valid node name")
_regex("pve-storage-id", STORAGE_ID, "storage ID '{}' contains illegal characters")
_regex("pve-storage-vgname", r"[a-z0-9][a-z0-9\-_.]*[a-z0-9]", "LVM name '{}' contains illegal characters\n")
_regex("pve-bridge-id", r"[-_.\w\d]+", "invalid bridge ID '{}'")
_regex("pve-configid", CONFIG_ID, "invalid configuration ID '{}'")
_regex("mac-addr", MAC, "value does not look like a valid unicast MAC address")
_regex("pve-poolid", r"[A-Za-z0-9.\-_]+(?:/[A-Za-z0-9.\-_]+){0,2}", "value '{}' contains invalid characters")
_regex("pve-groupid", r"[A-Za-z0-9.\-_]+", "group name '{}' contains invalid characters")
_regex("pve-roleid", r"[A-Za-z0-9.\-_]+", "role name '{}' contains invalid characters")
_regex("pve-realm", r"[A-Za-z][A-Za-z0-9.\-_]+", "value does not look like a valid realm")
_regex("pve-volume-id", r"[a-zA-Z][a-zA-Z0-9\-_.]*:.+", "unable to parse volume ID '{}'")
_regex("disk-size", SIZE, "value does not look like a valid disk size")
_regex("email-opt", r"(?:[\w+\-~]+(?:\.[\w+\-~]+)*@[a-zA-Z0-9\-]+(?:\.[a-zA-Z0-9\-]+)*)?", "value does not look like a valid email address")
_regex("pve-storage-content", r"images|rootdir|vztmpl|iso|backup|snippets|import|none", "invalid content type '{}'")
_regex("pve-iface", r"[a-zA-Z][a-zA-Z0-9_]{1,20}([:.]\d+)?", "invalid network interface name '{}'")
_predicate("ipv4", lambda value: is_address(value, 4), "value does not look like a valid IPv4 address")
_predicate("ipv6", lambda value: is_address(value, 6), "value does not look like a valid IPv6 address")
_predicate("address", lambda value: is_address(value) or bool(_DNS.fullmatch(value)), "value does not look like a valid address")
_predicate("CIDR", is_network, "value does not look like a valid CIDR network")
_predicate("IPorCIDR", lambda value: is_address(value) or is_network(value), "value does not look like a valid IP address or CIDR network")
_predicate(
    "pve-ipv4-config",
    lambda value: value in ("dhcp", "manual") or is_network(value, 4),
    "value does not look like a valid ipv4 network configuration",
)
_predicate(
    "pve-ipv6-config",
    lambda value: value in ("auto", "dhcp", "manual") or is_network(value, 6),
    "value does not look like a valid ipv6 network configuration",
)
_each("address-list", "address")
_each("pve-vmid-list", "pve-vmid")
_each("pve-storage-id-list", "pve-storage-id")
_each("pve-node-list", "pve-node")
_each("pve-storage-content-list", "pve-storage-content")
_each("pve-groupid-list", "pve-groupid")
_each("pve-roleid-list", "pve-roleid")


@_named("pve-configid-list")
def _configid_list(value: str) -> None:
    for part in split_list(value):
        FORMATS["pve-configid"](part)


@_named("lxc-ip-list")
def _lxc_ip_list(value: str) -> None:
    for part in split_list(value):
        if not is_address(part.partition("%")[0]):
            raise ValueError("value does not look like a valid IP address")


@_named("dns-name-list")
def _dns_name_list(value: str) -> None:
    for part in split_list(value):
        FORMATS["dns-name"](part)


@_named("pve-tag-list")
def _tag_list(value: str) -> None:
    if not all(TAG.fullmatch(tag) for tag in split_list(value)):
        raise ValueError("invalid characters in tag")


@_named("pve-startup-order")
def _startup_order(value: str) -> None:
    keys = (r"(?:order=)?\d+", r"up=\d+", r"down=\d+")
    if not all(any(re.fullmatch(key, part.strip()) for key in keys) for part in value.split(",")):
        raise ValueError("unable to parse startup options")


@_named("pve-ct-timezone")
def _timezone(value: str) -> None:
    if value != "host" and value not in available_timezones():
        raise ValueError(f"invalid time zone '{value}'")


@_named("pve-lxc-mp-string")
def _mount_string(value: str) -> None:
    if re.search(r"(?:^|/)\.\.?(?:/|$)", value):
        raise ValueError(f"{value} contains illegal character sequences")


@_named("urlencoded")
def _urlencoded(value: str) -> None:
    if not re.fullmatch(r"[-%a-zA-Z0-9_.!~*'()]*", value):
        raise ValueError(f"invalid urlencoded string: {value}")
    unquote_to_bytes(value)


@_named("pve-userid")
def _userid(_value: str) -> None:
    """Anything: the handler's own check has the final word (`value 'x' does not look like a valid user name`, 500)."""
