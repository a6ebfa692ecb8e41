"""Every field of every kind: another value, what a change does and what it takes, how a person changes it on the server."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from eiginfra.core.spec import Spec
from eiginfra.core.values import ByteSize
from eiginfra.providers.proxmox.codec import Properties
from eiginfra.providers.proxmox.kinds.acl import AclSpec
from eiginfra.providers.proxmox.kinds.backup import BackupSpec
from eiginfra.providers.proxmox.kinds.firewall import FirewallSpec
from eiginfra.providers.proxmox.kinds.group import ProxmoxGroupSpec
from eiginfra.providers.proxmox.kinds.pool import PoolSpec
from eiginfra.providers.proxmox.kinds.role import RoleSpec
from eiginfra.providers.proxmox.kinds.user import ProxmoxUserSpec

from .conftest import KEY, World

Hand = Callable[[World], object]
UNSET: Any = object()
"""The value of a field that is taken out of the playbook."""


class Effect(StrEnum):
    """What a change of a field does to what stands."""

    LIVE = "in force at once"
    RESTART = "waits for a restart of what runs"
    FIXED = "a finding: it cannot be changed"
    KEY = "another value is another object"
    UNCOMPARED = "used when it is made, or sent with a change; never compared"
    ASSIGNED = "nobody writes it; a change by hand is healed at once"


LIVE, RESTART, FIXED, KEY_FIELD, UNCOMPARED, ASSIGNED = Effect


@dataclass(frozen=True)
class Row:
    """One field. value: another than the base's, or how to find it; extra: fields that change with it, start: what the base has instead.

    lacking: the privilege without which a change is refused, of the core's or the accounts' path. hand: what a person does on the
    server; heals: what undoing that does. alone: on an object of its own, for a change that has no way back. creates: whether the value may
    be made with the others.
    """

    kind: str
    field: str
    value: Any
    effect: Effect = LIVE
    lacking: str = ""
    hand: Hand | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    start: dict[str, Any] = field(default_factory=dict)
    heals: Effect = Effect.LIVE
    alone: bool = False
    creates: bool = True

    @property
    def changes(self) -> bool:
        """Whether people change it, and an apply brings the change about."""
        return self.effect in (LIVE, RESTART)


def size(text: str) -> ByteSize:
    return ByteSize.parse(text)


# The objects that the changes are made to.


def role(world: World) -> RoleSpec:
    return RoleSpec(id=f"Eig-{world.cohort}", privileges=("VM.Audit", "VM.Console"), binding=True)


def userid(world: World, number: int = 1) -> str:
    return f"{world.cohort}-{number}@pve"


def user(world: World, number: int = 1) -> ProxmoxUserSpec:
    return ProxmoxUserSpec(id=userid(world, number), name="Léa Martin", email="lea@example.org", until=date(2030, 6, 30), enabled=True)


def group(world: World, *numbers: int) -> ProxmoxGroupSpec:
    members = [{"user": userid(world, number)} for number in numbers]
    return ProxmoxGroupSpec.model_validate({"id": world.pool, "comment": "ADLER", "members": members})


def acl(world: World) -> AclSpec:
    return AclSpec(path=f"/pool/{world.pool}", group=world.pool, roles=(f"Eig-{world.cohort}",), propagate=True, binding=True)


SHARED: dict[str, Any] = {"bridge": "vmbr1", "vlan": 0, "rate": 0, "firewall": True, "dns": ("9.9.9.9",), "state": "running"}
SHARED |= {"protection": False, "onboot": False, "order": 1}


def container(world: World, machine: str = "web") -> Any:
    return world.container(machine, **SHARED, swap=size("0MiB"), mounts=(), unprivileged=True, nesting=False)


def vm(world: World) -> Any:
    return world.vm("web", **SHARED, sockets=1, cpu="x86-64-v2-AES", balloon=size("256MiB"), agent=True)


def firewall(world: World) -> FirewallSpec:
    filters = {"ipfilter": True, "macfilter": True, "dhcp": False, "ndp": True, "radv": False}
    levels = {"log_level_in": "nolog", "log_level_out": "nolog", "policy_in": "DROP", "policy_out": "ACCEPT"}
    return FirewallSpec.model_validate(
        {"mark": mark(world), "enable": True, "rules": [{"action": "ACCEPT", "macro": "SSH"}], **filters, **levels}
    )


def backup(world: World) -> BackupSpec:
    told = {"schedule": "02:30", "storage": "local", "mode": "snapshot", "compress": "zstd", "keep": "daily=3", "comment": "é"}
    return BackupSpec.model_validate({"id": job(world), **told, "enabled": True, "guests": [mark(world)]})


def mark(world: World, machine: str = "web") -> str:
    return f"{world.cohort}/adler/{machine}"


def job(world: World) -> str:
    return f"eiginfra-{world.cohort}"


def pool(world: World) -> PoolSpec:
    return PoolSpec(id=world.pool, comment="ADLER")


BASES: dict[str, Callable[[World], list[Spec]]] = {
    "pool": lambda world: [pool(world)],
    "role": lambda world: [role(world)],
    "user": lambda world: [user(world)],
    "group": lambda world: [user(world, 1), user(world, 2), group(world, 1)],
    "acl": lambda world: [role(world), group(world), acl(world)],
    "container": lambda world: [container(world)],
    "vm": lambda world: [vm(world)],
    "firewall": lambda world: [world.container("web"), firewall(world)],
    "backup": lambda world: [world.container("web"), world.container("db", state="stopped"), backup(world)],
}
"""What stands for the rows of a kind, the kind's own last."""


