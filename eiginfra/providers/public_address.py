"""Which IP addresses are public: routed on the Internet and nobody's own network, whatever they are wrapped in."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Final

IPAddress = IPv4Address | IPv6Address

# Beside what the standard library knows as private: IANA's registries of special-purpose addresses, some of which it has as global.
_SPECIAL: Final = tuple(map(IPv4Network, ("192.0.0.0/24", "192.88.99.0/24")))
_UNICAST: Final = IPv6Network("2000::/3")
"""All that IANA gave out for the Internet."""
_SPECIAL_6: Final = tuple(map(IPv6Network, ("2001::/23", "2001:db8::/32", "3fff::/20")))
_NAT64: Final = IPv6Network("64:ff9b::/96")
_SIX_TO_FOUR: Final = IPv6Network("2002::/16")


def is_public(address: IPAddress) -> bool:
    """Whether it is public. An IPv6 address that leads to an IPv4 one is what that is."""
    if isinstance(address, IPv4Address):
        special = address.is_multicast or any(address in network for network in _SPECIAL)
        return address.is_global and not special
    if (inner := _inner(address)) is not None:
        return is_public(inner)
    special = address.is_multicast or any(address in network for network in _SPECIAL_6)
    return address.scope_id is None and address in _UNICAST and address.is_global and not special


def _inner(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that it leads to: mapped, behind NAT64, or by 6to4."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return IPv4Address((int(address) >> 80) & 0xFFFFFFFF) if address in _SIX_TO_FOUR else None
