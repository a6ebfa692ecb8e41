"""Plans promise nothing that the token may not do: it is asked first, withheld with the missing right, and told with a command."""

from collections.abc import Callable
from typing import Any

import pytest
from support.words import message, remedy, told

from eiginfra.core.address import Address
from eiginfra.core.change import Action, Change
from eiginfra.core.finding import Finding
from eiginfra.core.plan import Plan
from eiginfra.core.trace import EXISTS
from eiginfra.providers.proxmox.kinds.acl import AclSpec
from eiginfra.providers.proxmox.kinds.group import ProxmoxGroupSpec
from eiginfra.providers.proxmox.kinds.pool import PoolSpec
from eiginfra.providers.proxmox.kinds.role import RoleSpec
from eiginfra.providers.proxmox.kinds.user import ProxmoxUserSpec
from eiginfra.providers.proxmox.permissions import Permissions, right
from eiginfra.providers.proxmox.privileges import Purpose

from .conftest import World
from .least import rights
from .road import Road

TEAM = ("Pool.Audit", "VM.Audit", "VM.Console", "VM.PowerMgmt")
EVERYTHING = tuple(Purpose)


def less(world: World, *without: tuple[str, str], more: dict[str, str] | None = None) -> World:
    """The world of a token with all documented rights but some, each a path and a privilege."""
    found = rights(world, EVERYTHING)
    for path, privilege in without:
        found[path] = ",".join(name for name in found[path].split(",") if name != privilege)
    return world.with_rights({path: names for path, names in {**found, **(more or {})}.items() if names})


def team(world: World, **fields: Any) -> list[Any]:
    """What a team has, but its machines."""
    name = f"Eig-{world.cohort}"
    spec = AclSpec(path=f"/pool/{world.pool}", group=world.pool, roles=(name,), binding=True)
    account = ProxmoxUserSpec(id=f"{world.cohort}-1@pve", name="Développeur 1")
    members = ProxmoxGroupSpec(id=world.pool, comment="ADLER", members=({"user": f"{world.cohort}-1@pve"},))  # type: ignore[arg-type]  # as a playbook gives it
    given = {"role": RoleSpec(id=name, privileges=TEAM), "user": account, "group": members, "acl": spec, **fields}
    return [given["role"], given["user"], given["group"], given.get("pool", PoolSpec(id=world.pool, comment="ADLER")), given["acl"]]


def of(plan: Plan, kind: str) -> Change:
    return next(change for change in plan.changes if change.address.kind == f"proxmox.{kind}")


def left(plan: Plan) -> list[Finding]:
    return [found for found in plan.findings if found.code in {"left-to-administrator", "token-may-not"}]


def no_promise_is_broken(road: Road, plan: Plan) -> None:
    """What the plan does promise is done."""
    report = road.run(plan)
    assert [(str(result.change.address), str(result.reason)) for result in report.results if result.reason] == []


# Each kind, while it does not exist yet.


@pytest.mark.parametrize(
    ("path", "privilege", "kind", "others"),
    [
        ("/access", "Sys.Modify", "role", {"acl"}),
        ("/access/groups", "Group.Allocate", "group", {"acl"}),
        ("/access/groups", "User.Modify", "user", set[str]()),
        ("/access/realm/pve", "Realm.AllocateUser", "user", set[str]()),
        ("/pool", "Pool.Allocate", "pool", {"acl"}),
        ("/pool", "VM.Console", "acl", set[str]()),
    ],
)
def test_p5_what_may_not_be_made_waits_with_what_needs_it_and_the_rest_is_done(
    world: World, path: str, privilege: str, kind: str, others: set[str]
) -> None:
    road = Road(less(world, (path, privilege)))
    plan = road.plan(*team(world))
    waits = of(plan, kind)
    assert waits.action is Action.NONE
    assert privilege in told(waits.waiting[EXISTS])
    assert {change.address.kind.removeprefix("proxmox.") for change in plan.changes if not change.acts} == {kind, *others}
    assert any(privilege in message(found) and "pveum" in str(remedy(found)) for found in left(plan))
    no_promise_is_broken(road, plan)


def test_p5_an_account_that_may_not_be_made_is_left_out_of_its_group(world: World) -> None:
    road = Road(less(world, ("/access/realm/pve", "Realm.AllocateUser")))
    plan = road.plan(*team(world))
    assert [item.diff.label for item in of(plan, "group").blocked] == [f"members[{world.cohort}-1@pve]"]
    no_promise_is_broken(road, plan)
    assert world.admin("GET", f"/access/groups/{world.pool}")["members"] == []


# Each kind, changed by hand.


def widened(world: World) -> None:
    world.admin("PUT", f"/access/roles/Eig-{world.cohort}", privs="VM.Audit")


def admitted(world: World) -> None:
    world.admin("PUT", "/access/acl", path=f"/pool/{world.pool}", groups=world.pool, roles="PVEAdmin")


def renamed(world: World) -> None:
    world.admin("PUT", "/pools", poolid=world.pool, comment="by hand")


def commented(world: World) -> None:
    world.admin("PUT", f"/access/groups/{world.pool}", comment="by hand")


def added(world: World) -> None:
    world.admin("POST", "/access/users", userid=f"x{world.cohort}@pve", groups=world.pool)


