"""What is stored and read back (container-config, vm-create-config, vm-lifecycle)."""

import pytest

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHCwNl2Q0VXZzrBT9Rh5P8aEqm8cHrHFp2X/68GOJZvi user+tag@host"


def test_a_barest_container_has_these_options(pve):
    assert pve.task("POST", "/nodes/pve1/lxc", {"vmid": 202, "ostemplate": "local:vztmpl/debian-12-standard_12.7-1_amd64.tar.gz"}) == "OK"
    config = pve.ok("GET", "/nodes/pve1/lxc/202/config")
    assert len(config.pop("digest")) == 40
    assert config == {
        "arch": "amd64", "hostname": "CT202", "memory": 512, "swap": 512, "ostype": "debian", "unprivileged": 1,
        "rootfs": "local:202/vm-202-disk-0.raw,size=4G",
    }  # fmt: skip


def test_a_container_is_written_in_the_servers_order(pve):
    net = "name=eth0,bridge=vmbr0,ip=10.0.0.7/24,gw=10.0.0.1,firewall=1,rate=10,tag=7"
    texts = {"tags": "Zeta;alpha;ZETA;beta,alpha  gamma", "description": "line one\nline two ✓\n", "ssh-public-keys": f"{KEY}\n"}
    pve.container(201, rootfs="local:1", mp0="local:0.1,mp=/data,backup=1", net0=net, cpulimit=1.5, cores=2, **texts)
    config = pve.ok("GET", "/nodes/pve1/lxc/201/config")
    head, _, mac = config["net0"].partition("hwaddr=")
    assert head == "name=eth0,bridge=vmbr0,firewall=1,gw=10.0.0.1,"
    assert mac[17:] == ",ip=10.0.0.7/24,rate=10,tag=7,type=veth"
    assert mac.startswith("BC:24:11:")
    assert config["mp0"] == "local:201/vm-201-disk-1.raw,mp=/data,backup=1,size=102M"
    assert (config["cpulimit"], config["cores"], config["tags"]) == ("1.5", 2, "alpha;beta;gamma;zeta")
    assert config["description"] == "line one\nline two ✓\n"


@pytest.mark.parametrize(
    ("kind", "option", "given", "read"),
    [
        ("qemu", "tags", "A;a;B", "a;b"),
        ("qemu", "tags", "x,y z", "x;y;z"),
        ("qemu", "tags", "", " "),
        ("qemu", "ciuser", "", " "),
        ("qemu", "description", "trailing newline\n", "trailing newline"),
        ("qemu", "description", "crlf\r\nline", "crlf\r\nline"),
        ("qemu", "description", "percent %41 é", "percent %41 é"),
        ("qemu", "description", "", None),
        ("qemu", "memory", "512", "512"),
        ("qemu", "cpulimit", "1.5", "1.5"),
        ("qemu", "balloon", "32", 32),
        ("qemu", "net0", "virtio=BC:24:11:00:00:01,bridge=vmbr0,firewall=1", "virtio=BC:24:11:00:00:01,bridge=vmbr0,firewall=1"),
        ("lxc", "description", "simple", "simple\n"),
        ("lxc", "memory", "300", 300),
        ("lxc", "cpuunits", "1", 2),
        ("lxc", "features", "", " "),
        ("lxc", "hostname", "Upper.Case", "Upper.Case"),
        ("lxc", "nameserver", "10.0.0.3,10.0.0.4", "10.0.0.3,10.0.0.4"),
    ],
)
def test_a_value_reads_back(pve, kind, option, given, read):
    pve.vm(100) if kind == "qemu" else pve.container(100)
    pve.ok("PUT", f"/nodes/pve1/{kind}/100/config", {option: given})
    assert pve.ok("GET", f"/nodes/pve1/{kind}/100/config").get(option) == read


def test_a_net_without_mac_gets_a_new_one_at_every_put(pve):
    pve.vm(100, net0="virtio,bridge=vmbr0")
    first = pve.ok("GET", "/nodes/pve1/qemu/100/config")["net0"]
    pve.ok("PUT", "/nodes/pve1/qemu/100/config", {"net0": "virtio,bridge=vmbr0"})
    assert pve.ok("GET", "/nodes/pve1/qemu/100/config")["net0"] != first


