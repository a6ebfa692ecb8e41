"""Tasks: UPIDs, exit statuses, logs, lists, stopping them (vm-lifecycle, container-create, container-lifecycle)."""

from urllib.parse import quote

import pytest

GONE = "Configuration file 'nodes/pve1/{}/999.conf' does not exist"
DEBIAN = "local:vztmpl/debian-12-standard_12.7-1_amd64.tar.gz"


@pytest.mark.parametrize(
    ("method", "path", "params", "exit_status"),
    [
        ("POST", "/nodes/pve1/qemu/999/status/start", None, GONE.format("qemu-server")),
        ("POST", "/nodes/pve1/qemu/999/status/stop", None, "unable to find configuration file for VM 999 on node 'pve1'"),
        ("PUT", "/nodes/pve1/qemu/999/resize", {"disk": "scsi0", "size": "+1G"}, GONE.format("qemu-server")),
        ("POST", "/nodes/pve1/lxc/999/status/start", None, GONE.format("lxc")),
        ("POST", "/nodes/pve1/lxc/999/snapshot", {"snapname": "sn1"}, GONE.format("lxc")),
        ("POST", "/nodes/pve1/qemu/100/status/stop", None, "OK"),
        ("POST", "/nodes/pve1/qemu/100/status/shutdown", None, "OK"),
        ("PUT", "/nodes/pve1/qemu/100/resize", {"disk": "scsi0", "size": "512M"}, "shrinking disks is not supported"),
        ("PUT", "/nodes/pve1/qemu/100/resize", {"disk": "scsi5", "size": "+1G"}, "disk 'scsi5' does not exist"),
        ("PUT", "/nodes/pve1/qemu/100/resize", {"disk": "scsi0", "size": "1G"}, "OK"),
        ("POST", "/nodes/pve1/qemu/100/snapshot", {"snapname": "s1"}, "snapshot feature is not available"),
        ("DELETE", "/nodes/pve1/qemu/100/snapshot/nope", None, "snapshot 'nope' does not exist"),
        (
            "POST",
            "/nodes/pve1/qemu/100/clone",
            {"newid": 201},
            "close (rename) atomic file '/etc/pve/nodes/pve1/qemu-server/201.conf' failed: File exists",
        ),
        (
            "POST",
            "/nodes/pve1/lxc",
            {"vmid": 205, "ostemplate": "local:vztmpl/typo_1_amd64.tar.gz", "rootfs": "local:1"},
            "unable to create CT 205 - volume 'local:vztmpl/typo_1_amd64.tar.gz' does not exist",
        ),
    ],
)
def test_exit_status(pve, method, path, params, exit_status):
    pve.vm(100, scsi0="local:1")
    pve.container(201)
    upid = pve.ok(method, path, params)
    assert pve.wait(upid) == exit_status
    assert pve.log(upid)[-1] == (f"TASK {exit_status}" if exit_status == "OK" else f"TASK ERROR: {exit_status}")


def test_a_failed_create_leaves_nothing(pve):
    exit_status = pve.task("POST", "/nodes/pve1/lxc", {"vmid": 205, "ostemplate": DEBIAN, "rootfs": "local:0.05"})
    assert exit_status.startswith("unable to create CT 205 - command 'lxc-usernsexec ")
    assert pve.ok("GET", "/nodes/pve1/lxc") == []
    assert pve.ok("GET", "/nodes/pve1/storage/local/content", {"vmid": 205}) == []


def test_status_and_lists(pve):
    pve.vm(100)
    upid = pve.ok("POST", "/nodes/pve1/qemu/100/status/stop")
    pve.wait(upid)
    status = pve.ok("GET", f"/nodes/pve1/tasks/{quote(upid, safe='')}/status")
    assert {key: status[key] for key in ("node", "type", "id", "user", "tokenid", "status", "exitstatus")} == {
        "node": "pve1", "type": "qmstop", "id": "100", "user": "eiginfra@pve", "tokenid": "ci", "status": "stopped", "exitstatus": "OK",
    }  # fmt: skip
    assert upid == f"UPID:pve1:{status['pid']:08X}:{status['pstart']:08X}:{status['starttime']:08X}:qmstop:100:eiginfra@pve!ci:"
    assert [task["type"] for task in pve.ok("GET", "/nodes/pve1/tasks", {"vmid": 100})] == ["qmstop", "qmcreate"]
    assert pve.ok("GET", "/nodes/pve1/tasks", {"typefilter": "qmcreate"})[0]["status"] == "OK"
    assert pve.ok("GET", "/nodes/pve1/tasks", {"errors": 1}) == []
    assert pve.call("GET", "/nodes/pve1/tasks", {"limit": 1}).body["total"] == 2
    assert pve.ok("GET", "/cluster/tasks")[0]["upid"] == upid


def test_an_unknown_task(pve):
    upid = quote("UPID:pve1:00007232:0003DF7E:6B01F9B7:qmstart:100:root@pam:", safe="")
    assert pve.call("GET", f"/nodes/pve1/tasks/{upid}/status").errors == {"upid": "no such task"}
    assert pve.ok("GET", f"/nodes/pve1/tasks/{upid}/log") == [{"n": 1, "t": "unable to open file - No such file or directory"}]


