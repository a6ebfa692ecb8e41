"""Pools, flat and nested (pools.jsonl)."""

import pytest


@pytest.fixture
def pool(pve):
    pve.ok("POST", "/pools", {"poolid": "x", "comment": "é"})
    pve.vm(900, name="poolvm")
    pve.ok("PUT", "/pools", {"poolid": "x", "vms": "900"})
    return pve


@pytest.mark.parametrize(
    ("method", "path", "params", "reason"),
    [
        ("POST", "/pools", {"poolid": "x"}, "create pool failed: pool 'x' already exists"),
        ("POST", "/pools", {"poolid": "nop/sub"}, "create pool failed: parent 'nop' of pool 'nop/sub' does not exist"),
        ("PUT", "/pools", {"poolid": "x", "vms": "900"}, "update pools failed: VM 900 is already a pool member"),
        ("PUT", "/pools/nope", {"comment": "z"}, "update pools failed: pool 'nope' does not exist"),
        ("PUT", "/pools", {"poolid": "x", "vms": "901", "delete": 1}, "update pools failed: VM 901 is not a pool member"),
        ("DELETE", "/pools/x", None, "delete pool failed: pool 'x' is not empty (contains VM 900)"),
        ("DELETE", "/pools", {"poolid": "nope"}, "delete pool failed: pool 'nope' does not exist"),
    ],
)
def test_refusals(pool, method, path, params, reason):
    answer = pool.call(method, path, params)
    assert (answer.status, answer.reason) == (500, reason)


def test_unknown_members_are_accepted_and_not_kept(pool):
    pool.ok("PUT", "/pools", {"poolid": "x", "vms": "901", "storage": "nope"})
    assert [member["id"] for member in pool.ok("GET", "/pools/x")["members"]] == ["qemu/900"]


def test_a_guest_moves_only_when_asked(pool):
    pool.ok("POST", "/pools", {"poolid": "y"})
    answer = pool.call("PUT", "/pools", {"poolid": "y", "vms": "900"})
    assert answer.reason == "update pools failed: VM 900 belongs already to pool 'x' and 'allow-move' is not set"
    pool.ok("PUT", "/pools", {"poolid": "y", "vms": "900", "allow-move": 1})
    assert pool.ok("GET", "/pools", {"poolid": "x"})[0]["members"] == []
    assert [member["vmid"] for member in pool.ok("GET", "/pools", {"poolid": "y", "type": "qemu"})[0]["members"]] == [900]


def test_nested_pools_only_by_query(pool):
    pool.ok("POST", "/pools", {"poolid": "x/sub"})
    assert pool.ok("GET", "/pools", {"poolid": "x/sub"}) == [{"poolid": "x/sub", "members": []}]
    assert pool.call("DELETE", "/pools", {"poolid": "x"}).reason == "delete pool failed: pool 'x' is not empty (contains pool 'x/sub')"
    pool.ok("DELETE", "/pools", {"poolid": "x/sub"})


def test_members_are_shown_without_any_right_by_query_alone(pool):
    nobody = pool.token("nil")
    assert pool.ok("GET", "/pools", token=nobody) == []
    assert len(pool.ok("GET", "/pools", {"poolid": "x"}, token=nobody)[0]["members"]) == 1
    assert pool.call("GET", "/pools/x", token=nobody).reason == "Permission check failed (/pool/x, Pool.Audit)"


def test_destroying_a_guest_takes_it_out_of_its_pool_and_its_acls(pool):
    pool.ok("PUT", "/access/acl", {"path": "/vms/900", "users": "eiginfra@pve", "roles": "Administrator"})
    assert pool.task("DELETE", "/nodes/pve1/qemu/900") == "OK"
    assert pool.ok("GET", "/pools/x")["members"] == []
    assert [entry["path"] for entry in pool.ok("GET", "/access/acl")] == ["/"]


def test_a_change_of_a_pool_is_done_as_a_whole_or_not_at_all(pve):
    pve.vm(100)
    pve.vm(101)
    pve.ok("POST", "/pools", {"poolid": "ci", "comment": "before"})
    pve.ok("POST", "/pools", {"poolid": "other"})
    pve.ok("PUT", "/pools", {"poolid": "other", "vms": "101"})
    refused = pve.call("PUT", "/pools", {"poolid": "ci", "vms": "100,101", "comment": "after", "storage": "local"})
    assert (refused.status, "VM 101 belongs already to pool 'other'" in refused.reason) == (500, True)
    [pool] = pve.ok("GET", "/pools", {"poolid": "ci"})
    assert (pool["comment"], pool["members"]) == ("before", [])
