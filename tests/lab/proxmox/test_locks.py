"""IDs taken, locks, digests, protection and what a guest's state forbids (container-*, vm-lifecycle, vm-template-clone, reading/)."""

import pytest

DEBIAN = "local:vztmpl/debian-12-standard_12.7-1_amd64.tar.gz"


def test_ids_are_shared_between_kinds(pve):
    pve.vm(100)
    pve.container(201)
    for path, params, reason in (
        ("/nodes/pve1/qemu", {"vmid": 100}, "unable to create VM 100 - VM 100 already exists on node 'pve1'"),
        ("/nodes/pve1/qemu", {"vmid": 201}, "unable to create VM 201 - CT 201 already exists on node 'pve1'"),
        ("/nodes/pve1/lxc", {"vmid": 201, "ostemplate": DEBIAN}, "CT 201 already exists on node 'pve1'"),
        ("/nodes/pve1/lxc", {"vmid": 100, "ostemplate": DEBIAN}, "VM 100 already exists on node 'pve1'"),
        ("/nodes/pve1/qemu/100/clone", {"newid": 100}, "unable to create VM 100: config file already exists"),
        ("/nodes/pve1/lxc/201/clone", {"newid": 100}, "VM 100 already exists on node 'pve1'"),
    ):
        answer = pve.call("POST", path, params)
        assert (answer.status, answer.reason) == (500, reason)
    assert pve.ok("GET", "/cluster/nextid") == "101"
    assert pve.call("GET", "/cluster/nextid", {"vmid": 201}).errors == {"vmid": "VM 201 already exists"}


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("qemu", "checksum mismatch (file change by other user?)"),
        ("lxc", "detected modified configuration - file changed by other user? Try again."),
    ],
)
def test_a_stale_digest_is_refused(pve, kind, reason):
    pve.vm(100) if kind == "qemu" else pve.container(100)
    digest = pve.ok("GET", f"/nodes/pve1/{kind}/100/config")["digest"]
    pve.ok("PUT", f"/nodes/pve1/{kind}/100/config", {"memory": 128, "digest": digest})
    for stale in (digest, "zz"):
        answer = pve.call("PUT", f"/nodes/pve1/{kind}/100/config", {"memory": 129, "digest": stale})
        assert (answer.status, answer.reason) == (500, reason)


def test_a_locked_vm(pve):
    pve.vm(110, scsi0="local:1")
    pve.control(guests={"110": {"config": {"lock": "backup"}}})
    for method, path, params in (
        ("PUT", "/nodes/pve1/qemu/110/config", {"memory": 192}),
        ("POST", "/nodes/pve1/qemu/110/config", {"memory": 192}),
        ("POST", "/nodes/pve1/qemu/110/clone", {"newid": 111, "full": 1}),
        ("POST", "/nodes/pve1/qemu/110/template", None),
    ):
        assert pve.call(method, path, params).reason == "VM is locked (backup)"
    for method, path, params in (
        ("POST", "/nodes/pve1/qemu/110/status/start", None),
        ("DELETE", "/nodes/pve1/qemu/110", None),
        ("PUT", "/nodes/pve1/qemu/110/resize", {"disk": "scsi0", "size": "+1G"}),
    ):
        assert pve.task(method, path, params) == "VM is locked (backup)"
    assert pve.call("POST", "/nodes/pve1/qemu/110/status/stop", {"skiplock": 1}).errors == {"skiplock": "Only root may use this option."}


def test_a_locked_container(pve):
    pve.container(203)
    pve.ok("PUT", "/nodes/pve1/lxc/203/config", {"lock": "backup"})
    for method, path, params in (
        ("PUT", "/nodes/pve1/lxc/203/config", {"delete": "lock"}),
        ("DELETE", "/nodes/pve1/lxc/203", None),
        ("PUT", "/nodes/pve1/lxc/203/resize", {"disk": "rootfs", "size": "+1G"}),
        ("POST", "/nodes/pve1/lxc/203/clone", {"newid": 210, "full": 1}),
    ):
        assert pve.call(method, path, params).reason == "CT is locked (backup)"
    assert pve.task("POST", "/nodes/pve1/lxc/203/status/start") == "CT is locked (backup)"


