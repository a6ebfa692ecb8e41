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
from eiginfra.providers.proxmox.guests.rights import reserved_tags
from eiginfra.providers.proxmox.kinds.acl import AclSpec
from eiginfra.providers.proxmox.kinds.firewall import FirewallSpec
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


# Guests and their firewalls.


def guest(world: World, sort: str, **fields: Any) -> Any:
    return {"container": world.container, "vm": world.vm}[sort]("web", **fields)


def number(world: World) -> int:
    """Of the one guest in the team's pool."""
    ((found,),) = (pool["members"] for pool in world.admin("GET", "/pools", poolid=world.pool))
    return int(found["vmid"])


FIELDS = [
    ("container", "VM.Config.CPU", {"cores": 2}),
    ("container", "VM.Config.Memory", {"memory": "1GiB"}),
    ("container", "VM.Config.Network", {"name": "adler-www"}),
    ("container", "VM.Config.Options", {"onboot": True}),
    ("container", "VM.Config.Disk", {"disk": "5GiB"}),
    ("container", "VM.Config.Disk", {"mounts": [{"path": "/srv", "size": "1GiB"}]}),
    ("container", "VM.Allocate", {"nesting": True}),
    ("container", "VM.PowerMgmt", {"state": "stopped"}),
    ("vm", "VM.Config.CPU", {"cores": 2}),
    ("vm", "VM.Config.Options", {"name": "adler-www"}),
    ("vm", "VM.Config.Network", {"dns": ["192.0.2.1"]}),
]


@pytest.mark.parametrize(("sort", "privilege", "change"), FIELDS, ids=lambda value: "-".join(value) if isinstance(value, dict) else value)
def test_p5_a_field_that_may_not_be_changed_is_blocked_and_the_others_are_applied(
    world: World, sort: str, privilege: str, change: dict[str, Any]
) -> None:
    made, full = guest(world, sort, **({"state": "stopped"} if sort == "vm" else {})), Road(less(world))
    full.apply(made)
    road = Road(less(world, ("/pool", privilege)), full.journal)
    other = {"cores": 2} if privilege in {"VM.Config.Network", "VM.Config.Options"} else {"tags": ["other"]}
    plan = road.plan(type(made).model_validate({**made.model_dump(mode="json", exclude_none=True), **change, **other}))
    found = next(change for change in plan.changes if change.address.kind == f"proxmox.{sort}")
    assert {item.diff.field for item in found.blocked} == {*change}
    assert all(privilege in told(item.reason) for item in found.blocked)
    assert {diff.field for diff in found.diffs} == {*other}
    no_promise_is_broken(road, plan)


@pytest.mark.parametrize("into", ["", "other"], ids=["out of every pool", "into another pool"])
def test_p5_a_guest_that_was_taken_out_of_its_pool_is_brought_back_by_an_administrator(world: World, into: str) -> None:
    made, full = world.container("web"), Road(less(world))
    full.apply(made)
    vmid = number(world)
    world.admin("PUT", "/pools", poolid=world.pool, vms=vmid, delete=1)
    if into:
        world.admin("POST", "/pools", poolid=f"x{world.cohort}")
        world.admin("PUT", "/pools", poolid=f"x{world.cohort}", vms=vmid)
    without = [("/pool", "VM.Allocate")] if into else []
    road = Road(less(world, *without, more={} if into else {"/vms": "VM.Audit"}), full.journal)
    plan = road.plan(made)
    (found,) = (change for change in plan.changes if change.address.kind == "proxmox.container")
    assert [(item.diff.field, f"/vms/{vmid}, Permissions.Modify|VM.Allocate" in told(item.reason)) for item in found.blocked] == [
        ("pool", True)
    ]
    assert plan.empty
    assert remedy(left(plan)[0]) == f"as root: pvesh set /pools --poolid {world.pool} --vms {vmid} --allow-move 1"


def test_p5_a_device_is_taken_off_a_bridge_by_who_may_use_that_bridge_too(world: World) -> None:
    made = world.container("web", bridge="vmbr1")
    full = Road(less(world))
    full.apply(made)
    path = f"/nodes/eig/lxc/{number(world)}/config"
    device = world.admin("GET", path)["net0"]
    world.admin("PUT", path, net0=device.replace("bridge=vmbr1", "bridge=vmbr0"))
    plan = full.plan(made)
    (found,) = (change for change in plan.changes if change.address.kind == "proxmox.container")
    assert [(item.diff.field, "/sdn/zones/localnetwork/vmbr0, SDN.Use" in told(item.reason)) for item in found.blocked] == [
        ("bridge", True)
    ]
    command = str(remedy(left(plan)[0]))
    assert command.startswith(f"as root: pvesh set {path} --net0=")
    assert "bridge=vmbr1" in command
    may = Road(less(world, more={"/sdn/zones/localnetwork/vmbr0": "SDN.Use"}), full.journal)
    no_promise_is_broken(may, may.plan(made))


