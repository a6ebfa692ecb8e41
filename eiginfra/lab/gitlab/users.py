"""Accounts: the current user, and users as administrators manage them."""

import re
from typing import Any

from eiginfra.lab.gitlab import custom_attributes, params, present_users
from eiginfra.lab.gitlab.access import find_user
from eiginfra.lab.gitlab.call import Answer, GitLabCall, Route, created, gone, ok, takes
from eiginfra.lab.gitlab.errors import bad_parameters, conflict, forbidden, invalid
from eiginfra.lab.gitlab.instance_settings import setting
from eiginfra.lab.gitlab.invitations import accept_pending
from eiginfra.lab.gitlab.names import PATH_RULE, reserved, valid_path
from eiginfra.lab.gitlab.records import UserRecord

_EMAIL = re.compile(r"[^@\s<>]+@[^@\s<>]+")
_PASSWORD_LENGTH = 8

_PROFILE = {
    "avatar": params.file(),
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
_IDENTITY = ("provider", "extern_uid")
_ACCOUNT = {**{name: params.string() for name in _IDENTITY}, "admin": params.boolean(), "password": params.string()}


def current(call: GitLabCall) -> Answer:
    """GET /user."""
    user = call.known_user()
    present = present_users.with_admin if user.admin else present_users.public
    return ok(present(call.state, user))


@takes(custom_attributes.SHOWN)
def show(call: GitLabCall) -> Answer:
    """GET /users/:id."""
    if call.user is None:
        raise forbidden("Not authorized!")
    user = find_user(call)
    if call.admin:
        return ok(present_users.with_admin(call.state, user) | custom_attributes.shown(call, f"user:{user.id}"))
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
    params.all_or_none(*_IDENTITY),
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
            identities=[{name: given[name] for name in _IDENTITY}] if given.get("provider") else [],
            settings={"projects_limit": setting(state, "default_projects_limit"), **_profile_of(given)},
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
        "skip_reconfirmation": params.boolean(default=False),
        **_ACCOUNT,
        **_PROFILE,
    },
    params.all_or_none(*_IDENTITY),
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
    # A new address counts once its owner has confirmed it, unless the administrator vouches for it.
    call.state.rename_user(user, username=username, email=email if given["skip_reconfirmation"] else user.email)
    if given.get("provider"):
        others = [one for one in user.identities if one["provider"] != given["provider"]]
        user.identities = [*others, {name: given[name] for name in _IDENTITY}]
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
            owners = [
                other
                for other in call.state.direct_members((kind, number))
                if other.access_level == 50 and call.state.users[other.user_id].kind == "human"
            ]
            if member.access_level == 50 and len(owners) == 1 and not call.given["hard_delete"]:
                raise conflict("User cannot be removed while is the sole-owner of a group")
    call.state.remove_user(user)
    return gone()


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
    profile = {name: given[name] for name in _PROFILE if given.get(name) is not None}
    # Who is external makes neither groups nor projects.
    return profile | ({"can_create_group": False, "projects_limit": 0} if profile.get("external") else {})


ROUTES: tuple[Route, ...] = (
    ("GET", "/user", current),
    ("POST", "/users", create),
    ("GET", "/users/:id", show),
    ("PUT", "/users/:id", modify),
    ("DELETE", "/users/:id", remove),
)
