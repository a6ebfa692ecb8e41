"""Containers: creating, restoring and changing them. Facts: recorded on a real server (container-create, container-config)."""

import re
from asyncio import CancelledError
from copy import deepcopy

from eiginfra.lab.proxmox import ha
from eiginfra.lab.proxmox.errors import DeniedError, ParamError, ProxmoxHttpError, ServerError
from eiginfra.lab.proxmox.formats import split_list
from eiginfra.lab.proxmox.guests import allocate_disk, change, check_lock, check_names, check_protection, filesystem_log, prepare, volumes
from eiginfra.lab.proxmox.options import option_string
from eiginfra.lab.proxmox.power import Power
from eiginfra.lab.proxmox.rights import ContainerRights, check_volume
from eiginfra.lab.proxmox.routing import ProxmoxCall
from eiginfra.lab.proxmox.schema import Value, parse_string
from eiginfra.lab.proxmox.sshkeys import check_ssh_keys
from eiginfra.lab.proxmox.state import GuestRecord, VolumeRecord
from eiginfra.lab.proxmox.storage import GIB, NEW_DISK, parse_size
from eiginfra.lab.proxmox.tasks import RunningTask

EXTRA = ("node", "vmid", "bwlimit", "start", "restore", "unique", "force", "password", "pool", "ostemplate", "storage", "ha-managed")
OPTIONS_OF_CREATE = (*EXTRA, "unprivileged", "ssh-public-keys", "ignore-unpack-errors")
CREATE = """
    vmid!: int 100..999999999 fmt=pve-vmid
    ostemplate!: str len=..255
    bwlimit: num 0..
    force: bool
    ha-managed: bool
    ignore-unpack-errors: bool
    password: str len=5..
    pool: str fmt=pve-poolid
    restore: bool
    ssh-public-keys: str
    start: bool
    storage: str fmt=pve-storage-id
    unique: bool needs=restore
"""
UNPACK = {"gz": "-z", "xz": "-J", "zst": "--zstd", "bz2": "-j"}


def create(call: ProxmoxCall) -> str:
    """POST /nodes/{node}/lxc."""
    lab, vmid, pool = call.lab, call.vmid, call.text("pool")
    restore, force = call.flag("restore"), call.flag("force")
    old = lab.state.guests.get(vmid)
    if old and old.kind == "lxc" and restore and force:
        if old.running:
            raise ServerError("can't overwrite running container")
        check_protection(old)
    else:
        lab.check_unused(vmid)
    check_ssh_keys(call.text("ssh-public-keys"))
    lab.access.check_pool(pool)
    unprivileged = call.flag("unprivileged", default=True)
    if not unprivileged:
        call.allow("/", "Sys.Modify")
    ha.check_asked(call)
    if not (call.may(f"/vms/{vmid}", "VM.Allocate") or (pool and call.may(f"/pool/{pool}", "VM.Allocate"))):
        raise DeniedError
    options = {name: value for name, value in call.p.items() if name not in OPTIONS_OF_CREATE and not name.startswith("unused")}
    storage, template = call.text("storage", "local"), call.text("ostemplate")
    _refuse_pipe(template)
    ContainerRights(call, vmid, pool, None, unprivileged).check(options, ())
    if template != "-":
        check_volume(call, template, "backup" if restore else "vztmpl", vmid)
    disks = _disks(call, options, storage)
    guest = GuestRecord(vmid, "lxc", call.node, {"lock": "create"})
    lab.state.guests[vmid] = guest
    type_ = "vzrestore" if restore else "vzcreate"
    return call.task(type_, vmid, lambda task: _ContainerCreation(call, guest, disks, options, old).run(task))


def _refuse_pipe(template: str) -> None:
    if template == "-":
        raise ServerError("pipe requires cli environment")


def _disks(call: ProxmoxCall, options: dict[str, Value], storage: str) -> dict[str, str]:
    """The mount points asked for, and the check of their storages; a root disk of 4 GiB if none is named."""
    named = {name: str(value) for name, value in options.items() if re.fullmatch(r"rootfs|mp\d+", name)}
    if named and "rootfs" not in named:
        raise ServerError("mount points configured, but 'rootfs' not set - aborting")
    disks = {name: f"{storage}:{value}" if re.fullmatch(r"\d+(\.\d+)?", value) else value for name, value in named.items()}
    disks = disks or {"rootfs": f"{storage}:4"}
    for name, text in disks.items():
        schema = option_string("lxc", name)
        volume = str(parse_string(schema, text)["volume"]) if schema else ""
        if volume.startswith("/"):
            continue
        on = call.lab.storages.usable(volume.partition(":")[0], call.node)
        if "rootdir" not in on.content:
            raise ParamError(storage=f"storage '{on.id}' does not support container directories")
        call.allow(f"/storage/{on.id}", "Datastore.AllocateSpace")
    return disks


