"""Tags and releases, as GitLab's documentation shows them."""

from datetime import timedelta

import pytest


@pytest.fixture
def project(gl, group):
    return gl.projects.create({"name": "p", "namespace_id": group.id, "visibility": "public", "initialize_with_readme": True})


def test_tags(api, project):
    base = f"/projects/{project.id}/repository/tags"
    made = api("POST", base, json={"tag_name": "v/1", "ref": "main"})
    head = project.branches.get("main").commit["id"]
    assert made.status_code == 201
    plain = made.json()
    assert (plain["target"], plain["commit"]["id"], plain["message"], plain["created_at"]) == (head, head, "", None)
    noted = api("POST", base, json={"tag_name": "v2", "ref": "v/1", "message": "two"}).json()
    assert (noted["commit"]["id"], noted["message"], noted["target"] != head, noted["created_at"] is None) == (head, "two", True, False)
    for body, text in (
        ({"tag_name": "v2", "ref": "main"}, "Tag v2 already exists"),
        ({"tag_name": "v3", "ref": "none"}, "Target none is invalid"),
        ({"tag_name": "v..3", "ref": "main"}, "Tag name invalid"),
    ):
        refused = api("POST", base, json=body)
        assert (refused.status_code, refused.json()) == (400, {"message": text})
    assert api("GET", f"/projects/{project.id}/repository/files/README.md", params={"ref": "v2"}).status_code == 200
    assert api("DELETE", f"{base}/v%2F1").status_code == 204
    assert api("GET", f"{base}/v%2F1").json() == {"message": "404 Tag Not Found"}


def test_order_of_tags(own_api, own_lab, monkeypatch):
    own_api("POST", "/projects", json={"name": "p", "initialize_with_readme": True})
    base = "/projects/1/repository/tags"
    for name in ("b", "c", "a"):
        assert own_api("POST", base, json={"tag_name": name, "ref": "main", "message": "m"}).status_code == 201
        monkeypatch.setattr(own_lab.clock, "_start", own_lab.clock._start + timedelta(seconds=10))

    def names(**asked):
        return "".join(tag["name"] for tag in own_api("GET", base, params=asked).json())

    assert (names(), names(sort="asc"), names(order_by="name"), names(order_by="name", sort="asc")) == ("acb", "bca", "cba", "abc")
    assert (names(search="b"), names(search="^a"), names(search="x$")) == ("b", "a", "")
    assert own_api("GET", base, params={"order_by": "version"}).status_code == 501


def test_who_makes_protected_tags(api, project, person, acting):
    project.protectedtags.create({"name": "v*", "create_access_level": 40})
    user = person()
    project.members.create({"user_id": user.id, "access_level": 30})
    theirs, base = acting(user), f"/projects/{project.id}/repository/tags"
    assert theirs("POST", base, json={"tag_name": "w1", "ref": "main"}).json()["protected"] is False
    assert theirs("POST", base, json={"tag_name": "v1", "ref": "main"}).status_code == 400
    assert api("POST", base, json={"tag_name": "v1", "ref": "main"}).json()["protected"] is True
    assert theirs("DELETE", f"{base}/v1").status_code == 403
    released = theirs("POST", f"/projects/{project.id}/releases", json={"tag_name": "v1"})
    text = "You are not allowed to create this tag as it is protected."
    assert (released.status_code, released.json()) == (403, {"message": text})
    assert theirs("DELETE", f"{base}/w1").status_code == 204


def test_releases(api, project):
    base = f"/projects/{project.id}/releases"
    assert api("POST", base, json={"tag_name": "v1"}).json() == {"message": "Ref is not specified"}
    link = {"name": "l", "url": "https://example.org/l", "link_type": "image"}
    body = {"tag_name": "v1", "ref": "main", "tag_message": "noted", "description": "d", "assets": {"links": [link]}}
    made = api("POST", base, json=body)
    assert made.status_code == 201
    release = made.json()
    assert (release["name"], release["description"], release["upcoming_release"]) == ("v1", "d", False)
    assert (release["assets"]["count"], release["assets"]["links"][0]["link_type"]) == (5, "image")
    tag = project.tags.get("v1")
    assert (tag.message, tag.release) == ("noted", {"tag_name": "v1", "description": "d"})
    twice = api("POST", base, json=body)
    assert (twice.status_code, twice.json()) == (409, {"message": "Release already exists"})
    coming = api("PUT", f"{base}/v1", json={"released_at": "2999-01-01T02:00:00+02:00", "name": "one"}).json()
    assert (coming["released_at"], coming["upcoming_release"], coming["name"]) == ("2999-01-01T00:00:00.000Z", True, "one")
    assert api("PUT", f"{base}/none", json={"name": "x"}).status_code == 403
    assert api("GET", f"{base}/none").json() == {"message": "404 Not Found"}
    assert api("DELETE", f"{base}/v1").json()["tag_name"] == "v1"
    assert project.tags.get("v1").release is None
    assert api("GET", base).json() == []


def test_links_of_releases(api, project):
    project.releases.create({"tag_name": "v1", "ref": "main"})
    base = f"/projects/{project.id}/releases/v1/assets/links"
    made = api("POST", base, json={"name": "l", "url": "https://example.org/l"})
    assert made.status_code == 201
    one = f"{base}/{made.json()['id']}"
    assert made.json() == api("GET", one).json() == api("GET", base).json()[0]
    twice = api("POST", base, json={"name": "l", "url": "https://example.org/2"})
    assert (twice.status_code, twice.json()) == (400, {"message": ["Name has already been taken"]})
    assert api("PUT", one, json={"url": "https://example.org/3"}).json()["direct_asset_url"] == "https://example.org/3"
    assert api("DELETE", one).json()["name"] == "l"
    assert api("GET", one).json() == {"message": "404 Not found"}


def test_releases_are_for_whom_the_project_says(api, project, person, acting):
    theirs, path = acting(person()), f"/projects/{project.id}"
    for level, status in (("enabled", 200), ("private", 403), ("disabled", 403)):
        api("PUT", path, json={"releases_access_level": level})
        assert theirs("GET", f"{path}/releases").status_code == status
    assert api("GET", f"{path}/releases").status_code == 403
    api("PUT", path, json={"releases_access_level": "private"})
    assert api("GET", f"{path}/releases").json() == []


@pytest.mark.parametrize(("level", "status"), [(10, 403), (15, 403), (20, 200)])
def test_guests_of_private_projects_read_no_code(project, person, acting, level, status):
    user = person()
    project.members.create({"user_id": user.id, "access_level": level})
    asked = [f"/projects/{project.id}/repository/{what}" for what in ("tree", "commits", "branches", "tags", "files/README.md?ref=main")]
    theirs = acting(user)
    assert {theirs("GET", path).status_code for path in asked} == {200}
    project.visibility = "private"
    project.save()
    assert {theirs("GET", path).status_code for path in asked} == {status}
