import pytest
import requests


def test_wrong_token(gitlab_lab):
    answer = requests.get(f"{gitlab_lab.urls['gitlab']}/api/v4/user", headers={"PRIVATE-TOKEN": "x"}, timeout=5)
    assert (answer.status_code, answer.json()) == (401, {"message": "401 Unauthorized"})


@pytest.mark.parametrize("path", ["/user", "/version", "/namespaces", "/personal_access_tokens/self"])
def test_no_token(stranger, path):
    answer = stranger("GET", path)
    assert (answer.status_code, answer.json()) == (401, {"message": "401 Unauthorized"})


def test_ways_to_send_a_token(stranger, api):
    token = api.session.headers["PRIVATE-TOKEN"]
    assert stranger("GET", "/user", headers={"Authorization": f"Bearer {token}"}).json()["username"] == "eiginfra-bot"
    assert stranger("GET", "/user", params={"private_token": token}).status_code == 200
    assert stranger("GET", "/user", params={"access_token": token}).status_code == 200


def test_unknown_paths_and_methods(api):
    for path in ("/nothing", "/projects/1/nothing", "/groups/2/nothing/1"):
        answer = api("GET", path)
        assert (answer.status_code, answer.json()) == (404, {"error": "404 Not Found"})
    answer = api("PATCH", "/groups/2")
    assert (answer.status_code, answer.json()) == (405, {"error": "405 Not Allowed"})
    assert "PUT" in answer.headers["Allow"]


def test_head(api):
    answer = api("HEAD", "/user")
    assert answer.status_code == 200
    assert answer.content == b""


def test_reading_scope_may_not_write(acting, person):
    reader = acting(person(), "read_api")
    assert reader("GET", "/user").status_code == 200
    answer = reader("POST", "/groups", json={"name": "x", "path": "x"})
    assert answer.status_code == 403
    assert answer.json()["error"] == "insufficient_scope"
    assert answer.json()["scope"] == "api"


def test_revoked_and_expired_tokens(person, acting, gitlab_lab, monkeypatch):
    user = person()
    other = acting(user)
    assert other("DELETE", "/personal_access_tokens/self").status_code == 204
    assert other("GET", "/user").json()["error"] == "invalid_token"
    token = user.personal_access_tokens.create({"name": "old", "scopes": ["api"], "expires_at": "2000-01-01"})
    answer = other("GET", "/user", headers={"PRIVATE-TOKEN": token.token})
    assert answer.status_code == 401
    assert answer.json()["error_description"].startswith("Token is expired")


def test_blocked_user(person, acting):
    user = person()
    other = acting(user)
    user.block()
    assert other("GET", "/user").json() == {"message": "403 Forbidden - Your account has been blocked."}
    user.unblock()
    assert other("GET", "/user").status_code == 200


def test_own_token_is_described(api):
    shown = api("GET", "/personal_access_tokens/self").json()
    assert shown["scopes"] == ["api", "sudo"]
    assert shown["active"] is True
    assert "token" not in shown


@pytest.mark.parametrize("path", ["/version", "/metadata"])
def test_version(api, path):
    assert api("GET", path).json()["version"].startswith("18.")
