"""Forks: copies that know where they come from."""

import pytest


@pytest.fixture
def source(gl, group, fresh):
    """A public project with a file, that says what it is about."""
    fields = {"name": fresh("source"), "namespace_id": group.id, "visibility": "public", "description": "About"}
    return gl.projects.create({**fields, "initialize_with_readme": True, "wiki_access_level": "disabled"})


def test_a_fork_is_a_copy_that_knows_its_source(api, source, acting, person):
    user = person()
    own = acting(user)
    made = own("POST", f"/projects/{source.id}/fork")
    assert made.status_code == 201
    fork = own("GET", f"/projects/{made.json()['id']}").json()
    assert (fork["path_with_namespace"], fork["description"]) == (f"{user.username}/{source.path}", "About")
    assert (fork["visibility"], fork["wiki_access_level"], fork["import_status"]) == ("public", "disabled", "finished")
    assert (fork["forked_from_project"]["id"], fork["forked_from_project"]["forks_count"]) == (source.id, 1)
    assert own("GET", f"/projects/{fork['id']}/repository/files/README.md/raw?ref=main").text.startswith("# source")
    change = {"branch": "main", "content": "mine", "commit_message": "m"}
    assert own("PUT", f"/projects/{fork['id']}/repository/files/README.md", json=change).status_code == 200
    assert api("GET", f"/projects/{source.id}/repository/files/README.md/raw?ref=main").text.startswith("# source")
    assert [one["id"] for one in api("GET", f"/projects/{source.id}/forks").json()] == [fork["id"]]
    assert api("GET", f"/projects/{source.id}/forks", params={"search": "nothing of that"}).json() == []
    taken = own("POST", f"/projects/{source.id}/fork")
    assert (taken.status_code, taken.json()["message"]["path"]) == (409, ["has already been taken"])


@pytest.fixture
def place(gl, group, fresh):
    """A private group."""
    return gl.groups.create({"name": fresh("g"), "path": fresh("g"), "parent_id": group.id, "visibility": "private"})


def test_a_fork_is_called_and_placed_as_its_maker_says(api, source, place, fresh):
    wanted = {"description": "Mine", "mr_default_target_self": True}
    for field, value in (("namespace_id", place.id), ("namespace_path", place.full_path), ("namespace", str(place.id))):
        fork = api("POST", f"/projects/{source.id}/fork", json={**wanted, "name": f"By {field}", "path": fresh("p"), field: value}).json()
        assert (fork["namespace"]["id"], fork["visibility"], fork["name"]) == (place.id, "private", f"By {field}")
        assert (fork["description"], fork["mr_default_target_self"]) == ("Mine", True)
    assert api("POST", f"/projects/{source.id}/fork", json={"visibility": "internal"}).json()["visibility"] == "internal"


def test_forks_are_put_only_where_one_may_make_projects(api, source, place, acting, person):
    own = acting(person())
    assert own("POST", f"/projects/{source.id}/fork", json={"namespace_id": place.id}).json() == {"message": "404 Namespace Not Found"}
    refused = own("POST", f"/projects/{source.id}/fork", json={"namespace_id": source.namespace["id"]})
    assert (refused.status_code, refused.json()) == (404, {"message": "404 Target Namespace Not Found"})
    assert api("POST", f"/projects/{source.id}/fork", json={"branches": "main"}).status_code == 501


def test_who_may_not_read_the_code_makes_no_fork(api, source, acting, person, stranger):
    own = acting(person())
    assert stranger("POST", f"/projects/{source.id}/fork").status_code == 401
    api("PUT", f"/projects/{source.id}", json={"forking_access_level": "disabled"})
    assert own("POST", f"/projects/{source.id}/fork").status_code == 404
    api("PUT", f"/projects/{source.id}", json={"forking_access_level": "private"})
    assert own("POST", f"/projects/{source.id}/fork").status_code == 404


def test_the_tie_of_a_fork_is_cut_and_made(api, gl, source, fresh):
    other = gl.projects.create({"name": fresh("other")})
    path = f"/projects/{other.id}/fork"
    linked = api("POST", f"{path}/{source.id}")
    assert (linked.status_code, linked.json()["forked_from_project"]["id"]) == (201, source.id)
    assert api("POST", f"{path}/{source.id}").json() == {"message": "Project already forked"}
    assert [api("DELETE", path).status_code for _ in range(2)] == [204, 304]
    assert "forked_from_project" not in api("GET", f"/projects/{other.id}").json()
    assert api("GET", f"/projects/{source.id}").json()["forks_count"] == 0
