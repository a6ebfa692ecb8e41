"""/nodes/{node}/lxc and /nodes/{node}/qemu: which handler serves which path, with which parameters and privileges."""

import ipaddress
from urllib.parse import unquote

from eiginfra.lab.proxmox import clone, destroy, disks, ha, lxc, qemu
from eiginfra.lab.proxmox.errors import ParamError
from eiginfra.lab.proxmox.figures import current, live
from eiginfra.lab.proxmox.guests import pending_rows, shown, snapshot_config, volumes
from eiginfra.lab.proxmox.options import LXC, LXC_DISKS, QEMU, QEMU_RESIZABLE
from eiginfra.lab.proxmox.power import Power
from eiginfra.lab.proxmox.routing import ProxmoxCall, any_perm, endpoint, index, perm
from eiginfra.lab.proxmox.schema import STRINGS, declare, parse_string
from eiginfra.lab.proxmox.snapshots import SnapshotCalls
from eiginfra.lab.proxmox.state import GuestRecord, Json
from eiginfra.lab.proxmox.tasks import RunningTask

VM = "/nodes/{node}/qemu/{vmid}"
_CT = "/nodes/{node}/lxc/{vmid}"
_AUDIT = perm("/vms/{vmid}", "VM.Audit")
_POWER = perm("/vms/{vmid}", "VM.PowerMgmt")
_ALLOCATE = perm("/vms/{vmid}", "VM.Allocate")
_DISK = perm("/vms/{vmid}", "VM.Config.Disk")
_SNAPSHOT = perm("/vms/{vmid}", "VM.Snapshot")
_SIZE = r"size!: str re=\+?\d+(\.\d+)?[KMGT]?"
_CONFIG = ("VM.Config.CPU", "VM.Config.Memory", "VM.Config.Network")
_NEWID = """
    newid!: int fmt=pve-vmid 100..999999999
    bwlimit: num 0..
    description: str
    full: bool
    pool: str fmt=pve-poolid
    snapname: str fmt=pve-configid len=..40
    storage: str fmt=pve-storage-id
    target: str fmt=pve-node
"""
_MOVE = "bwlimit: num 0..\ndelete: bool\ndigest: str len=..40\nstorage: str fmt=pve-storage-id"
_MIGRATE = "target!: str fmt=pve-node\nbwlimit: num 0..\nonline: bool\n"
_START_VM = "force-cpu machine migratedfrom migration_network migration_type nets-host-mtu stateuri targetstorage with-conntrack-state"

_CT_INDEX = (
    "config", "pending", "status", "vncproxy", "termproxy", "vncwebsocket", "spiceproxy", "migrate", "clone", "rrd", "rrddata",
    "firewall", "snapshot", "resize", "interfaces",
)  # fmt: skip


@endpoint("GET", _CT)
def container_index(call: ProxmoxCall) -> list[Json]:
    """The sub-paths of a container, which must exist (a VM's index does not look)."""
    call.lab.guest(call.node, "lxc", call.vmid)
    return [{"subdir": name} for name in _CT_INDEX]


index(
    VM, "config", "cloudinit", "pending", "status", "unlink", "vncproxy", "termproxy", "migrate", "resize", "move", "rrd", "rrddata",
    "monitor", "agent", "snapshot", "spiceproxy", "sendkey", "firewall", "mtunnel", "remote_migrate",
)  # fmt: skip
index(f"{_CT}/status", "current", "start", "stop", "shutdown", "reboot", "migrate")
index(f"{VM}/status", "current", "start", "stop", "reset", "shutdown", "suspend", "reboot")


