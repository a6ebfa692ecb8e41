"""The guests of a site: read once, for all kinds."""

import threading
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

from eiginfra.core.errors import NotFoundError, PermissionDeniedError, ProviderError, UnreachableError
from eiginfra.core.look import Look
from eiginfra.core.resource import Scope
from eiginfra.providers.proxmox.client import GuestType, ProxmoxClient
from eiginfra.providers.proxmox.codec import mark_of, parse_tags, whole
from eiginfra.providers.proxmox.guests.proof import Proof
from eiginfra.providers.proxmox.guests.resources import (
    GuestSize,
    NodeCapacity,
    Outages,
    ServerResources,
    nodes_of,
    read_backups,
    read_stores,
    read_templates,
)

_READERS = 16
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
    memory: int = 0
    cores: int = 0
    reachable: bool = True
    """False when its node is offline, or its configuration cannot be read: nothing but its number and its pool is known."""
    problem: str | None = None
    """Why its configuration cannot be read, though its node answers."""

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
        """The marker in the description."""
        return mark_of(self.wanted.get("description"))


@dataclass
class Survey:
    """Every guest the token sees; configurations and the numbers in backups are read on demand, each once."""

    guests: dict[int, Listed]
    client: ProxmoxClient
    readers: ThreadPoolExecutor
    cohort: str
    nodes: Mapping[str, NodeCapacity] = field(default_factory=dict)
    capacity: ServerResources | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _readings: dict[int, "Future[Reading | None]"] = field(default_factory=dict)
    _backups: tuple[frozenset[int], Outages] | None = None
    _volumes: dict[tuple[str, str], Mapping[str, int]] = field(default_factory=dict)

    def read(self, vmids: Iterable[int]) -> dict[int, Reading]:
        """Configurations, concurrently; of guests that vanished in the meantime there is none.

        A guest that cannot be read is so in this survey from then on, and nobody else for it. Raises the first error where none can.
        """
        wanted = sorted(vmid for vmid in set(vmids) & self.guests.keys() if self.guests[vmid].reachable)
        with self._lock:
            for vmid in wanted:
                before = self._readings.get(vmid)
                if before is None or (before.done() and before.exception() is not None):
                    self._readings[vmid] = self.readers.submit(self._read, self.guests[vmid])
        found, problems = dict[int, Reading](), dict[int, ProviderError]()
        for vmid in wanted:
            try:
                reading = self._readings[vmid].result()
            except UnreachableError:
                raise
            except ProviderError as problem:
                problems[vmid] = problem
            else:
                if reading is not None:
                    found[vmid] = reading
        denied = [problem for problem in problems.values() if isinstance(problem, PermissionDeniedError)]
        if denied and len(denied) == len(wanted):
            raise denied[0]
        for vmid, why in problems.items():
            self.unreadable(vmid, str(why))
        return found

    def unreadable(self, vmid: int, why: str) -> None:
        """What is known of a guest is not enough to act on it."""
        with self._lock:
            self.guests[vmid] = replace(self.guests[vmid], reachable=False, problem=why)

    def measured(self) -> ServerResources:
        """The capacity that there is, read once: only a plan that makes or enlarges something needs it."""
        with self._lock:
            if self.capacity is None:
                online = [node for node in self.client.settings.nodes if self.online(node)]
                guests = {guest.vmid: GuestSize(guest.node, guest.memory, guest.cores, guest.template) for guest in self.guests.values()}
                stores, without_disks = read_stores(self.client, online)
                templates, without_templates = read_templates(self.client, online)
                self.capacity = ServerResources(self.nodes, stores, guests, templates, {**without_disks, **without_templates})
            return self.capacity

    def backups(self) -> tuple[frozenset[int], Outages]:
        """The numbers of guests that have backups: wanted only when a new guest needs a number that was never used."""
        with self._lock:
            if self._backups is None:
                self._backups = read_backups(self.client, [node for node in self.client.settings.nodes if self.online(node)])
            return self._backups

    def volumes(self, node: str, storage: str) -> Mapping[str, int]:
        """The sizes of a storage's volumes by their names, read once; nothing of one that cannot be read."""
        with self._lock:
            if (node, storage) not in self._volumes:
                try:
                    rows = self.client.volumes(node, storage) if storage else []
                except ProviderError:
                    rows = []
                self._volumes[node, storage] = {str(row["volid"]): int(row.get("size") or 0) for row in rows}
            return self._volumes[node, storage]

    def online(self, node: str) -> bool:
        """Whether a node can be asked; one that the cluster does not list is asked, and the server says what is wrong."""
        return node not in self.nodes or self.nodes[node].online

    def _read(self, guest: Listed) -> Reading | None:
        try:
            return Reading.of(self.client.pending(guest.node, guest.type, guest.vmid))
        except NotFoundError:
            return None


