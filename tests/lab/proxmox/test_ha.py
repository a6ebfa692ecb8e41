"""Guests under high availability: resources, power by the manager, and what removes one (not recorded; see lab/proxmox/ha.py)."""

import pytest

REFUSED = "used in HA resources and purge parameter not set."


@pytest.fixture
def managed(pve):
    pve.vm(100, name="web", scsi0="local:1,format=qcow2")
    pve.ok("POST", "/cluster/ha/resources", {"sid": "vm:100", "comment": "kept"})
    return pve


def test_resources_are_listed_and_read(managed):
    [row] = managed.ok("GET", "/cluster/ha/resources")
    assert {key: row[key] for key in row if key != "digest"} == {"sid": "vm:100", "type": "vm", "state": "started", "comment": "kept"}
    assert managed.ok("GET", "/cluster/ha/resources", {"type": "ct"}) == []
    assert managed.ok("GET", "/cluster/ha/resources/100") == row
    assert managed.ok("GET", "/nodes/{node}/qemu/100/status/current")["ha"] == {"managed": 1, "state": None}


@pytest.mark.parametrize(
    ("params", "reason"),
    [
        ({"sid": "100"}, "create resource failed: resource ID 'vm:100' already defined"),
        ({"sid": "999"}, "unable do add resource - VM/CT 999 does not exist"),
        ({"sid": "ct:100"}, "resource 'ct:100' does not exist in cluster"),
        ({"sid": "vm:100", "type": "ct"}, "types does not match"),
    ],
)
def test_what_cannot_be_a_resource_is_refused(managed, params, reason):
    assert managed.call("POST", "/cluster/ha/resources", params).reason == reason


def test_what_is_taken_from_the_manager_is_a_guest_like_others(managed):
    managed.ok("DELETE", "/cluster/ha/resources/vm:100")
    assert managed.ok("GET", "/nodes/{node}/qemu/100/status/current")["ha"] == {"managed": 0}
    assert managed.call("DELETE", "/cluster/ha/resources/vm:100").reason == "cannot delete service 'vm:100', not HA managed!"
    assert managed.call("GET", "/cluster/ha/resources/vm:100").reason == "no such resource 'vm:100'"


def test_a_managed_guest_goes_only_with_purge_and_then_out_of_the_resources(managed):
    assert managed.call("DELETE", "/nodes/{node}/qemu/100").reason == f"unable to remove VM 100 - {REFUSED}"
    upid = managed.ok("DELETE", "/nodes/{node}/qemu/100", {"purge": 1})
    managed.wait(upid)
    log = managed.log(upid)
    assert "NOTE: removed VM 100 from HA resource configuration." in log
    assert managed.ok("GET", "/cluster/ha/resources") == []


def test_its_manager_starts_it_in_a_task_of_its_own(managed):
    upid = managed.ok("POST", "/nodes/{node}/qemu/100/status/start")
    assert upid.split(":")[5] == "hastart"
    managed.wait(upid)
    [start] = managed.ok("GET", "/nodes/{node}/tasks", {"typefilter": "qmstart", "source": "all"})
    assert start["user"] == "root@pam"
    managed.wait(start["upid"])
    assert managed.ok("GET", "/nodes/{node}/qemu/100/status/current")["ha"] == {"managed": 1, "state": "started"}
    assert managed.ok("GET", "/cluster/ha/status/current")[-1]["state"] == "started"


def test_until_the_manager_takes_it_up_it_is_queued(managed):
    row = managed.ok("GET", "/cluster/ha/status/current")[-1]
    assert (row["sid"], row["state"], row["request_state"], row["status"]) == ("vm:100", "queued", "started", "vm:100 (pve1, queued)")
    assert managed.ok("GET", "/cluster/resources", {"type": "vm"})[0]["hastate"] == "started"
    assert managed.ok("GET", "/cluster/ha/status/manager_status")["manager_status"] == {"node_status": {}}


def test_groups_became_rules(start):
    old, new = start(release="9.1"), start(release="9.2")
    assert old.ok("GET", "/cluster/ha/groups") == []
    assert new.call("GET", "/cluster/ha/groups").reason == "cannot index groups: ha groups have been migrated to rules"
    new.vm(100)
    refused = new.call("POST", "/cluster/ha/resources", {"sid": "vm:100", "group": "web"})
    assert refused.reason == "invalid parameter 'group': ha groups have been migrated to rules"


def test_a_guest_can_be_made_for_the_manager(pve):
    pve.container(201, **{"ha-managed": 1})
    pve.vm(202, **{"ha-managed": 1, "start": 1})
    rows = {row["sid"]: row["state"] for row in pve.ok("GET", "/cluster/ha/resources")}
    assert rows == {"ct:201": "stopped", "vm:202": "started"}
    token = pve.token("mk", _vms="PVEVMAdmin", _storage_local="PVEDatastoreUser")
    asked = {"vmid": 203, "memory": 64, "ha-managed": 1}
    assert pve.call("POST", "/nodes/pve1/qemu", asked, token=token).reason == "Permission check failed (/, Sys.Console)"


def test_one_that_is_to_run_is_not_stopped_for_a_backup(managed):
    upid = managed.ok("POST", "/nodes/{node}/vzdump", {"vmid": "100", "mode": "stop", "storage": "local"})
    assert managed.wait(upid) == "job errors"
    log = managed.log(upid)
    assert any("Cannot execute a backup with stop mode on a HA managed and enabled Service" in line for line in log)
