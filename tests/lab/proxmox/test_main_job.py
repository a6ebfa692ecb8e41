"""What eiginfra itself does, through proxmoxer, on the default profile."""

import json

import pytest
from proxmoxer import ProxmoxAPI, ResourceException
from proxmoxer.tools import Tasks

from eiginfra.lab.clock import LabClock
from eiginfra.lab.proxmox import build

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHCwNl2Q0VXZzrBT9Rh5P8aEqm8cHrHFp2X/68GOJZvi adler-1"
DEBIAN = "local:vztmpl/debian-12-standard_12.7-1_amd64.tar.zst"


@pytest.fixture
def api(eig):
    return eig.proxmoxer()


def done(api, upid):
    return Tasks.blocking_status(api, upid, polling_interval=0.01)["exitstatus"]


def test_the_server_as_it_is_found(api):
    node = api.nodes("eig")
    assert api.version.get()["version"] == "9.2.11"
    assert (node.status.get()["memory"]["total"], api.nodes.get()[0]["maxcpu"]) == (32 * 1024**3, 16)
    storages = {row["storage"]: row for row in node.storage.get()}
    assert (storages["local"]["type"], storages["local-lvm"]["type"]) == ("dir", "lvmthin")
    assert {row["iface"] for row in node.network.get(type="bridge")} == {"vmbr0", "vmbr1"}
    templates = {row["volid"] for row in node.storage("local").content.get(content="vztmpl")}
    assert templates == {DEBIAN, "local:vztmpl/ubuntu-24.04-standard_24.04-2_amd64.tar.zst"}
    assert {row["vmid"]: row["template"] for row in api.cluster.resources.get(type="vm")} == {9012: 1, 9024: 1}
    assert {realm["realm"] for realm in api.access.domains.get()} == {"pam", "pve", "gitlab"}
    assert not api.cluster.firewall.options.get().get("enable")


def test_a_container_from_nothing_to_nothing(api):
    api.pools.post(poolid="eig3-adler", comment="ADLER")
    options = {"ssh-public-keys": KEY, "features": "nesting=1", "tags": "eiginfra;eig3;adler"}
    upid = api.nodes("eig").lxc.post(
        vmid=101, ostemplate=DEBIAN, hostname="adler-web", cores=1, memory=512, swap=0, rootfs="local-lvm:8", nameserver="9.9.9.9",
        net0="name=eth0,bridge=vmbr1,ip=192.168.0.101/24,gw=192.168.0.254,firewall=1", unprivileged=1, pool="eig3-adler",
        description="eiginfra: eig3/adler/web", onboot=1, start=1, **options,
    )  # fmt: skip
    assert done(api, upid) == "OK"
    guest = api.nodes("eig").lxc(101)
    assert guest.status.current.get()["status"] == "running"
    assert guest.config.get()["rootfs"] == "local-lvm:vm-101-disk-0,size=8G"
    assert guest.config.get()["description"] == "eiginfra: eig3/adler/web\n"
    assert guest.interfaces.get()[1]["inet"] == "192.168.0.101/24"
    guest.config.put(memory=768)
    assert {row["key"]: row for row in guest.pending.get()}["memory"] == {"key": "memory", "value": 768}
    assert guest.status.current.get()["maxmem"] == 768 * 1024**2
    assert [member["vmid"] for member in api.pools.get(poolid="eig3-adler")[0]["members"]] == [101]
    with pytest.raises(ResourceException, match="container is running"):
        guest.delete()
    assert done(api, guest.delete(force=1, purge=1)) == "OK"
    assert api.pools.get(poolid="eig3-adler")[0]["members"] == []
    api.pools.delete(poolid="eig3-adler")


def test_a_vm_from_a_cloud_image(api):
    api.pools.post(poolid="eig3-adler")
    node = api.nodes("eig")
    upid = node.qemu(9012).clone.post(
        newid=102, name="adler-vm", pool="eig3-adler", full=1, description="eiginfra: eig3/adler/vm", storage="local-lvm"
    )
    assert done(api, upid) == "OK"
    vm = node.qemu(102)
    config = vm.config.get()
    assert "template" not in config
    assert config["scsi0"] == "local-lvm:vm-102-disk-0,discard=on,size=3G"
    vm.config.put(memory=1024, cores=2, ipconfig0="ip=192.168.0.102/24,gw=192.168.0.254", digest=config["digest"])
    assert done(api, vm.resize.put(disk="scsi0", size="16G")) == "OK"
    assert done(api, vm.status.start.post()) == "OK"
    vm.config.put(memory=2048)
    assert {row["key"]: row for row in vm.pending.get()}["memory"] == {"key": "memory", "value": "1024", "pending": "2048"}
    addresses = vm.agent("network-get-interfaces").get()["result"][1]["ip-addresses"]
    assert addresses == [{"ip-address": "192.168.0.102", "prefix": "24", "ip-address-type": "inet"}]
    assert done(api, vm.status.shutdown.post()) == "OK"
    assert vm.config.get(current=1)["memory"] == "2048"
    disks = {row["volid"]: row["size"] for row in node.storage("local-lvm").content.get(vmid=102)}
    assert disks["local-lvm:vm-102-disk-0"] == 16 * 1024**3
    linked = node.qemu(9024).clone.post(newid=103)
    assert done(api, linked) == "OK"
    assert done(api, vm.delete(purge=1)) == "OK"


