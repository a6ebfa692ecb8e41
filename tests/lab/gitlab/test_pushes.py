"""What a push does beside moving a branch, whoever makes it and how: events, heads and versions of merge requests, merges."""

import pytest
from support.lab_git import clone


@pytest.fixture
def token(gitlab_lab):
    return gitlab_lab.served["gitlab"].service.token


@pytest.fixture
def project(gl, group):
    made = gl.projects.create({"name": "infra", "namespace_id": group.id, "visibility": "public", "initialize_with_readme": True})
    commit(made, "next", "a", start_branch="main")
    made.mergerequests.create({"title": "bring a", "source_branch": "next", "target_branch": "main"})
    return made


@pytest.fixture
def work(tmp_path, gitlab_lab, project, token):
    return clone(tmp_path / "work", gitlab_lab.urls["gitlab"], project.path_with_namespace, token)


@pytest.fixture
def developer(project, person, acting):
    user = person()
    project.members.create({"user_id": user.id, "access_level": 30})
    return user, acting(user)


@pytest.fixture
def outsiders(person, acting, stranger):
    """Who is no member, and who has no token."""
    return acting(person()), stranger


def commit(project, branch, path, **fields):
    action = {"action": "create", "file_path": path, "content": "x\n"}
    return project.commits.create({"branch": branch, "commit_message": f"add {path}", "actions": [action], **fields})


def pushes(project, **query):
    return project.events.list(action="pushed", get_all=True, **query)


def test_pushes_are_events_with_their_account(api, project, work, developer):
    user, as_user = developer
    made = [event.push_data for event in pushes(project)]
    assert [(push["action"], push["ref"], push["commit_count"]) for push in made] == [("created", "next", 2), ("created", "main", 1)]
    assert made[0]["commit_from"] is None
    before = made[0]["commit_to"]
    action = {"action": "create", "file_path": "b", "content": "b"}
    changed = as_user(
        "POST", f"/projects/{project.id}/repository/commits", json={"branch": "next", "commit_message": "b", "actions": [action]}
    ).json()["id"]
    newest = pushes(project)[0]
    assert (newest.action_name, newest.author_id, newest.author_username) == ("pushed to", user.id, user.username)
    assert newest.author["id"] == user.id
    assert newest.push_data == {
        "commit_count": 1,
        "action": "pushed",
        "ref_type": "branch",
        "commit_from": before,
        "commit_to": changed,
        "ref": "next",
        "commit_title": "b",
        "ref_count": None,
    }
    work.push("main:refs/heads/other")
    work.push(":refs/heads/other")
    assert [event.action_name for event in pushes(project)[:2]] == ["deleted", "pushed new"]
    assert pushes(project)[0].push_data["commit_to"] is None


def test_filters_of_events(api, project, stranger):
    assert [event.id for event in pushes(project, sort="asc")] == [event.id for event in pushes(project)][::-1]
    assert pushes(project, after="2999-01-01") == []
    assert len(pushes(project, after="2001-01-01")) == 2
    base = f"/projects/{project.id}/events"
    for query in ({}, {"action": "created"}, {"action": "pushed", "target_type": "issue"}):
        assert api("GET", base, params=query).status_code == 501
    assert len(stranger("GET", base, params={"action": "pushed"}).json()) == 2
    project.visibility = "private"
    project.save()
    assert stranger("GET", base, params={"action": "pushed"}).status_code == 404


def test_many_branches_in_one_push_are_one_event(project, work):
    work.push(*(f"main:refs/heads/b{number}" for number in range(3)))
    assert {event.push_data["ref"] for event in pushes(project)[:3]} == {"b0", "b1", "b2"}
    work.push(*(f"main:refs/heads/c{number}" for number in range(4)))
    assert [event.push_data["ref_count"] for event in pushes(project)[:2]] == [4, None]
    assert pushes(project)[0].push_data["ref"] is None


def versions(api, project):
    return api("GET", f"/projects/{project.id}/merge_requests/1/versions").json()


def test_a_merge_request_follows_its_branch(api, project, work):
    first = project.branches.get("next").commit["id"]
    assert [(one["head_commit_sha"], one["base_commit_sha"]) for one in versions(api, project)] == [(first, work("rev-parse", "main"))]
    assert work("ls-remote", "origin", "refs/merge-requests/*").split() == [first, "refs/merge-requests/1/head"]
    work("checkout", "--quiet", "next")
    second = work.commit("more", b="b: 1\n")
    work.push()
    work("fetch", "--quiet", "origin", "refs/merge-requests/1/head")
    assert work("rev-parse", "FETCH_HEAD") == second
    request = project.mergerequests.get(1)
    assert request.sha == second
    assert [one.id for one in request.commits()] == [second, first]
    assert [one["head_commit_sha"] for one in versions(api, project)] == [second, first]
    work.push(":refs/heads/next")
    request = project.mergerequests.get(1)
    assert (request.state, request.sha, request.closed_by["id"]) == ("closed", second, 1)
    assert work("ls-remote", "origin", "refs/merge-requests/*").split() == [second, "refs/merge-requests/1/head"]


def test_a_merge_by_the_api_moves_the_branch_that_git_fetches(project, work):
    request = project.mergerequests.get(1)
    request.merge(should_remove_source_branch=True)
    work("fetch", "--quiet", "--prune")
    assert work("rev-parse", "origin/main") == request.merge_commit_sha
    assert work("log", "-1", "--format=%P", "origin/main").split()[1] == request.sha
    assert work("branch", "--remotes", "--format=%(refname:short)").split()[1:] == ["origin/main"]
    assert [event.push_data["ref"] for event in pushes(project)[:2]] == ["next", "main"]


