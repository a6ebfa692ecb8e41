"""Accounts beside people's own fields: who sees them, states, identities, and the accounts and tokens of programs."""

import pytest
import requests

PASSWORDLESS = {"force_random_password": True, "skip_confirmation": True}


def test_who_is_not_signed_in_finds_an_account_by_its_name_only(stranger, person):
    user = person()
    refused = stranger("GET", "/users")
    assert (refused.status_code, refused.json()) == (403, {"message": "403 Forbidden - Not authorized to access /api/v4/users"})
    assert [one["id"] for one in stranger("GET", "/users", params={"username": user.username}).json()] == [user.id]
    assert stranger("GET", f"/users/{user.id}").json() == {"message": "403 Forbidden - Not authorized!"}


def test_an_identity_is_kept_found_and_taken_away(api, fresh, acting, person):
    name, identity = fresh("openid"), {"provider": "openid_connect", "extern_uid": fresh("uid")}
    fields = {"username": name, "name": name, "email": f"{name}@example.org", **PASSWORDLESS}
    half = api("POST", "/users", json={**fields, "provider": "openid_connect"})
    assert half.json() == {"error": "provider, extern_uid provide all or none of parameters"}
    made = api("POST", "/users", json={**fields, **identity}).json()
    assert made["identities"] == [{**identity, "saml_provider_id": None}]
    assert [one["id"] for one in api("GET", "/users", params=identity).json()] == [made["id"]]
    assert acting(person())("GET", "/users", params=identity).status_code == 403
    other = {"provider": "openid_connect", "extern_uid": fresh("uid")}
    assert api("PUT", f"/users/{made['id']}", json=other).json()["identities"] == [{**other, "saml_provider_id": None}]
    assert api("DELETE", f"/users/{made['id']}/identities/openid_connect").status_code == 204
    assert api("GET", f"/users/{made['id']}").json()["identities"] == []


def test_states_of_accounts(api, person):
    user = person()
    path = f"/users/{user.id}"
    assert api("POST", f"{path}/unblock").json() is False
    assert api("POST", f"{path}/ban").json() is True
    assert api("GET", path).json()["state"] == "banned"
    assert api("POST", f"{path}/ban").json() == {"message": "You cannot ban banned users."}
    assert api("POST", f"{path}/unban").json() is True
    assert api("POST", f"{path}/unban").status_code == 403
    assert api("POST", f"{path}/approve").json() == {"message": "The user you are trying to approve is not pending approval"}
    assert api("POST", f"{path}/reject").status_code == 409


def test_who_was_active_of_late_is_not_deactivated(api, person, acting):
    user = person()
    assert acting(user)("GET", "/user").status_code == 200
    refused = api("POST", f"/users/{user.id}/deactivate")
    assert refused.status_code == 403
    assert "has been active in the past 90 days" in refused.json()["message"]


def test_a_new_address_counts_once_confirmed(api, person):
    user = person()
    address = f"new-{user.email}"
    assert api("PUT", f"/users/{user.id}", json={"email": address}).json()["email"] == user.email
    assert api("PUT", f"/users/{user.id}", json={"email": address, "skip_reconfirmation": True}).json()["email"] == address


@pytest.mark.parametrize("way", ["header", "parameter"])
def test_sudo_asks_as_somebody_else(api, person, acting, way):
    user = person()

    def ask(name, caller=api, **options):
        sent = {"headers": {"Sudo": str(name)}} if way == "header" else {"params": {"sudo": name}}
        return caller("GET", "/user", **sent, **options)

    assert ask(user.username).json()["id"] == ask(user.id).json()["id"] == user.id
    assert ask("nobody-of-this-name").json() == {"message": "404 User with ID or username 'nobody-of-this-name' Not Found"}
    assert ask(1, caller=acting(user)).json() == {"message": "403 Forbidden - Must be admin to use sudo"}


