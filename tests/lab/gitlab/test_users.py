import gitlab
import pytest

PASSWORDLESS = {"force_random_password": True}


def test_created_account(gl, fresh):
    name = fresh("account")
    user = gl.users.create({"username": name, "name": "Développeuse 1", "email": f"{name}@example.org", "reset_password": True})
    assert user.state == "active"
    assert user.is_admin is False
    assert user.confirmed_at is None
    assert user.created_by["username"] == "eiginfra-bot"
    assert gl.users.list(username=name.upper(), get_all=True)[0].id == user.id
    assert gl.users.list(search=f"{name}@example.org", get_all=True)[0].id == user.id
    assert gl.namespaces.get(user.namespace_id).kind == "user"


@pytest.mark.parametrize(
    ("fields", "status", "body"),
    [
        (PASSWORDLESS, 400, {"error": "email is missing, name is missing, username is missing"}),
        (
            {"email": "n@example.org", "name": "n", "username": "n-n"},
            400,
            {"error": "password, reset_password, force_random_password are missing, at least one parameter must be provided"},
        ),
        (
            {"email": "EIGINFRA-bot@example.org", "name": "n", "username": "n-n", **PASSWORDLESS},
            409,
            {"message": "Email has already been taken"},
        ),
        (
            {"email": "n@example.org", "name": "n", "username": "EIGinfra-bot", **PASSWORDLESS},
            409,
            {"message": "Username has already been taken"},
        ),
        ({"email": "n@example.org", "name": "n", "username": "eig", **PASSWORDLESS}, 409, {"message": "Username has already been taken"}),
        ({"email": "nope", "name": "n", "username": "n-n", **PASSWORDLESS}, 400, {"message": {"email": ["is invalid"]}}),
        (
            {"email": "n@example.org", "name": "n", "username": "n-n", "password": "short"},
            400,
            {"message": {"password": ["is too short (minimum is 8 characters)"]}},
        ),
        (
            {"email": "n@example.org", "name": "n", "username": "api", **PASSWORDLESS},
            400,
            {"message": {"username": ["api is a reserved name"]}},
        ),
    ],
)
def test_refused_accounts(api, fields, status, body):
    answer = api("POST", "/users", json=fields)
    assert (answer.status_code, answer.json()) == (status, body)


def test_bad_user_name(api):
    answer = api("POST", "/users", json={"email": "n@example.org", "name": "n", "username": "-n", **PASSWORDLESS})
    assert answer.json()["message"]["username"][0].startswith("can only include non-accented letters")


def test_only_administrators_manage_accounts(acting, person):
    other = acting(person())
    target = person()
    for method, path in (("POST", "/users"), ("PUT", f"/users/{target.id}"), ("POST", f"/users/{target.id}/block")):
        answer = other(method, path, json={"name": "x", "username": "x", "email": "x@example.org", **PASSWORDLESS})
        assert (answer.status_code, answer.json()) == (403, {"message": "403 Forbidden"})


def test_others_see_little(acting, person):
    target = person()
    shown = acting(person())("GET", "/users", params={"username": target.username}).json()[0]
    assert "email" not in shown
    assert shown["username"] == target.username
    assert acting(person())("GET", "/users", params={"search": target.email}).json() == []


def test_changes(gl, person, fresh):
    user, taken = person(), person()
    name = fresh("renamed")
    gl.users.update(user.id, {"username": name, "name": "New", "email": f"{name}@example.org", "admin": True, "note": "n"})
    changed = gl.users.list(username=name, get_all=True)[0]
    assert (changed.id, changed.name, changed.is_admin, changed.note) == (user.id, "New", True, "n")
    assert gl.users.list(username=user.username, get_all=True) == []
    with pytest.raises(gitlab.GitlabUpdateError) as caught:
        gl.users.update(user.id, {"email": taken.email})
    assert caught.value.response_code == 409


def test_a_blocked_account_is_in_no_list_but_an_administrators(api, person, acting):
    user, other = person(), acting(person())
    names = {"username": user.username}
    assert [seen["id"] for seen in other("GET", "/users", params=names).json()] == [user.id]
    api("POST", f"/users/{user.id}/block")
    assert other("GET", "/users", params=names).json() == []
    assert other("GET", f"/users/{user.id}").json()["state"] == "blocked"
    assert [seen["id"] for seen in api("GET", "/users", params=names).json()] == [user.id]


