"""Status and load of guests and nodes: plausible, stable, and as late as the status broadcast makes them."""

import re

from eiginfra.lab.clock import LabClock
from eiginfra.lab.proxmox.history import remember
from eiginfra.lab.proxmox.loads import figures_at
from eiginfra.lab.proxmox.options import QEMU_DISKS
from eiginfra.lab.proxmox.schema import STRINGS, parse_string
from eiginfra.lab.proxmox.state import GuestRecord, HistorySpan, Json, NodeRecord, ProxmoxState

MIB = 1024**2
PRESSURE = ("cpufull", "cpusome", "iofull", "iosome", "memoryfull", "memorysome")


def memory(guest: GuestRecord) -> int:
    """Configured memory in MiB."""
    if guest.kind == "lxc":
        return int(guest.config.get("memory", 512))
    match = re.search(r"\d+", str(guest.config.get("memory", "512")))
    return int(match[0]) if match else 512


def cores(guest: GuestRecord, node: NodeRecord) -> int:
    """Cores the guest may use."""
    if guest.kind == "lxc":
        return int(guest.config.get("cores", node.cores))
    all_cores = int(guest.config.get("sockets", 1)) * int(guest.config.get("cores", 1))
    return min(all_cores, int(guest.config.get("vcpus", all_cores)))


def name(guest: GuestRecord) -> str:
    """What the guest is called where it has no name."""
    if guest.kind == "lxc":
        return str(guest.config.get("hostname", f"CT{guest.vmid}"))
    return str(guest.config.get("name", f"VM {guest.vmid}"))


def disk_size(guest: GuestRecord) -> int:
    """Size of the root or boot disk in bytes."""
    size = _size(str(guest.config.get("rootfs", "")))
    if guest.kind == "lxc":
        return size or 4 * 1024 * MIB
    order = re.search(r"order=([^,]*)", str(guest.config.get("boot", "")))
    disks = [*(order[1].split(";") if order else ()), *QEMU_DISKS]
    for disk in disks:
        text = str(guest.config.get(disk, ""))
        if disk in QEMU_DISKS and text and "media=cdrom" not in text:
            return _size(text)
    return 0


def _size(text: str) -> int:
    match = re.search(r"size=(\d+)([KMGT]?)", text)
    return int(match[1]) * 1024 ** " KMGT".index(match[2] or " ") if match else 0


def live(guest: GuestRecord, node: NodeRecord, now: float) -> Json:
    """What the list of a node's guests says about one."""
    running, load = guest.running, figures_at(guest.vmid, guest.load, now)
    max_memory, size = memory(guest) * MIB, disk_size(guest)
    used = int(max_memory * load.memory) if running else 0
    uptime = int(now - guest.started) if running else 0
    row: Json = {
        "vmid": guest.vmid, "name": name(guest), "status": "running" if running else "stopped", "cpus": cores(guest, node),
        "cpu": round(load.cpu, 6) if running else 0, "maxmem": max_memory, "mem": used,
        "maxdisk": size, "disk": 0, "uptime": uptime, "netin": 1200 * uptime, "netout": 800 * uptime,
    }  # fmt: skip
    row |= {key: guest.config[key] for key in ("tags", "lock") if guest.config.get(key)}
    if guest.template:
        row["template"] = 1
    if guest.kind == "lxc":
        swap = int(guest.config.get("swap", 512 if "memory" in guest.config else 0)) * MIB
        row |= {"type": "lxc", "maxswap": swap, "swap": 0, "diskread": 4096 * uptime, "diskwrite": 2048 * uptime}
        if running:
            row |= {"disk": min(size, int(load.disk * size))}
    else:
        row["memhost"] = used
        if running:
            row |= {"diskread": 4096 * uptime, "diskwrite": 2048 * uptime}
        if any(f"serial{number}" in guest.config for number in range(4)):
            row["serial"] = 1
    if running:
        row |= {"pid": guest.pid, **{f"pressure{key}": None if guest.kind == "lxc" else 0 for key in PRESSURE}}
    return row


def span(guest: GuestRecord, node: NodeRecord, start: float, end: float) -> HistorySpan:
    """What a guest is like, for a time of its history."""
    shape = (cores(guest, node), memory(guest) * MIB, disk_size(guest))
    return HistorySpan(start, end, guest.kind, guest.running, guest.load, *shape)


