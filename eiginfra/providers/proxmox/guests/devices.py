"""The network devices of a guest: the one on the site's bridge is managed; others, their addresses and gateways, are left alone."""

import re
from collections.abc import Iterable, Iterator, Mapping
from ipaddress import ip_interface
from typing import Any

from pydantic import JsonValue

from eiginfra.core.reason import Reason, reason
from eiginfra.providers.proxmox.codec import Properties
from eiginfra.providers.proxmox.guests.spec import GuestSpec
from eiginfra.providers.proxmox.settings import ProxmoxSettings

DEVICE = ("bridge", "vlan", "rate", "firewall")
"""The fields that are properties of the device."""
_NETWORK_DEVICE = re.compile(r"net\d+")
Config = Mapping[str, Any]


def numbers(config: Config) -> list[int]:
    """The numbers of all devices, `netN`."""
    return sorted(int(key[3:]) for key in config if _NETWORK_DEVICE.fullmatch(key))


def device_number(config: Config, site: ProxmoxSettings) -> int:
    """The managed device: one on the site's bridge, or else one with an address of the site's network; of several the first.

    Where none of them is managed, the number of one that there is not.
    """

    def strangeness(number: int) -> tuple[bool, bool, int]:
        return not _on_bridge(config, number, site), not _within(address(config, number), site), number

    ours = [number for number in numbers(config) if _on_bridge(config, number, site) or _within(address(config, number), site)]
    free = next(number for number in range(len(config) + 1) if f"net{number}" not in config)
    return min(ours, key=strangeness, default=free)


def address(config: Config, number: int) -> str | None:
    """What a device is given: an address with its length, `dhcp`, or None; a VM's by `ipconfigN` of the same number."""
    return _given(config, number, "ip")


def gateway(config: Config, number: int, site: ProxmoxSettings) -> str | None:
    """The gateway that goes with the managed device's address: the site's, unless another device has one already."""
    others = [other for other in numbers(config) if other != number and _given(config, other, "gw")]
    return _given(config, number, "gw") if others else str(site.gateway)


def hindrances(config: Config, vmid: int, site: ProxmoxSettings) -> dict[str, Reason]:
    """Why fields of the network cannot be acted on: no device is managed, or another one has the guest's address."""
    there, ours = numbers(config), device_number(config, site)
    if there and ours not in there:
        return dict.fromkeys(
            ("address", *DEVICE), reason("no-device-on-bridge", bridge=site.bridge, devices=list(described(config, there)))
        )
    wanted = ip_interface(site.address(vmid)).ip if vmid in site else None
    twice = [number for number in there if number != ours and wanted is not None and _ip(address(config, number)) == wanted]
    return {"address": reason("address-on-other-device", address=str(wanted), device=f"net{twice[0]}")} if twice else {}


def others(config: Config, site: ProxmoxSettings) -> list[str]:
    """The devices that are left alone, in words."""
    ours = device_number(config, site)
    return list(described(config, (number for number in numbers(config) if number != ours)))


def replaced_gateway(config: Config, vmid: int, site: ProxmoxSettings) -> str | None:
    """The gateway that goes when the managed device is given its address; None if none goes."""
    number = device_number(config, site)
    if number not in numbers(config) or hindrances(config, vmid, site) or vmid not in site or address(config, number) == site.address(vmid):
        return None
    was = _given(config, number, "gw")
    return was if was != gateway(config, number, site) else None


def described(config: Config, chosen: Iterable[int]) -> Iterator[str]:
    """`net1 vmbr0 203.0.113.5/24`."""
    for number in chosen:
        yield " ".join(filter(None, (f"net{number}", _parsed(config, number).get("bridge"), address(config, number))))


def device_changes(spec: GuestSpec, fields: Iterable[str]) -> dict[str, str | None]:
    """What becomes of the network device's properties; all others, the MAC above all, are kept."""
    changes: dict[str, tuple[str, str | None]] = {
        "bridge": ("bridge", spec.bridge),
        "vlan": ("tag", str(spec.vlan) if spec.vlan else None),
        "rate": ("rate", str(spec.rate) if spec.rate else None),
        "firewall": ("firewall", str(int(bool(spec.firewall)))),
    }
    return dict(changes[name] for name in changes if name in fields)


def device_values(written: object) -> dict[str, JsonValue]:
    """The fields that are properties of a device, as its option says them."""
    device = Properties.parse(str(written or ""))
    rate = float(device.get("rate") or 0)
    return {
        "bridge": device.get("bridge"),
        "vlan": int(device.get("tag") or 0),
        "rate": int(rate) if rate.is_integer() else rate,
        "firewall": device.flag("firewall"),
    }


def _parsed(config: Config, number: int) -> Properties:
    return Properties.parse(str(config[f"net{number}"]), "model")


def _given(config: Config, number: int, key: str) -> str | None:
    return Properties.parse(str(config.get(f"ipconfig{number}") or "")).get(key) or _parsed(config, number).get(key)


def _on_bridge(config: Config, number: int, site: ProxmoxSettings) -> bool:
    return _parsed(config, number).get("bridge") == site.bridge


def _ip(text: str | None) -> object:
    try:
        return ip_interface(text).ip if text else None
    except ValueError:
        return None  # `dhcp`, `manual`


def _within(text: str | None, site: ProxmoxSettings) -> bool:
    found = _ip(text)
    return found is not None and found in site.subnet