def test_a_vm_is_made_with_boot_order_and_ids(pve):
    pve.vm(
        100,
        scsi0="local:1,format=qcow2,discard=on",
        ide2="local:cloudinit",
        net0="virtio,bridge=vmbr0",
        tags="Zeta;alpha",
        cipassword="s3cret",
    )
    config = pve.ok("GET", "/nodes/pve1/qemu/100/config")
    assert config["scsi0"] == "local:100/vm-100-disk-0.qcow2,discard=on,size=1G"
    assert config["ide2"] == "local:100/vm-100-cloudinit.qcow2,media=cdrom"
    assert (config["boot"], config["tags"], config["cipassword"]) == ("order=scsi0;ide2;net0", "alpha;zeta", "**********")
    assert config["smbios1"].startswith("uuid=")


@pytest.mark.parametrize(
    ("params", "reason"),
    [
        ({"scsi1": "nostore:1"}, "storage 'nostore' does not exist"),
        ({"scsi1": "local:bad"}, "unable to parse directory volume name 'bad'"),
        ({"scsi1": "local:9999/none.qcow2"}, "volume 'local:9999/none.qcow2' does not exist"),
        ({"boot": "order=scsi9"}, "invalid bootorder: device 'scsi9' does not exist'"),
        ({"balloon": "9999"}, "balloon value too large (must be smaller than assigned memory)"),
        ({"args": "-foo"}, "only root can set 'args' config"),
        ({"delete": "lock"}, "only root can set 'lock' config"),
        ({}, "no options specified"),
    ],
)
def test_what_a_vm_refuses(pve, params, reason):
    pve.vm(100)
    answer = pve.call("PUT", "/nodes/pve1/qemu/100/config", params)
    assert (answer.status, answer.reason) == (500, reason)


@pytest.mark.parametrize(
    ("params", "status", "reason"),
    [
        ({"delete": "memory"}, 500, "unable to delete required option 'memory'"),
        ({"unprivileged": 0}, 500, "unable to modify read-only option: 'unprivileged'"),
        ({"delete": "unprivileged"}, 500, "unable to delete read-only option: 'unprivileged'"),
        ({"features": "keyctl=1"}, 403, "Permission check failed (changing feature flags (except nesting) is only allowed for root@pam)"),
        ({"mp1": "/srv,mp=/x"}, 403, "Permission check failed (mount point type bind is only allowed for root@pam)"),
        ({"hookscript": "local:snippets/h.sh"}, 403, "Permission check failed (changing the hookscript is only allowed for root@pam)"),
        ({"delete": "arch"}, 500, "missing 'arch' - internal error at /usr/share/perl5/PVE/LXC.pm line 724."),
    ],
)
def test_what_a_container_refuses(pve, params, status, reason):
    pve.container(202)
    answer = pve.call("PUT", "/nodes/pve1/lxc/202/config", params)
    assert (answer.status, answer.reason) == (status, reason)


def test_a_put_that_fails_late_is_saved_all_the_same(pve):
    pve.container(202)
    pve.call("PUT", "/nodes/pve1/lxc/202/config", {"delete": "arch"})
    assert pve.call("PUT", "/nodes/pve1/lxc/202/config", {"memory": 301}).status == 500
    assert pve.ok("GET", "/nodes/pve1/lxc/202/config")["memory"] == 301


def test_option_names_in_delete_are_checked(pve):
    pve.container(202)
    assert pve.call("PUT", "/nodes/pve1/lxc/202/config", {"delete": "bogusopt"}).errors == {"delete": "unknown option 'bogusopt'"}
    both = pve.call("PUT", "/nodes/pve1/lxc/202/config", {"memory": 300, "delete": "memory"})
    assert both.errors == {"delete": "you can't use '-memory' and -delete memory' at the same time"}


