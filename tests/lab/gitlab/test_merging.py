"""Merging of merge requests, and what it does to branches and history."""

import pytest


@pytest.fixture
def project(gl, group):
    made = gl.projects.create({"name": "p", "namespace_id": group.id, "visibility": "public", "initialize_with_readme": True})
    write(made, "next", "a", start_branch="main")
    write(made, "main", "b")
    return made


def write(project, branch, path, content="x\n", **fields):
    action = {"action": "create", "file_path": path, "content": content}
    return project.commits.create({"branch": branch, "commit_message": f"add {path}", "actions": [action], **fields})


@pytest.fixture
def ask(api, project):
    """Merges the branch `next` into `main`, or what is asked for."""
    made = project.mergerequests.create({"title": "bring a", "source_branch": "next", "target_branch": "main"})
    return lambda caller=api, **body: caller("PUT", f"/projects/{project.id}/merge_requests/{made.iid}/merge", json=body)


def test_merging(api, project, ask):
    heads = [project.branches.get(name).commit["id"] for name in ("main", "next")]
    assert project.branches.get("next").merged is False
    done = ask(sha=heads[1])
    assert done.status_code == 200
    request = done.json()
    assert (request["state"], request["merged_by"]["id"], request["detailed_merge_status"]) == ("merged", 1, "not_open")
    commit = project.commits.get("main")
    assert (commit.id, commit.parent_ids) == (request["merge_commit_sha"], heads)
    assert commit.message == f"Merge branch 'next' into 'main'\n\nbring a\n\nSee merge request {project.path_with_namespace}!1"
    assert {item["path"] for item in project.repository_tree()} == {"README.md", "a", "b"}
    assert project.files.get("a", ref="main").last_commit_id == heads[1]
    assert [one.id for one in project.commits.list(query_parameters={"path": "a"})] == [heads[1]]
    assert len(project.commits.list()) == 4
    assert [change["new_path"] for change in commit.diff()] == ["a"]
    assert project.branches.get("next").merged is True
    base = f"/projects/{project.id}/merge_requests/1"
    assert [one["id"] for one in api("GET", f"{base}/commits").json()] == [heads[1]]
    assert [one["new_path"] for one in api("GET", f"{base}/changes").json()["changes"]] == ["a"]
    assert [one["state"] for one in api("GET", f"{base}/resource_state_events").json()] == ["merged"]
    assert ask().status_code == 405
    assert api("PUT", base, json={"state_event": "reopen"}).status_code == 501


def test_the_source_branch_goes(api, project, ask):
    api("PUT", f"/projects/{project.id}/merge_requests/1", json={"remove_source_branch": True})
    done = ask(merge_commit_message="mine")
    assert done.status_code == 200
    assert project.commits.get("main").message == "mine"
    assert [branch.name for branch in project.branches.list()] == ["main"]
    assert done.json()["sha"] == project.commits.get("main").parent_ids[1]


def test_the_source_branch_remains_if_the_merge_says_so(api, project, ask):
    api("PUT", f"/projects/{project.id}/merge_requests/1", json={"remove_source_branch": True})
    assert ask(should_remove_source_branch=False).json()["should_remove_source_branch"] is False
    assert [branch.name for branch in project.branches.list()] == ["main", "next"]


def test_merges_that_are_refused(api, project, ask, person, acting):
    user = person()
    project.members.create({"user_id": user.id, "access_level": 30})
    assert ask(acting(user)).status_code == 401
    head = project.branches.get("next").commit["id"]
    other = ask(sha="0" * 40)
    assert (other.status_code, other.json()) == (409, {"message": f"SHA does not match HEAD of source branch: {head}"})
    base = f"/projects/{project.id}/merge_requests/1"
    api("PUT", base, json={"title": "Draft: bring a"})
    assert ask().status_code == 405
    api("PUT", base, json={"title": "bring a", "description": "Closes #1"})
    assert ask().status_code == 501


@pytest.mark.parametrize(("path", "content"), [("a", "other\n"), ("a/b", "x\n")])
def test_what_changed_on_both_sides_is_not_merged(project, ask, path, content):
    write(project, "main", path, content)
    assert ask().status_code == 501


def test_other_ways_to_merge(api, project, ask):
    api("PUT", f"/projects/{project.id}", json={"merge_method": "ff"})
    assert ask().status_code == 501
    assert ask(squash=True).status_code == 501


def test_rebasing(api, project, ask):
    write(project, "next", "c", author_name="Somebody")
    base = f"/projects/{project.id}/merge_requests/1"
    answer = api("PUT", f"{base}/rebase")
    assert (answer.status_code, answer.json()) == (202, {"rebase_in_progress": True})
    commits = project.commits.list(ref_name="next")
    assert [one.title for one in commits] == ["add c", "add a", "add b", "Initial commit"]
    assert (commits[0].author_name, commits[1].parent_ids) == ("Somebody", [project.branches.get("main").commit["id"]])
    assert [one["id"] for one in api("GET", f"{base}/commits").json()] == [commits[0].id, commits[1].id]
    assert project.files.get("a", ref="next").last_commit_id == commits[1].id
    assert api("PUT", f"{base}/rebase").status_code == 202
    assert project.commits.get("next").id == commits[0].id
    write(project, "main", "a", "other\n")
    assert api("PUT", f"{base}/rebase").status_code == 501
