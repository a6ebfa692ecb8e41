"""What a firewall's rule may say: Proxmox's formats of addresses, ports and protocols, and the check of a whole rule.

Facts: recorded on a real server (firewall-guest, backup-firewall-misc), and Proxmox's published sources (PVE::Firewall::verify_rule).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_network

from eiginfra.lab.proxmox.errors import ParamError
from eiginfra.lab.proxmox.formats import FORMATS, is_address, is_network
from eiginfra.lab.proxmox.macros import MACROS
from eiginfra.lab.proxmox.protocols import ICMP, ICMP_NAMES, ICMPV6, PROTOCOLS, SERVICES, WITH_PORTS
from eiginfra.lab.proxmox.schema import Value
from eiginfra.lab.proxmox.state import FirewallRecord

NAME = r"[A-Za-z][A-Za-z0-9\-_]+"
_ALIAS = re.compile(rf"(dc/|guest/)?({NAME})")
_IPSET = re.compile(rf"\+(guest/|dc/|sdn/)?({NAME})")
_IFACE = re.compile(r"[a-z][a-z0-9_]{1,20}([:.]\d+)?", re.IGNORECASE)
_DIRECTIONS = {
    "vm": ("in", "out", "group"),
    "ct": ("in", "out", "group"),
    "group": ("in", "out", "forward"),
    "cluster": ("in", "out", "forward", "group"),
    "host": ("in", "out", "forward", "group"),
}
_HELPERS = ("amanda", "ftp", "irc", "netbios-ns", "pptp", "sane", "sip", "snmp", "tftp")


def address_version(text: str) -> int:
    """4 or 6 for a list of addresses, networks and ranges, 0 for an alias or a set; raises ValueError for what is none of them."""
    if text.startswith("+") and not re.search(r"\s", text) and len(text) > 1:
        if len(text) > 65:
            raise ValueError("ipset name too long\n")
        return 0
    if _ALIAS.fullmatch(text):
        if len(text) > 64:
            raise ValueError("alias name too long\n")
        return 0
    elements = _elements(text)
    versions = {_element_version(element) for element in elements}
    if len(versions) > 1:
        raise ValueError(f"detected mixed ipv4/ipv6 addresses in address list '{text}'\n")
    if len(elements) > 1 and any("-" in element for element in elements):
        raise ValueError("you can't use a range in a list\n")
    return versions.pop()


def _elements(text: str) -> list[str]:
    if text.endswith(","):
        raise ValueError("extraneous commas in list\n")
    return text.split(",")


def _element_version(text: str) -> int:
    ends = [end.strip() for end in text.split("-", 1)]
    if is_network(text) or all(is_address(end) for end in ends):
        return 4 if is_address(ends[0].partition("/")[0], 4) else 6
    raise ValueError(f"invalid IP address: {_why_no_address(text)}\n")


def _why_no_address(text: str) -> str:
    """As Net::IP says it of an IPv4 address."""
    address = text.partition("/")[0]
    if not re.fullmatch(r"[\d.]+", address):
        return f"Invalid chars in IP {address}"
    if ".." in address:
        return f"Empty quad in IP address {address}"
    wrong = next((quad for quad in address.split(".") if quad and int(quad) > 255), "")
    return f"Invalid quad in IP address {address} - {wrong}" if wrong else f"Invalid IP address {address}"


def check_ports(text: str, *, icmp: bool) -> None:
    """Numbers, ranges and names of services, at most 15; `icmp`: types of ICMP too, alone. Raises ValueError."""
    count, names = 0, False
    for item in _elements(text):
        ends = re.fullmatch(r"(\d+)(?::(\d+))?", item)
        if ends is None:
            if not (icmp and item in ICMP_NAMES) and item not in SERVICES:
                raise ValueError(f"invalid port '{item}'\n")
            names = names or (icmp and item in ICMP_NAMES)
            continue
        numbers = [int(end) for end in ends.groups() if end]
        count += len(numbers)
        for number in numbers:
            if number > 65535:
                raise ValueError(f"invalid port '{number}'\n")
        if numbers != sorted(numbers):
            first, last = numbers
            raise ValueError(f"backwards range '{first}:{last}' not allowed, did you mean '{last}:{first}'?\n")
    if names and count:
        raise ValueError("ICMP ports not allowed in port range\n")
    if count > 15:
        raise ValueError("too many entries in port list (> 15 numbers)\n")


def _check_protocol(text: str) -> None:
    if text and text not in PROTOCOLS and text not in PROTOCOLS.values():
        raise ValueError(f"unknown protocol '{text}'\n")


def _check_icmp_type(text: str) -> None:
    if text and text not in ICMP_NAMES:
        raise ValueError(f"invalid icmp-type value '{text}'\n")


def _check_cidr(text: str) -> None:
    if not _ALIAS.fullmatch(text):
        FORMATS["IPorCIDR"](text)


def _check_helpers(text: str) -> None:
    for helper in _elements(text):
        if helper not in _HELPERS:
            raise ValueError(f"unknown helper {helper}")


def _not_empty(check: Callable[[str], object]) -> Callable[[str], None]:
    def checked(text: str) -> None:
        if text:
            try:
                check(text)
            except ValueError as error:
                raise ValueError(str(error).removesuffix("\n")) from error

    return checked


FORMATS["pve-fw-addr-spec"] = _not_empty(address_version)
FORMATS["pve-fw-sport-spec"] = _not_empty(lambda text: check_ports(text, icmp=False))
FORMATS["pve-fw-dport-spec"] = _not_empty(lambda text: check_ports(text, icmp=True))
FORMATS["pve-fw-protocol-spec"] = _not_empty(_check_protocol)
FORMATS["pve-fw-icmp-type-spec"] = _not_empty(_check_icmp_type)
FORMATS["pve-fw-conntrack-helper"] = _not_empty(_check_helpers)
FORMATS["IPorCIDRorAlias"] = _check_cidr


def clean_cidr(text: str) -> str:
    """A network without host bits; the address alone where it is the whole network."""
    if "/" not in text:
        return text
    network = ip_network(text, strict=False)
    return str(network.network_address) if network.num_addresses == 1 else str(network)


def alias_of(text: str) -> tuple[str, str] | None:
    """Scope ("dc/", "guest/" or "") and name of an alias as rules and sets name it."""
    match = _ALIAS.fullmatch(text)
    return (match[1] or "", match[2]) if match else None


@dataclass(frozen=True)
class Surroundings:
    """What a rule may refer to: `own` is its own firewall, `cluster` the datacenter's (the same for the datacenter's own rules)."""

    env: str
    own: FirewallRecord
    cluster: FirewallRecord

    def alias(self, scope: str, name: str) -> str:
        """The address of an alias, or "": its own firewall's first, unless the scope says which."""
        places = [self.own] if scope != "dc/" else []
        places += [self.cluster] if scope != "guest/" else []
        found = next((place.aliases[name.lower()] for place in places if name.lower() in place.aliases), None)
        return str(found["cidr"]) if found else ""

    def knows_alias(self, name: str) -> bool:
        """Whether an alias of that name is anywhere: a rule is not refused for the wrong scope."""
        return name.lower() in self.own.aliases or name.lower() in self.cluster.aliases

    def knows_set(self, name: str) -> bool:
        """Whether a set of that name is anywhere."""
        return name in self.own.ipsets or name in self.cluster.ipsets


