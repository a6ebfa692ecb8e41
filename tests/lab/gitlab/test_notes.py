"""Notes, discussions, and what others say of commits."""

import pytest


@pytest.fixture
def project(gl, group):
    made = gl.projects.create({"name": "p", "namespace_id": group.id, "visibility": "public", "initialize_with_readme": True})
    made.branches.create({"branch": "next", "ref": "main"})
    made.issues.create({"title": "i"})
    made.mergerequests.create({"title": "m", "source_branch": "next", "target_branch": "main"})
    return made


PLACES = {"issues/1": "Issue", "merge_requests/1": "MergeRequest", "repository/commits/main": "Commit"}


@pytest.mark.parametrize(("place", "kind"), PLACES.items())
def test_discussions(api, project, place, kind):
    base = f"/projects/{project.id}/{place}/discussions"
    made = api("POST", base, json={"body": "first"})
    assert made.status_code == 201
    discussion = made.json()
    assert discussion["individual_note"] is False
    first = discussion["notes"][0]
    assert (first["type"], first["body"], first["noteable_type"]) == ("DiscussionNote", "first", kind)
    assert (first["noteable_iid"], first["resolvable"]) == ((None, False) if kind == "Commit" else (1, True))
    one = f"{base}/{discussion['id']}"
    reply = api("POST", f"{one}/notes", json={"body": "second"})
    assert reply.status_code == 201
    note = f"{one}/notes/{reply.json()['id']}"
    assert api("PUT", note, json={"body": "changed"}).json()["body"] == "changed"
    assert api("PUT", note, json={}).status_code == 400
    assert [shown["body"] for shown in api("GET", one).json()["notes"]] == ["first", "changed"]
    assert api("GET", f"{one}/notes").json()[1] == api("GET", note).json()
    assert api("DELETE", note).status_code == 204
    assert len(api("GET", base).json()[0]["notes"]) == 1
    assert api("GET", note).status_code == 404
    assert api("GET", f"{base}/none").json() == {"message": "404 Discussion Not Found"}


@pytest.mark.parametrize("place", ["issues/1", "merge_requests/1"])
def test_notes_and_what_is_resolved(api, project, place, person, acting):
    base = f"/projects/{project.id}/{place}"
    alone = api("POST", f"{base}/notes", json={"body": "alone"})
    assert (alone.status_code, alone.json()["type"], alone.json()["resolvable"]) == (201, None, False)
    [discussion] = api("GET", f"{base}/discussions").json()
    assert discussion["individual_note"] is True
    one = f"{base}/discussions/{discussion['id']}"
    assert api("PUT", one, json={"resolved": True}).status_code == 403
    second = api("POST", f"{one}/notes", json={"body": "reply"}).json()
    assert [note["type"] for note in api("GET", one).json()["notes"]] == ["DiscussionNote", "DiscussionNote"]
    shown = api("PUT", f"{one}/notes/{second['id']}", json={"resolved": True}).json()
    assert (shown["resolved"], shown["resolved_by"]["id"]) == (True, 1)
    assert [note["resolved"] for note in api("GET", one).json()["notes"]] == [False, True]
    assert [note["resolved"] for note in api("PUT", one, json={"resolved": True}).json()["notes"]] == [True, True]
    outsider = acting(person())
    assert outsider("PUT", one, json={"resolved": False}).status_code == 403
    assert outsider("PUT", f"{base}/notes/{second['id']}", json={"body": "x"}).status_code == 403
    assert outsider("POST", f"{base}/notes", json={"body": "theirs"}).status_code == 201
    assert api("GET", base).json()["user_notes_count"] == 3
    api("PUT", base, json={"discussion_locked": True})
    assert outsider("POST", f"{base}/notes", json={"body": "theirs"}).status_code == 403


def test_refused_notes(api, stranger, project, person, acting):
    base = f"/projects/{project.id}/issues/1/notes"
    assert api("POST", base, json={"body": " "}).status_code == 400
    assert api("POST", base, json={"body": "well\n/close"}).status_code == 501
    assert api("POST", base, json={"body": "x", "internal": True}).status_code == 501
    assert stranger("GET", base).status_code == 401
    api("PUT", f"/projects/{project.id}/issues/1", json={"confidential": True})
    assert acting(person())("GET", base).status_code == 404
    assert api("GET", f"/projects/{project.id}/snippets/1/notes/1/award_emoji").status_code == 501


def test_comments_on_commits(api, project):
    base = f"/projects/{project.id}/repository/commits/main"
    made = api("POST", f"{base}/comments", json={"note": "well done"})
    assert (made.status_code, made.json()["note"], made.json()["path"]) == (201, "well done", None)
    [discussion] = api("GET", f"{base}/discussions").json()
    assert api("POST", f"{base}/discussions/{discussion['id']}/notes", json={"body": "x"}).status_code == 400
    api("POST", f"{base}/discussions", json={"body": "more"})
    assert [one["note"] for one in api("GET", f"{base}/comments").json()] == ["well done", "more"]
    assert api("POST", f"{base}/comments", json={"note": "x", "path": "README.md", "line": 1}).status_code == 501


def test_statuses(api, project, person, acting):
    head = project.branches.get("main").commit["id"]
    base, listed = f"/projects/{project.id}/statuses/{head}", f"/projects/{project.id}/repository/commits/main/statuses"
    said = {"target_url": "https://example.org/1", "description": "d"}
    made = api("POST", base, json={"state": "running", "context": "ci", **said})
    assert made.status_code == 201
    status = made.json()
    assert (status["name"], status["ref"], status["sha"], status["target_url"]) == ("ci", "main", head, said["target_url"])
    assert project.commits.get(head).status == "running"
    assert api("POST", base, json={"state": "running", "name": "ci"}).status_code == 501
    ended = api("POST", base, json={"state": "failed", "name": "ci"}).json()
    assert (ended["id"], ended["description"], ended["finished_at"] is None) == (status["id"], "d", False)
    again = api("POST", base, json={"state": "success", "name": "ci"}).json()
    assert again["id"] != status["id"]
    assert [one["id"] for one in api("GET", listed).json()] == [again["id"]]
    assert [one["id"] for one in api("GET", listed, params={"all": "true"}).json()] == [status["id"], again["id"]]
    api("POST", base, json={"state": "canceled"})
    last = project.commits.get(head).last_pipeline
    assert (last["status"], last["id"], last["source"]) == ("canceled", again["pipeline_id"], "external")
    assert api("POST", base, json={"state": "success", "ref": "next"}).json()["pipeline_id"] != last["id"]
    assert acting(person())("POST", base, json={"state": "success"}).status_code == 403
    assert api("POST", f"/projects/{project.id}/statuses/none", json={"state": "success"}).json() == {"message": "404 Commit Not Found"}


def test_the_longest_note(api, project):
    base = f"/projects/{project.id}/merge_requests/1/notes"
    made = api("POST", base, json={"body": "é" * 1_000_000})
    assert (made.status_code, len(made.json()["body"])) == (201, 1_000_000)
    for answer in (
        api("POST", base, json={"body": "é" * 1_000_001}),
        api("PUT", f"{base}/{made.json()['id']}", json={"body": "e" * 1_000_001}),
    ):
        assert answer.status_code == 400
        assert "is too long (maximum is 1000000 characters)" in answer.json()["message"]
