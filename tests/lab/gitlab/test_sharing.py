"""Groups invited to groups and projects, archived groups, transfers: who sees what, who may what."""

import pytest


@pytest.fixture
def invited(gl, fresh, person):
    """A group with one maintainer, to be invited elsewhere: (group, the maintainer)."""
    name, member = fresh("invited"), person()
    group = gl.groups.create({"name": name, "path": name})
    group.members.create({"user_id": member.id, "access_level": 40})
    return group, member


def test_members_of_an_invited_group_have_access_up_to_its_level(api, gl, group, invited, acting):
    other, member = invited
    secret = gl.groups.create({"name": "secret", "path": "secret", "parent_id": group.id, "visibility": "private"})
    assert acting(member)("GET", f"/groups/{secret.id}").status_code == 404
    shared = api("POST", f"/groups/{secret.id}/share", json={"group_id": other.id, "group_access": 30, "expires_at": "2999-01-31"})
    assert shared.status_code == 201
    (link,) = shared.json()["shared_with_groups"]
    assert (link["group_full_path"], link["group_access_level"], link["expires_at"]) == (other.path, 30, "2999-01-31")
    everyone = {one["id"]: one["access_level"] for one in api("GET", f"/groups/{secret.id}/members/all").json()}
    assert everyone[member.id] == 30
    assert member.id not in {one["id"] for one in api("GET", f"/groups/{secret.id}/members").json()}
    assert acting(member)("GET", f"/groups/{secret.id}").status_code == 200
    assert [one["id"] for one in api("GET", f"/groups/{secret.id}/invited_groups").json()] == [other.id]
    assert api("GET", f"/groups/{secret.id}/invited_groups", params={"min_access_level": 40}).json() == []
    assert [one["id"] for one in api("GET", f"/groups/{other.id}/groups/shared").json()] == [secret.id]
    assert api("DELETE", f"/groups/{secret.id}/share/{other.id}").status_code == 204
    assert api("DELETE", f"/groups/{secret.id}/share/{other.id}").json() == {"message": "404 Group Link Not Found"}
    assert acting(member)("GET", f"/groups/{secret.id}").status_code == 404


def test_a_project_shared_with_a_group(api, gl, group, invited, acting):
    other, member = invited
    project = gl.projects.create({"name": "shared", "namespace_id": group.id, "visibility": "private"})
    path = f"/projects/{project.id}/share"
    shared = api("POST", path, json={"group_id": other.id, "group_access": 20})
    assert (shared.status_code, shared.json()["group_access"], shared.json()["project_id"]) == (201, 20, project.id)
    assert api("POST", path, json={"group_id": other.id, "group_access": 30}).status_code == 409
    assert api("POST", path, json={"group_id": 999_999, "group_access": 30}).status_code == 404
    assert api("POST", path, json={"group_id": other.id}).json() == {"error": "group_access is missing"}
    assert api("POST", path, json={"group_id": group.id, "group_access": 30}).status_code == 409
    assert api("GET", f"/projects/{project.id}").json()["shared_with_groups"][0]["group_access_level"] == 20
    assert acting(member)("GET", f"/projects/{project.id}").status_code == 200
    held = {one["id"] for one in api("GET", f"/groups/{other.id}/projects").json()}
    assert (project.id in held, api("GET", f"/groups/{other.id}/projects", params={"with_shared": "false"}).json()) == (True, [])
    locked = api("PUT", f"/groups/{group.id}", json={"share_with_group_lock": True})
    assert locked.json()["share_with_group_lock"] is True
    assert api("DELETE", f"{path}/{other.id}").status_code == 204
    assert api("POST", path, json={"group_id": other.id, "group_access": 30}).json() == {
        "message": "The project sharing with group is disabled"
    }


def test_what_is_below_an_archived_group_is_archived_and_only_for_reading(api, gl, group, person):
    child = gl.groups.create({"name": "child", "path": "child", "parent_id": group.id, "visibility": "public"})
    project = gl.projects.create({"name": "p", "namespace_id": child.id, "initialize_with_readme": True})
    assert api("POST", f"/groups/{group.id}/archive").json()["archived"] is True
    assert api("POST", f"/groups/{group.id}/archive").status_code == 422
    assert api("POST", f"/groups/{child.id}/archive").status_code == 422
    assert api("GET", f"/groups/{child.id}").json()["archived"] is True
    assert api("GET", f"/projects/{project.id}").json()["archived"] is True
    writes = [
        (f"/groups/{child.id}/members", {"user_id": person().id, "access_level": 30}),
        (f"/groups/{child.id}/variables", {"key": "K", "value": "v"}),
        (f"/groups/{child.id}/labels", {"name": "l", "color": "red"}),
        (f"/groups/{child.id}/access_tokens", {"name": "t", "scopes": ["api"]}),
        ("/groups", {"name": "g", "path": "gg", "parent_id": child.id}),
        (f"/projects/{project.id}/repository/branches", {"branch": "b", "ref": "main"}),
        (f"/projects/{project.id}/labels", {"name": "l", "color": "red"}),
        (f"/projects/{project.id}/issues", {"title": "i"}),
    ]
    assert {path: api("POST", path, json=fields).status_code for path, fields in writes} == {path: 403 for path, _ in writes}
    assert api("POST", "/projects", json={"name": "q", "namespace_id": child.id}).json() == {"message": {"namespace": ["is not valid"]}}
    found = {one["id"] for one in api("GET", "/groups", params={"archived": "true", "per_page": 100}).json()}
    assert {group.id, child.id} <= found
    assert group.id not in {one["id"] for one in api("GET", "/groups", params={"active": "true", "per_page": 100}).json()}
    assert api("POST", f"/groups/{group.id}/unarchive").json()["archived"] is False
    assert api("GET", f"/projects/{project.id}").json()["archived"] is False
    assert api("POST", f"/groups/{group.id}/unarchive").status_code == 422


