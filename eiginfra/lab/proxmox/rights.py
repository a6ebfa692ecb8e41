"""Which privilege each option of a guest asks for (PVE::LXC::check_ct_modify_config_perm and its VM counterpart)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from eiginfra.lab.proxmox import tags
from eiginfra.lab.proxmox.errors import DeniedError, ParamError, ServerError
from eiginfra.lab.proxmox.formats import split_list
from eiginfra.lab.proxmox.guests import is_disk, volume_of
from eiginfra.lab.proxmox.options import QEMU_DISKS, option_string
from eiginfra.lab.proxmox.routing import ProxmoxCall
from eiginfra.lab.proxmox.schema import STRINGS, Value, parse_string
from eiginfra.lab.proxmox.state import GuestRecord
from eiginfra.lab.proxmox.storage import NEW_DISK, split_volume

_CPU = {"cores", "cpu", "cpulimit", "cpuunits", "numa", "smp", "sockets", "vcpus", "affinity"}
_HARDWARE = {
    "acpi",
    "hotplug",
    "kvm",
    "machine",
    "scsihw",
    "smbios1",
    "tablet",
    "vga",
    "watchdog",
    "audio0",
    "arch",
    "efidisk0",
    "tpmstate0",
}
_CLOUDINIT = {"cicustom", "cipassword", "citype", "ciuser", "ciupgrade", "nameserver", "searchdomain", "sshkeys"}
_CONTAINER = {
    "cores|cpuunits|cpulimit": "VM.Config.CPU",
    r"rootfs|mp\d+": "VM.Config.Disk",
    "memory|swap": "VM.Config.Memory",
    r"nameserver|searchdomain|hostname|net\d+": "VM.Config.Network",
}
_ROOT_ONLY_OF_CONTAINERS = {r"dev\d+": "configuring device passthrough", "hookscript": "changing the hookscript"}
_ROOT_ONLY = {"args", "lock", "hookscript", "affinity"}


@dataclass(frozen=True)
class ContainerRights:
    """What the caller may change of a container: of `guest`, or of a new one that will join `pool`."""

    call: ProxmoxCall
    vmid: int
    pool: str
    guest: GuestRecord | None
    unprivileged: bool

    def check(self, changes: dict[str, Value], delete: Iterable[str]) -> None:
        """Raise 403 for the first option that the caller may not change."""
        if self.call.root:
            return
        for option in delete:
            self._option(option, None)
        first = self.call.lab.release.bridges_first
        for option, value in sorted(changes.items(), key=lambda item: first and not item[0].startswith("net")):
            self._option(option, value)

    def _option(self, option: str, value: Value | None) -> None:
        for pattern, reason in _ROOT_ONLY_OF_CONTAINERS.items():
            if re.fullmatch(pattern, option):
                raise DeniedError(f"{reason} is only allowed for root@pam")
        old = self.guest.config.get(option) if self.guest else None
        if option == "features":
            self._features(str(old or ""), str(value or ""))
        elif option == "tags":
            tags.check(self.call, self.vmid, str(old or ""), str(value or ""))
        else:
            self._need(next((name for pattern, name in _CONTAINER.items() if re.fullmatch(pattern, option)), "VM.Config.Options"))
        if is_disk("lxc", option) and value is not None:
            _container_disk(self.call, option, str(value))
        for text in (old, value):
            if text is not None:
                check_bridges(self.call, "lxc", {option: text})

    def _need(self, privilege: str) -> None:
        self.call.lab.access.check_guest(self.call.auth, self.vmid, self.pool, privilege)

    def _features(self, old: str, new: str) -> None:
        if not self.unprivileged:
            raise DeniedError("changing feature flags for privileged container is only allowed for root@pam")
        nesting, others = _feature_changes(old, new, off=self.call.lab.release.nesting_for_tokens)
        if others:
            raise DeniedError("changing feature flags (except nesting) is only allowed for root@pam")
        if nesting:
            self._need("VM.Allocate")


def _feature_changes(old: str, new: str, *, off: bool) -> tuple[bool, bool]:
    """Whether nesting changes, and whether another feature does; where there were none, `nesting=0` counts as nesting if `off`."""
    before, after = (parse_string(STRINGS["lxc-features"], text) for text in (old, new))
    if not before:
        only_nesting = list(after) == ["nesting"] and (off or bool(after["nesting"]))
        return only_nesting, bool(after) and not only_nesting
    changed = {name for name in {*before, *after} if before.get(name, "") != after.get(name, "")}
    return "nesting" in changed, bool(changed - {"nesting"})


def _container_disk(call: ProxmoxCall, option: str, text: str) -> None:
    schema = option_string("lxc", option)
    volume = str(parse_string(schema, text)["volume"]) if schema else text
    if volume.startswith("/"):
        kind = "device" if volume.startswith("/dev/") else "bind"
        raise DeniedError(f"mount point type {kind} is only allowed for root@pam")
    if new := NEW_DISK.fullmatch(volume):
        call.allow(f"/storage/{new[1]}", "Datastore.AllocateSpace")
    elif not re.fullmatch(r"\d+(\.\d+)?", volume):
        check_volume(call, volume)
    else:
        raise ServerError("Only root can pass arbitrary filesystem paths. at /usr/share/perl5/PVE/Storage.pm line 651.")


def check_volume(call: ProxmoxCall, volid: str, content: str = "", vmid: int = 0) -> None:
    """The right to use a volume; raises 500 for what is no volume, as the server does (PVE::Storage::check_volume_access)."""
    if not re.fullmatch(r"[a-zA-Z][a-zA-Z0-9\-_.]*:.+", volid):
        if call.root:
            return
        raise ServerError("Only root can pass arbitrary filesystem paths. at /usr/share/perl5/PVE/Storage.pm line 651.")
    storage, _ = split_volume(volid)
    kind, owner = call.lab.storages.kind(volid)
    if content and kind != content:
        raise ServerError(f"unable to use volume {volid} - content type needs to be '{content}'")
    path = f"/storage/{storage}"
    if call.may(path, "Datastore.Allocate"):
        return
    if kind in ("vztmpl", "iso", "import", "snippets"):
        call.allow_any(path, "Datastore.AllocateSpace", "Datastore.Audit")
    elif kind == "backup":
        volume = call.lab.storages.volume(volid)
        call.allow(path, "Datastore.AllocateSpace")
        call.allow(f"/vms/{vmid or (volume.vmid if volume else 0)}", "VM.Backup")
    elif owner:
        call.allow(f"/vms/{owner}", "VM.Config.Disk")


def check_bridges(call: ProxmoxCall, kind: str, config: dict[str, Value]) -> None:
    """SDN.Use on the bridges (and VLANs) of a configuration's interfaces."""
    for option, value in config.items():
        schema = option_string(kind, option)
        if not re.fullmatch(r"net\d+", option) or schema is None:
            continue
        net = parse_string(schema, str(value))
        if "bridge" not in net:
            continue
        zone = f"/sdn/zones/localnetwork/{net['bridge']}"
        tags = [str(net["tag"])] if "tag" in net else []
        tags += split_list(str(net.get("trunks", "")))
        for path in [f"{zone}/{tag}" for tag in tags] or [zone]:
            call.allow(path, "SDN.Use")


