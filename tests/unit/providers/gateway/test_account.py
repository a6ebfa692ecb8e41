"""`gateway.account` with the engine, over a gateway whose answers are data."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from pydantic import ValidationError
from support.fakes import META
from support.gateway_wire import KEY, OTHER_KEY, Entry, Wire, jump_line
from support.world import World

from eiginfra.core.address import Address
from eiginfra.core.change import Action
from eiginfra.core.claim import Claim
from eiginfra.core.plan import Plan
from eiginfra.core.resource import Record, Resource
from eiginfra.engine.claims import merged
from eiginfra.engine.observer import observe
from eiginfra.engine.planner import make_plan
from eiginfra.providers.gateway.kinds.account import GatewayAccountKind, GatewayAccountSpec

WEB, DB = (Address("proxmox.container", f"eig3/adler/{name}") for name in ("web", "db"))
AT = {WEB: "192.168.0.101", DB: "192.168.0.102"}
LAST = date(2020, 7, 1)


def made(machine: Address, address: str, cohort: str = "eig3") -> Record:
    """That a machine was reached by a run."""
    values = {"address": f"{address}/24"}
    return Record(machine, values, {}, "adler", created=True, run=1, at=datetime(2019, 9, 1, tzinfo=UTC), by="x", cohort=cohort)


MADE = [made(machine, address) for machine, address in AT.items()]


def account(user: str = "adler-1", /, **fields: Any) -> Resource:
    spec = GatewayAccountSpec.model_validate(
        {"user": user, "keys": [f"{KEY} me@home"], "machines": [str(WEB)], "until": LAST, "enabled": True, **fields}
    )
    return Resource(Address("gateway.account", spec.user), spec, "adler")


@pytest.fixture
def wire() -> Wire:
    return Wire({"root": Entry(0, member=False, privileged=True), "eiginfra": Entry(1000, member=False)})


@pytest.fixture
def world(wire: Wire) -> World:
    return World(GatewayAccountKind(wire.client))


def planned(world: World, *resources: Resource, **asked: Any) -> Plan:
    history = [*MADE, *world.journal.kept.values()]
    return world.plan(*resources, **{"history": history, **asked})


def applied(world: World, *resources: Resource, **asked: Any) -> Plan:
    """The plan that was carried out; after it there is nothing left to do."""
    plan = planned(world, *resources, **asked)
    assert [str(result.reason) for result in world.run(plan).results if result.reason] == []
    again = planned(world, *resources, **asked)
    assert again.empty, [str(change) for change in again.changes]
    return plan


def one(plan: Plan) -> Any:
    [change] = plan.changes
    return change


def codes(plan: Plan) -> list[str]:
    return [found.code for found in plan.findings]


def test_an_account_is_made_with_what_it_may_open_and_the_day_after_its_last(world: World, wire: Wire) -> None:
    assert one(applied(world, account(machines=[str(DB), str(WEB)]))).action is Action.CREATE
    [(verb, lines)] = wire.written
    assert verb == "account"
    assert lines == [
        ("name", "adler-1"),
        ("enabled", "yes"),
        ("expires", "2020-07-02"),
        ("open", "192.168.0.101"),
        ("open", "192.168.0.102"),
        ("key", KEY),
    ]


def test_a_person_without_a_machine_or_a_key_opens_nothing(world: World, wire: Wire) -> None:
    applied(world, account(machines=[]), account("adler-2", keys=[]))
    assert wire.accounts["adler-1"].keys == f"restrict {KEY}\n"
    assert wire.accounts["adler-2"].keys == ""


def test_a_machine_whose_address_nobody_knows_is_left_out_and_comes_in_when_it_is_known(world: World, wire: Wire) -> None:
    both = account(machines=[str(WEB), str(DB)])
    applied(world, both, history=[MADE[0]])
    assert wire.accounts["adler-1"].keys == jump_line(KEY, AT[WEB])
    plan = applied(world, both, history=MADE)
    assert [diff.field for diff in one(plan).diffs] == ["opens"]
    assert one(plan).harm == ()
    assert wire.accounts["adler-1"].keys == jump_line(KEY, AT[WEB], AT[DB])


def test_a_machine_beyond_the_gateways_network_is_left_out_and_told(world: World, wire: Wire) -> None:
    plan = applied(world, account(machines=[str(WEB), str(DB)]), history=[MADE[0], made(DB, "10.0.0.7")])
    assert [(found.code, found.params["machine"]) for found in plan.findings] == [("gateway-machine-outside", str(DB))]
    assert wire.accounts["adler-1"].keys == jump_line(KEY, AT[WEB])


def test_machines_come_before_their_accounts(world: World) -> None:
    assert one(planned(world, account())).depends_on == ()
    assert [*GatewayAccountKind(Wire().client).follows(account().spec)] == [WEB]  # type: ignore[arg-type]


def test_a_selection_that_does_not_know_an_address_closes_nothing(world: World, wire: Wire) -> None:
    wire.accounts["adler-1"] = Entry(1001, "18445", keys=jump_line(KEY, AT[WEB]))
    seen = world.observations(account(), whole=False)
    situation = replace(world.situation(account()), observations=seen)
    assert one(Plan.model_validate(_plan(world, situation))).diffs == ()


def _plan(world: World, situation: Any) -> Plan:
    return make_plan(world.registry, situation, META)


@pytest.mark.parametrize(
    ("change", "field", "harm"),
    [
        ({"keys": [OTHER_KEY]}, "keys", ["access-lost"]),
        ({"keys": [KEY, OTHER_KEY]}, "keys", []),
        ({"machines": []}, "opens", ["access-lost"]),
        ({"machines": [str(WEB), str(DB)]}, "opens", []),
        ({"until": date(2020, 8, 31)}, "until", []),
        ({"until": None}, "until", []),
    ],
)
def test_each_field_is_brought_in_line_and_what_somebody_loses_is_said(
    world: World, wire: Wire, change: dict[str, Any], field: str, harm: list[str]
) -> None:
    applied(world, account())
    plan = applied(world, account(**change))
    assert [diff.field for diff in one(plan).diffs] == [field]
    assert [item.code for item in one(plan).harm] == harm
    assert one(plan).cause == "pending"


def test_what_a_playbook_does_not_set_stays_as_it_is(world: World, wire: Wire) -> None:
    wire.accounts["adler-1"] = Entry(1001, "18445", keys=jump_line(KEY))
    spec = GatewayAccountSpec(user="adler-1", machines=(str(WEB),))
    applied(world, Resource(Address("gateway.account", "adler-1"), spec, "adler"))
    assert wire.accounts["adler-1"].expires == "18445"
    assert wire.accounts["adler-1"].keys == jump_line(KEY, AT[WEB])


def hand_key(entry: Entry) -> None:
    entry.keys += f"{OTHER_KEY} by hand\n"


def hand_open(entry: Entry) -> None:
    entry.keys = jump_line(KEY, AT[WEB], "192.168.0.200")


@pytest.mark.parametrize(
    ("hand", "fields"),
    [
        (hand_key, ["keys", "settled"]),
        (hand_open, ["opens"]),
        (lambda entry: setattr(entry, "keys", f"{KEY}\n"), ["opens", "settled"]),
        (lambda entry: setattr(entry, "keys", ""), ["keys", "opens"]),
        (lambda entry: setattr(entry, "expires", ""), ["until"]),
        (lambda entry: setattr(entry, "expires", "18000"), ["until"]),
        (lambda entry: setattr(entry, "expires", "1"), ["until", "enabled"]),
        (lambda entry: setattr(entry, "shell", "/bin/bash"), ["settled"]),
        (lambda entry: setattr(entry, "member", False), ["keys", "opens", "settled"]),
    ],
)
def test_what_somebody_changed_by_hand_is_drift_and_is_healed(
    world: World, wire: Wire, hand: Callable[[Entry], None], fields: list[str]
) -> None:
    applied(world, account())
    before = replace(wire.accounts["adler-1"])
    hand(wire.accounts["adler-1"])
    plan = applied(world, account())
    assert [diff.field for diff in one(plan).diffs] == fields
    assert one(plan).cause == "drift"
    assert wire.accounts["adler-1"] == before


def test_an_account_that_was_deleted_by_hand_is_made_again(world: World, wire: Wire) -> None:
    applied(world, account())
    del wire.accounts["adler-1"]
    change = one(applied(world, account()))
    assert (change.action, change.cause) == (Action.CREATE, "drift")


def test_what_was_cut_is_written_again(world: World, wire: Wire) -> None:
    applied(world, account())
    wire.further["pending"] = "account adler-1\n"
    plan = planned(world, account())
    assert [diff.field for diff in one(plan).diffs] == ["settled"]
    wire.written.clear()
    world.run(plan)
    assert [verb for verb, _ in wire.written] == ["account"]


def test_a_leaver_is_disabled_by_a_plain_apply_and_enabled_when_they_come_back(world: World, wire: Wire) -> None:
    applied(world, account(), account("adler-2"))
    plan = applied(world, account())
    change = next(change for change in plan.changes if change.acts)
    assert (change.address.key, change.step) == ("adler-2", "disable")
    assert {(item.code, item.subject) for item in change.harm} == {("account-blocked", "adler-2"), ("access-lost", "adler-2")}
    assert [diff.field for diff in change.diffs] == ["keys", "opens", "until", "enabled"]
    assert wire.written[-1] == ("account", [("name", "adler-2"), ("enabled", "no"), ("uid", str(wire.accounts["adler-2"].uid))])
    assert wire.accounts["adler-2"].keys == ""
    back = next(change for change in applied(world, account(), account("adler-2")).changes if change.acts)
    assert back.cause == "pending"
    assert wire.accounts["adler-2"].keys == jump_line(KEY, AT[WEB])
    assert wire.accounts["adler-2"].expires == "18445"


def test_what_was_cut_of_a_leaver_is_done_again_since_sessions_may_be_open(world: World, wire: Wire) -> None:
    applied(world, account(), account("adler-2"))
    applied(world, account())
    wire.further["pending"] = "account adler-2\n"
    wire.written.clear()
    plan = planned(world, account())
    change = next(change for change in plan.changes if change.acts)
    assert (change.address.key, change.step) == ("adler-2", "disable")
    world.run(plan)
    assert wire.written == [("account", [("name", "adler-2"), ("enabled", "no"), ("uid", str(wire.accounts["adler-2"].uid))])]


def test_a_disabled_account_of_the_inventory_keeps_nothing(world: World, wire: Wire) -> None:
    applied(world, account(enabled=False))
    assert wire.accounts["adler-1"].expires == "1"
    assert wire.accounts["adler-1"].keys == ""


def test_leavers_count_under_the_cap_on_members(world: World) -> None:
    applied(world, account(), account("adler-2"))
    plan = planned(world, account(), allows=lambda what, removed, total: "1" if what == "members" else None)
    assert "removal-cap" in codes(plan)


def test_an_existing_account_waits_for_a_grant_and_is_taken_over_with_one(world: World, wire: Wire) -> None:
    wire.accounts["adler-1"] = Entry(1005, member=False, shell="/bin/bash")
    plan = planned(world, account())
    assert plan.empty
    assert codes(plan) == ["gateway-account-not-confirmed"]
    assert one(plan).waiting["(exists)"].code == "gateway-account-not-confirmed"
    assert codes(planned(world, account(account=1006))) == ["gateway-account-not-confirmed"]
    change = one(applied(world, account(account=1005)))
    assert change.action is Action.ADOPT
    assert ("uid", "1005") in wire.written[-1][1]
    assert wire.accounts["adler-1"].member


def test_one_that_was_taken_over_lets_nobody_in_once_its_person_has_left(world: World, wire: Wire) -> None:
    wire.accounts["adler-1"] = Entry(1005, member=False, shell="/bin/bash")
    applied(world, account(account=1005))
    assert one(applied(world)).step == "disable"
    assert (wire.accounts["adler-1"].expires, wire.accounts["adler-1"].keys) == ("1", "")


def test_an_account_of_the_group_is_known_without_a_journal(world: World, wire: Wire) -> None:
    wire.accounts["adler-1"] = Entry(1001, "18445", keys=jump_line(KEY, AT[WEB]))
    plan = planned(world, account())
    assert plan.empty
    assert one(plan).action is Action.ADOPT


@pytest.mark.parametrize("member", [True, False])
def test_privileged_accounts_are_never_touched(world: World, wire: Wire, member: bool) -> None:
    wire.accounts["adler-1"] = Entry(1001, privileged=True, member=member)
    plan = planned(world, account(account=1001))
    assert plan.empty
    assert codes(plan) == ["gateway-account-privileged"]


def test_one_that_became_privileged_is_left_alone_when_its_person_leaves_and_a_plan_says_so(world: World, wire: Wire) -> None:
    applied(world, account())
    wire.accounts["adler-1"].privileged = True
    plan = planned(world)
    assert plan.empty
    assert one(plan).reason.code == "left-inventory-kept"


def test_another_account_of_the_same_name_is_no_more_the_persons(world: World, wire: Wire) -> None:
    applied(world, account())
    wire.accounts["adler-1"] = Entry(1099, member=False, shell="/bin/bash")
    assert codes(planned(world, account())) == ["gateway-account-not-confirmed"]


def test_an_account_that_was_replaced_after_the_plan_was_made_is_refused(world: World, wire: Wire) -> None:
    applied(world, account())
    plan = planned(world, account(keys=[OTHER_KEY]))
    wire.accounts["adler-1"].uid = 1099
    [result] = world.run(plan).results
    assert result.outcome == "refused"


def test_accounts_of_the_group_that_nobody_asked_for_are_told(world: World, wire: Wire) -> None:
    wire.accounts["somebody"] = Entry(1050)
    wire.accounts["plume-1"] = Entry(1051)
    wire.accounts["long-gone"] = Entry(1052, expires="1")
    claims = {Address("gateway.account", "plume-1"): [Claim("eig2", Address("gateway.account", "plume-1"), {})]}
    plan = planned(world, account(), claims=claims)
    assert [found.params["names"] for found in plan.findings if found.code == "gateway-other-accounts"] == [["somebody"]]
    selected = replace(world.situation(account()), observations=world.observations(account(), whole=False))
    assert "gateway-other-accounts" not in codes(_plan(world, selected))


OTHERS = Address("proxmox.container", "eig4/plume/web")


def test_somebody_in_two_cohorts_has_one_account_with_the_keys_and_machines_of_both(world: World, wire: Wire) -> None:
    theirs = account(keys=[KEY, OTHER_KEY], machines=[str(OTHERS)], until=date(2021, 7, 1))
    claims = {theirs.address: [Claim("eig4", theirs.address, theirs.values, theirs)]}
    [both], findings = merged(world.registry, [account()], claims, cohort="eig3")
    assert findings == []
    applied(world, both, history=[*MADE, made(OTHERS, "192.168.0.200", "eig4")])
    assert wire.accounts["adler-1"].keys == jump_line(KEY, AT[WEB], "192.168.0.200") + jump_line(OTHER_KEY, AT[WEB], "192.168.0.200")
    assert wire.accounts["adler-1"].expires == str((date(2021, 7, 2) - date(1970, 1, 1)).days)
    plan = applied(world, account())
    assert [diff.field for diff in one(plan).diffs] == ["keys", "opens", "until"]


def test_who_left_one_of_two_cohorts_is_left_to_the_other(world: World, wire: Wire) -> None:
    applied(world, account(), account("adler-2"))
    theirs = account("adler-2", machines=[str(OTHERS)])
    plan = planned(world, account(), claims={theirs.address: [Claim("eig4", theirs.address, theirs.values, theirs)]})
    assert [(change.address.key, change.reason.code, change.acts) for change in plan.changes if change.reason] == [
        ("adler-2", "left-to-others", False)
    ]


def test_while_a_line_cannot_be_read_nobody_gets_a_new_account_and_the_others_go_on(world: World, wire: Wire) -> None:
    applied(world, account("adler-2"))
    wire.further["accounts"] = f"adler-1:?:{'x' * 200}\n" + "".join(entry.line(name) for name, entry in wire.accounts.items())
    kind = world.registry["gateway.account"]
    assert isinstance(kind, GatewayAccountKind)
    resources = [account(), account("adler-2", keys=[OTHER_KEY])]
    seen = observe(
        world.registry,
        resources,
        world.journal.known("eig3"),
        cohort="eig3",
        teams=[],
        available=frozenset({"gateway"}),
        whole=True,
        oddities=lambda: {"gateway": kind.client.odd.take()},
    )
    plan = _plan(world, replace(world.situation(*resources), observations=seen))
    assert [(change.address.key, change.acts) for change in plan.changes] == [("adler-1", False), ("adler-2", True)]
    assert "odd-answer" in codes(plan)


@pytest.mark.parametrize("name", ["9lives", "a" * 33, "a b", "ends.", "-a", "é", "a:b", "a\nb", "$(id)", ""])
def test_names_that_the_program_refuses_are_refused_offline(name: str) -> None:
    with pytest.raises(ValidationError, match="server-rule"):
        GatewayAccountSpec(user=name)


def test_eiginfras_own_account_is_no_persons() -> None:
    kind, mine = GatewayAccountKind(Wire().client), account("eiginfra").spec
    assert [found.code for found in kind.check(mine, {})] == ["gateway-own-account"]  # type: ignore[arg-type]
    assert [*kind.check(account().spec, {})] == []  # type: ignore[arg-type]


def test_the_case_of_a_name_does_not_count() -> None:
    assert GatewayAccountSpec(user="Adler-1").user == "adler-1"


@pytest.mark.parametrize(
    "key",
    [
        'command="sh" ' + KEY,
        KEY.replace("ssh-ed25519", "ssh-dss"),
        KEY.replace("ssh-ed25519", "ssh-rsa"),
        f"{KEY}\n{OTHER_KEY}",
        "ssh-ed25519 AAAA",
        "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1r",
    ],
)
def test_keys_of_another_form_are_refused_and_not_repeated(key: str) -> None:
    with pytest.raises(ValidationError) as caught:
        GatewayAccountSpec(user="adler-1", keys=(key,))
    assert [detail["ctx"]["params"] for detail in caught.value.errors()] == [{}]


def test_a_machine_is_named_by_an_address() -> None:
    with pytest.raises(ValidationError, match="server-rule"):
        GatewayAccountSpec(user="adler-1", machines=("web",))
