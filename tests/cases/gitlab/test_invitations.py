"""People who are invited or wait for an administrator, on the whole road."""

from dataclasses import replace
from datetime import timedelta

import pytest
from support.gitlab_people import ADDRESS, ADLER, COHORT, GROUP, PLACES, account, direct, entry, invited, members, user, waits
from support.gitlab_road import reasons, shown
from support.words import message, remedy, told

from eiginfra.core.address import Address
from eiginfra.core.change import Cause
from eiginfra.core.resource import Scope
from eiginfra.lab.gitlab.state import GitLabState

# Invitations


def test_who_has_no_account_is_invited_and_waited_for(inviting):
    wanted = (*PLACES, user("ada"), members(invited("ada")))
    first = inviting.plan(*wanted)
    assert f"create {ADDRESS}" in shown(first.acting)
    assert "create gitlab.user[ada]" not in shown(first.acting)
    inviting.apply(*wanted)
    (pending,) = inviting.world.by_hand("GET", f"{GROUP}/invitations")
    assert (pending["invite_email"], pending["access_level"], pending["expires_at"][:10]) == ("ada@example.org", 30, "2030-06-30")
    plan = inviting.later().plan(*wanted)
    assert plan.empty
    assert waits(plan) == {
        "gitlab.user[ada]": {"(exists)": "the person to accept the invitation"},
        ADDRESS: {"members[ada]": "ada to accept the invitation"},
    }
    account(inviting.world, "ada")
    after = inviting.later().plan(*wanted)
    assert after.empty
    assert waits(after) == {}
    assert direct(inviting.world)["ada"] == 30


def test_an_invitation_follows_the_inventory_and_is_withdrawn_with_it(inviting):
    inviting.apply(*PLACES, user("ada"), members(invited("ada")))
    (change,) = inviting.apply(*PLACES, user("ada"), members(invited("ada", access="reporter", expires="2031-01-01")))
    assert [diff.label for diff in change.diffs] == ["members[ada]"]
    (pending,) = inviting.world.by_hand("GET", f"{GROUP}/invitations")
    assert (pending["access_level"], pending["expires_at"][:10]) == (20, "2031-01-01")
    (change,) = inviting.apply(*PLACES, members())
    assert [(diff.label, diff.removes) for diff in change.diffs] == [("members[ada]", True)]
    assert inviting.world.by_hand("GET", f"{GROUP}/invitations") == []


def test_an_invitation_is_withdrawn_where_the_list_gives_no_address_any_more(inviting):
    """As `gitlab_access` gives none once the site makes accounts instead."""
    inviting.apply(*PLACES, user("ada"), members(invited("ada")))
    number = account(inviting.world, "ada", "elsewhere@example.org")
    inviting.apply(*PLACES, user("ada"), members(entry("ada", id=number)))
    assert direct(inviting.world)["ada"] == 30
    assert inviting.world.by_hand("GET", f"{GROUP}/invitations") == []


def test_who_was_invited_and_has_neither_account_nor_address_is_told(inviting):
    """The invitation goes with the address, and nobody can be added."""
    inviting.apply(*PLACES, members(invited("ada")))
    for access in ("developer", "reporter"):
        (finding,) = inviting.later().plan(*PLACES, members(entry("ada", access=access))).findings
        assert (finding.code, finding.severity) == ("member-without-account", "warning")
    inviting.later().apply(*PLACES, members(entry("ada")))
    assert inviting.world.by_hand("GET", f"{GROUP}/invitations") == []


def test_an_invitation_that_ran_out_is_renewed(inviting):
    wanted = (*PLACES, user("ada"), members(invited("ada")))
    inviting.apply(*wanted)
    inviting.world.by_hand("DELETE", f"{GROUP}/invitations/ada@example.org")
    assert shown(inviting.apply(*wanted)) == [f"update {ADDRESS}: members[ada]"]


def test_an_invitation_by_hand_is_a_stranger(inviting):
    inviting.apply(*PLACES, members())
    inviting.world.by_hand("POST", f"{GROUP}/invitations", email="eve@example.org", access_level=30)
    (change,) = inviting.apply(*PLACES, members())
    assert (change.cause, [diff.label for diff in change.diffs]) == (Cause.DRIFT, ["members[eve@example.org]"])


def test_a_failure_within_a_201_is_a_failure(inviting):
    road = inviting
    road.apply(*PLACES)
    plan = road.plan(*PLACES, user("ada"), members(invited("ada")))
    number = account(road.world, "ada-lovelace", "ada@example.org")
    road.world.by_hand("POST", "/groups/eig/members", user_id=number, access_level=50)
    (failed,) = [result for result in road.run(plan).results if result.reason]
    assert "GitLab answers: Access level should be greater than or equal to Owner inherited membership" in told(failed.reason)


