"""Copies of guests: full and linked clones, and turning a guest into a template."""

import re
from asyncio import CancelledError
from collections.abc import Iterable
from copy import deepcopy

from eiginfra.lab.proxmox.errors import DeniedError, ProxmoxHttpError, ServerError
from eiginfra.lab.proxmox.guests import check_lock, filesystem_log, prepare, volume_of, volumes
from eiginfra.lab.proxmox.options import option_string
from eiginfra.lab.proxmox.rights import check_bridges
from eiginfra.lab.proxmox.routing import ProxmoxCall
from eiginfra.lab.proxmox.schema import Value, parse_string, print_string
from eiginfra.lab.proxmox.state import GuestRecord, VolumeRecord, config_path
from eiginfra.lab.proxmox.storage import format_size
from eiginfra.lab.proxmox.tasks import RunningTask


def may_clone(call: ProxmoxCall) -> None:
    """VM.Clone on the source, and VM.Allocate on the new ID or its pool."""
    call.allow(f"/vms/{call.vmid}", "VM.Clone")
    pool = call.text("pool")
    if not (call.may(f"/vms/{call.p['newid']}", "VM.Allocate") or (pool and call.may(f"/pool/{pool}", "VM.Allocate"))):
        raise DeniedError


def _check_targets(call: ProxmoxCall) -> None:
    lab = call.lab
    lab.access.check_pool(call.text("pool"))
    if storage := call.text("storage"):
        lab.storages.get(storage)
    target = call.text("target")
    if target and target not in lab.state.nodes:
        raise ServerError(f"no such cluster node '{target}'")


def _source_config(guest: GuestRecord, snapshot: str) -> dict[str, Value]:
    if not snapshot:
        return dict(guest.config)
    if snapshot not in guest.snapshots:
        raise ServerError(f"snapshot '{snapshot}' does not exist")
    return dict(guest.snapshots[snapshot]["config"])


def _check_kind(call: ProxmoxCall, *, full: bool) -> None:
    for name in ("storage", "format"):
        if name in call.p and not full:
            raise ServerError(f"parameter '{name}' not allowed for linked clones")


def _check_reach(call: ProxmoxCall, word: str, found: Iterable[VolumeRecord]) -> None:
    """A clone is made on another node only if that sees the source's disks."""
    if call.text("target", call.node) != call.node and not all(call.lab.storages.get(volume.storage).shared for volume in found):
        raise ServerError(f"can't clone {word} to node '{call.text('target')}' ({word} uses local storage)")


def clone_vm(call: ProxmoxCall) -> str:
    """POST /nodes/{node}/qemu/{vmid}/clone."""
    lab, newid = call.lab, call.number("newid")
    _check_targets(call)
    found = lab.state.guests.get(call.vmid)
    if found is None or found.kind != "qemu" or found.node != call.node:
        raise ServerError(f"unable to find configuration file for VM {call.vmid} on node '{call.node}'")
    check_lock(found)
    config = _source_config(found, call.text("snapname"))
    full = call.flag("full", default=not found.template)
    _check_kind(call, full=full)
    drives = {option: lab.storages.need(volid) for option, volid in volumes(found, config)}
    for volume in drives.values():
        call.allow(f"/storage/{call.text('storage') or volume.storage}", "Datastore.AllocateSpace")
    check_bridges(call, "qemu", config)
    _check_reach(call, "VM", drives.values())
    taken = lab.state.guests.get(newid)
    if taken and taken.kind == "qemu":
        raise ServerError(f"unable to create VM {newid}: config file already exists")
    for option, volume in drives.items():
        if not full and "cloudinit" not in volume.id and not lab.storages.can("clone", volume):
            raise ServerError(f"Linked clone feature is not supported for '{volume.id}' ({option})")
    clone = GuestRecord(newid, "qemu", call.text("target") or call.node, {"lock": "clone", "description": " qmclone temporary file"})
    if taken is None:
        lab.state.guests[newid] = clone
    return call.task("qmclone", call.vmid, lambda task: _Clone(call, found, clone, config, full=full).run(task))


