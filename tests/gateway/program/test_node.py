"""Where the gateway is a Proxmox VE node: a container's features, restart and host keys, by pct, whose calls are noted."""

import pytest
from support.gateway_root import CONFIGURATION, GatewayRoot
from support.ssh_keys_made import KEYS_MADE

PCT = """#!/bin/sh
printf '%s\\n' "$*" >>/run/asked
case "$1" in
    status) echo "status: $(cat /run/status)" ;;
    exec) cat /run/inside ;;
    *) cat /run/refuse >&2 2>/dev/null && exit 255 ;;
esac
exit 0
"""
LXC = "/etc/pve/nodes/eig/lxc"


@pytest.fixture
def node(gateway: GatewayRoot) -> GatewayRoot:
    gateway.write("/etc/eiginfra-gateway/configuration", f"{CONFIGURATION}node eig\n")
    gateway.write("/usr/sbin/pct", PCT, "755")
    gateway.sh("echo running >/run/status; : >/run/asked")
    return gateway


def _asked(root: GatewayRoot) -> list[str]:
    return root.sh("cat /run/asked").splitlines()


FEATURES = {
    "hostname: web\n": ("-", "-"),
    "features: nesting=1\n": ("nesting=1", "nesting=1"),
    "features: nesting=1,keyctl=1\nhostname: web\n": ("nesting=1,keyctl=1", "nesting=1,keyctl=1"),
    "features:  mount=nfs;cifs , fuse=1\n": ("mount=nfs;cifs,fuse=1", "mount=nfs;cifs,fuse=1"),
    "#features: keyctl=1\n[snap]\nfeatures: keyctl=1\n": ("-", "-"),
    "features: nesting=1\n\n[pve:pending]\nfeatures: nesting=1,keyctl=1\n\n[snap]\nfeatures: fuse=1\n": ("nesting=1", "nesting=1,keyctl=1"),
    "features: keyctl=1\n[pve:pending]\ndelete: tags,features\n": ("keyctl=1", "-"),
    "features: keyctl=1\n[pve:pending]\ndelete: featuresx\n": ("keyctl=1", "keyctl=1"),
}


def test_features_are_observed_now_and_after_the_next_start(node: GatewayRoot) -> None:
    for number, text in enumerate(FEATURES):
        node.write(f"{LXC}/{200 + number}.conf", text)
    node.sh("touch $1/x.conf $1/99.conf $1/0100.conf; ln -s /etc/passwd $1/300.conf", LXC)
    wanted = [f"{200 + number} {now} {later}" for number, (now, later) in enumerate(FEATURES.values())]
    assert node.sections()["guests"].splitlines() == wanted


SET = {
    ("-", "yes"): ["set 107 --features keyctl=1"],
    ("-", "no"): [],
    ("nesting=1", "yes"): ["set 107 --features nesting=1,keyctl=1"],
    ("nesting=1", "no"): [],
    ("keyctl=1", "yes"): [],
    ("keyctl=1", "no"): ["set 107 --delete features"],
    ("nesting=1,keyctl=1,mount=nfs;cifs", "no"): ["set 107 --features nesting=1,mount=nfs;cifs"],
    ("keyctl=0,nesting=1", "yes"): ["set 107 --features nesting=1,keyctl=1"],
    ("keyctl=0", "no"): [],
}


@pytest.mark.parametrize(("have", "keyctl"), SET)
def test_keyctl_is_set_and_what_else_is_there_kept(node: GatewayRoot, have: str, keyctl: str) -> None:
    node.write(f"{LXC}/107.conf", "" if have == "-" else f"features: {have}\n")
    done = node.verb("features", f"id 107\nkeyctl {keyctl}\n")
    assert (done.code, done.out, done.err) == (0, "", "")
    assert _asked(node) == SET[have, keyctl]


def test_what_pct_refuses_is_told(node: GatewayRoot) -> None:
    node.write(f"{LXC}/107.conf", "")
    node.write("/run/refuse", "CT is locked (backup)\n")
    for verb, data in (("features", "id 107\nkeyctl yes\n"), ("restart", "id 107\n")):
        done = node.verb(verb, data)
        assert (done.code, done.err) == (74, "CT is locked (backup)\n")


@pytest.mark.parametrize(("status", "asked"), [("running", ["status 107", "reboot 107"]), ("stopped", ["status 107"])])
def test_a_container_that_runs_is_restarted(node: GatewayRoot, status: str, asked: list[str]) -> None:
    node.write(f"{LXC}/107.conf", "")
    node.write("/run/status", f"{status}\n")
    assert node.verb("restart", "id 107\n").code == 0
    assert _asked(node) == asked


def test_host_keys_are_told_and_nothing_else_that_a_container_says(node: GatewayRoot) -> None:
    node.write(f"{LXC}/107.conf", "")
    good = [KEYS_MADE[kind] for kind in ("ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-rsa")]
    bad = ["end", "ssh-ed25519 AAAA", "ssh-dss AAAA", "\x1b[2J", "$(touch /tmp/out)", "x" * 30000, f"{good[0]}\x00x", ""]
    node.write("/run/inside", "".join(f"{line} root@web\n" for pair in zip([*good, *good], bad, strict=False) for line in pair))
    done = node.verb("host-keys", "id 107\n")
    assert done.code == 0
    assert set(done.out.splitlines()) == set(good)
    assert _asked(node) == [
        "exec 107 -- cat /etc/ssh/ssh_host_ed25519_key.pub /etc/ssh/ssh_host_ecdsa_key.pub /etc/ssh/ssh_host_rsa_key.pub"
    ]
    node.sh("head -c 1000000 /dev/zero | tr '\\0' 'x' >/run/inside")
    assert node.verb("host-keys", "id 107\n").out == ""


@pytest.mark.parametrize("verb", ["features", "restart", "host-keys"])
def test_what_is_no_container_of_this_node_is_refused(node: GatewayRoot, verb: str) -> None:
    node.write("/etc/pve/nodes/other/lxc/107.conf", "")
    node.write("/etc/pve/nodes/eig/qemu-server/107.conf", "")
    data = "id 107\n" + ("keyctl yes\n" if verb == "features" else "")
    done = node.verb(verb, data)
    assert (done.code, done.err) == (65, "refused: id: not a container of this node\n")
    node.write(f"{LXC}/107.conf", "")
    node.write("/etc/eiginfra-gateway/configuration", CONFIGURATION)
    done = node.verb(verb, data)
    assert (done.code, done.err) == (65, "refused: id: the configuration names no node\n")
    assert _asked(node) == []


def test_pct_that_is_missing_is_told(node: GatewayRoot) -> None:
    node.write(f"{LXC}/107.conf", "")
    node.sh("rm /usr/sbin/pct")
    done = node.verb("restart", "id 107\n")
    assert (done.code, done.err) == (69, "missing: pct\n")
