"""What a backup job may say, who may say it, and which guests it means.

Facts: recorded on a real server (backup-job-permissions), and Proxmox's published sources (API2/Backup.pm, VZDump.pm).
"""

import re
from collections.abc import Iterable

from eiginfra.lab.proxmox.errors import ParamError
from eiginfra.lab.proxmox.formats import split_list
from eiginfra.lab.proxmox.routing import ProxmoxCall
from eiginfra.lab.proxmox.schema import STRINGS, Schema, Values, declare, parse_string
from eiginfra.lab.proxmox.state import Json

_PRUNE = ("last", "hourly", "daily", "weekly", "monthly", "yearly")
_OBJECTS = ("prune-backups", "fleecing", "performance")
_ROOT_ONLY = ("tmpdir", "dumpdir", "script", "job-id")


def _kept(values: Values) -> Values:
    numbers = [value for name, value in values.items() if name != "keep-all"]
    if not any(int(number) for number in numbers):
        return {"keep-all": 1}
    if values.get("keep-all"):
        raise ValueError("keep-all cannot be set together with other options.")
    return values


def _fleeced(values: Values) -> Values:
    if values.get("enabled") and "storage" not in values:
        raise ValueError("'storage' parameter is required when 'enabled' is set")
    return values


_KEEP = "keep-all: bool\n" + "\n".join(f"keep-{name}: int 0.." for name in _PRUNE)
STRINGS["prune-backups"] = Schema(declare(_KEEP).params, _kept)
STRINGS["backup-fleecing"] = Schema(declare("enabled*: bool\nstorage: str fmt=pve-storage-id").params, _fleeced)
STRINGS["backup-performance"] = declare("max-workers: int 1..256\npbs-entries-max: int 1..")

COMMON = declare("""
    all: bool
    bwlimit: int 0..
    compress: enum:0|1|gzip|lzo|zstd
    dumpdir: str
    exclude: str fmt=pve-vmid-list
    exclude-path: str
    fleecing: str fmt={backup-fleecing}
    ionice: int 0..8
    lockwait: int 0..
    mailnotification: enum:always|failure
    mailto: str
    maxfiles: int 1..
    mode: enum:snapshot|suspend|stop
    node: str fmt=pve-node
    notes-template: str len=..1024 needs=storage
    notification-mode: enum:auto|legacy-sendmail|notification-system
    pbs-change-detection-mode: enum:legacy|data|metadata
    performance: str fmt={backup-performance}
    pigz: int
    pool: str
    protected: bool needs=storage
    prune-backups: str fmt={prune-backups}
    quiet: bool
    remove: bool
    script: str
    stdexcludes: bool
    stop: bool
    stopwait: int 0..
    storage: str fmt=pve-storage-id
    tmpdir: str
    vmid: str fmt=pve-vmid-list
    zstd: int
""")


def storage_of(values: Json) -> str:
    """The storage that the backups go to, "" if they go to a directory."""
    return "" if values.get("dumpdir") else str(values.get("storage") or "local")


def check_common(call: ProxmoxCall, values: Json, *, deleted: Iterable[str] = ()) -> None:
    """What jobs and backups made now ask for in the same way: root's own options, limits of the node, a storage for fleecing."""
    if call.root:
        return
    for name in _ROOT_ONLY:
        if name in values or name in deleted:
            raise ParamError(**{name: "Only root may set this option."})
    if {"bwlimit", "ionice", "performance"} & {*values, *deleted}:
        call.allow("/", "Sys.Modify")
    if fleecing := values.get("fleecing"):
        storage = parse_string(STRINGS["backup-fleecing"], str(fleecing)).get("storage")
        if storage:
            call.allow(f"/storage/{storage}", "Datastore.AllocateSpace")


def check_guests(values: Json, *, complete: bool) -> None:
    """Raise the 400 of a choice of guests that contradicts itself or, if it is to be complete, is none. `exclude` means all others."""
    for name in ("all", "exclude", "pool"):
        if values.get(name) and values.get("vmid"):
            raise ParamError(**{name: "option conflicts with option 'vmid'"})
    if template := str(values.get("notes-template", "")):
        _check_template(template)
    if "exclude" in values and not values.get("pool"):
        values["all"] = 1
    if complete and not any(values.get(name) for name in ("all", "stop", "pool", "vmid")):
        raise ParamError(vmid="property is missing")


def _check_template(template: str) -> None:
    if "\n" in template:
        raise ParamError(**{"notes-template": "contains a line feed\n"})
    unknown = [
        f"escape sequence '\\{match[1]}' at char {match.start()}" for match in re.finditer(r"\\(.)", template) if match[1] not in "n\\"
    ]
    unknown += [
        f"variable '{match[1]}' at char {match.end() - len(match[1])}"
        for match in re.finditer(r"\{\{([^\s{}]+)\}\}", template)
        if match[1] not in ("cluster", "guestname", "node", "vmid")
    ]
    if unknown:
        raise ParamError(**{"notes-template": f"found unknown: {', '.join(unknown)}\n"})


def stored(values: Json) -> Json:
    """A job as its file holds it: what is empty is not written, lists are lists."""
    kept = {name: value for name, value in values.items() if value != ""}
    if isinstance(paths := kept.get("exclude-path"), str):
        kept["exclude-path"] = paths.split("\0")
    for name in _OBJECTS:
        if isinstance(text := kept.get(name), str):
            parsed = parse_string(STRINGS[COMMON.params[name].format[1:-1]], text)
            kept[name] = {key: value if key in ("enabled", "storage", "keep-all") else str(value) for key, value in parsed.items()}
    return kept


def shown(call: ProxmoxCall, job: Json) -> Json:
    """A job as lists show it."""
    return {"type": "vzdump", "next-run": (call.lab.now() // 86400 + 1) * 86400, **job}


def included(call: ProxmoxCall, job: Json) -> list[int]:
    """The IDs of the guests that a job means, whether they exist or not."""
    guests = call.lab.state.guests
    if job.get("pool"):
        return list(call.lab.state.pools.get(job["pool"], {"vms": []})["vms"])
    if job.get("vmid"):
        found = [int(vmid) for vmid in split_list(str(job["vmid"]))]
    else:
        excluded = split_list(str(job.get("exclude", "")))
        found = [vmid for vmid in guests if job.get("all") and str(vmid) not in excluded]
    if node := job.get("node"):
        found = [vmid for vmid in found if vmid in guests and guests[vmid].node == node]
    return found