class RuleCheck:
    """The check of one rule; its IP version is found on the way."""

    def __init__(self, rule: dict[str, Value], around: Surroundings) -> None:
        self.rule, self.around = rule, around
        self.version = 0

    def verified(self) -> dict[str, Value]:
        """The rule as it is kept; raises the 400 of the first thing wrong with it."""
        self._action()
        self._interface()
        if macro := str(self.rule.get("macro", "")):
            known = next((name for name in MACROS if name.lower() == macro.lower()), "")
            if not known:
                raise ParamError(macro=f"unknown macro '{macro}'")
            self.rule["macro"] = known
        self._protocol()
        for name in ("source", "dest"):
            self._addresses(name)
        kept = {name: value for name, value in self.rule.items() if name != "ipversion"}
        return kept | ({"ipversion": self.version} if self.version else {})

    def _action(self) -> None:
        type_, action = str(self.rule["type"]), str(self.rule["action"])
        if type_ not in _DIRECTIONS[self.around.env]:
            raise ParamError(type=f"invalid rule type '{type_}' for rule_env '{self.around.env}'")
        if type_ == "forward" and action == "REJECT":
            raise ParamError(action="cannot define REJECT rules on forward chain")
        if type_ != "group" and action not in ("ACCEPT", "DROP", "REJECT"):
            raise ParamError(action=f"unknown action '{action}'")

    def _interface(self) -> None:
        iface = str(self.rule.get("iface", ""))
        if not iface:
            return
        if self.around.env == "group":
            raise ParamError(type="parameter -i not allowed for this rule type")
        if not _IFACE.fullmatch(iface):
            raise ParamError(iface=f"invalid network interface name '{iface}'")
        if self.around.env in ("vm", "ct") and not re.fullmatch(r"net\d+", iface):
            raise ParamError(iface=r"value does not match the regex pattern 'net\d+'")

    def _protocol(self) -> None:
        proto = str(self.rule.get("proto", ""))
        if proto in ICMP | ICMPV6:
            self._set_version(4 if proto in ICMP else 6)
        for port in ("dport", "sport"):
            if port in self.rule:
                self._port(port, proto)
            if port == "dport" and "icmp-type" in self.rule:
                self._icmp_type(proto)

    def _port(self, port: str, proto: str) -> None:
        icmp = port == "dport" and proto in ICMP | ICMPV6
        try:
            check_ports(str(self.rule[port]), icmp=icmp)
        except ValueError as error:
            raise ParamError(**{port: str(error).removesuffix("\n")}) from error
        if not proto:
            raise ParamError(proto=f"missing property - '{port}' requires this property")
        if proto not in WITH_PORTS and not icmp:
            raise ParamError(**{port: f"protocol '{proto}' does not support ports"})

    def _icmp_type(self, proto: str) -> None:
        type_ = str(self.rule["icmp-type"])
        if proto not in ICMP | ICMPV6:
            raise ParamError(proto="missing property - 'icmp-type' requires this property")
        if "dport" in self.rule:
            raise ParamError(**{"icmp-type": "'icmp-type' cannot be specified together with 'dport'"})
        if not ICMP_NAMES[type_] & ({4} if proto in ICMP else {6}):
            raise ParamError(**{"icmp-type": f"invalid icmp-type '{type_}' for proto '{proto}'"})

    def _set_version(self, version: int) -> None:
        if self.version and version and version != self.version:
            raise ValueError("detected mixed ipv4/ipv6 addresses in rule")
        self.version = version or self.version

    def _addresses(self, name: str) -> None:
        text = str(self.rule.get(name, ""))
        if not text:
            return
        try:
            self._set_version(address_version(text))
        except ValueError as error:
            raise ParamError(**{name: str(error).removesuffix("\n")}) from error
        if text.startswith("+"):
            match = _IPSET.fullmatch(text)
            if match is None:
                raise ParamError(**{name: f"invalid ipset name '{text}'"})
            if not self.around.knows_set(match[2]):
                raise ParamError(**{name: f"no such ipset '{match[2]}'"})
        elif alias := alias_of(text):
            if not self.around.knows_alias(alias[1]):
                raise ParamError(**{name: f"no such alias '{text}'"})
            cidr = self.around.alias(*alias)
            if cidr:
                self._set_version(4 if is_address(cidr.partition("/")[0], 4) else 6)
