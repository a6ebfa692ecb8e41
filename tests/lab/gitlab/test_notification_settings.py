"""Of what people want to be told."""


def test_levels_are_kept_for_each_person_and_place(acting, person, group):
    user = person()
    own, other = acting(user), acting(person())
    assert own("GET", "/notification_settings").json() == {"level": "participating", "notification_email": user.email}
    place = f"/groups/{group.id}/notification_settings"
    assert own("GET", place).json() == {"level": "global"}
    assert own("PUT", place, json={"level": "disabled"}).json() == {"level": "disabled"}
    assert own("PUT", "/notification_settings", json={"level": "watch"}).json()["level"] == "watch"
    assert (own("GET", place).json(), other("GET", place).json()) == ({"level": "disabled"}, {"level": "global"})
    project = own("POST", "/projects", json={"name": "p"}).json()
    assert own("PUT", f"/projects/{project['id']}/notification_settings", json={"level": "mention"}).json() == {"level": "mention"}
    assert other("GET", f"/projects/{project['id']}/notification_settings").status_code == 404


def test_what_is_no_level_or_no_address_of_ones_own_is_refused(api, acting, person, stranger):
    user = person()
    own, path = acting(user), "/notification_settings"
    assert own("PUT", path, json={"level": "loud"}).json() == {"message": "'loud' is not a valid level"}
    assert own("PUT", path, json={"level": "custom"}).status_code == 501
    assert own("PUT", path, json={"new_note": True}).status_code == 501
    refused = own("PUT", path, json={"notification_email": "someone@example.org", "level": "watch"})
    assert refused.json() == {"message": {"notification_email": ["must be an email you have verified"]}}
    assert own("GET", path).json()["level"] == "participating"
    second = f"second-{user.email}"
    api("POST", f"/users/{user.id}/emails", json={"email": second, "skip_confirmation": True})
    assert own("PUT", path, json={"notification_email": second}).json()["notification_email"] == second
    assert own("GET", path).json()["notification_email"] == second
    assert stranger("GET", path).status_code == 401
