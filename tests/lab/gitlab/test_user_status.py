"""What people say of what they do."""

EMPTY = {"emoji": None, "message": None, "availability": None, "message_html": "", "clear_status_at": None}


def test_a_status_is_set_changed_in_part_and_taken_away(acting, person, stranger):
    user = person()
    own = acting(user)
    assert own("GET", "/user/status").json() == EMPTY
    set_ = own("PUT", "/user/status", json={"message": "Back soon", "availability": "busy", "clear_status_after": "1_day"}).json()
    assert set_["clear_status_at"] > "20"
    assert set_ | {"clear_status_at": None} == {
        "emoji": "speech_balloon", "message": "Back soon", "availability": "busy", "message_html": "Back soon", "clear_status_at": None,
    }  # fmt: skip
    for name in (user.id, user.username):
        assert stranger("GET", f"/users/{name}/status").json() == set_
    assert own("PATCH", "/user/status", json={"emoji": "coffee"}).json()["message"] == "Back soon"
    changed = own("PUT", "/user/status", json={"emoji": "tea"}).json()
    assert (changed["emoji"], changed["message"], changed["availability"]) == ("tea", None, "not_set")
    assert own("PUT", "/user/status", json={}).json() == EMPTY
    assert stranger("GET", "/users/nobody-of-this-name/status").status_code == 404


def test_a_status_has_limits(acting, person):
    own = acting(person())
    for fields, answer in (
        ({"message": "m" * 101}, {"message": {"message": ["is too long (maximum is 100 characters)"]}}),
        ({"emoji": "No Emoji"}, {"message": {"emoji": ["is not a valid emoji name"]}}),
        ({"clear_status_after": "2_days"}, {"error": "clear_status_after does not have a valid value"}),
    ):
        refused = own("PUT", "/user/status", json=fields)
        assert (refused.status_code, refused.json()) == (400, answer)
    assert own("PUT", "/user/status", json={"message": "**bold**"}).status_code == 501
    assert own("GET", "/user/status").json() == EMPTY