def _common(kind: str, base: str) -> None:
    """What containers and VMs have in common."""
    power, snapshots = Power(kind), SnapshotCalls(kind)

    def guest(call: ProxmoxCall) -> GuestRecord:
        return call.lab.guest(call.node, kind, call.vmid)

    def rows(call: ProxmoxCall) -> list[Json]:
        node, now = call.lab.state.nodes[call.node], call.lab.clock.timestamp()
        row = current if kind == "qemu" and call.flag("full") else live
        found = [each for each in call.lab.state.guests.values() if each.kind == kind and each.node == call.node]
        return [row(each, node, now) for each in found if call.may(f"/vms/{each.vmid}", "VM.Audit")]

    def config(call: ProxmoxCall) -> Json:
        if "snapshot" in call.p and call.flag("current"):
            text = "cannot use 'snapshot' parameter with 'current'"
            raise ParamError(snapshot=text, current=text)
        return shown(guest(call), current=call.flag("current"), snapshot=call.text("snapshot"))

    def status(call: ProxmoxCall) -> Json:
        found = guest(call)
        return current(found, call.lab.state.nodes[call.node], call.lab.clock.timestamp()) | {"ha": ha.status(call.lab, found)}

    endpoint("GET", f"/nodes/{{node}}/{kind}", "full: bool" if kind == "qemu" else "")(rows)
    endpoint("GET", f"{base}/config", "current: bool\nsnapshot: str fmt=pve-configid len=..40", _AUDIT)(config)
    endpoint("GET", f"{base}/pending", "", _AUDIT)(lambda call: pending_rows(guest(call)))
    endpoint("GET", f"{base}/status/current", "", _AUDIT)(status)
    skip, wait = "skiplock: bool", "forceStop: bool\ntimeout: int 0.."
    vm = kind == "qemu"
    start = "timeout: int 0.." if vm else ""
    for name, params, handler, unmodelled in (
        ("start", f"{skip}\n{start}", power.start, _START_VM if vm else "debug"),
        ("stop", f"{skip}\noverrule-shutdown: bool\n{start}", power.stop, "keepActive migratedfrom" if vm else ""),
        ("shutdown", f"{skip}\n{wait}" if vm else wait, power.shutdown, "keepActive" if vm else ""),
        ("reboot", "timeout: int 0..", power.reboot, ""),
        ("suspend", f"{skip}\ntodisk: bool" if vm else "", power.suspend, "statestorage" if vm else ""),
        ("resume", skip if vm else "", power.resume, "nocheck" if vm else ""),
    ):
        endpoint("POST", f"{base}/status/{name}", params, _POWER, unmodelled=unmodelled)(handler)
    taking = "snapname!: str fmt=pve-configid len=..40\ndescription: str" + ("\nvmstate: bool" if kind == "qemu" else "")
    endpoint("GET", f"{base}/snapshot", "", _AUDIT)(snapshots.listing)
    endpoint("POST", f"{base}/snapshot", taking, _SNAPSHOT)(snapshots.take)
    index(f"{base}/snapshot/{{snapname}}", "rollback", "config", key="cmd")
    endpoint("DELETE", f"{base}/snapshot/{{snapname}}", "force: bool", _SNAPSHOT)(snapshots.delete)
    rollback = any_perm("/vms/{vmid}", "VM.Snapshot", "VM.Snapshot.Rollback")
    endpoint("POST", f"{base}/snapshot/{{snapname}}/rollback", "start: bool", rollback)(snapshots.rollback)
    read = any_perm("/vms/{vmid}", "VM.Snapshot", "VM.Snapshot.Rollback", "VM.Audit")
    endpoint("GET", f"{base}/snapshot/{{snapname}}/config", "", read)(lambda call: snapshot_config(guest(call), call.text("snapname")))
    endpoint("PUT", f"{base}/snapshot/{{snapname}}/config", "description: str", _SNAPSHOT)(snapshots.describe)
    asked = "feature!: enum:snapshot|clone|copy\nsnapname: str fmt=pve-configid len=..40"
    endpoint("GET", f"{base}/feature", asked, _AUDIT)(lambda call: disks.feature(call, kind))
    moving = _MIGRATE + ("force: bool\nwith-local-disks: bool" if vm else "restart: bool\ntimeout: int")
    unmodelled = "migration_network migration_type targetstorage with-conntrack-state" if vm else "target-storage"
    endpoint("POST", f"{base}/migrate", moving, perm("/vms/{vmid}", "VM.Migrate"), unmodelled=unmodelled)(
        lambda call: destroy.migrate(call, kind)
    )


