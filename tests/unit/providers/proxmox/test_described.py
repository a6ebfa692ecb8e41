"""That the check by which every request of the cases is judged would see a wrong one."""

from typing import Any

import pytest
from support.proxmox_contract import FILE, Contract

CONFIG = "nodes/eig/lxc/107/config"


@pytest.fixture(scope="module")
def contract() -> Contract:
    if not FILE.exists():
        pytest.skip(f"the API description of Proxmox VE is not at {FILE}")
    return Contract()


@pytest.mark.parametrize(
    ("method", "path", "params"),
    [
        ("PUT", CONFIG, {"memory": 512, "net0": "name=eth0,bridge=vmbr1,hwaddr=BC:24:11:69:9A:3D,rate=2.5", "tags": "a;b.c"}),
        ("PUT", "nodes/eig/qemu/107/config", {"net1": "virtio=BC:24:11:69:9A:3D,bridge=vmbr1", "agent": "enabled=1", "cpu": "host"}),
        ("POST", "pools", {"poolid": "eig3-adler", "comment": "é"}),
        ("DELETE", "nodes/eig/lxc/107/firewall/ipset/ipfilter-net0/10.0.0.0%2F8", {}),
    ],
)
def test_a_valid_request_has_no_complaint(contract: Contract, method: str, path: str, params: dict[str, Any]) -> None:
    assert contract.complaints(method, path, params) == []


@pytest.mark.parametrize(
    ("method", "path", "params", "said"),
    [
        ("PUT", "nodes/eig/lxc/107/configuration", {}, "the API has no PUT"),
        ("PATCH", CONFIG, {}, "the API has no PATCH"),
        ("PUT", "nodes/eig/lxc/7/config", {}, "is out of bounds"),
        ("PUT", "nodes/e_g/lxc/107/config", {}, "is no pve-node"),
        ("PUT", CONFIG, {"balloon": 0}, "knows no balloon"),
        ("PUT", CONFIG, {"memory": "much"}, "is no integer"),
        ("PUT", CONFIG, {"memory": 8}, "is out of bounds"),
        ("PUT", CONFIG, {"onboot": True}, "goes out as True"),
        ("PUT", CONFIG, {"onboot": 2}, "is neither 0 nor 1"),
        ("PUT", CONFIG, {"lock": "mine"}, "is none of backup"),
        ("PUT", CONFIG, {"description": "x" * 9000}, "has 9000 characters"),
        ("PUT", CONFIG, {"hostname": "a b"}, "is no dns-name"),
        ("PUT", CONFIG, {"tags": "a;-b"}, "'-b' is no pve-tag-list"),
        ("PUT", CONFIG, {"net0": "name=eth0,speed=9"}, "knows no speed"),
        ("PUT", CONFIG, {"net0": "bridge=vmbr1"}, "name is missing"),
        ("PUT", CONFIG, {"net0": "name=eth0,tag=9999"}, "is out of bounds"),
        ("PUT", CONFIG, {"net0": "name=eth0,name=eth1"}, "name stands there twice"),
        ("PUT", CONFIG, {"net0": "eth0"}, "'eth0' has no key"),
        ("PUT", CONFIG, {"net0": "name=eth0,hwaddr=BC:24:11"}, "is no mac-addr"),
        ("POST", "nodes/eig/lxc", {"vmid": 107}, "ostemplate is missing"),
        ("POST", "access/roles", {"roleid": "Eig", "privs": "VM"}, "is no pve-priv-list"),
        ("POST", "nodes/eig/lxc/107/snapshot", {"snapname": "2 of them"}, "is no pve-configid"),
    ],
)
def test_a_wrong_one_has(contract: Contract, method: str, path: str, params: dict[str, Any], said: str) -> None:
    assert said in "\n".join(contract.complaints(method, path, params))