def disabled(world: World) -> None:
    world.admin("PUT", f"/access/users/{world.cohort}-1@pve", enable=0, firstname="X")


@pytest.mark.parametrize(
    ("hand", "without", "kind", "command"),
    [
        (widened, ("/access", "Sys.Modify"), "role", "pveum role modify Eig-{cohort} --privs Pool.Audit,VM.Audit,VM.Console,VM.PowerMgmt"),
        (admitted, None, "acl", "pveum acl delete /pool/{pool} --groups {pool} --roles PVEAdmin"),
        (renamed, ("/pool", "Pool.Allocate"), "pool", "pveum acl modify /pool --users"),
        (commented, ("/access/groups", "Group.Allocate"), "group", "pveum acl modify /access/groups --users"),
        (added, ("/access/groups", "User.Modify"), "group", "pveum acl modify /access/groups --users"),
        (disabled, ("/access/groups", "User.Modify"), "user", "pveum acl modify /access/groups --users"),
    ],
)
def test_p5_what_may_not_be_changed_back_is_blocked_with_the_command(
    world: World, hand: Callable[[World], None], without: tuple[str, str] | None, kind: str, command: str
) -> None:
    specs = team(world)
    full = Road(less(world))
    full.apply(*specs)
    hand(world)
    seeing = {"/access/groups": "Group.Allocate,Sys.Audit"} if without == ("/access/groups", "User.Modify") else None
    road = Road(less(world, *([without] if without else []), more=seeing), full.journal)
    plan = road.plan(*specs)
    assert [change.address.kind for change in plan.changes] == [f"proxmox.{kind}"]
    assert plan.empty
    assert of(plan, kind).blocked
    [found] = left(plan)
    assert command.format(cohort=world.cohort, pool=world.pool) in str(remedy(found))


def test_p5_a_role_of_a_team_that_leaves_is_taken_away_by_who_has_its_privileges(world: World) -> None:
    specs, full = team(world), Road(less(world))
    full.apply(*specs)
    road = Road(less(world, ("/pool", "VM.Console")), full.journal)
    plan = road.plan(*specs[:-1])
    gone = of(plan, "acl")
    assert (gone.action, "VM.Console" in told(gone.waiting[EXISTS])) == (Action.NONE, True)
    assert f"pveum acl delete /pool/{world.pool} --groups {world.pool} --roles Eig-{world.cohort}" in str(remedy(left(plan)[0]))


def test_p5_a_role_is_judged_as_this_plan_leaves_it(world: World) -> None:
    """The server's is still smaller: the entry would be refused after the role was changed."""
    world.admin("POST", "/access/roles", roleid=f"Eig-{world.cohort}", privs="VM.Audit")
    plan = Road(less(world, ("/pool", "VM.Console"))).plan(*team(world))
    assert (of(plan, "role").action, of(plan, "acl").action) == (Action.ADOPT, Action.NONE)


def test_p5_what_the_token_may_do_is_asked_once_and_only_when_something_is_to_be_done(world: World) -> None:
    road, specs = Road(less(world)), team(world)
    first = road.plan(*specs)
    asked = road.client.meter.total
    road.run(first)
    road.plan(*specs)
    assert road.client.meter.total < asked


# What holds where.


GRANTED = {
    "/": {"Sys.Audit": 1},
    "/pool": {"VM.Allocate": 1, "Pool.Audit": 0},
    "/vms/107": {"VM.Audit": 0},
    "/access/groups/devs": {"User.Modify": 1},
    "/sdn/zones/inner/vnet1": {"SDN.Use": 1},
}


@pytest.mark.parametrize(
    ("asked", "allowed"),
    [
        (right("/pool/a", "VM.Allocate"), True),
        (right("/pool/a", "Pool.Audit"), False),
        (right("/pool", "Pool.Audit"), True),
        (right("/pool", "Pool.Audit", passed_on=True), False),
        (right("/pool", "VM.Allocate", passed_on=True), True),
        (right("/vms/107", "Sys.Audit"), False),
        (right("/vms/108", "Sys.Audit"), True),
        (right("/vms/107", "VM.Allocate"), False),
        (right("/vms/107", "VM.Allocate", pool="a"), True),
        (right("/access/groups", "User.Modify"), False),
        (right("/access/groups", "User.Modify", somewhere=True), True),
        (right("/vms/107", "VM.Clone", "VM.Audit"), True),
    ],
    ids=str,
)
def test_p5_a_right_is_read_as_the_server_reads_it(asked: Any, allowed: bool) -> None:
    assert Permissions(GRANTED).allow(asked) is allowed


def test_p5_a_bridge_is_asked_for_in_its_zone() -> None:
    allowed = Permissions(GRANTED)
    assert allowed.allow(allowed.bridge("vnet1"))
    assert str(allowed.bridge("vmbr0", 7)) == "/sdn/zones/localnetwork/vmbr0/7, SDN.Use"


def test_a_denied_address_is_the_changes(world: World) -> None:
    plan = Road(less(world, ("/access", "Sys.Modify"))).plan(*team(world))
    assert of(plan, "role").address == Address("proxmox.role", f"Eig-{world.cohort}")
