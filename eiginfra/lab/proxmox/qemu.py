"""VMs: creating, restoring and changing them. Facts: recorded on a real server (vm-create-config, vm-lifecycle)."""

import re
from asyncio import CancelledError
from collections.abc import Awaitable, Callable
from copy import deepcopy
from urllib.parse import unquote

from eiginfra.lab.proxmox import ha, tags
from eiginfra.lab.proxmox.errors import DeniedError, ParamError, ProxmoxHttpError, ServerError
from eiginfra.lab.proxmox.figures import memory
from eiginfra.lab.proxmox.formats import split_list
from eiginfra.lab.proxmox.guests import allocate_disk, change, check_lock, check_names, is_disk, prepare, volumes
from eiginfra.lab.proxmox.lxc import check_digest
from eiginfra.lab.proxmox.options import QEMU_DISKS
from eiginfra.lab.proxmox.power import Power
from eiginfra.lab.proxmox.rights import check_bridges, check_vm, check_vm_disk_changes, check_vm_disks, check_volume, root_only_skiplock
from eiginfra.lab.proxmox.routing import ProxmoxCall
from eiginfra.lab.proxmox.schema import Value
from eiginfra.lab.proxmox.sshkeys import check_ssh_keys
from eiginfra.lab.proxmox.state import GuestRecord
from eiginfra.lab.proxmox.tasks import RunningTask

OPTIONS_OF_CREATE = (
    "node", "vmid", "archive", "bwlimit", "force", "ha-managed", "pool", "start", "storage", "unique",
)  # fmt: skip
OPTIONS_OF_UPDATE = ("node", "vmid", "digest", "delete", "revert", "force", "skiplock", "background_delay")
UNMODELLED = "import-working-storage live-restore"
CREATE = """
    vmid!: int 100..999999999 fmt=pve-vmid
    archive: str len=..255
    bwlimit: int 0..
    force: bool needs=archive
    ha-managed: bool
    pool: str fmt=pve-poolid
    start: bool
    storage: str fmt=pve-storage-id
    unique: bool needs=archive
"""
UPDATE = """
    delete: str fmt=pve-configid-list
    digest: str len=..40
    force: bool needs=delete
    revert: str fmt=pve-configid-list
    skiplock: bool
"""


async def create(call: ProxmoxCall) -> str:
    """POST /nodes/{node}/qemu."""
    lab, vmid, pool = call.lab, call.vmid, call.text("pool")
    options = {name: value for name, value in call.p.items() if name not in OPTIONS_OF_CREATE}
    archive, force = call.text("archive"), call.flag("force")
    _check_values(call, options)
    lab.access.check_pool(pool)
    if "storage" in call.p:
        call.allow(f"/storage/{call.text('storage')}", "Datastore.AllocateSpace")
    ha.check_asked(call)
    if call.flag("start"):
        lab.access.check_guest(call.auth, vmid, pool, "VM.PowerMgmt")
    if not (call.may(f"/vms/{vmid}", "VM.Allocate") or (pool and call.may(f"/pool/{pool}", "VM.Allocate"))):
        raise DeniedError
    if archive:
        check_volume(call, archive, "backup", vmid)
    _alias_cdrom(options)
    check_vm_disks(call, vmid, options)
    check_vm(call, vmid, pool, options, options)
    check_bridges(call, "qemu", options)
    verb = "restore" if archive else "create"
    old = lab.state.guests.get(vmid)
    try:
        async with lab.locked("qemu", vmid, 5):
            if not (archive and force and old and old.kind == "qemu" and not old.running):
                lab.check_unused(vmid)
            guest = GuestRecord(vmid, "qemu", call.node, {"lock": "create"})
            lab.state.guests[vmid] = guest
    except ServerError as error:
        raise ServerError(f"unable to {verb} VM {vmid} - {error}") from error
    return call.task("qmrestore" if archive else "qmcreate", vmid, lambda task: _VmCreation(call, guest, options, old).run(task))


def _check_values(call: ProxmoxCall, options: dict[str, Value]) -> None:
    if "sshkeys" in options:
        check_ssh_keys(unquote(str(options["sshkeys"])))
    if "hookscript" in options and call.lab.storages.volume(str(options["hookscript"])) is None:
        raise ParamError(hookscript=f"script '{options['hookscript']}' does not exist\n")