@pytest.mark.parametrize(
    ("sort", "path", "privilege"),
    [
        ("container", "/pool", "VM.Allocate"),
        ("container", "/pool", "VM.Config.Memory"),
        ("container", "/pool", "VM.PowerMgmt"),
        ("container", "/storage/local-lvm", "Datastore.AllocateSpace"),
        ("container", "/sdn/zones/localnetwork/vmbr1", "SDN.Use"),
        ("vm", "/vms/9012", "VM.Clone"),
        ("vm", "/pool", "VM.Config.CPU"),
    ],
)
def test_p5_a_guest_that_may_not_be_made_as_wanted_is_not_made_by_halves(world: World, sort: str, path: str, privilege: str) -> None:
    road = Road(less(world, (path, privilege)))
    plan = road.plan(guest(world, sort))
    found = of(plan, sort)
    assert found.action is Action.NONE
    assert privilege in told(found.waiting[EXISTS])
    no_promise_is_broken(road, plan)


def test_p5_a_clone_begins_on_its_templates_bridge(own_world: World) -> None:
    own_world.admin("PUT", "/nodes/eig/qemu/9012/config", net0="virtio,bridge=vmbr0")
    plan = Road(less(own_world)).plan(own_world.vm())
    assert "/sdn/zones/localnetwork/vmbr0, SDN.Use" in told(of(plan, "vm").waiting[EXISTS])


def test_p5_the_steps_of_a_decommission_are_asked_for_too(world: World) -> None:
    made, full = world.container("web"), Road(less(world))
    full.apply(made)
    road = Road(less(world, ("/pool", "VM.Backup")), full.journal)
    found = of(road.plan(prune=True), "container")
    assert (found.action, "VM.Backup" in told(found.waiting[EXISTS])) == (Action.NONE, True)


def test_p5_a_firewall_needs_the_network_of_its_guest(world: World) -> None:
    made, full = world.container("web"), Road(less(world))
    full.apply(made)
    plan = Road(less(world, ("/pool", "VM.Config.Network")), full.journal).plan(made, FirewallSpec(mark=made.mark, enable=True))
    assert "VM.Config.Network" in told(of(plan, "firewall").waiting[EXISTS])
    new = Road(less(world, ("/pool", "VM.Config.Network"))).plan(
        world.container("app"), FirewallSpec(mark=f"{world.cohort}/adler/app", enable=True)
    )
    assert not of(new, "firewall").acts


@pytest.mark.parametrize(
    "options", [{"registered-tags": "kept"}, {"user-tag-access": "user-allow=none"}, {"user-tag-access": "user-allow=existing"}]
)
def test_p5_a_tag_that_the_datacenter_keeps_for_administrators_is_not_promised(own_world: World, options: dict[str, str]) -> None:
    made, full = own_world.container("web"), Road(less(own_world, ("/", "Sys.Modify")))
    full.apply(made)
    own_world.admin("PUT", "/cluster/options", **options)
    plan = full.plan(made.model_copy(update={"tags": (*made.tags, "kept"), "cores": 2}))
    found = of(plan, "container")
    assert [(item.diff.field, told(item.reason).endswith("/, Sys.Modify")) for item in found.blocked] == [("tags", True)]
    assert [diff.field for diff in found.diffs] == ["cores"]
    assert f"pvesh set /nodes/eig/lxc/{found.handle['vmid']}/config '--tags=" in str(remedy(left(plan)[0]))
    no_promise_is_broken(full, plan)
    new = of(full.plan(made, own_world.container("app", tags=("kept",))), "container")
    assert (new.action, EXISTS in new.waiting) == (Action.NONE, True)


@pytest.mark.parametrize(
    ("options", "kept"),
    [
        ({}, []),
        ({"allowed-tags": ["a"]}, []),  # without Sys.Audit on / nothing else is shown
        ({"registered-tags": ["b"], "allowed-tags": []}, ["b"]),
        ({"registered-tags": "b;c"}, ["b"]),
        ({"user-tag-access": {"user-allow": "list"}, "allowed-tags": ["a"]}, ["b"]),
        ({"user-tag-access": {"user-allow": "free"}, "allowed-tags": []}, []),
    ],
)
def test_p5_which_tags_are_kept_is_read_from_the_datacenters_options(options: dict[str, Any], kept: list[str]) -> None:
    assert reserved_tags(["a", "b"], options) == kept
