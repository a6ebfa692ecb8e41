"""/cluster/backup and vzdump: jobs, and backups made now. Facts: recorded on a real server (backup-firewall-misc, reading)."""

from datetime import UTC, datetime

from eiginfra.lab.proxmox.errors import DeniedError, ParamError, ProxmoxHttpError, ServerError
from eiginfra.lab.proxmox.formats import split_list
from eiginfra.lab.proxmox.guests import check_lock, volumes
from eiginfra.lab.proxmox.ha import check_backup
from eiginfra.lab.proxmox.routing import ProxmoxCall, endpoint, perm
from eiginfra.lab.proxmox.schema import declare
from eiginfra.lab.proxmox.state import GuestRecord, Json, VolumeRecord
from eiginfra.lab.proxmox.tasks import RunningTask

_AUDIT, _MODIFY = perm("/", "Sys.Audit"), perm("/", "Sys.Modify")
_COMMON = declare("""
    all: bool
    bwlimit: int 0..
    compress: enum:0|1|gzip|lzo|zstd
    dumpdir: str
    exclude: str fmt=pve-vmid-list
    exclude-path: str
    fleecing: str
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
    performance: str
    pigz: int
    pool: str
    protected: bool needs=storage
    prune-backups: str fmt=prune-backups
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
_JOB = _COMMON | declare("""
    comment: str len=..512
    dow: str needs=starttime
    enabled: bool
    repeat-missed: bool
    schedule: str fmt=pve-calendar-event len=..128
    starttime: str re=\\d{1,2}:\\d{1,2}
""")


def _shown(call: ProxmoxCall, job: Json) -> Json:
    row: Json = dict(job)
    if "prune-backups" in job:
        row["prune-backups"] = dict(part.split("=") for part in job["prune-backups"].split(","))
    return {"type": "vzdump", "next-run": (call.lab.now() // 86400 + 1) * 86400, **row}


@endpoint("GET", "/cluster/backup", "", _AUDIT)
def list_jobs(call: ProxmoxCall) -> list[Json]:
    """All jobs."""
    return [_shown(call, job) for job in call.lab.state.jobs.values()]


def _check(job: Json) -> None:
    chosen = [name for name in ("all", "pool", "vmid") if job.get(name)]
    if len(chosen) > 1:
        text = f"{chosen[0]}: option conflicts with option '{chosen[-1]}'"
        raise ServerError(f"400 Parameter verification failed.\n{text}")


def _own(call: ProxmoxCall, job: Json) -> None:
    """A job may be made and changed only by who may do anything with its storage; vzdump's own is `local`."""
    call.allow(f"/storage/{job.get('storage') or 'local'}", "Datastore.Allocate")


@endpoint("POST", "/cluster/backup", _JOB | declare("id: str fmt=pve-configid"), _MODIFY)
def create_job(call: ProxmoxCall) -> None:
    """A new job; its storage may be missing."""
    job: Json = dict(call.p)
    _own(call, job)
    if "schedule" not in job and "starttime" not in job:
        raise ParamError(schedule="neither 'starttime' nor 'schedule' were set")
    if "starttime" in job:
        job["schedule"] = f"{job.pop('dow', '')} {job.pop('starttime')}".strip()
    _check(job)
    name = call.text("id") or call.lab.uuid()
    if name in call.lab.state.jobs:
        raise ServerError(f"Job '{name}' already exists")
    call.lab.state.jobs[name] = {"enabled": 1, **job, "id": name}


def _job(call: ProxmoxCall) -> Json:
    found: Json | None = call.lab.state.jobs.get(call.text("id"))
    if found is None:
        raise ParamError(id=f"No such job '{call.text('id')}'")
    return found


@endpoint("GET", "/cluster/backup/{id}", "", _AUDIT)
def read_job(call: ProxmoxCall) -> Json:
    """One job."""
    return {key: value for key, value in _shown(call, _job(call)).items() if key != "next-run"}


@endpoint("PUT", "/cluster/backup/{id}", _JOB | declare("delete: str fmt=pve-configid-list"), _MODIFY)
def change_job(call: ProxmoxCall) -> None:
    """Change a job."""
    job = _job(call)
    gone = split_list(call.text("delete"))
    if "storage" in call.p or "storage" in gone:
        _own(call, dict(call.p))
    try:
        _own(call, job)
    except DeniedError as denied:
        raise ServerError(str(denied)) from denied  # as Perl prints it: the lock around the change passes on its text alone
    new = {key: value for key, value in job.items() if key not in gone} | {key: value for key, value in call.p.items() if key != "delete"}
    _check(new)
    call.lab.state.jobs[call.text("id")] = new


@endpoint("DELETE", "/cluster/backup/{id}", "", _MODIFY)
def delete_job(call: ProxmoxCall) -> None:
    """Delete a job."""
    if call.text("id") not in call.lab.state.jobs:
        raise ServerError(f"400 Parameter verification failed.\nid: No such job '{call.text('id')}'")
    del call.lab.state.jobs[call.text("id")]


def chosen(call: ProxmoxCall, job: Json) -> list[GuestRecord]:
    """The guests a job backs up."""
    guests = call.lab.state.guests
    if job.get("vmid"):
        return [guests[int(vmid)] for vmid in split_list(str(job["vmid"])) if int(vmid) in guests]
    if job.get("pool"):
        return [guests[vmid] for vmid in call.lab.state.pools.get(job["pool"], {"vms": []})["vms"]]
    excluded = split_list(str(job.get("exclude", "")))
    return [guest for vmid, guest in guests.items() if job.get("all") and str(vmid) not in excluded]


@endpoint("GET", "/cluster/backup/{id}/included_volumes", "", _AUDIT)
def included(call: ProxmoxCall) -> Json:
    """The volumes of a job."""
    children = []
    for guest in chosen(call, _job(call)):
        rows = [
            {"id": f"{guest.vmid}:{option}", "name": volume, "included": 1, "leaf": 1, "reason": "backup=yes"}
            for option, volume in volumes(guest)
        ]
        name = guest.config.get("hostname" if guest.kind == "lxc" else "name", "")
        children.append({"id": guest.vmid, "name": name, "type": guest.kind, "leaf": 0, "children": rows})
    return {"children": children}


@endpoint("GET", "/cluster/backup-info/not-backed-up", "", _AUDIT)
def not_backed_up(call: ProxmoxCall) -> list[Json]:
    """Guests in no job."""
    covered = {guest.vmid for job in call.lab.state.jobs.values() for guest in chosen(call, job)}
    found = [guest for guest in call.lab.state.guests.values() if guest.vmid not in covered]
    return [
        {"vmid": guest.vmid, "type": guest.kind, "name": guest.config.get("hostname" if guest.kind == "lxc" else "name", "")}
        for guest in found
    ]


@endpoint("GET", "/nodes/{node}/vzdump/defaults", "storage: str fmt=pve-storage-id")
def defaults(call: ProxmoxCall) -> Json:
    """What vzdump does unless told otherwise."""
    storage = call.text("storage", "local")
    return {
        "all": 0, "bwlimit": 0, "compress": "0", "dumpdir": "/var/lib/vz/dump", "fleecing": {"enabled": 0}, "ionice": 7, "lockwait": 180,
        "mailnotification": "always", "mode": "snapshot", "notification-mode": "auto", "pigz": 0, "prune-backups": "keep-all=1",
        "performance": {"max-workers": 16, "pbs-entries-max": 1048576}, "quiet": 0, "remove": 1, "stdexcludes": 1, "stop": 0,
        "stopwait": 10, "storage": storage, "zstd": 1,
    }  # fmt: skip


@endpoint("POST", "/nodes/{node}/vzdump", _COMMON | declare("job-id: str\nstdout: bool\nnode!: str fmt=pve-node"))
def vzdump(call: ProxmoxCall) -> str:
    """Back guests up now."""
    storage = call.text("storage", "local")
    for name in ("tmpdir", "dumpdir", "script", "job-id"):
        if name in call.p and not call.root:
            raise ParamError(**{name: "Only root may set this option."})
    call.allow(f"/storage/{storage}", "Datastore.AllocateSpace")
    if call.lab.storages.get(storage) and "backup" not in call.lab.storages.get(storage).content:
        raise ProxmoxHttpError(400, "Parameter verification failed.", {"storage": f"storage '{storage}' does not support backups"})
    named = split_list(call.text("vmid"))
    if not (named or call.text("pool") or call.flag("all")):
        raise ServerError("no VMs or pool specified")
    return call.task("vzdump", named[0] if len(named) == 1 else "", lambda task: _run(call, named, storage, task))


async def _run(call: ProxmoxCall, named: list[str], storage: str, task: RunningTask) -> None:
    """Back up each guest; a failure does not stop the others."""
    task.log(f"INFO: starting new backup job: vzdump {' '.join(named)} --storage {storage}")
    failures = {vmid: f"unable to find VM '{vmid}'" for vmid in named if int(vmid) not in call.lab.state.guests}
    for vmid in named:
        call.allow(f"/vms/{vmid}", "VM.Backup")
    for guest in chosen(call, dict(call.p)):
        try:
            await _back_up(call, guest, storage, task)
        except ServerError as error:
            failures[str(guest.vmid)] = str(error)
    task.log(*(f"ERROR: Backup of VM {vmid} failed - {text}" for vmid, text in failures.items()))
    task.log(f"INFO: Backup job finished {'with errors' if failures else 'successfully'}")
    if failures:
        raise ServerError("job errors")


async def _back_up(call: ProxmoxCall, guest: GuestRecord, storage: str, task: RunningTask) -> None:
    lab = call.lab
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
    backup.meta = {"kind": guest.kind, "config": config, "unpacked": sum(volume.used for volume in found if volume)}
    backup.notes, backup.protected = call.text("notes-template"), call.flag("protected")
    lab.state.volumes[volid] = backup
    task.log(f"INFO: creating vzdump archive '{lab.storages.path(backup)}'", f"INFO: Finished Backup of VM {guest.vmid} (00:00:01)")