def _alias_cdrom(options: dict[str, Value]) -> None:
    if "cdrom" in options:
        options["ide2"] = f"{options.pop('cdrom')},media=cdrom"


class _VmCreation:
    """The worker of a create or restore."""

    def __init__(self, call: ProxmoxCall, guest: GuestRecord, options: dict[str, Value], old: GuestRecord | None) -> None:
        self.call, self.lab, self.guest, self.options, self.old = call, call.lab, guest, options, old

    async def run(self, task: RunningTask) -> None:
        vmid, archive = self.guest.vmid, self.call.text("archive")
        async with self.lab.locked("qemu", vmid):
            try:
                await self._make(task, archive)
            except (ProxmoxHttpError, CancelledError) as error:
                for volume in self.lab.storages.owned(self.guest):
                    self.lab.storages.free(volume.id)
                self.lab.state.guests.pop(vmid, None)
                if isinstance(error, CancelledError):
                    raise
                raise ServerError(f"unable to {'restore' if archive else 'create'} VM {vmid} - {error}") from error
            if pool := self.call.text("pool"):
                self.lab.access.join_pool(pool, vmid)
        ha.add(self.call, self.guest, task, started=self.call.flag("start"))
        if self.call.flag("start"):
            task.log("Execute autostart")
            Power("qemu").start(self.call)

    async def _make(self, task: RunningTask, archive: str) -> None:
        lab, guest, config = self.lab, self.guest, dict(self.options)
        await lab.tasks.work(task.record.type)
        if archive:
            config = self._restored(archive) | config
            for volume in lab.storages.owned(self.old) if self.old else ():
                lab.storages.free(volume.id)
        for name in sorted(name for name in config if is_disk("qemu", name)):
            config[name] = allocate_disk(lab, guest, name, str(config[name]), task.record.log)
        if "tags" in self.options and lab.release.tags_on_create:
            tags.check(self.call, guest.vmid, "", str(self.options["tags"]))
        config = {name: prepare(lab, guest, name, value, creating=True) for name, value in config.items()}
        if config.get("description") == "":
            del config["description"]
        if "boot" not in config:
            config["boot"] = boot_order(config)
        config.setdefault("smbios1", f"uuid={lab.uuid()}")
        if str(config.get("vmgenid", "1")) == "1":
            config["vmgenid"] = lab.uuid()
        config["meta"] = f"creation-qemu=10.0.13,ctime={lab.now()}"
        guest.config = config

    def _restored(self, archive: str) -> dict[str, Value]:
        backup = self.lab.storages.need(archive)
        config: dict[str, Value] = dict(backup.meta["config"])
        self.guest.inside = deepcopy(backup.meta.get("inside", {}))
        for name, _ in volumes(self.guest, config):
            storage = self.call.text("storage") or str(config[name]).partition(":")[0]
            size = re.search(r"size=(\d+)([MG])", str(config[name]))
            gib = (int(size[1]) / (1024 if size[2] == "M" else 1)) if size else 0
            rest = re.sub(r",size=[^,]*", "", str(config[name])).partition(",")[2]
            source = f"{storage}:cloudinit" if "cloudinit" in str(config[name]) else f"{storage}:{gib}"
            config[name] = ",".join(filter(None, (source, rest)))
        if self.call.flag("unique"):
            config = {
                name: re.sub(r"=([0-9A-F]{2}:){5}[0-9A-F]{2}", "", str(value)) if name.startswith("net") else value
                for name, value in config.items()
            }
        return config


def boot_order(config: dict[str, Value]) -> str:
    """The default boot order: first disk, first CD, first network card."""
    disks = [name for name in ("scsi", "virtio", "sata", "ide") for name in _present(name, config)]
    hard = [name for name in disks if "media=cdrom" not in str(config[name])][:1]
    cds = [name for name in disks if "media=cdrom" in str(config[name])][:1]
    order = hard + cds + _present("net", config)[:1]
    return f"order={';'.join(order)}" if order else " "


def _present(prefix: str, config: dict[str, Value]) -> list[str]:
    return sorted((name for name in config if re.fullmatch(rf"{prefix}\d+", name)), key=lambda name: int(name[len(prefix) :]))


async def update(call: ProxmoxCall) -> None:
    """PUT /nodes/{node}/qemu/{vmid}/config."""
    await _prepared(call)()


