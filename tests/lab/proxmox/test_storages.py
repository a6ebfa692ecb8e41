"""Storages: their configuration, what cannot be reached, and which backups a retention keeps (API2/Storage, Plugin.pm)."""

import pytest

from eiginfra.lab.proxmox.retention import marks
from eiginfra.lab.proxmox.state import VolumeRecord

DEBIAN = "local:vztmpl/debian-12-standard_12.7-1_amd64.tar.gz"


def row(pve, name, node="pve1"):
    return next(each for each in pve.ok("GET", f"/nodes/{node}/storage") if each["storage"] == name)


def test_report_15_a_storage_that_is_offline(pve):
    pve.container(201)
    pve.control(storages={"local": {"offline": ["pve1"]}})
    assert (row(pve, "local")["active"], row(pve, "local")["enabled"], row(pve, "local")["total"]) == (0, 1, 0)
    assert pve.ok("GET", "/nodes/pve1/storage/local/status")["active"] == 0
    answer = pve.call("GET", "/nodes/pve1/storage/local/content")
    assert (answer.status, answer.reason) == (500, "storage 'local' is not online")
    made = pve.call("POST", "/nodes/pve1/lxc", {"vmid": 202, "ostemplate": DEBIAN, "rootfs": "local:1"})
    assert (made.status, made.reason) == (500, "storage 'local' is not online")
    assert "storage 'local' is not online" in pve.task("POST", "/nodes/pve1/lxc/201/status/start")
    assert "storage 'local' is not online" in pve.task("POST", "/nodes/pve1/qemu", {"vmid": 203, "scsi0": "local:1"})
    assert "is not online" in pve.task("POST", "/nodes/pve1/vzdump", {"vmid": "201", "storage": "local"})
    pve.control(storages={"local": {"offline": []}})
    assert pve.task("POST", "/nodes/pve1/lxc/201/status/start") == "OK"


def test_report_15_a_storage_kept_for_one_node(start):
    pve = start("eig", ("eig", "eig2"))
    pve.control(storages={"local-lvm": {"nodes": ["eig2"]}})
    assert (row(pve, "local-lvm", "eig")["active"], row(pve, "local-lvm", "eig")["enabled"]) == (0, 0)
    assert row(pve, "local-lvm", "eig2")["active"] == 1
    answer = pve.call("GET", "/nodes/eig/storage/local-lvm/content")
    assert (answer.status, answer.reason) == (500, "storage 'local-lvm' is not available on node 'eig'")
    assert [each["storage"] for each in pve.ok("GET", "/nodes/eig/storage", {"content": "images"})] == []


def test_what_is_configured_is_read_back(pve):
    wanted = {
        "content": "images", "nodes": "pve1", "shared": 1, "prune-backups": "keep-last=2", "max-protected-backups": 3,
        "preallocation": "off", "bwlimit": "default=100",
    }  # fmt: skip
    pve.ok("POST", "/storage", {"storage": "big", "type": "dir", "path": "/srv/big", **wanted})
    shown = pve.ok("GET", "/storage/big")
    assert {name: shown[name] for name in wanted} == wanted
    assert shown["path"] == "/srv/big"
    pve.ok("PUT", "/storage/big", {"delete": "prune-backups,preallocation,nodes", "disable": 1, "digest": shown["digest"]})
    shown = pve.ok("GET", "/storage/big")
    assert {"prune-backups", "preallocation", "nodes"}.isdisjoint(shown)
    assert pve.call("GET", "/nodes/pve1/storage/big/content").reason == "storage 'big' is disabled"
    assert pve.call("PUT", "/storage/big", {"delete": "path"}).reason.endswith("unable to delete required option 'path'")
    assert pve.call("PUT", "/storage/big", {"content": "iso", "digest": "0" * 40}).status == 500
    assert pve.call("POST", "/storage", {"storage": "other", "type": "dir"}).reason == "missing value for required option 'path'"


def test_a_storage_that_goes_takes_its_acls_and_its_place_in_pools(pve):
    pve.ok("POST", "/storage", {"storage": "big", "type": "dir", "path": "/srv/big"})
    pve.ok("POST", "/pools", {"poolid": "ci"})
    pve.ok("PUT", "/pools", {"poolid": "ci", "storage": "big"})
    pve.ok("PUT", "/access/acl", {"path": "/storage/big", "users": "eiginfra@pve", "roles": "PVEDatastoreUser"})
    pve.ok("DELETE", "/storage/big")
    assert [entry["path"] for entry in pve.ok("GET", "/access/acl")] == ["/"]
    assert pve.ok("GET", "/pools", {"poolid": "ci"})[0]["members"] == []


DAY = 86400


@pytest.mark.parametrize(
    ("keep", "kept"),
    [
        ({}, [0, 1, 2, 3, 4]),
        ({"keep-all": 1}, [0, 1, 2, 3, 4]),
        ({"keep-last": 2}, [0, 1]),
        ({"keep-daily": 2}, [0, 2]),
        ({"keep-last": 1, "keep-daily": 2}, [0, 2, 3]),
        ({"keep-monthly": 1}, [0]),
    ],
)
def test_which_backups_a_retention_keeps(keep, kept):
    ages = [0, 3600, DAY, 2 * DAY, 3 * DAY]  # from noon: the first two on one day
    noon = 20000 * DAY + DAY // 2
    backups = [VolumeRecord(f"b{n}", "", "local", "backup", "tar", 1, 1, noon - age, 100) for n, age in enumerate(ages)]
    assert [n for n in range(5) if marks(backups, keep)[f"b{n}"] == "keep"] == kept
    backups[4].protected = True
    assert marks(backups, {"keep-last": 1})["b4"] == "protected"


def test_vzdump_removes_what_the_retention_no_longer_keeps(pve):
    pve.container(233)
    for _ in range(3):
        params = {"vmid": "233", "storage": "local", "prune-backups": "keep-last=1", "remove": 1}
        pve.control(guests={})
        assert pve.task("POST", "/nodes/pve1/vzdump", params) == "OK"
    assert len(pve.ok("GET", "/nodes/pve1/storage/local/content", {"content": "backup"})) == 1