def test_while_a_container_is_being_created(pve):
    pve.ok("POST", "/pools", {"poolid": "ctp"})
    pve.control(task_seconds={"vzcreate": 0.4})
    upid = pve.ok("POST", "/nodes/pve1/lxc", {"vmid": 204, "ostemplate": DEBIAN, "rootfs": "local:1", "pool": "ctp", "hostname": "slow"})
    config = pve.ok("GET", "/nodes/pve1/lxc/204/config")
    assert sorted(config) == ["digest", "lock"]
    assert pve.ok("GET", "/nodes/pve1/lxc")[0]["name"] == "CT204"
    assert pve.ok("GET", "/pools", {"poolid": "ctp"})[0]["members"] == []
    assert pve.call("DELETE", "/nodes/pve1/lxc/204").reason == "CT is locked (create)"
    assert pve.call("POST", "/nodes/pve1/qemu", {"vmid": 204}).reason == "unable to create VM 204 - CT 204 already exists on node 'pve1'"
    start = pve.ok("POST", "/nodes/pve1/lxc/204/status/start")
    pve.ok("PUT", "/nodes/pve1/lxc/204/config", {"memory": 128})
    assert (pve.wait(upid), pve.wait(start)) == ("OK", "OK")
    assert pve.log(start) == ["trying to acquire lock...", " OK", "TASK OK"]
    assert pve.ok("GET", "/nodes/pve1/lxc/204/config")["memory"] == 128
    assert [member["vmid"] for member in pve.ok("GET", "/pools/ctp")["members"]] == [204]


def test_bandwidth_limits_take_their_time(pve):
    params = {"vmid": 204, "ostemplate": DEBIAN, "rootfs": "local:1", "bwlimit": 1000}
    pve.ok("POST", "/nodes/pve1/lxc", params)
    assert pve.ok("GET", "/nodes/pve1/lxc/204/config")["lock"] == "create"


def test_a_full_clone_holds_the_new_ids_file_lock_and_joins_its_pool_last(pve):
    pve.ok("POST", "/pools", {"poolid": "ci"})
    pve.vm(100, scsi0="local:1,format=qcow2")
    pve.control(task_seconds={"qmclone": 0.5})
    upid = pve.ok("POST", "/nodes/pve1/qemu/100/clone", {"newid": 104, "name": "slow", "full": 1, "pool": "ci"})
    assert pve.ok("GET", "/nodes/pve1/qemu/104/status/current")["lock"] == "clone"
    assert pve.ok("GET", "/pools/ci")["members"] == []
    assert pve.call("POST", "/nodes/pve1/qemu/100/clone", {"newid": 104}).reason == "unable to create VM 104: config file already exists"
    destroyed = pve.ok("DELETE", "/nodes/pve1/qemu/104")
    assert pve.wait(upid) == "OK"
    assert pve.wait(destroyed) == "OK"
    assert pve.call("GET", "/nodes/pve1/qemu/104/config").status == 500


def test_a_container_clone_locks_its_source(pve):
    pve.container(204)
    pve.control(task_seconds={"vzclone": 0.4})
    upid = pve.ok("POST", "/nodes/pve1/lxc/204/clone", {"newid": 205, "full": 1})
    assert pve.ok("GET", "/nodes/pve1/lxc/204/config")["lock"] == "disk"
    assert pve.call("POST", "/nodes/pve1/lxc/204/clone", {"newid": 206, "full": 1}).reason == "CT is locked (disk)"
    assert pve.call("DELETE", "/nodes/pve1/lxc/205").reason == "CT is locked (create)"
    assert pve.wait(upid) == "OK"
    assert "lock" not in pve.ok("GET", "/nodes/pve1/lxc/204/config")


def test_running_and_protected_guests_are_not_destroyed(pve):
    pve.container(201, start=1)
    pve.vm(110)
    pve.task("POST", "/nodes/pve1/qemu/110/status/start")
    assert pve.call("DELETE", "/nodes/pve1/lxc/201", {"purge": 1}).reason == "unable to destroy CT 201 - container is running"
    assert pve.call("DELETE", "/nodes/pve1/qemu/110").reason == "VM 110 is running - destroy failed"
    assert pve.call("POST", "/nodes/pve1/lxc/201/status/start").reason == "CT 201 already running"
    assert pve.task("POST", "/nodes/pve1/qemu/110/status/start") == "VM 110 already running"
    for kind, vmid, word in (("lxc", 201, "CT"), ("qemu", 110, "VM")):
        pve.ok("PUT", f"/nodes/pve1/{kind}/{vmid}/config", {"protection": 1})
        answer = pve.call("DELETE", f"/nodes/pve1/{kind}/{vmid}", {"force": 1} if kind == "lxc" else None)
        assert answer.reason == f"can't remove {word} {vmid} - protection mode enabled"
    pve.ok("PUT", "/nodes/pve1/lxc/201/config", {"protection": 0})
    upid = pve.ok("DELETE", "/nodes/pve1/lxc/201", {"force": 1, "purge": 1})
    assert pve.wait(upid) == "OK"
    assert pve.log(upid) == ["forced to stop CT 201 before destroying!", "purging CT 201 from related configurations..", "TASK OK"]