class _ContainerCreation:
    """The worker of a create or restore."""

    def __init__(
        self, call: ProxmoxCall, guest: GuestRecord, disks: dict[str, str], options: dict[str, Value], old: GuestRecord | None
    ) -> None:
        self.call, self.lab, self.guest, self.disks, self.options, self.old = call, call.lab, guest, disks, options, old
        self.restore = call.flag("restore")

    async def run(self, task: RunningTask) -> None:
        vmid = self.guest.vmid
        async with self.lab.locked("lxc", vmid):
            try:
                await self._make(task)
            except ProxmoxHttpError as error:
                self._undo()
                raise ServerError(f"unable to {'restore' if self.restore else 'create'} CT {vmid} - {error}") from error
            except CancelledError:
                self._undo()
                raise
            if pool := self.call.text("pool"):
                self.lab.access.join_pool(pool, vmid)
        if self.call.flag("start"):
            Power("lxc").start(self.call)
        ha.add(self.call, self.guest, task, started=self.call.flag("start"))

    def _undo(self) -> None:
        """Leave nothing of the new guest; the one it was to replace stays as long as nothing was done to it."""
        if self.old:
            self.lab.state.guests[self.guest.vmid] = self.old
            return
        for volume in self.lab.storages.owned(self.guest):
            self.lab.storages.free(volume.id)
        self.lab.state.guests.pop(self.guest.vmid, None)

    async def _make(self, task: RunningTask) -> None:
        lab = self.lab
        if self.restore:
            task.log(f"recovering backed-up configuration from '{self.call.text('ostemplate')}'")
        config: dict[str, Value] = {}
        backup = lab.storages.need(self.call.text("ostemplate")) if self.restore else None
        if self.old:
            for volume in lab.storages.owned(self.old):
                lab.storages.free(volume.id)
            self.old = None
        if backup:
            config = dict(backup.meta["config"])
            self.guest.inside = deepcopy(backup.meta.get("inside", {}))
            named = any(name in self.options for name in ("rootfs", "mp0"))
            self.disks = self.disks if named else self._disks_of_backup(config)
        for name in sorted(self.disks, key=lambda name: (name != "rootfs", name)):
            self.disks[name] = self._volume(task, name)
        template = lab.storages.volume(self.call.text("ostemplate"))
        if template is None:
            message = f"volume '{self.call.text('ostemplate')}' does not exist"
            task.log(message)
            raise ServerError(message)
        await self._unpack(task, template)
        self._configure(config, template)

    def _disks_of_backup(self, config: dict[str, Value]) -> dict[str, str]:
        storage = self.call.text("storage", "local")
        found = {}
        for name, _ in volumes(self.guest, config):
            schema = option_string("lxc", name)
            if schema:
                size = re.search(r"size=(\d+[KMGT]?)", str(config[name]))
                gib = parse_size(size[1]) / GIB if size else 0
                found[name] = re.sub(r"^[^,]*", f"{storage}:{gib}", re.sub(r",size=[^,]*", "", str(config[name])))
        return found

    def _volume(self, task: RunningTask, name: str) -> str:
        before = len(task.record.log)
        text = allocate_disk(self.lab, self.guest, name, self.disks[name], task.record.log)
        if len(task.record.log) > before and "size=0T" not in text:
            volume = self.lab.storages.volume(text.split(",", 1)[0])
            task.log(*filesystem_log(volume.size if volume else 0))
        return text

    async def _unpack(self, task: RunningTask, template: VolumeRecord) -> None:
        lab, vmid = self.lab, self.guest.vmid
        root = lab.storages.volume(self.disks["rootfs"].split(",", 1)[0])
        unpacked = int(template.meta.get("unpacked", 3 * template.size))
        task.log(f"extracting archive '{lab.storages.path(template)}'")
        limit = float(self.call.p.get("bwlimit", 0))
        await lab.tasks.work(task.record.type, at_least=template.size / (limit * 1024) if limit else 0)
        if root and root.size and root.size < unpacked:
            flag = UNPACK.get(template.id.rpartition(".")[2], "-z")
            raise ServerError(f"{_tar(vmid, flag, unprivileged=self.call.flag('unprivileged', default=True))} failed: exit code 2")
        if root:
            root.used = min(unpacked, root.size or unpacked)
        task.log(f"Total bytes read: {unpacked} ({unpacked // 1024**2}MiB, 157MiB/s)", "Detected container architecture: amd64")
        host = self.options.get("hostname", "localhost")
        for kind in ("ed25519", "ecdsa", "rsa"):
            task.log(f"Creating SSH host key 'ssh_host_{kind}_key' - this may take some time ...", f"done: SHA256:{lab.uuid()} root@{host}")

    def _configure(self, config: dict[str, Value], template: VolumeRecord) -> None:
        guest, lab = self.guest, self.lab
        if not self.restore:
            guest.inside = {"ssh-public-keys": self.call.text("ssh-public-keys")}
            system = re.search(r"vztmpl/([a-z]+)", template.id)
            config |= {"arch": "amd64", "hostname": f"CT{guest.vmid}", "memory": 512, "swap": 512}
            config["ostype"] = system[1] if system and system[1] in ("debian", "ubuntu", "alpine", "centos", "fedora") else "unmanaged"
            if self.call.flag("unprivileged", default=True):
                config["unprivileged"] = 1
        elif self.call.flag("unique"):
            config |= {name: re.sub(r",hwaddr=[^,]*", "", str(value)) for name, value in config.items() if re.fullmatch(r"net\d+", name)}
        for name, value in {**{k: v for k, v in config.items() if k.startswith("net")}, **self.options}.items():
            prepared = prepare(lab, guest, name, value, creating=True)
            if not (name == "description" and prepared == ""):
                config[name] = prepared
        guest.config = {**config, **self.disks}
        guest.config.pop("lock", None) if "lock" not in self.options else None


