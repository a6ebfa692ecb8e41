"""Workers that run in the background: UPIDs, logs, durations, and stopping them."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

from eiginfra.lab.clock import LabClock
from eiginfra.lab.proxmox.access import split_token
from eiginfra.lab.proxmox.errors import ProxmoxHttpError, ServerError
from eiginfra.lab.proxmox.state import Json, ProxmoxState, TaskRecord

UPID = re.compile(
    "UPID:(?P<node>[^:]+):(?P<pid>[0-9A-Fa-f]{8}):(?P<pstart>[0-9A-Fa-f]{8,9}):(?P<start>[0-9A-Fa-f]{8})"
    r":(?P<type>[^:\s]+):(?P<id>[^:\s]*):(?P<user>[^:\s]+):"
)
Worker = Callable[["RunningTask"], Awaitable[None]]


@dataclass
class RunningTask:
    """A running worker's handle on its record."""

    record: TaskRecord
    auth: str

    def log(self, *lines: str) -> None:
        """Add lines to the task's log."""
        self.record.log.extend(lines)


@dataclass
class TaskFaults:
    """What the lab's user asked tasks to do: fail the next ones of a type, and how long each type takes, in seconds."""

    fail: dict[str, list[str]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    default_seconds: float = 0.0

    def duration(self, type_: str) -> float:
        """How long a task of the type works."""
        return self.seconds.get(type_, self.default_seconds)


class Tasks:
    """Starts workers and finds their records."""

    def __init__(self, state: ProxmoxState, clock: LabClock, tick: Callable[[], None]) -> None:
        self._state = state
        self._clock = clock
        self._tick = tick
        self._handles: dict[str, asyncio.Task[None]] = {}
        self._records = {record.upid: record for record in state.tasks}
        self.faults = TaskFaults()

    def start(self, node: str, type_: str, id_: str | int, auth: str, worker: Worker) -> str:
        """Run `worker` in the background and answer its UPID at once."""
        self._state.counter += 1
        now = int(self._clock.timestamp())
        pid, pstart = 10000 + self._state.counter % 4000000, 100000 + self._state.counter * 7
        upid = f"UPID:{node}:{pid:08X}:{pstart:08X}:{now:08X}:{type_}:{id_}:{auth}:"
        record = TaskRecord(upid, node, type_, str(id_), auth, pid, pstart, now)
        self._state.tasks.append(record)
        self._records[upid] = record
        handle = asyncio.get_running_loop().create_task(self._run(RunningTask(record, auth), worker))
        self._handles[upid] = handle
        handle.add_done_callback(lambda _: self._handles.pop(upid, None))
        return upid

    async def _run(self, task: RunningTask, worker: Worker) -> None:
        record = task.record
        try:
            await worker(task)
            record.exit = record.exit or "OK"
            task.log(f"TASK {record.exit}")
        except ProxmoxHttpError as error:
            record.exit = str(error)
            task.log(f"TASK ERROR: {error}")
        except asyncio.CancelledError:
            record.exit = "unexpected status"
            task.log("received interrupt")
            raise
        finally:
            record.end = int(self._clock.timestamp())

    async def work(self, type_: str, *, at_least: float = 0.0) -> None:
        """Let the time pass that a task of the type takes; raises the failure that was asked for."""
        seconds = max(self.faults.duration(type_), at_least)
        if seconds > 0:
            await asyncio.sleep(seconds)
            self._tick()
        if queued := self.faults.fail.get(type_):
            raise ServerError(queued.pop(0))

    def archive(self, upid: str, exit_status: str) -> None:
        """Add a task that ended long ago to the node's archive; raises ValueError for what is no UPID."""
        match = UPID.fullmatch(upid)
        if match is None:
            raise ValueError(f"{upid!r} is no UPID")
        pid, pstart, start = (int(match[name], 16) for name in ("pid", "pstart", "start"))
        record = TaskRecord(upid, match["node"], match["type"], match["id"], match["user"], pid, pstart, start, end=start, exit=exit_status)
        record.log.append(f"TASK {exit_status}" if exit_status == "OK" else f"TASK ERROR: {exit_status}")
        self._state.tasks.append(record)
        self._records[upid] = record

    def find(self, upid: str) -> TaskRecord | None:
        """The record of a UPID."""
        return self._records.get(upid)

    async def stop(self, upid: str) -> None:
        """Interrupt a worker and wait until it has cleaned up."""
        handle = self._handles.get(upid)
        if handle is not None:
            handle.cancel()
            with suppress(asyncio.CancelledError):
                await handle

    def active(self, type_: str, id_: int | str = "") -> list[TaskRecord]:
        """Tasks of a type (and guest) that have not ended."""
        return [record for record in self._state.tasks if record.type == type_ and (id_ == "" or record.id == str(id_)) and not record.exit]


def status_type(status: str) -> str:
    """What sort of end a status is: `ok`, `warning`, `error`, or `unknown` of a task that runs (PVE::UPID)."""
    if re.fullmatch(r"WARNINGS: \d+", status):
        return "warning"
    return {"OK": "ok", "": "unknown", "unexpected status": "unknown"}.get(status, "error")


def describe(record: TaskRecord) -> Json:
    """A task; its user told as user and token."""
    user, token = split_token(record.user)
    shown: Json = {
        "upid": record.upid, "node": record.node, "pid": record.pid, "pstart": record.pstart, "starttime": record.start,
        "type": record.type, "id": record.id, "user": user,
    }  # fmt: skip
    if token:
        shown["tokenid"] = token
    if record.exit:
        shown |= {"endtime": record.end, "status": record.exit}
    return shown


def listed(record: TaskRecord) -> Json:
    """A task as a node's list has it: one that still runs with its whole user ID."""
    shown = describe(record)
    if not record.exit:
        shown.pop("tokenid", None)
        shown |= {"user": record.user, "status": "RUNNING", "saved": "0"}
    return shown
