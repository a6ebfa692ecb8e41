"""Milestones, issues and merge requests, as the recordings and GitLab's documentation show them."""

import pytest


@pytest.fixture
def project(gl, group):
    made = gl.projects.create({"name": "p", "namespace_id": group.id, "visibility": "public", "initialize_with_readme": True})
    made.branches.create({"branch": "next", "ref": "main"})
    return made


@pytest.mark.parametrize("kind", ["groups", "projects"])
def test_milestones(api, group, project, kind):
    number = group.id if kind == "groups" else project.id
    base = f"/{kind}/{number}/milestones"
    made = api("POST", base, json={"title": "v1", "start_date": "2019-11-01", "due_date": "2019-11-30"})
    assert made.status_code == 201
    shown = made.json()
    assert (shown["iid"], shown["state"], shown["expired"], shown[f"{kind[:-1]}_id"]) == (1, "active", True, number)
    twice = api("POST", base, json={"title": "v1"})
    assert (twice.status_code, twice.json()) == (
        400,
        {"message": 'Failed to create milestone {:title=>["already being used for another group or project milestone."]}'},
    )
    one = f"{base}/{shown['id']}"
    for day in ("2019-10-01", "2019-11-01"):
        wrong = api("PUT", one, json={"due_date": day})
        assert (wrong.status_code, "must be greater than start date" in wrong.json()["message"]) == (400, True)
    assert api("PUT", one, json={"state_event": "close"}).json()["state"] == "closed"
    assert api("GET", base, params={"state": "active"}).json() == []
    assert api("DELETE", one).status_code == 204
    assert api("GET", one).json() == {"message": "404 Not found"}


def test_milestones_of_the_groups_above(api, group, project):
    api("POST", f"/groups/{group.id}/milestones", json={"title": "all"})
    base = f"/projects/{project.id}/milestones"
    assert api("GET", base).json() == []
    assert [one["title"] for one in api("GET", base, params={"include_ancestors": "true"}).json()] == ["all"]


def test_issues(api, gl, project, person):
    user = person()
    base = f"/projects/{project.id}/issues"
    made = api("POST", base, json={"title": "Say what it does", "labels": "docs,bug", "assignee_ids": [user.id], "description": "x"})
    assert made.status_code == 201
    issue = made.json()
    assert (issue["iid"], issue["state"], issue["labels"]) == (1, "opened", ["bug", "docs"])
    assert issue["assignee"]["username"] == issue["assignees"][0]["username"] == user.username
    assert issue["references"]["full"] == f"{project.path_with_namespace}#1"
    assert {label.name for label in project.labels.list(all=True)} == {"bug", "docs"}  # made on the way
    one = f"{base}/1"
    assert api("PUT", one, json={"add_labels": "new", "remove_labels": "bug"}).json()["labels"] == ["docs", "new"]
    assert api("PUT", one, json={}).status_code == 400
    assert api("PUT", one, json={"state_event": "close"}).json()["closed_by"]["username"] == gl.users.get(1).username
    assert api("GET", base, params={"state": "opened"}).json() == []
    assert [found["iid"] for found in api("GET", base, params={"search": "say", "in": "title"}).json()] == [1]
    assert api("GET", base, params={"search": "say", "in": "description"}).json() == []
    assert api("DELETE", one).status_code == 204
    assert api("GET", one).json() == {"message": "404 Not found"}


def test_whom_issues_are_for(api, stranger, project, person, acting):
    base = f"/projects/{project.id}/issues"
    api("POST", base, json={"title": "secret", "confidential": True})
    outsider = acting(person())
    assert api("GET", base).json()[0]["confidential"] is True
    assert outsider("GET", base).json() == stranger("GET", base).json() == []
    assert stranger("POST", base, json={"title": "x"}).status_code == 401
    mine = outsider("POST", base, json={"title": "mine", "labels": "bug"})
    assert (mine.status_code, mine.json()["labels"]) == (201, [])
    assert outsider("PUT", f"{base}/{mine.json()['iid']}", json={"title": "ours"}).status_code == 200
    assert outsider("PUT", f"{base}/1", json={"title": "ours"}).status_code == 403
    assert outsider("DELETE", f"{base}/{mine.json()['iid']}").status_code == 403


def test_issues_switched_off(api, project):
    """Recording issues-create_with_disabled_issues."""
    api("PUT", f"/projects/{project.id}", json={"issues_access_level": "disabled"})
    answer = api("POST", f"/projects/{project.id}/issues", json={"title": "x"})
    assert (answer.status_code, answer.json()) == (403, {"message": "403 Forbidden"})


def test_merge_requests(api, project, person):
    user = person()
    base = f"/projects/{project.id}/merge_requests"
    body = {"title": "Draft: next", "source_branch": "next", "target_branch": "main", "reviewer_ids": [user.id]}
    made = api("POST", base, json=body)
    assert made.status_code == 201
    request = made.json()
    assert (request["iid"], request["reference"], request["draft"]) == (1, "!1", True)
    assert [reviewer["id"] for reviewer in request["reviewers"]] == [user.id]
    twice = api("POST", base, json=body)
    assert (twice.status_code, twice.json()) == (
        409,
        {"message": ["Another open merge request already exists for this source branch: !1"]},
    )
    one = f"{base}/1"
    changed = api("PUT", one, json={"title": "next", "remove_source_branch": True}).json()
    assert (changed["draft"], changed["force_remove_source_branch"]) == (False, True)
    assert api("GET", one).json()["user"] == {"can_merge": True}
    assert [found["iid"] for found in api("GET", base, params={"source_branch": "next", "state": "opened"}).json()] == [1]
    assert api("GET", base, params={"source_branch": "main"}).json() == []
    assert api("PUT", one, json={"state_event": "close"}).json()["state"] == "closed"
    assert api("POST", base, json=body).status_code == 201
    assert api("DELETE", one).status_code == 204


@pytest.mark.parametrize(
    ("source", "target", "message"),
    [
        ("main", "main", {"branch_conflict": ["You can't use same project/branch for source and target"]}),
        ("none", "main", {"source_branch": ['"none" does not exist']}),
        ("next", "none", {"target_branch": ['"none" does not exist']}),
    ],
)
def test_refused_merge_requests(api, project, source, target, message):
    answer = api("POST", f"/projects/{project.id}/merge_requests", json={"title": "x", "source_branch": source, "target_branch": target})
    assert (answer.status_code, answer.json()) == (400, {"message": message})


def test_who_may_open_merge_requests(project, person, acting):
    user = person()
    project.members.create({"user_id": user.id, "access_level": 20})
    body = {"title": "x", "source_branch": "next", "target_branch": "main"}
    assert acting(user)("POST", f"/projects/{project.id}/merge_requests", json=body).status_code == 403


def test_users_of_a_project(api, group, project, person):
    inherited, direct, _ = person(), person(), person()
    group.members.create({"user_id": inherited.id, "access_level": 20})
    project.members.create({"user_id": direct.id, "access_level": 20})
    found = {user["id"] for user in api("GET", f"/projects/{project.id}/users").json()}
    assert found == {1, inherited.id, direct.id}
    named = api("GET", f"/projects/{project.id}/users", params={"search": direct.username, "skip_users": inherited.id}).json()
    assert [user["id"] for user in named] == [direct.id]