def test_tasks_of_others_need_sys_audit(pve):
    nobody = pve.token("nil")
    pve.vm(100)
    upid = quote(pve.ok("POST", "/nodes/pve1/qemu/100/status/stop"), safe="")
    assert pve.ok("GET", "/nodes/pve1/tasks", token=nobody) == []
    answer = pve.call("GET", f"/nodes/pve1/tasks/{upid}/status", token=nobody)
    assert answer.reason == "Permission check failed (/nodes/pve1, Sys.Audit)"


def test_a_running_task_is_followed_and_stopped(pve):
    pve.vm(100, scsi0="local:1,format=qcow2")
    pve.control(task_seconds={"qmclone": 30})
    upid = pve.ok("POST", "/nodes/pve1/qemu/100/clone", {"newid": 106, "full": 1})
    path = f"/nodes/pve1/tasks/{quote(upid, safe='')}"
    assert pve.ok("GET", f"{path}/status")["status"] == "running"
    assert pve.ok("GET", "/nodes/pve1/tasks", {"source": "active"})[0]["upid"] == upid
    assert pve.ok("GET", "/nodes/pve1/qemu/106/config")["lock"] == "clone"
    pve.ok("DELETE", path)
    assert pve.wait(upid) == (
        "clone failed: copy failed: command '/usr/bin/qemu-img convert -p -n -f qcow2 -O qcow2 /var/lib/vz/images/100/vm-100-disk-0.qcow2 "
        "zeroinit:/var/lib/vz/images/106/vm-106-disk-0.qcow2' failed: interrupted by signal"
    )
    assert pve.call("GET", "/nodes/pve1/qemu/106/config").status == 500


def test_a_vm_without_an_operating_system_does_not_shut_down(pve):
    pve.vm(110, scsi0="local:1")
    assert pve.task("POST", "/nodes/pve1/qemu/110/status/start") == "OK"
    assert pve.task("POST", "/nodes/pve1/qemu/110/status/shutdown", {"timeout": 0}) == "VM quit/powerdown failed - got timeout"
    upid = pve.ok("POST", "/nodes/pve1/qemu/110/status/shutdown", {"timeout": 0, "forceStop": 1})
    assert pve.wait(upid) == "OK"
    assert pve.log(upid) == ["VM still running - terminating now with SIGTERM", "TASK OK"]


def test_a_stop_overrules_a_shutdown(pve):
    pve.container(201, start=1)
    pve.service.lab.shutdown_seconds = 60
    shutdown = pve.ok("POST", "/nodes/pve1/lxc/201/status/shutdown", {"timeout": 60})
    stop = pve.ok("POST", "/nodes/pve1/lxc/201/status/stop", {"overrule-shutdown": 1})
    assert pve.wait(stop) == "OK"
    assert pve.log(stop)[0] == f"overruled vzshutdown tasks: {shutdown}"
    assert pve.wait(shutdown) == "unexpected status"


def test_a_task_that_stands_in_the_archive(pve):
    upid = "UPID:pve1:0000ABCD:00001234:68E0C000:resize:120:alice@pve!laptop:"
    pve.control(tasks={upid: "shrinking disks is not supported"})
    status = pve.ok("GET", f"/nodes/pve1/tasks/{quote(upid, safe='')}/status")
    assert (status["status"], status["exitstatus"]) == ("stopped", "shrinking disks is not supported")
    assert (status["user"], status["tokenid"], status["id"], status["starttime"]) == ("alice@pve", "laptop", "120", 0x68E0C000)
    assert [task["upid"] for task in pve.ok("GET", "/nodes/pve1/tasks", {"vmid": 120})] == [upid]
    assert pve.log(upid) == ["TASK ERROR: shrinking disks is not supported"]
    assert pve.session.put(f"{pve.url}/_lab/proxmox", json={"tasks": {"UPID:pve1": "OK"}}).status_code == 400


def test_tasks_are_filtered_by_how_they_ended(pve):
    pve.control(fail={"qmstart": "no"})
    pve.vm(100)
    assert pve.task("POST", "/nodes/pve1/qemu/100/status/start") == "no"
    for wanted, types in (("ok", ["qmcreate"]), ("error", ["qmstart"]), ("OK,error", ["qmstart", "qmcreate"]), ("warning", [])):
        assert [row["type"] for row in pve.ok("GET", "/nodes/pve1/tasks", {"vmid": 100, "statusfilter": wanted})] == types


def test_a_token_has_no_tasks_of_its_own_in_the_clusters_list(pve):
    token = pve.token("ta", _vms="PVEVMAdmin", _storage_local="PVEDatastoreUser", _sdn="PVESDNUser")
    assert pve.wait(pve.ok("POST", "/nodes/pve1/qemu", {"vmid": 360, "memory": 64}, token=token)) == "OK"
    assert [row["type"] for row in pve.ok("GET", "/nodes/pve1/tasks", token=token)] == ["qmcreate"]
    assert pve.ok("GET", "/cluster/tasks", token=token) == []
    assert [row["tokenid"] for row in pve.ok("GET", "/cluster/tasks")] == ["tk"]