class GuestSurveys:
    """Makes surveys: one for all kinds that observe together, and a fresh one for who looks again."""

    def __init__(self, client: ProxmoxClient) -> None:
        self.client = client
        self._lock = threading.Lock()
        self._last: Survey | None = None
        self._places: dict[str, Listed] = {}
        self._proofs: dict[str, Proof] = {}
        self._readers = client.threads(_READERS, "proxmox")

    def shared(self, cohort: str, look: Look) -> Survey:
        """The survey of a look, which all kinds that observe together share."""
        return look.once(self.fresh, cohort)

    def fresh(self, cohort: str) -> Survey:
        """A survey of now."""
        self._last = self._survey(cohort)
        return self._last

    def last(self, cohort: str) -> Survey:
        """The last survey, whatever was changed since: for what does not change in a run, such as where a template is."""
        with self._lock:
            return self._last or self.fresh(cohort)

    def learn(self, scope: Scope) -> Proof:
        """What markers must agree with, as far as a scope knows it; it is kept for those who look without one."""
        with self._lock:
            self._proofs[scope.cohort] = Proof.of(scope, self._proofs.get(scope.cohort))
            return self._proofs[scope.cohort]

    def proof(self, cohort: str) -> Proof:
        """What markers must agree with, as it was learnt last."""
        return self._proofs.get(cohort) or Proof()

    def marked(self, survey: Survey) -> dict[str, tuple[Listed, Reading]]:
        """The cohort's guests in the site's range and in its pools, by a marker that agrees with them; of two with one the lower number."""
        cohort, site, proof = survey.cohort, self.client.settings, self.proof(survey.cohort)
        around = [guest for guest in survey.guests.values() if not (guest.template or guest.making)]
        readings = survey.read(guest.vmid for guest in around if guest.vmid in site or (guest.pool or "").startswith(f"{cohort}-"))
        found: dict[str, tuple[Listed, Reading]] = {}
        for vmid, reading in sorted(readings.items()):
            mark = reading.mark or ""
            if mark.startswith(f"{cohort}/") and proof.agrees(mark, vmid, survey.guests[vmid].pool):
                found.setdefault(mark, (survey.guests[vmid], reading))
        return found

    def note(self, mark: str, guest: Listed) -> None:
        """Remember where the guest of a marker was just seen, for kinds that follow upon guests."""
        self._places[mark] = guest

    def place(self, mark: str, handle: Mapping[str, Any]) -> tuple[Listed, Reading] | None:
        """The guest that has a marker now: where a handle (node, type, vmid) or the last survey says, else by a fresh one."""
        known = Listed(handle["vmid"], handle["type"], handle["node"], "", running=False) if handle else self._places.get(mark)
        if known is not None and (reading := self._bearing(known, mark)) is not None:
            return known, reading
        return self.marked(self.fresh(mark.partition("/")[0])).get(mark)

    def _bearing(self, guest: Listed, mark: str) -> Reading | None:
        """The guest's configuration, if it has the marker."""
        try:
            reading = Reading.of(self.client.pending(guest.node, guest.type, guest.vmid))
        except NotFoundError:
            return None
        return reading if reading.mark == mark else None

    def _survey(self, cohort: str) -> Survey:
        nodes, guests = self._list()
        if self.settle(guests.values()):
            nodes, guests = self._list()
        return Survey(guests, self.client, self._readers, cohort, nodes)

    def settle(self, guests: Iterable[Listed]) -> bool:
        """Follow the tasks that still make guests in the site's range (an earlier run may have been killed); True if there were any."""
        site, client = self.client.settings, self.client
        nodes = {guest.node for guest in guests if guest.making and guest.vmid in site}
        upids = [str(task["upid"]) for node in sorted(nodes) for task in self._active(node) if task.get("type") in _MAKERS]
        for upid in upids:
            try:
                client.follow(upid, "wait for a guest that is being made")
            except ProviderError:
                continue  # what it left behind, if anything, the lists will show
        return bool(upids)

    def _active(self, node: str) -> list[dict[str, Any]]:
        """The tasks that run on a node; none of one that does not say."""
        try:
            return self.client.active_tasks(node)
        except UnreachableError:
            raise
        except ProviderError:
            return []

    def _guests_on(self, pair: tuple[str, GuestType]) -> list[dict[str, Any]] | None:
        """A node's guests of one sort; None if the node does not answer, or not with them."""
        try:
            return [row for row in self.client.guests(*pair) if whole(row.get("vmid"))]
        except (UnreachableError, PermissionDeniedError):
            raise
        except ProviderError:
            return None

    def _list(self) -> tuple[dict[str, NodeCapacity], dict[int, Listed]]:
        site, client = self.client.settings, self.client
        rows = client.cluster()
        nodes, known = nodes_of(rows), {vmid: row for row in rows if (vmid := whole(row.get("vmid")))}
        down = {node.name for node in nodes.values() if not node.online}
        asked = {*site.nodes, *(str(row["node"]) for vmid, row in known.items() if vmid in site and row.get("node"))} - down
        pairs: Sequence[tuple[str, GuestType]] = [(node, kind) for node in sorted(asked) for kind in _TYPES]
        lists = dict(zip(pairs, self._readers.map(self._guests_on, pairs), strict=True))
        silent = {node for (node, _), rows in lists.items() if rows is None}
        nodes |= {node: replace(nodes.get(node, NodeCapacity(node)), online=False, silent=True) for node in silent}
        found = {vmid: _unreachable(row) for vmid, row in known.items() if row.get("node") in down | silent}
        for (node, kind), there in lists.items():
            for row in there or () if node not in silent else ():
                vmid = int(row["vmid"])
                found[vmid] = _listed(kind, node, row, known.get(vmid, {}))
        return nodes, found


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
        disk=whole(row.get("maxdisk")),
        tags=parse_tags(row.get("tags")),
        memory=whole(row.get("maxmem")),
        cores=whole(row.get("cpus")),
    )


def _unreachable(row: Mapping[str, Any]) -> Listed:
    """A guest on a node that is offline."""
    kind: GuestType = "lxc" if row.get("type") == "lxc" else "qemu"
    return Listed(int(row["vmid"]), kind, str(row["node"]), str(row.get("name", "")), running=False, pool=row.get("pool"), reachable=False)
