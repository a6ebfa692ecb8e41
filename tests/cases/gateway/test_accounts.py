"""Accounts on a gateway over real SSH: who may jump where, and who may no longer."""

from datetime import date
from typing import Any

import pytest
from support.gateway_rows.features import CONTAINER
from support.gateway_wire import KEY, OTHER_KEY
from support.gateway_world import DB, WEB, GatewayWorld, of

from eiginfra.core.errors import PermissionDeniedError
from eiginfra.core.secret import Secret
from eiginfra.lab.gateway.keys import make_key, public_key
from eiginfra.providers.gateway.kinds.account import GatewayAccountSpec
from eiginfra.providers.proxmox.kinds.pool import PoolSpec
from eiginfra.providers.ssh_connection import SshConnection
from eiginfra.providers.ssh_host_keys import HostKey, HostKeys
from eiginfra.providers.ssh_target import SshTarget

KIND = "gateway.account"
KEYS = "/etc/eiginfra-gateway/keys"


def account(user: str = "adler-1", **fields: Any) -> GatewayAccountSpec:
    given = {"user": user, "keys": (KEY,), "machines": (str(WEB),), "until": date(2030, 6, 30), "enabled": True}
    return GatewayAccountSpec.model_validate({**given, **fields})


def codes(plan: Any) -> list[str]:
    return [found.code for found in plan.findings]


def entered(world: GatewayWorld, user: str, private: str) -> SshConnection:
    """Somebody with a key, who has not come in yet."""
    access = world.lab.served["gateway"].service.access
    keys = HostKeys.of_keys([HostKey.parse(access.host_key)])
    return SshConnection(SshTarget("127.0.0.1", access.port, user, Secret(private), keys))


def test_all_kinds_of_a_plan_read_the_gateway_once(world: GatewayWorld) -> None:
    [gateway] = [provider for provider in world.providers if provider.name == "gateway"]
    world.apply(account())
    before = gateway.requests()
    assert world.plan(account(), account("adler-2")).acting
    after = gateway.requests()
    assert (after["observe"] - before["observe"], after["connection"] - before["connection"]) == (1, 0)


def test_a_machine_and_its_peoples_accounts_are_made_in_one_apply(world: GatewayWorld) -> None:
    specs = (PoolSpec(id="eig3-adler"), CONTAINER, account(machines=(str(WEB), str(DB))))
    plan = world.apply(*specs, history=[])
    [change] = of(plan, KIND)
    assert WEB in change.follows
    [made] = of(plan, "proxmox.container")
    assert made.desired is not None
    assert change.desired["opens"] == [str(made.desired["address"]).partition("/")[0]]
    assert world.plan(*specs, history=[]).changes == ()


def test_a_leaver_is_signed_out_and_cannot_come_back(world: GatewayWorld) -> None:
    private = make_key()
    world.apply(account(keys=(public_key(private),)), account("adler-2"))
    there = entered(world, "adler-1", private)
    assert there.host_key
    assert world.control()["accounts"]["adler-1"]["groups"] == ["eiginfra-jump"]
    plan = world.apply(account("adler-2"))
    assert [change.step for change in of(plan, KIND)] == ["disable"]
    assert f"{KEYS}/adler-1" not in {path for path, text in world.control()["files"].items() if text}
    with pytest.raises(PermissionDeniedError):  # the connection that was open is gone, and there is no other
        there.run(["true"], seconds=10, writes=True)
    there.close()


def test_one_who_comes_back_is_let_in_again(world: GatewayWorld) -> None:
    private = make_key()
    mine = account(keys=(public_key(private),))
    world.apply(mine, account("adler-2"))
    world.apply(account("adler-2"))
    world.apply(mine, account("adler-2"))
    with_key = entered(world, "adler-1", private)
    assert with_key.host_key
    with_key.close()


def test_an_account_that_existed_before_waits_for_a_grant_and_loses_its_shell_with_one(world: GatewayWorld) -> None:
    world.control(accounts={"adler-1": {"uid": 1005, "shell": "/bin/bash", "groups": ["users"]}})
    plan = world.plan(account())
    assert plan.empty
    assert codes(plan) == ["gateway-account-not-confirmed"]
    world.apply(account(account=1005))
    assert world.control()["accounts"]["adler-1"] == {
        "uid": 1005,
        "shell": "/usr/sbin/nologin",
        "expires": "22096",
        "groups": ["eiginfra-jump"],
    }
    assert world.plan(account(account=1005)).changes == ()


@pytest.mark.parametrize("fields", [{"uid": 33}, {"uid": 1005, "groups": ["sudo"]}, {"uid": 1005, "groups": ["eiginfra-jump", "docker"]}])
def test_privileged_accounts_are_never_touched(world: GatewayWorld, fields: dict[str, Any]) -> None:
    world.control(accounts={"adler-1": fields})
    before = world.control()["accounts"]["adler-1"]
    plan = world.apply(account(account=1005))
    assert codes(plan) == ["gateway-account-privileged"]
    assert world.control()["accounts"]["adler-1"] == before


def test_accounts_of_the_group_that_nobody_asked_for_are_told_and_stay(world: GatewayWorld) -> None:
    world.control(accounts={"somebody": {"uid": 1050, "groups": ["eiginfra-jump"]}})
    plan = world.apply(account())
    assert [found.params["names"] for found in plan.findings] == [["somebody"]]
    assert "somebody" in world.control()["accounts"]


def test_what_only_one_of_two_cohorts_wants_stays_for_the_other(world: GatewayWorld) -> None:
    both = account(keys=(KEY, OTHER_KEY), machines=(str(WEB), str(DB)))
    world.apply(both)
    plan = world.plan(account())
    [change] = of(plan, KIND)
    assert [diff.field for diff in change.diffs] == ["keys", "opens"]
    assert {(harm.code, harm.subject) for harm in change.harm} == {("access-lost", "adler-1")}
