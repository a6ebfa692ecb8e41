"""What is asked of Proxmox VE: thin methods that return plain dictionaries, typed errors, tasks followed to their end.

Paths and parameters: the API description of Proxmox VE 9.1, https://pve.proxmox.com/pve-docs/api-viewer/.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import inf
from typing import Any, Literal

from eiginfra.core.errors import NotFoundError, PermanentError, ProviderError, TransientError
from eiginfra.providers.http import Meter
from eiginfra.providers.proxmox.errors import meaning
from eiginfra.providers.proxmox.settings import ProxmoxSettings
from eiginfra.providers.proxmox.shapes import task_name
from eiginfra.providers.proxmox.transport import Params, ProxmoxTransport, set_params

GuestType = Literal["lxc", "qemu"]

# Each wait is a tenth of what was waited before: the end of a task is noticed late by a tenth of its time, and never by more than 2 s.
_FIRST_POLL, _LONGEST_POLL, _POLL_GROWTH = 0.1, 2.0, 1.1
_ASKED_OF_HA = frozenset({"hastart", "hastop"})
"""Tasks that only ask the HA manager, which acts some seconds after they ended."""
_STARTS = frozenset({"qmstart", "vzstart"})
_REMOVERS = ("vzdestroy", "qmdestroy")
_START_SECONDS = 60.0
"""How long a guest may be down after the task of a reboot has ended: another task then starts it."""
_LOG_LINES = 8
_TASKS = 500
_FILE_BYTES = 16_384
_SKEW = 10  # seconds by which two clocks must differ before one of them is wrong


class ProxmoxClient(ProxmoxTransport):
    """What the kinds ask of a Proxmox VE, and its tasks followed to their end."""

    def __init__(
        self, settings: ProxmoxSettings | None, *, meter: Meter | None = None, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        super().__init__(settings, meter=meter, sleep=sleep)
        self._asking_time = threading.Lock()
        self._ahead: dict[str, int | None] = {}
        self._slots: dict[tuple[str, str], threading.BoundedSemaphore] = {}

    def attempt(self, method: str, path: str, what: str, params: Params) -> None:
        """A request of `doctor --token-limits`, which the server refuses for its values if not for its token; see `token_limits`."""
        self._call(method, path, what, params)

    def cluster(self) -> list[dict[str, Any]]:
        """Guests, nodes, storages and pools of the whole cluster in one answer, as far as the token may see them; some seconds old."""
        return self.rows("cluster/resources", "look at the cluster")

    def storages(self, node: str) -> list[dict[str, Any]]:
        """The space of the site's storage for disks on a node; nothing if the token may not see it."""
        return self.rows(f"nodes/{node}/storage", f"read storage {self.settings.disks} on {node}", storage=self.settings.disks)

    def templates(self, node: str) -> list[dict[str, Any]]:
        """The container templates on the site's storage for them, as a node has it."""
        storage = self.settings.templates
        return self.rows(f"nodes/{node}/storage/{storage}/content", f"list templates on storage {storage}", content="vztmpl")

    def volumes(self, node: str, storage: str) -> list[dict[str, Any]]:
        """The volumes on a storage, with the size they may grow to and (thin) what they use."""
        return self.rows(f"nodes/{node}/storage/{storage}/content", f"list volumes on storage {storage} of {node}")

    def resources(self) -> list[dict[str, Any]]:
        """All guests of the cluster with node, pool and template flag; name and status may be some seconds old."""
        return self.rows("cluster/resources", "list guests", type="vm")

    def guests(self, node: str, kind: GuestType) -> list[dict[str, Any]]:
        """The guests of one type on a node as they are now."""
        return self.rows(f"nodes/{node}/{kind}", f"list guests of {node}")

    def status(self, node: str, kind: GuestType, vmid: int) -> dict[str, Any]:
        """A guest's present status, lock and name."""
        return dict(self.get(f"nodes/{node}/{kind}/{vmid}/status/current", f"read guest {vmid}"))

    def pending(self, node: str, kind: GuestType, vmid: int) -> list[dict[str, Any]]:
        """A guest's configuration: `value` as it runs, `pending` or `delete` for what a restart will bring; with the digest."""
        return self.rows(f"nodes/{node}/{kind}/{vmid}/pending", f"read guest {vmid}")

    def agent_file(self, node: str, vmid: int, path: str) -> str:
        """The beginning of a text file in a running VM, by the agent in it; needs VM.GuestAgent.FileRead on the VM."""
        answer = self.get(f"nodes/{node}/qemu/{vmid}/agent/file-read", f"read {path} in VM {vmid}", file=path, count=_FILE_BYTES)
        return str(answer["content"])

    def backups(self, node: str) -> list[dict[str, Any]]:
        """The backup volumes on the site's storage for backups."""
        storage = self.settings.backups
        return self.rows(f"nodes/{node}/storage/{storage}/content", f"list backups on storage {storage}", content="backup")

    def active_tasks(self, node: str) -> list[dict[str, Any]]:
        """The tasks that run on a node now; without Sys.Audit on it, only eiginfra's own."""
        return self.rows(f"nodes/{node}/tasks", f"list tasks of {node}", source="active")

    def clock(self, node: str) -> int:
        """A node's clock, in seconds since 1970; needs Sys.Audit on it."""
        return int(self.get(f"nodes/{node}/time", f"read the clock of {node}")["time"])

    def ahead(self, node: str) -> int | None:
        """How many seconds a node's clock is ahead of this machine's; read once. What the request's own time may explain counts as 0.

        None where it is not told: without Sys.Audit, or of a node that is gone.
        """
        with self._asking_time:
            if node not in self._ahead:
                try:
                    seconds = self.clock(node) - round(time.time())
                except ProviderError:
                    self._ahead[node] = None
                else:
                    self._ahead[node] = seconds if abs(seconds) >= _SKEW else 0
            return self._ahead[node]

    def guest_tasks(self, node: str, vmid: int, since: int | None) -> list[dict[str, Any]]:
        """A guest's tasks on a node, newest first, begun at `since` (seconds since 1970) or later; without Sys.Audit only eiginfra's."""
        params = {"vmid": vmid, "source": "all", "limit": _TASKS, **({} if since is None else {"since": since})}
        rows = self.rows(f"nodes/{node}/tasks", f"list tasks of guest {vmid}", **params)
        return sorted(rows, key=_begun, reverse=True)

    def removals(self, node: str) -> list[dict[str, Any]]:
        """The last tasks that removed guests on a node; without Sys.Audit on it only eiginfra's."""
        what = f"list removals of {node}"
        return [
            task for kind in _REMOVERS for task in self.rows(f"nodes/{node}/tasks", what, typefilter=kind, source="archive", limit=_TASKS)
        ]

    def history(self, node: str, kind: GuestType, vmid: int, cf: Literal["AVERAGE", "MAX"]) -> list[Any]:
        """The load of a guest's number over the last month, in rows whose form nobody has looked at."""
        what = f"read the history of guest {vmid}"
        found = self.get(f"nodes/{node}/{kind}/{vmid}/rrddata", what, timeframe="month", cf=cf)
        if not isinstance(found, list):
            raise PermanentError(f"proxmox: {what}: the answer is no list; see whether a Proxmox VE answers")
        return found

    def sees_tasks(self, node: str) -> bool:
        """Whether the token sees everybody's tasks on a node, and not only its own."""
        path = f"/nodes/{node}"
        granted = self._call("GET", "access/permissions", "read the token's permissions", {"path": path})
        return "Sys.Audit" in granted.get(path, {})

    def pools(self) -> list[dict[str, Any]]:
        """All pools, without their members."""
        return self.rows("pools", "list pools")

    def pool(self, poolid: str) -> dict[str, Any]:
        """One pool with its members; raises NotFoundError."""
        found = self.rows("pools", f"read pool {poolid}", poolid=poolid)
        if not found:
            raise NotFoundError(f"proxmox: read pool {poolid}: the answer names no pool")
        return dict(found[0])

    def create_pool(self, poolid: str, comment: str | None) -> None:
        """Make a pool; raises AlreadyExistsError."""
        self._call("POST", "pools", f"create pool {poolid}", set_params({"poolid": poolid, "comment": comment}))

    def update_pool(self, poolid: str, comment: str) -> None:
        """Change a pool's comment."""
        self._call("PUT", "pools", f"change pool {poolid}", {"poolid": poolid, "comment": comment})

    def move_to_pool(self, poolid: str, vmid: int) -> None:
        """Put a guest into a pool, out of the one it is in."""
        self._call("PUT", "pools", f"move guest {vmid} to pool {poolid}", {"poolid": poolid, "vms": str(vmid), "allow-move": 1})

    def create_container(self, node: str, params: Params) -> str:
        """Begin to make a container; returns the task's UPID."""
        return str(self._call("POST", f"nodes/{node}/lxc", f"create container {params['vmid']}", params))

    def clone_vm(self, node: str, template: int, params: Params) -> str:
        """Begin to clone a VM template; returns the task's UPID."""
        return str(self._call("POST", f"nodes/{node}/qemu/{template}/clone", f"clone VM {template} to {params['newid']}", params))

    def configure(self, node: str, kind: GuestType, vmid: int, params: Params, digest: str | None = None) -> None:
        """Change a guest's configuration; raises StaleError when it is no longer the one with that digest."""
        self._call("PUT", f"nodes/{node}/{kind}/{vmid}/config", f"configure guest {vmid}", set_params({**params, "digest": digest}))

    def resize(self, node: str, kind: GuestType, vmid: int, disk: str, size: str) -> None:
        """Grow a disk to a size and wait until it is done."""
        what = f"grow {disk} of guest {vmid} to {size}"
        self.follow(str(self._call("PUT", f"nodes/{node}/{kind}/{vmid}/resize", what, {"disk": disk, "size": size})), what)

    def power(self, node: str, kind: GuestType, vmid: int, action: str, **params: Any) -> None:
        """Start, shut down or restart a guest and wait until it is done, of one under HA until the manager has done it.

        Raises what the tasks fail with, and PermanentError for a guest that is down after a restart.
        """
        what = f"{action} guest {vmid}"
        upid = str(self._call("POST", f"nodes/{node}/{kind}/{vmid}/status/{action}", what, params))
        self.follow(upid, what)
        if action == "reboot":
            self._comes_up(node, kind, vmid, int(upid.split(":")[4], 16), what)
        if upid.split(":")[5] in _ASKED_OF_HA:
            wanted = "running" if action == "start" else "stopped"
            for late in self._waits():
                if self.status(node, kind, vmid)["status"] == wanted:
                    return
                if late:
                    raise TransientError(f"proxmox: {what}: the HA manager was asked, and the guest is not {wanted} yet")

    def _comes_up(self, node: str, kind: GuestType, vmid: int, since: int, what: str) -> None:
        """Wait until a guest that was shut down for a restart runs. A VM is started by a task of root's, which is followed too."""
        for late in self._waits(_START_SECONDS):
            if self.status(node, kind, vmid)["status"] == "running":
                return
            if start := next((task for task in self.guest_tasks(node, vmid, since) if task["type"] in _STARTS), None):
                self.follow(str(start["upid"]), what)
            elif late:
                raise PermanentError(f"proxmox: {what}: it was shut down, and nothing started it again; start it")

    def back_up(self, node: str, vmid: int, notes: str) -> None:
        """Back up a guest onto the site's storage for backups, kept from pruning, and wait until it is done."""
        what, storage = f"back up guest {vmid}", self.settings.backups
        params = {"vmid": str(vmid), "storage": storage, "mode": "stop", "compress": "zstd", "protected": 1, "notes-template": notes}
        with self.task_slot(node, storage):
            self.follow(str(self._call("POST", f"nodes/{node}/vzdump", what, params)), what)

    def destroy(self, node: str, kind: GuestType, vmid: int) -> None:
        """Remove a guest with its disks, firewall, rights and places in backup jobs, and wait until it is gone."""
        what = f"remove guest {vmid}"
        params = {"purge": 1, "destroy-unreferenced-disks": 1}
        self.follow(str(self._call("DELETE", f"nodes/{node}/{kind}/{vmid}", what, params)), what)

    @contextmanager
    def task_slot(self, node: str, storage: str) -> Iterator[None]:
        """Wait until node and storage may take one more creating task, and hold the place."""
        site = self.settings
        with self._slot("node", node, site.node_tasks), self._slot("storage", storage, site.storage_tasks):
            yield

    def _slot(self, sort: str, name: str, limit: int) -> threading.BoundedSemaphore:
        with self._lock:
            return self._slots.setdefault((sort, name), threading.BoundedSemaphore(limit))

    def follow(self, upid: str, what: str) -> None:
        """Wait for a task's end.

        Raises PermanentError (or, for known phrases, the error they stand for) with exit status and the log's last lines when it failed,
        and TransientError when it still runs after the site's task_timeout.
        """
        task = f"nodes/{task_name(upid, what).split(':')[1]}/tasks/{upid}"
        for late in self._waits():
            if (state := self.get(f"{task}/status", what))["status"] != "running":
                break
            if late:
                raise TransientError(f"proxmox: {what}: still running after {self.settings.task_timeout:g} s (task {upid})")
        result = str(state.get("exitstatus", ""))
        if result == "OK" or result.startswith("WARNINGS"):
            return
        log = [line for line in self.task_log(upid, what) if line != f"TASK ERROR: {result}"][-_LOG_LINES:]
        raise meaning(result)(f"proxmox: {what}: {result}" + "".join(f"\n    {line}" for line in log))

    def _waits(self, most: float = inf) -> Iterator[bool]:
        """Once for each look at something that takes its time, with growing pauses between; True when its time is over.

        Its time: `most` seconds, and never more than the site's task_timeout.
        """
        deadline, pause = time.monotonic() + min(most, self.settings.task_timeout), _FIRST_POLL
        while True:
            yield time.monotonic() > deadline
            self._sleep(pause)
            pause = min(pause * _POLL_GROWTH, _LONGEST_POLL)

    def task_log(self, upid: str, what: str) -> list[str]:
        """The lines of a task's log that are not empty."""
        rows = self.rows(f"nodes/{upid.split(':')[1]}/tasks/{upid}/log", what, limit=500)
        return [line for row in rows if (line := str(row.get("t", ""))).strip()]


def _begun(task: dict[str, Any]) -> tuple[int, int]:
    """When a task began; of two of one second by the time since the node started, in its UPID."""
    return int(task["starttime"]), int(str(task["upid"]).split(":")[3], 16)
