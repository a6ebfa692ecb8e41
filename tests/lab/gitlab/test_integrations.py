"""Deploy keys, hooks, badges and protected tags, as the official description and GitLab's documentation show them."""

from itertools import count

import pytest

_numbers = count(1)


@pytest.fixture
def project(gl, group):
    return gl.projects.create({"name": "p", "namespace_id": group.id, "visibility": "public", "initialize_with_readme": True})


@pytest.fixture
def key():
    """A public key that nobody has yet."""
    return f"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{next(_numbers):043d} deploy"


def test_deploy_keys(api, gl, group, project, key):
    base = f"/projects/{project.id}/deploy_keys"
    made = api("POST", base, json={"title": "deploy", "key": key, "can_push": True})
    assert made.status_code == 201
    shown = made.json()
    assert (shown["key"], shown["can_push"]) == (key, True)
    assert shown["fingerprint_sha256"].startswith("SHA256:")
    assert api("POST", base, json={"title": "again", "key": key}).json() == shown
    other = gl.projects.create({"name": "other", "namespace_id": group.id})
    joined = api("POST", f"/projects/{other.id}/deploy_keys/{shown['id']}/enable")
    assert (joined.status_code, joined.json()["can_push"]) == (201, False)
    assert api("PUT", f"{base}/{shown['id']}", json={"title": "new", "can_push": False}).json()["can_push"] is False
    assert api("GET", f"/projects/{other.id}/deploy_keys").json()[0]["title"] == "new"
    assert shown["id"] in [one["id"] for one in api("GET", "/deploy_keys").json()]
    for number in (project.id, other.id):
        assert api("DELETE", f"/projects/{number}/deploy_keys/{shown['id']}").status_code == 204
    assert shown["id"] not in [one["id"] for one in api("GET", "/deploy_keys").json()]
    assert api("DELETE", f"{base}/{shown['id']}").json() == {"message": "404 Deploy Key Not Found"}
    assert api("GET", f"{base}/{shown['id']}").json() == {"message": "404 Not found"}


def test_a_deploy_key_of_the_whole_server(api, project, key, person, acting):
    made = api("POST", "/deploy_keys", json={"title": "all", "key": key})
    assert made.status_code == 201
    shown = made.json()
    assert (shown["key"], shown["projects_with_write_access"]) == (key, [])
    assert shown in api("GET", "/deploy_keys", params={"public": "true", "per_page": 100}).json()
    again = api("POST", "/deploy_keys", json={"title": "all", "key": key})
    assert (again.status_code, again.json()) == (400, {"message": {"fingerprint_sha256": ["has already been taken"]}})
    path = f"/projects/{project.id}/deploy_keys/{shown['id']}"
    assert api("POST", f"{path}/enable").status_code == 201
    assert api("DELETE", path).status_code == 204
    assert shown in api("GET", "/deploy_keys", params={"per_page": 100}).json()
    assert acting(person())("POST", "/deploy_keys", json={"title": "mine", "key": key}).status_code == 403


def test_refused_deploy_keys(api, project, key, person, acting):
    base = f"/projects/{project.id}/deploy_keys"
    user = person()
    user.keys.create({"title": "laptop", "key": key})
    taken = api("POST", base, json={"title": "x", "key": key})
    assert (taken.status_code, taken.json()) == (400, {"message": {"deploy_key.fingerprint_sha256": ["has already been taken"]}})
    assert api("POST", base, json={"title": "x", "key": "nonsense"}).status_code == 400
    assert api("POST", base, json={"title": "x"}).json() == {"error": "key is missing"}
    project.members.create({"user_id": user.id, "access_level": 30})
    assert acting(user)("GET", base).status_code == acting(user)("GET", "/deploy_keys").status_code == 403


def test_hooks(api, project):
    base = f"/projects/{project.id}/hooks"
    made = api("POST", base, json={"url": "https://example.org/hook", "token": "secret", "merge_requests_events": True})
    assert made.status_code == 201
    hook = made.json()
    assert (hook["push_events"], hook["merge_requests_events"], hook["enable_ssl_verification"]) == (True, True, True)
    assert "token" not in hook
    one = f"{base}/{hook['id']}"
    assert api("PUT", one, json={"push_events": False}).json()["push_events"] is False
    assert [found["id"] for found in api("GET", base).json()] == [hook["id"]]
    wrong = api("POST", base, json={"url": "ftp:/x"})
    assert (wrong.status_code, wrong.json()) == (422, {"error": "Invalid url given"})
    assert api("DELETE", one).status_code == 204
    assert api("GET", one).json() == {"message": "404 Not found"}


