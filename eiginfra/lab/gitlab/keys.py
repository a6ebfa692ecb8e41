"""SSH keys of users."""

import base64
import binascii
from collections.abc import Iterator
from hashlib import sha256

from eiginfra.lab.gitlab import params, present_users
from eiginfra.lab.gitlab.call import Answer, GitLabCall, Route, created, gone, ok, takes
from eiginfra.lab.gitlab.errors import invalid, not_found
from eiginfra.lab.gitlab.pagination import PAGED, paginate
from eiginfra.lab.gitlab.records import Json, UserRecord

_TYPES = ("ssh-ed25519", "ssh-rsa", "ecdsa-sha2-nistp256", "sk-ssh-ed25519@openssh.com")


def _of(call: GitLabCall, user: UserRecord) -> list[Json]:
    keys: list[Json] = call.state.extra["ssh_key"].setdefault(f"user:{user.id}", [])
    return keys


def _user(call: GitLabCall) -> UserRecord:
    """Oneself under `/user/keys`, else the user of the path, whom only administrators change."""
    asking = call.known_user()
    if "id" not in call.path:
        return asking
    user = call.state.users.get(int(call.path["id"])) if call.path["id"].isdecimal() else None
    if user is None:
        raise not_found("User")
    if call.method != "GET":
        call.known_admin()
    return user


@takes(PAGED)
def index(call: GitLabCall) -> Answer:
    """GET /user/keys and GET /users/:id/keys."""
    return paginate(call, _of(call, _user(call)), lambda key: key)


def show(call: GitLabCall) -> Answer:
    """GET …/keys/:key_id."""
    return ok(_find(call)[1])


@takes(
    {
        "title": params.string(required=True),
        "key": params.string(required=True),
        "expires_at": params.day(),
        "usage_type": params.string("auth", "signing", "auth_and_signing", default="auth_and_signing"),
    }
)
def create(call: GitLabCall) -> Answer:
    """POST …/keys; a key belongs to one user."""
    user = _user(call)
    given = call.given
    print_ = fingerprint(given["key"] or "")
    if print_ is None:
        raise invalid(key=["is invalid"], fingerprint_sha256=["cannot be generated"])
    if any(fingerprint(key["key"]) == print_ for keys in call.state.extra["ssh_key"].values() for key in keys):
        raise invalid(fingerprint_sha256=["has already been taken"])
    key = {
        "id": call.state.new_id("ssh_key"),
        "title": given["title"],
        "created_at": call.state.now(),
        "expires_at": given.get("expires_at"),
        "last_used_at": None,
        "key": given["key"],
        "usage_type": given["usage_type"],
    }
    _of(call, user).append(key)
    return created(key)


def remove(call: GitLabCall) -> Answer:
    """DELETE …/keys/:key_id."""
    keys, key = _find(call)
    keys.remove(key)
    return gone()


def _find(call: GitLabCall) -> tuple[list[Json], Json]:
    keys = _of(call, _user(call))
    key = next((key for key in keys if str(key["id"]) == call.path["key_id"]), None)
    if key is None:
        raise not_found("Key")
    return keys, key


def show_any(call: GitLabCall) -> Answer:
    """GET /keys/:id, for administrators."""
    call.known_admin()
    for owner, key in _all(call):
        if str(key["id"]) == call.path["id"]:
            return ok(_with_owner(call, owner, key))
    raise not_found()


@takes({"fingerprint": params.string(required=True)})
def by_fingerprint(call: GitLabCall) -> Answer:
    """GET /keys, the one with a fingerprint, for administrators; a deploy key with its projects."""
    call.known_admin()
    wanted = call.given["fingerprint"]
    for owner, key in _all(call):
        digest = bytes.fromhex(fingerprint(key["key"]) or "")
        if wanted == "SHA256:" + base64.b64encode(digest).decode().rstrip("="):
            return ok(_with_owner(call, owner, key))
    raise not_found("Key")


def _all(call: GitLabCall) -> Iterator[tuple[str, Json]]:
    for owner, keys in call.state.extra["ssh_key"].items():
        yield from ((owner, key) for key in keys)
    for key in call.state.extra["deploy_key"].values():
        yield "", key


def _with_owner(call: GitLabCall, owner: str, key: Json) -> Json:
    if owner:
        user = call.state.users[int(owner.removeprefix("user:"))]
        return {**key, "user": present_users.basic(call.state, user)}
    links = call.state.extra["deploy_key_link"].items()
    projects = [
        {"deploy_key_id": key["id"], "project_id": int(source.partition(":")[2]), "can_push": held[str(key["id"])]}
        for source, held in links
        if str(key["id"]) in held
    ]
    shown = {name: value for name, value in key.items() if name != "public"}
    return {**shown, "user": None, "deploy_keys_projects": projects}


def fingerprint(text: str) -> str | None:
    """The SHA-256 of a public key in hexadecimal digits; None if it is no key."""
    kind, _, rest = text.strip().partition(" ")
    try:
        body = base64.b64decode(rest.partition(" ")[0], validate=True)
    except binascii.Error:
        return None
    return sha256(body).hexdigest() if kind in _TYPES and body else None


ROUTES: tuple[Route, ...] = (
    ("GET", "/keys", by_fingerprint),
    ("GET", "/keys/:id", show_any),
    *(
        route
        for base in ("/user/keys", "/users/:id/keys")
        for route in (
            ("GET", base, index),
            ("POST", base, create),
            ("GET", f"{base}/:key_id", show),
            ("DELETE", f"{base}/:key_id", remove),
        )
    ),
)
