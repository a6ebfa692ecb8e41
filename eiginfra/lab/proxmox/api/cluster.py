"""/version, /cluster: what concerns the whole cluster. Facts: recorded on a real server (basics, pools)."""

from eiginfra.lab.proxmox import ha, tags
from eiginfra.lab.proxmox.access import split_token
from eiginfra.lab.proxmox.api.pools import storage_row
from eiginfra.lab.proxmox.errors import ParamError
from eiginfra.lab.proxmox.figures import node_row
from eiginfra.lab.proxmox.formats import split_list
from eiginfra.lab.proxmox.routing import ProxmoxCall, endpoint, index, perm
from eiginfra.lab.proxmox.schema import declare
from eiginfra.lab.proxmox.state import Json
from eiginfra.lab.proxmox.tasks import describe

_AUDIT = perm("/", "Sys.Audit")
_OPTIONS = declare("""
    bwlimit: str
    console: enum:applet|vv|html5|xtermjs
    crs: str
    delete: str fmt=pve-configid-list
    description: str len=..65536
    email_from: str fmt=email-opt
    fencing: enum:watchdog|hardware|both
    ha: str
    http_proxy: str re=http://.*
    keyboard: str
    language: str
    mac_prefix: str re=(?i:[a-f0-9][02468ace](?::[a-f0-9]{2}){0,2}:?)
    max_workers: int 1..
    migration: str
    next-id: str
    notify: str
    registered-tags: str
    replication: str
    tag-style: str
    user-tag-access: str
    webauthn: str
""")
_OPEN = ("allowed-tags", "console", "tag-style", "consent-text")
_STRINGS = ("bwlimit", "crs", "ha", "migration", "next-id", "notify", "replication", "tag-style", "user-tag-access", "webauthn")

index("/", "version", "cluster", "nodes", "storage", "access", "pools")
index(
    "/cluster", "replication", "metrics", "notifications", "config", "firewall", "backup", "backup-info", "ha", "acme", "ceph", "jobs",
    "mapping", "sdn", "log", "resources", "tasks", "options", "status", "nextid", key="name",
)  # fmt: skip


index("/cluster/ha", "status", "resources", "groups", "rules", key="id", rule=_AUDIT)
index("/cluster/ha/status", "current", "manager_status", key="name")
index("/cluster/backup-info", "not-backed-up")


@endpoint("GET", "/version")
def version(call: ProxmoxCall) -> Json:
    """The server's version."""
    return dict(call.lab.release.shown)


@endpoint("GET", "/cluster/resources", "type: enum:vm|storage|node|sdn")
def resources(call: ProxmoxCall) -> list[Json]:
    """Everything the caller may see, as late as the status broadcast makes it."""
    wanted = call.text("type")
    rows = [] if wanted else _pools(call)
    rows += _guests(call) if wanted in ("", "vm") else []
    rows += _nodes(call) if wanted in ("", "node") else []
    rows += _storages(call) if wanted in ("", "storage") else []
    return rows + ([] if wanted else _networks(call))


def _pools(call: ProxmoxCall) -> list[Json]:
    names = sorted(call.lab.state.pools)
    return [{"id": f"/pool/{name}", "type": "pool", "pool": name} for name in names if call.may(f"/pool/{name}", "Pool.Audit")]


def _guests(call: ProxmoxCall) -> list[Json]:
    lab, rows = call.lab, []
    pool_of = {vmid: name for name, pool in lab.state.pools.items() for vmid in pool["vms"]}
    for vmid in sorted(lab.state.guests):
        if not call.may(f"/vms/{vmid}", "VM.Audit"):
            continue
        guest = lab.state.guests[vmid]
        row = lab.broadcast.row(guest) | {key: guest.config[key] for key in ("tags", "lock") if guest.config.get(key)}
        pool = pool_of.get(vmid, "")
        if pool and call.may(f"/pool/{pool}", "Pool.Audit"):
            row["pool"] = pool
        if state := ha.state(lab, guest):
            row["hastate"] = state
        rows.append(row)
    return rows


def _nodes(call: ProxmoxCall) -> list[Json]:
    return [{**row, "cgroup-mode": 1} for row in node_rows(call)]


def node_rows(call: ProxmoxCall) -> list[Json]:
    """All nodes; their load needs Sys.Audit."""
    rows = []
    for node in call.lab.state.nodes.values():
        row = node_row(node, call.lab.state, call.lab.now())
        if not node.online:
            row = {key: row[key] for key in ("id", "node", "type", "level")} | {"status": "offline"}
        elif not call.may(f"/nodes/{node.name}", "Sys.Audit"):
            row = {key: row[key] for key in ("id", "node", "type", "level", "status")}
        rows.append(row)
    return rows


