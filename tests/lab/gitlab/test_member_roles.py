"""Custom roles of the whole server."""


def test_roles_are_made_listed_and_taken_away(own_api):
    made = own_api("POST", "/member_roles", json={"name": "Hooks", "base_access_level": 20, "description": "d", "admin_web_hook": True})
    assert made.status_code == 201
    role = made.json()
    assert (role["name"], role["description"], role["base_access_level"], role["group_id"]) == ("Hooks", "d", 20, None)
    assert [name for name, value in role.items() if value is True] == ["admin_web_hook"]
    assert own_api("GET", "/member_roles").json() == [role]
    for refused in ({"name": "Hooks", "read_code": True}, {"name": "Nothing"}):
        assert own_api("POST", "/member_roles", json={"base_access_level": 20, **refused}).status_code == 501
    assert [own_api("DELETE", f"/member_roles/{role['id']}").status_code for _ in range(2)] == [204, 404]


def test_each_permission_is_kept(own_api):
    fields = {"base_access_level": 10, "read_code": True}
    permissions = {name for name, value in own_api("POST", "/member_roles", json={"name": "x", **fields}).json().items() if value is False}
    for number in range(0, len(permissions), 5):
        some = dict.fromkeys(sorted(permissions)[number : number + 5], True)
        role = own_api("POST", "/member_roles", json={"name": f"r{number}", "base_access_level": 10, **some}).json()
        assert {name for name, value in role.items() if value is True} == set(some)


def test_only_administrators_know_of_roles(acting, person):
    own = acting(person())
    assert own("GET", "/member_roles").status_code == 403
    assert own("POST", "/member_roles", json={"name": "n", "base_access_level": 10, "read_code": True}).status_code == 403