@pytest.mark.parametrize("keys", ["nokey", "ssh-ed25519 AAAAnotakey x", "ssh-ed25519%20AAAA", f"# comment\n{KEY}\n"])
def test_bad_ssh_keys(pve, keys):
    params = {"vmid": 201, "ostemplate": "local:vztmpl/debian-12-standard_12.7-1_amd64.tar.gz", "ssh-public-keys": keys}
    assert pve.call("POST", "/nodes/pve1/lxc", params).reason == "SSH public key validation error"


@pytest.mark.parametrize("keys", ["", f"{KEY}\n", f"\n{KEY}\n\n", f"no-pty {KEY}\n"])
def test_good_ssh_keys(pve, keys):
    pve.container(201, **{"ssh-public-keys": keys})


def test_live_and_pending_changes_of_a_running_container(pve):
    pve.container(204, net0="name=eth0,bridge=vmbr0", start=1)
    pve.ok(
        "PUT",
        "/nodes/pve1/lxc/204/config",
        {"memory": 300, "cores": 1, "hostname": "new", "nameserver": "10.0.0.5", "features": "nesting=1"},
    )
    rows = {row["key"]: row for row in pve.ok("GET", "/nodes/pve1/lxc/204/pending")}
    assert rows["memory"] == {"key": "memory", "value": 300}
    assert rows["hostname"] == {"key": "hostname", "value": "new"}
    assert rows["nameserver"] == {"key": "nameserver", "pending": "10.0.0.5"}
    assert "nameserver" not in pve.ok("GET", "/nodes/pve1/lxc/204/config", {"current": 1})
    assert pve.ok("GET", "/nodes/pve1/lxc/204/config")["nameserver"] == "10.0.0.5"
    pve.ok("PUT", "/nodes/pve1/lxc/204/config", {"revert": "features"})
    assert pve.task("POST", "/nodes/pve1/lxc/204/status/reboot") == "OK"
    rows = {row["key"]: row for row in pve.ok("GET", "/nodes/pve1/lxc/204/pending")}
    assert rows["nameserver"] == {"key": "nameserver", "value": "10.0.0.5"}
    assert "features" not in rows


def test_hot_nets_need_their_bridge_and_leave_nothing_behind(pve):
    pve.container(204, start=1)
    missing = pve.call("PUT", "/nodes/pve1/lxc/204/config", {"net4": "name=eth4,bridge=vmbr9"})
    assert missing.errors == {"net4": "unable to hotplug net4: bridge 'vmbr9' does not exist\n"}
    assert "net4" not in pve.ok("GET", "/nodes/pve1/lxc/204/config")


def test_memory_and_cores_of_a_running_vm_wait_for_a_restart(pve):
    pve.vm(110, cores=1)
    assert pve.task("POST", "/nodes/pve1/qemu/110/status/start") == "OK"
    pve.ok("PUT", "/nodes/pve1/qemu/110/config", {"memory": 160, "cores": 2, "tags": "live"})
    rows = {row["key"]: row for row in pve.ok("GET", "/nodes/pve1/qemu/110/pending")}
    assert rows["memory"] == {"key": "memory", "value": "64", "pending": "160"}
    assert rows["tags"] == {"key": "tags", "value": "live"}
    pve.ok("PUT", "/nodes/pve1/qemu/110/config", {"revert": "memory", "delete": "cores"})
    rows = {row["key"]: row for row in pve.ok("GET", "/nodes/pve1/qemu/110/pending")}
    assert rows["memory"] == {"key": "memory", "value": "64"}
    assert rows["cores"] == {"key": "cores", "value": 1, "delete": 1}
    assert pve.task("POST", "/nodes/pve1/qemu/110/status/stop") == "OK"
    assert "cores" not in pve.ok("GET", "/nodes/pve1/qemu/110/config", {"current": 1})


def test_removed_mounts_become_unused_and_then_go(pve):
    pve.container(202, mp0="local:0.1,mp=/srv/data")
    pve.ok("PUT", "/nodes/pve1/lxc/202/config", {"delete": "mp0"})
    assert pve.ok("GET", "/nodes/pve1/lxc/202/config")["unused0"] == "local:202/vm-202-disk-1.raw"
    pve.ok("PUT", "/nodes/pve1/lxc/202/config", {"delete": "unused0"})
    volumes = pve.ok("GET", "/nodes/pve1/storage/local/content", {"vmid": 202})
    assert [volume["volid"] for volume in volumes] == ["local:202/vm-202-disk-0.raw"]


