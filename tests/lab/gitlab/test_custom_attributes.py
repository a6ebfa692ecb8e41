"""Custom attributes: administrators set them, see them and find things by them."""

import pytest


@pytest.fixture(params=["users", "groups", "projects"])
def place(request, api, group, person, fresh):
    """A thing that may have attributes: its list, and its id."""
    fields = {"name": fresh("p"), "namespace_id": group.id, "visibility": "public"}
    made = {
        "users": lambda: person().id,
        "groups": lambda: group.id,
        "projects": lambda: api("POST", "/projects", json=fields).json()["id"],
    }
    return f"/{request.param}", made[request.param]()


def test_attributes_are_set_changed_shown_found_and_taken_away(api, place, fresh):
    listed, number = place
    path, key = f"{listed}/{number}/custom_attributes", fresh("key")
    assert api("GET", path).json() == []
    assert api("PUT", f"{path}/{key}", json={}).json() == {"error": "value is missing"}
    assert api("PUT", f"{path}/{key}", json={"value": "one"}).json() == {"key": key, "value": "one"}
    assert api("PUT", f"{path}/{key}", json={"value": "two"}).status_code == 200
    assert api("GET", f"{path}/{key}").json() == {"key": key, "value": "two"}
    assert api("GET", path).json() == [{"key": key, "value": "two"}]
    shown = api("GET", listed, params={f"custom_attributes[{key}]": "two", "with_custom_attributes": "true"}).json()
    assert [(one["id"], one["custom_attributes"]) for one in shown] == [(number, [{"key": key, "value": "two"}])]
    assert api("GET", listed, params={f"custom_attributes[{key}]": "one"}).json() == []
    alone = api("GET", f"{listed}/{number}", params={"with_custom_attributes": "true"}).json()
    assert alone["custom_attributes"] == [{"key": key, "value": "two"}]
    assert "custom_attributes" not in api("GET", f"{listed}/{number}").json()
    assert [api("DELETE", f"{path}/{key}").status_code for _ in range(2)] == [204, 404]
    assert api("GET", f"{path}/{key}").status_code == 404


def test_others_neither_see_nor_set_them(api, place, acting, person, fresh):
    listed, number = place
    path, other = f"{listed}/{number}/custom_attributes", acting(person())
    assert api("PUT", f"{path}/secret", json={"value": fresh("v")}).status_code == 200
    assert [other("GET", path).status_code, other("PUT", f"{path}/x", json={"value": "v"}).status_code] == [403, 403]
    assert "custom_attributes" not in other("GET", f"{listed}/{number}", params={"with_custom_attributes": "true"}).json()
    wanted = {"custom_attributes[secret]": "no such value", "per_page": 1}
    found = other("GET", listed, params=wanted | ({"all_available": "true"} if listed == "/groups" else {}))
    assert len(found.json()) == 1
