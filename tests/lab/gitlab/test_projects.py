import hashlib

import pytest


@pytest.fixture
def project(gl, group):
    return gl.projects.create({"name": "API ADLER", "path": "api", "namespace_id": group.id, "visibility": "public"})


def test_created_project(api, group):
    fields = {
        "name": "API ADLER",
        "path": "api",
        "namespace_id": group.id,
        "visibility": "public",
        "description": "d",
        "topics": ["eig", "eig3", "eig"],
        "merge_method": "ff",
        "squash_option": "always",
        "wiki_access_level": "disabled",
        "issues_enabled": False,
        "packages_enabled": False,
        "shared_runners_enabled": False,
    }
    answer = api("POST", "/projects", json=fields)
    assert answer.status_code == 201
    made = answer.json()
    assert made["path_with_namespace"] == f"{group.path}/api"
    assert made["name_with_namespace"] == f"{group.name} / API ADLER"
    assert made["topics"] == made["tag_list"] == ["eig", "eig3"]
    assert (made["merge_method"], made["squash_option"]) == ("ff", "always")
    assert (made["wiki_access_level"], made["wiki_enabled"]) == ("disabled", False)
    assert (made["issues_access_level"], made["issues_enabled"]) == ("disabled", False)
    assert (made["package_registry_access_level"], made["packages_enabled"]) == ("disabled", False)
    assert made["empty_repo"] is True
    assert made["namespace"]["kind"] == "group"
    shown = api("GET", f"/projects/{group.path}%2Fapi").json()
    assert shown.pop("permissions") == {"project_access": None, "group_access": {"access_level": 50, "notification_level": 3}}
    assert shown == made


def test_own_namespace(api, fresh):
    made = api("POST", "/projects", json={"name": fresh("own")}).json()
    assert made["namespace"]["kind"] == "user"
    assert made["owner"]["username"] == "eiginfra-bot"
    assert made["visibility"] == "private"
    assert made["id"] in [project["id"] for project in api("GET", "/users/1/projects").json()]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (
            {"name": "API ADLER", "path": "other"},
            {"project_namespace.name": ["has already been taken"], "name": ["has already been taken"]},
        ),
        ({"name": "other", "path": "API"}, {"path": ["has already been taken"]}),
        ({"name": "tree"}, {"path": ["tree is a reserved name"]}),
        ({"name": "n", "visibility": "public", "description": "x" * 2001}, {"description": ["is too long (maximum is 2000 characters)"]}),
        ({"name": "n", "namespace_id": 99999}, {"namespace": ["is not valid"]}),
    ],
)
def test_refused_projects(api, project, fields, message):
    answer = api("POST", "/projects", json={"namespace_id": project.namespace["id"], **fields})
    assert (answer.status_code, answer.json()) == (400, {"message": message})


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({}, "name, path are missing, at least one parameter must be provided"),
        ({"name": "n", "merge_method": "octopus"}, "merge_method does not have a valid value"),
        ({"name": "n", "lfs_enabled": "perhaps", "build_timeout": "x"}, "lfs_enabled is invalid, build_timeout is invalid"),
    ],
)
def test_refused_parameters(api, fields, error):
    answer = api("POST", "/projects", json=fields)
    assert (answer.status_code, answer.json()) == (400, {"error": error})


@pytest.mark.parametrize("name", ["a (b)", "a/b", "L'eau", "-a"])
def test_refused_names(api, group, name):
    answer = api("POST", "/projects", json={"name": name, "path": "p", "namespace_id": group.id})
    assert answer.json()["message"]["name"][0].startswith("can contain only letters")


def test_path_is_made_of_the_name(api, group):
    assert api("POST", "/projects", json={"name": "API v2 + été", "namespace_id": group.id}).json()["path"] == "api-v2-t"


def test_not_more_visible_than_the_group(gl, api, group):
    private = gl.groups.create({"name": "p", "path": "pp", "parent_id": group.id, "visibility": "private"})
    body = {"message": {"visibility_level": ["public is not allowed in a private group."]}}
    answer = api("POST", "/projects", json={"name": "n", "namespace_id": private.id, "visibility": "public"})
    assert (answer.status_code, answer.json()) == (400, body)
    project = gl.projects.create({"name": "n", "namespace_id": private.id})
    answer = api("PUT", f"/projects/{project.id}", json={"visibility": "public"})
    assert (answer.status_code, answer.json()) == (400, body)


