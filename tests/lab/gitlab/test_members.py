from datetime import timedelta

import pytest


@pytest.fixture
def child(gl, group):
    return gl.groups.create({"name": "child", "path": "child", "parent_id": group.id, "visibility": "public"})


@pytest.fixture
def project(gl, child):
    return gl.projects.create({"name": "p", "namespace_id": child.id, "visibility": "public"})


def levels(thing, *, everyone=False):
    members = (thing.members_all if everyone else thing.members).list(get_all=True)
    return {member.username: member.access_level for member in members}


def test_add_change_remove(api, group, person):
    user = person()
    path = f"/groups/{group.id}/members"
    made = api("POST", path, json={"user_id": user.id, "access_level": 30, "expires_at": "2999-01-31"})
    assert made.status_code == 201
    assert made.json()["expires_at"] == "2999-01-31"
    assert api("POST", path, json={"user_id": user.id, "access_level": 30}).json() == {"message": "Member already exists"}
    kept = api("PUT", f"{path}/{user.id}", json={"access_level": 40}).json()
    assert (kept["access_level"], kept["expires_at"]) == (40, "2999-01-31")
    assert api("PUT", f"{path}/{user.id}", json={"access_level": 40, "expires_at": ""}).json()["expires_at"] is None
    assert api("DELETE", f"{path}/{user.id}").status_code == 204
    for method in ("GET", "PUT", "DELETE"):
        answer = api(method, f"{path}/{user.id}", json={"access_level": 30})
        assert (answer.status_code, answer.json()) == (404, {"message": "404 Not found"})


@pytest.mark.parametrize(
    ("fields", "status", "body"),
    [
        ({"user_id": 1}, 400, {"error": "access_level is missing"}),
        ({"access_level": 30}, 400, {"error": "user_id, username are missing, at least one parameter must be provided"}),
        ({"access_level": "dev", "user_id": 1}, 400, {"error": "access_level is invalid"}),
        ({"access_level": 30, "user_id": 99999}, 404, {"message": "404 User Not Found"}),
        ({"access_level": 31, "user_id": 0}, 400, {"message": {"access_level": ["is not included in the list"]}}),
        ({"access_level": 5, "user_id": 0}, 400, {"message": {"access_level": ["is not included in the list"]}}),
        (
            {"access_level": 30, "user_id": 0, "expires_at": "2000-01-01"},
            400,
            {"message": {"expires_at": ["cannot be a date in the past"]}},
        ),
        ({"access_level": 30, "user_id": 0, "expires_at": "soon"}, 400, {"error": "expires_at is invalid"}),
    ],
)
def test_refused_members(api, child, person, fields, status, body):  # noqa: PLR0917 - fixtures, asked for by name
    wanted = {**fields, "user_id": person().id} if fields.get("user_id") == 0 else fields
    answer = api("POST", f"/groups/{child.id}/members", json=wanted)
    assert (answer.status_code, answer.json()) == (status, body)


def test_by_name(api, group, person):
    user = person()
    assert api("POST", f"/groups/{group.id}/members", json={"username": user.username, "access_level": 20}).json()["id"] == user.id


def test_level_is_not_below_the_inherited_one(api, group, child, project, person):
    user = person()
    group.members.create({"user_id": user.id, "access_level": 30})
    text = f"should be greater than or equal to Developer inherited membership from group {group.name}"
    for path in (f"/groups/{child.id}/members", f"/projects/{project.id}/members"):
        answer = api("POST", path, json={"user_id": user.id, "access_level": 20})
        assert (answer.status_code, answer.json()) == (400, {"message": {"access_level": [text]}})
    assert api("POST", f"/groups/{child.id}/members", json={"user_id": user.id, "access_level": 30}).status_code == 201


def test_inherited_members(api, group, child, project, person):
    first, second = person(), person()
    group.members.create({"user_id": first.id, "access_level": 20})
    child.members.create({"user_id": first.id, "access_level": 40})
    project.members.create({"user_id": second.id, "access_level": 30})
    assert levels(child) == {"eiginfra-bot": 50, first.username: 40}
    assert levels(project) == {second.username: 30}
    assert levels(project, everyone=True) == {"eiginfra-bot": 50, first.username: 40, second.username: 30}
    assert api("GET", f"/projects/{project.id}/members/all/{first.id}").json()["access_level"] == 40
    assert api("GET", f"/projects/{project.id}/members/{first.id}").status_code == 404


