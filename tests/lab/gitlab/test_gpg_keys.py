"""GPG keys of people."""


def block(text):
    return f"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n{text}\n-----END PGP PUBLIC KEY BLOCK-----"


def test_gpg_keys_belong_to_one_person(api, acting, person, fresh, stranger):
    user = person()
    own, text = acting(user), block(fresh("key"))
    key = own("POST", "/user/gpg_keys", json={"key": f"\n{text}\n"}).json()
    assert key["key"] == text
    assert own("GET", f"/user/gpg_keys/{key['id']}").json() == key
    assert own("POST", "/user/gpg_keys", json={"key": text}).json() == {"message": {"key": ["has already been taken"]}}
    refused = own("POST", "/user/gpg_keys", json={"key": "no key"}).json()["message"]["key"]
    assert refused[0].startswith("is invalid. A valid public GPG key begins with")
    assert stranger("GET", f"/users/{user.id}/gpg_keys").json() == [key]
    path = f"/users/{user.id}/gpg_keys"
    assert own("POST", path, json={"key": block(fresh("key"))}).status_code == 403
    second = api("POST", path, json={"key": block(fresh("key"))}).json()
    assert [one["id"] for one in own("GET", "/user/gpg_keys").json()] == [key["id"], second["id"]]
    assert api("DELETE", f"{path}/{second['id']}").status_code == 204
    assert own("DELETE", f"/user/gpg_keys/{key['id']}").status_code == 204
    assert own("GET", f"/user/gpg_keys/{key['id']}").json() == {"message": "404 GPG Key Not Found"}
