"""Accounts: the current user, and users as administrators manage them."""

import re
from typing import Any

from eiginfra.lab.gitlab import params, present_users
from eiginfra.lab.gitlab.call import Answer, GitLabCall, Route, created, gone, ok, takes
from eiginfra.lab.gitlab.errors import bad_parameters, conflict, invalid, not_found
from eiginfra.lab.gitlab.invitations import accept_pending
from eiginfra.lab.gitlab.names import PATH_RULE, reserved, valid_path
from eiginfra.lab.gitlab.pagination import KEYSET, by_cursor, paginate, wants_keyset
from eiginfra.lab.gitlab.records import UserRecord

_EMAIL = re.compile(r"[^@\s<>]+@[^@\s<>]+")
_PASSWORD_LENGTH = 8
# Accounts that only administrators see in lists (app/finders/users_finder.rb).
_HIDDEN = frozenset({"blocked", "banned", "ldap_blocked"})

_PROFILE = {
    "bio": params.string(),
    "location": params.string(),
    "public_email": params.string(),
    "linkedin": params.string(),
    "twitter": params.string(),
    "discord": params.string(),
    "github": params.string(),
    "website_url": params.string(),
    "organization": params.string(),
    "job_title": params.string(),
    "pronouns": params.string(),
    "note": params.string(),
    "projects_limit": params.integer(),
    "can_create_group": params.boolean(),
    "external": params.boolean(),
    "private_profile": params.boolean(),
    "theme_id": params.integer(),
    "color_scheme_id": params.integer(),
}
_ACCOUNT = {"admin": params.boolean(), "password": params.string()}


def current(call: GitLabCall) -> Answer:
    """GET /user."""
    user = call.known_user()
    present = present_users.with_admin if user.admin else present_users.public
    return ok(present(call.state, user))


@takes(
    {
        "username": params.string(),
        "search": params.string(),
        "active": params.boolean(default=False),
        "blocked": params.boolean(default=False),
        "humans": params.boolean(default=False),
        "external": params.boolean(default=False),
        "exclude_external": params.boolean(default=False),
        "admins": params.boolean(default=False),
        "created_after": params.instant(),
        "created_before": params.instant(),
        "order_by": params.string("id", "name", "username", "created_at", "updated_at", default="id"),
        "sort": params.string("asc", "desc", default="desc"),
        **KEYSET,
    }
)
def index(call: GitLabCall) -> Answer:
    """GET /users."""
    call.known_user()
    given = call.given
    state = call.state
    if given.get("username"):
        number = state.user_names.get(given["username"].lower())
        found = [state.users[number]] if number else []
    else:
        found = list(state.users.values())
    found = [user for user in found if _wanted(user, given, admin=call.admin)]
    key = {"updated_at": "created_at"}.get(given["order_by"], given["order_by"])
    found.sort(key=lambda user: (getattr(user, key), user.id), reverse=given["sort"] == "desc")
    present = present_users.with_admin if call.admin else present_users.basic
    if wants_keyset(call):
        return by_cursor(call, found, lambda user: present(state, user), lambda user: user.id)
    return paginate(call, found, lambda user: present(state, user))


def _wanted(user: UserRecord, given: dict[str, Any], *, admin: bool) -> bool:
    if not admin and user.state in _HIDDEN:
        return False
    if given["active"] and user.state != "active":
        return False
    if given["blocked"] and user.state != "blocked":
        return False
    external = bool(user.settings.get("external"))
    if (given["external"] and not external) or (given["exclude_external"] and external):
        return False
    if given["admins"] and admin and not user.admin:
        return False
    if "created_after" in given and user.created_at <= given["created_after"]:
        return False
    if "created_before" in given and user.created_at >= given["created_before"]:
        return False
    text = (given.get("search") or "").lower()
    if not text:
        return True
    # Others than administrators find e-mail addresses only whole, and only public ones.
    by_mail = user.email.lower() == text if admin else user.settings.get("public_email", "").lower() == text
    return by_mail or text in user.name.lower() or text in user.username.lower() or (admin and text in user.email.lower())


def show(call: GitLabCall) -> Answer:
    """GET /users/:id."""
    call.known_user()
    user = find_user(call)
    if call.admin:
        return ok(present_users.with_admin(call.state, user))
    extra = ("created_at", "bio", "location", "linkedin", "twitter", "discord", "website_url", "github", "job_title")
    shown = present_users.public(call.state, user)
    names = (*extra, "pronouns", "organization", "bot", "work_information", "local_time")
    return ok({**present_users.basic(call.state, user), **{name: shown[name] for name in names}})