def test_a_new_group_has_its_parents_runners_and_lock(api, group, gl):
    api("PUT", f"/groups/{group.id}", json={"shared_runners_setting": "disabled_and_unoverridable", "share_with_group_lock": True})
    child = api("POST", "/groups", json={"name": "child", "path": "child", "parent_id": group.id}).json()
    assert (child["shared_runners_setting"], child["share_with_group_lock"]) == ("disabled_and_unoverridable", True)
    project = gl.projects.create({"name": "p", "namespace_id": child["id"]})
    assert project.shared_runners_enabled is False
    refused = api("PUT", f"/projects/{project.id}", json={"shared_runners_enabled": True})
    assert refused.json() == {"message": {"shared_runners_enabled": ["cannot be enabled because parent group does not allow it"]}}
    assert api("PUT", f"/groups/{child['id']}", json={"shared_runners_setting": "enabled"}).status_code == 400


def test_transfers_move_paths_and_leave_a_way(api, gl, group, stranger):
    child = gl.groups.create({"name": "child", "path": "child", "parent_id": group.id, "visibility": "public"})
    project = gl.projects.create({"name": "moved", "namespace_id": group.id, "visibility": "public"})
    old = project.path_with_namespace
    moved = api("PUT", f"/projects/{project.id}/transfer", json={"namespace": child.id})
    assert (moved.status_code, moved.json()["path_with_namespace"]) == (200, f"{group.path}/child/moved")
    way = stranger("GET", f"/projects/{old.replace('/', '%2F')}", allow_redirects=False)
    assert (way.status_code, way.headers["Location"]) == (301, f"{api.base}/api/v4/projects/{project.id}")
    assert api("PUT", f"/projects/{project.id}/transfer", json={"namespace": child.id}).status_code == 400
    assert api("POST", f"/groups/{group.id}/transfer", json={"group_id": child.id}).status_code == 400
    assert api("POST", f"/groups/{child.id}/transfer").json()["full_path"] == "child"
    assert api("GET", f"/projects/{project.id}").json()["path_with_namespace"] == "child/moved"
    assert group.id in {one["id"] for one in api("GET", f"/groups/{child.id}/transfer_locations", params={"search": group.name}).json()}
    assert api("POST", f"/groups/{child.id}/transfer", json={"group_id": group.id}).json()["parent_id"] == group.id


@pytest.mark.parametrize(
    ("below", "path", "status"),
    [(False, "tree", 201), (True, "tree", 400), (True, "x", 400), (True, "a--b", 400), (True, "admin", 201), (False, "admin", 400)],
)
def test_paths_are_reserved_by_the_pages_around_them(api, group, below, path, status):
    answer = api("POST", "/groups", json={"name": path, "path": path} | ({"parent_id": group.id} if below else {}))
    assert answer.status_code == status
    if status == 201:
        api("DELETE", f"/groups/{answer.json()['id']}")


def test_maintainers_change_a_project_and_do_not_rename_it(api, gl, group, person, acting):
    user, project = person(), gl.projects.create({"name": "p", "namespace_id": group.id, "visibility": "public"})
    project.members.create({"user_id": user.id, "access_level": 40})
    other = acting(user)
    assert other("PUT", f"/projects/{project.id}", json={"description": "x"}).status_code == 200
    for fields in ({"name": "other"}, {"path": "other"}, {"visibility": "private"}):
        assert other("PUT", f"/projects/{project.id}", json=fields).status_code == 403
    assert api("PUT", f"/projects/{project.id}", json={}).status_code == 400


def test_a_subgroups_member_does_not_list_the_members_of_a_private_parent(api, gl, fresh, person, acting):
    name, user = fresh("private"), person()
    parent = gl.groups.create({"name": name, "path": name})
    child = gl.groups.create({"name": "child", "path": "child", "parent_id": parent.id})
    child.members.create({"user_id": user.id, "access_level": 30})
    other = acting(user)
    assert other("GET", f"/groups/{parent.id}").status_code == 200
    assert other("GET", f"/groups/{parent.id}/members").status_code == 403
    assert other("GET", f"/groups/{child.id}/members").status_code == 200