_common("lxc", _CT)
_common("qemu", VM)
endpoint("POST", "/nodes/{node}/lxc", LXC | declare(lxc.CREATE))(lxc.create)
endpoint(
    "PUT",
    f"{_CT}/config",
    LXC | declare("delete: str fmt=pve-configid-list\ndigest: str len=..40\nrevert: str fmt=pve-configid-list"),
    any_perm("/vms/{vmid}", "VM.Config.Disk", *_CONFIG, "VM.Config.Options"),
)(lxc.update)
endpoint("DELETE", _CT, "destroy-unreferenced-disks: bool\nforce: bool\npurge: bool", _ALLOCATE)(destroy.destroy_container)
endpoint("POST", f"{_CT}/clone", f"{_NEWID}\nhostname: str fmt=dns-name", clone.may_clone)(clone.clone_container)
endpoint("PUT", f"{_CT}/resize", f"disk!: enum:{'|'.join(LXC_DISKS)}\ndigest: str len=..40\n{_SIZE}", _DISK)(disks.resize_container)
endpoint(
    "POST",
    f"{_CT}/move_volume",
    f"volume!: enum:{'|'.join(LXC_DISKS)}\n{_MOVE}",
    _DISK,
    unmodelled="target-digest target-vmid target-volume",
)(disks.move)

_vm_rights = any_perm(
    "/vms/{vmid}", "VM.Config.Disk", "VM.Config.CDROM", *_CONFIG, "VM.Config.HWType", "VM.Config.Options", "VM.Config.Cloudinit"
)
endpoint("POST", "/nodes/{node}/qemu", QEMU | declare(qemu.CREATE), unmodelled=qemu.UNMODELLED)(qemu.create)
endpoint("PUT", f"{VM}/config", QEMU | declare(qemu.UPDATE), _vm_rights)(qemu.update)
endpoint(
    "POST", f"{VM}/config", QEMU | declare(qemu.UPDATE + "background_delay: int 1..30"), _vm_rights, unmodelled="import-working-storage"
)(qemu.update_later)
endpoint("DELETE", VM, "destroy-unreferenced-disks: bool\npurge: bool\nskiplock: bool", _ALLOCATE)(destroy.destroy_vm)
endpoint("POST", f"{VM}/clone", f"{_NEWID}\nbwlimit: int 0..\nformat: enum:raw|qcow2|vmdk\nname: str fmt=dns-name", clone.may_clone)(
    clone.clone_vm
)
endpoint("PUT", f"{VM}/resize", f"disk!: enum:{'|'.join(QEMU_RESIZABLE)}\ndigest: str len=..40\nskiplock: bool\n{_SIZE}", _DISK)(
    disks.resize_vm
)
endpoint(
    "POST",
    f"{VM}/move_disk",
    f"disk!: enum:{'|'.join(QEMU_RESIZABLE)}\nformat: enum:raw|qcow2|vmdk\n{_MOVE}",
    _DISK,
    unmodelled="target-digest target-disk target-vmid",
)(disks.move)
endpoint("PUT", f"{VM}/unlink", "idlist!: str fmt=pve-configid-list\nforce: bool", _DISK)(qemu.unlink)
endpoint("POST", f"{VM}/status/reset", "skiplock: bool", _POWER)(Power("qemu").reset)


@endpoint("POST", f"{_CT}/template", "", _ALLOCATE)
def container_template(call: ProxmoxCall) -> None:
    """Turn a container into a template, at once."""
    guest = call.lab.guest(call.node, "lxc", call.vmid)
    clone.check_template(guest)
    clone.to_template(call, guest)


@endpoint("POST", f"{VM}/template", f"disk: enum:{'|'.join(QEMU_RESIZABLE)}", _ALLOCATE)
def vm_template(call: ProxmoxCall) -> str:
    """Turn a VM into a template, in a task."""
    guest = call.lab.guest(call.node, "qemu", call.vmid)
    clone.check_template(guest)

    async def worker(task: RunningTask) -> None:
        await call.lab.tasks.work(task.record.type)
        clone.to_template(call, guest)

    return call.task("qmtemplate", call.vmid, worker)