# What a person does on the server.


def _guest(world: World) -> tuple[str, dict[str, Any]]:
    """The path of the guest that bears the mark, and its configuration."""
    for row in world.admin("GET", "/cluster/resources", type="vm"):
        path = f"/nodes/{row['node']}/{row['type']}/{row['vmid']}"
        config = world.admin("GET", f"{path}/config")
        if f"eiginfra: {mark(world)}" in config.get("description", ""):
            return path, config
    raise AssertionError(mark(world))


def config(**params: Any) -> Hand:
    def hand(world: World) -> None:
        world.admin("PUT", f"{_guest(world)[0]}/config", **params)

    return hand


def part(key: str, **changes: Any) -> Hand:
    """Some properties of a value, the others kept."""

    def hand(world: World) -> None:
        path, there = _guest(world)
        world.admin("PUT", f"{path}/config", **{key: str(Properties.parse(str(there[key]), "model").replace(**changes))})

    return hand


def power(verb: str) -> Hand:
    return lambda world: world.admin("POST", f"{_guest(world)[0]}/status/{verb}")


def other_pool(world: World, name: str = "plume") -> str:
    pool = f"{world.cohort}-{name}"
    if pool not in {row["poolid"] for row in world.admin("GET", "/pools")}:
        world.admin("POST", "/pools", poolid=pool)
    return pool


def moved(world: World) -> None:
    world.admin("PUT", "/pools", poolid=other_pool(world, "third"), vms=_guest(world)[0].rpartition("/")[2], **{"allow-move": 1})


def dated(world: World) -> None:
    path, there = _guest(world)
    world.admin("PUT", f"{path}/config", description=f"{there['description'].strip()}\neiginfra-remove-after: 2031-01-01")


def options(**params: Any) -> Hand:
    return lambda world: world.admin("PUT", f"{_guest(world)[0]}/firewall/options", **params)


def stray_rule(world: World) -> None:
    world.admin("POST", f"{_guest(world)[0]}/firewall/rules", type="in", action="DROP", enable=1)


def stray_address(world: World) -> None:
    path = f"{_guest(world)[0]}/firewall"
    if "ipfilter-net0" not in {row["name"] for row in world.admin("GET", f"{path}/ipset")}:
        world.admin("POST", f"{path}/ipset", name="ipfilter-net0")
    world.admin("POST", f"{path}/ipset/ipfilter-net0", cidr="192.168.0.7")


def scheduled(**params: Any) -> Hand:
    return lambda world: world.admin("PUT", f"/cluster/backup/{job(world)}", **params)


def account(**params: Any) -> Hand:
    return lambda world: world.admin("PUT", f"/access/users/{userid(world)}", **params)


def granted(**params: Any) -> Hand:
    return lambda world: world.admin("PUT", "/access/acl", path=f"/pool/{world.pool}", groups=world.pool, **params)


def propagated(world: World) -> None:
    granted(roles=f"Eig-{world.cohort}", propagate=1)(world)


# The table.

CPU, DISK, MEMORY = "VM.Config.CPU", "VM.Config.Disk", "VM.Config.Memory"
NETWORK, OPTIONS, POWER = "VM.Config.Network", "VM.Config.Options", "VM.PowerMgmt"

RULES = (
    {"type": "out", "action": "DROP", "proto": "icmp", "icmp_type": "echo-request", "enable": False, "log": "info", "iface": "net0"},
    {"action": "ACCEPT", "macro": "SSH"},
    {
        "action": "ACCEPT",
        "proto": "tcp",
        "source": "10.0.0.0/8",
        "sport": "1024:65535",
        "dest": "192.0.2.1",
        "dport": "80,443",
        "comment": "é",
    },
)


