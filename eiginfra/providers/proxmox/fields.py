"""Types of fields that several kinds share."""

from ipaddress import ip_address, ip_interface
from typing import Annotated

from pydantic import JsonValue

from eiginfra.providers.proxmox import rules

PoolId = Annotated[str, rules.POOL]


def address_form(value: JsonValue) -> JsonValue:
    """An IP address, with its length where it has one, in the one form of its many; the server keeps what it is given."""
    if isinstance(value, list):
        return [address_form(item) for item in value]
    if not isinstance(value, str):
        return value
    try:
        return str(ip_interface(value)) if "/" in value else str(ip_address(value))
    except ValueError:
        return value  # `dhcp`, a host's name


def tag_form(value: JsonValue) -> JsonValue:
    """Tags in lower case, each once, sorted: a server keeps them so, unless its administrator told it to mind their case."""
    return [*sorted({str(tag).lower() for tag in value})] if isinstance(value, list) else value