def clone_container(call: ProxmoxCall) -> str:
    """POST /nodes/{node}/lxc/{vmid}/clone: the source is locked (`disk`) while it is copied."""
    lab, newid = call.lab, call.number("newid")
    _check_targets(call)
    source = lab.guest(call.node, "lxc", call.vmid)
    full = call.flag("full", default=not source.template)
    snapshot = call.text("snapname")
    if full and source.running and not snapshot:
        raise ServerError(lab.release.running_clone)
    lab.check_unused(newid)
    check_lock(source)
    config = _source_config(source, snapshot)
    _check_kind(call, full=full)
    for _, volid in volumes(source, config):
        volume = lab.storages.need(volid)
        if not full and not lab.storages.can("snapshot" if snapshot else "clone", volume):
            raise ServerError(f"Linked clone feature for '{volid}' is not available")
    check_bridges(call, "lxc", config)
    for _, volid in volumes(source, config):
        call.allow(f"/storage/{call.text('storage') or lab.storages.need(volid).storage}", "Datastore.AllocateSpace")
    _check_reach(call, "CT", (lab.storages.need(volid) for _, volid in volumes(source, config)))
    source.config["lock"] = "disk"
    kept = ("arch", "hostname", "memory", "ostype", "swap", "unprivileged")
    shared: dict[str, Value] = {name: config[name] for name in kept if name in config}
    clone = GuestRecord(newid, "lxc", call.text("target") or call.node, {**shared, "lock": "create"})
    lab.state.guests[newid] = clone
    return call.task("vzclone", call.vmid, lambda task: _Clone(call, source, clone, config, full=full).run(task))