@pytest.mark.parametrize("forward", [False, True])
def test_a_merge_by_git_merges_the_request(api, project, work, forward):
    head = project.mergerequests.get(1).sha
    if not forward:
        work.commit("theirs", b="b: 1\n")
    work("merge", "--quiet", "--no-edit", "origin/next")
    work.push()
    request = project.mergerequests.get(1)
    assert (request.state, request.sha, request.merged_by["id"]) == ("merged", head, 1)
    assert request.merge_commit_sha == work("rev-parse", "HEAD")
    assert [one.id for one in request.commits()] == [head]
    states = api("GET", f"/projects/{project.id}/merge_requests/1/resource_state_events").json()
    assert [one["state"] for one in states] == ["merged"]


def test_approvals(api, project, developer, outsiders):
    (user, as_user), (other, stranger) = developer, outsiders
    base = f"/projects/{project.id}/merge_requests/1"
    assert stranger("GET", f"{base}/approvals").json()["approved_by"] == []
    assert as_user("GET", f"{base}/approvals").json()["user_can_approve"] is True
    done = as_user("POST", f"{base}/approve", json={"sha": project.mergerequests.get(1).sha})
    assert done.status_code == 201
    assert [one["user"]["id"] for one in done.json()["approved_by"]] == [user.id]
    assert done.json()["approved_by"][0]["approved_at"] >= project.mergerequests.get(1).created_at
    assert (done.json()["user_has_approved"], done.json()["user_can_approve"]) == (True, False)
    assert as_user("POST", f"{base}/approve").status_code == 401
    commit(project, "next", "c")
    assert len(api("GET", f"{base}/approvals").json()["approved_by"]) == 1
    assert api("POST", f"{base}/approve", json={"sha": "0" * 40}).status_code == 409
    assert other("POST", f"{base}/approve").status_code == 404
    assert stranger("POST", f"{base}/approve").status_code == 401
    assert as_user("POST", f"{base}/unapprove").status_code == 201
    assert as_user("POST", f"{base}/unapprove").status_code == 404
    assert api("GET", f"{base}/approvals").json()["approved_by"] == []


def test_a_branch_needs_a_name_that_git_takes(api, project):
    base = f"/projects/{project.id}/repository"
    for name in ("a..b", "a b", "-a", "a.lock", "a/"):
        answer = api("POST", f"{base}/branches", json={"branch": name, "ref": "main"})
        assert (answer.status_code, answer.json()) == (400, {"message": "Branch name is invalid"})


@pytest.fixture
def forked(gl, project, developer, tmp_path):
    """A member's fork with a branch, cloned by git; how they ask for it to be merged into the project."""
    user, as_user = developer
    as_user("POST", f"/projects/{project.id}/fork", json={"path": "mine"})
    copy = gl.projects.get(f"{user.username}/mine")
    secret = user.personal_access_tokens.create({"name": "git", "scopes": ["api"]}).token
    work = clone(tmp_path / "fork", gl.url, copy.path_with_namespace, secret)
    work("checkout", "--quiet", "-b", "patch")
    work.commit("from a fork", b="b: 1\n")
    work.push()
    body = {"title": "from outside", "source_branch": "patch", "target_branch": "main"}
    return work, copy, lambda **more: as_user("POST", f"/projects/{copy.id}/merge_requests", json={**body, **more})


def test_a_merge_request_from_a_fork(api, project, work, forked):
    theirs, copy, ask = forked
    made = ask(target_project_id=project.id)
    assert made.status_code == 201
    shown = made.json()
    assert (shown["project_id"], shown["source_project_id"], shown["target_project_id"]) == (project.id, copy.id, project.id)
    assert (shown["iid"], shown["sha"]) == (2, theirs("rev-parse", "HEAD"))
    assert ask(target_project_id=project.id).status_code == 409
    second = theirs.commit("more", c="c: 1\n")
    theirs.push()
    work("fetch", "--quiet", "origin", "refs/merge-requests/2/head")
    assert work("rev-parse", "FETCH_HEAD") == second
    work("fsck", "--strict")
    request = project.mergerequests.get(2)
    assert (request.sha, [change["new_path"] for change in request.changes()["changes"]]) == (second, ["b.yml", "c.yml"])
    request.merge()
    work("fetch", "--quiet")
    assert work("log", "-1", "--format=%P", "origin/main").split()[1] == second
    assert [event.push_data["ref"] for event in pushes(copy)] == ["patch", "patch"]
    copy.delete()


def test_merge_requests_of_forks_that_are_refused(gl, group, forked, project):
    _, _, ask = forked
    other = gl.projects.create({"name": "other", "namespace_id": group.id, "visibility": "public"})
    assert ask(target_project_id=other.id).status_code == 501
    assert ask(target_project_id=99999).status_code == 404
    assert ask(target_branch="none", target_project_id=project.id).status_code == 400
    assert ask().json()["iid"] == 1


def test_a_merge_request_that_is_reopened_is_at_its_branch(project):
    request = project.mergerequests.get(1)
    request.state_event = "close"
    request.save()
    before = request.sha
    commit(project, "next", "late")
    assert project.mergerequests.get(1).sha == before
    request.state_event = "reopen"
    request.save()
    assert project.mergerequests.get(1).sha == project.branches.get("next").commit["id"]