def test_changes(api, project, group):
    fields = {
        "name": "New",
        "path": "moved",
        "description": None,
        "topics": [],
        "visibility": "internal",
        "only_allow_merge_if_pipeline_succeeds": True,
    }
    changed = api("PUT", f"/projects/{project.id}", json=fields).json()
    assert changed["path_with_namespace"] == f"{group.path}/moved"
    assert changed["only_allow_merge_if_pipeline_succeeds"] is True
    assert (changed["description"], changed["topics"], changed["visibility"]) == (None, [], "internal")
    # The former path leads there, for reading only.
    assert api("GET", f"/projects/{group.path}%2Fapi").json()["id"] == project.id
    assert api("PUT", f"/projects/{group.path}%2Fapi", json={"name": "x"}).status_code == 405


def test_archive(gl, api, project, group):
    assert api("POST", f"/projects/{project.id}/archive").json()["archived"] is True
    listed = api("GET", f"/groups/{group.id}/projects", params={"archived": "false"}).json()
    assert listed == []
    assert api("POST", f"/projects/{project.id}/unarchive").json()["archived"] is False


def test_who_may_do_what(project, group, person, acting):
    user = person()
    other = acting(user)
    assert other("PUT", f"/projects/{project.id}", json={"description": "x"}).json() == {"message": "403 Forbidden"}
    project.members.create({"user_id": user.id, "access_level": 40})
    assert other("PUT", f"/projects/{project.id}", json={"description": "x"}).status_code == 200
    assert other("PUT", f"/projects/{project.id}", json={"visibility": "private"}).status_code == 403
    assert other("POST", f"/projects/{project.id}/archive").status_code == 403
    assert other("DELETE", f"/projects/{project.id}").status_code == 403


def test_private_projects_are_unknown_to_strangers(gl, group, stranger, person, acting):
    private = gl.projects.create({"name": "secret", "namespace_id": group.id})
    for asking in (stranger, acting(person())):
        assert asking("GET", f"/projects/{private.id}").json() == {"message": "404 Project Not Found"}
        assert private.id not in [found["id"] for found in asking("GET", f"/groups/{group.id}/projects").json()]


def test_strangers_see_the_short_form(stranger, project):
    shown = stranger("GET", f"/projects/{project.id}").json()
    assert shown["path"] == "api"
    assert "permissions" not in shown


def test_group_projects(gl, api, group, project):
    child = gl.groups.create({"name": "c", "path": "cc", "parent_id": group.id, "visibility": "public"})
    gl.projects.create({"name": "below", "namespace_id": child.id, "visibility": "public", "topics": ["t"]})
    path = f"/groups/{group.id}/projects"
    assert [found["path"] for found in api("GET", path).json()] == ["api"]
    everything = api("GET", path, params={"include_subgroups": "true", "order_by": "name", "sort": "asc"}).json()
    assert [found["path"] for found in everything] == ["api", "below"]
    assert [found["path"] for found in api("GET", "/projects", params={"topic": "t"}).json()] == ["below"]
    assert [found["path"] for found in api("GET", path, params={"search": "adler", "simple": "true"}).json()] == ["api"]
    assert [found["path"] for found in api("GET", f"/groups/{child.id}").json()["projects"]] == ["below"]


def test_stars(api, group, project, person, acting):
    path = f"/projects/{api('GET', f'/groups/{group.id}/projects').json()[0]['id']}"
    user = person()
    other = acting(user)
    assert other("POST", f"{path}/star").json()["star_count"] == 1
    assert other("POST", f"{path}/star").status_code == 304
    assert [one["user"]["id"] for one in api("GET", f"{path}/starrers").json()] == [user.id]
    assert len(other("GET", "/projects", params={"starred": "true"}).json()) == 1
    assert other("POST", f"{path}/unstar").json()["star_count"] == 0
    assert other("POST", f"{path}/unstar").status_code == 304


def test_administrators_see_where_a_repository_is_kept(api, acting, person, group):
    project = api("POST", "/projects", json={"name": "kept", "namespace_id": group.id, "visibility": "public"}).json()
    shown = api("GET", f"/projects/{project['id']}/storage").json()
    digest = hashlib.sha256(str(project["id"]).encode()).hexdigest()
    assert shown == {
        "project_id": project["id"],
        "disk_path": f"@hashed/{digest[:2]}/{digest[2:4]}/{digest}",
        "created_at": project["created_at"],
        "repository_storage": "default",
    }
    assert acting(person())("GET", f"/projects/{project['id']}/storage").status_code == 403


def test_pages_of_a_new_project_are_for_those_who_see_it_if_that_is_everybody_else_for_its_members(gl, group):
    made = [gl.projects.create({"name": name, "namespace_id": group.id, "visibility": name}) for name in ("public", "private")]
    assert [project.pages_access_level for project in made] == ["enabled", "private"]
    assert gl.projects.create({"name": "x", "namespace_id": group.id, "pages_access_level": "public"}).pages_access_level == "public"
