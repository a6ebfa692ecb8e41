"""/cluster/backup: jobs. Facts: recorded on a real server (backup-job-permissions, backup-firewall-misc), and API2/Backup.pm."""

from collections.abc import Iterator
from contextlib import contextmanager

from eiginfra.lab.proxmox.errors import ParamError, ProxmoxHttpError, ServerError
from eiginfra.lab.proxmox.formats import split_list
from eiginfra.lab.proxmox.guests import is_disk, volumes
from eiginfra.lab.proxmox.jobs import COMMON, check_common, check_guests, included, shown, storage_of, stored
from eiginfra.lab.proxmox.options import option_string
from eiginfra.lab.proxmox.routing import ProxmoxCall, endpoint, perm
from eiginfra.lab.proxmox.schema import declare, parse_string
from eiginfra.lab.proxmox.state import GuestRecord, Json

_AUDIT, _MODIFY = perm("/", "Sys.Audit"), perm("/", "Sys.Modify")
_JOB = COMMON | declare("""
    comment: str len=..512
    dow: str fmt=pve-day-of-week-list needs=starttime
    enabled: bool
    repeat-missed: bool
    schedule: str fmt=pve-calendar-event len=..128
    starttime: str re=\\d{1,2}:\\d{1,2}
""")
_DELETABLE = {*COMMON.params, "comment", "repeat-missed"} - {"maxfiles"}
_ALL_DAYS = "mon,tue,wed,thu,fri,sat,sun"


@contextmanager
def _in_lock() -> Iterator[None]:
    """What is refused while the file of jobs is locked is told as a text, whatever it was."""
    try:
        yield
    except ProxmoxHttpError as error:
        raise ServerError(str(error)) from error


@endpoint("GET", "/cluster/backup", "", _AUDIT)
def list_jobs(call: ProxmoxCall) -> list[Json]:
    """All jobs."""
    return [shown(call, job) for job in call.lab.state.jobs.values()]


def _scheduled(values: Json, *, required: bool) -> None:
    """`starttime` and `dow` become a schedule."""
    days, start = ",".join(split_list(str(values.pop("dow", "")))), values.pop("starttime", None)
    if "schedule" in values:
        if start is not None:
            raise ParamError(starttime="'starttime' and 'schedule' cannot both be set")
    elif start is not None:
        values["schedule"] = start if days in ("", _ALL_DAYS) else f"{days} {start}"
    elif required:
        raise ParamError(schedule="neither 'starttime' nor 'schedule' were set")


def _check_pool(call: ProxmoxCall) -> None:
    if pool := call.text("pool"):
        call.lab.access.check_pool(pool)
        call.allow(f"/pool/{pool}", "VM.Backup")


def _check_storage(call: ProxmoxCall, storage: str) -> None:
    """A job may be made and changed only by who may do anything with its storage."""
    if storage and not call.root:
        call.allow(f"/storage/{storage}", "Datastore.Allocate")


@endpoint("POST", "/cluster/backup", _JOB | declare("id: str fmt=pve-configid"), _MODIFY)
def create_job(call: ProxmoxCall) -> None:
    """A new job."""
    job: Json = {name: value for name, value in call.p.items() if name != "id"}
    check_common(call, job)
    _check_storage(call, storage_of(job))
    _check_pool(call)
    _scheduled(job, required=True)
    name = call.text("id") or call.lab.uuid()
    with _in_lock():
        if name in call.lab.state.jobs:
            raise ServerError(f"Job '{name}' already exists")
        check_guests(job, complete=True)
    call.lab.state.jobs[name] = stored({"enabled": 1, **job, "id": name})


def _job(call: ProxmoxCall) -> Json:
    found: Json | None = call.lab.state.jobs.get(call.text("id"))
    if found is None:
        raise ParamError(id=f"No such job '{call.text('id')}'")
    return found


@endpoint("GET", "/cluster/backup/{id}", "", _AUDIT)
def read_job(call: ProxmoxCall) -> Json:
    """One job."""
    return {key: value for key, value in shown(call, _job(call)).items() if key != "next-run"}


