"""What is made in more than one request, and what of a server's answers counts."""

import json

import pytest
from support.gitlab_road import shown
from support.words import told

from eiginfra.core.change import Cause
from eiginfra.providers.gitlab.branch_protection import PROTECTIONS
from eiginfra.providers.gitlab.kinds.group import GroupSpec
from eiginfra.providers.gitlab.kinds.members import MembersSpec
from eiginfra.providers.gitlab.kinds.user import UserSpec

SPACE = "eig/eig3/adler"
URL = "/groups/eig%2Feig3%2Fadler"
COHORT = GroupSpec(path="eig/eig3", visibility="public")


def bodies(world, method, path):
    """What was sent by a method to an address that ends so."""
    return [json.loads(request.body) for request in world.sent if request.method == method and request.url.endswith(path)]


@pytest.mark.parametrize("setting", ["overridable", "disabled"])
def test_f1_a_setting_that_only_a_change_takes_is_set_after_the_creation(road, setting):
    road.apply(COHORT, GroupSpec(path=SPACE, shared_runners=setting))
    assert all("shared_runners_setting" not in body for body in bodies(road.world, "POST", "/groups"))
    assert [list(body) for body in bodies(road.world, "PUT", f"/groups/{road.world.api.group_id(SPACE)}")] == [["shared_runners_setting"]]


def test_f1_what_a_new_group_takes_from_the_one_around_it_costs_no_request(road):
    road.apply(GroupSpec(path="eig/eig3", shared_runners="overridable"))
    sent = len(road.world.sent)
    road.apply(GroupSpec(path="eig/eig3", shared_runners="overridable"), GroupSpec(path=SPACE, shared_runners="overridable"))
    assert [request.method for request in road.world.sent[sent:] if request.method in {"POST", "PUT"}] == ["POST"]


@pytest.mark.parametrize("fault", ["drop", "error_after", "status"])
def test_f1_a_creation_that_stops_between_its_two_requests_is_finished(road, fault):
    road.world.fault(rules=[{"match": "PUT .*/groups", "kind": fault, "times": 1} | ({"status": 502} if fault == "status" else {})])
    road.apply(COHORT, GroupSpec(path=SPACE, shared_runners="disabled"))
    assert road.world.by_hand("GET", URL)["shared_runners_setting"] == "disabled_and_unoverridable"


def test_f1_what_was_made_is_remembered_when_its_second_request_is_refused(road):
    road.world.fault(rules=[{"match": "PUT .*/groups", "kind": "status", "status": 403}])
    wanted = (COHORT, GroupSpec(path=SPACE, shared_runners="disabled"))
    assert road.run(road.plan(*wanted)).failed
    road.world.fault()
    (change,) = road.later().plan(*wanted).acting
    assert (change.created, shown([change])) == (True, [f"update gitlab.group[{SPACE}]: shared_runners"])
    (left,) = road.later().plan(COHORT, prune=True).acting
    assert shown([left]) == [f"delete gitlab.group[{SPACE}]"]


def test_f1_what_was_made_is_remembered_when_its_verification_fails(road):
    """A server that takes a value and keeps another one."""
    api, create = road.world.api, road.world.api.create_group
    api.create_group = lambda path, fields: {**create(path, fields), "description": "another"}
    wanted = (COHORT, GroupSpec(path=SPACE, description="Lutter"))
    assert road.run(road.plan(*wanted)).failed
    update = api.update_group
    api.update_group = lambda path, group, fields: {**update(path, group, fields), "description": "another"}
    assert road.run(road.plan(*wanted)).failed or road.plan(*wanted).empty
    (change,) = road.later().plan(COHORT, prune=True).acting
    assert (change.created, shown([change])) == (True, [f"delete gitlab.group[{SPACE}]"])


def test_f2_the_deprecated_number_is_neither_written_nor_read(road):
    wanted = (COHORT, GroupSpec(path=SPACE, branch_protection="developers-merge"))
    road.apply(*wanted)
    (made,) = [body for body in bodies(road.world, "POST", "/groups") if body["path"] == "adler"]
    assert made["default_branch_protection_defaults"] == PROTECTIONS["developers-merge"]
    assert "default_branch_protection" not in made


@pytest.mark.parametrize(
    "weaker",
    [PROTECTIONS["none"], {**PROTECTIONS["full"], "allow_force_push": True}, {**PROTECTIONS["full"], "developer_can_initial_push": True}],
)
def test_f2_drift_of_what_counts_is_seen_whatever_the_number_says(road, weaker):
    wanted = (COHORT, GroupSpec(path=SPACE, branch_protection="full"))
    road.apply(*wanted)
    road.world.by_hand("PUT", URL, default_branch_protection_defaults=weaker)
    (change,) = road.later().apply(*wanted)
    assert (change.cause, [diff.field for diff in change.diffs]) == (Cause.DRIFT, ["branch_protection"])


def test_f12_levels_that_are_new_or_unknown_are_shown_and_stop_nobody(road):
    """As GitLab 19 has them: the security manager, and whatever comes after."""
    ada, bob = (UserSpec(username=name, email=f"{name}@example.org") for name in ("ada", "bob"))
    members = MembersSpec(group=SPACE, members=[{"username": "ada", "access": "developer"}, {"username": "bob", "access": "developer"}])
    road.apply(COHORT, GroupSpec(path=SPACE), ada, bob, members)
    nested, listed = road.world.api.nested, road.world.api.nested.members
    levels = {"ada": 25, "bob": 27}

    def newer(holder):
        return [{**member, "access_level": levels.get(member["username"], member["access_level"])} for member in listed(holder)]

    nested.members = newer
    (change,) = road.plan(COHORT, GroupSpec(path=SPACE), ada, bob, members).acting
    assert {diff.entry: diff.before["access"] for diff in change.diffs} == {"ada": "security-manager", "bob": "level 27"}


def test_f13_of_a_refusal_gitlabs_own_text_is_told_and_the_scope_is_blamed_where_it_lacks(road):
    road.world.fault(rules=[{"match": "PUT .*/groups", "kind": "status", "status": 403}])
    road.apply(COHORT, GroupSpec(path=SPACE))
    (result,) = road.run(road.plan(COHORT, GroupSpec(path=SPACE, description="x"))).results
    assert "scope" not in told(result.reason)
    assert "GitLab answers 403: " in told(result.reason)
    assert "the token's account may not do that" in told(result.reason)
