"""Emoji, links between issues, and uploads."""

import pytest


@pytest.fixture
def project(gl, group):
    made = gl.projects.create({"name": "p", "namespace_id": group.id, "visibility": "public", "initialize_with_readme": True})
    made.branches.create({"branch": "next", "ref": "main"})
    made.issues.create({"title": "i"})
    made.issues.create({"title": "j"})
    made.mergerequests.create({"title": "m", "source_branch": "next", "target_branch": "main"})
    return made


@pytest.mark.parametrize("place", ["issues/1", "merge_requests/1"])
def test_emoji(api, project, place, person, acting):
    base = f"/projects/{project.id}/{place}"
    note = api("POST", f"{base}/notes", json={"body": "n"}).json()["id"]
    for awarded in (base, f"{base}/notes/{note}"):
        made = api("POST", f"{awarded}/award_emoji", json={"name": "thumbsup"})
        assert made.status_code == 201
        twice = api("POST", f"{awarded}/award_emoji", json={"name": "thumbsup"})
        assert (twice.status_code, twice.json()) == (404, {"message": "404 Award Emoji Name has already been taken Not Found"})
        one = f"{awarded}/award_emoji/{made.json()['id']}"
        assert api("GET", f"{awarded}/award_emoji").json() == [made.json()] == [api("GET", one).json()]
        assert acting(person())("DELETE", one).status_code == 401
        assert api("GET", base).json()["upvotes"] == 1
        assert api("POST", f"{awarded}/award_emoji", json={"name": "unheard_of"}).status_code == 501
    assert api("DELETE", f"{base}/award_emoji/{api('GET', f'{base}/award_emoji').json()[0]['id']}").status_code == 204
    assert api("GET", base).json()["upvotes"] == 0
    assert api("GET", f"{base}/award_emoji/0").status_code == 404


def test_links_between_issues(api, project, person, acting):
    base = f"/projects/{project.id}/issues"
    body = {"target_project_id": project.id, "target_issue_iid": 2}
    made = api("POST", f"{base}/1/links", json=body)
    assert made.status_code == 201
    link = made.json()
    assert (link["source_issue"]["iid"], link["target_issue"]["iid"], link["link_type"]) == (1, 2, "relates_to")
    for one, other in ((1, 2), (2, 1)):
        [related] = api("GET", f"{base}/{one}/links").json()
        assert (related["iid"], related["issue_link_id"]) == (other, link["id"])
    twice = api("POST", f"{base}/2/links", json={**body, "target_issue_iid": 1})
    assert (twice.status_code, twice.json()) == (409, {"message": "Issue(s) already assigned"})
    assert api("POST", f"{base}/1/links", json={**body, "link_type": "blocks"}).status_code == 501
    api("PUT", f"{base}/2", json={"confidential": True})
    theirs = acting(person())
    assert theirs("GET", f"{base}/1/links").json() == []
    assert theirs("GET", f"{base}/1/links/{link['id']}").status_code == 404
    assert api("GET", f"{base}/1/links/{link['id']}").json()["id"] == link["id"]
    assert api("DELETE", f"{base}/1/links/{link['id']}").json()["id"] == link["id"]
    assert api("GET", f"{base}/1/links").json() == []


def test_uploads(api, project, person, acting):
    base = f"/projects/{project.id}/uploads"
    made = api("POST", base, files={"file": ("a b.png", b"picture")})
    assert made.status_code == 201
    upload = made.json()
    assert (upload["alt"], upload["markdown"]) == ("a_b", f"![a_b]({upload['url']})")
    plain = api("POST", base, files={"file": ("n.txt", b"text")}).json()
    assert (plain["alt"], plain["markdown"]) == ("n.txt", f"[n.txt]({plain['url']})")
    assert [(one["filename"], one["size"]) for one in api("GET", base).json()] == [("n.txt", 4), ("a_b.png", 7)]
    path = f"/projects/{project.id}{plain['url']}"
    assert api("GET", f"{base}/{upload['id']}").content == b"picture"
    theirs = acting(person())
    assert theirs("GET", path).content == b"text"
    assert {theirs("GET", f"{base}/{upload['id']}").status_code, theirs("DELETE", path).status_code} == {403}
    assert api("DELETE", path).status_code == api("DELETE", f"{base}/{upload['id']}").status_code == 204
    assert api("GET", base).json() == []
    assert api("GET", path).status_code == 404
    assert api("POST", base, json={}).json() == {"error": "file is missing"}