def test_block_and_deactivate(gl, api, person):
    user = person()
    assert api("POST", f"/users/{user.id}/block").json() is True
    assert gl.users.get(user.id).state == "blocked"
    assert user.username in [other.username for other in gl.users.list(blocked=True, get_all=True)]
    assert user.username not in [other.username for other in gl.users.list(active=True, get_all=True)]
    assert api("POST", f"/users/{user.id}/deactivate").status_code == 403
    assert api("POST", f"/users/{user.id}/unblock").json() is True
    assert api("POST", f"/users/{user.id}/deactivate").json() is True
    assert api("POST", f"/users/{user.id}/activate").json() is True
    answer = api("POST", "/users/1/block")
    assert answer.json()["message"].startswith("403 Forbidden - The API initiating user cannot be blocked")


def test_removed_account_is_gone_everywhere(gl, api, group, person):
    user = person()
    group.members.create({"user_id": user.id, "access_level": 30})
    assert api("DELETE", f"/users/{user.id}").status_code == 204
    assert api("GET", f"/users/{user.id}").json() == {"message": "404 User Not Found"}
    assert [member.username for member in group.members.list(get_all=True)] == ["eiginfra-bot"]
    assert api("GET", f"/groups/{user.username}").status_code == 404


def test_sole_owner_stays(gl, api, group, person):
    user = person()
    group.members.create({"user_id": user.id, "access_level": 50})
    group.members.delete(1)
    assert api("DELETE", f"/users/{user.id}").status_code == 409


def test_namespaces(gl, api, person, acting, group):
    user = person()
    assert gl.namespaces.get("eig").kind == "group"
    assert api("GET", "/namespaces/none").json() == {"message": "404 Namespace Not Found"}
    assert api("GET", "/namespaces/eig/exists").json() == {"exists": True, "suggests": ["eig1"]}
    assert api("GET", "/namespaces/free/exists", params={"parent_id": group.id}).json() == {"exists": False, "suggests": []}
    own = acting(user)("GET", "/namespaces").json()
    assert [namespace["full_path"] for namespace in own] == [user.username]
    assert [found.full_path for found in gl.namespaces.list(search=group.path, get_all=True)] == [group.path]


ED25519 = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{}9v0jXvU8mYJm1mJ2Yk0p7u9yA1Q2c3d4e5f6g7h8i9 lab"


def test_ssh_keys(gl, api, person, acting):
    user, other = person(), person()
    key = user.keys.create({"title": "laptop", "key": ED25519.format("A")})
    assert [found.id for found in gl.users.get(user.id).keys.list(get_all=True)] == [key.id]
    answer = api("POST", f"/users/{other.id}/keys", json={"title": "same", "key": ED25519.format("A")})
    assert (answer.status_code, answer.json()) == (400, {"message": {"fingerprint_sha256": ["has already been taken"]}})
    assert api("POST", f"/users/{other.id}/keys", json={"title": "bad", "key": "ssh-ed25519 ???"}).status_code == 400
    assert acting(other)("POST", f"/users/{user.id}/keys", json={"title": "t", "key": ED25519.format("B")}).status_code == 403
    assert acting(user)("DELETE", f"/user/keys/{key.id}").status_code == 204


def test_memberships(api, group, person):
    user = person()
    group.members.create({"user_id": user.id, "access_level": 20})
    expected = {"source_id": group.id, "source_name": group.name, "source_type": "Namespace", "access_level": 20}
    assert api("GET", f"/users/{user.id}/memberships").json() == [expected]
    assert api("GET", f"/users/{user.id}/memberships", params={"type": "Project"}).json() == []


def test_keyset_of_users(gl, person):
    made = {person().id for _ in range(3)}
    seen = [user.id for user in gl.users.list(iterator=True, pagination="keyset", order_by="id", per_page=2)]
    assert made <= set(seen)
    assert len(seen) == len(set(seen))


def test_who_did_nothing_has_no_events(api, group, person, acting, stranger):
    idle, busy, member = person(), person(), person()
    assert acting(busy)("PUT", "/user/status", json={"emoji": "tea"}).status_code == 200
    project = api("POST", "/projects", json={"name": "p", "namespace_id": group.id}).json()
    assert api("POST", f"/projects/{project['id']}/members", json={"user_id": member.id, "access_level": 10}).status_code == 201
    group.members.create({"user_id": idle.id, "access_level": 10})
    for name in (idle.id, idle.username):
        assert stranger("GET", f"/users/{name}/events").json() == []
    assert [api("GET", f"/users/{user.id}/events").status_code for user in (busy, member)] == [501, 501]
    assert api("GET", "/users/999999/events").status_code == 404