@takes(
    {
        "email": params.string(required=True),
        "name": params.string(required=True),
        "username": params.string(required=True),
        "reset_password": params.boolean(),
        "force_random_password": params.boolean(),
        "skip_confirmation": params.boolean(default=False),
        **_ACCOUNT,
        **_PROFILE,
    },
    params.at_least_one("password", "reset_password", "force_random_password"),
)
def create(call: GitLabCall) -> Answer:
    """POST /users, for administrators."""
    admin = call.known_admin()
    given = call.given
    generated = bool(given.get("reset_password") or given.get("force_random_password"))
    if not generated and "password" not in given:
        raise bad_parameters("password is missing")
    state = call.state
    _check_free(call, given["username"], given["email"])
    _check(given, password=None if generated else given.get("password"))
    now = state.now()
    user = state.add_user(
        UserRecord(
            id=state.new_id("user"),
            username=given["username"],
            name=given["name"],
            email=given["email"],
            namespace_id=state.new_id("namespace"),
            created_at=now,
            admin=bool(given.get("admin")),
            created_by=admin.id,
            confirmed_at=now if given["skip_confirmation"] else None,
            settings=_profile_of(given),
        )
    )
    if given["skip_confirmation"]:
        accept_pending(state, user)
    return created(present_users.with_admin(state, user))


@takes(
    {
        "email": params.string(),
        "name": params.string(),
        "username": params.string(),
        "skip_reconfirmation": params.boolean(),
        **_ACCOUNT,
        **_PROFILE,
    }
)
def modify(call: GitLabCall) -> Answer:
    """PUT /users/:id, for administrators."""
    call.known_admin()
    user = find_user(call)
    given = call.given
    username, email = given.get("username", user.username), given.get("email", user.email)
    _check_free(call, username, email, but=user)
    checked = {"username": username, "email": email, "name": given.get("name", user.name)}
    _check(checked, password=given.get("password"))
    call.state.rename_user(user, username=username, email=email)
    user.name = checked["name"]
    user.admin = user.admin if given.get("admin") is None else given["admin"]
    user.settings |= _profile_of(given)
    return ok(present_users.with_admin(call.state, user))


@takes({"hard_delete": params.boolean(default=False)})
def remove(call: GitLabCall) -> Answer:
    """DELETE /users/:id, for administrators; the last owner of a group stays."""
    call.known_admin()
    user = find_user(call)
    for kind, number in call.state.memberships[user.id]:
        if kind == "group" and (member := call.state.direct_member((kind, number), user.id)):
            owners = [other for other in call.state.direct_members((kind, number)) if other.access_level == 50]
            if member.access_level == 50 and len(owners) == 1 and not call.given["hard_delete"]:
                raise conflict("User cannot be removed while is the sole-owner of a group")
    call.state.remove_user(user)
    return gone()


def find_user(call: GitLabCall) -> UserRecord:
    """The user of the path's `:id`; raises ApiError 400 or 404."""
    wanted = call.path["id"]
    if not wanted.isdecimal():
        raise bad_parameters("id is invalid")
    user = call.state.users.get(int(wanted))
    if user is None:
        raise not_found("User")
    return user


def _check_free(call: GitLabCall, username: str, email: str, but: UserRecord | None = None) -> None:
    state = call.state
    own = but.id if but else None
    if state.emails.get(email.lower(), own) != own:
        raise conflict("Email has already been taken")
    kind, number = state.paths.get(username.lower(), ("user", own))
    if state.user_names.get(username.lower(), own) != own or (kind, number) != ("user", own):
        raise conflict("Username has already been taken")


def _check(given: dict[str, Any], password: str | None) -> None:
    errors: dict[str, list[str]] = {}
    if not _EMAIL.fullmatch(given["email"] or ""):
        errors["email"] = ["is invalid"]
    if not given["name"]:
        errors["name"] = ["can't be blank"]
    elif len(given["name"]) > 255:
        errors["name"] = ["is too long (maximum is 255 characters)"]
    if not valid_path(given["username"]):
        errors["username"] = [PATH_RULE]
    elif reserved(given["username"]):
        errors["username"] = [f"{given['username']} is a reserved name"]
    if password is not None and len(password) < _PASSWORD_LENGTH:
        errors["password"] = [f"is too short (minimum is {_PASSWORD_LENGTH} characters)"]
    if errors:
        raise invalid(**errors)


def _profile_of(given: dict[str, Any]) -> dict[str, Any]:
    return {name: given[name] for name in _PROFILE if given.get(name) is not None}


ROUTES: tuple[Route, ...] = (
    ("GET", "/user", current),
    ("GET", "/users", index),
    ("POST", "/users", create),
    ("GET", "/users/:id", show),
    ("PUT", "/users/:id", modify),
    ("DELETE", "/users/:id", remove),
)
