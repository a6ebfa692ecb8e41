"""VM templates: why one cannot be cloned as wanted.

Linked clones: as recorded on a real server (`parameter 'storage' not allowed for linked clones`), and the check for the
feature `clone` of the API description.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from eiginfra.core.errors import PermissionDeniedError, ProviderError, UnreachableError
from eiginfra.core.finding import Finding, error, notice, warning
from eiginfra.core.values import ByteSize
from eiginfra.providers.proxmox.client import ProxmoxClient
from eiginfra.providers.proxmox.codec import Properties, flag
from eiginfra.providers.proxmox.guests import fitting
from eiginfra.providers.proxmox.guests.devices import Config, described, numbers
from eiginfra.providers.proxmox.guests.survey import Listed, Survey

_DRIVE = re.compile(r"(?:scsi|virtio|sata|ide)\d+")


def drives(config: Mapping[str, Any]) -> dict[str, Properties]:
    """A VM's drives by their key: disks, CDs, the one for cloud-init."""
    return {key: Properties.parse(str(config[key]), "file") for key in config if _DRIVE.fullmatch(key)}


class Templates:
    """The VM templates of one look; each is read once, and only if a VM is to be made from it."""

    def __init__(self, client: ProxmoxClient, survey: Survey) -> None:
        self._client = client
        self._survey = survey
        self._linkable: dict[int, bool] = {}

    def sound(self, vmid: int, disks: Callable[[Config], Mapping[str, ByteSize]]) -> bool:
        """Whether what a template's configuration says can be understood; if not, it is as one that cannot be read."""
        for reading in self._survey.read([vmid]).values():
            try:
                disks(reading.running), fitting.fitting({"memory": 16, "cores": 1}, reading.running), int(reading.running.get("sockets", 1))
            except (ValueError, TypeError, ArithmeticError) as problem:
                self._survey.unreadable(vmid, str(problem))
                return False
        return True

    def remarks(self, vmid: int, disk: ByteSize, *, linked: bool) -> Iterator[Finding]:
        """Why no VM with such a disk can be cloned from a template, or would be of no use; of one on a lost node nothing is known."""
        template, site = self._survey.guests.get(vmid), self._client.settings
        if template is not None and not template.reachable:
            return
        if template is None or not template.template or template.type != "qemu":
            yield error("vm-template-missing", id=vmid)
            return
        if template.disk > disk:
            yield error("template-disk-larger", id=vmid, disk=ByteSize(template.disk), wanted=disk)
        readings = self._survey.read([vmid])
        if not readings:
            return
        found = [drive for reading in readings.values() for drive in drives(reading.running).values()]
        files = [str(drive.get("file")) for drive in found]
        if not any("cloudinit" in file for file in files):
            yield warning("template-without-cloud-init", id=vmid, node=template.node, storage=site.disks)
        storages = {str(drive.get("file")).partition(":")[0] for drive in found if drive.get("media") != "cdrom"}
        if linked and (elsewhere := sorted(storages - {site.disks})):
            yield error("linked-clone-elsewhere", id=vmid, storages=elsewhere, storage=site.disks)
        elif linked and not self._can_be_linked(template):
            yield error("linked-clone-impossible", id=vmid)

    def extras(self, vmid: int, disks: Callable[[Config], Mapping[str, ByteSize]]) -> Iterator[Finding]:
        """Disks and network devices that each clone gets besides its first: they count, and the devices stay on their bridges."""
        for reading in self._survey.read([vmid]).values():
            further = list(disks(reading.running).items())[1:]
            if further:
                yield notice("template-more-disks", id=vmid, disks=[f"{key} {size}" for key, size in further])
            if others := [number for number in numbers(reading.running) if number]:
                yield warning("template-more-devices", id=vmid, devices=list(described(reading.running, others)))

    def fitted(self, vmid: int, wanted: Mapping[str, Any]) -> Iterator[Finding]:
        """What of a template's options changes in a clone with those that are wanted."""
        for reading in self._survey.read([vmid]).values():
            yield from fitting.told(wanted, reading.running, vmid, template=True)

    def _can_be_linked(self, template: Listed) -> bool:
        if template.vmid not in self._linkable:
            path, what = f"nodes/{template.node}/qemu/{template.vmid}/feature", f"ask whether template {template.vmid} can be linked to"
            try:
                self._linkable[template.vmid] = flag(self._client.get(path, what, feature="clone").get("hasFeature", 0))
            except (UnreachableError, PermissionDeniedError):
                raise
            except ProviderError as problem:
                self._survey.unreadable(template.vmid, str(problem))
                self._linkable[template.vmid] = True  # nobody knows, and nothing is made from it now
        return self._linkable[template.vmid]
