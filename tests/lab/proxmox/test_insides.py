"""What is on a guest's disk belongs to the lab's machines; Proxmox keeps it with the guest, and shows it to nobody."""

import json

TEMPLATE = "local:vztmpl/debian-12-standard_12.7-1_amd64.tar.zst"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHCwNl2Q0VXZzrBT9Rh5P8aEqm8cHrHFp2X/68GOJZvi somebody"


def test_what_is_inside_a_container_is_copied_and_kept_and_never_shown(eig):
    made = {"vmid": 220, "ostemplate": TEMPLATE, "rootfs": "local-lvm:8", "ssh-public-keys": KEY}
    assert eig.task("POST", "/nodes/{node}/lxc", made) == "OK"
    guests = eig.service.lab.state.guests
    assert guests[220].inside == {"ssh-public-keys": KEY}
    guests[220].inside["host_key"] = "secret"
    assert eig.task("POST", "/nodes/{node}/lxc/220/snapshot", {"snapname": "before"}) == "OK"
    guests[220].inside |= {"host_key": "another", "ssh-public-keys": ""}
    shown = [eig.ok("GET", f"/nodes/{{node}}/lxc/220/{what}") for what in ("config", "status/current", "snapshot", "pending")]
    assert "AAAA" not in json.dumps(shown)
    assert "secret" not in json.dumps(shown)
    assert eig.task("POST", "/nodes/{node}/lxc/220/snapshot/before/rollback") == "OK"
    assert guests[220].inside == {"ssh-public-keys": KEY, "host_key": "secret"}
    assert eig.task("POST", "/nodes/{node}/lxc/220/clone", {"newid": 221, "snapname": "before"}) == "OK"
    assert guests[221].inside == {"ssh-public-keys": KEY}
    eig.service.load(json.loads(json.dumps(eig.service.dump())))
    assert eig.service.lab.state.guests[220].inside["host_key"] == "secret"
