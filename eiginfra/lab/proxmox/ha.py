"""High availability as far as a guest's life meets it: what is managed, and that its starts and stops are done by the manager, later.

Facts: recorded on a real server whose manager did not run (9.2: ha), and Proxmox's published sources (API2/HA, API2/Qemu.pm, VZDump.pm).
"""

from eiginfra.lab.proxmox.errors import ServerError
from eiginfra.lab.proxmox.lab import ProxmoxLab
from eiginfra.lab.proxmox.routing import ProxmoxCall
from eiginfra.lab.proxmox.state import GuestRecord, Json
from eiginfra.lab.proxmox.tasks import RunningTask, Worker


def sid_of(guest: GuestRecord) -> str:
    """`ct:201`, `vm:100`."""
    return f"{'ct' if guest.kind == 'lxc' else 'vm'}:{guest.vmid}"


def title(kind: str) -> str:
    """`CT` or `VM`, as messages name a kind of guest."""
    return "CT" if kind == "lxc" else "VM"


def status(lab: ProxmoxLab, guest: GuestRecord) -> Json:
    """What `status/current` says of it: without a state until the manager has done something with it."""
    found = lab.state.ha.get(sid_of(guest))
    if found is None or found["state"] == "ignored":
        return {"managed": 0}
    return {"managed": 1, "state": lab.state.ha_states.get(sid_of(guest))}


def state(lab: ProxmoxLab, guest: GuestRecord) -> str:
    """What cluster-wide lists say of it: what the manager made of it, else what it is to be; "" if it is no resource."""
    sid = sid_of(guest)
    return str(lab.state.ha_states.get(sid) or lab.state.ha.get(sid, {}).get("state", ""))


def add(call: ProxmoxCall, guest: GuestRecord, task: RunningTask, *, started: bool) -> None:
    """Give a guest just made to the manager, if the call asked for it (`ha-managed`)."""
    if call.flag("ha-managed"):
        task.log("Add as HA resource")
        call.lab.state.ha[sid_of(guest)] = {"state": "started" if started else "stopped"}


def check_asked(call: ProxmoxCall) -> None:
    """The right to make a guest that the manager keeps."""
    if call.flag("ha-managed"):
        call.allow("/", "Sys.Console")


def remove(lab: ProxmoxLab, sid: str) -> bool:
    """Take a resource out of the configuration; whether it was in it."""
    lab.state.ha_states.pop(sid, None)
    return lab.state.ha.pop(sid, None) is not None


def check_backup(lab: ProxmoxLab, guest: GuestRecord, mode: str) -> None:
    """A guest that the manager keeps running is not stopped for a backup."""
    if mode == "stop" and lab.state.ha.get(sid_of(guest), {}).get("state") in ("started", "enabled"):
        raise ServerError(
            "Cannot execute a backup with stop mode on a HA managed and enabled Service. Use snapshot mode or disable the Service."
        )


def check_destroy(call: ProxmoxCall, guest: GuestRecord) -> None:
    """Without `purge` a guest that is a resource stays."""
    if sid_of(guest) in call.lab.state.ha and not call.flag("purge"):
        raise ServerError(f"unable to remove {title(guest.kind)} {guest.vmid} - used in HA resources and purge parameter not set.")


def purge(lab: ProxmoxLab, guest: GuestRecord, task: RunningTask) -> None:
    """Take a guest out of the resources."""
    if remove(lab, sid_of(guest)):
        task.log(f"NOTE: removed {title(guest.kind)} {guest.vmid} from HA resource configuration.")


def power(call: ProxmoxCall, kind: str, action: str, worker: Worker) -> str:
    """Start a power task; of a managed guest one that asks the manager, whose own task, begun by that, does the work."""
    guest, type_ = call.lab.state.guests.get(call.vmid), f"{'vz' if kind == 'lxc' else 'qm'}{action}"
    if guest is None or guest.kind != kind or not status(call.lab, guest)["managed"]:
        return call.task(type_, call.vmid, worker)
    request = "start" if action == "start" else "stop"

    async def manage(task: RunningTask) -> None:
        await worker(task)
        call.lab.state.ha_states[sid_of(guest)] = "started" if request == "start" else "stopped"

    async def ask(task: RunningTask) -> None:
        task.log(f"Requesting HA {request} for {title(guest.kind)} {guest.vmid}")
        await call.lab.tasks.work(task.record.type)
        call.lab.state.ha[sid_of(guest)]["state"] = "started" if request == "start" else "stopped"
        call.lab.tasks.start(guest.node, type_, guest.vmid, "root@pam", manage)

    return call.task(f"ha{request}", call.vmid, ask)
