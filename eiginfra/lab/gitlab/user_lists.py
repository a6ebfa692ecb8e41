"""The list of accounts, with its filters; who is not signed in finds one account by its name."""

from typing import Any

from eiginfra.lab.gitlab import custom_attributes, params, present_users
from eiginfra.lab.gitlab.call import Answer, GitLabCall, Route, takes
from eiginfra.lab.gitlab.errors import forbidden
from eiginfra.lab.gitlab.pagination import KEYSET, by_cursor, paginate, wants_keyset
from eiginfra.lab.gitlab.records import UserRecord
from eiginfra.lab.gitlab.state import GitLabState

# Accounts that only administrators see in lists (app/finders/users_finder.rb).
_HIDDEN = frozenset({"blocked", "banned", "ldap_blocked"})
_IDENTITY = ("provider", "extern_uid")


@takes(
    {
        "username": params.string(),
        "extern_uid": params.string(),
        "provider": params.string(),
        "search": params.string(),
        "active": params.boolean(default=False),
        "blocked": params.boolean(default=False),
        "humans": params.boolean(default=False),
        "exclude_active": params.boolean(default=False),
        "exclude_humans": params.boolean(default=False),
        "without_project_bots": params.boolean(default=False),
        "without_projects": params.boolean(default=False),
        "external": params.boolean(default=False),
        "exclude_external": params.boolean(default=False),
        "admins": params.boolean(default=False),
        "created_after": params.instant(),
        "created_before": params.instant(),
        "order_by": params.string("id", "name", "username", "created_at", "updated_at", default="id"),
        "sort": params.string("asc", "desc", default="desc"),
        **custom_attributes.FILTERS,
        **KEYSET,
    },
    params.all_or_none(*_IDENTITY),
)
def index(call: GitLabCall) -> Answer:
    """GET /users; who is not signed in finds one by its name."""
    given = call.given
    if given.get("extern_uid") and given.get("provider"):
        call.known_admin()
    if call.user is None and not given.get("username"):
        raise forbidden("Not authorized to access /api/v4/users")
    if not call.admin:
        given |= {"order_by": "id", "sort": "desc", "without_projects": False}
        given.pop("created_after", None)
        given.pop("created_before", None)
    state = call.state
    if given.get("username"):
        number = state.user_names.get(given["username"].lower())
        found = [state.users[number]] if number else []
    else:
        found = list(state.users.values())
    found = [user for user in found if _wanted(state, user, given, admin=call.admin)]
    found = [user for user in found if custom_attributes.has_wanted(call, f"user:{user.id}")]
    key = {"updated_at": "created_at"}.get(given["order_by"], given["order_by"])
    found.sort(key=lambda user: (getattr(user, key), user.id), reverse=given["sort"] == "desc")

    def present(user: UserRecord) -> dict[str, Any]:
        if not call.admin:
            return present_users.basic(state, user)
        return present_users.with_admin(state, user) | custom_attributes.shown(call, f"user:{user.id}")

    if wants_keyset(call):
        return by_cursor(call, found, present, lambda user: user.id)
    return paginate(call, found, present)


def _wanted(state: GitLabState, user: UserRecord, given: dict[str, Any], *, admin: bool) -> bool:
    if not admin and user.state in _HIDDEN:
        return False
    human, external, active = user.kind == "human", bool(user.settings.get("external")), user.state == "active"
    refused = (
        given["active"] and not (active and human),
        given["exclude_active"] and active,
        given["blocked"] and user.state != "blocked",
        given["humans"] and not human,
        given["exclude_humans"] and human,
        given["without_project_bots"] and user.kind == "project_bot",
        given["external"] and not external,
        given["exclude_external"] and external,
        given["admins"] and admin and not user.admin,
        given["without_projects"] and state.projects_of.get(user.namespace_id),
        given.get("extern_uid") is not None and {name: given[name] for name in _IDENTITY} not in user.identities,
    )
    return not any(refused) and _found(user, given, admin=admin)


def _found(user: UserRecord, given: dict[str, Any], *, admin: bool) -> bool:
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


ROUTES: tuple[Route, ...] = (("GET", "/users", index),)
