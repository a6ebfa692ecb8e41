"""What Proxmox VE refuses, as far as that is known without asking it: one table, from its own source (version 9).

The kinds' specs use it, so that `check` refuses such a value at the team's line.
"""

import re
from ipaddress import ip_address, ip_network
from typing import Final

from eiginfra.core.server_rule import BRIDGE, DNS_NAME, EMAIL, REALM, STORAGE, ServerRule

__all__ = ["BRIDGE", "DNS_NAME", "EMAIL", "STORAGE"]

_ID: Final = r"[A-Za-z0-9._-]+"
USER: Final = ServerRule("account", "pve-access-control, verify_username", rf"[^\s:/@,!]+@{REALM.pattern}", least=3, most=64)
USER_OR_NAME: Final = ServerRule("account", USER.source, rf"[^\s:/@,!]+(?:@{REALM.pattern})?", most=64)
SHOWN_NAME: Final = ServerRule("length", "POST /access/users, firstname", least=1, most=1024)
GROUP: Final = ServerRule("identifier", "pve-access-control, format pve-groupid", _ID, most=100)
ROLE: Final = ServerRule("identifier", "pve-access-control, format pve-roleid", _ID, most=64)
POOL: Final = ServerRule("pool", "pve-access-control, format pve-poolid", rf"{_ID}(?:/{_ID}){{0,2}}", most=100)
ACL_PATH: Final = ServerRule(
    "acl-path",
    "pve-access-control, PVE::AccessControl check_path",
    rf"/(?:access(?:/(?:groups|realm)(?:/{_ID})?)?|nodes(?:/{_ID})?|pool(?:/{_ID}){{0,3}}|storage(?:/{_ID})?|vms(?:/[1-9][0-9]{{2,8}})?"
    rf"|mapping(?:/{_ID}){{0,2}}|sdn(?:/[a-z-]+(?:/{_ID}){{0,2}}(?:/[1-9][0-9]{{0,3}})?)?)?",
    most=255,
)
JOB: Final = ServerRule("identifier", "pve-common, format pve-configid", r"[A-Za-z][A-Za-z0-9_-]+", most=50)
JOB_COMMENT: Final = ServerRule("comment", "POST /cluster/backup, comment", r"[^\r\n]*", most=512)
TAG: Final = ServerRule("tag", "pve-common, PVE_TAG_RE", r"[A-Za-z0-9_][A-Za-z0-9_.+-]*", most=100)
FIREWALL_DEVICE: Final = ServerRule("firewall-device", "pve-firewall, PVE::Firewall verify_rule", r"net\d{1,2}", least=2, most=20)

_SYSTEM: Final = ("/proc", "/sys", "/dev", "/run")
_NEEDED: Final = frozenset({"/bin", "/boot", "/etc", "/lib", "/lib32", "/lib64", "/sbin", "/usr"})


def _no_mount(path: str) -> bool:
    """Folders of the system: those that the kernel fills, and those without which the container does not start."""
    return path.rstrip("/") in {"", *_NEEDED} or any(f"{path}/".startswith(f"{folder}/") for folder in _SYSTEM)


MOUNT_PATH: Final = ServerRule(
    "mount-path",
    "pve-container, format pve-lxc-mp-string; a property string is split at commas; doubled slashes are removed",
    r"(?!.*//)(?!.*/\.{1,2}(?:/|$))/[^\s,]+",
    most=255,
    refuses=_no_mount,
)
MOST_MOUNTS: Final = 256
"""Source: pve-container, MAX_MOUNT_POINTS."""

_DAY: Final = r"(?:mon(?:day)?|tue(?:sday)?|wed(?:nesday)?|thu(?:rsday)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)"
_DAYS: Final = rf"{_DAY}(?:\.\.{_DAY})?(?:,{_DAY}(?:\.\.{_DAY})?)*"
_SET: Final = r"(?:\*|\d+(?:\.\.\d+)?)(?:/\d+)?(?:,(?:\*|\d+(?:\.\.\d+)?)(?:/\d+)?)*"
_EVENT: Final = re.compile(
    rf"(?:{_DAYS})?\s*(?:(?:{_SET}-)?(?P<month>{_SET})-(?P<day>{_SET}))?\s*(?P<time>{_SET}(?::{_SET}){{0,2}})?", re.IGNORECASE
)
_NAMED: Final = frozenset({
    "minutely", "hourly", "daily", "weekly", "monthly", "yearly", "annually", "quarterly", "semiannually", "semi-annually",
})  # fmt: skip


def _no_event(text: str) -> bool:
    if text.strip().lower() in _NAMED:
        return False
    found = _EVENT.fullmatch(text.strip())
    if found is None or not text.strip():
        return True
    time = (found["time"] or "0").split(":")
    limits = [59] if len(time) == 1 else [23, 59, 59][: len(time)]
    parts = [*zip(time, limits, strict=True), (found["month"] or "1", 12), (found["day"] or "1", 31)]
    return any(int(number) > most for part, most in parts for number in re.findall(r"\d+", part))


CALENDAR: Final = ServerRule("calendar", "proxmox-time, calendar events", least=1, most=128, refuses=_no_event)


def _no_addresses(text: str) -> bool:
    if re.fullmatch(r"\+(?:(?:guest|dc|sdn)/)?[A-Za-z][A-Za-z0-9_-]{1,63}|(?:(?:dc|guest)/)?[A-Za-z][A-Za-z0-9_-]{1,63}", text):
        return False
    versions = set()
    parts = text.split(",")
    for part in parts:
        first, dash, last = part.partition("-")
        if dash and len(parts) > 1:
            return True
        try:
            if dash:
                ends = (ip_address(first), ip_address(last))
                if ends[0].version != ends[1].version or int(ends[0]) > int(ends[1]):
                    return True
                versions.add(ends[0].version)
            else:
                versions.add(ip_network(part).version)
        except ValueError:
            return True
    return len(versions) > 1


def version(text: str) -> int | None:
    """4 or 6, of a list of addresses; None for a name."""
    try:
        return ip_network(re.split("[,-]", text)[0], strict=False).version
    except ValueError:
        return None


def _no_ports(text: str) -> bool:
    count = 0
    for part in text.split(","):
        first, colon, last = part.partition(":")
        if colon and first.isdecimal() and last.isdecimal():
            count += 2
            if not int(first) <= int(last) <= 65_535:
                return True
        elif part.isdecimal():
            count += 1
            if int(part) > 65_535:
                return True
        elif not re.fullmatch(r"[a-z][a-z0-9._+-]*", part):
            return True
    return count > 15


ADDRESSES: Final = ServerRule(
    "firewall-address", "pve-firewall, PVE::Firewall parse_address_list", least=1, most=512, refuses=_no_addresses
)
PORTS: Final = ServerRule(
    "firewall-ports", "pve-firewall, PVE::Firewall parse_port_name_number_or_range", r"[\x21-\x7e]+", most=512, refuses=_no_ports
)
WITH_PORTS: Final = frozenset({"udp", "17", "udplite", "136", "tcp", "6", "dccp", "33", "sctp", "132"})
"""Protocols that have ports. Source: pve-firewall, PROTOCOLS_WITH_PORTS."""
ICMP: Final = frozenset({"icmp", "1", "icmpv6", "ipv6-icmp", "58"})
LONGEST_GROUP: Final = 18
"""Of a security group's name. Source: pve-firewall, max_group_name_length."""
FIREWALL_COMMENT: Final = ServerRule("comment", "pve-firewall: a rule is one line of the file", r"[^\r\n]+", most=1024)
