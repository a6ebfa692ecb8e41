"""People who come, wait, move and leave, on the whole road."""

import pytest
from support.gitlab_people import ADDRESS, COHORT, PLACES, account, direct, entry, invited, members, user, waits
from support.gitlab_road import shown
from support.words import message, remedy, told

from eiginfra.core.change import Action, Cause
from eiginfra.providers.gitlab.kinds.group import GroupSpec
from eiginfra.providers.gitlab.kinds.project import ProjectSpec
from eiginfra.providers.gitlab.kinds.user import UserSpec

# Moving and leaving


def test_a_member_who_leaves_loses_access_everywhere_in_one_apply(road):
    other, hand = GroupSpec(path="eig/eig3/plume"), ProjectSpec(path="eig/eig3/plume/site")
    road.apply(*PLACES, other, hand, user("ada"), members(entry("ada")))
    number = road.world.account_id("ada")
    for url in ("/groups/eig%2Feig3%2Fplume", "/projects/eig%2Feig3%2Fplume%2Fsite", "/projects/eig%2Feig3%2Fadler%2Fapi"):
        road.world.by_hand("POST", f"{url}/members", user_id=number, access_level=30)
    plan = road.later().plan(*PLACES, other, hand, members())
    (said,) = [finding for finding in plan.findings if finding.code == "leaver-elsewhere"]
    assert "ada leaves eig/eig3/adler, and was added by hand to group eig/eig3/plume, project eig/eig3/plume/site" in message(said)
    assert sorted(shown(plan.acting)) == [f"update {ADDRESS}: members[ada]", "update gitlab.user[ada]: state"]
    road.later().apply(*PLACES, other, hand, members())
    assert road.world.by_hand("GET", f"/users/{number}/memberships") == []
    assert road.world.by_hand("GET", f"/users/{number}")["state"] == "blocked"


def test_who_moves_further_down_stays_there(road):
    lead = (*PLACES, user("ada"))
    road.apply(*lead, members(entry("ada"), holder="eig/eig3"), members(entry("ada", access="maintainer")))
    road.apply(*lead, members(holder="eig/eig3"), members(entry("ada", access="maintainer")))
    assert direct(road.world)["ada"] == 40
    assert "ada" not in direct(road.world, "/groups/eig%2Feig3")


def test_a_change_of_role_leaves_what_is_below(road):
    road.apply(*PLACES, user("ada"), members(entry("ada")))
    road.world.by_hand("POST", "/projects/eig%2Feig3%2Fadler%2Fapi/members", user_id=road.world.account_id("ada"), access_level=40)
    road.apply(*PLACES, user("ada"), members(entry("ada", access="reporter")))
    assert direct(road.world, "/projects/eig%2Feig3%2Fadler%2Fapi")["ada"] == 40


def test_only_accounts_that_eiginfra_made_are_blocked(road):
    number = account(road.world, "ada")
    road.apply(*PLACES, user("ada"), members(entry("ada")))
    road.apply(*PLACES, members())
    plan = road.plan(*PLACES, members())
    (left,) = [change for change in plan.changes if change.address.kind == "gitlab.user"]
    assert left.action is Action.NONE
    assert "eiginfra did not create it, so it is not blocked" in told(left.reason)
    assert road.world.by_hand("GET", f"/users/{number}")["state"] == "active"


def state(road):
    return road.world.by_hand("GET", "/users?username=ada")[0]["state"]


def test_who_comes_back_is_unblocked_if_eiginfra_blocked_them(road):
    wanted = (*PLACES, user("ada"), members(entry("ada")))
    road.apply(*wanted)
    road.apply(*PLACES, members())
    assert state(road) == "blocked"
    plan = road.later().plan(*wanted)
    assert plan.findings == ()
    (account_, _) = plan.acting
    assert shown([account_]) == ["update gitlab.user[ada]: state"]
    assert [(diff.before, diff.after, diff.cause) for diff in account_.diffs] == [("blocked", "active", Cause.PENDING)]
    road.later().apply(*wanted)
    assert (state(road), direct(road.world)["ada"]) == ("active", 30)
    # From then on a block is an administrator's again, and who leaves a second time is blocked a second time.
    road.later().apply(*wanted)
    road.world.by_hand("POST", f"/users/{road.world.account_id('ada')}/block")
    again = road.later().plan(*wanted)
    assert (again.acting, [finding.code for finding in again.findings]) == ((), ["account-blocked"])
    road.world.by_hand("POST", f"/users/{road.world.account_id('ada')}/unblock")
    road.later().apply(*PLACES, members())
    assert state(road) == "blocked"


def test_a_block_by_an_administrator_is_lifted_only_by_the_playbook(road):
    road.apply(user("ada"))
    road.world.by_hand("POST", f"/users/{road.world.account_id('ada')}/block")
    assert road.apply(user("ada")) == ()
    road.apply(UserSpec(username="ada", email="ada@example.org", state="active"))
    assert state(road) == "active"