def test_several_at_once(api, group, person):
    first, second = person(), person()
    answer = api("POST", f"/groups/{group.id}/members", json={"user_id": f"{first.id},{second.id},99999", "access_level": 30})
    assert answer.status_code == 201
    assert answer.json() == {"status": "error", "message": "99999: User not found"}
    assert {first.username, second.username} <= set(levels(group))


@pytest.mark.parametrize(("skip", "left"), [("true", True), ("false", False), (None, False)])
def test_removal_reaches_below(api, group, child, project, person, skip, left):  # noqa: PLR0917 - fixtures, asked for by name
    user = person()
    for thing in (group, child, project):
        thing.members.create({"user_id": user.id, "access_level": 30})
    parameters = {"skip_subresources": skip} if skip else {}
    assert api("DELETE", f"/groups/{group.id}/members/{user.id}", params=parameters).status_code == 204
    assert (user.username in levels(child), user.username in levels(project)) == (left, left)


def test_last_owner_stays(api, group, child, person):
    for method, body in (("DELETE", None), ("PUT", {"access_level": 40})):
        answer = api(method, f"/groups/{group.id}/members/1", json=body)
        assert (answer.status_code, answer.json()) == (403, {"message": "403 Forbidden"})
    owner = person()
    group.members.create({"user_id": owner.id, "access_level": 50})
    assert api("DELETE", f"/groups/{group.id}/members/1").status_code == 204
    assert api("DELETE", f"/groups/{group.id}/members/{owner.id}").status_code == 403


def test_who_manages_members(api, group, project, person, acting):
    user, target = person(), person()
    group.members.create({"user_id": user.id, "access_level": 40})
    other = acting(user)
    body = {"user_id": target.id, "access_level": 30}
    assert other("POST", f"/groups/{group.id}/members", json=body).json() == {"message": "403 Forbidden"}
    assert other("POST", f"/projects/{project.id}/members", json=body).status_code == 201
    assert other("POST", f"/projects/{project.id}/members", json={**body, "user_id": user.id, "access_level": 50}).status_code == 403
    assert other("DELETE", f"/groups/{group.id}/members/{user.id}").status_code == 204


def test_expired_membership_vanishes(own_lab, connect, monkeypatch):
    gl = connect(own_lab)
    user = gl.users.create({"username": "u-u", "name": "u", "email": "u@example.org", "force_random_password": True})
    group = gl.groups.get("eig")
    clock = own_lab.clock
    tomorrow = (clock.today() + timedelta(days=1)).isoformat()
    group.members.create({"user_id": user.id, "access_level": 30, "expires_at": tomorrow})
    assert levels(group) == {"eiginfra-bot": 50, "u-u": 30}
    monkeypatch.setattr(clock, "_start", clock._start + timedelta(days=1))
    assert levels(group) == {"eiginfra-bot": 50}
    assert group.members.create({"user_id": user.id, "access_level": 20}).access_level == 20


def test_invitations(gl, api, group, person, fresh):
    path, known = f"/groups/{group.id}/invitations", person()
    address = f"{fresh('guest')}@example.org"
    assert api("POST", path, json={"email": address, "access_level": 30}).json() == {"status": "success"}
    again = api("POST", path, json={"email": address, "access_level": 20})
    assert (again.status_code, again.json()) == (201, {"status": "success"})
    assert [one["access_level"] for one in api("GET", path).json()] == [20]
    assert [one["invite_email"] for one in api("GET", path).json()] == [address]
    assert api("PUT", f"{path}/{address}", json={"access_level": 40}).json()["access_level"] == 40
    assert api("POST", path, json={"email": known.email, "access_level": 20}).json() == {"status": "success"}
    assert levels(group)[known.username] == 20
    newcomer = person(email=address)
    assert levels(group)[newcomer.username] == 40
    assert api("GET", path).json() == []
    assert api("DELETE", f"{path}/{address}").json() == {"message": "404 Not Found"}


def test_only_those_who_manage_see_invitations(group, person, acting):
    assert acting(person())("GET", f"/groups/{group.id}/invitations").status_code == 403
