"""Accounts on a real system: what is made is seen as it is wanted, what somebody does by hand is found, and who leaves is closed out."""

from datetime import date
from typing import Any

import pytest
from support.gateway_wire import KEY, OTHER_KEY

from eiginfra.core.change import Action, Cause
from eiginfra.providers.gateway.kinds.account import GatewayAccountSpec

from .conftest import MACHINE, RealSite

FILE = "/etc/eiginfra-gateway/keys/adler-1"


def account(user: str = "adler-1", **fields: Any) -> GatewayAccountSpec:
    given = {"user": user, "keys": (KEY,), "machines": (MACHINE,), "until": date(2030, 6, 30), "enabled": True}
    return GatewayAccountSpec.model_validate({**given, **fields})


def told(real: RealSite, *specs: GatewayAccountSpec) -> tuple[Action, Cause | None, set[str]]:
    """The one change of a plan."""
    [change] = real.changes(*specs)
    return change.action, change.cause, {diff.field for diff in change.diffs}


def test_what_is_made_is_as_wanted_and_so_is_every_change(real: RealSite) -> None:
    assert sorted(real.apply(account(), account("a.b_c-d", keys=()))) == [("a.b_c-d", "done"), ("adler-1", "done")]
    assert real.plan(account(), account("a.b_c-d", keys=())).changes == ()
    for fields in ({"keys": (KEY, OTHER_KEY)}, {"machines": ()}, {"until": date(2031, 1, 1)}, {"until": None}, {"enabled": False}, {}):
        assert [end for _, end in real.apply(account(**fields), account("a.b_c-d", keys=()))] == ["done"], fields
        assert real.plan(account(**fields), account("a.b_c-d", keys=())).changes == (), fields


@pytest.mark.parametrize(
    ("hand", "fields"),
    [
        (f"echo '{OTHER_KEY} by hand' >>{FILE}", {"keys", "settled"}),
        (f"sed -i s/192.168.0.101/192.168.0.102/ {FILE}", {"opens"}),
        (f"rm {FILE}", {"keys", "opens"}),
        ("usermod -e '' adler-1", {"until"}),
        ("usermod -e 1 adler-1", {"until", "enabled"}),
        ("usermod -s /bin/sh adler-1", {"settled"}),
        ("usermod -g users -G users adler-1", {"keys", "opens", "settled"}),
        ("userdel adler-1", set()),
    ],
)
def test_what_somebody_does_by_hand_is_drift_and_is_undone(real: RealSite, hand: str, fields: set[str]) -> None:
    real.apply(account())
    real.root.sh(hand)
    assert told(real, account()) == (Action.UPDATE if fields else Action.CREATE, Cause.DRIFT, fields)
    assert real.apply(account()) == [("adler-1", "done")]
    assert real.plan(account()).changes == ()


def test_who_leaves_is_closed_out_and_comes_back(real: RealSite) -> None:
    real.apply(account(), account("adler-2"))
    assert real.apply(account()) == [("adler-2", "done")]
    assert real.root.sh("getent shadow adler-2 | cut -d: -f8") == "1\n"
    assert real.root.read("/etc/eiginfra-gateway/keys/adler-2") is None
    assert [change for change in real.changes(account()) if change.acts] == []
    assert real.apply(account(), account("adler-2")) == [("adler-2", "done")]
    assert real.plan(account(), account("adler-2")).changes == ()


def test_an_account_that_existed_before_is_taken_over_by_its_uid_alone(real: RealSite) -> None:
    real.root.sh("useradd -u 1505 -m -s /bin/bash -G users adler-1")
    [change] = real.changes(account())
    assert change.waiting["(exists)"].code == "gateway-account-not-confirmed"
    assert real.apply(account(account=1505)) == [("adler-1", "done")]
    assert real.root.sh("id -Gn adler-1; getent passwd adler-1 | cut -d: -f3,7").split() == [
        "adler-1",
        "eiginfra-jump",
        "1505:/usr/sbin/nologin",
    ]
    assert real.plan(account(account=1505)).changes == ()


@pytest.mark.parametrize("hand", ["useradd -r adler-1", "useradd -G adm adler-1", "useradd -u 60001 adler-1"])
def test_privileged_accounts_are_left_alone(real: RealSite, hand: str) -> None:
    real.root.sh(f"getent group adm >/dev/null || groupadd adm; {hand}")
    before = real.root.sh("getent passwd adler-1; getent shadow adler-1")
    [change] = real.changes(account())
    assert change.waiting["(exists)"].code == "gateway-account-privileged"
    real.apply(account())
    assert real.root.sh("getent passwd adler-1; getent shadow adler-1") == before
