"""Volumes that were taken off a guest: they stay with it as `unusedN`, take space, are in no backup, and go with the guest."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from eiginfra.core.address import Address
from eiginfra.core.finding import Finding, notice, warning
from eiginfra.core.resource import Observed, Resource
from eiginfra.core.usage import Usage
from eiginfra.core.values import ByteSize
from eiginfra.providers.proxmox.client import GuestType
from eiginfra.providers.proxmox.codec import Properties
from eiginfra.providers.proxmox.guests.capacity import amount
from eiginfra.providers.proxmox.guests.config import volume_size
from eiginfra.providers.proxmox.guests.survey import Reading, Survey

_UNUSED, _MOUNT = re.compile(r"unused\d+"), re.compile(r"mp\d+")
_COMMANDS: Mapping[GuestType, str] = {"lxc": "pct", "qemu": "qm"}


@dataclass(frozen=True)
class Detached:
    """What a guest keeps without using it: its volumes by option, and their sizes as far as they are known."""

    volumes: Mapping[str, str]
    size: ByteSize

    @property
    def usage(self) -> Usage:
        """What it takes of a quota."""
        return Usage(disk=self.size)

    @property
    def facts(self) -> Mapping[str, int]:
        """Told of the guest."""
        return {"detached": int(self.size)}


def of(reading: Reading, node: str, survey: Survey) -> Detached:
    """Those of a guest, and those that its next restart takes off; a listing of each storage that one is on, once."""
    volumes, size = dict[str, str](), 0
    for key, value in sorted(_options(reading)):
        properties = Properties.parse(str(value), "volume")
        volumes[key] = properties.get("volume") or properties.get("file") or ""
        size += volume_size(properties) or survey.volumes(node, volumes[key].partition(":")[0]).get(volumes[key], 0)
    return Detached(volumes, ByteSize(size))


def _options(reading: Reading) -> Iterator[tuple[str, object]]:
    yield from ((key, value) for key, value in reading.wanted.items() if _UNUSED.fullmatch(key))
    gone = reading.running.keys() - reading.wanted.keys()
    yield from ((key, reading.running[key]) for key in gone if _MOUNT.fullmatch(key) and ":" in str(reading.running[key]))


def told(kind: GuestType, there: Iterable[Observed], kept: Mapping[Address, Detached]) -> Iterator[Finding]:
    """A warning for each guest of the cohort that keeps some, with what to do."""
    for observed in there:
        found = kept.get(observed.address)
        if found is None or observed.team is None:
            continue
        vmid, unused = int(str(observed.handle["vmid"])), [key for key in found.volumes if _UNUSED.fullmatch(key)]
        command = f"{_COMMANDS[kind]} set {vmid} --delete {','.join(unused)}" if unused else None
        yield warning(
            "volumes-detached",
            type=kind,
            id=vmid,
            volumes=[f"{key} {volume}" for key, volume in found.volumes.items()],
            size=amount(found.size),
            command=command,
            address=str(observed.address),
            team=observed.team,
        )


def detaching(kind: GuestType, resources: Iterable[Resource], there: Mapping[Address, Observed]) -> Iterator[tuple[Resource, Finding]]:
    """A notice for each volume that a plan takes off: it stays."""
    for resource in resources:
        observed, wanted = there.get(resource.address), getattr(resource.spec, "mounts", None)
        if observed is None or wanted is None:
            continue
        listed = observed.values.get("mounts")
        paths = {mount.path for mount in wanted}
        for mount in listed if isinstance(listed, list) else ():
            if isinstance(mount, dict) and mount["path"] not in paths:
                vmid = observed.handle["vmid"]
                label = f"mounts[{mount['path']}]"
                yield resource, notice("volume-kept", type=kind, id=vmid, path=mount["path"], size=mount["size"], field=label)