def check_vm(call: ProxmoxCall, vmid: int, pool: str, options: Iterable[str], config: dict[str, Value]) -> None:
    """Raise 403 (or, for root's own options, 500) for the first option of a VM that the caller may not change.

    Disks are not looked at: whoever may create a VM may give it disks; a change of one is checked by `check_vm_disk_changes`. Nor are
    tags, which are looked at with the lock held.
    """
    if call.root:
        return
    for option in options:
        if option in _ROOT_ONLY:
            raise ServerError(f"only root can set '{option}' config")
        if option in QEMU_DISKS or option.startswith("unused") or option == "tags":
            continue
        privileges = _vm_privileges(option)
        if re.fullmatch(r"serial\d+", option) and str(config.get(option, "socket")) != "socket":
            raise ServerError(f"only root can modify '{option}' config for real devices")
        call.lab.access.check_guest(call.auth, vmid, pool, *privileges, any_of=True)


def check_vm_disk_changes(call: ProxmoxCall, vmid: int, options: Iterable[str], config: dict[str, Value]) -> None:
    """The right to change disks and CD drives of an existing VM."""
    for option in options:
        if option in QEMU_DISKS or option.startswith("unused"):
            text = str(config.get(option, ""))
            empty_drive = "media=cdrom" in text and volume_of("qemu", option, text) == ""
            call.allow(f"/vms/{vmid}", "VM.Config.CDROM" if empty_drive else "VM.Config.Disk")


def _vm_privileges(option: str) -> tuple[str, ...]:
    if option in _CPU or re.fullmatch(r"numa\d+", option):
        return ("VM.Config.CPU",)
    if option in ("memory", "balloon", "shares"):
        return ("VM.Config.Memory",)
    if re.fullmatch(r"net\d+", option):
        return ("VM.Config.Network",)
    if option in _CLOUDINIT or option.startswith("ipconfig"):
        return ("VM.Config.Cloudinit", "VM.Config.Network")
    if option in ("boot", "bootdisk", "vmstatestorage"):
        return ("VM.Config.Disk",)
    if option in _HARDWARE or re.fullmatch(r"(serial|usb|hostpci|parallel|virtiofs)\d+|rng0|ivshmem", option):
        return ("VM.Config.HWType",)
    if option == "freeze":
        return ("VM.PowerMgmt",)
    return ("VM.Config.Options",)


def check_vm_disks(call: ProxmoxCall, vmid: int, config: dict[str, Value]) -> None:
    """The storages and volumes that a VM's disk options name: they exist, and the caller may use them."""
    storages = call.lab.storages
    for option, value in config.items():
        schema = option_string("qemu", option)
        if schema is None or not is_disk("qemu", option):
            continue
        disk = parse_string(schema, str(value))
        source = str(disk["file"])
        if source in ("none", "cdrom"):
            continue
        if re.fullmatch(r"[a-zA-Z][\w\-.]*:cloudinit", source):
            storages.get(source.partition(":")[0])
        elif new := NEW_DISK.fullmatch(source):
            call.allow(f"/storage/{new[1]}", "Datastore.AllocateSpace")
            content = storages.get(new[1]).content
            if "images" not in content:
                raise ParamError(**{option: f"storage '{new[1]}' does not support content-type 'images'"})
            if "import-from" in disk:
                check_volume(call, str(disk["import-from"]), vmid=vmid)
                storages.need(str(disk["import-from"]))
        elif ":" in source:
            check_volume(call, source, vmid=vmid)
            storages.need(source)
        elif not call.root:
            raise ServerError("Only root can pass arbitrary filesystem paths. at /usr/share/perl5/PVE/Storage.pm line 651.")


def root_only_skiplock(call: ProxmoxCall) -> None:
    """Raise the 400 of `skiplock` by anybody but root@pam."""
    if call.flag("skiplock") and not call.root:
        raise ParamError(skiplock="Only root may use this option.")
