from datetime import UTC, datetime

import pytest
from support.words import message

from eiginfra.core.change import FieldDiff
from eiginfra.core.errors import NotFoundError, PermanentError
from eiginfra.core.look import Look
from eiginfra.core.reason import reason
from eiginfra.core.resource import Record, Scope
from eiginfra.engine.diff import diff
from eiginfra.providers.gitlab.kinds.group import GroupSpec
from eiginfra.providers.gitlab.kinds.members import MembersSpec
from eiginfra.providers.gitlab.kinds.user import UserSpec
from eiginfra.providers.gitlab.nested_api import Holder

GROUP = "eig/eig3/adler"
ADA = {"username": "ada", "access": "maintainer", "expires": "2030-06-30"}
BOB = {"username": "bob", "access": "developer", "expires": None}


def spec(*members):
    return MembersSpec(group=GROUP, members=members)


@pytest.fixture
def adler(world):
    world.apply(GroupSpec(path="eig/eig3", visibility="public"), GroupSpec(path=GROUP, visibility="public"))
    for name in ("ada", "bob", "eve"):
        world.apply(UserSpec(username=name, name=name.title(), email=f"{name}@example.org"))
    world.apply(spec(ADA, BOB))
    return world


def direct(world, group):
    return [member["username"] for member in world.api.nested.members(Holder("group", GROUP, group))]


def id_of(world, name):
    return world.api.user(name)["id"]


def recorded(resource, **handle):
    return Record(resource.address, resource.values, handle, "adler", True, 1, datetime.now(UTC), "test")


def names(world, *members):
    return [entry["username"] for entry in world.observe(spec(*members)).values["members"]]


def test_a_new_groups_members_are_added(adler):
    assert adler.observe(spec()).values == {"group": GROUP, "members": [ADA, BOB]}
    users = {name: id_of(adler, name) for name in ("ada", "bob")}
    assert adler.observe(spec(ADA, BOB)).handle == {"id": adler.api.group_id(GROUP), "users": users, "accounts": users}


def test_an_existing_group_without_members_is_seen_as_empty(adler):
    adler.apply(GroupSpec(path="eig/eig3/empty"))
    assert adler.observe(MembersSpec(group="eig/eig3/empty")).values["members"] == []


def test_a_group_that_is_not_there_is_not_seen(adler):
    assert adler.observe(MembersSpec(group="eig/eig3/none")) is None
    with pytest.raises(PermanentError, match="the group eig/eig3/none is not there"):
        adler.kind(spec()).create(MembersSpec(group="eig/eig3/none", members=[BOB]))


@pytest.mark.parametrize(
    "changed",
    [
        {**BOB, "access": "guest"},
        {**BOB, "access": "planner"},
        {**BOB, "access": "reporter"},
        {**BOB, "access": "maintainer"},
        {**BOB, "access": "owner"},
        {**BOB, "expires": "2030-01-01"},
    ],
)
def test_each_field_is_updated_and_back_in_one_request(adler, changed):
    for wanted in (spec(ADA, changed), spec(ADA, BOB)):
        observed = adler.observe(wanted)
        before = adler.api.client.meter.counts.get("PUT", 0)
        (diff,) = adler.diffs_of(wanted, observed)
        assert (diff.field, diff.entry) == ("members", "bob")
        done = adler.kind(wanted).update(observed, wanted, [diff])
        # A step down from owner looks for another owner first; every change itself is one request.
        assert adler.api.client.meter.counts["PUT"] - before == 1
        assert done.values == adler.observe(wanted).values
        assert adler.diffs(wanted) == []


def test_without_a_written_end_there_is_none(adler):
    bare = spec({"username": "ada", "access": "maintainer"}, BOB)
    (diff,) = adler.diffs(bare)
    assert diff.before == ADA
    adler.apply(bare)
    assert adler.observe(bare).values["members"][0]["expires"] is None


def test_who_left_is_removed_with_all_below(adler):
    below = adler.apply(GroupSpec(path=f"{GROUP}/sub")).handle["id"]
    adler.by_hand("POST", f"/groups/{below}/members", user_id=id_of(adler, "bob"), access_level=30)
    adler.apply(spec(ADA))
    assert direct(adler, below) == ["eiginfra-bot"]


def test_a_stranger_is_seen_and_removed(adler):
    adler.by_hand("POST", f"/groups/{adler.api.group_id(GROUP)}/members", user_id=id_of(adler, "eve"), access_level=30)
    (diff,) = adler.diffs(spec(ADA, BOB))
    assert (diff.entry, diff.removes) == ("eve", True)
    adler.apply(spec(ADA, BOB))