def _guests(kind: str, name_key: str, address: Hand) -> list[Row]:
    """The fields that both sorts of guest have."""
    cold = RESTART if kind == "vm" else LIVE
    return [
        Row(kind, "mark", lambda world: mark(world, "www"), KEY_FIELD),
        Row(kind, "name", "adler-www", LIVE, OPTIONS if kind == "vm" else NETWORK, config(**{name_key: "by-hand"})),
        Row(kind, "pool", other_pool, LIVE, "Pool.Allocate", moved),
        Row(kind, "cores", 2, cold, CPU, config(cores=4)),
        Row(kind, "memory", size("1GiB"), cold, MEMORY, config(memory=700)),
        Row(kind, "keys", (KEY,), UNCOMPARED),
        Row(kind, "bridge", "vmbr0", LIVE, NETWORK, part("net0", bridge="vmbr1")),
        Row(kind, "vlan", 7, LIVE, NETWORK, part("net0", tag="9")),
        Row(kind, "rate", 10, LIVE, NETWORK, part("net0", rate="2.5")),
        Row(kind, "firewall", False, LIVE, NETWORK, part("net0", firewall="1")),
        Row(kind, "dns", ("192.0.2.1", "192.0.2.2"), RESTART, NETWORK, config(nameserver="192.0.2.9")),
        Row(kind, "dns", (), RESTART, NETWORK, config(nameserver="192.0.2.9")),
        Row(kind, "state", "stopped", LIVE, POWER, power("start")),
        Row(kind, "protection", True, LIVE, OPTIONS, config(protection=0)),
        Row(kind, "snapshot", False, UNCOMPARED),
        Row(kind, "onboot", True, LIVE, OPTIONS, config(onboot=0)),
        Row(kind, "order", 3, LIVE, OPTIONS, config(startup="order=9,up=5")),
        Row(kind, "tags", ("kept", "new"), LIVE, OPTIONS, config(tags="other")),
        Row(kind, "id", 199, FIXED),
        Row(kind, "node", "elsewhere", UNCOMPARED, creates=False),
        Row(kind, "address", None, ASSIGNED, NETWORK, address),
        Row(kind, "remove_after", None, ASSIGNED, OPTIONS, dated),
    ]


