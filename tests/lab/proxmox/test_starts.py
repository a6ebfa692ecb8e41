"""A start that a creation or a rollback asks for is a task of its own (9.2: container-start-lock, container-start-fails)."""

import time

import pytest

DEBIAN = "local:vztmpl/debian-12-standard_12.7-1_amd64.tar.gz"
CONTAINER = {"vmid": 370, "ostemplate": DEBIAN, "rootfs": "local:1", "start": 1}


def tasks(pve, vmid):
    return {row["type"]: row for row in pve.ok("GET", "/nodes/pve1/tasks", {"vmid": vmid, "source": "all"})}


def ended(pve, vmid, type_):
    """The task of a type, once the list shows it, and how it ended."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if row := tasks(pve, vmid).get(type_):
            return row, pve.wait(row["upid"])
        time.sleep(0.01)
    raise AssertionError(f"no {type_} of {vmid}")


def test_p2_a_container_made_with_start_is_started_by_a_task_of_its_own(pve):
    assert pve.task("POST", "/nodes/pve1/lxc", CONTAINER | {"net0": "name=eth0,bridge=vmbr7"}) == "OK"
    row, exit_status = ended(pve, 370, "vzstart")
    assert exit_status == "bridge 'vmbr7' does not exist"
    assert pve.log(row["upid"]) == ["TASK ERROR: bridge 'vmbr7' does not exist"]
    assert pve.ok("GET", "/nodes/pve1/lxc/370/status/current")["status"] == "stopped"


def test_p2_the_same_for_a_vm(pve):
    upid = pve.ok("POST", "/nodes/pve1/qemu", {"vmid": 371, "memory": 64, "net0": "virtio,bridge=vmbr7", "start": 1})
    assert pve.wait(upid) == "OK"
    assert "Execute autostart" in pve.log(upid)
    assert ended(pve, 371, "qmstart")[1] == "start failed: QEMU exited with code 1"
    assert pve.ok("GET", "/nodes/pve1/qemu/371/status/current")["status"] == "stopped"


def test_p3_the_start_holds_the_lock_that_a_change_waits_for(pve):
    pve.control(task_seconds={"vzstart": 0.4})
    assert pve.task("POST", "/nodes/pve1/lxc", CONTAINER) == "OK"
    assert tasks(pve, 370)["vzstart"]["status"] == "RUNNING"
    before = time.monotonic()
    pve.ok("PUT", "/nodes/pve1/lxc/370/config", {"tags": "a"})
    assert time.monotonic() - before > 0.2
    assert pve.ok("GET", "/nodes/pve1/lxc/370/status/current")["status"] == "running"


@pytest.mark.parametrize("kind", ["lxc", "qemu"])
def test_a_rollback_with_start_is_followed_by_a_start(eig, kind):
    base = f"/nodes/eig/{kind}/102"
    if kind == "lxc":
        template = "local:vztmpl/debian-12-standard_12.7-1_amd64.tar.zst"
        assert eig.task("POST", "/nodes/eig/lxc", {"vmid": 102, "ostemplate": template, "rootfs": "local-lvm:1"}) == "OK"
    else:
        eig.vm(102, scsi0="local-lvm:1")
    assert eig.task("POST", f"{base}/snapshot", {"snapname": "one"}) == "OK"
    assert eig.task("POST", f"{base}/snapshot/one/rollback", {"start": 1}) == "OK"
    rows = {row["type"]: row for row in eig.ok("GET", "/nodes/eig/tasks", {"vmid": 102, "source": "all"})}
    assert eig.wait(rows["vzstart" if kind == "lxc" else "qmstart"]["upid"]) == "OK"
    assert eig.ok("GET", f"{base}/status/current")["status"] == "running"
