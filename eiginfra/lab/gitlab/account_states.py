"""What administrators do to accounts: blocking, banning, deactivating, approving; and where an account is a member."""

from datetime import timedelta

from eiginfra.lab.gitlab import params
from eiginfra.lab.gitlab.access import find_user
from eiginfra.lab.gitlab.call import Answer, GitLabCall, Route, created, gone, ok, takes
from eiginfra.lab.gitlab.errors import forbidden, message, not_found
from eiginfra.lab.gitlab.pagination import PAGED, paginate
from eiginfra.lab.gitlab.records import UserRecord

_IDLE_DAYS = 90


@takes({"type": params.string("Project", "Namespace"), **PAGED})
def memberships(call: GitLabCall) -> Answer:
    """GET /users/:id/memberships, for administrators: the direct ones."""
    call.known_admin()
    user, state = find_user(call), call.state
    given = call.given
    found = []
    for kind, number in sorted(state.memberships[user.id]):
        member = state.direct_member((kind, number), user.id)
        name = (state.groups if kind == "group" else state.projects)[number].name
        type_ = "Namespace" if kind == "group" else "Project"
        if member and given.get("type") in (None, type_):
            found.append({"source_id": number, "source_name": name, "source_type": type_, "access_level": member.access_level})
    return paginate(call, found, lambda one: one)


def _target(call: GitLabCall) -> UserRecord:
    call.known_admin()
    return find_user(call)


def block(call: GitLabCall) -> Answer:
    """POST /users/:id/block."""
    user = _target(call)
    if user is call.user:
        raise forbidden("The API initiating user cannot be blocked by the API")
    if user.state == "blocked":
        return created(None)
    user.state = "blocked"
    return created(body=True)


def unblock(call: GitLabCall) -> Answer:
    """POST /users/:id/unblock: false where nothing was blocked."""
    user = _target(call)
    if user.state == "deactivated":
        raise forbidden("Deactivated users cannot be unblocked by the API")
    was = user.state
    if was in ("blocked", "blocked_pending_approval"):
        user.state = "active"
    return created(body=user.state != was)


def ban(call: GitLabCall) -> Answer:
    """POST /users/:id/ban, of an active account."""
    user = _target(call)
    if user.state != "active":
        raise message(403, f"You cannot ban {user.state} users.")
    user.state = "banned"
    return created(body=True)


def unban(call: GitLabCall) -> Answer:
    """POST /users/:id/unban."""
    user = _target(call)
    if user.state != "banned":
        raise message(403, f"You cannot unban {user.state} users.")
    user.state = "active"
    return created(body=True)


def approve(call: GitLabCall) -> Answer:
    """POST /users/:id/approve, of an account that waits for it."""
    if not call.admin:
        raise message(403, "You are not allowed to approve a user")
    user = find_user(call)
    if user.state != "blocked_pending_approval":
        raise message(409, "The user you are trying to approve is not pending approval")
    user.state = "active"
    return created({"message": "Success"})


def reject(call: GitLabCall) -> Answer:
    """POST /users/:id/reject: the account that waits for approval goes."""
    if not call.admin:
        raise message(403, "You are not allowed to reject a user")
    user = find_user(call)
    if user.state != "blocked_pending_approval":
        raise message(409, "User does not have a pending request")
    call.state.remove_user(user)
    return ok({"message": "Success"})


def deactivate(call: GitLabCall) -> Answer:
    """POST /users/:id/deactivate, of an account that nobody uses."""
    user = _target(call)
    if user.state == "deactivated":
        return created(None)
    if user.state != "active":
        raise message(403, "A blocked user cannot be deactivated by the API")
    since = (call.state.clock.today() - timedelta(days=_IDLE_DAYS)).isoformat()
    if any(token.user_id == user.id and (token.last_used_at or "") > since for token in call.state.tokens.values()):
        text = f"has been active in the past {_IDLE_DAYS} days and cannot be deactivated"
        raise message(403, f"The user you are trying to deactivate {text}")
    user.state = "deactivated"
    return created(body=True)


def activate(call: GitLabCall) -> Answer:
    """POST /users/:id/activate."""
    user = _target(call)
    if user.state == "blocked":
        raise forbidden("A blocked user must be unblocked to be activated")
    user.state = "active"
    return created(body=True)


def forget_identity(call: GitLabCall) -> Answer:
    """DELETE /users/:id/identities/:provider."""
    user = _target(call)
    kept = [one for one in user.identities if one["provider"] != call.path["provider"]]
    if len(kept) == len(user.identities):
        raise not_found("Identity")
    user.identities = kept
    return gone()


def associations(call: GitLabCall) -> Answer:
    """GET /users/:id/associations_count: what an administrator takes into account before deleting."""
    user = find_user(call)
    if user is not call.known_user():
        call.known_admin()
    places = [source for source in call.state.memberships[user.id] if call.state.direct_member(source, user.id)]
    kinds = [kind for kind, _ in places]

    def written(kind: str) -> int:
        return sum(thing["author_id"] == user.id for things in call.state.extra[kind].values() for thing in things)

    counts = {"groups_count": kinds.count("group"), "projects_count": kinds.count("project")}
    return ok({**counts, "issues_count": written("issue"), "merge_requests_count": written("merge_request")})


_ACTIONS = {
    "block": block,
    "unblock": unblock,
    "ban": ban,
    "unban": unban,
    "approve": approve,
    "reject": reject,
    "deactivate": deactivate,
    "activate": activate,
}
ROUTES: tuple[Route, ...] = (
    ("GET", "/users/:id/memberships", memberships),
    ("GET", "/users/:id/associations_count", associations),
    ("DELETE", "/users/:id/identities/:provider", forget_identity),
    *(("POST", f"/users/:id/{name}", handler) for name, handler in _ACTIONS.items()),
)
