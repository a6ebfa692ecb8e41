"""The end of a guest: its disks, firewall, ACLs, pool and, with `purge`, its place in backup jobs and HA; and its move to another node."""

from eiginfra.lab.proxmox import ha
from eiginfra.lab.proxmox.errors import ParamError, ServerError
from eiginfra.lab.proxmox.formats import split_list
from eiginfra.lab.proxmox.guests import check_lock, check_protection, volumes
from eiginfra.lab.proxmox.lab import ProxmoxLab
from eiginfra.lab.proxmox.rights import root_only_skiplock
from eiginfra.lab.proxmox.routing import ProxmoxCall
from eiginfra.lab.proxmox.running import run_guest, stop_guest
from eiginfra.lab.proxmox.state import GuestRecord
from eiginfra.lab.proxmox.tasks import RunningTask


def destroy_container(call: ProxmoxCall) -> str:
    """DELETE /nodes/{node}/lxc/{vmid}."""
    guest = call.lab.guest(call.node, "lxc", call.vmid)
    check_protection(guest)
    check_lock(guest)
    ha.check_destroy(call, guest)
    if guest.running and not call.flag("force"):
        raise ServerError(f"unable to destroy CT {call.vmid} - container is running")

    async def worker(task: RunningTask) -> None:
        async with call.lab.locked("lxc", call.vmid):
            guest = call.lab.guest(call.node, "lxc", call.vmid)
            check_lock(guest)
            if guest.running:
                task.log(f"forced to stop CT {call.vmid} before destroying!")
                stop_guest(call.lab, guest)
            await _remove(call, guest, task)

    return call.task("vzdestroy", call.vmid, worker)


def destroy_vm(call: ProxmoxCall) -> str:
    """DELETE /nodes/{node}/qemu/{vmid}."""
    root_only_skiplock(call)
    guest = call.lab.guest(call.node, "qemu", call.vmid)
    check_protection(guest)
    ha.check_destroy(call, guest)
    if guest.running:
        raise ServerError(f"VM {call.vmid} is running - destroy failed")

    async def worker(task: RunningTask) -> None:
        async with call.lab.locked("qemu", call.vmid):
            guest = call.lab.guest(call.node, "qemu", call.vmid)
            if not call.flag("skiplock"):
                check_lock(guest)
            if guest.running:
                raise ServerError(f"VM {call.vmid} is running - destroy failed")
            await _remove(call, guest, task)

    return call.task("qmdestroy", call.vmid, worker)


async def _remove(call: ProxmoxCall, guest: GuestRecord, task: RunningTask) -> None:
    lab = call.lab
    for _, volid in volumes(guest):
        volume = lab.storages.volume(volid)
        if volume and lab.storages.is_base(volume) and lab.storages.children(volume):
            raise ServerError(f"base volume '{volid}' is still in use by linked cloned")
    await lab.tasks.work(task.record.type)
    named = repr([guest.config, guest.pending, guest.snapshots])
    for volume in lab.storages.owned(guest):
        if volume.id in named or call.flag("destroy-unreferenced-disks"):
            lab.storages.free(volume.id)
    del lab.state.guests[guest.vmid]
    forget(lab, guest.vmid)
    if call.flag("purge"):
        task.log(f"purging {'CT' if guest.kind == 'lxc' else 'VM'} {guest.vmid} from related configurations..")
        for job in list(lab.state.jobs.values()):
            left = [vmid for vmid in split_list(str(job.get("vmid", ""))) if vmid != str(guest.vmid)]
            if "vmid" in job:
                job["vmid"] = ",".join(left)
                if not left:
                    del lab.state.jobs[job["id"]]
        ha.purge(lab, guest, task)


def forget(lab: ProxmoxLab, vmid: int) -> None:
    """Take a guest's ID out of pools, ACLs and firewalls."""
    for pool in lab.state.pools.values():
        if vmid in pool["vms"]:
            pool["vms"].remove(vmid)
    lab.state.acl = [entry for entry in lab.state.acl if entry["path"] != f"/vms/{vmid}"]
    lab.state.firewalls.pop(f"guest/{vmid}", None)
    lab.access.forget()


def migrate(call: ProxmoxCall, kind: str) -> str:
    """POST …/migrate: local disks go along."""
    lab, target = call.lab, call.text("target")
    if target == call.node:
        raise ParamError(target="target is local node.")
    if target not in lab.state.nodes:
        raise ServerError(f"no such cluster node '{target}'")
    guest = lab.guest(call.node, kind, call.vmid)
    check_lock(guest)
    online, restarts = call.flag("online"), call.flag("restart")
    if guest.running and kind == "lxc" and not (restarts or online):
        raise ServerError("can't migrate running container without --online or --restart")
    if guest.running and kind == "qemu" and not online:
        raise ServerError("can't migrate running VM without --online")
    carries = call.flag("with-local-disks") or kind == "lxc" or not guest.running

    async def worker(task: RunningTask) -> None:
        async with lab.locked(kind, call.vmid):
            if not lab.state.nodes[target].online:
                raise ServerError(f"migration aborted: node '{target}' is not online")
            if not (carries or all(lab.storages.get(volume.storage).shared for volume in lab.storages.owned(guest))):
                raise ServerError("migration aborted: can't live migrate attached local disks without with-local-disks option")
            guest.config["lock"] = "migrate"
            await lab.tasks.work(task.record.type)
            del guest.config["lock"]
            restart = guest.running and kind == "lxc"
            for volume in lab.storages.owned(guest):
                volume.node = target
            guest.node = target
            if restart:
                stop_guest(lab, guest)
                run_guest(lab, guest)
            task.log("migration finished successfully (duration 00:00:02)")

    return call.task("vzmigrate" if kind == "lxc" else "qmigrate", call.vmid, worker)
