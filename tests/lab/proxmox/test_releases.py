"""What 9.1 and 9.2 answer in different ways (both recorded on real servers)."""

import pytest

DEBIAN = "local:vztmpl/debian-12-standard_12.7-1_amd64.tar.gz"


@pytest.mark.parametrize(("release", "version"), [("9.1", "9.1.3"), ("9.2", "9.2.11")])
def test_the_version_is_the_releases(start, release, version):
    pve = start(release=release)
    assert pve.ok("GET", "/version")["version"] == pve.ok("GET", "/nodes/pve1/version")["version"] == version
    assert f"/{version}/" in pve.ok("GET", "/nodes/pve1/status")["pveversion"]


@pytest.mark.parametrize(("release", "status"), [("9.1", 403), ("9.2", 200)])
def test_tokens_may_write_out_that_nesting_is_off(start, release, status):
    pve = start(release=release)
    made = pve.call("POST", "/nodes/pve1/lxc", {"vmid": 371, "ostemplate": DEBIAN, "rootfs": "local:1", "features": "nesting=0"})
    assert made.status == status
    pve.container(372)
    assert pve.call("PUT", "/nodes/pve1/lxc/372/config", {"features": "nesting=0"}).status == status
    assert pve.call("PUT", "/nodes/pve1/lxc/372/config", {"features": "nesting=0,fuse=0"}).status == 403


@pytest.mark.parametrize(
    ("release", "reason"),
    [
        ("9.1", "Cannot do full clones on a running container without snapshots"),
        ("9.2", "Full clone of a running container is only possible from a snapshot"),
    ],
)
def test_a_running_container_is_not_copied(start, release, reason):
    pve = start(release=release)
    pve.container(201)
    assert pve.task("POST", "/nodes/pve1/lxc/201/status/start") == "OK"
    assert pve.call("POST", "/nodes/pve1/lxc/201/clone", {"newid": 210, "full": 1}).reason == reason


@pytest.mark.parametrize(
    ("release", "what"), [("9.1", "/storage/local, Datastore.AllocateSpace"), ("9.2", "/sdn/zones/localnetwork/vmbr0, SDN.Use")]
)
def test_which_missing_right_of_a_creation_is_named_first(start, release, what):
    pve = start(release=release)
    pve.ok("POST", "/access/roles", {"roleid": "Maker", "privs": "VM.Allocate,VM.Config.Disk,VM.Config.Network"})
    token = pve.token("mk", _vms="Maker")
    params = {"vmid": 201, "ostemplate": DEBIAN, "rootfs": "local:1", "net0": "name=eth0,bridge=vmbr0"}
    assert pve.call("POST", "/nodes/pve1/lxc", params, token=token).reason == f"Permission check failed ({what})"