def test_a_member_removed_by_hand_comes_back(adler):
    adler.by_hand("DELETE", f"/groups/{adler.api.group_id(GROUP)}/members/{id_of(adler, 'bob')}")
    (diff,) = adler.diffs(spec(ADA, BOB))
    assert (diff.entry, diff.before) == ("bob", None)
    adler.apply(spec(ADA, BOB))


def test_the_tokens_account_is_never_touched(adler):
    group = adler.api.group_id(GROUP)
    assert "eiginfra-bot" in direct(adler, group)
    adler.apply(spec())
    assert direct(adler, group) == ["eiginfra-bot"]
    asked = spec({"username": "eiginfra-bot", "access": "owner"})
    (finding,) = adler.observation(asked).findings
    assert (finding.code, finding.severity) == ("member-is-token", "warning")
    seen = adler.observe(asked)
    assert ("eiginfra-bot" in str(seen.values), seen.blocked["members[eiginfra-bot]"].code) == (False, "token-account")


def test_who_the_site_keeps_is_never_touched(adler, make_world):
    keeper = make_world(keep=("Bob",))
    assert names(keeper, ADA) == ["ada"]
    wanted = keeper.resource(spec(ADA, BOB))
    (finding,) = keeper.kind(wanted.spec).check(wanted.spec, {wanted.address: wanted})
    assert finding.code == "member-kept"


def test_attack_5_who_has_a_name_like_a_bots_is_removed(adler):
    group = adler.api.group_id(GROUP)
    bots = (f"group_{group}_bot_0123abc", "service_account_group_7_0123abc")
    for name in bots:
        number = adler.apply(UserSpec(username=name, name="Bot", email=f"{name}@example.org")).handle["id"]
        adler.by_hand("POST", f"/groups/{group}/members", user_id=number, access_level=30)
    assert [diff.entry for diff in adler.diffs(spec(ADA, BOB)) if diff.removes] == [*bots]


def test_f9_a_bot_of_any_name_is_never_touched(adler):
    adler.by_hand("POST", f"/groups/{adler.api.group_id(GROUP)}/members", user_id=id_of(adler, "eve"), access_level=30)
    ask, eve = adler.api.user, id_of(adler, "eve")
    adler.api.user = lambda user: {**ask(user), "bot": user == eve}
    assert names(adler, ADA, BOB) == ["ada", "bob"]
    assert names(adler, ADA, {**BOB, "username": "eve"}) == ["ada", "bob", "eve"]  # but whoever is listed is a member


def test_inherited_members_are_not_removed(adler):
    adler.by_hand("POST", f"/groups/{adler.api.group_id('eig')}/members", user_id=id_of(adler, "eve"), access_level=30)
    assert adler.diffs(spec(ADA, BOB)) == []


def test_below_an_inherited_role_is_a_finding_and_no_request(adler):
    adler.by_hand("POST", f"/groups/{adler.api.group_id('eig')}/members", user_id=id_of(adler, "eve"), access_level=40)
    lower = spec(ADA, BOB, {"username": "eve", "access": "guest"})
    (finding,) = adler.observation(lower).findings
    assert (finding.code, finding.severity) == ("below-inherited", "warning")
    assert "eve is maintainer of eig/eig3/adler already, inherited from eig" in message(finding)
    assert adler.diffs(lower) == []
    seen = adler.observe(lower)
    assert [entry["username"] for entry in seen.values["members"]] == ["ada", "bob"]
    assert seen.blocked == {"members[eve]": reason("inherited", access="maintainer", group="eig")}
    equal = spec(ADA, BOB, {"username": "eve", "access": "maintainer"})
    assert adler.observation(equal).findings == []
    adler.apply(equal)


def test_the_last_owner_stays(adler):
    group = adler.api.group_id(GROUP)
    owned = spec({**ADA, "access": "owner"}, BOB)
    adler.apply(owned)
    adler.by_hand("DELETE", f"/groups/{group}/members/{adler.api.me()['id']}")
    for wanted in (spec(BOB), spec(ADA, BOB)):
        assert [finding.code for finding in adler.observation(wanted).findings] == ["last-owner"]
        seen = adler.observe(wanted)
        assert seen.values["members"] == [{**ADA, "access": "owner"}, BOB]
        assert seen.blocked == {"members[ada]": reason("last-owner")}
        assert adler.diffs(wanted) == []
    observed = adler.observe(spec(ADA, BOB))
    for after in (None, ADA):
        diff = FieldDiff(field="members", entry="ada", before={**ADA, "access": "owner"}, after=after)
        with pytest.raises(PermanentError, match="ada is the last owner"):
            adler.kind(owned).update(observed, spec(ADA, BOB), [diff])
    # With another owner on the list they may go, in the same change.
    adler.apply(spec(ADA, {**BOB, "access": "owner"}))
    adler.apply(spec({"username": "eve", "access": "owner"}))