def current(guest: GuestRecord, node: NodeRecord, now: float) -> Json:
    """What `status/current` says, but for high availability."""
    row = live(guest, node, now)
    if guest.kind == "lxc":
        return row
    row["qmpstatus"] = "paused" if guest.paused else row["status"]
    if "vga" in guest.config:
        row["clipboard"] = None
    if agent_enabled(guest):
        row["agent"] = 1
    if guest.running:
        row["nics"] = {
            f"tap{guest.vmid}i{number}": {"netin": row["netin"], "netout": row["netout"]}
            for number in range(32)
            if f"net{number}" in guest.config
        }
        row |= {"running-machine": "pc-i440fx-10.0+pve1", "running-qemu": "10.0.13", "proxmox-support": {}, "balloon": row["maxmem"]}
    return row


def agent_enabled(guest: GuestRecord) -> bool:
    """Whether the VM's configuration has the guest agent."""
    return "agent" in guest.config and bool(parse_string(STRINGS["qemu-agent"], str(guest.config["agent"])).get("enabled"))


class Broadcast:
    """The last status broadcast: what cluster-wide lists know of a guest. `tick` comes before every change of the state."""

    def __init__(self, state: ProxmoxState, clock: LabClock, lag: float) -> None:
        self._state = state
        self._clock = clock
        self.lag = lag
        self._rows: dict[int, Json] = {}
        self._last = float("-inf")
        self.tick()

    def tick(self) -> None:
        """Broadcast, if the time has come: the state has not changed since, so it is what was broadcast then."""
        now = self._clock.timestamp()
        if now - self._last < self.lag:
            return
        before, seen = self._last, self._rows.keys()
        self._last = now if before == float("-inf") or self.lag <= 0 else now - (now - before) % self.lag
        self._rows = {vmid: self._row(guest, now) for vmid, guest in self._state.guests.items()}
        for vmid, guest in self._state.guests.items():
            node = self._state.nodes[guest.node]
            if vmid in seen and node.online:
                remember(self._state, vmid, span(guest, node, before, self._last))

    def _row(self, guest: GuestRecord, now: float) -> Json:
        row = live(guest, self._state.nodes[guest.node], now)
        row["maxcpu"] = row.pop("cpus")
        unwanted = ("vmid", "type", "tags", "lock", "pid", "serial", "maxswap", "swap", *(f"pressure{key}" for key in PRESSURE))
        return {key: value for key, value in row.items() if key not in unwanted} | {
            "template": int(guest.template), "memhost": row.get("memhost", 0),
            "diskread": row.get("diskread", 0), "diskwrite": row.get("diskwrite", 0),
        }  # fmt: skip

    def row(self, guest: GuestRecord) -> Json:
        """A guest as cluster-wide lists and pools show it."""
        shown: Json = {"id": f"{guest.kind}/{guest.vmid}", "type": guest.kind, "vmid": guest.vmid, "node": guest.node}
        if not self._state.nodes[guest.node].online:
            return shown | {"status": "unknown"}
        return shown | {"status": "unknown", **self._rows.get(guest.vmid, {})}


def node_row(node: NodeRecord, state: ProxmoxState, now: float) -> Json:
    """A node as lists show it, with its load."""
    load = node_load(node, state, now)
    return {
        "id": f"node/{node.name}", "node": node.name, "type": "node", "status": "online", "level": "", "cpu": load["cpu"],
        "maxcpu": node.cores, "mem": load["memory"], "maxmem": node.memory, "disk": node.disk // 8, "maxdisk": node.disk,
        "uptime": int(now - node.booted),
    }  # fmt: skip


def node_load(node: NodeRecord, state: ProxmoxState, now: float) -> Json:
    """Memory in bytes and share of the cores that the node and its guests use."""
    guests = [guest for guest in state.guests.values() if guest.node == node.name and guest.running]
    loads = [(guest, figures_at(guest.vmid, guest.load, now)) for guest in guests]
    used = sum(int(memory(guest) * MIB * load.memory) for guest, load in loads)
    cpu = sum(load.cpu * cores(guest, node) for guest, load in loads) / node.cores
    return {"memory": min(node.memory, 1200 * MIB + used), "cpu": round(min(1.0, 0.005 + cpu), 6)}
