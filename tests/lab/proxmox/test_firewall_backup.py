"""Firewalls, backup jobs, vzdump and restore (backup-firewall-misc, reading/)."""

import pytest


@pytest.fixture
def fw(pve):
    pve.vm(140, name="fwvm", scsi0="local:1,format=qcow2")
    return pve


BASE = "/nodes/pve1/qemu/140/firewall"


def test_options_have_a_digest(fw):
    empty = "da39a3ee5e6b4b0d3255bfef95601890afd80709"
    assert fw.ok("GET", f"{BASE}/options") == {"digest": empty}
    assert fw.ok("GET", "/cluster/firewall/options") == {"digest": empty}
    fw.ok("PUT", f"{BASE}/options", {"enable": 1, "policy_in": "DROP", "dhcp": 0})
    digest = fw.ok("GET", f"{BASE}/options")["digest"]
    fw.ok("PUT", f"{BASE}/options", {"enable": 0, "digest": digest})
    stale = fw.call("PUT", f"{BASE}/options", {"enable": 1, "digest": digest})
    assert stale.reason == "detected modified configuration - file changed by other user? Try again."
    fw.ok("PUT", f"{BASE}/options", {"delete": "dhcp"})
    options = fw.ok("GET", f"{BASE}/options")
    assert {key: options[key] for key in options if key != "digest"} == {"enable": 0, "policy_in": "DROP"}


def test_new_rules_come_first_and_move(fw):
    fw.ok("POST", f"{BASE}/rules", {"type": "in", "action": "ACCEPT", "proto": "tcp", "dport": "22", "source": "10.0.0.0/8", "enable": 1})
    fw.ok("POST", f"{BASE}/rules", {"type": "in", "action": "ACCEPT", "macro": "HTTPS", "enable": 1})
    rules = fw.ok("GET", f"{BASE}/rules")
    assert [(rule["pos"], rule.get("macro"), rule.get("ipversion")) for rule in rules] == [(0, "HTTPS", None), (1, None, 4)]
    fw.ok("PUT", f"{BASE}/rules/0", {"moveto": 2})
    assert [rule.get("macro") for rule in fw.ok("GET", f"{BASE}/rules")] == [None, "HTTPS"]
    fw.ok("DELETE", f"{BASE}/rules/0")
    assert fw.ok("GET", f"{BASE}/rules/0")["pos"] == "0"


def test_digests_are_of_one_section_and_come_out_as_recorded(fw):
    fw.ok("PUT", f"{BASE}/options", {"enable": 1, "policy_in": "DROP", "dhcp": 0})
    ssh = {"type": "in", "action": "ACCEPT", "proto": "tcp", "dport": "22", "source": "10.0.0.0/8", "comment": "ssh é", "enable": 1}
    fw.ok("POST", f"{BASE}/rules", ssh)
    fw.ok("POST", f"{BASE}/rules", {"type": "in", "action": "ACCEPT", "macro": "HTTPS", "enable": 1})
    fw.ok("POST", f"{BASE}/ipset", {"name": "trusted", "comment": "c"})
    fw.ok("POST", f"{BASE}/ipset/trusted", {"cidr": "10.1.2.3", "comment": "one"})
    fw.ok("POST", f"{BASE}/aliases", {"name": "home", "cidr": "192.0.2.0/24"})
    digests = [fw.ok("GET", f"{BASE}/options")["digest"]]
    digests += [fw.ok("GET", f"{BASE}/{section}")[0]["digest"] for section in ("rules", "ipset", "ipset/trusted", "aliases")]
    assert digests == [
        "6ae7f1f819825f555024e9b7a4b843dccee18321",
        "80e717639e224dc3b397402c42671346545f27c5",
        "8ae685f9078e4be4d322e22ddccbd544ebed83a6",
        "f81fc51a43ce258f4bfcd77117079e9345f45638",
        "ebc1c1a8830fbebd37287337fd642456bfabf689",
    ]


@pytest.mark.parametrize(
    ("method", "path", "params", "expected"),
    [
        ("GET", "rules/9", None, (500, "no rule at position 9")),
        ("POST", "rules", {"type": "in", "action": "BOGUS"}, (400, {"action": "unknown action 'BOGUS'"})),
        (
            "POST",
            "rules",
            {"type": "in", "action": "ACCEPT", "dport": "22"},
            (400, {"proto": "missing property - 'dport' requires this property"}),
        ),
        ("POST", "ipset", {"name": "trusted"}, (400, {"name": "IPSet 'trusted' already exists"})),
        ("POST", "ipset/trusted", {"cidr": "10.1.2.3"}, (400, {"cidr": "address '10.1.2.3' already exists"})),
        ("POST", "ipset/trusted", {"cidr": "nope"}, (500, "no such alias 'nope'")),
        ("DELETE", "ipset/trusted", None, (500, "IPSet 'trusted' is not empty")),
        ("GET", "ipset/none", None, (500, "no such IPSet 'none'")),
    ],
)
def test_firewall_refusals(fw, method, path, params, expected):
    fw.ok("POST", f"{BASE}/ipset", {"name": "trusted"})
    fw.ok("POST", f"{BASE}/ipset/trusted", {"cidr": "10.1.2.3"})
    answer = fw.call(method, f"{BASE}/{path}", params)
    assert (answer.status, answer.errors or answer.reason) == expected


