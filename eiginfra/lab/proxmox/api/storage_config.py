"""/storage: the configuration of storages. Facts: recorded on a real server (basics), and API2/Storage/Config.pm."""

from eiginfra.lab.proxmox.errors import ServerError
from eiginfra.lab.proxmox.formats import split_list
from eiginfra.lab.proxmox.routing import ProxmoxCall, endpoint, perm
from eiginfra.lab.proxmox.schema import Value
from eiginfra.lab.proxmox.state import Json, StorageRecord, sha1

_WRITE = perm("/storage", "Datastore.Allocate")
_TYPES = "btrfs|cephfs|cifs|dir|esxi|iscsi|iscsidirect|lvm|lvmthin|nfs|pbs|rbd|zfs|zfspool"
_REQUIRED = {"dir": ("path",), "btrfs": ("path",), "lvm": ("vgname",), "lvmthin": ("thinpool", "vgname"), "nfs": ("export", "server")}
_CHANGEABLE = """
    bwlimit: str
    content: str fmt=pve-storage-content-list
    disable: bool
    max-protected-backups: int -1..
    nodes: str fmt=pve-node-list
    options: str
    preallocation: enum:off|metadata|falloc|full
    prune-backups: str fmt={prune-backups}
    server: str fmt=address
    shared: bool
    snapshot-as-volume-chain: bool
"""
_NEW = "storage!: str fmt=pve-storage-id\npath: str\nvgname: str fmt=pve-storage-vgname\nthinpool: str fmt=pve-storage-vgname\nexport: str"
_FOREIGN = """
    blocksize comstar_hg comstar_tg content-dirs create-base-path create-subdirs data-pool domain encryption-key fingerprint format fs-name
    fuse is_mountpoint keyring krbd lio_tpg master-pubkey mkdir monhost mountpoint namespace nocow nowritecache password pool port
    saferemove saferemove-stepsize saferemove_throughput skip-cert-verification smbversion sparse subdir tagged_only username zfs-base-path
"""
_FOREIGN_NEW = f"{_FOREIGN} authsupported base datastore iscsiprovider portal share target"
_DEDICATED = ("type", "content", "path", "nodes", "shared", "disable", "prune-backups")


def _digest(call: ProxmoxCall) -> str:
    return sha1("\n".join(repr(each) for each in call.lab.state.storages.values()))


def _config(call: ProxmoxCall, storage: StorageRecord) -> Json:
    row: Json = {"storage": storage.id, "type": storage.type, "content": ",".join(storage.content), "digest": _digest(call)}
    if storage.type == "lvmthin":
        row |= {"vgname": "pve", "thinpool": storage.pool or "data"}
    dedicated: Json = {
        "path": storage.path, "shared": int(storage.shared), "nodes": ",".join(storage.nodes), "disable": int(storage.disabled),
        "prune-backups": storage.prune,
    }  # fmt: skip
    return row | {name: value for name, value in dedicated.items() if value} | storage.settings


@endpoint("GET", "/storage", f"type: enum:{_TYPES}")
def list_config(call: ProxmoxCall) -> list[Json]:
    """The configuration of all storages."""
    type_ = call.text("type")
    return [
        _config(call, storage)
        for name, storage in call.lab.state.storages.items()
        if call.may(f"/storage/{name}", "Datastore.Audit", "Datastore.AllocateSpace") and type_ in ("", storage.type)
    ]


@endpoint("GET", "/storage/{storage}", "", perm("/storage/{storage}", "Datastore.Allocate"))
def read_config(call: ProxmoxCall) -> Json:
    """The configuration of one storage."""
    return _config(call, call.lab.storages.get(call.text("storage")))


@endpoint("POST", "/storage", f"type!: enum:{_TYPES}\n{_NEW}\n{_CHANGEABLE}", _WRITE, unmodelled=_FOREIGN_NEW)
def create_storage(call: ProxmoxCall) -> Json:
    """A new storage of 100 GiB."""
    name, type_ = call.text("storage"), call.text("type")
    for option in _REQUIRED.get(type_, ()):
        if option not in call.p:
            raise ServerError(f"missing value for required option '{option}'")
    if name in call.lab.state.storages:
        raise ServerError(f"create storage failed: storage ID '{name}' already defined")
    new = StorageRecord(name, type_, ["images", "rootdir"], 100 * 1024**3, path=call.text("path"), shared=type_ in ("nfs", "cifs", "pbs"))
    _set(new, call.p)
    call.lab.state.storages[name] = new
    return {"storage": name, "type": type_}


def _set(storage: StorageRecord, given: dict[str, Value]) -> None:
    """Give it the options that are there."""
    storage.content = split_list(str(given.get("content", ""))) or storage.content
    storage.nodes = split_list(str(given["nodes"])) if "nodes" in given else storage.nodes
    storage.shared, storage.disabled = bool(given.get("shared", storage.shared)), bool(given.get("disable", storage.disabled))
    storage.prune = str(given.get("prune-backups", storage.prune))
    storage.settings |= {name: value for name, value in given.items() if name not in (*_DEDICATED, "storage", "digest", "delete")}


@endpoint(
    "PUT",
    "/storage/{storage}",
    f"{_CHANGEABLE}\ndelete: str fmt=pve-configid-list len=..4096\ndigest: str len=..64",
    _WRITE,
    unmodelled=_FOREIGN,
)
def change_storage(call: ProxmoxCall) -> Json:
    """Change a storage's configuration."""
    storage, digest = call.lab.storages.get(call.text("storage")), call.text("digest")
    if digest and digest != _digest(call):
        raise ServerError("update storage failed: detected modified configuration - file changed by other user? Try again.")
    for name in split_list(call.text("delete")):
        _unset(storage, name, call.p)
    _set(storage, call.p)
    return {"storage": storage.id, "type": storage.type}


def _unset(storage: StorageRecord, name: str, given: dict[str, Value]) -> None:
    if name in _REQUIRED.get(storage.type, ()):
        raise ServerError(f"update storage failed: unable to delete required option '{name}'")
    if name in given:
        raise ServerError(f"update storage failed: cannot set and delete property '{name}' at the same time!")  # noqa: S608 - no SQL
    empty: dict[str, Value] = {"nodes": "", "shared": 0, "disable": 0, "prune-backups": "", "content": "images,rootdir"}
    if name in empty:
        _set(storage, {name: empty[name]})
    elif storage.settings.pop(name, None) is None and name not in _CHANGEABLE:
        raise ServerError(f"update storage failed: no such option '{name}'")


@endpoint("DELETE", "/storage/{storage}", "", _WRITE)
def delete_storage(call: ProxmoxCall) -> None:
    """Forget a storage, and with it its ACLs and its place in pools."""
    name, state = call.text("storage"), call.lab.state
    call.lab.storages.get(name)
    del state.storages[name]
    state.acl = [entry for entry in state.acl if entry["path"] != f"/storage/{name}"]
    for pool in state.pools.values():
        pool["storage"] = [each for each in pool["storage"] if each != name]
    call.lab.access.forget()
