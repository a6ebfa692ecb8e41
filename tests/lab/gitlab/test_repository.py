import base64
from hashlib import sha256

import pytest


@pytest.fixture
def project(gl, group):
    return gl.projects.create({"name": "p", "namespace_id": group.id, "visibility": "public"})


def commit(api, project, actions, *, branch="main", **fields):
    body = {"branch": branch, "commit_message": "Seed\n\nmore", "actions": actions, **fields}
    return api("POST", f"/projects/{project.id}/repository/commits", json=body)


SEED = [
    {"action": "create", "file_path": "README.md", "content": "# P\n"},
    {"action": "create", "file_path": "docs/a.txt", "content": base64.b64encode(b"\x00a").decode(), "encoding": "base64"},
    {"action": "create", "file_path": "run.sh", "content": "x", "execute_filemode": True},
]


@pytest.fixture
def seeded(api, project):
    answer = commit(api, project, SEED)
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_commit(api, project, seeded):
    assert seeded["title"] == "Seed"
    assert seeded["author_name"] == "eiginfra"
    assert seeded["stats"] == {"additions": 3, "deletions": 0, "total": 3}
    shown = api("GET", f"/projects/{project.id}").json()
    assert (shown["default_branch"], shown["empty_repo"]) == ("main", False)
    assert shown["readme_url"].endswith("/-/blob/main/README.md")


def test_first_commit_protects_the_default_branch(api, project, seeded):
    rule = api("GET", f"/projects/{project.id}/protected_branches/main").json()
    assert rule["push_access_levels"][0]["access_level"] == 40
    assert api("GET", f"/projects/{project.id}/repository/branches/main").json()["protected"] is True


def test_unprotected_where_the_group_says_so(gl, api, group, project):
    api("PUT", f"/groups/{group.id}", json={"default_branch_protection": 0})
    commit(api, project, SEED)
    assert api("GET", f"/projects/{project.id}/protected_branches").json() == []


def test_files(api, project, seeded):
    path = f"/projects/{project.id}/repository/files/docs%2Fa.txt"
    shown = api("GET", path, params={"ref": "main"}).json()
    assert base64.b64decode(shown["content"]) == b"\x00a"
    assert shown["content_sha256"] == sha256(b"\x00a").hexdigest()
    assert shown["last_commit_id"] == shown["commit_id"] == seeded["id"]
    assert api("GET", f"{path}/raw", params={"ref": "main"}).content == b"\x00a"
    assert api("HEAD", path, params={"ref": "main"}).headers["X-Gitlab-Size"] == "2"
    assert api("GET", path.replace("a.txt", "b"), params={"ref": "main"}).json() == {"message": "404 File Not Found"}
    assert api("GET", path, params={"ref": "none"}).json() == {"message": "404 Commit Not Found"}


def test_git_ids_are_real(api, project, seeded):
    readme = next(item for item in api("GET", f"/projects/{project.id}/repository/tree").json() if item["name"] == "README.md")
    assert readme["id"] == "5bf9639188369e3148c0d2c84b9cbe08fd310e65"  # printf '# P\n' | git hash-object --stdin


def test_tree(api, project, seeded):
    path = f"/projects/{project.id}/repository/tree"
    assert [(item["path"], item["type"]) for item in api("GET", path).json()] == [
        ("docs", "tree"),
        ("README.md", "blob"),
        ("run.sh", "blob"),
    ]
    everything = api("GET", path, params={"recursive": "true"}).json()
    assert [item["path"] for item in everything] == ["docs", "README.md", "docs/a.txt", "run.sh"]
    assert everything[-1]["mode"] == "100755"
    assert [item["path"] for item in api("GET", path, params={"path": "docs"}).json()] == ["docs/a.txt"]


def test_empty_repository(api, project):
    base = f"/projects/{project.id}/repository"
    assert api("GET", f"{base}/tree").json() == {"message": "404 Tree Not Found"}
    assert api("GET", f"{base}/branches").json() == []
    assert api("GET", f"{base}/commits").json() == []


