"""Starting, stopping and suspending guests. Facts: recorded on a real server (vm-lifecycle, container-lifecycle)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from eiginfra.lab.proxmox.errors import ServerError
from eiginfra.lab.proxmox.guests import check_lock, volumes
from eiginfra.lab.proxmox.ha import power, title
from eiginfra.lab.proxmox.lab import ProxmoxLab
from eiginfra.lab.proxmox.rights import root_only_skiplock
from eiginfra.lab.proxmox.routing import ProxmoxCall
from eiginfra.lab.proxmox.running import run_guest, stop_guest
from eiginfra.lab.proxmox.state import GuestRecord
from eiginfra.lab.proxmox.tasks import RunningTask, Worker

SHUTDOWN_SECONDS = {"lxc": 60, "qemu": 180}


def _running(call: ProxmoxCall, kind: str) -> bool:
    guest = call.lab.state.guests.get(call.vmid)
    return bool(guest and guest.kind == kind and guest.running)


def _need_running(call: ProxmoxCall, kind: str, word: str) -> None:
    if not _running(call, kind):
        raise ServerError(f"{word} {call.vmid} not running")


async def _locked(call: ProxmoxCall, kind: str, task: RunningTask) -> GuestRecord:
    """The guest, its configuration checked; to be called inside the lock."""
    guest = call.lab.guest(call.node, kind, call.vmid)
    if not call.flag("skiplock"):
        check_lock(guest)
    await call.lab.tasks.work(task.record.type)
    return guest


class Power:
    """The power calls of one kind of guest."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.prefix = "vz" if kind == "lxc" else "qm"

    def start(self, call: ProxmoxCall) -> str:
        """POST …/status/start."""
        root_only_skiplock(call)
        if self.kind == "lxc" and _running(call, "lxc"):
            raise ServerError(f"CT {call.vmid} already running")
        return power(call, self.kind, "start", self._starter(call))

    def _starter(self, call: ProxmoxCall) -> Worker:
        """What a task that starts the guest does."""

        async def worker(task: RunningTask) -> None:
            async with _file_lock(call, self.kind, task):
                guest = await _locked(call, self.kind, task)
                if guest.template:
                    raise ServerError(f"you can't start a {'CT' if self.kind == 'lxc' else 'vm'} if it's a template")
                if guest.running:
                    raise ServerError(f"{title(self.kind)} {call.vmid} already running")
                if any("cloudinit" in volume for _, volume in volumes(guest)):
                    task.log("generating cloud-init ISO")
                run_guest(call.lab, guest)

        return worker

    def stop(self, call: ProxmoxCall) -> str:
        """POST …/status/stop."""
        root_only_skiplock(call)
        if self.kind == "lxc":
            _need_running(call, "lxc", "CT")

        async def worker(task: RunningTask) -> None:
            if call.flag("overrule-shutdown"):
                await self._overrule(call, task)
            async with _file_lock(call, self.kind, task):
                self._exists(call)
                guest = await _locked(call, self.kind, task)
                stop_guest(call.lab, guest)

        return power(call, self.kind, "stop", worker)

    def _exists(self, call: ProxmoxCall) -> None:
        guest = call.lab.state.guests.get(call.vmid)
        if self.kind == "qemu" and (guest is None or guest.kind != "qemu"):
            raise ServerError(f"unable to find configuration file for VM {call.vmid} on node '{call.node}'")

    async def _overrule(self, call: ProxmoxCall, task: RunningTask) -> None:
        type_ = f"{self.prefix}shutdown"
        active = [record.upid for record in call.lab.tasks.active(type_, call.vmid)]
        for upid in active:
            await call.lab.tasks.stop(upid)
        if active:
            task.log(f"overruled {type_} tasks: {', '.join(active)}")

    def shutdown(self, call: ProxmoxCall) -> str:
        """POST …/status/shutdown."""
        root_only_skiplock(call)
        if self.kind == "lxc":
            _need_running(call, "lxc", "CT")

        async def worker(task: RunningTask) -> None:
            async with _file_lock(call, self.kind, task):
                self._exists(call)
                guest = await _locked(call, self.kind, task)
                if guest.running:
                    await self._ask_to_stop(call, guest, task, force=call.flag("forceStop"))

        return power(call, self.kind, "shutdown", worker)

    async def _ask_to_stop(self, call: ProxmoxCall, guest: GuestRecord, task: RunningTask, *, force: bool) -> None:
        """Let the guest shut itself down; one without an operating system never does."""
        timeout = float(call.p.get("timeout", SHUTDOWN_SECONDS[self.kind]))
        need = call.lab.shutdown_seconds if obeys(call.lab, guest) else float("inf")
        await asyncio.sleep(min(timeout, need))
        call.lab.broadcast.tick()
        if need > timeout:
            if not force and self.kind == "lxc":
                task.log(f"command 'lxc-stop -n {guest.vmid} --nokill --timeout {timeout:g}' failed: exit code 1")
                raise ServerError("container did not stop")
            if not force:
                raise ServerError("VM quit/powerdown failed - got timeout")
            if self.kind == "qemu":
                task.log("VM still running - terminating now with SIGTERM")
        stop_guest(call.lab, guest)

    def reboot(self, call: ProxmoxCall) -> str:
        """POST …/status/reboot. A VM is down when the task has ended: then root starts it by a task of its own."""
        _need_running(call, self.kind, "VM")

        async def worker(task: RunningTask) -> None:
            async with _file_lock(call, self.kind, task):
                guest = await _locked(call, self.kind, task)
                await self._ask_to_stop(call, guest, task, force=True)
                if self.kind == "lxc":
                    run_guest(call.lab, guest)
            if self.kind == "qemu":
                call.lab.tasks.start(call.node, "qmstart", call.vmid, "root@pam", self._starter(call))

        return call.task(f"{self.prefix}reboot", call.vmid, worker)

    def suspend(self, call: ProxmoxCall) -> str:
        """POST …/status/suspend; of a container it fails, as there is no CRIU."""
        root_only_skiplock(call)
        _need_running(call, self.kind, title(self.kind))

        async def worker(task: RunningTask) -> None:
            if self.kind == "lxc":
                task.log("lxc-checkpoint: No such file or directory - execing criu failed, is it installed?")
                raise ServerError(f"command 'lxc-checkpoint -n {call.vmid} -s -D /var/lib/vz/dump' failed: exit code 1")
            guest = await _locked(call, "qemu", task)
            guest.paused = True

        type_ = "vzsuspend" if self.kind == "lxc" else "qmsuspend" if call.flag("todisk") else "qmpause"
        return call.task(type_, call.vmid, worker)

    def resume(self, call: ProxmoxCall) -> str:
        """POST …/status/resume."""
        root_only_skiplock(call)
        if self.kind == "lxc" and _running(call, "lxc"):
            raise ServerError(f"CT {call.vmid} already running")
        if self.kind == "qemu":
            _need_running(call, "qemu", "VM")

        async def worker(task: RunningTask) -> None:
            if self.kind == "lxc":
                task.log(f"lxc-checkpoint: {call.vmid} is not defined")
                raise ServerError(f"command 'lxc-checkpoint -n {call.vmid} -r --foreground -D /var/lib/vz/dump' failed: exit code 1")
            guest = await _locked(call, "qemu", task)
            guest.paused = False

        return call.task(f"{self.prefix}resume", call.vmid, worker)

    def reset(self, call: ProxmoxCall) -> str:
        """POST …/status/reset."""
        root_only_skiplock(call)
        _need_running(call, "qemu", "VM")

        async def worker(task: RunningTask) -> None:
            guest = await _locked(call, "qemu", task)
            guest.started = call.lab.clock.timestamp()

        return call.task("qmreset", call.vmid, worker)


def obeys(lab: ProxmoxLab, guest: GuestRecord) -> bool:
    """Whether the guest reacts to a shutdown: containers do, VMs with an operating system on a disk."""
    found = [lab.storages.volume(volume) for _, volume in volumes(guest)]
    return guest.kind == "lxc" or any(volume and volume.bootable for volume in found)


@asynccontextmanager
async def _file_lock(call: ProxmoxCall, kind: str, task: RunningTask) -> AsyncIterator[None]:
    """The guest's file lock, with what the log says when it has to wait."""
    waiting = call.lab.is_locked(kind, call.vmid)
    if waiting:
        task.log("trying to acquire lock...")
    async with call.lab.locked(kind, call.vmid):
        if waiting:
            task.log(" OK")
        yield