def _storages(call: ProxmoxCall) -> list[Json]:
    return [
        storage_row(call.lab, name, node)
        for name, storage in call.lab.state.storages.items()
        for node in storage.nodes or call.lab.state.nodes
        if call.may(f"/storage/{name}", "Datastore.Audit", "Datastore.AllocateSpace")
    ]


def _networks(call: ProxmoxCall) -> list[Json]:
    if not call.may("/sdn/zones/localnetwork", "SDN.Audit", "SDN.Use", "SDN.Allocate"):
        return []
    return [
        {
            "id": f"network/{node}/zone/localnetwork", "type": "network", "network-type": "zone", "network": "localnetwork",
            "node": node, "status": "ok",
        }
        for node in call.lab.state.nodes
    ]  # fmt: skip


@endpoint("GET", "/cluster/status", "", _AUDIT)
def status(call: ProxmoxCall) -> list[Json]:
    """Nodes and quorum; a single node is no cluster."""
    nodes = list(call.lab.state.nodes.values())
    rows: list[Json] = [
        {
            "id": f"node/{node.name}", "type": "node", "name": node.name, "nodeid": index if len(nodes) > 1 else 0,
            "local": int(index == 1), "online": int(node.online), "ip": node.ip, "level": "",
        }
        for index, node in enumerate(nodes, 1)
    ]  # fmt: skip
    if len(nodes) > 1:
        rows.insert(0, {"id": "cluster", "type": "cluster", "name": "lab", "nodes": len(nodes), "quorate": 1, "version": len(nodes)})
    return rows


@endpoint("GET", "/cluster/nextid", "vmid: int fmt=pve-vmid 100..999999999")
def next_id(call: ProxmoxCall) -> str:
    """The lowest free ID, or the one asked about if it is free."""
    guests = call.lab.state.guests
    if "vmid" in call.p:
        if call.vmid in guests:
            raise ParamError(vmid=f"VM {call.vmid} already exists")
        return str(call.vmid)
    return str(next(vmid for vmid in range(100, 1000000) if vmid not in guests))


@endpoint("GET", "/cluster/tasks")
def tasks(call: ProxmoxCall) -> list[Json]:
    """The last tasks, newest first: all with Sys.Audit on /, else the user's own; a token has none of its own here."""
    everything = call.may("/", "Sys.Audit")
    rows = []
    for record in reversed(call.lab.state.tasks):
        if everything or split_token(record.user)[0] == call.auth:
            row = {key: value for key, value in describe(record).items() if key not in ("pid", "pstart")}
            rows.append({**row, "saved": "1"} if record.exit else row)
        if len(rows) == 25:
            break
    return rows


@endpoint("GET", "/cluster/log", "max: int 1..")
def log(call: ProxmoxCall) -> list[Json]:
    """The cluster's log: the lab keeps only its start."""
    node = next(iter(call.lab.state.nodes))
    now = int(call.lab.state.nodes[node].booted)
    row = {
        "uid": "1",
        "id": f"1:{node}",
        "node": node,
        "time": now,
        "pid": 900,
        "pri": 6,
        "tag": "cluster",
        "user": "root",
        "msg": "starting cluster log",
    }
    return [row][: call.number("max", 1)]


@endpoint("GET", "/cluster/options")
def read_options(call: ProxmoxCall) -> Json:
    """The datacenter's options; without Sys.Audit only those that a web interface needs."""
    options: Json = dict(call.lab.state.options)
    if "registered-tags" in options:
        options["registered-tags"] = tags.registered(call.lab)
    for name in _STRINGS:
        if name in options:
            pairs = (part.partition("=") for part in str(options[name]).split(","))
            options[name] = {key: int(value) if value in ("0", "1") else value for key, _, value in pairs}
    options = {"mac_prefix": "BC:24:11", "description": "", "allowed-tags": sorted(tags.allowed(call))} | options
    return options if call.may("/", "Sys.Audit") else {name: options[name] for name in _OPEN if name in options}


@endpoint("PUT", "/cluster/options", _OPTIONS, perm("/", "Sys.Modify"), unmodelled="consent-text migration_unsecure u2f")
def change_options(call: ProxmoxCall) -> None:
    """Change the datacenter's options."""
    options = call.lab.state.options
    for name in split_list(call.text("delete")):
        options.pop(name, None)
    options |= {name: value for name, value in call.p.items() if name != "delete"}
    if "description" in call.p:
        options["description"] = call.text("description").removesuffix("\n") + "\n"


for _path in (
    "/cluster/replication",
    "/cluster/sdn/zones",
    "/cluster/sdn/vnets",
    "/cluster/mapping/pci",
    "/cluster/mapping/usb",
    "/cluster/mapping/dir",
):
    endpoint("GET", _path)(lambda _: [])
