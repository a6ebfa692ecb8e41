"""Further addresses of an account."""

from eiginfra.lab.gitlab import params
from eiginfra.lab.gitlab.access import find_user
from eiginfra.lab.gitlab.call import Answer, GitLabCall, Route, created, gone, ok, takes
from eiginfra.lab.gitlab.errors import invalid, not_found
from eiginfra.lab.gitlab.pagination import PAGED, paginate
from eiginfra.lab.gitlab.records import Json, UserRecord


def _user(call: GitLabCall) -> UserRecord:
    """Oneself under `/user/emails`, else the user of the path, for administrators."""
    if "id" not in call.path:
        return call.known_user()
    call.known_admin()
    return find_user(call)


def _of(call: GitLabCall) -> list[Json]:
    emails: list[Json] = call.state.extra["email"].setdefault(f"user:{_user(call).id}", [])
    return emails


@takes(PAGED)
def index(call: GitLabCall) -> Answer:
    """GET …/emails."""
    return paginate(call, _of(call), lambda email: email)


def _add(call: GitLabCall, confirmed_at: str | None) -> Answer:
    address = (call.given["email"] or "").lower()
    taken = {email["email"] for emails in call.state.extra["email"].values() for email in emails} | set(call.state.emails)
    if address.count("@") != 1:
        raise invalid(email=["is invalid"])
    if address in taken:
        raise invalid(email=["has already been taken"])
    email = {"id": call.state.new_id("email"), "email": address, "confirmed_at": confirmed_at}
    _of(call).append(email)
    return created(email)


@takes({"email": params.string(required=True), "skip_confirmation": params.boolean(default=False)})
def create(call: GitLabCall) -> Answer:
    """POST /users/:id/emails."""
    return _add(call, call.state.now() if call.given["skip_confirmation"] else None)


@takes({"email": params.string(required=True)})
def create_own(call: GitLabCall) -> Answer:
    """POST /user/emails."""
    return _add(call, None)


def show(call: GitLabCall) -> Answer:
    """GET …/emails/:email_id."""
    return ok(_find(call))


def remove(call: GitLabCall) -> Answer:
    """DELETE …/emails/:email_id."""
    _of(call).remove(_find(call))
    return gone()


def _find(call: GitLabCall) -> Json:
    for email in _of(call):
        if str(email["id"]) == call.path["email_id"]:
            return email
    raise not_found("Email")


ROUTES: tuple[Route, ...] = (
    ("POST", "/users/:id/emails", create),
    ("POST", "/user/emails", create_own),
    *(
        route
        for base in ("/users/:id/emails", "/user/emails")
        for route in (("GET", base, index), ("GET", f"{base}/:email_id", show), ("DELETE", f"{base}/:email_id", remove))
    ),
)