def test_attack_5_who_comes_back_under_another_name_is_unblocked_and_who_took_the_name_is_not(road):
    road.apply(user("ada"))
    road.apply()
    root = road.world
    root.by_hand("PUT", f"/users/{root.account_id('ada')}", username="ada-lovelace", email="lovelace@example.org")
    other = account(root, "ada", "mallory@example.org")
    root.by_hand("POST", f"/users/{other}/block")
    plan = road.later().plan(user("ada"))
    assert [finding.code for finding in plan.findings] == ["account-renamed", "account-name-taken"]
    road.later().run(plan)
    assert root.by_hand("GET", f"/users/{root.account_id('ada-lovelace')}")["state"] == "active"
    assert root.by_hand("GET", f"/users/{other}")["state"] == "blocked"


# Names and numbers


@pytest.mark.parametrize("accounts", [[], [user("ada")]])
def test_attack_10_an_account_that_was_renamed_is_the_same_person(road, accounts):
    number = account(road.world, "ada")
    wanted = (*PLACES, *accounts, members(entry("ada", **({} if accounts else {"id": number}))))
    road.apply(*wanted)
    road.world.by_hand("PUT", f"/users/{number}", username="ada-lovelace")
    plan = road.later().plan(*wanted)
    assert plan.empty
    assert [finding.code for finding in plan.findings] == ["account-renamed"]
    assert "the account ada is called ada-lovelace now" in message(plan.findings[0])
    # A change reaches the same account, although its name is free by now, or another's.
    account(road.world, "ada", "mallory@example.org")
    wanted = (*PLACES, *accounts, members(entry("ada", access="reporter", **({} if accounts else {"id": number}))))
    road.later().apply(*wanted)
    assert direct(road.world) == {"ada-lovelace": 20, "eiginfra-bot": 0}


def left_out(plan):
    """Which entries of the team's list are blocked, and why."""
    (change,) = [change for change in plan.changes if str(change.address) == ADDRESS]
    return {item.diff.label: item.reason.code for item in change.blocked}


def test_attack_5_whoever_took_the_name_of_a_deleted_account_is_no_member_and_everybody_else_is_one(road):
    road.apply(*PLACES, user("ada"), user("bob"), members())
    road.world.by_hand("DELETE", f"/users/{road.world.account_id('ada')}")
    account(road.world, "ada", "ada@example.org")  # with her address, since nobody has it any more
    for email in ({}, {"email": "ada@example.org"}):
        wanted = (*PLACES, user("ada"), user("bob"), members(entry("ada", **email), entry("bob")))
        plan = road.later().plan(*wanted)
        (finding,) = plan.findings
        assert (finding.code, finding.severity) == ("account-replaced", "warning")
        assert "eiginfra confirm ada" in remedy(finding)
        assert "EIG Link to say whose account this is" in waits(plan)["gitlab.user[ada]"]["(exists)"]
        assert set(left_out(plan)) == {"members[ada]"}
        road.later().apply(*wanted)
        assert direct(road.world) == {"bob": 30, "eiginfra-bot": 0}


def test_a_name_that_nobody_bears_is_left_out_and_told(road):
    bob = {"id": account(road.world, "bob")}
    for wanted, address in (
        ((*PLACES, members(entry("nobody"), entry("bob", **bob))), ADDRESS),
        (
            (COHORT, GroupSpec(path="eig/eig3/plume"), members(entry("nobody"), entry("bob", **bob), holder="eig/eig3/plume")),
            "gitlab.members[eig/eig3/plume]",
        ),
    ):
        plan = road.later().plan(*wanted)
        (finding,) = plan.findings
        assert (finding.code, finding.severity, finding.address) == ("member-without-account", "warning", address)
        assert "there is no account nobody on GitLab" in message(finding)
        road.later().apply(*wanted)
    assert direct(road.world) == direct(road.world, "/groups/eig%2Feig3%2Fplume") == {"bob": 30, "eiginfra-bot": 0}
    assert road.later().plan(*PLACES, user("nobody"), members(entry("nobody"), entry("bob", **bob))).findings == ()


def test_where_people_are_invited_an_entry_needs_an_address(inviting):
    plan = inviting.plan(*PLACES, user("ada"), members(entry("ada")))
    (finding,) = plan.findings
    assert (finding.code, finding.severity, finding.address) == ("member-without-account", "warning", ADDRESS)
    assert left_out(plan) == {"members[ada]": "no-account"}


# The guard


def cap(limit):
    return lambda field, removed, total: f"{limit} of {total}" if removed > limit else None


def test_half_of_the_members_lost_stops_the_plan_whatever_waits_or_is_inherited(inviting):
    names = ["ada", "bob", "eve", "lin"]
    numbers = {name: {"id": account(inviting.world, name)} for name in names[:3]}
    inviting.world.by_hand("POST", "/groups/eig/members", user_id=inviting.world.account_id("eve"), access_level=40)
    wanted = [
        entry("ada", **numbers["ada"]),
        entry("bob", **numbers["bob"]),
        entry("eve", access="guest", **numbers["eve"]),
        invited("lin"),
    ]
    inviting.apply(*PLACES, members(*wanted))
    guarded = inviting.later(allows=cap(1))
    # eve is there by inheritance only, and cannot be removed here: ada, bob and lin's invitation count.
    plan = guarded.plan(*PLACES, members())
    (stop,) = plan.errors
    assert message(stop).startswith("3 of 3 entries of gitlab.members members would be removed; the cap is 1 of 3")
    assert guarded.plan(*PLACES, members(*wanted[1:])).errors == ()
