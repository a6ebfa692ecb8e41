"""A node's storages: status, content, volumes. Facts: recorded on a real server (basics, backup-firewall-misc), API2/Storage."""

from eiginfra.lab.proxmox.errors import ParamError, ProxmoxHttpError, ServerError
from eiginfra.lab.proxmox.formats import split_list
from eiginfra.lab.proxmox.retention import marks
from eiginfra.lab.proxmox.rights import check_volume
from eiginfra.lab.proxmox.routing import ProxmoxCall, any_perm, endpoint, index, perm
from eiginfra.lab.proxmox.schema import STRINGS, parse_string
from eiginfra.lab.proxmox.state import Json, StorageRecord, VolumeRecord
from eiginfra.lab.proxmox.storage import parse_size, split_volume
from eiginfra.lab.proxmox.tasks import RunningTask

_READ = any_perm("/storage/{storage}", "Datastore.Audit", "Datastore.AllocateSpace")


def _status(call: ProxmoxCall, storage: StorageRecord) -> Json:
    """Its space, 0 where it cannot be reached; `enabled` is 0 too where it is disabled or kept for other nodes."""
    enabled = not storage.disabled and (not storage.nodes or call.node in storage.nodes)
    active = enabled and call.node not in storage.offline
    used, total = (call.lab.storages.used(storage, call.node), storage.total) if active else (0, 0)
    return {
        "type": storage.type, "content": ",".join(storage.content), "active": int(active), "enabled": int(enabled),
        "shared": int(storage.shared), "total": total, "used": used, "avail": max(0, total - used),
    }  # fmt: skip


@endpoint(
    "GET",
    "/nodes/{node}/storage",
    "content: str fmt=pve-storage-content-list\nenabled: bool\nformat: bool\nstorage: str fmt=pve-storage-id\ntarget: str",
)
def list_storages(call: ProxmoxCall) -> list[Json]:
    """A node's storages with their space."""
    wanted, rows = set(split_list(call.text("content"))), []
    named, target, formats, enabled = call.text("storage"), call.text("target", call.node), call.flag("format"), call.flag("enabled")
    for name, storage in call.lab.state.storages.items():
        row = {"storage": name, **_status(call, storage)}
        if "content" in call.p and not (row["enabled"] and wanted & set(storage.content)):
            if named == name:
                raise ParamError(storage="No such storage.")
            continue
        if named not in ("", name) or (enabled and storage.disabled):
            continue
        if target != call.node and not (storage.shared and all(not storage.nodes or node in storage.nodes for node in (call.node, target))):
            continue
        if call.may(f"/storage/{name}", "Datastore.Audit", "Datastore.AllocateSpace"):
            if row["total"]:
                row["used_fraction"] = row["used"] / row["total"]
            rows.append(row | (_formats(storage) if formats and row["enabled"] else {}))
    if named and named not in call.lab.state.storages:
        raise ParamError(storage="No such storage.")
    return rows


def _formats(storage: StorageRecord) -> Json:
    supported = ["qcow2", "raw", "subvol", "vmdk"] if storage.formats else ["raw"]
    return {"formats": {"supported": supported, "default": "raw"}, "format": [dict.fromkeys(supported, 1), "raw"]}


index("/nodes/{node}/storage/{storage}", "content", "download-url", "prunebackups", "rrd", "rrddata", "status", "upload", rule=_READ)


@endpoint("GET", "/nodes/{node}/storage/{storage}/status", "", _READ)
def status(call: ProxmoxCall) -> Json:
    """A storage's space on a node."""
    if call.text("storage") not in call.lab.state.storages:
        raise ParamError(storage="No such storage.")
    return _status(call, call.lab.storages.get(call.text("storage")))


@endpoint(
    "GET",
    "/nodes/{node}/storage/{storage}/content",
    "content: str fmt=pve-storage-content\nvmid: int fmt=pve-vmid 100..999999999",
    _READ,
)
def content(call: ProxmoxCall) -> list[Json]:
    """The volumes the caller may see."""
    storage = call.lab.storages.on(call.text("storage"), call.node)
    wanted, vmid = call.text("content"), call.number("vmid")
    return [
        call.lab.storages.row(volume)
        for volume in call.lab.state.volumes.values()
        if volume.storage == storage.id
        and volume.node in ("", call.node)
        and wanted in ("", volume.content)
        and vmid in (0, volume.vmid)
        and _visible(call, volume)
    ]


def _visible(call: ProxmoxCall, volume: VolumeRecord) -> bool:
    try:
        check_volume(call, volume.id)
    except ProxmoxHttpError:
        return False
    return True


