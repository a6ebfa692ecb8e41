"""Attacks on identity by name: somebody else has the name, the address, the ID; and what becomes of a person who takes another name."""

import pytest
from support.gitlab_people import ADDRESS, PLACES, account, direct, entry, members, user, waits

from eiginfra.core.change import Action
from eiginfra.providers.gitlab.kinds.user import UserSpec


def left_out(plan):
    (change,) = [change for change in plan.changes if str(change.address) == ADDRESS]
    return {item.diff.label: item.reason.code for item in change.blocked}


def codes(plan):
    return [finding.code for finding in plan.findings]


@pytest.mark.parametrize("accounts", ["create", "require"])
@pytest.mark.parametrize("mail", ["mallory@example.org", "ada@example.org"])
def test_attack_5_who_registered_the_name_first_is_no_member(road, accounts, mail):
    """Not even with the person's address, as long as it is not proved to be theirs."""
    root = road.world
    fields = {"username": "Ada", "name": "Ada", "email": mail, "reset_password": True, "skip_confirmation": mail != "ada@example.org"}
    root.by_hand("POST", "/users", **fields)
    bob = account(root, "bob")
    mine = road.later(root.as_token(root.settings.token.reveal(), accounts=accounts))
    wanted = (*PLACES, user("ada"), user("bob"), members(entry("ada"), entry("bob")))
    plan = mine.plan(*wanted)
    assert codes(plan) == ["account-unconfirmed"]
    assert "EIG Link to confirm whose account this is" in waits(plan)["gitlab.user[ada]"]["(exists)"]
    assert not mine.run(plan).failed
    assert direct(root) == {"bob": 30, "eiginfra-bot": 0}
    assert root.by_hand("GET", f"/users/{bob}")["state"] == "active"


def test_attack_4_an_administrators_account_is_a_persons_only_by_eig_links_word(road):
    root = road.world
    number = root.by_hand(
        "POST", "/users", username="ada", name="A", email="ada@example.org", admin=True, reset_password=True, skip_confirmation=True
    )["id"]
    wanted = (*PLACES, user("ada"), members(entry("ada")))
    assert codes(road.plan(*wanted)) == ["account-unconfirmed"]
    confirmed = UserSpec(username="ada", email="ada@example.org", id=number)
    road.apply(*PLACES, confirmed, members(entry("ada")))
    assert direct(root)["ada"] == 30


def test_attack_5_one_account_is_not_two_persons(road):
    root = road.world
    number = account(root, "ada")
    claimed = UserSpec(username="bob", email="bob@example.org", id=number)
    wanted = (*PLACES, user("ada"), claimed, members(entry("ada", access="maintainer"), entry("bob", access="reporter")))
    plan = road.plan(*wanted)
    assert "account-of-another" in codes(plan)
    assert not road.run(plan).failed
    assert direct(root)["ada"] == 20  # whose it is EIG Link said


def test_attack_5_an_outsider_who_was_let_in_by_hand_under_the_name_gets_no_more(road):
    root = road.world
    road.apply(*PLACES, members())
    mallory = account(root, "ada", "mallory@example.org")
    root.by_hand("POST", "/groups/eig%2Feig3%2Fadler/members", user_id=mallory, access_level=10)
    plan = road.later().plan(*PLACES, user("ada"), members(entry("ada", access="maintainer")))
    assert left_out(plan) == {"members[ada]": "account-unconfirmed"}
    road.later().run(plan)
    assert direct(root)["ada"] == 10


def test_attack_10_who_writes_their_new_name_into_the_file_stays(road):
    """The account of the former name is not that of a leaver."""
    root = road.world
    road.apply(*PLACES, user("ada"), members(entry("ada")))
    number = root.account_id("ada")
    root.by_hand("PUT", f"/users/{number}", username="lovelace")
    renamed = UserSpec(username="lovelace", name="Ada", email="ada@example.org")
    wanted = (*PLACES, renamed, members(entry("lovelace")))
    plan = road.later().plan(*wanted)
    assert [change for change in plan.acting if change.action is not Action.ADOPT and change.address.kind == "gitlab.user"] == []
    assert not [diff for change in plan.acting for diff in change.diffs if diff.removes]
    road.later().apply(*wanted)
    assert root.by_hand("GET", f"/users/{number}")["state"] == "active"
    assert direct(root) == {"lovelace": 30, "eiginfra-bot": 0}


def test_attack_5_a_name_that_was_taken_between_plan_and_apply_gives_nothing(road):
    root = road.world
    plan = road.plan(*PLACES, user("ada"), members(entry("ada")))
    account(root, "ada", "mallory@example.org")
    assert road.run(plan).failed
    assert direct(root) == {"eiginfra-bot": 0}
    again = road.later().plan(*PLACES, user("ada"), members(entry("ada")))
    assert codes(again) == ["account-unconfirmed"]
    road.later().run(again)
    assert direct(root) == {"eiginfra-bot": 0}