def test_hooks_are_for_maintainers(project, person, acting, stranger):
    user = person()
    project.members.create({"user_id": user.id, "access_level": 30})
    assert acting(user)("GET", f"/projects/{project.id}/hooks").status_code == 403
    assert stranger("GET", f"/projects/{project.id}/hooks").status_code == 401


@pytest.mark.parametrize("kind", ["groups", "projects"])
def test_badges(api, group, project, kind):
    base = f"/{kind}/{group.id if kind == 'groups' else project.id}/badges"
    body = {"name": "status", "link_url": "https://example.org/%{project_path}/%{nothing}", "image_url": "https://example.org/a.svg"}
    made = api("POST", base, json=body)
    assert (made.status_code, made.json()["kind"]) == (201, kind[:-1])
    rendered = made.json()["rendered_link_url"]
    assert rendered == (body["link_url"] if kind == "groups" else f"https://example.org/{project.path_with_namespace}/%{{nothing}}")
    one = f"{base}/{made.json()['id']}"
    assert api("PUT", one, json={"name": "state"}).json()["name"] == "state"
    assert [badge["name"] for badge in api("GET", base, params={"name": "state"}).json()] == ["state"]
    assert api("POST", base, json={**body, "image_url": "javascript:x"}).json() == {
        "message": {"image_url": ["is blocked: Only allowed schemes are http, https"]}
    }
    assert api("POST", base, json={"name": "x"}).json() == {"error": "link_url is missing, image_url is missing"}
    assert api("DELETE", one).status_code == 204
    assert api("GET", one).json() == {"message": "404 Not found"}


def test_a_groups_badges_reach_its_projects(api, group, project):
    api("POST", f"/groups/{group.id}/badges", json={"link_url": "https://example.org/%{project_id}", "image_url": "https://example.org/b"})
    badges = api("GET", f"/projects/{project.id}/badges").json()
    assert [(badge["kind"], badge["rendered_link_url"]) for badge in badges] == [("group", f"https://example.org/{project.id}")]
    assert api("DELETE", f"/projects/{project.id}/badges/{badges[0]['id']}").status_code == 404


def test_protected_tags(api, project, person):
    base = f"/projects/{project.id}/protected_tags"
    made = api("POST", base, json={"name": "v*", "create_access_level": 30})
    assert made.status_code == 201
    assert [entry["access_level"] for entry in made.json()["create_access_levels"]] == [30]
    assert api("POST", base, json={"name": "v*"}).json() == {"message": "Protected tag 'v*' already exists"}
    user = person()
    named = api("POST", base, json={"name": "w*", "allowed_to_create": [{"user_id": user.id}]}).json()
    assert [(entry["access_level"], entry["user_id"]) for entry in named["create_access_levels"]] == [(None, user.id)]
    assert [rule["name"] for rule in api("GET", base).json()] == ["v*", "w*"]
    assert api("DELETE", f"{base}/v*").status_code == 204
    assert api("GET", f"{base}/v*").status_code == 404


def test_who_is_named_by_a_protected_branch_has_no_level(api, group, project, person, acting):
    """GitLab's documentation of protected branches shows `access_level: null` there; and the person may push."""
    user = person()
    project.members.create({"user_id": user.id, "access_level": 30})
    base = f"/projects/{project.id}/protected_branches"
    api("DELETE", f"{base}/main")
    body = {"name": "main", "allowed_to_push": [{"user_id": user.id}], "allowed_to_merge": [{"group_id": group.id}]}
    rule = api("POST", base, json=body).json()
    assert [(entry["access_level"], entry["user_id"]) for entry in rule["push_access_levels"]] == [(None, user.id)]
    assert [(entry["access_level"], entry["group_id"]) for entry in rule["merge_access_levels"]] == [(None, group.id)]
    file = {"branch": "main", "commit_message": "m", "content": "x"}
    assert acting(user)("POST", f"/projects/{project.id}/repository/files/new", json=file).status_code == 201


