"""The one importer of `proxmoxer`: thin methods that return plain dictionaries, typed errors, tasks followed to their end.

Paths and parameters: the API description of Proxmox VE 9.1, https://pve.proxmox.com/pve-docs/api-viewer/.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import cached_property
from math import inf
from typing import Any, Literal

from proxmoxer.backends.https import JsonSerializer  # type: ignore[import-untyped]  # proxmoxer brings no types
from proxmoxer.core import ProxmoxResource, ResourceException  # type: ignore[import-untyped]  # the same
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from eiginfra.core.errors import PermanentError, ProviderError, TransientError, UsageError
from eiginfra.providers.bounds import Bounds
from eiginfra.providers.http import BUSY, HttpPolicy, Meter, open_session
from eiginfra.providers.proxmox.errors import NODE_STATUSES, BusyError, ErrorBody, meaning, refusal
from eiginfra.providers.proxmox.settings import ProxmoxSettings

GuestType = Literal["lxc", "qemu"]
Params = Mapping[str, Any]

# It logs every request's parameters and every answer.
logging.getLogger("proxmoxer").setLevel(logging.WARNING)

# Each wait is a tenth of what was waited before: the end of a task is noticed late by a tenth of its time, and never by more than 2 s.
_FIRST_POLL, _LONGEST_POLL, _POLL_GROWTH = 0.1, 2.0, 1.1
_ASKED_OF_HA = frozenset({"hastart", "hastop"})
"""Tasks that only ask the HA manager, which acts some seconds after they ended."""
_STARTS = frozenset({"qmstart", "vzstart"})
_START_SECONDS = 60.0
"""How long a guest may be down after the task of a reboot has ended: another task then starts it."""
_LOG_LINES = 8
_TASKS = 500
_SKEW = 10  # seconds by which two clocks must differ before one of them is wrong


class _Serializer(JsonSerializer):  # type: ignore[misc]  # proxmoxer brings no types
    """proxmoxer's, which would keep no more than `errors` of what an error answer says."""

    def loads_errors(self, response: Any) -> ErrorBody:
        return ErrorBody.of(response.text)


