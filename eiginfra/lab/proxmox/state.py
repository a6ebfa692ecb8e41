"""Everything the lab's Proxmox knows, as plain data that can be dumped to JSON and loaded again."""

import hashlib
from copy import deepcopy
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from eiginfra.lab.proxmox.schema import Value

Json = dict[str, Any]


def sha1(text: str) -> str:
    """A digest as Proxmox makes them: of the configuration file's text."""
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


@dataclass
class NodeRecord:
    """A machine of the cluster; sizes in bytes. `answers`: whether its API can be reached, though the cluster may list it online."""

    name: str
    memory: int
    cores: int
    disk: int
    ip: str = "192.0.2.10"
    online: bool = True
    answers: bool = True
    bridges: list[str] = field(default_factory=lambda: ["vmbr0"])
    booted: float = 0.0
    timezone: str = "Etc/UTC"


@dataclass
class StorageRecord:
    """A storage, local to each node; `used` counts what is not a volume of this state. Sizes in bytes.

    `offline`: the nodes from which it cannot be reached now; `settings`: what else its configuration says.
    """

    id: str
    type: str
    content: list[str]
    total: int
    used: int = 0
    path: str = ""
    pool: str = ""
    nodes: list[str] = field(default_factory=list)
    shared: bool = False
    disabled: bool = False
    prune: str = ""
    offline: list[str] = field(default_factory=list)
    settings: dict[str, Value] = field(default_factory=dict)

    @property
    def formats(self) -> bool:
        """Whether volumes are files with an extension and a format."""
        return self.type in ("dir", "nfs", "btrfs")


@dataclass
class VolumeRecord:
    """A disk, template, image or backup.

    `bootable`: an operating system is on it, so that a VM obeys a shutdown; `meta`: what a template unpacks to, what a backup holds.
    """

    id: str
    node: str
    storage: str
    content: str
    format: str
    size: int
    used: int
    ctime: int
    vmid: int = 0
    parent: str = ""
    bootable: bool = False
    notes: str = ""
    protected: bool = False
    meta: Json = field(default_factory=dict)


@dataclass
class FirewallRecord:
    """Options, rules, sets and aliases of a guest, a node, a security group or the datacenter."""

    options: dict[str, Value] = field(default_factory=dict)
    rules: list[dict[str, Value]] = field(default_factory=list)
    ipsets: dict[str, Json] = field(default_factory=dict)
    aliases: dict[str, Json] = field(default_factory=dict)
    groups: dict[str, Json] = field(default_factory=dict)

    def text(self) -> str:
        """What the file would hold; empty when nothing was ever set."""
        return repr([part for part in (self.options, self.rules, self.ipsets, self.aliases, self.groups) if part] or "")[1:-1]


@dataclass
class GuestRecord:
    """A container (`lxc`) or VM (`qemu`): its configuration file and whether it runs.

    `inside`: what is on its disk, as far as the lab's machines have it (`eiginfra/lab/gateway/machines.py`); no answer shows it.
    `load`: the profile of its load (`loads.py`).
    """

    vmid: int
    kind: str
    node: str
    config: dict[str, Value] = field(default_factory=dict)
    pending: dict[str, Value] = field(default_factory=dict)
    dropped: list[str] = field(default_factory=list)
    forced: list[str] = field(default_factory=list)
    snapshots: dict[str, Json] = field(default_factory=dict)
    running: bool = False
    paused: bool = False
    started: float = 0.0
    pid: int = 0
    inside: Json = field(default_factory=dict)
    load: str = ""

    @property
    def path(self) -> str:
        """The configuration file, as messages name it."""
        return config_path(self.node, self.kind, self.vmid)

    @property
    def digest(self) -> str:
        """SHA-1 of the configuration file."""
        lines = [f"{key}: {self.config[key]}" for key in sorted(self.config)]
        lines += [f"pending {key}: {self.pending[key]}" for key in sorted(self.pending)] + sorted(self.dropped)
        lines += [f"[{name}] {sorted(snapshot.items(), key=str)}" for name, snapshot in self.snapshots.items()]
        return sha1("\n".join(lines))

    @property
    def template(self) -> bool:
        """Whether it is a template."""
        return bool(self.config.get("template"))

    @property
    def lock(self) -> str:
        """The `lock` of the configuration, or ""."""
        return str(self.config.get("lock", ""))


