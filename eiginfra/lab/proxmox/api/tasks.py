"""/nodes/{node}/tasks: what runs and what ended. Facts: recorded on a real server (tasks, vm-lifecycle), and API2/Tasks.pm."""

from collections.abc import Callable

from eiginfra.lab.proxmox.access import split_token
from eiginfra.lab.proxmox.errors import ParamError, ProxmoxHttpError
from eiginfra.lab.proxmox.formats import split_list
from eiginfra.lab.proxmox.routing import ProxmoxCall, endpoint, index
from eiginfra.lab.proxmox.state import Json, TaskRecord
from eiginfra.lab.proxmox.tasks import UPID, describe, listed, status_type

_FILTERS = """
    errors: bool
    limit: int 0..
    since: int
    source: enum:archive|active|all
    start: int 0..
    statusfilter: str
    typefilter: str
    until: int
    userfilter: str
    vmid: int fmt=pve-vmid 100..999999999
"""


@endpoint("GET", "/nodes/{node}/tasks", _FILTERS)
def list_tasks(call: ProxmoxCall) -> list[Json]:
    """A node's tasks, newest first: the caller's own, or all with Sys.Audit. A user does not see what a token of theirs still does."""
    everything = call.may(f"/nodes/{call.node}", "Sys.Audit")
    source, matches = call.text("source", "archive"), _filter(call)
    found = [
        record
        for record in reversed(call.lab.state.tasks)
        if record.node == call.node
        and (everything or record.user == call.auth or (record.exit and split_token(record.user)[0] == call.auth))
        and (source == "all" or bool(record.exit) == (source == "archive"))
        and matches(record)
    ]
    found.sort(key=lambda record: bool(record.exit))
    call.extra["total"] = len(found)
    start = call.number("start")
    return [listed(record) for record in found[start : start + call.number("limit", 50)]]


def _filter(call: ProxmoxCall) -> Callable[[TaskRecord], bool]:
    """The test of the filters that the call names."""
    vmid, errors = call.text("vmid"), call.flag("errors")
    type_, user = call.text("typefilter"), call.text("userfilter").lower()
    since, until = call.p.get("since"), call.p.get("until")
    endings = split_list(call.text("statusfilter", "ok,warning,error,unknown").lower())

    def matches(record: TaskRecord) -> bool:
        status = status_type(record.exit)
        return (
            vmid in ("", record.id)
            and type_ in ("", record.type)
            and user in record.user.lower()
            and (status != "ok" if errors else status in endings)
            and (since is None or record.start >= int(since))
            and (until is None or record.start <= int(until))
        )

    return matches


def _task(call: ProxmoxCall) -> TaskRecord | None:
    """The record of the path's UPID, if the caller may see it."""
    upid = call.text("upid")
    parts = UPID.fullmatch(upid)
    if parts is None:
        raise ParamError(upid="unable to parse worker upid")
    owner = parts["user"]
    if call.auth not in (owner, split_token(owner)[0]):
        call.allow(f"/nodes/{call.node}", "Sys.Audit")
    return call.lab.tasks.find(upid)


index("/nodes/{node}/tasks/{upid}", "status", "log", key="name")


@endpoint("GET", "/nodes/{node}/tasks/{upid}/status")
def task_status(call: ProxmoxCall) -> Json:
    """Whether a task still runs, and its exit status."""
    record = _task(call)
    if record is None:
        raise ParamError(upid="no such task")
    row = describe(record) | {"status": "stopped" if record.exit else "running"}
    row.pop("endtime", None)
    return row | ({"exitstatus": record.exit} if record.exit else {})


@endpoint("GET", "/nodes/{node}/tasks/{upid}/log", "limit: int 0..\nstart: int 0..", unmodelled="download")
def task_log(call: ProxmoxCall) -> list[Json]:
    """A task's log; of an unknown one, that its file cannot be opened."""
    record = _task(call)
    lines = ["unable to open file - No such file or directory"] if record is None else record.log or ["no content"]
    call.extra["total"] = len(lines)
    start, limit = call.number("start"), call.number("limit", 50) or len(lines)
    return [{"n": number, "t": line} for number, line in enumerate(lines, 1)][start : start + limit]


@endpoint("DELETE", "/nodes/{node}/tasks/{upid}")
async def stop_task(call: ProxmoxCall) -> None:
    """Interrupt a task: the caller's own, or any with Sys.Modify."""
    record = _task(call)
    if record is None:
        raise ProxmoxHttpError(400, "Parameter verification failed.", {"upid": "no such task"})
    if call.auth not in (record.user, split_token(record.user)[0]):
        call.allow(f"/nodes/{call.node}", "Sys.Modify")
    await call.lab.tasks.stop(record.upid)