def test_sets_aliases_groups_and_their_end(fw):
    fw.ok("POST", f"{BASE}/ipset", {"name": "ipfilter-net0"})
    fw.ok("POST", f"{BASE}/ipset/ipfilter-net0", {"cidr": "10.0.0.0/24"})
    fw.ok("DELETE", f"{BASE}/ipset/ipfilter-net0/10.0.0.0/24")
    fw.ok("DELETE", f"{BASE}/ipset/ipfilter-net0")
    fw.ok("POST", f"{BASE}/aliases", {"name": "home", "cidr": "192.0.2.0/24"})
    assert fw.ok("GET", f"{BASE}/refs") == [{"type": "alias", "name": "home", "ref": "home", "scope": "guest"}]
    fw.ok("POST", "/cluster/firewall/groups", {"group": "web", "comment": "c"})
    fw.ok("POST", "/cluster/firewall/groups/web", {"type": "in", "action": "ACCEPT"})
    assert fw.call("POST", "/cluster/firewall/groups", {"group": "web"}).errors == {"group": "Security group 'web' already exists"}
    assert fw.task("DELETE", "/nodes/pve1/qemu/140") == "OK"
    assert fw.ok("GET", f"{BASE}/aliases") == []


def test_backup_jobs(fw):
    fw.ok(
        "POST",
        "/cluster/backup",
        {"schedule": "daily", "vmid": "140,141", "storage": "local", "id": "job1", "prune-backups": "keep-last=2", "enabled": 0},
    )
    assert fw.call("POST", "/cluster/backup", {"schedule": "daily", "all": 1, "id": "job1"}).reason == "Job 'job1' already exists"
    assert fw.call("POST", "/cluster/backup", {"vmid": "140"}).errors == {"schedule": "neither 'starttime' nor 'schedule' were set"}
    both = fw.call("POST", "/cluster/backup", {"schedule": "daily", "vmid": "140", "all": 1})
    assert (both.status, both.reason) == (500, "400 Parameter verification failed.")
    assert both.body["message"] == "400 Parameter verification failed.\nall: option conflicts with option 'vmid'\n"
    assert fw.ok("GET", "/cluster/backup/job1")["prune-backups"] == {"keep-last": "2"}
    assert fw.ok("GET", "/cluster/backup/job1/included_volumes")["children"][0]["children"][0]["id"] == "140:scsi0"
    assert fw.call("GET", "/cluster/backup/none").errors == {"id": "No such job 'none'"}
    assert fw.task("DELETE", "/nodes/pve1/qemu/140", {"purge": 1}) == "OK"
    assert fw.ok("GET", "/cluster/backup")[0]["vmid"] == "141"


def test_a_container_is_backed_up_and_restored(pve):
    pve.container(233, rootfs="local:0.5", hostname="b1", description="to back up", net0="name=eth0,bridge=vmbr0")
    assert pve.task("POST", "/nodes/pve1/vzdump", {"vmid": "233", "storage": "local", "mode": "stop", "compress": "zstd"}) == "OK"
    backup = pve.ok("GET", "/nodes/pve1/storage/local/content", {"content": "backup"})[0]
    assert (backup["subtype"], backup["vmid"], backup["format"]) == ("lxc", 233, "tar.zst")
    params = {"vmid": 233, "ostemplate": backup["volid"], "restore": 1}
    assert pve.call("POST", "/nodes/pve1/lxc", params).reason == "CT 233 already exists on node 'pve1'"
    pve.ok("PUT", "/nodes/pve1/lxc/233/config", {"memory": 64})
    assert pve.task("POST", "/nodes/pve1/lxc", params | {"force": 1}) == "OK"
    assert pve.ok("GET", "/nodes/pve1/lxc/233/config")["memory"] == 512
    assert pve.task("POST", "/nodes/pve1/lxc", params | {"vmid": 234, "unique": 1}) == "OK"
    first, second = (pve.ok("GET", f"/nodes/pve1/lxc/{vmid}/config") for vmid in (233, 234))
    assert first["net0"] != second["net0"]
    assert (second["hostname"], second["rootfs"]) == ("b1", "local:234/vm-234-disk-0.raw,size=512M")
    upid = pve.ok("DELETE", f"/nodes/pve1/storage/local/content/{backup['volid']}")
    assert pve.wait(upid) == "OK"
    assert pve.log(upid)[0] == f"Removed volume '{backup['volid']}'"


def test_backing_up_what_is_not_there(pve):
    assert pve.task("POST", "/nodes/pve1/vzdump", {"vmid": "9999", "storage": "local"}) == "job errors"


def test_volumes_by_hand(pve):
    pve.vm(140)
    volid = pve.ok(
        "POST", "/nodes/pve1/storage/local/content", {"vmid": 140, "filename": "vm-140-disk-9.qcow2", "size": "1G", "format": "qcow2"}
    )
    assert volid == "local:140/vm-140-disk-9.qcow2"
    upid = pve.ok("DELETE", f"/nodes/pve1/storage/local/content/{volid}")
    assert upid.split(":")[5:7] == ["imgdel", "140@local"]
    gone = pve.ok("DELETE", "/nodes/pve1/storage/local/content/local:iso/tiny.iso")
    assert pve.wait(gone) == "OK"
    assert pve.log(gone)[0] == "disk image '/var/lib/vz/template/iso/tiny.iso' does not exist"