def test_access_tokens_belong_to_bots_that_are_members(api, gl, group, stranger):
    made = api("POST", f"/groups/{group.id}/access_tokens", json={"name": "ci", "scopes": ["api"], "access_level": 30})
    assert made.status_code == 201
    token = made.json()
    bot = api("GET", f"/users/{token['user_id']}").json()
    assert (bot["bot"], bot["name"], bot["username"].startswith(f"group_{group.id}_bot_")) == (True, "ci", True)
    assert api("GET", f"/groups/{group.id}/members/{bot['id']}").json()["access_level"] == 30
    assert stranger("GET", "/user", headers={"PRIVATE-TOKEN": token["token"]}).json()["id"] == bot["id"]
    path = f"/groups/{group.id}/access_tokens/{token['id']}"
    assert "token" not in api("GET", path).json()
    fresh = api("POST", f"{path}/rotate").json()
    assert stranger("GET", "/user", headers={"PRIVATE-TOKEN": token["token"]}).status_code == 401
    assert api("DELETE", f"/groups/{group.id}/access_tokens/{fresh['id']}").status_code == 204
    listed = {one["id"]: one["active"] for one in api("GET", f"/groups/{group.id}/access_tokens").json()}
    assert listed == {token["id"]: False, fresh["id"]: False}
    assert api("GET", f"/groups/{group.id}/access_tokens", params={"state": "active"}).json() == []


def test_a_token_is_not_above_who_makes_it_and_its_bot_is_no_last_owner(api, gl, fresh, person, acting):
    name, owner, maintainer = fresh("bots"), person(), person()
    other = acting(owner)
    group = other("POST", "/groups", json={"name": name, "path": name}).json()
    project = other("POST", "/projects", json={"name": "p", "namespace_id": group["id"]}).json()
    other("POST", f"/projects/{project['id']}/members", json={"user_id": maintainer.id, "access_level": 40})
    wanted = {"name": "t", "scopes": ["api"], "access_level": 50}
    assert acting(maintainer)("POST", f"/projects/{project['id']}/access_tokens", json=wanted).status_code == 400
    assert other("POST", f"/groups/{group['id']}/access_tokens", json=wanted).status_code == 201
    assert other("DELETE", f"/groups/{group['id']}/members/{owner.id}").status_code == 403


def test_deploy_tokens(api, group):
    path = f"/groups/{group.id}/deploy_tokens"
    made = api("POST", path, json={"name": "d", "scopes": ["read_repository"], "username": "reader"})
    assert (made.status_code, made.json()["token"][:5], made.json()["username"]) == (201, "gldt-", "reader")
    assert api("POST", path, json={"name": "d", "scopes": ["api"]}).json() == {"error": "scopes does not have a valid value"}
    (shown,) = api("GET", path).json()
    assert "token" not in shown
    assert shown["id"] in {one["id"] for one in api("GET", "/deploy_tokens").json()}
    assert api("DELETE", f"{path}/{shown['id']}").status_code == 204
    assert api("GET", f"{path}/{shown['id']}").status_code == 404


def test_service_accounts(api, group, person, acting):
    made = api("POST", "/service_accounts", json={}).json()
    assert (made["username"].startswith("service_account_"), made["name"]) == (True, "Service account user")
    assert acting(person())("POST", "/service_accounts", json={}).status_code == 403
    assert api("PATCH", f"/service_accounts/{made['id']}", json={"name": "Robot"}).json()["name"] == "Robot"
    own = api("POST", f"/groups/{group.id}/service_accounts", json={"username": f"robot-{group.id}"}).json()
    assert [one["id"] for one in api("GET", f"/groups/{group.id}/service_accounts").json()] == [own["id"]]
    path = f"/groups/{group.id}/service_accounts/{own['id']}/personal_access_tokens"
    token = api("POST", path, json={"name": "t", "scopes": ["api"]}).json()
    assert [one["id"] for one in api("GET", path).json()] == [token["id"]]
    assert api("DELETE", f"{path}/{token['id']}").status_code == 204
    assert api("GET", path, params={"state": "active"}).json() == []


def test_invitations_are_refused_whole_or_told_one_by_one(api, group):
    path = f"/groups/{group.id}/invitations"
    assert api("POST", path, json={"access_level": 30}).json() == {
        "error": "email, user_id are missing, at least one parameter must be provided"
    }
    assert api("POST", path, json={"email": "a@example.org,nonsense", "access_level": 30}).status_code == 400
    late = api("POST", path, json={"email": "late@example.org", "access_level": 30, "expires_at": "2001-01-01"})
    assert late.json() == {"status": "error", "message": {"late@example.org": "Expires at cannot be a date in the past"}}
    assert api("PUT", f"{path}/late@example.org", json={}).status_code == 404


