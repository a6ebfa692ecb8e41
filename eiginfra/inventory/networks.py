"""Networks whose addresses may use what a team publishes, in CIDR form: refuses what a firewall would read otherwise than people."""

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Network, ip_address, ip_network, summarize_address_range
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from eiginfra.core.reason import Reason, reason
from eiginfra.core.refusal import refusal
from eiginfra.inventory.fields import brief
from eiginfra.inventory.patterns import SchemaPattern, networks
from eiginfra.inventory.remedies import bare

SHORTEST: Final = {4: 8, 6: 16}
"""The shortest prefix by the version of IP: what is wider is no restriction."""
_EVERYBODY: Final = frozenset({"*", "all", "any", "everybody", "everyone", "tous", "tout", "partout", "0.0.0.0", "::"})  # noqa: S104 - read, never bound
_WRITTEN: Final = r"[0-9A-Fa-f:.]{2,45}/\d{1,3}"


def network(text: str) -> IPv4Network | IPv6Network:
    """The network that a text of this type says."""
    return ip_network(text)


def within(inner: IPv4Network | IPv6Network, outer: IPv4Network | IPv6Network) -> bool:
    """Whether a network is another one, or a part of it."""
    if isinstance(inner, IPv4Network):
        return isinstance(outer, IPv4Network) and inner.subnet_of(outer)
    return isinstance(outer, IPv6Network) and inner.subnet_of(outer)


def _source(value: str) -> str:
    found = _read(value) if re.fullmatch(_WRITTEN, value) else None
    if found is None:
        raise _no_network(bare(value)[:200], value)
    if found.prefixlen == 0:
        raise refusal("source-of-all", value=value)
    if found.prefixlen < SHORTEST[found.version]:
        raise refusal("source-too-wide", value=value, least=SHORTEST[found.version])
    if isinstance(found, IPv6Network) and (inner := found.network_address.ipv4_mapped) is not None:
        raise refusal("source-not-network", value=brief(value), advice=_write(inner))
    return str(found)


def _read(text: str) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(text)
    except ValueError:
        return None


def _write(*networks: Any) -> Reason:
    written = [str(ip_network(one)) for one in networks]
    return reason("write", text=", ".join(written)) if len(written) == 1 else reason("write-either", one=written[0], other=written[1])


def _no_network(text: str, value: str) -> PydanticCustomError:
    """What is wrong with a text that is no network: what was probably meant, where that is clear."""
    if text.lower() in _EVERYBODY:
        return refusal("source-of-all", value=value[:60])
    address, slash, length = (part.strip() for part in text.partition("/"))
    try:
        here = ip_address(address.replace("%", " "))  # a scope is no part of a network
        whole = ip_network(f"{address}/{length}" if slash else address, strict=False)
    except ValueError:
        return refusal("source-not-network", value=brief(value), advice=_range(text))
    if whole.network_address == here or not slash:
        return refusal("source-not-network", value=brief(value), advice=_write(whole))
    return refusal("source-host-bits", value=brief(value), advice=_write(whole, here))


def _range(text: str) -> Reason | None:
    """`192.0.2.0-192.0.2.255` and `192.0.2.*` as networks, where it is one."""
    if match := re.fullmatch(r"((?:\d{1,3}\.){1,3})(?:\*\.?){1,3}", text):
        kept = match[1].rstrip(".").split(".")
        text = ".".join([*kept, *["0"] * (4 - len(kept))]) + "-" + ".".join([*kept, *["255"] * (4 - len(kept))])
    first, _, last = (part.strip() for part in text.partition("-"))
    try:
        networks = list(summarize_address_range(IPv4Address(first), IPv4Address(last)))
    except (ValueError, TypeError):
        return None
    return _write(*networks) if len(networks) == 1 else None


_IPV6: Final = r"(?!::[Ff]{4}:[0-9]+\.)(?=[^/]*:)[0-9A-Fa-f:.]{2,45}/(?:1[6-9]|[2-9][0-9]|1[01][0-9]|12[0-8])"
Source = Annotated[
    str,
    Field(max_length=60, json_schema_extra={"examples": ["192.0.2.0/24", "2001:db8::/32"]}),
    AfterValidator(_source),
    SchemaPattern(f"{networks(SHORTEST[4])}|{_IPV6}"),
]
