import pytest

ROOT = {"visibility": "public"}


def test_group_by_id_and_path(gl, api, group):
    child = gl.groups.create({"name": "Karfu’R", "path": "karfur", "parent_id": group.id, **ROOT})
    for key in (child.id, f"{group.path}%2Fkarfur", f"{group.path}%2FKARFUR"):
        shown = api("GET", f"/groups/{key}").json()
        assert shown["full_path"] == f"{group.path}/karfur"
        assert shown["full_name"] == f"{group.name} / Karfu’R"
        assert shown["web_url"] == f"{api.base}/groups/{group.path}/karfur"
    assert "projects" not in api("GET", f"/groups/{child.id}", params={"with_projects": "false"}).json()
    assert api("GET", f"/groups/{group.path}%2Fnone").json() == {"message": "404 Group Not Found"}


def test_creator_is_owner(gl, group):
    members = group.members.list(get_all=True)
    assert [(member.username, member.access_level) for member in members] == [("eiginfra-bot", 50)]


@pytest.mark.parametrize(
    ("fields", "body"),
    [
        ({}, {"error": "name is missing, path is missing"}),
        ({"name": "n", "path": "nn", "visibility": "open"}, {"error": "visibility does not have a valid value"}),
        ({"name": "n", "path": "nn", "parent_id": "x"}, {"error": "parent_id is invalid"}),
        ({"name": "n", "path": "eig"}, {"message": 'Failed to save group {:path=>["has already been taken"]}'}),
        ({"name": "n", "path": "api"}, {"message": 'Failed to save group {:path=>["api is a reserved name"]}'}),
        (
            {"name": "n", "path": "nn", "description": "x" * 501},
            {"message": 'Failed to save group {:description=>["is too long (maximum is 500 characters)"]}'},
        ),
    ],
)
def test_refused_groups(api, fields, body):
    answer = api("POST", "/groups", json=fields)
    assert (answer.status_code, answer.json()) == (400, body)


@pytest.mark.parametrize(
    ("name", "path", "word"),
    [("n", "-n", "path"), ("n", "éé", "path"), ("n", "n.git", "path"), ("n", "a b", "path"), ("a/b", "n", "name"), ("L'eau", "n", "name")],
)
def test_refused_spellings(api, group, name, path, word):
    answer = api("POST", "/groups", json={"name": name, "path": path, "parent_id": group.id})
    assert answer.status_code == 400
    assert answer.json()["message"].startswith(f'Failed to save group {{:{word}=>["can ')


@pytest.mark.parametrize("name", ["Karfu’R", "EIG (3)", "Plume – été", "3 a.b_c"])
def test_accepted_names(gl, group, name):
    assert gl.groups.create({"name": name, "path": "pp", "parent_id": group.id}).name == name


def test_child_is_not_more_visible(gl, api, group):
    private = gl.groups.create({"name": "p", "path": "pp", "parent_id": group.id, "visibility": "private"})
    answer = api("POST", "/groups", json={"name": "c", "path": "cc", "parent_id": private.id, "visibility": "public"})
    text = "public is not allowed since the parent group has a private visibility."
    assert answer.json() == {"message": f'Failed to save group {{:visibility_level=>["{text}"]}}'}


def test_group_is_not_less_visible_than_what_it_holds(gl, api, group):
    gl.projects.create({"name": "p", "namespace_id": group.id, "visibility": "internal"})
    answer = api("PUT", f"/groups/{group.id}", json={"visibility": "private"})
    text = "private is not allowed since this group contains projects with higher visibility."
    assert (answer.status_code, answer.json()) == (400, {"message": {"visibility_level": [text]}})


def test_changes(gl, api, group):
    child = gl.groups.create({"name": "c", "path": "cc", "parent_id": group.id})
    project = gl.projects.create({"name": "p", "namespace_id": child.id})
    changed = api(
        "PUT",
        f"/groups/{group.id}",
        json={"name": "New", "path": f"{group.path}-new", "description": "d", "project_creation_level": "noone", "unknown": 1},
    ).json()
    assert (changed["name"], changed["description"], changed["project_creation_level"]) == ("New", "d", "noone")
    assert gl.groups.get(child.id).full_path == f"{group.path}-new/cc"
    assert gl.projects.get(f"{group.path}-new/cc/p").id == project.id
    assert api("GET", f"/groups/{group.path}").status_code == 404