def test_masked_values_by_two_rules_and_hidden_ones_stay_masked(api, group):
    path = f"/groups/{group.id}/variables"
    for fields, status in (
        ({"value": "with-$-sign"}, 400),
        ({"value": "with-$-sign", "raw": True}, 201),
        ({"value": "with blank"}, 400),
        ({"value": "short"}, 400),
        ({"value": "Plain_+=/@:.~-"}, 201),
    ):
        answer = api("POST", path, json={"key": f"K{len(fields['value'])}{status}{len(fields)}", "masked": True, **fields})
        assert (fields, answer.status_code) == (fields, status)
    api("POST", path, json={"key": "HIDDEN", "value": "12345678", "masked_and_hidden": True})
    refused = api("PUT", f"{path}/HIDDEN", json={"masked": False})
    assert refused.json() == {"message": {"base": ["The visibility setting cannot be changed for masked and hidden variables."]}}


def test_avatars_are_uploaded_and_taken_away(api, group, person):
    project = api("POST", "/projects", json={"name": "p", "namespace_id": group.id, "visibility": "public"}).json()
    for path, kind in ((f"/users/{person().id}", "user"), (f"/groups/{group.id}", "group"), (f"/projects/{project['id']}", "project")):
        before = api("GET", path).json()["avatar_url"]
        shown = api("PUT", path, files={"avatar": ("me.png", b"png", "image/png")}).json()
        assert shown["avatar_url"].endswith(f"/uploads/-/system/{kind}/avatar/{path.rpartition('/')[2]}/me.png")
        served = requests.get(shown["avatar_url"], timeout=10)
        assert (served.content, served.headers["content-type"]) == (b"png", "image/png")
        if kind != "user":
            assert api("GET", f"{path}/avatar").content == b"png"
        assert api("PUT", path, json={"avatar": ""}).json()["avatar_url"] == before
        assert requests.get(shown["avatar_url"], timeout=10).status_code == 404


def test_further_addresses_and_keys_are_found(api, person, acting):
    user = person()
    path, address = f"/users/{user.id}/emails", f"second-{user.email}"
    made = api("POST", path, json={"email": address, "skip_confirmation": True}).json()
    assert made["confirmed_at"] is not None
    assert [one["email"] for one in api("GET", path).json()] == [address]
    assert api("POST", path, json={"email": address}).json() == {"message": {"email": ["has already been taken"]}}
    own = acting(user)
    assert own("GET", f"/user/emails/{made['id']}").json()["email"] == address
    assert api("DELETE", f"{path}/{made['id']}").status_code == 204
    key = own("POST", "/user/keys", json={"title": "k", "key": f"ssh-ed25519 {user.id:068d}"}).json()
    assert api("GET", f"/keys/{key['id']}").json()["user"]["id"] == user.id
    assert api("GET", "/keys", params={"fingerprint": "SHA256:none"}).status_code == 404
    assert own("GET", f"/keys/{key['id']}").status_code == 403


def test_variables_of_the_instance(api, acting, person):
    path = "/admin/ci/variables"
    assert acting(person())("GET", path).status_code == 403
    assert api("POST", path, json={"key": "K", "value": "v"}).status_code == 201
    assert api("PUT", f"{path}/K", json={"value": "w"}).json()["value"] == "w"
    assert [one["key"] for one in api("GET", path).json()] == ["K"]
    assert api("DELETE", f"{path}/K").status_code == 204


def test_labels_are_subscribed_to_and_promoted(api, group):
    project = api("POST", "/projects", json={"name": "p", "namespace_id": group.id}).json()
    path = f"/projects/{project['id']}/labels"
    api("POST", path, json={"name": "up", "color": "red"})
    assert api("POST", f"{path}/up/subscribe").json()["subscribed"] is True
    assert api("POST", f"{path}/up/subscribe").status_code == 304
    assert api("POST", f"{path}/up/unsubscribe").json()["subscribed"] is False
    assert api("PUT", f"{path}/up/promote").status_code == 200
    assert [one["name"] for one in api("GET", f"/groups/{group.id}/labels").json()] == ["up"]