class _Clone:
    """The worker of a clone."""

    def __init__(self, call: ProxmoxCall, source: GuestRecord, clone: GuestRecord, config: dict[str, Value], *, full: bool) -> None:
        self.call, self.lab, self.source, self.clone, self.full = call, call.lab, source, clone, full
        self.config = {
            name: value for name, value in config.items() if name not in ("lock", "parent", "template") and not name.startswith("unused")
        }

    async def run(self, task: RunningTask) -> None:
        lab, clone, lxc = self.lab, self.clone, self.clone.kind == "lxc"
        if lab.state.guests.get(clone.vmid) is not clone:
            raise ServerError(f"close (rename) atomic file '/etc/pve/{config_path(clone.node, 'qemu', clone.vmid)}' failed: File exists")
        done = False
        lab.copy_firewall(self.source.vmid, clone.vmid)
        try:
            async with lab.locked(clone.kind, clone.vmid):
                await self._copy(task)
                if pool := self.call.text("pool"):
                    if pool not in lab.state.pools:
                        raise ServerError(f"clone failed: pool '{pool}' does not exist")
                    lab.access.join_pool(pool, clone.vmid)
                done = True
        except ProxmoxHttpError as error:
            raise ServerError(str(error) if lxc else f"clone failed: {error}") from error
        except CancelledError as error:
            if lxc or not self.full:
                raise
            raise ServerError(f"clone failed: copy failed: {self._convert()} failed: interrupted by signal") from error
        finally:
            if lxc and self.source.lock == "disk":
                del self.source.config["lock"]
            if not done:
                for volume in lab.storages.owned(clone):
                    lab.storages.free(volume.id)
                lab.state.guests.pop(clone.vmid, None)
                lab.state.firewalls.pop(f"guest/{clone.vmid}", None)

    def _convert(self) -> str:
        """The command that copies a VM's disk."""
        _, volid = next((option, volid) for option, volid in volumes(self.source) if "cloudinit" not in volid)
        source = self.lab.storages.need(volid)
        path = self.lab.storages.path(source)
        fmt = self.call.text("format") or source.format
        target = re.sub(r"/[^/]*$", f"/{self.clone.vmid}/vm-{self.clone.vmid}-disk-0.{fmt}", path.rpartition("/")[0])
        return f"command '/usr/bin/qemu-img convert -p -n -f {source.format} -O {fmt} {path} zeroinit:{target}'"

    async def _copy(self, task: RunningTask) -> None:
        lab, clone, call = self.lab, self.clone, self.call
        config = self._adapted()
        disks = {name: value for name, value in config.items() if volume_of(clone.kind, name, value)}
        clone.config = {name: value for name, value in config.items() if name not in disks} | {"lock": clone.lock}
        for name in [name for name in disks if "cloudinit" in str(disks[name])]:
            config[name] = clone.config[name] = self._disk(task, name, str(disks.pop(name)))
        size = sum(lab.storages.need(volume_of(clone.kind, name, value)).size for name, value in disks.items())
        limit = float(call.p.get("bwlimit", 0))
        await lab.tasks.work(task.record.type, at_least=min(size, 150 * 1024**2) / (limit * 1024) if limit and self.full else 0)
        for name in sorted(disks, key=lambda name: (name == "rootfs", name) if clone.kind == "qemu" else (name != "rootfs", name)):
            config[name] = self._disk(task, name, str(disks[name]))
        clone.config = config
        # A clone makes its own host keys: a container's by Proxmox VE, a VM's by cloud-init.
        clone.inside = {name: deepcopy(value) for name, value in self.source.inside.items() if name != "host_key"}

    def _adapted(self) -> dict[str, Value]:
        """The source's configuration with the clone's own name, MAC addresses and IDs."""
        lab, clone, call = self.lab, self.clone, self.call
        config = dict(self.config)
        for name, value in config.items():
            schema = option_string(clone.kind, name)
            if re.fullmatch(r"net\d+", name) and schema:
                net = parse_string(schema, str(value))
                net["hwaddr" if clone.kind == "lxc" else "macaddr"] = lab.mac()
                config[name] = print_string(schema, net)
        if clone.kind == "lxc":
            if hostname := call.text("hostname"):
                config["hostname"] = hostname
        else:
            config |= {"name": call.text("name") or f"Copy-of-VM-{config.get('name', self.source.vmid)}", "smbios1": f"uuid={lab.uuid()}"}
            config["vmgenid"] = lab.uuid()
        if description := call.text("description"):
            config["description"] = prepare(lab, clone, "description", description)
        return config

    def _disk(self, task: RunningTask, name: str, text: str) -> str:
        lab, clone = self.lab, self.clone
        source = lab.storages.need(volume_of(clone.kind, name, text))
        schema = option_string(clone.kind, name)
        if schema is None:
            return text
        disk = parse_string(schema, text)
        copy = self._full(task, name, source) if self.full or "cloudinit" in source.id else self._linked(task, name, source)
        disk["volume" if clone.kind == "lxc" else "file"] = copy.id
        disk["size"] = format_size(copy.size)
        disk.pop("format", None)
        return print_string(schema, disk)

    def _linked(self, task: RunningTask, name: str, source: VolumeRecord) -> VolumeRecord:
        what = "mount point" if self.clone.kind == "lxc" else "drive"
        task.log(f"create linked clone of {what} {name} ({source.id})")
        return self.lab.storages.link(source, self.clone.node, self.clone.vmid)

    def _full(self, task: RunningTask, name: str, source: VolumeRecord) -> VolumeRecord:
        lab, clone, lxc = self.lab, self.clone, self.clone.kind == "lxc"
        task.log(f"create full clone of {'mountpoint' if lxc else 'drive'} {name} ({source.id})")
        storage = self.call.text("storage") or source.storage
        fmt = self.call.text("format") or source.format
        file = f"vm-{clone.vmid}-cloudinit" if "cloudinit" in source.id else ""
        if file and lab.storages.get(storage).formats:
            file += f".{fmt}"
        copy = lab.storages.allocate(
            clone.node, storage, clone.vmid, source.size, content=source.content, fmt=fmt, name=file, log=task.record.log
        )
        copy.used, copy.bootable = source.used, source.bootable
        if lxc:
            task.log(*filesystem_log(source.size), "Number of files: 6,539 (reg: 5,219, dir: 762, link: 558)")
        elif not file:
            task.log(f"transferred {source.size / 1024**3:.1f} GiB of {source.size / 1024**3:.1f} GiB (100.00%)")
        return copy


def check_template(guest: GuestRecord) -> None:
    """Raise the 500 of a guest that cannot become a template now."""
    word = "CT" if guest.kind == "lxc" else "VM"
    check_lock(guest)
    if guest.template:
        raise ServerError("you can't convert a template to a template")
    if guest.snapshots:
        raise ServerError(f"unable to create template, because {word} contains snapshots")
    if guest.running:
        raise ServerError(f"you can't convert a {word} to template if {'the CT' if guest.kind == 'lxc' else 'VM'} is running")


def to_template(call: ProxmoxCall, guest: GuestRecord) -> None:
    """Rename the guest's disks to base volumes and set `template`."""
    for name, volid in volumes(guest):
        volume = call.lab.storages.volume(volid)
        if volume and "cloudinit" not in volid:
            base = call.lab.storages.to_base(volume)
            guest.config[name] = str(guest.config[name]).replace(volid, base.id)
    guest.config["template"] = 1