def test_changes_and_history(api, project, seeded):
    changes = [
        {"action": "update", "file_path": "README.md", "content": "# Q\n"},
        {"action": "move", "file_path": "docs/b.txt", "previous_path": "docs/a.txt"},
        {"action": "delete", "file_path": "run.sh"},
    ]
    second = commit(api, project, changes).json()
    assert second["parent_ids"] == [seeded["id"]]
    base = f"/projects/{project.id}/repository"
    assert [item["path"] for item in api("GET", f"{base}/tree", params={"recursive": "true"}).json()] == ["docs", "README.md", "docs/b.txt"]
    assert [one["id"] for one in api("GET", f"{base}/commits").json()] == [second["id"], seeded["id"]]
    assert [one["id"] for one in api("GET", f"{base}/commits", params={"path": "run.sh"}).json()] == [second["id"], seeded["id"]]
    assert api("GET", f"{base}/commits/{seeded['short_id']}").json()["id"] == seeded["id"]


@pytest.mark.parametrize(
    ("action", "message"),
    [
        ({"action": "create", "file_path": "README.md", "content": ""}, "A file with this name already exists"),
        ({"action": "update", "file_path": "none", "content": ""}, "A file with this name doesn't exist"),
        ({"action": "delete", "file_path": "none"}, "A file with this name doesn't exist"),
        ({"action": "create", "file_path": "../x", "content": ""}, "path cannot include directory traversal"),
    ],
)
def test_refused_actions(api, project, seeded, action, message):
    answer = commit(api, project, [action])
    assert (answer.status_code, answer.json()) == (400, {"message": message})


def test_a_file_that_changed_meanwhile(api, project, seeded):
    api("PUT", f"/projects/{project.id}/repository/files/README.md", json={"branch": "main", "commit_message": "m", "content": "x"})
    stale = {"action": "update", "file_path": "README.md", "content": "y", "last_commit_id": seeded["id"]}
    assert commit(api, project, [stale]).status_code == 400


def test_single_files(api, project, seeded):
    path = f"/projects/{project.id}/repository/files/new%2Ffile"
    body = {"branch": "main", "commit_message": "m", "content": "x"}
    answer = api("POST", path, json=body)
    assert (answer.status_code, answer.json()) == (201, {"file_path": "new/file", "branch": "main"})
    assert api("POST", path, json=body).status_code == 400
    assert api("DELETE", path, json={"branch": "main", "commit_message": "m"}).status_code == 204


def test_branches(api, project, seeded):
    base = f"/projects/{project.id}/repository/branches"
    assert api("POST", base, json={"branch": "topic", "ref": "main"}).status_code == 201
    assert commit(api, project, [{"action": "delete", "file_path": "run.sh"}], branch="topic").status_code == 201
    assert commit(api, project, [{"action": "delete", "file_path": "run.sh"}], branch="other", start_branch="main").status_code == 201
    assert [branch["name"] for branch in api("GET", base).json()] == ["main", "other", "topic"]
    assert api("GET", f"{base}/none").json() == {"message": "404 Branch Not Found"}
    assert api("DELETE", f"{base}/topic").status_code == 204
    assert api("DELETE", f"{base}/main").status_code == 403


def test_protected_branches(api, project, seeded, person, acting):
    base = f"/projects/{project.id}/protected_branches"
    made = api("POST", base, json={"name": "release-*", "push_access_level": 0, "merge_access_level": 30, "allow_force_push": True})
    assert made.status_code == 201
    assert made.json()["push_access_levels"][0]["access_level_description"] == "No one"
    assert api("POST", base, json={"name": "main"}).json() == {"message": "Protected branch 'main' already exists"}
    changed = api("PATCH", f"{base}/release-*", json={"allow_force_push": False, "allowed_to_push": [{"access_level": 40}]}).json()
    assert changed["allow_force_push"] is False
    assert [entry["access_level"] for entry in changed["push_access_levels"]] == [0, 40]
    assert [rule["name"] for rule in api("GET", base).json()] == ["main", "release-*"]
    assert api("DELETE", f"{base}/release-*").status_code == 204
    assert api("GET", f"{base}/release-*").status_code == 404
    user = person()
    project.members.create({"user_id": user.id, "access_level": 30})
    refused = commit(acting(user), project, [{"action": "delete", "file_path": "run.sh"}])
    assert refused.status_code == 403