@pytest.mark.parametrize(("kind", "drive", "word"), [("lxc", "mp0", "CT 100 drive 'mp0'"), ("qemu", "scsi0", "drive 'scsi0'")])
def test_a_protected_guest_keeps_its_drives(pve, kind, drive, word):
    pve.vm(100, scsi0="local:1", protection=1) if kind == "qemu" else pve.container(100, mp0="local:0.1,mp=/x", protection=1)
    answer = pve.call("PUT", f"/nodes/pve1/{kind}/100/config", {"delete": drive})
    assert (answer.status, answer.reason) == (500, f"can't remove {word} - protection mode enabled")


def test_report_2_memory_and_balloon_are_held_against_one_another(pve):
    pve.vm(100, memory=4096, balloon=2048)
    config = "/nodes/pve1/qemu/100/config"
    said = "balloon value too large (must be smaller than assigned memory)"
    for change in ({"memory": 512}, {"balloon": 8192}, {"memory": 512, "balloon": 1024}):
        answer = pve.call("PUT", config, change)
        assert (answer.status, answer.reason) == (500, said)
    assert pve.task("POST", config, {"memory": 512}) == said
    pve.ok("PUT", config, {"memory": 512, "balloon": 0})
    pve.ok("PUT", config, {"memory": 256})


@pytest.mark.parametrize(("release", "kept"), [("9.1", "Zeta;alpha"), ("9.2", "alpha;zeta")])
def test_a_new_vms_tags_are_put_in_order_since_9_2(start, release, kept):
    pve = start(release=release)
    pve.vm(100, tags="Zeta;alpha")
    assert pve.ok("GET", "/nodes/pve1/qemu/100/config")["tags"] == kept


@pytest.mark.parametrize("kind", ["lxc", "qemu"])
def test_empty_lines_at_the_end_of_a_description_are_lost(pve, kind):
    pve.vm(100) if kind == "qemu" else pve.container(100)
    config, end = f"/nodes/pve1/{kind}/100/config", "\n" if kind == "lxc" else ""
    pve.ok("PUT", config, {"description": "one\n\ntwo\n\n\n"})
    assert pve.ok("GET", config)["description"] == f"one\n\ntwo{end}"
    pve.ok("PUT", config, {"description": "\n\n"})
    assert pve.ok("GET", config).get("description") == (None if kind == "lxc" else "one\n\ntwo")
    pve.ok("PUT", config, {"description": ""})
    assert "description" not in pve.ok("GET", config)


def test_a_cd_is_not_resized(eig):
    drive = eig.ok("GET", "/nodes/eig/qemu/9012/config")["ide2"]
    assert "media=cdrom" in drive
    assert eig.task("PUT", "/nodes/eig/qemu/9012/resize", {"disk": "ide2", "size": "1G"}) == "you can't resize a cdrom"


def test_a_rollback_gives_disks_their_size_back(eig):
    eig.vm(102, scsi0="local-lvm:1")
    base = "/nodes/eig/qemu/102"
    assert eig.task("POST", f"{base}/snapshot", {"snapname": "one"}) == "OK"
    before = eig.ok("GET", f"{base}/config")
    assert eig.task("PUT", f"{base}/resize", {"disk": "scsi0", "size": "2G"}) == "OK"
    shown = eig.ok("GET", f"{base}/config", {"snapshot": "one"})
    assert ("size=1G" in shown["scsi0"], shown["digest"]) == (True, eig.ok("GET", f"{base}/config")["digest"])
    assert "digest" not in eig.ok("GET", f"{base}/snapshot/one/config")
    assert eig.task("POST", f"{base}/snapshot/one/rollback") == "OK"
    after = eig.ok("GET", f"{base}/config")
    assert (after["scsi0"], after["vmgenid"] == before["vmgenid"]) == (before["scsi0"].replace("size=2G", "size=1G"), False)
    assert eig.ok("GET", "/nodes/eig/storage/local-lvm/content", {"vmid": 102})[0]["size"] == 1024**3
