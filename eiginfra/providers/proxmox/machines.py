"""The machines of a site as one look at the server shows them: read once, for all kinds that ask."""

import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from eiginfra.core.errors import NotFoundError, ProviderError
from eiginfra.providers.proxmox.client import GuestType, ProxmoxClient
from eiginfra.providers.proxmox.codec import mark_of, parse_tags

_READERS = 16
_FRESH = 5.0
_TYPES: tuple[GuestType, ...] = ("lxc", "qemu")
_MAKING = {"create", "clone"}
_MAKERS = {"vzcreate", "qmclone", "qmcreate", "vzclone"}


@dataclass(frozen=True)
class Listed:
    """A guest as the server's lists show it; sizes in bytes."""

    vmid: int
    type: GuestType
    node: str
    name: str
    running: bool
    pool: str | None = None
    lock: str | None = None
    template: bool = False
    disk: int = 0
    tags: tuple[str, ...] = ()

    @property
    def making(self) -> bool:
        """Whether it is still being created or cloned: its configuration says nothing yet."""
        return self.lock in _MAKING


@dataclass(frozen=True)
class Reading:
    """A guest's configuration: as it runs, and as it will be after a restart."""

    running: Mapping[str, Any]
    wanted: Mapping[str, Any]

    @classmethod
    def of(cls, rows: Iterable[Mapping[str, Any]]) -> "Reading":
        """From the answer of `/pending`: rows of key, value, and what a restart brings (`pending`) or takes away (`delete`)."""
        running, wanted = dict[str, Any](), dict[str, Any]()
        for row in rows:
            key = str(row["key"])
            if "value" in row:
                running[key] = row["value"]
            if "delete" not in row and ("pending" in row or "value" in row):
                wanted[key] = row.get("pending", row.get("value"))
        return cls(running, wanted)

    @property
    def digest(self) -> str | None:
        """What a change must be sent with to be refused if somebody else was faster."""
        return self.running.get("digest")

    @property
    def mark(self) -> str | None:
        """The mark in the description."""
        return mark_of(self.wanted.get("description"))


@dataclass
class Survey:
    """One look: every guest the token sees, the numbers of backups, and configurations read on demand, each once."""

    guests: Mapping[int, Listed]
    backups: frozenset[int]
    client: ProxmoxClient
    readers: ThreadPoolExecutor
    cohort: str
    seen_by: set[str] = field(default_factory=set)
    touched: float = field(default_factory=time.monotonic)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _readings: dict[int, "Future[Reading | None]"] = field(default_factory=dict)

    def read(self, vmids: Iterable[int]) -> dict[int, Reading]:
        """Configurations, concurrently; of guests that vanished in the meantime there is none."""
        wanted = sorted(set(vmids) & self.guests.keys())
        with self._lock:
            for vmid in wanted:
                if vmid not in self._readings:
                    self._readings[vmid] = self.readers.submit(self._read, self.guests[vmid])
        results = {vmid: self._readings[vmid].result() for vmid in wanted}
        self.touched = time.monotonic()
        return {vmid: reading for vmid, reading in results.items() if reading is not None}

    def _read(self, guest: Listed) -> Reading | None:
        try:
            return Reading.of(self.client.pending(guest.node, guest.type, guest.vmid))
        except NotFoundError:
            return None


class Machines:
    """Hands the same look to the kinds that observe together, and a new one to a kind that looks again."""

    def __init__(self, client: ProxmoxClient) -> None:
        self.client = client
        self._lock = threading.Lock()
        self._survey: Survey | None = None
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="proxmox")

    def survey(self, kind: str, cohort: str) -> Survey:
        """The present look, unless this kind has had it already, something was changed since, or it is some seconds old: then a new one."""
        with self._lock:
            current = self._survey
            stale = current is None or kind in current.seen_by or current.cohort != cohort or time.monotonic() - current.touched > _FRESH
            if current is None or stale:
                current = self._survey = self._look(cohort)
            current.seen_by.add(kind)
            return current

    def changed(self) -> None:
        """Forget the present look: a guest was changed."""
        with self._lock:
            self._survey = None

    def templates(self) -> Mapping[int, Listed]:
        """All guests, of the present look if there is one: for what does not change in a run, such as where a template is."""
        current = self._survey
        return current.guests if current else self._list()

    def _look(self, cohort: str) -> Survey:
        guests = self._list()
        if self.settle(guests.values()):
            guests = self._list()
        # Read before use, so that one slow storage does not hold up the lists.
        backups = {_backup(row) for node in self.client.settings.nodes for row in self.client.backups(node)}
        return Survey(guests, frozenset(filter(None, backups)), self.client, self._readers, cohort)

    def settle(self, guests: Iterable[Listed]) -> bool:
        """Follow the tasks that still make guests in the site's range (an earlier run may have been killed); True if there were any."""
        site, client = self.client.settings, self.client
        nodes = {guest.node for guest in guests if guest.making and guest.vmid in site}
        upids = [str(task["upid"]) for node in sorted(nodes) for task in client.active_tasks(node) if task.get("type") in _MAKERS]
        for upid in upids:
            try:
                client.follow(upid, "wait for a guest that is being made")
            except ProviderError:
                continue  # what it left behind, if anything, the lists will show
        return bool(upids)

    def _list(self) -> dict[int, Listed]:
        site, client = self.client.settings, self.client
        known = {int(row["vmid"]): row for row in client.resources()}
        nodes = {*site.nodes, *(str(row["node"]) for vmid, row in known.items() if vmid in site)}
        pairs: Sequence[tuple[str, GuestType]] = [(node, kind) for node in sorted(nodes) for kind in _TYPES]
        lists = self._readers.map(lambda pair: client.guests(*pair), pairs)
        found: dict[int, Listed] = {}
        for (node, kind), rows in zip(pairs, lists, strict=True):
            for row in rows:
                vmid = int(row["vmid"])
                found[vmid] = _listed(kind, node, row, known.get(vmid, {}))
        return found


def _listed(kind: GuestType, node: str, row: Mapping[str, Any], resource: Mapping[str, Any]) -> Listed:
    """The live list knows name, status and lock; pool and (for containers) the template flag come from the cluster's."""
    return Listed(
        vmid=int(row["vmid"]),
        type=kind,
        node=node,
        name=str(row.get("name", "")),
        running=row.get("status") == "running",
        pool=resource.get("pool"),
        lock=row.get("lock"),
        template=str(row.get("template") or resource.get("template") or 0) == "1",
        disk=int(row.get("maxdisk", 0)),
        tags=parse_tags(row.get("tags")),
    )


def _backup(row: Mapping[str, Any]) -> int | None:
    return int(row["vmid"]) if row.get("vmid") else None