@pytest.mark.parametrize("kind", ["groups", "projects"])
def test_labels(api, group, project, kind):
    base = f"/{kind}/{group.id if kind == 'groups' else project.id}/labels"
    made = api("POST", base, json={"name": "bug", "color": "#d9534f", "description": "d"})
    assert made.status_code == 201
    assert made.json()["text_color"] == "#FFFFFF"
    assert api("POST", base, json={"name": "bug", "color": "red"}).json() == {"message": "Label already exists"}
    assert api("POST", base, json={"name": "x", "color": "reddish"}).json() == {"message": {"color": ["must be a valid color code"]}}
    assert api("PUT", f"{base}/bug", json={"new_name": "defect"}).json()["id"] == made.json()["id"]
    assert [label["name"] for label in api("GET", base).json()] == ["defect"]
    assert api("DELETE", f"{base}/{made.json()['id']}").status_code == 204
    assert api("GET", f"{base}/defect").json() == {"message": "404 Label Not Found"}


def test_group_labels_reach_projects(api, group, project):
    api("POST", f"/groups/{group.id}/labels", json={"name": "g", "color": "#fff"})
    labels = api("GET", f"/projects/{project.id}/labels").json()
    assert [(label["name"], label["is_project_label"]) for label in labels] == [("g", False)]


@pytest.mark.parametrize("kind", ["groups", "projects"])
def test_variables(api, group, project, kind):
    base = f"/{kind}/{group.id if kind == 'groups' else project.id}/variables"
    made = api("POST", base, json={"key": "TOKEN", "value": "secretsecret", "masked": True, "protected": True})
    assert made.status_code == 201
    assert made.json()["hidden"] is False
    assert api("POST", base, json={"key": "TOKEN", "value": "x"}).json() == {"message": {"key": ["(TOKEN) has already been taken"]}}
    assert api("POST", base, json={"key": "A-B", "value": "x"}).status_code == 400
    assert api("POST", base, json={"key": "S", "value": "x", "masked": True}).json() == {"message": {"value": ["is invalid"]}}
    hidden = api("POST", base, json={"key": "H", "value": "secretsecret", "masked_and_hidden": True}).json()
    assert (hidden["value"], hidden["masked"]) == (None, True)
    assert api("PUT", f"{base}/TOKEN", json={"value": "othersecret"}).json()["value"] == "othersecret"
    assert [variable["key"] for variable in api("GET", base).json()] == ["TOKEN", "H"]
    assert api("DELETE", f"{base}/H").status_code == 204
    assert api("GET", f"{base}/H").json() == {"message": "404 Variable Not Found"}


def test_variables_by_environment(api, project):
    base = f"/projects/{project.id}/variables"
    for scope in ("*", "production"):
        assert api("POST", base, json={"key": "K", "value": scope, "environment_scope": scope}).status_code == 201
    assert api("GET", f"{base}/K").status_code == 409
    assert api("GET", f"{base}/K", params={"filter[environment_scope]": "production"}).json()["value"] == "production"


def test_the_first_branch_of_an_empty_repository_brings_the_default_one(api, gl, group):
    project = gl.projects.create({"name": "bare", "namespace_id": group.id})
    assert api("POST", f"/projects/{project.id}/repository/branches", json={"branch": "my.branch", "ref": "main"}).status_code == 201
    assert [one["name"] for one in api("GET", f"/projects/{project.id}/repository/branches").json()] == ["main", "my.branch"]