ROWS: list[Row] = [
    Row("pool", "id", lambda world: f"{world.pool}-2", KEY_FIELD),
    Row("pool", "comment", "Karfu’R", LIVE, "Pool.Allocate",
        lambda world: world.admin("PUT", "/pools", poolid=world.pool, comment="theirs")),
    Row("role", "id", lambda world: f"Eig2-{world.cohort}", KEY_FIELD),
    Row("role", "privileges", ("VM.Audit", "VM.PowerMgmt"), LIVE, "Sys.Modify",
        lambda world: world.admin("PUT", f"/access/roles/Eig-{world.cohort}", privs="VM.Config.Memory", append=1)),
    Row("role", "binding", False, UNCOMPARED),
    Row("user", "id", lambda world: userid(world, 9), KEY_FIELD),
    Row("user", "name", "Léa Durand", LIVE, "User.Modify", account(firstname="L", lastname="M")),
    Row("user", "email", "lea.durand@example.org", LIVE, "User.Modify", account(email="other@example.org")),
    Row("user", "until", date(2030, 7, 31), LIVE, "User.Modify", account(expire=0)),
    Row("user", "enabled", False, LIVE, "User.Modify", account(enable=1)),
    Row("group", "id", lambda world: f"{world.pool}-2", KEY_FIELD),
    Row("group", "comment", "Karfu’R", LIVE, "Group.Allocate",
        lambda world: world.admin("PUT", f"/access/groups/{world.pool}", comment="theirs")),
    Row("group", "members", lambda world: ({"user": userid(world, 2)},), LIVE, "User.Modify",
        lambda world: world.admin("PUT", f"/access/users/{userid(world, 1)}", groups=world.pool)),
    Row("acl", "path", "/pool", KEY_FIELD),
    Row("acl", "group", lambda world: f"{world.pool}-2", KEY_FIELD),
    Row("acl", "user", lambda world: userid(world, 9), KEY_FIELD, extra={"group": UNSET}),
    Row("acl", "roles", ("PVEAuditor",), LIVE, "Pool.Allocate", granted(roles="PVEVMAdmin")),
    Row("acl", "propagate", False, LIVE, "Pool.Allocate", propagated),
    Row("acl", "binding", False, UNCOMPARED),
    *_guests("container", "hostname", part("net0", ip="192.168.0.9/24")),
    Row("container", "image", "local:vztmpl/ubuntu-24.04-standard_24.04-2_amd64.tar.zst", UNCOMPARED),
    Row("container", "disk", size("6GiB"), LIVE, DISK, None, alone=True),
    Row("container", "swap", size("512MiB"), LIVE, MEMORY, config(swap=100)),
    Row("container", "mounts", ({"path": "/srv/data", "size": size("2GiB")},), LIVE, DISK,
        config(mp5="local-lvm:1,mp=/srv/hand"), heals=RESTART, alone=True),
    Row("container", "mounts", (), RESTART, DISK, config(mp5="local-lvm:1,mp=/srv/hand"),
        start={"mounts": ({"path": "/srv/data", "size": size("2GiB")},)}, heals=RESTART, alone=True),
    Row("container", "unprivileged", False, FIXED),
    Row("container", "nesting", True, RESTART, "VM.Allocate", config(features="nesting=0")),
    Row("container", "features", ("keyctl",), UNCOMPARED),
    *_guests("vm", "name", part("ipconfig0", ip="192.168.0.9/24")),
    Row("vm", "image", 9024, UNCOMPARED),
    Row("vm", "clone", "linked", UNCOMPARED),
    Row("vm", "disk", size("20GiB"), LIVE, DISK, None, alone=True),
    Row("vm", "sockets", 2, RESTART, CPU, config(sockets=4)),
    Row("vm", "cpu", "host", RESTART, CPU, config(cpu="kvm64")),
    Row("vm", "balloon", size("128MiB"), LIVE, MEMORY, config(balloon=200)),
    Row("vm", "balloon", size("0MiB"), RESTART, MEMORY, config(balloon=200)),
    Row("vm", "agent", False, RESTART, OPTIONS, config(agent="enabled=1")),
    Row("vm", "user", "debian", UNCOMPARED),
    Row("firewall", "mark", lambda world: mark(world, "www"), KEY_FIELD),
    Row("firewall", "enable", False, LIVE, NETWORK, options(enable=1)),
    Row("firewall", "policy_in", "ACCEPT", LIVE, NETWORK, options(policy_in="REJECT")),
    Row("firewall", "policy_out", "REJECT", LIVE, NETWORK, options(policy_out="DROP")),
    Row("firewall", "ipfilter", False, LIVE, NETWORK, stray_address),
    Row("firewall", "ipfilter", True, LIVE, NETWORK, stray_address, start={"ipfilter": False}),
    Row("firewall", "macfilter", False, LIVE, NETWORK, options(macfilter=1)),
    Row("firewall", "dhcp", True, LIVE, NETWORK, options(delete="dhcp")),
    Row("firewall", "ndp", False, LIVE, NETWORK, options(ndp=1)),
    Row("firewall", "radv", True, LIVE, NETWORK, options(radv=0)),
    Row("firewall", "log_level_in", "info", LIVE, NETWORK, options(log_level_in="debug")),
    Row("firewall", "log_level_out", "debug", LIVE, NETWORK, options(log_level_out="info")),
    Row("firewall", "seen_without", True, UNCOMPARED, creates=False),
    Row("firewall", "rules", RULES, LIVE, NETWORK, stray_rule),
    Row("backup", "id", lambda world: f"{job(world)}-2", KEY_FIELD),
    Row("backup", "schedule", "sat 04:00", LIVE, "", scheduled(schedule="daily")),
    Row("backup", "storage", "other", LIVE, "", scheduled(storage="local")),
    Row("backup", "mode", "stop", LIVE, "", scheduled(mode="suspend")),
    Row("backup", "compress", "gzip", LIVE, "", scheduled(compress="lzo")),
    Row("backup", "keep", "last=5", LIVE, "", scheduled(**{"prune-backups": "keep-last=1"})),
    Row("backup", "guests", lambda world: (mark(world), mark(world, "db")), LIVE, "", scheduled(vmid="9012")),
    Row("backup", "pool", lambda world: world.pool, LIVE, "", scheduled(vmid="9012", delete="pool"),
        extra={"guests": UNSET}, creates=False),
    Row("backup", "all", True, LIVE, "", scheduled(vmid="9012", delete="all"),
        extra={"guests": UNSET}, creates=False),
    Row("backup", "enabled", False, LIVE, "", scheduled(enabled=1)),
    Row("backup", "comment", "other", LIVE, "", scheduled(comment="theirs")),
]  # fmt: skip