@endpoint("PUT", "/cluster/backup/{id}", _JOB | declare("delete: str fmt=pve-configid-list"), _MODIFY)
def change_job(call: ProxmoxCall) -> None:
    """Change a job: the rights on what is given are looked at first, those on what the job says already once it is read."""
    name, jobs = call.text("id"), call.lab.state.jobs
    given: Json = {key: value for key, value in call.p.items() if key not in ("id", "delete")}
    gone = split_list(call.text("delete"))
    check_common(call, given, deleted=gone)
    _check_storage(call, str(given.get("storage") or ("local" if "storage" in gone else "")))
    _check_pool(call)
    _scheduled(given, required=False)
    with _in_lock():
        if not given and not gone:
            raise ServerError("no options specified")
        check_guests(given, complete=False)
        if name not in jobs:
            raise ServerError("no such vzdump job")
        if jobs[name].get("dumpdir") and not call.root:
            raise ServerError("only root@pam may edit jobs with a 'dumpdir' option. at /usr/share/perl5/PVE/API2/Backup.pm line 94.")
        _check_storage(call, storage_of(jobs[name]))
        for key in gone:
            if key not in _DELETABLE:
                raise ParamError(delete=f"unknown option '{key}'")
        job = _chosen_anew({key: value for key, value in jobs[name].items() if key not in gone} | given, given)
        check_guests(job, complete=True)
    jobs[name] = stored(job)


def _chosen_anew(job: Json, given: Json) -> Json:
    """One choice of guests replaces another."""
    if "exclude" in job and "pool" not in job:
        job["all"] = 1
    left: tuple[str, ...] = ()
    if "vmid" in given:
        left = ("all", "exclude", "pool")
    elif given.get("all"):
        left = ("vmid", "pool")
    elif job.get("pool"):
        left = ("vmid", "all", "exclude")
    return {key: value for key, value in job.items() if key not in left}


@endpoint("DELETE", "/cluster/backup/{id}", "", _MODIFY)
def delete_job(call: ProxmoxCall) -> None:
    """Delete a job, whatever its storage."""
    with _in_lock():
        del call.lab.state.jobs[str(_job(call)["id"])]


@endpoint("GET", "/cluster/backup/{id}/included_volumes", "", _AUDIT)
def included_volumes(call: ProxmoxCall) -> Json:
    """The guests of a job, those that the caller may see, with their volumes."""
    guests = call.lab.state.guests
    allowed = [vmid for vmid in included(call, _job(call)) if call.may(f"/vms/{vmid}", "VM.Audit")]
    return {"children": [_volumes(guests[vmid]) if vmid in guests else {"id": vmid, "type": "unknown", "leaf": 1} for vmid in allowed]}


def _volumes(guest: GuestRecord) -> Json:
    rows = [
        {"id": f"{guest.vmid}:{option}", "name": volume, "leaf": 1, **_kept(guest, option)}
        for option, volume in volumes(guest)
        if is_disk(guest.kind, option) and "media=cdrom" not in str(guest.config[option])
    ]
    return {"id": guest.vmid, "type": guest.kind, "name": _name(guest), "children": rows, "leaf": int(not rows)}


def _kept(guest: GuestRecord, option: str) -> Json:
    """Whether a volume is backed up: those of a VM and a container's root unless told otherwise, its mount points if told so."""
    schema = option_string(guest.kind, option)
    said = parse_string(schema, str(guest.config[option])).get("backup") if schema else None
    if option == "rootfs":
        return {"included": 1, "reason": "rootfs"}
    if guest.kind == "lxc":
        return {"included": int(said or 0), "reason": "enabled" if said else "disabled"}
    return {"included": int(1 if said is None else said), "reason": "backup=yes" if said is None else "backup=no"}


def _name(guest: GuestRecord) -> str:
    return str(guest.config.get("hostname" if guest.kind == "lxc" else "name", ""))


@endpoint("GET", "/cluster/backup-info/not-backed-up", "", _AUDIT)
def not_backed_up(call: ProxmoxCall) -> list[Json]:
    """Guests in no job, those that the caller may see."""
    covered = {vmid for job in call.lab.state.jobs.values() for vmid in included(call, job)}
    found = [guest for vmid, guest in call.lab.state.guests.items() if vmid not in covered and call.may(f"/vms/{vmid}", "VM.Audit")]
    return [{"vmid": guest.vmid, "type": guest.kind, "name": _name(guest)} for guest in found]