def test_resizing_a_container_is_checked_at_once(pve):
    pve.container(201, rootfs="local:1")
    for params, reason in (
        ({"disk": "rootfs", "size": "512M"}, "unable to shrink disk size"),
        ({"disk": "rootfs", "size": "+0"}, "disk is already at specified size"),
        ({"disk": "rootfs", "size": "+1G", "digest": "zz"}, "detected modified configuration - file changed by other user? Try again."),
        ({"disk": "mp7", "size": "+1G"}, "format error"),
    ):
        answer = pve.call("PUT", "/nodes/pve1/lxc/201/resize", params)
        assert (answer.status, answer.reason) == (500, reason)
    assert pve.task("PUT", "/nodes/pve1/lxc/201/resize", {"disk": "rootfs", "size": "2.5G"}) == "OK"
    assert pve.ok("GET", "/nodes/pve1/lxc/201/config")["rootfs"] == "local:201/vm-201-disk-0.raw,size=2560M"


def test_templates(pve):
    pve.vm(100, scsi0="local:1,format=qcow2", name="tmpl-base")
    linked = {"newid": 150, "full": 0}
    reason = "Linked clone feature is not supported for 'local:100/vm-100-disk-0.qcow2' (scsi0)"
    assert pve.call("POST", "/nodes/pve1/qemu/100/clone", linked).reason == reason
    assert pve.task("POST", "/nodes/pve1/qemu/100/template") == "OK"
    assert pve.call("POST", "/nodes/pve1/qemu/100/template").reason == "you can't convert a template to a template"
    assert pve.task("POST", "/nodes/pve1/qemu/100/status/start") == "you can't start a vm if it's a template"
    assert pve.call("POST", "/nodes/pve1/qemu/100/clone", {"newid": 160, "storage": "local", "full": 0}).reason == (
        "parameter 'storage' not allowed for linked clones"
    )
    assert pve.call("POST", "/nodes/pve1/qemu/100/clone", {"newid": 160, "target": "nonode"}).reason == "no such cluster node 'nonode'"
    assert pve.task("POST", "/nodes/pve1/qemu/100/clone", {"newid": 103}) == "OK"
    config = pve.ok("GET", "/nodes/pve1/qemu/103/config")
    assert config["scsi0"] == "local:100/base-100-disk-0.qcow2/103/vm-103-disk-0.qcow2,size=1G"
    assert config["name"] == "Copy-of-VM-tmpl-base"
    in_use = "base volume 'local:100/base-100-disk-0.qcow2' is still in use by linked cloned"
    assert pve.task("DELETE", "/nodes/pve1/qemu/100") == in_use


def test_snapshots_of_qcow2_disks(pve):
    pve.vm(140, scsi0="local:1,format=qcow2")
    path = "/nodes/pve1/qemu/140/snapshot"
    assert pve.call("POST", path, {"snapname": "current"}).reason == "unable to use snapshot name 'current' (reserved name)"
    assert pve.task("POST", path, {"snapname": "s1", "description": "first é"}) == "OK"
    assert pve.task("POST", path, {"snapname": "s1"}) == "snapshot name 's1' already used"
    first, now = pve.ok("GET", path)
    assert (first["name"], first["vmstate"], now["name"], now["parent"]) == ("s1", 0, "current", "s1")
    pve.ok("PUT", "/nodes/pve1/qemu/140/config", {"memory": 96})
    assert pve.call("POST", "/nodes/pve1/qemu/140/template").status == 500
    assert pve.task("POST", f"{path}/s1/rollback") == "OK"
    assert pve.ok("GET", "/nodes/pve1/qemu/140/config")["memory"] == "64"
    assert pve.task("DELETE", f"{path}/s1") == "OK"
    assert "parent" not in pve.ok("GET", "/nodes/pve1/qemu/140/config")