def config_path(node: str, kind: str, vmid: int) -> str:
    """`nodes/pve1/lxc/201.conf`."""
    return f"nodes/{node}/{'lxc' if kind == 'lxc' else 'qemu-server'}/{vmid}.conf"


@dataclass
class HistorySpan:
    """A time in which a guest's number had the same guest, size and load; seconds since 1970, memory and disk in bytes."""

    start: float
    end: float
    kind: str
    running: bool
    load: str
    cores: int
    memory: int
    disk: int

    def like(self, other: "HistorySpan") -> bool:
        """Whether all but the time is the same."""
        return replace(self, start=other.start, end=other.end) == other


@dataclass
class TaskRecord:
    """A task: its UPID's parts, its log and its end."""

    upid: str
    node: str
    type: str
    id: str
    user: str
    pid: int
    pstart: int
    start: int
    log: list[str] = field(default_factory=list)
    end: int = 0
    exit: str = ""


@dataclass
class ProxmoxState:
    """The cluster."""

    nodes: dict[str, NodeRecord] = field(default_factory=dict)
    storages: dict[str, StorageRecord] = field(default_factory=dict)
    volumes: dict[str, VolumeRecord] = field(default_factory=dict)
    guests: dict[int, GuestRecord] = field(default_factory=dict)
    history: dict[int, list[HistorySpan]] = field(default_factory=dict)
    firewalls: dict[str, FirewallRecord] = field(default_factory=dict)
    tasks: list[TaskRecord] = field(default_factory=list)
    users: dict[str, Json] = field(default_factory=dict)
    groups: dict[str, Json] = field(default_factory=dict)
    roles: dict[str, list[str]] = field(default_factory=dict)
    acl: list[Json] = field(default_factory=list)
    realms: dict[str, Json] = field(default_factory=dict)
    pools: dict[str, Json] = field(default_factory=dict)
    jobs: dict[str, Json] = field(default_factory=dict)
    ha: dict[str, Json] = field(default_factory=dict)
    ha_states: dict[str, str] = field(default_factory=dict)
    options: dict[str, Value] = field(default_factory=dict)
    counter: int = 0
    release: str = "9.2"

    def dump(self) -> Json:
        """JSON-able; tasks still running are lost, as by a reboot."""
        data = asdict(self)
        for name in ("guests", "history"):
            data[name] = {str(vmid): known for vmid, known in data[name].items()}
        return data

    @classmethod
    def load(cls, data: Json) -> "ProxmoxState":
        """The inverse of `dump`."""
        data = deepcopy(data)
        state = cls(
            **{
                key: data[key]
                for key in (
                    "users",
                    "groups",
                    "roles",
                    "acl",
                    "realms",
                    "pools",
                    "jobs",
                    "ha",
                    "ha_states",
                    "options",
                    "counter",
                    "release",
                )
            }
        )
        state.nodes = {name: NodeRecord(**item) for name, item in data["nodes"].items()}
        state.storages = {name: StorageRecord(**item) for name, item in data["storages"].items()}
        state.volumes = {name: VolumeRecord(**item) for name, item in data["volumes"].items()}
        state.guests = {int(vmid): GuestRecord(**item) for vmid, item in data["guests"].items()}
        state.history = {int(vmid): [HistorySpan(**item) for item in spans] for vmid, spans in data.get("history", {}).items()}
        state.firewalls = {name: FirewallRecord(**item) for name, item in data["firewalls"].items()}
        state.tasks = [TaskRecord(**item) for item in data["tasks"]]
        for task in state.tasks:
            if not task.exit:
                task.end, task.exit = task.start, "unexpected status"
        return state