def test_default_branch_protection(api, group):
    shown = api("PUT", f"/groups/{group.id}", json={"default_branch_protection": 3}).json()
    assert shown["default_branch_protection_defaults"]["allowed_to_push"] == [{"access_level": 40}]
    assert shown["default_branch_protection_defaults"]["allowed_to_merge"] == [{"access_level": 30}]
    defaults = {"allowed_to_push": [{"access_level": 30}], "allowed_to_merge": [{"access_level": 30}]}
    shown = api("PUT", f"/groups/{group.id}", json={"default_branch_protection_defaults": defaults}).json()
    # The number is deprecated and a column of its own: it stays as it is.
    assert (shown["default_branch_protection"], shown["default_branch_protection_defaults"]) == (3, defaults)


def test_nobody_makes_projects_where_noone_may(api, group):
    api("PUT", f"/groups/{group.id}", json={"project_creation_level": "noone"})
    answer = api("POST", "/projects", json={"name": "p", "namespace_id": group.id})
    assert (answer.status_code, answer.json()) == (400, {"message": {"namespace": ["is not valid"]}})
    api("PUT", f"/groups/{group.id}", json={"project_creation_level": "administrator"})
    assert api("POST", "/projects", json={"name": "p", "namespace_id": group.id}).status_code == 201


@pytest.mark.parametrize(("rule", "level", "status"), [("developer", 30, 201), ("maintainer", 30, 400), ("administrator", 50, 400)])
def test_who_makes_projects(api, group, person, acting, rule, level, status):  # noqa: PLR0917 - fixtures, asked for by name
    user = person()
    group.members.create({"user_id": user.id, "access_level": level})
    api("PUT", f"/groups/{group.id}", json={"project_creation_level": rule})
    assert acting(user)("POST", "/projects", json={"name": "p", "namespace_id": group.id}).status_code == status


@pytest.mark.parametrize(("rule", "level", "status"), [("maintainer", 40, 201), ("owner", 40, 403), ("maintainer", 30, 403)])
def test_who_makes_subgroups(api, group, person, acting, rule, level, status):  # noqa: PLR0917 - fixtures, asked for by name
    user = person()
    group.members.create({"user_id": user.id, "access_level": level})
    api("PUT", f"/groups/{group.id}", json={"subgroup_creation_level": rule})
    answer = acting(user)("POST", "/groups", json={"name": "s", "path": "ss", "parent_id": group.id})
    assert answer.status_code == status


def test_private_groups_are_unknown_to_strangers(gl, stranger, group, person, acting):
    private = gl.groups.create({"name": "p", "path": "pp", "parent_id": group.id, "visibility": "private"})
    user = person()
    other = acting(user)
    for asking in (stranger, other):
        answer = asking("GET", f"/groups/{private.id}")
        assert (answer.status_code, answer.json()) == (404, {"message": "404 Group Not Found"})
    private.members.create({"user_id": user.id, "access_level": 10})
    assert other("GET", f"/groups/{private.id}").status_code == 200
    assert other("PUT", f"/groups/{private.id}", json={"name": "x"}).json() == {"message": "403 Forbidden"}
    assert stranger("GET", f"/groups/{group.id}").status_code == 200
    assert stranger("PUT", f"/groups/{group.id}", json={"name": "x"}).status_code == 401


def test_lists(gl, api, group, person, acting):
    user = person()
    child = gl.groups.create({"name": "child", "path": "child", "parent_id": group.id, **ROOT})
    gl.groups.create({"name": "grandchild", "path": "gc", "parent_id": child.id, **ROOT})
    assert [found.path for found in group.subgroups.list(get_all=True)] == ["child"]
    assert [found.path for found in group.descendant_groups.list(get_all=True)] == ["child", "gc"]
    # A search at the top looks into the whole path and name.
    assert [found.path for found in gl.groups.list(search=group.path, get_all=True)] == ["child", "gc", group.path]
    assert [found.path for found in group.descendant_groups.list(search=group.path, get_all=True)] == []
    other = acting(user)
    assert other("GET", "/groups").json() == []
    assert group.path in [found["path"] for found in other("GET", "/groups", params={"all_available": "true", "per_page": 100}).json()]
    child.members.create({"user_id": user.id, "access_level": 30})
    assert [found["path"] for found in other("GET", "/groups").json()] == ["child", "gc"]
    assert other("GET", "/groups", params={"min_access_level": 40}).json() == []
    assert other("GET", "/groups", params={"owned": "true"}).json() == []
