"""Features of containers that Proxmox keeps for root: any but nesting is refused to every token, even root's."""

from collections.abc import Iterable
from shlex import quote

from eiginfra.providers.proxmox.codec import Properties
from eiginfra.providers.proxmox.guests.config import Config


def lacking(wanted: Iterable[str], config: Config) -> list[str]:
    """The wanted features that are not on, as `name=value`."""
    there = Properties.parse(str(config.get("features") or "nesting=0"))
    asked = [feature if "=" in feature else f"{feature}=1" for feature in wanted]
    return [feature for feature in asked if there.get(feature.partition("=")[0]) != feature.partition("=")[2]]


def command(vmid: int, features: Iterable[str], config: Config) -> str:
    """What root must run on the container's node to add them; those that are on stay on."""
    there = Properties.parse(str(config.get("features") or "nesting=0"))
    changes = dict(feature.split("=", 1) for feature in features)
    return f"pct set {vmid} --features {quote(str(there.replace(**changes)))}".replace("nesting=0,", "")
