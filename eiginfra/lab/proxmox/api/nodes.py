"""/nodes: a node's status and network. Facts: recorded on a real server (basics, vm-lifecycle)."""

from collections.abc import Callable
from typing import Any

from eiginfra.lab.proxmox.api.cluster import node_rows
from eiginfra.lab.proxmox.errors import ServerError
from eiginfra.lab.proxmox.figures import node_load
from eiginfra.lab.proxmox.hardware import cpus, machines
from eiginfra.lab.proxmox.history import guest_rows, times
from eiginfra.lab.proxmox.routing import ProxmoxCall, endpoint, index, perm
from eiginfra.lab.proxmox.state import Json, NodeRecord, sha1

_AUDIT = perm("/nodes/{node}", "Sys.Audit")
_FINGERPRINT = ":".join(f"{(47 * number + 129) % 256:02X}" for number in range(32))
_RRD = "timeframe!: enum:hour|day|week|month|year{}\ncf: enum:AVERAGE|MAX"

index(
    "/nodes/{node}", "ceph", "apt", "disks", "storage", "network", "hosts", "services", "subscription", "tasks", "version", "syslog",
    "status", "vncshell", "time", "dns", "firewall", "qemu", "lxc", "vzdump", "capabilities", "report", "rrd", "rrddata", key="name",
)  # fmt: skip
index("/nodes/{node}/capabilities", "qemu", key="name")
index("/nodes/{node}/capabilities/qemu", "cpu", "machines", key="name")


@endpoint("GET", "/nodes")
def list_nodes(call: ProxmoxCall) -> list[Json]:
    """All nodes."""
    return [row | {"ssl_fingerprint": _FINGERPRINT} for row in node_rows(call)]


def _node(call: ProxmoxCall) -> NodeRecord:
    return call.lab.state.nodes[call.node]


@endpoint("GET", "/nodes/{node}/status", "", _AUDIT)
def status(call: ProxmoxCall) -> Json:
    """A node's load and hardware."""
    node, load = _node(call), node_load(_node(call), call.lab.state, call.lab.clock.timestamp())
    kernel = {"sysname": "Linux", "release": "6.17.2-1-pve", "version": "#1 SMP PREEMPT_DYNAMIC PMX 6.17.2-1", "machine": "x86_64"}
    free, used = node.memory - load["memory"], node.disk // 8
    return {
        "uptime": call.lab.now() - int(node.booted), "cpu": load["cpu"], "wait": 0, "idle": 0, "loadavg": ["0.10", "0.12", "0.09"],
        "memory": {"total": node.memory, "used": load["memory"], "free": free, "available": free},
        "swap": {"total": 0, "used": 0, "free": 0}, "ksm": {"shared": 0},
        "rootfs": {"total": node.disk, "used": used, "free": node.disk - used, "avail": node.disk - used},
        "cpuinfo": {
            "model": "Intel(R) Xeon(R) Processor", "cores": node.cores, "cpus": node.cores, "sockets": 1, "mhz": "2700.000",
            "hvm": "1", "user_hz": 100, "flags": "fpu vme de pse tsc msr vmx sse sse2 sse4_1 sse4_2 avx avx2 aes",
        },
        "current-kernel": kernel, "kversion": f"Linux {kernel['release']} {kernel['version']}",
        "pveversion": f"pve-manager/{call.lab.release.version}/{call.lab.release.repoid}", "boot-info": {"mode": "legacy-bios"},
    }  # fmt: skip


def _bridge(name: str) -> Json:
    return {
        "iface": name, "type": "bridge", "active": 1, "autostart": 1, "method": "manual", "method6": "manual", "families": ["inet"],
        "bridge_ports": "", "bridge_stp": "off", "bridge_fd": "0", "priority": 3,
    }  # fmt: skip


@endpoint("GET", "/nodes/{node}/network", "type: str")
def networks(call: ProxmoxCall) -> list[Json]:
    """A node's interfaces; bridges need SDN.Audit or SDN.Use, or Sys.Audit on the node."""
    wanted = call.text("type")
    audit = call.may(f"/nodes/{call.node}", "Sys.Audit")
    rows = [_bridge(name) for name in _node(call).bridges if audit or call.may(f"/sdn/zones/localnetwork/{name}", "SDN.Audit", "SDN.Use")]
    rows.insert(
        0, {"iface": "eth0", "type": "eth", "active": 1, "exists": 1, "method": "manual", "method6": "manual", "families": ["inet"]}
    )
    return [row for row in rows if wanted in ("", row["type"]) or (wanted.startswith("any_") and row["type"] == "bridge")]


@endpoint("GET", "/nodes/{node}/network/{iface}", "", _AUDIT)
def network(call: ProxmoxCall) -> Json:
    """One bridge."""
    if call.text("iface") not in _node(call).bridges:
        raise ServerError("interface does not exist")
    return {key: value for key, value in _bridge(call.text("iface")).items() if key != "iface"}


def _fixed(path: str, rule: Callable[[ProxmoxCall], None] | None, answer: Callable[[ProxmoxCall], Any], unmodelled: str = "") -> None:
    endpoint("GET", path, "", rule, unmodelled=unmodelled)(answer)


_fixed("/nodes/{node}/version", None, lambda call: dict(call.lab.release.shown))
_fixed("/nodes/{node}/dns", _AUDIT, lambda _: {"search": "example.test", "dns1": "127.0.0.1"})
_fixed(
    "/nodes/{node}/time",
    _AUDIT,
    lambda call: {"timezone": _node(call).timezone or None, "time": call.lab.now(), "localtime": call.lab.now()},
)
_fixed("/nodes/{node}/capabilities/qemu/cpu", None, lambda _: cpus(), "arch")
_fixed("/nodes/{node}/capabilities/qemu/machines", None, lambda _: machines(), "arch")
_fixed("/nodes/{node}/config", perm("/", "Sys.Audit"), lambda _: {}, "property")
_fixed("/nodes/{node}/services", _AUDIT, lambda _: [])
_fixed(
    "/nodes/{node}/subscription",
    None,
    lambda _: {
        "status": "notfound", "message": "There is no subscription key", "serverid": sha1("lab").upper()[:32],
        "url": "https://www.proxmox.com/en/proxmox-virtual-environment/pricing",
    },
)  # fmt: skip


@endpoint("GET", "/nodes/{node}/hosts", "", perm("/", "Sys.Audit"))
def hosts(call: ProxmoxCall) -> Json:
    """The node's /etc/hosts."""
    text = f"127.0.0.1 localhost\n{_node(call).ip} {call.node}.example.test {call.node}\n"
    return {"data": text, "digest": sha1(text)}


@endpoint("GET", "/nodes/{node}/rrddata", _RRD.format("|decade"), _AUDIT)
def node_history(call: ProxmoxCall) -> list[Json]:
    """Load over time: the lab keeps no history of nodes, as a server just installed, whichever values are asked for."""
    call.text("cf")
    return [{"time": end} for end in times(call.text("timeframe"), call.lab.now())]


def guest_history(call: ProxmoxCall) -> list[Json]:
    """A guest's load over time, by its number: whether it is there, and on which node, is not asked."""
    highest = call.text("cf", "AVERAGE") == "MAX"
    return guest_rows(call.lab.state, call.vmid, call.text("timeframe"), call.lab.clock.timestamp(), highest=highest)


for _kind in ("qemu", "lxc"):
    endpoint("GET", f"/nodes/{{node}}/{_kind}/{{vmid}}/rrddata", _RRD.format(""), perm("/vms/{vmid}", "VM.Audit"))(guest_history)
