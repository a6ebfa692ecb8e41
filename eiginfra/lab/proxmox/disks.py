"""Disks of guests: growing them, moving them to another storage, and what their storage can do."""

from eiginfra.lab.proxmox.errors import ProxmoxHttpError, ServerError
from eiginfra.lab.proxmox.guests import check_lock, filesystem_log, release, volume_of, volumes
from eiginfra.lab.proxmox.lab import ProxmoxLab
from eiginfra.lab.proxmox.lxc import check_digest
from eiginfra.lab.proxmox.options import option_string
from eiginfra.lab.proxmox.rights import ContainerRights, root_only_skiplock
from eiginfra.lab.proxmox.routing import ProxmoxCall
from eiginfra.lab.proxmox.schema import MISSING, Value, parse_string, print_string
from eiginfra.lab.proxmox.state import GuestRecord, Json, VolumeRecord
from eiginfra.lab.proxmox.storage import format_size, parse_size, split_volume
from eiginfra.lab.proxmox.tasks import RunningTask


def _wanted(volume: VolumeRecord, text: str) -> int:
    return volume.size + parse_size(text[1:]) if text.startswith("+") else parse_size(text)


def set_disk(guest: GuestRecord, option: str, **values: Value) -> None:
    """Change keys of a disk option."""
    schema = option_string(guest.kind, option)
    if schema:
        guest.config[option] = print_string(schema, parse_string(schema, str(guest.config[option])) | values)


def _no_mount(option: str) -> ProxmoxHttpError:
    return ProxmoxHttpError(500, "format error", {"volume": MISSING, **({} if option == "rootfs" else {"mp": MISSING})})


def resize_container(call: ProxmoxCall) -> str:
    """PUT /nodes/{node}/lxc/{vmid}/resize: sizes are checked at once, the work is a task."""
    lab, option = call.lab, call.text("disk")
    guest = lab.guest(call.node, "lxc", call.vmid)
    check_lock(guest)
    check_digest(call, guest)
    ContainerRights(call, call.vmid, "", guest, unprivileged=True).check({}, ("disk", "size"))
    volid = volume_of("lxc", option, guest.config.get(option, ""))
    if not volid:
        raise _no_mount(option)
    volume = lab.storages.need(volid)
    call.allow(f"/storage/{volume.storage}", "Datastore.AllocateSpace")
    size = _wanted(volume, call.text("size"))
    if volume.format != "subvol":
        if size < volume.size:
            raise ServerError("unable to shrink disk size")
        if size == volume.size:
            raise ServerError("disk is already at specified size")

    async def worker(task: RunningTask) -> None:
        if volume.format == "subvol":
            raise ServerError("can't resize this image format")
        _refuse_base(lab, volume, size, task)
        await lab.tasks.work("resize")
        volume.size = size
        set_disk(guest, option, size=format_size(size))
        task.log("Image resized.", *([] if guest.running else filesystem_log(size)))

    return call.task("resize", call.vmid, worker)


def _refuse_base(lab: ProxmoxLab, volume: VolumeRecord, size: int, task: RunningTask) -> None:
    """The file of a template is immutable."""
    if lab.storages.is_base(volume) and lab.storages.get(volume.storage).formats:
        path = lab.storages.path(volume)
        mode = "metadata" if volume.format == "qcow2" else "off"
        task.log(f"qemu-img: Could not open '{path}': Could not open '{path}': Operation not permitted")
        raise ServerError(
            f"command '/usr/bin/qemu-img resize '--preallocation={mode}' -f {volume.format} {path} {size}' failed: exit code 1"
        )


def resize_vm(call: ProxmoxCall) -> str:
    """PUT /nodes/{node}/qemu/{vmid}/resize: everything is found out in the task."""
    root_only_skiplock(call)
    lab, option = call.lab, call.text("disk")

    async def worker(task: RunningTask) -> None:
        async with lab.locked("qemu", call.vmid):
            guest = lab.guest(call.node, "qemu", call.vmid)
            check_digest(call, guest)
            if not call.flag("skiplock"):
                check_lock(guest)
            if option not in guest.config:
                raise ServerError(f"disk '{option}' does not exist")
            source = str(guest.config[option]).split(",", 1)[0]
            storage, _ = split_volume(source)
            if "media=cdrom" in str(guest.config[option]):
                raise ServerError("you can't resize a cdrom")
            call.allow(f"/storage/{storage}", "Datastore.AllocateSpace")
            volume = lab.storages.need(source)
            size = _wanted(volume, call.text("size"))
            if size < volume.size:
                raise ServerError("shrinking disks is not supported")
            if size == volume.size:
                return
            _refuse_base(lab, volume, size, task)
            await lab.tasks.work("resize")
            volume.size = size
            set_disk(guest, option, size=format_size(size))
            if not guest.running:
                task.log("Image resized.")

    return call.task("resize", call.vmid, worker)


def move(call: ProxmoxCall) -> str:
    """POST …/move_disk and …/move_volume: to another storage."""
    lab = call.lab
    kind = "lxc" if "volume" in call.p else "qemu"
    option, target = call.text("volume") or call.text("disk"), call.text("storage")
    guest = lab.guest(call.node, kind, call.vmid)
    check_lock(guest)
    check_digest(call, guest)
    if target:
        lab.storages.get(target)
        call.allow(f"/storage/{target}", "Datastore.AllocateSpace")
    volid = volume_of(kind, option, guest.config.get(option, ""))
    if not volid:
        raise _no_mount(option) if kind == "lxc" else ServerError(f"disk '{option}' does not exist")

    async def worker(task: RunningTask) -> None:
        async with lab.locked(kind, call.vmid):
            source = lab.storages.need(volid)
            await lab.tasks.work(task.record.type)
            copy = lab.storages.allocate(
                guest.node, target or source.storage, guest.vmid, source.size, content=source.content,
                fmt=call.text("format") or source.format, log=task.record.log,
            )  # fmt: skip
            copy.used, copy.bootable = source.used, source.bootable
            set_disk(guest, option, **{"volume" if kind == "lxc" else "file": copy.id})
            if call.flag("delete"):
                lab.storages.free(source.id)
            else:
                release(lab, guest, source.id)

    return call.task("move_volume" if kind == "lxc" else "qmmove", call.vmid, worker)


def feature(call: ProxmoxCall, kind: str) -> Json:
    """GET …/feature: whether the guest's disks can be snapshotted, linked to or copied."""
    guest = call.lab.guest(call.node, kind, call.vmid)
    found = [call.lab.storages.volume(volid) for _, volid in volumes(guest) if "cloudinit" not in volid]
    able = all(volume is not None and call.lab.storages.can(call.text("feature"), volume) for volume in found)
    return {"hasFeature": int(able)} if kind == "lxc" else {"hasFeature": int(able), "nodes": [guest.node]}
