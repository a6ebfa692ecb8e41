"""Snapshots of guests: taking, listing, going back, deleting."""

import re
from copy import deepcopy

from eiginfra.lab.proxmox.errors import ServerError
from eiginfra.lab.proxmox.guests import check_lock, volumes
from eiginfra.lab.proxmox.power import Power
from eiginfra.lab.proxmox.routing import ProxmoxCall
from eiginfra.lab.proxmox.running import run_guest, stop_guest
from eiginfra.lab.proxmox.state import GuestRecord, Json
from eiginfra.lab.proxmox.storage import parse_size
from eiginfra.lab.proxmox.tasks import RunningTask


class SnapshotCalls:
    """The snapshot calls of one kind of guest."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.prefix = "vz" if kind == "lxc" else "qm"

    def listing(self, call: ProxmoxCall) -> list[Json]:
        """GET …/snapshot."""
        guest = call.lab.guest(call.node, self.kind, call.vmid)
        rows: list[Json] = []
        for name, snapshot in guest.snapshots.items():
            row = {"name": name, **{key: value for key, value in snapshot.items() if key not in ("config", "inside")}}
            rows.append({key: value for key, value in row.items() if value not in ("", None)} | {"description": row["description"]})
        now: Json = {"name": "current", "description": "You are here!", "running": int(guest.running), "digest": guest.digest}
        if parent := guest.config.get("parent"):
            now["parent"] = parent
        return [*rows, now]

    def take(self, call: ProxmoxCall) -> str:
        """POST …/snapshot."""
        name = call.text("snapname")
        if name in ("current", "pending"):
            raise ServerError(f"unable to use snapshot name '{name}' (reserved name)")

        async def worker(task: RunningTask) -> None:
            lab = call.lab
            async with lab.locked(self.kind, call.vmid):
                guest = self._ready(call)
                if guest.template:
                    raise ServerError("you can't take a snapshot if it's a template")
                if name in guest.snapshots:
                    raise ServerError(f"snapshot name '{name}' already used")
                disks = [(option, lab.storages.need(volid)) for option, volid in volumes(guest) if "cloudinit" not in volid]
                if not all(lab.storages.can("snapshot", volume) for _, volume in disks):
                    raise ServerError("snapshot feature is not available")
                guest.config["lock"] = "snapshot"
                try:
                    await lab.tasks.work(task.record.type)
                finally:
                    del guest.config["lock"]
                if self.kind == "qemu":
                    task.log(*(f"snapshotting 'drive-{option}' ({volume.id})" for option, volume in disks))
                self._store(call, guest, name)

        return call.task(f"{self.prefix}snapshot", call.vmid, worker)

    def _ready(self, call: ProxmoxCall) -> GuestRecord:
        guest = call.lab.guest(call.node, self.kind, call.vmid)
        check_lock(guest)
        return guest

    def _store(self, call: ProxmoxCall, guest: GuestRecord, name: str) -> None:
        parent = str(guest.config.get("parent", ""))
        config = {key: value for key, value in guest.config.items() if key not in ("parent", "description")}
        entry: Json = {"description": call.text("description"), "snaptime": call.lab.now(), "parent": parent, "config": config}
        entry["inside"] = deepcopy(guest.inside)
        if self.kind == "qemu":
            entry["vmstate"] = int(call.flag("vmstate") and guest.running)
        guest.snapshots[name] = entry
        guest.config["parent"] = name

    def rollback(self, call: ProxmoxCall) -> str:
        """POST …/snapshot/{snapname}/rollback: memory, cores and the like go back too; a running guest is stopped."""
        name = call.text("snapname")

        async def worker(task: RunningTask) -> None:
            async with call.lab.locked(self.kind, call.vmid):
                guest = self._ready(call)
                self._find(guest, name)
                guest.config["lock"] = "rollback"
                await call.lab.tasks.work(task.record.type)
                stop_guest(call.lab, guest)
                kept = {key: guest.config[key] for key in ("description",) if key in guest.config}
                guest.config = {**guest.snapshots[name]["config"], **kept, "parent": name}
                guest.pending, guest.dropped = {}, []
                guest.inside = deepcopy(guest.snapshots[name].get("inside", {}))
                self._restore(call, guest)
                if guest.snapshots[name].get("vmstate"):
                    run_guest(call.lab, guest)
            if call.flag("start") and not guest.running:
                Power(self.kind).start(call)

        return call.task(f"{self.prefix}rollback", call.vmid, worker)

    def _restore(self, call: ProxmoxCall, guest: GuestRecord) -> None:
        """Disks have their size of then; a VM's generation is new."""
        for option, volid in volumes(guest):
            size, volume = re.search(r"size=(\d+[KMGT]?)", str(guest.config[option])), call.lab.storages.volume(volid)
            if size and volume:
                volume.size = parse_size(size[1])
        if "vmgenid" in guest.config:
            guest.config["vmgenid"] = call.lab.uuid()

    def _find(self, guest: GuestRecord, name: str) -> Json:
        found: Json | None = guest.snapshots.get(name)
        if found is None:
            raise ServerError(f"snapshot '{name}' does not exist")
        return found

    def delete(self, call: ProxmoxCall) -> str:
        """DELETE …/snapshot/{snapname}."""
        name = call.text("snapname")

        async def worker(task: RunningTask) -> None:
            async with call.lab.locked(self.kind, call.vmid):
                guest = self._ready(call)
                parent = self._find(guest, name)["parent"]
                await call.lab.tasks.work(task.record.type)
                del guest.snapshots[name]
                for config in (guest.config, *guest.snapshots.values()):
                    if config.get("parent") == name:
                        config["parent"] = parent
                if guest.config.get("parent") == "":
                    del guest.config["parent"]

        return call.task(f"{self.prefix}delsnapshot", call.vmid, worker)

    def describe(self, call: ProxmoxCall) -> None:
        """PUT …/snapshot/{snapname}/config."""
        snapshot = self._find(call.lab.guest(call.node, self.kind, call.vmid), call.text("snapname"))
        if "description" in call.p:
            snapshot["description"] = call.text("description")
