"""Access that no list of members gives: told, and removed where that is wished, under the caps and as access that is lost."""

import pytest
from support.gitlab_people import API, PLACES, SPACE, account, entry, members, user
from support.gitlab_road import shown
from support.words import message

from eiginfra.providers.gitlab.kinds.access import AccessSpec
from eiginfra.providers.gitlab.kinds.group import GroupSpec

PROJECT, GROUP = "/projects/eig%2Feig3%2Fadler%2Fapi", "/groups/eig%2Feig3%2Fadler"
EVERYTHING = ("shares", "direct_members", "keys")
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG1hZGUgdXA6IGFkbGVyLTEuLi4uLi4uLi4uLi4uLi4u"


def access(*authoritative, **more):
    return AccessSpec(group="eig/eig3", authoritative=authoritative, **more)


def wanted(*authoritative, **more):
    return (*PLACES, user("ada"), members(entry("ada")), access(*authoritative, **more))


@pytest.fixture
def opened(road):
    """A project and a group shared with an outside group, an outsider in a project and in a sub-group made by hand, a token, a key."""
    road.apply(*wanted())
    root = road.world
    other = root.by_hand("POST", "/groups", name="Partners", path="partners")["id"]
    for holder, level in ((PROJECT, 40), (GROUP, 30)):
        root.by_hand("POST", f"{holder}/share", group_id=other, group_access=level)
    eve = account(root, "eve")
    root.by_hand("POST", f"{PROJECT}/members", user_id=eve, access_level=40)
    below = root.by_hand("POST", "/groups", name="sub", path="sub", parent_id=root.by_hand("GET", GROUP)["id"])["id"]
    root.by_hand("POST", f"/groups/{below}/members", user_id=eve, access_level=50)
    # Who inherits as much has nothing besides.
    root.by_hand("POST", f"{PROJECT}/members", user_id=root.account_id("ada"), access_level=30)
    for name, scope, level in (("ci", "api", 40), ("reader", "read_api", 40), ("guest", "api", 10)):
        root.by_hand("POST", f"{PROJECT}/access_tokens", name=name, scopes=[scope], access_level=level)
    for name, scope in (("pusher", "write_registry"), ("puller", "read_registry")):
        root.by_hand("POST", f"{PROJECT}/deploy_tokens", name=name, scopes=[scope])
    root.by_hand("POST", f"{PROJECT}/deploy_keys", title="laptop", key=KEY, can_push=True)
    return road


NAMES = {
    "access-shared": [f"{SPACE}/api:partners", f"{SPACE}:partners"],
    "access-direct": [f"{SPACE}/api:eve", f"{SPACE}/sub:eve"],
    "access-token": [f"{SPACE}/api:ci"],
    "access-deploy-token": [f"{SPACE}/api:pusher"],
    "access-key": [f"{SPACE}/api:laptop"],
}


def test_report_21_access_that_no_list_gives_is_told(opened):
    plan = opened.later().plan(*wanted())
    assert plan.acting == ()
    told = {}
    for finding in plan.findings:
        assert (finding.severity, finding.team) == ("warning", "adler")
        told.setdefault(finding.code, []).append(finding.params["name"])
    assert {code: sorted(found) for code, found in told.items()} == {code: sorted(found) for code, found in NAMES.items()}
    (said, *_) = [finding for finding in plan.findings if finding.code == "access-shared" and finding.params["path"] == f"{SPACE}/api"]
    assert "eig/eig3/adler/api is shared with the group partners: its members have access up to maintainer" in message(said)


def test_report_21_it_is_removed_where_that_is_wished(opened):
    every = [name for found in NAMES.values() for name in found]
    plan = opened.later().plan(*wanted(*EVERYTHING))
    (change,) = plan.acting
    assert sorted(diff.entry for diff in change.diffs) == sorted(every)
    assert plan.harm() == {"access-lost": len(every)}
    assert plan.findings == ()
    opened.later().apply(*wanted(*EVERYTHING))
    root = opened.world
    assert root.by_hand("GET", PROJECT)["shared_with_groups"] == root.by_hand("GET", GROUP)["shared_with_groups"] == []
    people = {one["username"] for one in root.by_hand("GET", f"{PROJECT}/members")}
    assert ("ada" in people, "eve" in people) == (True, False)
    assert root.by_hand("GET", f"{PROJECT}/deploy_keys") == []
    assert [token["name"] for token in root.by_hand("GET", f"{PROJECT}/deploy_tokens") if not token["revoked"]] == ["puller"]
    assert {token["name"]: token["revoked"] for token in root.by_hand("GET", f"{PROJECT}/access_tokens")} == {
        "ci": True,
        "reader": False,
        "guest": False,
    }
    assert opened.later().plan(*wanted(*EVERYTHING)).changes == ()


@pytest.mark.parametrize("field", EVERYTHING)
def test_f10_what_is_authoritative_is_removed_and_what_is_allowed_stays(opened, field):
    allowed = [f"{SPACE}/api:partners", f"{SPACE}/api:eve", f"{SPACE}/api:laptop", f"{SPACE}/api:pusher"]
    plan = opened.later().plan(*wanted(field, allow=allowed))
    removed = {
        "shares": [f"shares[{SPACE}:partners]"],
        "direct_members": [f"direct_members[{SPACE}/sub:eve]"],
        "keys": [f"keys[{SPACE}/api:ci]"],
    }[field]
    assert shown(plan.acting) == [f"update gitlab.access[eig/eig3]: {', '.join(removed)}"]
    assert not {finding.params["name"] for finding in plan.findings} & {*allowed}


def test_report_21_removals_count_under_the_cap(opened):
    capped = opened.later(allows=lambda field, removed, total: f"1 of {total}" if removed > 1 else None)
    (stop,) = capped.plan(*wanted("shares")).errors
    assert message(stop).startswith("2 of 2 entries of gitlab.access shares would be removed; the cap is 1 of 2")


def test_f10_shares_of_projects_cost_no_request(road):
    road.apply(*wanted())
    world = road.later().world
    before = len(world.sent)
    world.observation(API, GroupSpec(path="eig/eig3"), access())
    asked = [request.url.partition("/api/v4")[2].partition("?")[0] for request in world.sent[before:]]
    assert asked.count("/groups/eig%2Feig3/projects") <= 1
    assert not [path for path in asked if path.endswith(("/shared_groups", "/invited_groups"))]


def test_report_21_what_the_token_may_not_see_stops_nothing(opened):
    """A maintainer of the project alone sees its keys; a developer, none."""
    root = opened.world
    number = account(root, "dev")
    root.by_hand("POST", "/groups/eig/members", user_id=number, access_level=30)
    token = root.by_hand("POST", f"/users/{number}/personal_access_tokens", name="t", scopes=["read_api"])["token"]
    (seen,) = root.as_token(token, accounts="require").observation(access()).objects
    assert seen.values["keys"] == []
    assert [entry["name"] for entry in seen.values["shares"]] == NAMES["access-shared"]