def test_an_invitation_whose_answer_was_lost_is_sent_once(inviting):
    inviting.apply(*PLACES)
    inviting.world.fault(rules=[{"match": "POST .*/invitations", "kind": "drop_after", "times": 1}])
    inviting.apply(*PLACES, user("ada"), members(invited("ada")))
    assert len(inviting.world.by_hand("GET", f"{GROUP}/invitations")) == 1


def test_the_address_of_another_account_is_told_when_planning(inviting):
    account(inviting.world, "ada-lovelace", "ada@example.org")
    plan = inviting.plan(*PLACES, user("ada"), members(invited("ada")))
    (finding,) = plan.findings
    assert (finding.code, finding.severity) == ("account-email-taken", "warning")
    assert waits(plan)["gitlab.user[ada]"] == {"(exists)": "the address, which belongs to the account ada-lovelace"}
    assert "belongs to the account ada-lovelace" in message(finding)


@pytest.fixture
def owner(road):
    """The site invites; the token is that of a group's owner, who is no administrator."""
    root = road.world
    number = account(root, "owner")
    root.by_hand("POST", "/groups/eig/members", user_id=number, access_level=50)
    token = root.by_hand("POST", f"/users/{number}/personal_access_tokens", name="t", scopes=["api"])["token"]
    return lambda accounts="invite": road.later(root.as_token(token, accounts=accounts))


def test_attack_5_whose_account_has_the_address_is_the_person_whatever_the_name(road, owner):
    account(road.world, "ada-lovelace", "ada@example.org", shown=False)
    account(road.world, "ada", "mallory@example.org", shown=False)  # took the name first
    wanted = (COHORT, ADLER, user("ada"), members(invited("ada")))
    assert not owner().run(owner().plan(*wanted)).failed
    assert (direct(road.world)["ada-lovelace"], "ada" in direct(road.world)) == (30, False)
    plan = owner().plan(*wanted)
    assert plan.empty
    assert waits(plan) == {}
    assert [finding.code for finding in plan.findings] == ["account-renamed", "account-name-taken"]


@pytest.mark.parametrize("name", ["ada", "ada-lovelace"])
def test_attack_5_invitations_of_one_instant_are_known_by_who_is_still_invited(road, owner, name, monkeypatch):
    wanted = (COHORT, ADLER, user("ada"), user("bob"), members(invited("ada"), invited("bob")))
    eiglink = owner()
    with monkeypatch.context() as frozen:
        frozen.setattr(GitLabState, "now", lambda _state: "2019-10-01T12:00:00.000Z")
        eiglink.apply(*wanted)
    account(road.world, name, "ada@example.org", shown=False)
    assert waits(owner().plan(*wanted)).keys() == {"gitlab.user[bob]", ADDRESS}
    owner().apply(*wanted)
    assert direct(road.world) == {name: 30, "owner": 50, "eiginfra-bot": 0}


@pytest.mark.parametrize("name", ["ada", "ada-lovelace"])
def test_attack_5_who_accepts_an_invitation_is_who_was_invited(road, owner, name):
    bystander = account(road.world, "bystander")
    wanted = (COHORT, ADLER, user("ada"), user("bob"), members(invited("ada"), invited("bob")))
    owner().apply(*wanted)
    account(road.world, name, "ada@example.org", shown=False)
    for _ in range(2):
        plan = owner().plan(*wanted)
        assert plan.empty
        assert waits(plan).keys() == {"gitlab.user[bob]", ADDRESS}
        assert [finding.code for finding in plan.findings] == ([] if name == "ada" else ["account-renamed"])
        owner().run(plan)
    # Whoever came by hand meanwhile is a stranger.
    road.world.by_hand("POST", f"{GROUP}/members", user_id=bystander, access_level=30)
    owner().apply(*wanted)
    assert direct(road.world) == {name: 30, "owner": 50, "eiginfra-bot": 0}


def test_an_instance_that_does_not_invite_is_not_asked_for_invitations(road):
    road.apply(*PLACES, user("ada"), members(entry("ada")))
    assert not [request for request in road.world.sent if request.url.endswith("/invitations")]


# Promotions that an administrator of GitLab approves


