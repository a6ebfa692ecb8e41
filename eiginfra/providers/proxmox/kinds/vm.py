"""`proxmox.vm`: a virtual machine (KVM), a full clone of a cloud-init template of the site."""

import re
from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import Field, JsonValue

from eiginfra.core.errors import NotFoundError
from eiginfra.core.finding import Finding, error
from eiginfra.core.spec import CREATE_ONLY
from eiginfra.core.values import ByteSize
from eiginfra.providers.proxmox.codec import Properties, encode_keys, print_tags, with_mark
from eiginfra.providers.proxmox.kinds.findings import Look
from eiginfra.providers.proxmox.kinds.guests import GuestKind
from eiginfra.providers.proxmox.kinds.reading import Config, ObservedGuest, volume_size
from eiginfra.providers.proxmox.kinds.specs import GuestSpec
from eiginfra.providers.proxmox.machines import Reading

_DISK = re.compile(r"(?:scsi|virtio|sata|ide)\d+")


class VmSpec(GuestSpec):
    """A virtual machine."""

    image: Annotated[int, CREATE_ONLY, Field(ge=100)] = Field(description="The template's number")
    user: Annotated[str | None, CREATE_ONLY] = Field(default=None, description="The user that cloud-init makes; unset: the template's")


class VmKind(GuestKind[VmSpec]):
    """Virtual machines, found by their mark."""

    name = "proxmox.vm"
    spec = VmSpec
    title = "A virtual machine on Proxmox VE"
    type = "qemu"
    name_key = "name"
    default_cores = 1

    def own_values(self, config: Config) -> dict[str, JsonValue]:
        """The address given to cloud-init."""
        return {"address": Properties.parse(str(config.get("ipconfig0", ""))).get("ip")}

    def disks(self, config: Config) -> dict[str, ByteSize]:
        """All disks, the first to boot from first; drives for CDs and cloud-init are none."""
        sizes = dict[str, ByteSize]()
        boot = Properties.parse(str(config.get("boot", ""))).get("order") or str(config.get("bootdisk", ""))
        order = boot.split(";")
        found = [key for key in config if _DISK.fullmatch(key)]
        for key in sorted(found, key=lambda key: (order.index(key) if key in order else len(order), key)):
            drive = Properties.parse(str(config[key]), "file")
            size = volume_size(drive)
            if drive.get("media") != "cdrom" and size is not None:
                sizes[key] = size
        return sizes

    def changes(self, spec: VmSpec, fields: set[str], config: Config) -> dict[str, Any]:
        """The address, for cloud-init."""
        if "address" not in fields:
            return {}
        ipconfig = Properties.parse(str(config.get("ipconfig0", "")))
        return {"ipconfig0": str(ipconfig.replace(ip=spec.address, gw=str(self._client.settings.gateway)))}

    def missing(self, look: Look) -> Iterable[Finding]:
        """Templates that are not there, or whose disk is larger than the wanted one."""
        standing = {observed.address for observed in look.objects}
        for resource in look.scope.resources:
            spec = resource.spec
            if not isinstance(spec, VmSpec) or resource.address in standing or spec.id is not None:
                continue
            template = look.guests.get(spec.image)
            if template is None or not template.template or template.type != self.type:
                problem = f"there is no VM template {spec.image} that the token sees"
                remedy = "see `images` in the site file, or grant VM.Audit and VM.Clone on the template"
            elif template.disk > spec.disk:
                problem = f"the disk of template {spec.image} is {ByteSize(template.disk)}, wanted {spec.disk}"
                remedy = "disks are never shrunk: write a larger disk, or use a smaller template"
            else:
                continue
            yield error("template", problem, remedy=remedy, address=str(resource.address), team=resource.team, location=resource.origin)

    def make(self, spec: VmSpec) -> None:
        """Clone the template wherever it stands."""
        site, node = self._client.settings, str(spec.node)
        template = self._machines.templates().get(spec.image)
        if template is None:
            raise NotFoundError(f"proxmox: there is no VM template {spec.image} that the token sees; see `images` in the site file")
        with self._client.room(node, site.disks):
            upid = self._client.clone_vm(template.node, spec.image, self.clone_params(spec, template.node))
            self._client.follow(upid, f"clone VM {spec.image} to {spec.id}")

    def clone_params(self, spec: VmSpec, source: str) -> dict[str, Any]:
        """The cloning request; `target` is sent only where the template stands on another node."""
        params = {
            "newid": spec.id,
            "name": spec.name,
            "pool": spec.pool,
            "description": with_mark(None, spec.mark),
            "full": 1,
            "storage": self._client.settings.disks,
            "target": spec.node if spec.node != source else None,
        }
        return {name: value for name, value in params.items() if value is not None}

    def inherited_tags(self, spec: VmSpec) -> tuple[str, ...]:
        """A clone has its template's tags."""
        template = self._machines.templates().get(spec.image)
        return template.tags if template else ()

    def finish(self, spec: VmSpec, standing: ObservedGuest | None) -> None:
        """Configure, grow, start; the tags last, which say that it is finished."""
        node, vmid = (standing.node, standing.vmid) if standing else (str(spec.node), int(spec.id or 0))
        reading = standing.reading if standing else Reading.of(self._client.pending(node, self.type, vmid))
        self._client.configure(node, self.type, vmid, self.first_params(spec, reading.wanted), reading.digest)
        self.grow(spec, node, vmid, reading.wanted)
        if spec.state != "stopped" and not (standing and standing.values["state"] == "running"):
            self._client.power(node, self.type, vmid, "start")
        if spec.tags:
            self._client.configure(node, self.type, vmid, {"tags": print_tags(spec.tags)})

    def first_params(self, spec: VmSpec, config: Config) -> dict[str, Any]:
        """What a clone is told before its first start; its network device keeps its MAC."""
        site = self._client.settings
        net0 = Properties.parse(str(config.get("net0") or "virtio"), "model").replace(bridge=site.bridge, firewall="1")
        flags = {name for name in ("onboot", "protection") if getattr(spec, name) is not None}
        params: dict[str, Any] = {
            **self.shared_changes(spec, {"name", "cores", "memory", *flags}),
            **self.changes(spec, {"address"}, {}),
            "ciuser": spec.user,
            "sshkeys": encode_keys(spec.keys) or None,
            "nameserver": " ".join(map(str, site.dns)) or None,
            "net0": str(net0),
            "agent": "enabled=1",
        }
        return {name: value for name, value in params.items() if value is not None}
