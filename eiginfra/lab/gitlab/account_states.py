"""What administrators do to accounts: blocking, deactivating; and where an account is a member."""

from eiginfra.lab.gitlab import params
from eiginfra.lab.gitlab.call import Answer, GitLabCall, Route, created, takes
from eiginfra.lab.gitlab.errors import forbidden, message
from eiginfra.lab.gitlab.pagination import PAGED, paginate
from eiginfra.lab.gitlab.users import find_user


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


def block(call: GitLabCall) -> Answer:
    """POST /users/:id/block."""
    admin = call.known_admin()
    user = find_user(call)
    if user is admin:
        raise forbidden("The API initiating user cannot be blocked by the API")
    if user.state == "blocked":
        return created(None)
    user.state = "blocked"
    return created(body=True)


def unblock(call: GitLabCall) -> Answer:
    """POST /users/:id/unblock."""
    call.known_admin()
    user = find_user(call)
    if user.state == "deactivated":
        raise forbidden("Deactivated users cannot be unblocked by the API")
    if user.state == "active":
        raise message(403, "User is not blocked")
    user.state = "active"
    return created(body=True)


def deactivate(call: GitLabCall) -> Answer:
    """POST /users/:id/deactivate."""
    call.known_admin()
    user = find_user(call)
    if user.state == "blocked":
        raise forbidden("A blocked user cannot be deactivated by the API")
    if user.state == "deactivated":
        return created(None)
    user.state = "deactivated"
    return created(body=True)


def activate(call: GitLabCall) -> Answer:
    """POST /users/:id/activate."""
    call.known_admin()
    user = find_user(call)
    if user.state == "blocked":
        raise forbidden("A blocked user must be unblocked to be activated")
    user.state = "active"
    return created(body=True)


ROUTES: tuple[Route, ...] = (
    ("GET", "/users/:id/memberships", memberships),
    ("POST", "/users/:id/block", block),
    ("POST", "/users/:id/unblock", unblock),
    ("POST", "/users/:id/deactivate", deactivate),
    ("POST", "/users/:id/activate", activate),
)