class ProxmoxClient:
    """One Proxmox VE, spoken to under one token; safe to share between threads. Without settings every request is a UsageError."""

    def __init__(
        self, settings: ProxmoxSettings | None, *, meter: Meter | None = None, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._settings = settings
        self._sleep = sleep
        self._retrying = Retrying(
            retry=retry_if_exception_type(BusyError),
            wait=wait_random_exponential(multiplier=0.25, max=10),
            stop=stop_after_attempt(5),
            sleep=sleep,
            reraise=True,
        )
        self._lock = threading.Lock()
        self._asking_time = threading.Lock()
        self._ahead: dict[str, int | None] = {}
        self._slots: dict[tuple[str, str], threading.BoundedSemaphore] = {}
        self._closing = ExitStack()
        self.meter = meter or Meter()
        self.bounds = Bounds()

    @property
    def settings(self) -> ProxmoxSettings:
        """What the site says; raises UsageError when it says nothing of a Proxmox."""
        if self._settings is None:
            raise UsageError("the site has no proxmox section; write one (see docs/kinds), or leave its plays out with --skip-tags proxmox")
        return self._settings

    @property
    def known(self) -> bool:
        """Whether the site says anything of a Proxmox."""
        return self._settings is not None

    @cached_property
    def _api(self) -> ProxmoxResource:
        site = self.settings
        if site.token is None:
            raise UsageError("Proxmox is not asked without a token")
        # Creating requests wait for locks on the server before they answer; a wrong token is answered after 3 s.
        busy = BUSY | NODE_STATUSES
        policy = HttpPolicy(
            "proxmox",
            ca=site.ca,
            proxy=site.proxy,
            timeout=site.timeout,
            bounds=self.bounds,
            meter=self.meter,
            sleep=self._sleep,
            busy=busy,
        )
        session = self._closing.enter_context(open_session(policy))
        session.headers["Authorization"] = f"PVEAPIToken={site.token_id}={site.token.reveal()}"
        session.headers["Accept"] = "application/json"
        return ProxmoxResource(base_url=f"{site.url.rstrip('/')}/api2/json", session=session, serializer=_Serializer())

    def threads(self, count: int, name: str) -> ThreadPoolExecutor:
        """Threads that end with the client."""
        return self._closing.enter_context(ThreadPoolExecutor(count, thread_name_prefix=name))

    def close(self) -> None:
        """End threads and connections."""
        self._closing.close()

    def _call(self, method: str, path: str, what: str, params: Params | None = None) -> Any:
        """One request; what is refused because of somebody's lock is sent again. Raises the errors of core.errors."""
        with self._lock:
            api = self._api
        send = getattr(api(path), method.lower())
        return self._retrying(self._once, send, method, f"proxmox: {what}", dict(params or {}))

    def _once(self, send: Callable[..., Any], method: str, what: str, params: dict[str, Any]) -> Any:
        try:
            answer = send(**params)
        except ResourceException as refused:
            body = refused.errors if isinstance(refused.errors, ErrorBody) else ErrorBody()
            reason = _decoded(str(refused.content))
            raise refusal(refused.status_code, reason, body.errors, method, what, message=body.message) from refused
        except (KeyError, TypeError) as problem:
            raise PermanentError(f"{what}: {self.settings.url} answers, but not as a Proxmox VE; see `url:` under `proxmox:`") from problem
        if isinstance(answer, dict) and isinstance(answer.get("errors"), bytes):
            raise PermanentError(f"{what}: {self.settings.url} answers, but not as a Proxmox VE; see `url:` under `proxmox:`")
        return answer

    def get(self, path: str, what: str, **params: Any) -> Any:
        """Read anything; `what` says in words what is read."""
        return self._call("GET", path, what, params)

    def send(self, method: str, path: str, what: str, params: Params) -> Any:
        """Change anything; parameters that are None are left out."""
        return self._call(method, path, what, _set(params))

    def cluster(self) -> list[dict[str, Any]]:
        """Guests, nodes, storages and pools of the whole cluster in one answer, as far as the token may see them; some seconds old."""
        return _rows(self.get("cluster/resources", "look at the cluster"))

    def storages(self, node: str) -> list[dict[str, Any]]:
        """The space of the site's storage for disks on a node; nothing if the token may not see it."""
        return _rows(self.get(f"nodes/{node}/storage", f"read storage {self.settings.disks} on {node}", storage=self.settings.disks))

    def templates(self, node: str) -> list[dict[str, Any]]:
        """The container templates on the site's storage for them, as a node has it."""
        storage = self.settings.templates
        return _rows(self.get(f"nodes/{node}/storage/{storage}/content", f"list templates on storage {storage}", content="vztmpl"))

    def volumes(self, node: str, storage: str) -> list[dict[str, Any]]:
        """The volumes on a storage, with the size they may grow to and (thin) what they use."""
        return _rows(self.get(f"nodes/{node}/storage/{storage}/content", f"list volumes on storage {storage} of {node}"))

    def resources(self) -> list[dict[str, Any]]:
        """All guests of the cluster with node, pool and template flag; name and status may be some seconds old."""
        return _rows(self.get("cluster/resources", "list guests", type="vm"))

    def guests(self, node: str, kind: GuestType) -> list[dict[str, Any]]:
        """The guests of one type on a node as they are now."""
        return _rows(self.get(f"nodes/{node}/{kind}", f"list guests of {node}"))

    def status(self, node: str, kind: GuestType, vmid: int) -> dict[str, Any]:
        """A guest's present status, lock and name."""
        return dict(self.get(f"nodes/{node}/{kind}/{vmid}/status/current", f"read guest {vmid}"))

    def pending(self, node: str, kind: GuestType, vmid: int) -> list[dict[str, Any]]:
        """A guest's configuration: `value` as it runs, `pending` or `delete` for what a restart will bring; with the digest."""
        return _rows(self.get(f"nodes/{node}/{kind}/{vmid}/pending", f"read guest {vmid}"))

    def backups(self, node: str) -> list[dict[str, Any]]:
        """The backup volumes on the site's storage for backups."""
        storage = self.settings.backups
        return _rows(self.get(f"nodes/{node}/storage/{storage}/content", f"list backups on storage {storage}", content="backup"))

    def active_tasks(self, node: str) -> list[dict[str, Any]]:
        """The tasks that run on a node now; without Sys.Audit on it, only eiginfra's own."""
        return _rows(self.get(f"nodes/{node}/tasks", f"list tasks of {node}", source="active"))

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
        rows = _rows(self.get(f"nodes/{node}/tasks", f"list tasks of guest {vmid}", **params))
        return sorted(rows, key=_begun, reverse=True)

    def sees_tasks(self, node: str) -> bool:
        """Whether the token sees everybody's tasks on a node, and not only its own."""
        path = f"/nodes/{node}"
        granted = self._call("GET", "access/permissions", "read the token's permissions", {"path": path})
        return "Sys.Audit" in granted.get(path, {})

    def pools(self) -> list[dict[str, Any]]:
        """All pools, without their members."""
        return _rows(self.get("pools", "list pools"))

    def pool(self, poolid: str) -> dict[str, Any]:
        """One pool with its members; raises NotFoundError."""
        return _rows(self.get("pools", f"read pool {poolid}", poolid=poolid))[0]

    def create_pool(self, poolid: str, comment: str | None) -> None:
        """Make a pool; raises AlreadyExistsError."""
        self._call("POST", "pools", f"create pool {poolid}", _set({"poolid": poolid, "comment": comment}))

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
        self._call("PUT", f"nodes/{node}/{kind}/{vmid}/config", f"configure guest {vmid}", _set({**params, "digest": digest}))

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
        task = f"nodes/{upid.split(':')[1]}/tasks/{upid}"
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
        rows = _rows(self.get(f"nodes/{upid.split(':')[1]}/tasks/{upid}/log", what, limit=500))
        return [line for row in rows if (line := str(row.get("t", ""))).strip()]


def _begun(task: dict[str, Any]) -> tuple[int, int]:
    """When a task began; of two of one second by the time since the node started, in its UPID."""
    return int(task["starttime"]), int(str(task["upid"]).split(":")[3], 16)


def _rows(answer: Any) -> list[dict[str, Any]]:
    return [dict(row) for row in answer] if isinstance(answer, Sequence) and not isinstance(answer, str) else []


def _set(params: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in params.items() if value is not None}


def _decoded(reason: str) -> str:
    """The reason phrase is sent as UTF-8 and read as Latin-1."""
    try:
        return reason.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return reason
