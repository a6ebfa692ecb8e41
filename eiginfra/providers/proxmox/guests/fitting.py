"""Options of a VM that the server checks together: what changes with those that are wanted, so that all fit.

Facts: Proxmox's published sources. A balloon larger than the memory is refused whichever of the two is sent; a VM with more virtual
processors plugged in than it has cores is not refused, and does not start.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from eiginfra.core.finding import Finding, notice
from eiginfra.core.values import ByteSize
from eiginfra.providers.proxmox.guests.config import Config, memory
from eiginfra.providers.proxmox.guests.spec import MIB


def fitting(params: Mapping[str, Any], config: Config) -> dict[str, Any]:
    """What is sent besides the parameters of a change; None deletes an option."""
    after = {**config, **params}
    found: dict[str, Any] = {}
    if {"memory", "balloon"} & params.keys() and int(after.get("balloon") or 0) > (most := memory(after) // MIB):
        found["balloon"] = most
    if {"cores", "sockets"} & params.keys() and int(after.get("vcpus") or 0) > _cores(after):
        found["vcpus"] = None
    return found


def told(params: Mapping[str, Any], config: Config, vmid: int, *, template: bool) -> Iterator[Finding]:
    """What a plan says of it. params: all that is wanted; vmid: the VM that has the configuration, or the template of a new one."""
    after = {**config, **params}
    asked = {name: value for name, value in params.items() if str(config.get(name)) != str(value)}
    fitted = fitting(asked, config)
    if "balloon" in fitted:
        size = ByteSize(memory(after))
        yield notice("balloon-fitted", id=vmid, template=template, now=config["balloon"], value=fitted["balloon"], memory=size)
    if "vcpus" in fitted:
        yield notice("vcpus-fitted", id=vmid, template=template, now=config["vcpus"], cores=_cores(after))


def _cores(config: Config) -> int:
    return int(config.get("cores") or 1) * int(config.get("sockets") or 1)