def test_labels_by_the_older_paths(api, project):
    """PUT and DELETE …/labels with `name` or `label_id`, deprecated and still served."""
    base = f"/projects/{project.id}/labels"
    number = api("POST", base, json={"name": "bug", "color": "#ffffff"}).json()["id"]
    assert api("PUT", base, json={"name": "bug", "color": "#000000"}).json()["color"] == "#000000"
    assert api("PUT", base, json={"color": "#000000"}).status_code == 400
    assert api("PUT", base, json={"label_id": number, "name": "bug", "color": "#000000"}).status_code == 400
    assert api("DELETE", base, json={"label_id": number}).status_code == 204
    assert api("GET", base).json() == []


def test_labels_count_when_asked(api, project):
    base = f"/projects/{project.id}/labels"
    api("POST", base, json={"name": "bug", "color": "#ffffff"})
    assert "open_issues_count" not in api("GET", base).json()[0]
    assert api("GET", base, params={"with_counts": "true"}).json()[0]["open_issues_count"] == 0


def test_groups_are_searched_by_their_parents_too(api, gl, group, fresh):
    name = fresh("child")
    child = gl.groups.create({"name": name, "path": name, "parent_id": group.id, "visibility": "public"})
    found = api("GET", "/groups", params={"search": f"{group.path}/{name}"}).json()
    assert [one["id"] for one in found] == [child.id]
    assert api("GET", f"/groups/{group.id}/subgroups", params={"search": f"{group.path}/{name}"}).json() == []
    assert [one["id"] for one in api("GET", f"/groups/{group.id}/subgroups", params={"search": name}).json()] == [child.id]


def test_when_images_expire(api, project):
    path = f"/projects/{project.id}"
    assert api("GET", path).json()["container_expiration_policy"]["older_than"] == "90d"
    api("PUT", path, json={"container_expiration_policy_attributes": {"older_than": "14d"}})
    policy = api("PUT", path, json={"container_expiration_policy_attributes": {"enabled": True}}).json()["container_expiration_policy"]
    assert (policy["enabled"], policy["older_than"], policy["cadence"]) == (True, "14d", "1d")
    assert "container_expiration_policy_attributes" not in api("GET", path).json()


def test_hooks_of_a_group(api, group, person, acting):
    base, user = f"/groups/{group.id}/hooks", person()
    made = api("POST", base, json={"url": "https://example.org/hook", "token": "secret", "subgroup_events": True})
    assert made.status_code == 201
    hook = made.json()
    assert (hook["group_id"], hook["push_events"], hook["subgroup_events"], hook["member_events"]) == (group.id, True, True, False)
    assert not {"token", "project_id"} & set(hook)
    assert api("GET", base).json() == [hook]
    assert api("PUT", f"{base}/{hook['id']}", json={"note_events": True}).json()["note_events"] is True
    group.members.create({"user_id": user.id, "access_level": 40})
    assert acting(user)("GET", base).status_code == 403
    assert api("DELETE", f"{base}/{hook['id']}").status_code == 204
    assert api("GET", f"{base}/{hook['id']}").status_code == 404


def test_rules_of_a_group_protect_the_branches_of_all_projects_below(api, gl, group, fresh):
    base = f"/groups/{group.id}/protected_branches"
    made = api("POST", base, json={"name": "next", "push_access_level": 30})
    assert (made.status_code, "inherited" in made.json()) == (201, False)
    child = gl.groups.create({"name": "child", "path": "child", "parent_id": group.id})
    project = gl.projects.create({"name": fresh("p"), "namespace_id": child.id, "initialize_with_readme": True})
    project.branches.create({"branch": "next", "ref": "main"})
    assert project.branches.get("next").protected
    rules = {one["name"]: one for one in api("GET", f"/projects/{project.id}/protected_branches").json()}
    assert [(name, rule["inherited"]) for name, rule in sorted(rules.items())] == [("main", False), ("next", True)]
    assert api("DELETE", f"/projects/{project.id}/protected_branches/next").status_code == 404
    assert api("PATCH", f"{base}/next", json={"allow_force_push": True}).json()["allow_force_push"] is True
    assert api("POST", base, json={"name": "x", "allowed_to_push": [{"user_id": 1}]}).status_code == 501
    assert api("POST", f"/groups/{child.id}/protected_branches", json={"name": "x"}).status_code == 501
    assert api("DELETE", f"{base}/next").status_code == 204
    assert not project.branches.get("next").protected
