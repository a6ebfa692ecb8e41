"""/nodes/{node}/vzdump: backups made now. Facts: recorded on a real server (backup-firewall-misc, reading), and API2/VZDump.pm."""

from copy import deepcopy
from datetime import UTC, datetime

from eiginfra.lab.proxmox.errors import ParamError, ServerError
from eiginfra.lab.proxmox.guests import check_lock, volumes
from eiginfra.lab.proxmox.ha import check_backup
from eiginfra.lab.proxmox.jobs import COMMON, check_common, check_guests, included, storage_of
from eiginfra.lab.proxmox.retention import marks
from eiginfra.lab.proxmox.routing import ProxmoxCall, endpoint
from eiginfra.lab.proxmox.schema import STRINGS, declare, parse_string
from eiginfra.lab.proxmox.state import GuestRecord, Json, VolumeRecord
from eiginfra.lab.proxmox.tasks import RunningTask


@endpoint("GET", "/nodes/{node}/vzdump/defaults", "storage: str fmt=pve-storage-id")
def defaults(call: ProxmoxCall) -> Json:
    """What vzdump does unless told otherwise."""
    storage = call.text("storage", "local")
    call.allow_any(f"/storage/{storage}", "Datastore.Audit", "Datastore.AllocateSpace")
    shown: Json = {
        "all": 0, "bwlimit": 0, "compress": "0", "dumpdir": "/var/lib/vz/dump", "fleecing": {"enabled": 0}, "ionice": 7, "lockwait": 180,
        "mailnotification": "always", "mode": "snapshot", "notification-mode": "auto", "pigz": 0, "prune-backups": "keep-all=1",
        "performance": {"max-workers": 16, "pbs-entries-max": 1048576}, "quiet": 0, "remove": 1, "stdexcludes": 1, "stop": 0,
        "stopwait": 10, "storage": storage, "zstd": 1,
    }  # fmt: skip
    return shown if call.may(f"/nodes/{call.node}", "Sys.Audit") else {k: v for k, v in shown.items() if k not in ("dumpdir", "ionice")}


@endpoint("POST", "/nodes/{node}/vzdump", COMMON | declare("job-id: str fmt=pve-configid len=..50\nstdout: bool\nnode!: str fmt=pve-node"))
def vzdump(call: ProxmoxCall) -> str:
    """Back guests up now."""
    values: Json = {name: value for name, value in call.p.items() if name != "node"}
    if call.flag("stdout"):
        raise ParamError(stdout="option is only allowed on the command line interface.")
    check_common(call, values)
    storage = storage_of(values)
    if "prune-backups" in values and storage and not call.root:
        call.allow(f"/storage/{storage}", "Datastore.Allocate")
    check_guests(values, complete=True)
    guests = call.lab.state.guests
    here = [vmid for vmid in included(call, values) if vmid not in guests or guests[vmid].node == call.node]
    if call.flag("stop"):
        call.allow(f"/nodes/{call.node}", "Sys.Modify")
    if not here and not values.get("all"):
        return "OK"
    if storage:
        call.allow(f"/storage/{storage}", "Datastore.AllocateSpace")
    return call.task("vzdump", here[0] if len(here) == 1 else "", lambda task: _run(call, here, storage, task))


async def _run(call: ProxmoxCall, here: list[int], storage: str, task: RunningTask) -> None:
    """Back up each guest; a failure does not stop the others."""
    task.log(f"INFO: starting new backup job: vzdump {' '.join(map(str, here))} --storage {storage}")
    for record in call.lab.tasks.active("vzdump") if call.flag("stop") else ():
        if record.upid != task.record.upid:
            await call.lab.tasks.stop(record.upid)
    _check_storage(call, storage)
    if not call.flag("all"):
        for vmid in here:
            call.allow(f"/vms/{vmid}", "VM.Backup")
    failures: dict[int, str] = {}
    for vmid in here:
        if vmid in call.lab.state.guests and not call.may(f"/vms/{vmid}", "VM.Backup"):
            continue
        try:
            await _back_up(call, vmid, storage, task)
        except ServerError as error:
            failures[vmid] = str(error)
    task.log(*(f"ERROR: Backup of VM {vmid} failed - {text}" for vmid, text in failures.items()))
    task.log(f"INFO: Backup job finished {'with errors' if failures else 'successfully'}")
    if failures:
        raise ServerError("job errors")


def _check_storage(call: ProxmoxCall, storage: str) -> None:
    said = f"could not get storage information for '{storage}': "
    try:
        content = call.lab.storages.usable(storage, call.node).content
    except ServerError as error:
        raise ServerError(f"could not activate storage '{storage}': {error}") from error
    if "backup" not in content:
        raise ServerError(f"{said}can't use storage '{storage}' for backups - wrong content type")


async def _back_up(call: ProxmoxCall, vmid: int, storage: str, task: RunningTask) -> None:
    lab = call.lab
    guest = lab.state.guests.get(vmid)
    if guest is None:
        raise ServerError(f"unable to find VM '{vmid}'")
    task.log(f"INFO: Starting Backup of VM {guest.vmid} ({guest.kind})", f"INFO: status = {'running' if guest.running else 'stopped'}")
    check_backup(lab, guest, call.text("mode", "snapshot"))
    check_lock(guest)
    guest.config["lock"] = "backup"
    try:
        await lab.tasks.work("vzdump")
    finally:
        guest.config.pop("lock", None)
    now = datetime.fromtimestamp(lab.now(), UTC)
    suffix = {"zstd": ".zst", "gzip": ".gz", "1": ".lzo", "lzo": ".lzo"}.get(call.text("compress", "0"), "")
    kind = "tar" if guest.kind == "lxc" else "vma"
    volid = f"{storage}:backup/vzdump-{guest.kind}-{guest.vmid}-{now:%Y_%m_%d-%H_%M_%S}.{kind}{suffix}"
    found = [lab.storages.volume(volume) for _, volume in volumes(guest)]
    size = max(1024**2, sum(volume.used for volume in found if volume) // (2 if suffix else 1))
    config = {key: value for key, value in guest.config.items() if key not in ("parent", "template") and not key.startswith("unused")}
    backup = VolumeRecord(volid, call.node, storage, "backup", f"{kind}{suffix}", size, size, lab.now(), guest.vmid)
    backup.meta = {"kind": guest.kind, "config": config, "inside": deepcopy(guest.inside)}
    backup.meta["unpacked"] = sum(volume.used for volume in found if volume)
    backup.notes, backup.protected = call.text("notes-template"), call.flag("protected")
    lab.state.volumes[volid] = backup
    task.log(f"INFO: creating vzdump archive '{lab.storages.path(backup)}'", f"INFO: Finished Backup of VM {guest.vmid} (00:00:01)")
    if call.flag("remove", default=True):
        _prune(call, guest, storage, task)


def _prune(call: ProxmoxCall, guest: GuestRecord, storage: str, task: RunningTask) -> None:
    """Remove what the retention no longer keeps of the guest."""
    volumes_here = call.lab.state.volumes.values()
    found = [each for each in volumes_here if each.content == "backup" and each.storage == storage and each.vmid == guest.vmid]
    keep = parse_string(STRINGS["prune-backups"], call.text("prune-backups") or call.lab.storages.get(storage).prune or "keep-all=1")
    for volid, mark in marks(found, keep).items():
        if mark == "remove":
            task.log(f"INFO: removing backup '{volid}'")
            call.lab.storages.free(volid)
