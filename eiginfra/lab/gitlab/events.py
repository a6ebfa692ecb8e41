"""What people did, as events: the lab keeps none, and only says of whom it knows that there are none."""

from eiginfra.lab.gitlab.call import Answer, GitLabCall, Route, takes
from eiginfra.lab.gitlab.errors import not_found, not_modelled
from eiginfra.lab.gitlab.pagination import PAGED, paginate


def note(call: GitLabCall) -> None:
    """Remember that somebody changed something, of which there may be events."""
    if call.user is not None and call.method != "GET":
        call.state.extra["acted"][f"user:{call.user.id}"] = True


@takes(PAGED)
def of_user(call: GitLabCall) -> Answer:
    """GET /users/:id/events, by id or user name: an empty list for who never changed anything nor was in a project."""
    wanted, state = call.path["id"], call.state
    user = state.users.get(int(wanted) if wanted.isdecimal() else state.user_names.get(wanted.lower(), 0))
    if user is None:
        raise not_found("User")
    if state.extra["acted"].get(f"user:{user.id}"):
        raise not_modelled("events of who did something: GET /users/:id/events")
    return paginate(call, [], lambda event: event)


ROUTES: tuple[Route, ...] = (("GET", "/users/:id/events", of_user),)