@endpoint(
    "POST",
    "/nodes/{node}/storage/{storage}/content",
    "vmid!: int fmt=pve-vmid 100..999999999\nfilename!: str\nsize!: str re=\\d+[MG]?\nformat: enum:raw|qcow2|subvol|vmdk needs=size",
    perm("/storage/{storage}", "Datastore.AllocateSpace"),
)
def allocate(call: ProxmoxCall) -> str:
    """A new disk without a guest's option; its volume ID. A bare size is KiB."""
    storage = call.lab.storages.on(call.text("storage"), call.node)
    text = call.text("size")
    size = int(text) * 1024 if text.isdigit() else parse_size(text)
    named, given = call.text("filename").rpartition(".")[2], call.text("format")
    if named in ("raw", "qcow2", "vmdk") and given not in ("", named):
        raise ParamError(format=f"different storage formats ({given} != {named})")
    fmt = named if named in ("raw", "qcow2", "vmdk") else given or "raw"
    kinds = "images" if "images" in storage.content else "rootdir"
    volume = call.lab.storages.allocate(call.node, storage.id, call.vmid, size, content=kinds, fmt=fmt, name=call.text("filename"))
    return volume.id


def _volid(call: ProxmoxCall) -> str:
    volid = call.text("volume")
    return volid if ":" in volid else f"{call.text('storage')}:{volid}"


@endpoint("GET", "/nodes/{node}/storage/{storage}/content/{volume*}")
def read_volume(call: ProxmoxCall) -> Json:
    """One volume."""
    call.lab.storages.on(call.text("storage"), call.node)
    check_volume(call, _volid(call))
    volume = call.lab.storages.need(_volid(call))
    return {"path": call.lab.storages.path(volume), "size": volume.size, "used": volume.used, "format": volume.format}


@endpoint("PUT", "/nodes/{node}/storage/{storage}/content/{volume*}", "notes: str\nprotected: bool")
def change_volume(call: ProxmoxCall) -> None:
    """Notes and protection of a backup."""
    check_volume(call, _volid(call))
    volume = call.lab.storages.need(_volid(call))
    volume.notes = call.text("notes", volume.notes)
    volume.protected = call.flag("protected", default=volume.protected)


@endpoint("DELETE", "/nodes/{node}/storage/{storage}/content/{volume*}", "delay: int 1..30")
def delete_volume(call: ProxmoxCall) -> str:
    """Remove a volume; one that is not there is removed too."""
    lab, volid = call.lab, _volid(call)
    storage = lab.storages.on(split_volume(volid)[0], call.node)
    kind, owner = lab.storages.kind(volid)
    volume = lab.storages.volume(volid)
    owner = owner or (volume.vmid if volume else 0)
    if kind == "backup" and owner and call.may(f"/vms/{owner}", "VM.Backup"):
        call.allow(f"/storage/{storage.id}", "Datastore.AllocateSpace")
    else:
        call.allow(f"/storage/{storage.id}", "Datastore.Allocate")
    if volume and volume.protected:
        raise ServerError(f"cannot remove protected volume '{volid}' on '{storage.id}'")

    async def worker(task: RunningTask) -> None:
        await lab.tasks.work("imgdel")
        if volume and lab.storages.children(volume):
            raise ServerError(f"base volume '{volid}' is still in use by linked cloned")
        if lab.storages.volume(volid) is None:
            ghost = VolumeRecord(volid, call.node, storage.id, kind, "", 0, 0, 0)
            task.log(f"disk image '{lab.storages.path(ghost)}' does not exist")
        lab.storages.free(volid)
        task.log(f"Removed volume '{volid}'")

    return call.task("imgdel", f"{owner}@{storage.id}" if owner else storage.id, worker)


@endpoint(
    "GET",
    "/nodes/{node}/storage/{storage}/prunebackups",
    "prune-backups: str fmt={prune-backups}\ntype: enum:qemu|lxc\nvmid: int fmt=pve-vmid 100..999999999",
    _READ,
)
def prune(call: ProxmoxCall) -> list[Json]:
    """What a retention would remove; the storage's own, if none is given."""
    storage = call.lab.storages.on(call.text("storage"), call.node)
    vmid, type_ = call.number("vmid"), call.text("type")
    keep = parse_string(STRINGS["prune-backups"], call.text("prune-backups") or storage.prune or "keep-all=1")
    found = [
        volume
        for volume in call.lab.state.volumes.values()
        if volume.content == "backup"
        and volume.storage == storage.id
        and vmid in (0, volume.vmid)
        and type_ in ("", volume.meta.get("kind", "qemu"))
    ]
    rows = []
    for vmid, kind in sorted({(volume.vmid, str(volume.meta.get("kind", "qemu"))) for volume in found}):
        group = [volume for volume in found if (volume.vmid, volume.meta.get("kind", "qemu")) == (vmid, kind)]
        marked = marks(group, keep)
        rows += [{"volid": v.id, "ctime": v.ctime, "vmid": vmid, "type": kind, "mark": marked[v.id]} for v in group]
    return rows