def test_cluster_resources_lag_behind(eig):
    eig.vm(100, name="late", tags="a")
    row = next(row for row in eig.ok("GET", "/cluster/resources", {"type": "vm"}) if row["vmid"] == 100)
    assert row == {"id": "qemu/100", "type": "qemu", "vmid": 100, "node": "eig", "status": "unknown", "tags": "a"}
    assert eig.ok("GET", "/nodes/eig/qemu")[-1]["name"] == "late"
    eig.control(lag=0)
    row = next(row for row in eig.ok("GET", "/cluster/resources", {"type": "vm"}) if row["vmid"] == 100)
    assert (row["name"], row["status"], row["template"]) == ("late", "stopped", 0)


def test_two_nodes_and_a_migration(start):
    pve = start("eig", nodes=("eig", "eig2"))
    pve.vm(100, scsi0="local-lvm:1")
    assert pve.call("POST", "/nodes/eig/qemu/100/migrate", {"target": "eig"}).errors == {"target": "target is local node."}
    assert pve.call("POST", "/nodes/eig/qemu/100/migrate", {"target": "no"}).reason == "no such cluster node 'no'"
    assert pve.task("POST", "/nodes/eig/qemu/100/migrate", {"target": "eig2"}) == "OK"
    assert pve.call("GET", "/nodes/eig/qemu/100/config").status == 500
    assert pve.ok("GET", "/nodes/eig2/qemu/100/config")["scsi0"] == "local-lvm:vm-100-disk-0,size=1G"
    assert [row["type"] for row in pve.ok("GET", "/cluster/status")] == ["cluster", "node", "node"]


def test_the_state_survives_a_dump(eig):
    eig.ok("POST", "/pools", {"poolid": "p"})
    eig.vm(100, name="kept", pool="p", scsi0="local-lvm:1")
    eig.task("POST", "/nodes/eig/qemu/100/snapshot", {"snapname": "s1"})
    saved = json.loads(json.dumps(eig.service.dump()))
    config = eig.ok("GET", "/nodes/eig/qemu/100/config")
    eig.task("DELETE", "/nodes/eig/qemu/100")
    eig.service.load(saved)
    assert eig.ok("GET", "/nodes/eig/qemu/100/config") == config
    assert len(eig.ok("GET", "/nodes/eig/tasks")) == 2
    other = build(LabClock())
    assert other.token != eig.service.token
    other.load(saved)
    assert (other.token, other.token_id) == (eig.service.token, "eiginfra@pve!ci")
    assert other.dump() == saved


def test_an_unknown_profile_is_refused():
    with pytest.raises(ValueError, match="unknown profile 'x'"):
        build(LabClock(), profile="x")


def test_faults_are_state(eig):
    eig.control(fail={"qmcreate": "lvcreate failed"})
    upid = eig.ok("POST", "/nodes/eig/qemu", {"vmid": 100})
    assert eig.wait(upid) == "unable to create VM 100 - lvcreate failed"
    eig.control(storages={"local-lvm": {"used": 10**15}})
    answer = eig.task("POST", "/nodes/eig/qemu", {"vmid": 101, "scsi0": "local-lvm:1"})
    assert "reached threshold" in answer
    eig.control(nodes={"eig": {"online": False}})
    assert eig.call("GET", "/nodes/eig/status").status == 595
    assert eig.ok("GET", "/nodes")[0]["status"] == "offline"
    eig.control(nodes={"eig": {"online": True}}, guests={"150": {"kind": "lxc", "config": {"hostname": "by-hand"}}})
    assert [row["name"] for row in eig.ok("GET", "/nodes/eig/lxc")] == ["by-hand"]
    assert eig.session.put(f"{eig.url}/_lab/proxmox", json={"nope": 1}).status_code == 400


def test_a_failed_create_task_leaves_no_guest(eig):
    eig.control(fail={"qmcreate": "boom", "vzcreate": "boom", "qmclone": "boom"})
    eig.task("POST", "/nodes/eig/qemu", {"vmid": 100})
    eig.task("POST", "/nodes/eig/lxc", {"vmid": 101, "ostemplate": DEBIAN, "rootfs": "local-lvm:1"})
    eig.task("POST", "/nodes/eig/qemu/9012/clone", {"newid": 102})
    assert [row["vmid"] for row in eig.ok("GET", "/cluster/resources", {"type": "vm"})] == [9012, 9024]


def test_proxmoxer_with_a_password(pve):
    api = ProxmoxAPI(pve.host, user="eiginfra@pve", password="eiginfra-pw-1", verify_ssl=pve.ca)
    api.pools.post(poolid="by-ticket")
    assert api.pools.get() == [{"poolid": "by-ticket"}]