@endpoint("GET", f"{_CT}/interfaces", "", _AUDIT)
def interfaces(call: ProxmoxCall) -> list[Json] | None:
    """The addresses of a running container; nothing of a stopped one."""
    guest = call.lab.guest(call.node, "lxc", call.vmid)
    if not guest.running:
        return None
    rows: list[Json] = [{"name": "lo", "hwaddr": "00:00:00:00:00:00", "hardware-address": "00:00:00:00:00:00", "ip-addresses": []}]
    nets = [str(guest.config[f"net{number}"]) for number in range(32) if f"net{number}" in guest.config]
    return rows + [interface(parse_string(STRINGS["lxc-net"], net)) for net in nets]


def interface(net: Json) -> Json:
    """A network device with its addresses, as the API shows it."""
    mac = str(net["hwaddr"]).lower()
    row: Json = {"name": net["name"], "hwaddr": mac, "hardware-address": mac, "ip-addresses": []}
    for key, kind in (("ip", "inet"), ("ip6", "inet6")):
        if "/" in str(net.get(key, "")):
            address = ipaddress.ip_interface(net[key])
            row[kind] = str(net[key])
            length = str(address.network.prefixlen)
            row["ip-addresses"].append({"ip-address": str(address.ip), "prefix": length, "ip-address-type": kind})
    return row


@endpoint("GET", f"{VM}/migrate", "target: str fmt=pve-node", perm("/vms/{vmid}", "VM.Migrate"))
def vm_migration(call: ProxmoxCall) -> Json:
    """What a migration would have to carry."""
    guest = call.lab.guest(call.node, "qemu", call.vmid)
    found = [(option, call.lab.storages.volume(volid)) for option, volid in volumes(guest)]
    return {
        "running": int(guest.running), "allowed_nodes": [name for name in call.lab.state.nodes if name != guest.node],
        "not_allowed_nodes": {}, "local_resources": [], "mapped-resources": [], "mapped-resource-info": {}, "has-dbus-vmstate": 1,
        "local_disks": [
            {
                "volid": volume.id, "size": volume.size, "drivename": option, "cdrom": int("cloudinit" in volume.id), "shared": 0,
                "is_attached": 1, "is_unused": 0, "is_vmstate": 0, "is_tpmstate": 0, "replicate": 1,
            }
            for option, volume in found
            if volume
        ],
    }  # fmt: skip


_CLOUD = ("ciuser", "cipassword", "sshkeys", "nameserver", "searchdomain", "citype", "cicustom", *(f"ipconfig{n}" for n in range(32)))


@endpoint("GET", f"{VM}/cloudinit", "", _AUDIT)
def cloudinit(call: ProxmoxCall) -> list[Json]:
    """Cloud-init values, current and pending."""
    rows = pending_rows(call.lab.guest(call.node, "qemu", call.vmid))
    return [row for row in rows if row["key"] in _CLOUD]


@endpoint("PUT", f"{VM}/cloudinit", "", perm("/vms/{vmid}", "VM.Config.Cloudinit"))
def regenerate_cloudinit(call: ProxmoxCall) -> None:
    """Make the cloud-init drive again."""
    call.lab.guest(call.node, "qemu", call.vmid)


@endpoint("GET", f"{VM}/cloudinit/dump", "type!: enum:user|network|meta", _AUDIT)
def dump_cloudinit(call: ProxmoxCall) -> str:
    """A generated cloud-init file."""
    guest = call.lab.guest(call.node, "qemu", call.vmid)
    config = guest.config
    if call.text("type") == "meta":
        return f"instance-id: {call.lab.uuid()}\n"
    if call.text("type") == "network":
        return f"version: 1\nconfig:\n    - type: physical\n      name: eth0\n      config: '{config.get('ipconfig0', '')}'\n"
    keys = "".join(f"  - {key}\n" for key in unquote(str(config.get("sshkeys", ""))).split("\n") if key)
    name = config.get("name", f"VM{guest.vmid}")
    return f"#cloud-config\nhostname: {name}\nmanage_etc_hosts: true\nuser: {config.get('ciuser', '')}\nssh_authorized_keys:\n{keys}"
