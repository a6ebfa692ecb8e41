"""What belongs to milestones, issues and merge requests."""

import pytest


@pytest.fixture
def project(gl, group):
    return gl.projects.create({"name": "p", "namespace_id": group.id, "visibility": "public", "initialize_with_readme": True})


@pytest.fixture
def request_of(project):
    """A merge request that brings one commit."""
    change = {"branch": "next", "start_branch": "main", "commit_message": "m"}
    project.commits.create({**change, "actions": [{"action": "create", "file_path": "a", "content": "a\n"}]})
    return project.mergerequests.create({"title": "m", "source_branch": "next", "target_branch": "main"})


def test_what_is_in_a_milestone(api, gl, group, project, request_of):
    project.labels.create({"name": "urgent", "color": "red", "priority": 1})
    for place, owner in (("projects", project), ("groups", group)):
        milestone = owner.milestones.create({"title": f"of {place}"})
        for labels in ([], ["urgent"], []):
            project.issues.create({"title": "i", "milestone_id": milestone.id, "labels": labels})
        request_of.milestone_id = milestone.id
        request_of.save()
        base = f"/{place}/{owner.id}/milestones/{milestone.id}"
        found = api("GET", f"{base}/issues").json()
        assert [issue["iid"] % 3 for issue in found] == [2, 0, 1]
        assert "subscribed" not in found[0]
        assert [one["iid"] for one in api("GET", f"{base}/merge_requests").json()] == [request_of.iid]
    assert len(project.issues.list(milestone="of groups")) == 3
    assert project.issues.list(milestone="None") == []
    assert api("GET", f"/projects/{project.id}/issues", params={"milestone": "Started"}).status_code == 501
    child = gl.groups.create({"name": "child", "path": "child", "parent_id": group.id})
    below = gl.projects.create({"name": "below", "namespace_id": child.id})
    below.issues.create({"title": "i", "milestone_id": milestone.id})
    assert api("GET", f"{base}/issues").status_code == 501


def test_who_promotes_milestones(gl, api, project, person, acting):
    milestone, user = project.milestones.create({"title": "v1"}), person()
    project.members.create({"user_id": user.id, "access_level": 40})
    assert acting(user)("POST", f"/projects/{project.id}/milestones/{milestone.id}/promote").status_code == 403
    personal = gl.projects.create({"name": f"personal-{project.id}"})
    alone = personal.milestones.create({"title": "v1"})
    assert api("POST", f"/projects/{personal.id}/milestones/{alone.id}/promote").status_code == 403


def test_milestones_become_those_of_the_group(api, gl, group, project):
    other = gl.projects.create({"name": "o", "namespace_id": group.id})
    old = [place.milestones.create({"title": "v1", "due_date": "2030-01-01"}) for place in (project, other)]
    issues = [
        place.issues.create({"title": "i", "milestone_id": milestone.id}) for place, milestone in zip((project, other), old, strict=True)
    ]
    base = f"/projects/{project.id}/milestones/{old[0].id}/promote"
    assert api("POST", base).status_code == 200
    [new] = group.milestones.list()
    assert (new.title, new.due_date) == ("v1", "2030-01-01")
    assert project.milestones.list() == other.milestones.list() == []
    assert [api("GET", f"/projects/{issue.project_id}/issues/1").json()["milestone"]["id"] for issue in issues] == [new.id, new.id]


def test_who_takes_part(project, request_of, person):
    users = [person() for _ in range(4)]
    issue = project.issues.create({"title": "i", "description": f"for @{users[0].username}.", "assignee_ids": [users[1].id]})
    issue.notes.create({"body": f"@{users[2].username}: look"})
    assert [one["id"] for one in issue.participants()] == [1, users[1].id, users[0].id, users[2].id]
    request_of.reviewer_ids = [users[3].id]
    request_of.save()
    assert [one["id"] for one in request_of.participants()] == [1, users[3].id]


def test_what_an_issue_has_to_do_with_requests(api, project, request_of):
    issue = project.issues.create({"title": "i"})
    base = f"/projects/{project.id}/issues/{issue.iid}"
    assert issue.closed_by() == issue.related_merge_requests() == []
    request_of.description = "Closes #1"
    request_of.save()
    assert [api("GET", f"{base}/{what}").status_code for what in ("closed_by", "related_merge_requests")] == [501, 501]


def test_what_a_request_brings(api, project, request_of):
    head = project.branches.get("next").commit["id"]
    commit(project, "main", "b")
    base = f"/projects/{project.id}/merge_requests/{request_of.iid}"
    assert [one["id"] for one in api("GET", f"{base}/commits").json()] == [head]
    shown = request_of.changes()
    assert ([one["new_path"] for one in shown["changes"]], shown["changes_count"]) == (["a"], "1")
    assert api("GET", f"{base}/diffs").json() == shown["changes"]
    project.branches.delete("next")
    assert [one["id"] for one in api("GET", f"{base}/commits").json()] == [head]
    assert api("GET", f"{base}/diffs").json() == shown["changes"]
    assert project.mergerequests.get(request_of.iid).state == "closed"


def commit(project, branch, path):
    project.files.create({"file_path": path, "branch": branch, "content": "x", "commit_message": "m"})


@pytest.mark.parametrize("place", ["issues", "merge_requests"])
def test_what_happened(api, project, request_of, place):
    project.issues.create({"title": "i"})
    base = f"/projects/{project.id}/{place}/1"
    milestone = project.milestones.create({"title": "v1"})
    for changes in ({"labels": "a,b", "milestone_id": milestone.id}, {"labels": "b", "milestone_id": 0}, {"state_event": "close"}):
        assert api("PUT", base, json=changes).status_code == 200
    api("PUT", base, json={"state_event": "reopen"})
    labels = api("GET", f"{base}/resource_label_events").json()
    assert [(one["action"], one["label"]["name"]) for one in labels] == [("add", "a"), ("add", "b"), ("remove", "a")]
    assert (labels[0]["user"]["id"], labels[0]["resource_type"]) == (1, {"issues": "Issue", "merge_requests": "MergeRequest"}[place])
    milestones = api("GET", f"{base}/resource_milestone_events").json()
    assert [(one["action"], one["milestone"]["id"]) for one in milestones] == [("add", milestone.id), ("remove", milestone.id)]
    states = api("GET", f"{base}/resource_state_events").json()
    assert [one["state"] for one in states] == ["closed", "reopened"]
    assert api("GET", f"{base}/resource_state_events/{states[0]['id']}").json() == states[0]
    assert api("GET", f"{base}/resource_state_events/0").json() == {"message": "404 Not found"}