def _tar(vmid: int, flag: str, *, unprivileged: bool) -> str:
    mapping = "lxc-usernsexec -m u:0:100000:65536 -m g:0:100000:65536 -- " if unprivileged else ""
    options = "--totals --one-file-system -p --sparse --numeric-owner --acls --xattrs '--xattrs-include=user.*'"
    options += " '--xattrs-include=security.capability' '--warning=no-file-ignored' '--warning=no-xattr-write'"
    return f"command '{mapping}tar xpf - {flag} {options} -C /var/lib/lxc/{vmid}/rootfs --skip-old-files --anchored --exclude './dev/*''"


async def update(call: ProxmoxCall) -> None:
    """PUT /nodes/{node}/lxc/{vmid}/config."""
    lab = call.lab
    changes = {name: value for name, value in call.p.items() if name not in ("node", "vmid", "digest", "delete", "revert")}
    delete, revert = split_list(call.text("delete")), split_list(call.text("revert"))
    if not (changes or delete or revert):
        raise ServerError("no options specified")
    lab.guest(call.node, "lxc", call.vmid)
    async with lab.locked("lxc", call.vmid):
        guest = lab.guest(call.node, "lxc", call.vmid)
        check_names("lxc", changes, delete, revert)
        check_lock(guest)
        check_digest(call, guest)
        unprivileged = bool(guest.config.get("unprivileged"))
        ContainerRights(call, call.vmid, "", guest, unprivileged).check(changes, delete)
        for name, value in changes.items():
            if new := NEW_DISK.match(str(value) if name.startswith("mp") else ""):
                lab.storages.get(new[1])
        change(lab, guest, changes, delete, revert)
        if "arch" not in guest.config:
            raise ServerError("missing 'arch' - internal error at /usr/share/perl5/PVE/LXC.pm line 724.")


def check_digest(call: ProxmoxCall, guest: GuestRecord) -> None:
    """Raise the 500 of a configuration that changed since it was read."""
    digest = call.text("digest")
    if digest and digest != guest.digest:
        if guest.kind == "lxc":
            raise ServerError("detected modified configuration - file changed by other user? Try again.")
        raise ServerError("checksum mismatch (file change by other user?)")
