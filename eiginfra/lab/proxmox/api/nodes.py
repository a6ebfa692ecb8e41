"""/nodes: a node's status, network and tasks. Facts: recorded on a real server (basics, vm-lifecycle)."""

from collections.abc import Callable
from typing import Any

from eiginfra.lab.proxmox.access import split_token
from eiginfra.lab.proxmox.api.cluster import VERSION, node_rows
from eiginfra.lab.proxmox.errors import ParamError, ProxmoxHttpError, ServerError
from eiginfra.lab.proxmox.figures import node_load
from eiginfra.lab.proxmox.hardware import cpus, machines
from eiginfra.lab.proxmox.routing import ProxmoxCall, endpoint, index, perm
from eiginfra.lab.proxmox.state import Json, NodeRecord, TaskRecord, sha1
from eiginfra.lab.proxmox.tasks import UPID, describe

_AUDIT = perm("/nodes/{node}", "Sys.Audit")
_FINGERPRINT = ":".join(f"{(47 * number + 129) % 256:02X}" for number in range(32))
_RRD = "timeframe!: enum:hour|day|week|month|year|decade\ncf: enum:AVERAGE|MAX"

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
    node, load = _node(call), node_load(_node(call), call.lab.state)
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
        "pveversion": f"pve-manager/{VERSION['version']}/{VERSION['repoid']}", "boot-info": {"mode": "legacy-bios"},
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


def _fixed(path: str, rule: Callable[[ProxmoxCall], None] | None, answer: Callable[[ProxmoxCall], Any]) -> None:
    endpoint("GET", path, "", rule)(answer)


_fixed("/nodes/{node}/version", None, lambda _: dict(VERSION))
_fixed("/nodes/{node}/dns", _AUDIT, lambda _: {"search": "example.test", "dns1": "127.0.0.1"})
_fixed(
    "/nodes/{node}/time",
    _AUDIT,
    lambda call: {"timezone": _node(call).timezone or None, "time": call.lab.now(), "localtime": call.lab.now()},
)
_fixed("/nodes/{node}/capabilities/qemu/cpu", None, lambda _: cpus())
_fixed("/nodes/{node}/capabilities/qemu/machines", None, lambda _: machines())
_fixed("/nodes/{node}/config", perm("/", "Sys.Audit"), lambda _: {})
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


def rrd_times(call: ProxmoxCall) -> list[Json]:
    """Load over time: the lab keeps no history, as a server just installed."""
    step = {"hour": 60, "day": 1800, "week": 10800, "month": 43200, "year": 604800, "decade": 604800}[call.text("timeframe")]
    now = call.lab.now() // step * step
    return [{"time": now - step * back} for back in range(70, 0, -1)]


endpoint("GET", "/nodes/{node}/rrddata", _RRD, _AUDIT)(rrd_times)
for _kind in ("qemu", "lxc"):
    endpoint("GET", f"/nodes/{{node}}/{_kind}/{{vmid}}/rrddata", _RRD, perm("/vms/{vmid}", "VM.Audit"))(rrd_times)

_FILTERS = """
    errors: bool
    limit: int 0..
    since: int
    source: enum:archive|active|all
    start: int 0..
    statusfilter: str
    typefilter: str
    until: int
    userfilter: str
    vmid: int fmt=pve-vmid 100..999999999
"""


@endpoint("GET", "/nodes/{node}/tasks", _FILTERS)
def list_tasks(call: ProxmoxCall) -> list[Json]:
    """A node's tasks, newest first: the caller's own, or all with Sys.Audit."""
    everything = call.may(f"/nodes/{call.node}", "Sys.Audit")
    source = call.text("source", "archive")
    found = [
        record
        for record in reversed(call.lab.state.tasks)
        if record.node == call.node
        and (everything or record.user == call.auth or split_token(record.user)[0] == call.auth)
        and (source == "all" or bool(record.exit) == (source == "archive"))
        and _matches(call, record)
    ]
    call.extra["total"] = len(found)
    start = call.number("start")
    return [describe(record) for record in found[start : start + call.number("limit", 50)]]


def _matches(call: ProxmoxCall, record: TaskRecord) -> bool:
    p = call.p
    return (
        ("vmid" not in p or record.id == str(p["vmid"]))
        and ("typefilter" not in p or record.type == p["typefilter"])
        and ("userfilter" not in p or str(p["userfilter"]).lower() in record.user.lower())
        and (not call.flag("errors") or record.exit not in ("", "OK"))
        and ("since" not in p or record.start >= int(p["since"]))
        and ("until" not in p or record.start <= int(p["until"]))
    )


def _task(call: ProxmoxCall) -> TaskRecord | None:
    """The record of the path's UPID, if the caller may see it."""
    upid = call.text("upid")
    parts = UPID.fullmatch(upid)
    if parts is None:
        raise ParamError(upid="unable to parse worker upid")
    owner = parts["user"]
    if call.auth not in (owner, split_token(owner)[0]):
        call.allow(f"/nodes/{call.node}", "Sys.Audit")
    return call.lab.tasks.find(upid)


index("/nodes/{node}/tasks/{upid}", "status", "log", key="name")


@endpoint("GET", "/nodes/{node}/tasks/{upid}/status")
def task_status(call: ProxmoxCall) -> Json:
    """Whether a task still runs, and its exit status."""
    record = _task(call)
    if record is None:
        raise ParamError(upid="no such task")
    row = describe(record) | {"status": "stopped" if record.exit else "running"}
    row.pop("endtime", None)
    return row | ({"exitstatus": record.exit} if record.exit else {})


@endpoint("GET", "/nodes/{node}/tasks/{upid}/log", "download: bool\nlimit: int 0..\nstart: int 0..")
def task_log(call: ProxmoxCall) -> list[Json]:
    """A task's log; of an unknown one, that its file cannot be opened."""
    record = _task(call)
    lines = ["unable to open file - No such file or directory"] if record is None else record.log or ["no content"]
    call.extra["total"] = len(lines)
    start, limit = call.number("start"), call.number("limit", 50) or len(lines)
    return [{"n": number, "t": line} for number, line in enumerate(lines, 1)][start : start + limit]


@endpoint("DELETE", "/nodes/{node}/tasks/{upid}")
async def stop_task(call: ProxmoxCall) -> None:
    """Interrupt a task: the caller's own, or any with Sys.Modify."""
    record = _task(call)
    if record is None:
        raise ProxmoxHttpError(400, "Parameter verification failed.", {"upid": "no such task"})
    if call.auth not in (record.user, split_token(record.user)[0]):
        call.allow(f"/nodes/{call.node}", "Sys.Modify")
    await call.lab.tasks.stop(record.upid)
