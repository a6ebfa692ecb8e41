"""Roles, accounts, groups and rights, through the engine and over real HTTPS."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from support.words import message, remedy

from eiginfra.core.change import Action, Cause
from eiginfra.core.errors import PermissionDeniedError
from eiginfra.core.finding import Severity
from eiginfra.core.kind import Registry
from eiginfra.core.reason import reason
from eiginfra.core.spec import Spec
from eiginfra.core.trace import EXISTS
from eiginfra.core.usage import Limits
from eiginfra.engine.checks import check_wanted
from eiginfra.engine.report import Outcome
from eiginfra.providers.proxmox.kinds.acl import AclSpec
from eiginfra.providers.proxmox.kinds.group import ProxmoxGroupSpec
from eiginfra.providers.proxmox.kinds.pool import PoolSpec
from eiginfra.providers.proxmox.kinds.role import RoleSpec
from eiginfra.providers.proxmox.kinds.user import ProxmoxUserSpec

from .conftest import World
from .road import Road, codes, note

PRIVILEGES = ("VM.Audit", "VM.Console", "VM.PowerMgmt")
LAST_DAY = date(2030, 6, 30)
LEAST = {
    "/access": "Sys.Audit,Sys.Modify",
    "/access/groups": "User.Modify,Group.Allocate",
    "/access/realm/pve": "Realm.AllocateUser",
    "/pool": "Pool.Audit,Pool.Allocate,VM.Audit,VM.Console,VM.PowerMgmt",
}


class Accounts(Road):
    """An inventory without a pool of its own, and the same client for every look."""

    def look(self) -> World:
        return self.world

    def besides(self, specs: Sequence[Any]) -> Sequence[Spec]:
        return ()

    def settled(self, *specs: Spec) -> None:
        assert self.plan(*specs).changes == ()

    def check(self, *specs: Spec) -> list[tuple[Severity, str]]:
        found = check_wanted(Registry(self.world.kinds.values()), [self.resource(spec) for spec in specs], Limits())
        return [(finding.severity, finding.code) for finding in found]


@pytest.fixture
def road(world: World) -> Accounts:
    return Accounts(world)


def role(world: World, *privileges: str, **fields: Any) -> RoleSpec:
    return RoleSpec(id=f"Eig-{world.cohort}", privileges=privileges or PRIVILEGES, **fields)


def userid(world: World, number: int = 1) -> str:
    return f"{world.cohort}-{number}@pve"


def user(world: World, number: int = 1, **fields: Any) -> ProxmoxUserSpec:
    given = {"name": "Léa Martin", "email": "lea@example.org", "until": LAST_DAY, "enabled": True, **fields}
    return ProxmoxUserSpec(id=userid(world, number), **given)


def group(world: World, *numbers: int, **fields: Any) -> ProxmoxGroupSpec:
    members = [{"user": userid(world, number)} for number in numbers]
    return ProxmoxGroupSpec(id=world.pool, comment="ADLER", members=members, **fields)


def acl(world: World, *roles: str, **fields: Any) -> AclSpec:
    return AclSpec(path=f"/pool/{world.pool}", group=world.pool, roles=roles or (f"Eig-{world.cohort}",), **fields)


def everything(world: World) -> list[Spec]:
    return [role(world), user(world, 1), user(world, 2), group(world, 1, 2), PoolSpec(id=world.pool), acl(world)]


# Made, seen, left alone; changed; drifted.


def test_all_of_it_is_made_and_then_there_is_nothing_to_do(road: Accounts) -> None:
    world, specs = road.world, everything(road.world)
    plan = road.plan(*specs)
    assert {change.action for change in plan.changes} == {Action.CREATE}
    road.run(plan)
    road.settled(*specs)
    row = world.admin("GET", f"/access/users/{userid(world)}")
    assert row["expire"] == int(datetime(2030, 7, 1, tzinfo=UTC).timestamp())
    assert (row["firstname"], row["email"], row["groups"]) == ("Léa Martin", "lea@example.org", [world.pool])
    assert world.admin("GET", f"/access/groups/{world.pool}") == {"comment": "ADLER", "members": [userid(world, 1), userid(world, 2)]}
    entries = [entry for entry in world.admin("GET", "/access/acl") if entry["ugid"] == world.pool]
    assert entries == [
        {"path": f"/pool/{world.pool}", "type": "group", "ugid": world.pool, "roleid": f"Eig-{world.cohort}", "propagate": 1}
    ]


def test_members_may_start_their_machines_and_not_enlarge_them(road: Accounts) -> None:
    world = road.world
    guest, _ = world.make(world.container())
    road.apply(*everything(world))
    token = world.admin("POST", f"/access/users/{userid(world)}/token/tk", privsep=0)
    member = world.as_token(f"{userid(world)}!tk", token["value"])
    member.admin("POST", f"/nodes/eig/lxc/{guest.id}/status/stop")
    with pytest.raises(PermissionDeniedError, match=r"VM\.Config\.Memory"):
        member.client.configure("eig", "lxc", guest.id, {"memory": 2048})


def test_an_end_within_a_day_is_no_end_of_a_day(road: Accounts) -> None:
    road.apply(user(road.world))
    world = road.world
    world.admin("PUT", f"/access/users/{userid(world)}", expire=int(datetime(2030, 6, 30, 12, tzinfo=UTC).timestamp()))
    (change,) = road.plan(user(world)).changes
    assert [(found.before, found.after) for found in change.diffs] == [("2030-06-30T12:00:00+00:00", "2030-06-30")]


def test_what_stands_already_is_adopted_and_brought_in_line(road: Accounts) -> None:
    world = road.world
    world.admin("POST", "/access/roles", roleid=f"Eig-{world.cohort}", privs="VM.Audit")
    end = int(datetime(2030, 7, 1, tzinfo=UTC).timestamp())
    world.admin("POST", "/access/users", userid=userid(world), firstname="Léa", lastname="Martin", email="lea@example.org", expire=end)
    for name in (world.pool, f"x{world.cohort}"):
        world.admin("POST", "/access/groups", groupid=name)
    world.admin("PUT", f"/access/users/{userid(world)}", groups=f"x{world.cohort}")
    specs = everything(world)
    plan = road.plan(*specs)
    actions = {change.address.kind: change.action for change in plan.changes if change.address.key != userid(world, 2)}
    assert [actions[f"proxmox.{kind}"] for kind in ("role", "user", "group", "acl")] == [Action.ADOPT] * 3 + [Action.CREATE]
    adopted = next(change for change in plan.changes if change.address.key == userid(world))
    assert (adopted.diffs, adopted.blocked) == ((), ())
    road.run(plan)
    road.settled(*specs)
    assert world.admin("GET", f"/access/users/{userid(world)}")["groups"] == [world.pool, f"x{world.cohort}"]


# Those who leave.


def left(road: Accounts) -> list[Spec]:
    """The second of two members has left."""
    world = road.world
    road.apply(*everything(world))
    return [role(world), user(world, 1), group(world, 1), PoolSpec(id=world.pool), acl(world)]


def test_a_leaver_is_disabled_by_a_plain_apply_and_never_removed(road: Accounts) -> None:
    specs, world = left(road), road.world
    plan = road.plan(*specs)
    token = world.admin("POST", f"/access/users/{userid(world, 2)}/token/tk", privsep=0)
    theirs = world.as_token(f"{userid(world, 2)}!tk", token["value"]).client
    theirs.get("access/permissions", "look around")
    (change,) = (change for change in plan.changes if change.cause is Cause.ORPHAN)
    assert (change.action, note(change)) == (Action.UPDATE, "left the inventory: will be disabled")
    assert [(found.field, found.before, found.after) for found in change.diffs] == [("enabled", True, False)]
    road.run(plan)
    assert world.admin("GET", f"/access/users/{userid(world, 2)}")["enable"] == 0
    with pytest.raises(PermissionDeniedError, match="does not accept the token"):
        theirs.get("access/permissions", "look around")
    assert world.admin("GET", f"/access/users/{userid(world, 2)}")["firstname"] == "Léa Martin"
    road.settled(*specs)
    assert road.plan(*specs, prune=True).changes == ()


def test_a_leaver_whom_somebody_lets_in_again_is_disabled_again(road: Accounts) -> None:
    specs, world = left(road), road.world
    road.apply(*specs)
    world.admin("PUT", f"/access/users/{userid(world, 2)}", enable=1)
    road.apply(*specs)
    assert world.admin("GET", f"/access/users/{userid(world, 2)}")["enable"] == 0


def test_who_comes_back_can_sign_in_again_and_leave_again(road: Accounts) -> None:
    specs, world = left(road), road.world
    road.apply(*specs)
    road.apply(*everything(world))
    road.settled(*everything(world))
    assert world.admin("GET", f"/access/users/{userid(world, 2)}")["enable"] == 1
    road.apply(*specs)
    assert world.admin("GET", f"/access/users/{userid(world, 2)}")["enable"] == 0


def test_an_account_that_eiginfra_only_found_is_not_disabled(road: Accounts) -> None:
    world = road.world
    world.admin("POST", "/access/users", userid=userid(world, 2), email="lea@example.org")
    specs = left(road)
    (change,) = (change for change in road.plan(*specs).changes if change.cause is Cause.ORPHAN)
    assert change.action is Action.NONE
    assert "eiginfra did not create it, so it is not disabled" in str(note(change))


@pytest.mark.parametrize(
    "asked",
    [{"orphans_among": frozenset()}, {"orphans_among": frozenset({"plume"})}, {"switched_off": lambda address, team: True}],
    ids=["tags", "another team", "when"],
)
def test_where_leavers_cannot_be_told_nobody_is_disabled(road: Accounts, asked: dict[str, Any]) -> None:
    specs = left(road)
    road.apply(*specs, **asked)
    assert road.world.admin("GET", f"/access/users/{userid(road.world, 2)}")["enable"] == 1


def test_too_many_leavers_at_once_are_refused_by_the_cap_on_members(road: Accounts) -> None:
    road.apply(*everything(road.world))
    plan = road.plan(allows=lambda what, removed, total: "1" if what == "members" and removed > 1 else None)
    assert "2 of 2 proxmox.user would go (disable); the cap is 1" in [message(found) for found in plan.errors]


def test_rights_end_with_the_team_and_its_group_goes_when_asked(road: Accounts) -> None:
    world = road.world
    specs = [role(world), PoolSpec(id=world.pool)]
    road.apply(*everything(world))
    road.apply(*specs)
    assert not [entry for entry in world.admin("GET", "/access/acl") if entry["ugid"] == world.pool]
    assert [(change.address.kind, change.acts) for change in road.plan(*specs).changes] == [("proxmox.group", False)]
    road.apply(*specs, prune=True)
    road.settled(*specs)
    assert world.pool not in {row["groupid"] for row in world.admin("GET", "/access/groups")}


def test_a_role_is_never_removed_since_cohorts_may_share_it(road: Accounts) -> None:
    road.apply(role(road.world))
    (change,) = road.plan(prune=True).changes
    assert (change.action, note(change)) == (
        Action.NONE,
        "left the inventory: eiginfra does not remove a proxmox.role; remove it by hand if it must go",
    )


# What others made.


def test_the_groups_and_rights_of_others_are_left_alone(road: Accounts) -> None:
    world, path = road.world, f"/pool/{road.world.pool}"
    other, stranger = f"x{world.cohort}", f"{world.cohort}-stranger@pve"
    road.apply(*everything(world))
    for name in (other, f"{other}2"):
        world.admin("POST", "/access/groups", groupid=name)
    world.admin("POST", "/access/users", userid=stranger, groups=f"{other},{world.pool}")
    world.admin("PUT", f"/access/users/{userid(world, 2)}", groups=other, append=1)
    world.admin("PUT", "/access/acl", path=path, groups=other, roles="PVEVMAdmin")
    world.admin("PUT", "/access/acl", path=path, users=stranger, roles="PVEVMUser")
    before = [entry for entry in world.admin("GET", "/access/acl") if entry["ugid"] != world.pool]
    road.apply(*[*everything(world)[:3], group(world, 1), *everything(world)[4:]])
    assert world.admin("GET", f"/access/users/{stranger}")["groups"] == [other]
    assert world.admin("GET", f"/access/users/{userid(world, 2)}")["groups"] == [other]
    assert [entry for entry in world.admin("GET", "/access/acl") if entry["ugid"] != world.pool] == before


def test_a_right_given_elsewhere_by_hand_is_said_and_stays(road: Accounts) -> None:
    world = road.world
    road.apply(*everything(world))
    world.admin("POST", "/pools", poolid=f"{world.pool}-more")
    world.admin("PUT", "/access/acl", path=f"/pool/{world.pool}-more", groups=world.pool, roles="PVEVMAdmin")
    plan = road.plan(*everything(world))
    assert plan.changes == ()
    (found,) = plan.findings
    assert found.code == "acl-elsewhere"
    assert f"pveum acl delete /pool/{world.pool}-more --groups {world.pool} --roles PVEVMAdmin" in str(remedy(found))


def by_hand(road: Accounts, world: World) -> list[str]:
    plan = road.plan(*everything(world))
    assert plan.changes == ()
    return [f"{message(found)} | {remedy(found)}" for found in plan.findings if found.code == "acl-by-hand"]


@pytest.mark.parametrize("path", ["/pool/{pool}", "/vms/{guest}", "/storage/local"])
@pytest.mark.parametrize("sort", ["users", "groups", "tokens", "own token"])
def test_p7_an_entry_of_a_person_a_token_or_a_foreign_group_is_told_and_stays(world: World, path: str, sort: str) -> None:
    road, (guest, _) = Accounts(world), world.make(world.container())
    road.apply(*everything(world))
    stranger, member = f"{world.cohort}-stranger@pve", userid(world, 1)
    world.admin("POST", "/access/users", userid=stranger)
    world.admin("POST", "/access/groups", groupid=f"x{world.cohort}")
    for account in (stranger, member):
        world.admin("POST", f"/access/users/{account}/token/tk", privsep=1)
    holder = {"users": member, "groups": f"x{world.cohort}", "tokens": f"{stranger}!tk", "own token": f"{member}!tk"}[sort]
    where, verb = path.format(pool=world.pool, guest=guest.id), "tokens" if sort == "own token" else sort
    world.admin("PUT", "/access/acl", path=where, roles="PVEVMAdmin", **{verb: holder})
    found = by_hand(road, world)
    if path == "/storage/local" and sort in {"groups", "tokens"}:
        assert found == []  # the site's own business
        return
    (told,) = found
    assert f"{holder} has PVEVMAdmin on {where}" in told
    assert f"pveum acl delete {where} --{verb} '{holder}' --roles PVEVMAdmin" in told
    road.apply(*everything(world))
    assert holder in {entry["ugid"] for entry in world.admin("GET", "/access/acl") if entry["path"] == where}


def test_p7_entries_that_a_playbook_gives_and_those_of_the_token_are_not_told(world: World) -> None:
    road = Accounts(world)
    own = AclSpec(path=f"/pool/{world.pool}", user=userid(world), roles=("PVEAuditor",))
    road.apply(*everything(world), own)
    world.admin("PUT", "/access/acl", path=f"/pool/{world.pool}", users="eiginfra@pve", roles="Administrator")
    assert [found.code for found in road.plan(*everything(world), own).findings] == []


def test_a_person_moves_between_teams_at_once(road: Accounts) -> None:
    world = road.world
    plume = ProxmoxGroupSpec(id=f"{world.cohort}-plume", members=({"user": userid(world, 2)},))  # type: ignore[arg-type]  # as a playbook gives it
    people = [user(world, 1), user(world, 2)]
    road.apply(*people, group(world, 1), plume)
    moved = [*people, group(world, 1, 2), ProxmoxGroupSpec(id=plume.id, members=())]
    road.apply(*moved)
    road.settled(*moved)
    assert world.admin("GET", f"/access/users/{userid(world, 2)}")["groups"] == [world.pool]


# What is refused, and said.


LOOSE = [
    "VM.Config.Memory",
    "VM.Config.Options",
    "VM.Allocate",
    "VM.Clone",
    "VM.Backup",
    "Datastore.AllocateSpace",
    "Sys.Modify",
    "User.Modify",
]


@pytest.mark.parametrize("privilege", LOOSE)
def test_a_role_under_which_no_quota_binds_is_refused_unless_the_playbook_says_so(road: Accounts, privilege: str) -> None:
    assert road.check(role(road.world, "VM.Audit", privilege)) == [(Severity.ERROR, "role-unbinding")]
    assert road.check(role(road.world, "VM.Audit", privilege, binding=False)) == []


def test_a_role_may_have_snapshots(road: Accounts) -> None:
    assert road.check(role(road.world, *PRIVILEGES, "VM.Snapshot", "VM.Snapshot.Rollback")) == []


@pytest.mark.parametrize("name", ["PVEVMUser", "pveMine", "Administrator", "NoAccess"])
def test_built_in_roles_are_not_ours(road: Accounts, name: str) -> None:
    assert road.check(RoleSpec(id=name, privileges=())) == [(Severity.ERROR, "role-built-in")]


def test_a_role_that_the_playbook_does_not_make_must_be_meant(road: Accounts) -> None:
    world = road.world
    assert road.check(acl(world, "PVEVMAdmin")) == [(Severity.ERROR, "acl-unbinding")]
    assert road.check(acl(world, "PVEVMAdmin", binding=False)) == []
    assert road.check(acl(world, "PVEAuditor")) == []
    assert road.check(role(world), acl(world)) == []


def test_a_deeper_entry_of_ours_that_hides_another_is_said(road: Accounts) -> None:
    world = road.world
    above = AclSpec(path="/pool", group=world.pool, roles=("PVEAuditor",))
    assert road.check(role(world), acl(world), above) == [(Severity.WARNING, "acl-hidden")]
    both = acl(world, f"Eig-{world.cohort}", "PVEAuditor")
    assert road.check(role(world), both, above) == []
    assert road.check(role(world), acl(world), above.model_copy(update={"propagate": False})) == []


def test_accounts_of_root_and_of_the_token_are_never_touched(road: Accounts) -> None:
    for name in ("root@pam", "eiginfra@pve", "eiginfra"):
        assert road.check(ProxmoxUserSpec(id=name)) == [(Severity.ERROR, "account-reserved")]
    group = ProxmoxGroupSpec(id="g", members=({"user": "root@pam"},))  # type: ignore[arg-type]  # as a playbook gives it
    assert road.check(group) == [(Severity.ERROR, "member-reserved")]
    right = AclSpec(path="/pool", user="eiginfra@pve", roles=("PVEAuditor",))
    assert road.check(right) == [(Severity.ERROR, "right-of-reserved-account")]


def test_a_name_without_a_realm_is_one_of_the_sites(road: Accounts) -> None:
    spec = ProxmoxUserSpec(id=userid(road.world).removesuffix("@pve"))
    assert road.resource(spec).address.key == userid(road.world)
    road.apply(spec)
    road.settled(spec)


def test_who_sets_the_password_is_said_while_an_account_is_to_be_made(road: Accounts) -> None:
    specs = [user(road.world, 1), user(road.world, 2)]
    (found,) = road.plan(*specs).findings
    assert (found.severity, found.code) == (Severity.NOTICE, "account-without-password")
    assert f"pveum passwd {userid(road.world)}" in str(remedy(found))
    road.apply(*specs)
    assert road.plan(*specs).findings == ()


def test_an_account_of_a_realm_that_does_not_exist_waits_and_stops_nobody(road: Accounts) -> None:
    plan = road.plan(ProxmoxUserSpec(id="lea@nowhere"))
    assert [(found.severity, found.code) for found in plan.findings] == [(Severity.WARNING, "realm-missing")]
    assert [change.waiting for change in plan.changes] == [{EXISTS: reason("realm-missing", realm="nowhere")}]
    assert "its realms are gitlab, pam, pve" in str(remedy(plan.findings[0]))


def test_a_privilege_that_this_version_does_not_have_is_an_error_of_the_plan(road: Accounts) -> None:
    plan = road.plan(role(road.world, "VM.Audit", "VM.Consol"))
    assert codes(plan) == ["privilege-unknown"]
    assert remedy(plan.findings[0]) == "did you mean 'VM.Console'?"


def test_all_of_it_works_with_the_least_rights(world: World) -> None:
    road = Accounts(world.with_rights(LEAST))
    specs = everything(world)
    road.apply(*specs)
    road.settled(*specs)
    road.apply(role(world), user(world, 1), group(world, 1), PoolSpec(id=world.pool), acl(world))


@pytest.mark.parametrize(
    ("path", "lacking", "kind"),
    [
        ("/access", "Sys.Modify", "role"),
        ("/access/groups", "Group.Allocate", "group"),
        ("/access/realm/pve", "Realm.AllocateUser", "user"),
    ],
)
def test_with_one_right_fewer_it_is_refused_in_the_servers_words(world: World, path: str, lacking: str, kind: str) -> None:
    less = world.with_rights(LEAST)
    road, specs = Accounts(less), {"role": [role(world)], "group": [group(world)], "user": [user(world)]}[kind]
    plan = road.plan(*specs)
    account = less.settings.token_id.partition("!")[0].partition("@")[0]
    rest = ",".join(name for name in LEAST[path].split(",") if name != lacking)
    world.admin("PUT", f"/access/roles/r{account}-{[*LEAST].index(path)}", privs=rest)
    (result,) = road.run(plan).of(Outcome.FAILED)
    assert (result.change.address.kind, result.exit_code) == (f"proxmox.{kind}", 77)
    assert f"Permission check failed ({path}, {lacking})" in str(result.reason)


def test_each_kind_is_observed_with_one_request(own_world: World) -> None:
    road, specs = Accounts(own_world), everything(own_world)
    road.apply(*specs)
    fresh = Accounts(World(replace(own_world.settings), own_world.cohort), road.journal)
    fresh.settled(*specs)
    assert fresh.world.client.meter.counts == {"GET": 5}  # roles, users, groups, ACLs, pools