def test_a_queued_promotion_waits_and_is_not_asked_for_again(road):
    root = road.world
    owner = account(root, "owner")
    root.by_hand("POST", "/groups/eig/members", user_id=owner, access_level=50)
    token = root.by_hand("POST", f"/users/{owner}/personal_access_tokens", name="t", scopes=["api"])["token"]
    root.by_hand("PUT", "/application/settings", enable_member_promotion_management=True)
    number = account(root, "ada")
    mine = road.later(root.as_token(token, accounts="require"))
    wanted = (COHORT, ADLER, user("ada"), members(entry("ada")))
    mine.apply(*wanted)
    plan = mine.plan(*wanted)
    (asked,) = [record.at.date() for record in mine.journal.records("eig3").values() if str(record.address) == ADDRESS]
    assert waits(plan) == {ADDRESS: {"members[ada]": f"an administrator of GitLab to approve ada (asked on {asked})"}}
    (finding,) = plan.findings
    assert (finding.code, finding.severity) == ("promotion-waits", "notice")
    assert f"ada waits since {asked} for an administrator of GitLab to approve developer of eig/eig3/adler" in message(finding)
    assert f"eiginfra forget '{ADDRESS}'" in remedy(finding)
    assert "ada" not in direct(root)
    root.by_hand("POST", f"{GROUP}/members", user_id=number, access_level=30, expires_at="2030-06-30")
    after = mine.plan(*wanted)
    assert (after.empty, waits(after), after.findings) == (True, {}, ())


def test_another_role_is_asked_for_while_a_promotion_waits(road):
    root = road.world
    owner = account(root, "owner")
    root.by_hand("POST", "/groups/eig/members", user_id=owner, access_level=50)
    token = root.by_hand("POST", f"/users/{owner}/personal_access_tokens", name="t", scopes=["api"])["token"]
    root.by_hand("PUT", "/application/settings", enable_member_promotion_management=True)
    ada = {"id": account(root, "ada")}
    for wanted in (members(entry("ada", access=access, **ada)) for access in ("developer", "maintainer", "guest")):
        # Each time by another process, which knows what the journal knows.
        road.later(root.as_token(token, accounts="require")).apply(COHORT, ADLER, wanted)
    assert direct(root)["ada"] == 10
    road.later(root.as_token(token, accounts="require")).apply(COHORT, ADLER, members(entry("ada", **ada)))
    assert direct(root)["ada"] == 10  # a member whose promotion waits stays what they are
    road.later(root.as_token(token, accounts="require")).apply(COHORT, ADLER, members())
    assert "ada" not in direct(root)


def test_since_when_a_promotion_waits_is_kept_while_the_list_changes(road):
    root = road.world
    owner = account(root, "owner")
    root.by_hand("POST", "/groups/eig/members", user_id=owner, access_level=50)
    token = root.by_hand("POST", f"/users/{owner}/personal_access_tokens", name="t", scopes=["api"])["token"]
    root.by_hand("PUT", "/application/settings", enable_member_promotion_management=True)
    ada, bob = ({"id": account(root, name)} for name in ("ada", "bob"))
    mine = road.later(root.as_token(token, accounts="require"))
    mine.apply(COHORT, ADLER, members(entry("ada", **ada)))
    address = Address.parse(ADDRESS)
    record = mine.journal.records("eig3")[address]
    earlier = replace(record, at=record.at - timedelta(days=9))
    (seen,) = (
        mine.world.kinds["gitlab.members"]
        .observe(Scope("eig3", ("adler",), [mine.resource(members(entry("ada", **ada)))], [earlier]))
        .objects
    )
    assert seen.handle["since"] == {"ada": str(earlier.at.date())}
    # Kept when the journal is written anew, and forgotten when another promotion is asked for.
    later = replace(record, handle=seen.handle)
    wanted = members(entry("ada", **ada), entry("bob", access="guest", **bob))
    (seen,) = mine.world.kinds["gitlab.members"].observe(Scope("eig3", ("adler",), [mine.resource(wanted)], [later])).objects
    assert seen.handle["since"] == {"ada": str(earlier.at.date())}
    done = mine.world.kind(wanted).update(seen, wanted, mine.world.diffs_of(wanted, seen))
    assert done.handle["since"] == {"ada": str(earlier.at.date())}
    other = members(entry("ada", access="maintainer", **ada), entry("bob", access="guest", **bob))
    seen = mine.world.kind(other).read(other, done.handle)
    done = mine.world.kind(other).update(seen, other, mine.world.diffs_of(other, seen))
    assert "since" not in done.handle


def test_an_invitation_that_gitlab_does_not_show_afterwards_is_not_taken_for_sent(inviting):
    wanted = (*PLACES, user("ada"), members(invited("ada")))
    inviting.apply(*PLACES, members())
    mine = inviting.later()
    mine.world.api.nested.invite = lambda *_: None  # agreed to, and nothing came of it
    failed = reasons(mine.run(mine.plan(*wanted)))
    assert failed == {ADDRESS: "the server agreed, and still shows members[ada]: –"}
    assert shown(inviting.later().apply(*wanted)) == [f"update {ADDRESS}: members[ada]"]
