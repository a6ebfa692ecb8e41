"""/storage and a node's storages: status, content, volumes. Facts: recorded on a real server (basics, backup-firewall-misc)."""

from eiginfra.lab.proxmox.errors import ProxmoxHttpError, ServerError
from eiginfra.lab.proxmox.formats import split_list
from eiginfra.lab.proxmox.rights import check_volume
from eiginfra.lab.proxmox.routing import ProxmoxCall, any_perm, endpoint, index, perm
from eiginfra.lab.proxmox.state import Json, StorageRecord, VolumeRecord, sha1
from eiginfra.lab.proxmox.storage import parse_size, split_volume
from eiginfra.lab.proxmox.tasks import RunningTask

_READ = any_perm("/storage/{storage}", "Datastore.Audit", "Datastore.AllocateSpace")
_WRITE = perm("/storage", "Datastore.Allocate")
_TYPES = "btrfs|cephfs|cifs|dir|esxi|iscsi|iscsidirect|lvm|lvmthin|nfs|pbs|rbd|zfs|zfspool"


def _config(call: ProxmoxCall, storage: StorageRecord) -> Json:
    text = "\n".join(f"{each.id} {each.type} {each.content}" for each in call.lab.state.storages.values())
    row: Json = {"storage": storage.id, "type": storage.type, "content": ",".join(storage.content), "digest": sha1(text)}
    if storage.path:
        row["path"] = storage.path
    if storage.type == "lvmthin":
        row |= {"vgname": "pve", "thinpool": storage.pool or "data"}
    return row | ({"shared": 1} if storage.shared else {}) | ({"nodes": ",".join(storage.nodes)} if storage.nodes else {})


@endpoint("GET", "/storage", f"type: enum:{_TYPES}")
def list_config(call: ProxmoxCall) -> list[Json]:
    """The configuration of all storages."""
    return [
        _config(call, storage)
        for name, storage in call.lab.state.storages.items()
        if call.may(f"/storage/{name}", "Datastore.Audit", "Datastore.AllocateSpace") and call.text("type") in ("", storage.type)
    ]


@endpoint("GET", "/storage/{storage}", "", perm("/storage/{storage}", "Datastore.Allocate"))
def read_config(call: ProxmoxCall) -> Json:
    """The configuration of one storage."""
    return _config(call, call.lab.storages.get(call.text("storage")))


@endpoint(
    "POST",
    "/storage",
    f"storage!: str fmt=pve-storage-id\ntype!: enum:{_TYPES}\npath: str\ncontent: str fmt=pve-storage-content-list\nnodes: str\n"
    "shared: bool\nvgname: str\nthinpool: str\nserver: str\nexport: str\nprune-backups: str\ndisable: bool",
    _WRITE,
)
def create_storage(call: ProxmoxCall) -> Json:
    """A new storage of 100 GiB."""
    name, content = call.text("storage"), split_list(call.text("content")) or ["images", "rootdir"]
    if name in call.lab.state.storages:
        raise ServerError(f"create storage failed: storage ID '{name}' already defined")
    new = StorageRecord(name, call.text("type"), content, 100 * 1024**3, path=call.text("path"), shared=call.flag("shared"))
    new.nodes = split_list(call.text("nodes"))
    call.lab.state.storages[name] = new
    return {"storage": name, "type": new.type}


@endpoint(
    "PUT",
    "/storage/{storage}",
    "content: str fmt=pve-storage-content-list\nnodes: str\ndigest: str\ndelete: str\ndisable: bool\nshared: bool",
    _WRITE,
)
def change_storage(call: ProxmoxCall) -> Json:
    """Change a storage's content types or nodes."""
    storage = call.lab.storages.get(call.text("storage"))
    storage.content = split_list(call.text("content")) or storage.content
    if "nodes" in call.p:
        storage.nodes = split_list(call.text("nodes"))
    return {"storage": storage.id, "type": storage.type}


@endpoint("DELETE", "/storage/{storage}", "", _WRITE)
def delete_storage(call: ProxmoxCall) -> None:
    """Forget a storage."""
    call.lab.storages.get(call.text("storage"))
    del call.lab.state.storages[call.text("storage")]


def _status(call: ProxmoxCall, storage: StorageRecord) -> Json:
    used = call.lab.storages.used(storage, call.node)
    return {
        "type": storage.type, "content": ",".join(storage.content), "active": 1, "enabled": 1, "shared": int(storage.shared),
        "total": storage.total, "used": used, "avail": max(0, storage.total - used),
    }  # fmt: skip


@endpoint(
    "GET",
    "/nodes/{node}/storage",
    "content: str fmt=pve-storage-content-list\nenabled: bool\nformat: bool\nstorage: str fmt=pve-storage-id\ntarget: str",
)
def list_storages(call: ProxmoxCall) -> list[Json]:
    """A node's storages with their space."""
    wanted, rows = set(split_list(call.text("content"))), []
    for name, storage in call.lab.state.storages.items():
        if not call.may(f"/storage/{name}", "Datastore.Audit", "Datastore.AllocateSpace"):
            continue
        if call.text("storage") not in ("", name) or (wanted and not wanted & set(storage.content)):
            continue
        if not storage.nodes or call.node in storage.nodes:
            row = _status(call, storage)
            rows.append({"storage": name, **row, "used_fraction": row["used"] / row["total"]})
    return rows


index("/nodes/{node}/storage/{storage}", "content", "download-url", "prunebackups", "rrd", "rrddata", "status", "upload")


@endpoint("GET", "/nodes/{node}/storage/{storage}/status", "", _READ)
def status(call: ProxmoxCall) -> Json:
    """A storage's space on a node."""
    return _status(call, call.lab.storages.on(call.text("storage"), call.node))


@endpoint(
    "GET",
    "/nodes/{node}/storage/{storage}/content",
    "content: str fmt=pve-storage-content\nvmid: int fmt=pve-vmid 100..999999999",
    _READ,
)
def content(call: ProxmoxCall) -> list[Json]:
    """The volumes the caller may see."""
    storage = call.lab.storages.on(call.text("storage"), call.node)
    return [
        call.lab.storages.row(volume)
        for volume in call.lab.state.volumes.values()
        if volume.storage == storage.id
        and volume.node in ("", call.node)
        and call.text("content") in ("", volume.content)
        and ("vmid" not in call.p or volume.vmid == call.vmid)
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
    fmt = call.text("format") or (call.text("filename").rpartition(".")[2] if "." in call.text("filename") else "raw")
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
    "prune-backups: str fmt=prune-backups\ntype: enum:qemu|lxc\nvmid: int fmt=pve-vmid 100..999999999",
    _READ,
)
def prune(call: ProxmoxCall) -> list[Json]:
    """What a retention would remove: by `keep-last` only."""
    keep = dict(part.split("=") for part in split_list(call.text("prune-backups")))
    last = int(keep.get("keep-last", 0)) or 10**6
    found = [v for v in call.lab.state.volumes.values() if v.content == "backup" and v.storage == call.text("storage")]
    if "vmid" in call.p:
        found = [volume for volume in found if volume.vmid == call.vmid]
    rows, seen = [], dict[int, int]()
    for volume in sorted(found, key=lambda volume: -volume.ctime):
        seen[volume.vmid] = seen.get(volume.vmid, 0) + 1
        mark = "protected" if volume.protected else "keep" if seen[volume.vmid] <= last else "remove"
        kind = volume.meta.get("kind", "qemu")
        rows.append({"volid": volume.id, "ctime": volume.ctime, "vmid": volume.vmid, "type": kind, "mark": mark})
    return rows
