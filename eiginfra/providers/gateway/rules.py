"""What the gateway program refuses, as far as that is known without asking it (docs/gateway-program.md, "Data")."""

from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Final

from eiginfra.core.server_rule import ServerRule

_PROGRAM: Final = "docs/gateway-program.md"
_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_PART: Final = r"[a-z0-9-]{1,63}"
_LEAST: Final = {4: 8, 6: 16}


def network(text: str) -> IPv4Network | IPv6Network | None:
    """A network in CIDR form without host bits, or an address alone; None for anything else."""
    try:
        return ip_network(text)
    except ValueError:
        return None


def _no_source(text: str) -> bool:
    found = network(text)
    mapped = isinstance(found, IPv6Network) and found.network_address.ipv4_mapped is not None
    return found is None or mapped or found.prefixlen < _LEAST[found.version]


HOST: Final = ServerRule("subdomain", f"{_PROGRAM}, host", rf"(?!..--){_LABEL}(?:\.{_LABEL})+", most=253)
"""A sub-domain in full; whether it is one of the site's domain is for the kind to say."""
OWNER: Final = ServerRule("machine", f"{_PROGRAM}, owner", rf"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*\[{_PART}/{_PART}/{_PART}\]", most=300)
"""The address of a machine whose key is COHORT/TEAM/MACHINE."""
SOURCE: Final = ServerRule("source", f"{_PROGRAM}, source", refuses=_no_source, most=60)