def test_one_failure_does_not_keep_the_others(adler):
    wanted = spec({"username": "nobody", "access": "developer"}, {"username": "eve", "access": "developer"})
    observed = adler.observe(wanted)
    diffs = diff(MembersSpec, wanted.values(), observed.values, None)  # the account went since the plan was made
    assert {item.entry: item.removes for item in diffs} == {"ada": True, "bob": True, "eve": False, "nobody": False}
    with pytest.raises(NotFoundError, match="there is no account nobody"):
        adler.kind(wanted).update(observed, wanted, diffs)
    assert names(adler, *wanted.entries) == ["eve"]
    assert adler.observe(wanted).blocked == {"members[nobody]": reason("no-account")}


def test_an_end_in_the_past_is_refused_in_a_sentence(adler):
    wanted = spec(ADA, {**BOB, "expires": "2001-01-01"})
    observed = adler.observe(wanted)
    with pytest.raises(PermanentError, match=r"change bob in group eig/eig3/adler: GitLab answers 400: .*past"):
        adler.kind(wanted).update(observed, wanted, adler.diffs_of(wanted, observed))


def test_an_added_member_whose_answer_was_lost_is_not_added_twice(adler):
    adler.fault(rules=[{"match": "POST .*/members", "kind": "drop_after", "times": 1}])
    adler.apply(spec(ADA, BOB, {"username": "eve", "access": "developer"}))


def test_a_member_is_added_though_somebody_did_just_now(adler):
    wanted = spec(ADA, BOB, {"username": "eve", "access": "developer"})
    observed = adler.observe(wanted)
    adler.by_hand("POST", f"/groups/{adler.api.group_id(GROUP)}/members", user_id=id_of(adler, "eve"), access_level=10)
    adler.kind(wanted).update(observed, wanted, adler.diffs_of(wanted, observed))
    assert adler.diffs(wanted) == []


def test_each_group_costs_one_request(adler):
    specs = []
    for number in range(12):
        adler.apply(GroupSpec(path=f"eig/eig3/t{number}"))
        specs.append(MembersSpec(group=f"eig/eig3/t{number}", members=[BOB]))
    adler.observation(*specs)
    before = adler.api.client.meter.total
    adler.observation(*specs)
    above, accounts = 2, 1  # eig and eig/eig3: what their members inherit; whose account bob is, without a journal
    assert adler.api.client.meter.total - before == len(specs) + above + accounts


def test_a_group_made_anew_since_is_found_again(adler):
    number = adler.api.group_id(GROUP)
    adler.by_hand("DELETE", f"/groups/{number}")
    adler.by_hand("POST", "/groups", path="adler", name="A", parent_id=adler.api.group_id("eig/eig3"))
    adler.by_hand("DELETE", f"/groups/{number}", permanently_remove=True, full_path=f"eig/eig3/adler-deletion_scheduled-{number}")
    assert adler.observe(spec()).values["members"] == []
    assert adler.observe(spec()).handle["id"] != number


def test_recorded_groups_are_seen_too(adler):
    resource = adler.resource(spec())
    scope = Scope("eig3", ("adler",), records=[recorded(resource)])
    adler.api.know_tree("eig/eig3", Look())
    adler.api.me()
    before = adler.api.client.meter.total
    (seen,) = adler.kind(resource.spec).observe(scope).objects
    # Nobody would be removed, so nobody is asked about; eig and eig/eig3 are read for what they hand down.
    assert adler.api.client.meter.total - before == 1 + 2
    assert (seen.address, seen.team) == (resource.address, "adler")


@pytest.mark.parametrize("bot", [{"ada", "eiginfra-bot"}, {"eiginfra-bot"}])
def test_f9_bots_are_no_owners(adler, bot):
    """The token's own account as well, where it is that of an access token."""
    ask, me = adler.api.user, adler.api.me()
    adler.api.user = lambda user: {**(found := ask(user)), "bot": found["username"] in bot}
    me["bot"] = True
    adler.apply(spec({**ADA, "access": "owner"}, {**BOB, "access": "owner"}))
    seen = adler.observe(spec({**ADA, "access": "owner"}, BOB))
    assert ("members[bob]" in seen.blocked) is ("ada" in bot)
    wanted = spec({**ADA, "access": "owner"})
    diff = FieldDiff(field="members", entry="bob", before={**BOB, "access": "owner"}, after=None)
    if "ada" in bot:
        with pytest.raises(PermanentError, match="bob is the last owner"):
            adler.kind(wanted).update(seen, wanted, [diff])
    else:
        adler.kind(wanted).update(seen, wanted, [diff])
        assert names(adler, ADA) == ["ada"]
