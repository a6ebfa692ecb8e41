"""/pools, flat and nested, old paths and new. Facts: recorded on a real server (pools)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy

from eiginfra.lab.proxmox.errors import ProxmoxHttpError, ServerError
from eiginfra.lab.proxmox.formats import split_list
from eiginfra.lab.proxmox.lab import ProxmoxLab
from eiginfra.lab.proxmox.routing import ProxmoxCall, endpoint, perm
from eiginfra.lab.proxmox.state import Json

_CHANGE = """
    allow-move: bool
    comment: str
    delete: bool
    storage: str fmt=pve-storage-id-list
    vms: str fmt=pve-vmid-list
"""
_ALLOCATE = perm("/pool/{poolid}", "Pool.Allocate")


@contextmanager
def _said(what: str) -> Iterator[None]:
    """Changes of the user configuration say what failed, whatever failed."""
    try:
        yield
    except ProxmoxHttpError as error:
        raise ServerError(f"{what} failed: {error}") from error


def _find(lab: ProxmoxLab, poolid: str) -> Json:
    found: Json | None = lab.state.pools.get(poolid)
    if found is None:
        raise ServerError(f"pool '{poolid}' does not exist")
    return found


def _shown(poolid: str, pool: Json) -> Json:
    return {"poolid": poolid, **({"comment": pool["comment"]} if pool.get("comment") else {})}


def members(lab: ProxmoxLab, pool: Json, kind: str = "") -> list[Json]:
    """Guests and storages of a pool."""
    rows = [lab.broadcast.row(lab.state.guests[vmid]) for vmid in sorted(pool["vms"]) if vmid in lab.state.guests]
    for name in pool["storage"]:
        if name in lab.state.storages:
            rows += [storage_row(lab, name, node) for node in lab.state.nodes]
    return [row for row in rows if not kind or row["type"] == kind]


def storage_row(lab: ProxmoxLab, name: str, node: str) -> Json:
    """A storage as cluster-wide lists show it."""
    storage = lab.storages.get(name)
    return {
        "id": f"storage/{node}/{name}", "type": "storage", "storage": name, "node": node, "plugintype": storage.type,
        "status": "available" if lab.state.nodes[node].online else "unknown", "shared": int(storage.shared),
        "content": ",".join(storage.content), "disk": lab.storages.used(storage, node), "maxdisk": storage.total,
    }  # fmt: skip


@endpoint("GET", "/pools", "poolid: str fmt=pve-poolid\ntype: enum:qemu|lxc|storage needs=poolid")
def list_pools(call: ProxmoxCall) -> list[Json]:
    """All pools the caller may audit; or one with its members, without any right."""
    if "poolid" in call.p:
        pool = _find(call.lab, call.text("poolid"))
        return [_shown(call.text("poolid"), pool) | {"members": members(call.lab, pool, call.text("type"))}]
    names = sorted(call.lab.state.pools)
    return [_shown(name, call.lab.state.pools[name]) for name in names if call.may(f"/pool/{name}", "Pool.Audit")]


@endpoint("GET", "/pools/{poolid}", "type: enum:qemu|lxc|storage", perm("/pool/{poolid}", "Pool.Audit"))
def read_pool(call: ProxmoxCall) -> Json:
    """One pool by its old path, which cannot name nested pools."""
    pool = _find(call.lab, call.text("poolid"))
    return _shown(call.text("poolid"), pool) | {"members": members(call.lab, pool, call.text("type"))}


@endpoint("POST", "/pools", "poolid!: str fmt=pve-poolid\ncomment: str", _ALLOCATE)
def create_pool(call: ProxmoxCall) -> None:
    """A new pool; the parent of a nested one must exist."""
    poolid, pools = call.text("poolid"), call.lab.state.pools
    with _said("create pool"):
        if poolid in pools:
            raise ServerError(f"pool '{poolid}' already exists")
        parent = poolid.rpartition("/")[0]
        if parent and parent not in pools:
            raise ServerError(f"parent '{parent}' of pool '{poolid}' does not exist")
        pools[poolid] = {"comment": call.text("comment"), "vms": [], "storage": []}
    call.lab.access.forget()


def _change(call: ProxmoxCall) -> None:
    """All of a change, or nothing: the file is written once, at its end."""
    poolid, before = call.text("poolid"), deepcopy(call.lab.state.pools)
    guests, storages = split_list(call.text("vms")), split_list(call.text("storage"))
    try:
        with _said("update pools"):
            pool = _find(call.lab, poolid)
            if "comment" in call.p:
                pool["comment"] = call.text("comment")
            for text in guests:
                _member(call, "vms", int(text))
            for name in storages:
                _member(call, "storage", name)
    except ProxmoxHttpError:
        call.lab.state.pools = before
        raise
    finally:
        call.lab.access.forget()


def _member(call: ProxmoxCall, kind: str, item: int | str) -> None:
    """Add or remove one member; an unknown guest or storage is accepted and not kept."""
    lab, pools, poolid = call.lab, call.lab.state.pools, call.text("poolid")
    word = f"VM {item}" if kind == "vms" else f"Storage '{item}'"
    lab.access.check_modify(call.auth, f"/{kind}/{item}")
    inside = item in pools[poolid][kind]
    if call.flag("delete"):
        if not inside:
            raise ServerError(f"{word} is not a pool member")
        pools[poolid][kind].remove(item)
        return
    if inside:
        raise ServerError(f"{word} is already a pool member")
    other = lab.access.pool_of(int(item)) if kind == "vms" else ""
    if other:
        lab.access.check(call.auth, f"/pool/{other}", "Pool.Allocate")
        if not call.flag("allow-move"):
            raise ServerError(f"{word} belongs already to pool '{other}' and 'allow-move' is not set")
        pools[other]["vms"].remove(item)
    if item in (lab.state.guests if kind == "vms" else lab.state.storages):
        pools[poolid][kind].append(item)


def _delete(call: ProxmoxCall) -> None:
    poolid, lab = call.text("poolid"), call.lab
    with _said("delete pool"):
        pool = _find(lab, poolid)
        inner = next((name for name in sorted(lab.state.pools) if name.startswith(f"{poolid}/")), "")
        what = f"pool '{inner}'" if inner else ""
        what = what or next((f"VM {vmid}" for vmid in pool["vms"]), "") or next((f"storage '{name}'" for name in pool["storage"]), "")
        if what:
            raise ServerError(f"pool '{poolid}' is not empty (contains {what})")
        del lab.state.pools[poolid]
    lab.state.acl = [entry for entry in lab.state.acl if entry["path"] != f"/pool/{poolid}"]
    lab.access.forget()


_register: tuple[tuple[str, str, str, Callable[[ProxmoxCall], None]], ...] = (
    ("PUT", "/pools", f"poolid!: str fmt=pve-poolid\n{_CHANGE}", _change),
    ("PUT", "/pools/{poolid}", _CHANGE, _change),
    ("DELETE", "/pools", "poolid!: str fmt=pve-poolid", _delete),
    ("DELETE", "/pools/{poolid}", "", _delete),
)
for _method, _path, _params, _handler in _register:
    endpoint(_method, _path, _params, _ALLOCATE)(_handler)
