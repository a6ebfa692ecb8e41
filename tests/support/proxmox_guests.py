"""What the cases of containers, of VMs and of what belongs to them share."""

from typing import Any

from support.proxmox_case import ASSIGNED, FIXED, KEY_FIELD, LIVE, RESTART, UNCOMPARED, Hand, Row, World, mark, size

from eiginfra.providers.proxmox.codec import Properties

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHCwNl2Q0VXZzrBT9Rh5P8aEqm8cHrHFp2X/68GOJZvi user+tag@host"
CPU, DISK, MEMORY = "VM.Config.CPU", "VM.Config.Disk", "VM.Config.Memory"
NETWORK, OPTIONS, POWER = "VM.Config.Network", "VM.Config.Options", "VM.PowerMgmt"
ENDS = ("with --prune it is stopped and backed up, and removed 30 days later", "will be stopped and backed up; removed after 2020-08-01")

SHARED: dict[str, Any] = {"bridge": "vmbr1", "vlan": 0, "rate": 0, "firewall": True, "dns": ("9.9.9.9",), "state": "running"}
SHARED |= {"protection": False, "onboot": False, "order": 1}


def guest(world: World) -> tuple[str, dict[str, Any]]:
    """The path of the guest that bears the mark, and its configuration."""
    for row in world.admin("GET", "/cluster/resources", type="vm"):
        path = f"/nodes/{row['node']}/{row['type']}/{row['vmid']}"
        config = world.admin("GET", f"{path}/config")
        if f"eiginfra: {mark(world)}" in config.get("description", ""):
            return path, config
    raise AssertionError(mark(world))


def config(**params: Any) -> Hand:
    def hand(world: World) -> None:
        world.admin("PUT", f"{guest(world)[0]}/config", **params)

    return hand


def part(key: str, **changes: Any) -> Hand:
    """Some properties of a value, the others kept."""

    def hand(world: World) -> None:
        path, there = guest(world)
        world.admin("PUT", f"{path}/config", **{key: str(Properties.parse(str(there[key]), "model").replace(**changes))})

    return hand


def power(verb: str) -> Hand:
    return lambda world: world.admin("POST", f"{guest(world)[0]}/status/{verb}")


def other_pool(world: World, name: str = "plume") -> str:
    pool = f"{world.cohort}-{name}"
    if pool not in {row["poolid"] for row in world.admin("GET", "/pools")}:
        world.admin("POST", "/pools", poolid=pool)
    return pool


def moved(world: World) -> None:
    world.admin("PUT", "/pools", poolid=other_pool(world, "third"), vms=guest(world)[0].rpartition("/")[2], **{"allow-move": 1})


def dated(world: World) -> None:
    path, there = guest(world)
    world.admin("PUT", f"{path}/config", description=f"{there['description'].strip()}\neiginfra-remove-after: 2031-01-01")


def guest_rows(kind: str, name_key: str, address: Hand) -> tuple[Row, ...]:
    """The fields that both sorts of guest have."""
    cold = RESTART if kind == "vm" else LIVE
    return (
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
    )