async def unlink(call: ProxmoxCall) -> None:
    """PUT /nodes/{node}/qemu/{vmid}/unlink: disks become unused, unused ones are removed."""
    call.p = {"node": call.node, "vmid": call.vmid, "delete": call.text("idlist"), "force": call.flag("force")}
    await _prepared(call)()


async def update_later(call: ProxmoxCall) -> str:
    """POST /nodes/{node}/qemu/{vmid}/config: the same in a task, once the digest and the lock are checked."""
    apply = _prepared(call)
    _check_state(call)
    changes = " ".join(f"-{name} {value}" for name, value in call.p.items() if name not in ("node", "vmid", "digest"))

    async def worker(task: RunningTask) -> None:
        task.log(f"update VM {call.vmid}: {changes}")
        await call.lab.tasks.work("qmconfig")
        await apply()

    return call.task("qmconfig", call.vmid, worker)


def _check_state(call: ProxmoxCall) -> GuestRecord:
    guest = call.lab.guest(call.node, "qemu", call.vmid)
    check_digest(call, guest)
    if not call.flag("skiplock"):
        check_lock(guest)
    return guest


def _prepared(call: ProxmoxCall) -> Callable[[], Awaitable[None]]:
    """Check the call; what is answered makes the change."""
    lab = call.lab
    root_only_skiplock(call)
    changes = {name: value for name, value in call.p.items() if name not in OPTIONS_OF_UPDATE}
    _alias_cdrom(changes)
    delete = ["ide2" if name == "cdrom" else name for name in split_list(call.text("delete"))]
    revert = split_list(call.text("revert"))
    if not (changes or delete or revert):
        raise ServerError("no options specified")
    _check_values(call, changes)
    check_names("qemu", changes, delete, revert)
    lab.guest(call.node, "qemu", call.vmid)
    check_vm(call, call.vmid, "", [*delete, *changes], changes)
    check_vm_disk_changes(call, call.vmid, [*delete, *changes], changes)
    check_vm_disks(call, call.vmid, changes)
    check_bridges(call, "qemu", changes)

    if changes.get("description") and not str(changes["description"]).strip("\n"):
        del changes["description"]  # empty lines leave no comment in the file: nothing changes

    async def apply() -> None:
        async with lab.locked("qemu", call.vmid):
            guest = _check_state(call)
            _check_balloon(guest, changes)
            touched = {name: guest.config[name] for name in (*delete, *changes) if name in guest.config}
            check_bridges(call, "qemu", touched)  # a device leaves its bridge only by who may use that
            if "tags" in changes or "tags" in delete:
                tags.check(call, call.vmid, str(guest.config.get("tags", "")), str(changes.get("tags", "")))
            if "boot" in changes:
                _check_boot(guest, str(changes["boot"]), changes)
            change(lab, guest, changes, delete, revert, forced=delete if call.flag("force") else ())
            _fit_boot(guest, changes)

    return apply


def _fit_boot(guest: GuestRecord, changes: dict[str, Value]) -> None:
    """A CD drive that was set joins the boot order, a device that went leaves it."""
    order = re.fullmatch(r"order=(.*)", str(guest.config.get("boot", "")))
    if order is None or "boot" in changes:
        return
    named = [name for name in order[1].split(";") if name in guest.config]
    added = [
        name
        for name in changes
        if name in QEMU_DISKS and name in guest.config and name not in named and "media=cdrom" in str(guest.config[name])
    ]
    guest.config["boot"] = "order=" + ";".join(named + added)


def _check_balloon(guest: GuestRecord, changes: dict[str, Value]) -> None:
    if {"memory", "balloon"} & changes.keys():
        config = {**guest.config, **guest.pending, **changes}
        if int(config.get("balloon", 0)) > memory(GuestRecord(guest.vmid, "qemu", guest.node, config)):
            raise ServerError("balloon value too large (must be smaller than assigned memory)")


def _check_boot(guest: GuestRecord, boot: str, changes: dict[str, Value]) -> None:
    match = re.search(r"order=([^,]*)", boot)
    for device in filter(None, match[1].split(";") if match else ()):
        if device not in guest.config and device not in changes:
            raise ServerError(f"invalid bootorder: device '{device}' does not exist'")
