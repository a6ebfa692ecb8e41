"""Service accounts: accounts of programs, of the instance or of a top-level group."""

import secrets
from typing import Any

from eiginfra.lab.gitlab import params
from eiginfra.lab.gitlab.access import OWNER, authorize, find_group
from eiginfra.lab.gitlab.call import Answer, GitLabCall, Route, created, gone, ok, takes
from eiginfra.lab.gitlab.errors import bad_parameters, message, not_found
from eiginfra.lab.gitlab.pagination import PAGED, paginate
from eiginfra.lab.gitlab.records import GroupRecord, TokenRecord, UserRecord
from eiginfra.lab.gitlab.token_lists import NEW, ROTATION, make, present, rotate, with_secret

_FIELDS = {"name": params.string(), "username": params.string(), "email": params.string()}
_LIST = {
    "order_by": params.string("id", "username", default="id"),
    "sort": params.string("asc", "desc", default="desc"),
    **PAGED,
}


def _present(user: UserRecord) -> dict[str, Any]:
    return {"id": user.id, "username": user.username, "name": user.name, "email": user.email}


def _group(call: GitLabCall) -> GroupRecord | None:
    """The group of the path, None for the instance; raises GitLabHttpError 403 for who may not."""
    if "id" not in call.path:
        call.known_admin()
        return None
    group = find_group(call)
    authorize(call, ("group", group.id), OWNER)
    if group.parent_id is not None:
        raise message(400, "Group must be a top-level group")
    return group


def _of(call: GitLabCall, group: GroupRecord | None) -> list[UserRecord]:
    found = [user for user in call.state.users.values() if user.kind == "service_account"]
    return [user for user in found if group is None or user.settings.get("provisioned_by_group_id") == group.id]


@takes(_LIST)
def index(call: GitLabCall) -> Answer:
    """GET …/service_accounts."""
    given = call.given
    found = sorted(_of(call, _group(call)), key=lambda user: getattr(user, given["order_by"]), reverse=given["sort"] == "desc")
    return paginate(call, found, _present)


@takes(_FIELDS)
def create(call: GitLabCall) -> Answer:
    """POST …/service_accounts."""
    group, given, state = _group(call), call.given, call.state
    place = f"group_{group.id}_" if group else ""
    name = given.get("username") or f"service_account_{place}{secrets.token_hex(16)}"
    email = given.get("email") or f"{name}@noreply.127.0.0.1"
    _check_free(call, name, email)
    user = state.add_user(
        UserRecord(
            id=state.new_id("user"),
            username=name,
            name=given.get("name") or "Service account user",
            email=email,
            namespace_id=state.new_id("namespace"),
            created_at=state.now(),
            created_by=call.known_user().id,
            confirmed_at=state.now(),
            kind="service_account",
            settings={"provisioned_by_group_id": group.id} if group else {},
        )
    )
    return created(_present(user))


@takes(_FIELDS)
def update(call: GitLabCall) -> Answer:
    """PATCH …/service_accounts/:user_id."""
    user, given = _find(call), call.given
    name, email = given.get("username") or user.username, given.get("email") or user.email
    _check_free(call, name, email, but=user)
    call.state.rename_user(user, username=name, email=email)
    user.name = given.get("name") or user.name
    return ok(_present(user))


@takes({"hard_delete": params.boolean(default=False)})
def remove(call: GitLabCall) -> Answer:
    """DELETE /groups/:id/service_accounts/:user_id."""
    call.state.remove_user(_find(call))
    return gone()


def _check_free(call: GitLabCall, name: str, email: str, but: UserRecord | None = None) -> None:
    own, state = but.id if but else None, call.state
    if state.emails.get(email.lower(), own) != own:
        raise message(400, "Email has already been taken")
    if state.paths.get(name.lower(), ("user", own)) != ("user", own):
        raise message(400, "Username has already been taken")


def _find(call: GitLabCall) -> UserRecord:
    group, number = _group(call), call.path["user_id"]
    if not number.isdecimal():
        raise bad_parameters("user_id is invalid")
    for user in _of(call, group):
        if user.id == int(number):
            return user
    raise not_found("User")


@takes({"state": params.string("active", "inactive"), **PAGED})
def tokens(call: GitLabCall) -> Answer:
    """GET …/service_accounts/:user_id/personal_access_tokens."""
    user, state = _find(call), call.given.get("state")
    shown = [present(call, token) for token in call.state.tokens.values() if token.user_id == user.id]
    return paginate(call, [one for one in shown if state in (None, "active" if one["active"] else "inactive")], lambda one: one)


@takes(NEW)
def create_token(call: GitLabCall) -> Answer:
    """POST …/service_accounts/:user_id/personal_access_tokens."""
    return created(with_secret(call, make(call, _find(call))))


def revoke_token(call: GitLabCall) -> Answer:
    """DELETE …/service_accounts/:user_id/personal_access_tokens/:token_id."""
    _token(call).revoked = True
    return gone()


@takes(ROTATION)
def rotate_token(call: GitLabCall) -> Answer:
    """POST …/service_accounts/:user_id/personal_access_tokens/:token_id/rotate."""
    return ok(with_secret(call, rotate(call, _token(call))))


def _token(call: GitLabCall) -> TokenRecord:
    user = _find(call)
    for token in call.state.tokens.values():
        if (token.user_id, str(token.id)) == (user.id, call.path["token_id"]):
            return token
    raise not_found("Personal Access Token")


_GROUP = "/groups/:id/service_accounts"
_TOKENS = f"{_GROUP}/:user_id/personal_access_tokens"
ROUTES: tuple[Route, ...] = (
    ("GET", "/service_accounts", index),
    ("POST", "/service_accounts", create),
    ("PATCH", "/service_accounts/:user_id", update),
    ("GET", _GROUP, index),
    ("POST", _GROUP, create),
    ("PATCH", f"{_GROUP}/:user_id", update),
    ("DELETE", f"{_GROUP}/:user_id", remove),
    ("GET", _TOKENS, tokens),
    ("POST", _TOKENS, create_token),
    ("DELETE", f"{_TOKENS}/:token_id", revoke_token),
    ("POST", f"{_TOKENS}/:token_id/rotate", rotate_token),
)
