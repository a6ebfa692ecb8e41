"""Stars that people give to projects."""

from eiginfra.lab.gitlab import params, present_users, project_lists
from eiginfra.lab.gitlab.access import find_project
from eiginfra.lab.gitlab.call import Answer, GitLabCall, Route, created, takes
from eiginfra.lab.gitlab.pagination import PAGED, paginate
from eiginfra.lab.gitlab.project_lists import stars_of
from eiginfra.lab.gitlab.records import key_of


def _set(call: GitLabCall, *, wanted: bool) -> Answer:
    user, project = call.known_user(), find_project(call)
    known = stars_of(call.state, project.id)
    if (user.id in known) is wanted:
        return Answer(304)
    others = [number for number in known if number != user.id]
    call.state.extra["star"][key_of(("project", project.id))] = [*others, user.id] if wanted else others
    return created(project_lists.present_one(call, project))


def star(call: GitLabCall) -> Answer:
    """POST /projects/:id/star; 304 if it has it."""
    return _set(call, wanted=True)


def unstar(call: GitLabCall) -> Answer:
    """POST /projects/:id/unstar; 304 if it has none."""
    return _set(call, wanted=False)


@takes({"search": params.string(), **PAGED})
def starrers(call: GitLabCall) -> Answer:
    """GET /projects/:id/starrers."""
    project, state, text = find_project(call), call.state, (call.given.get("search") or "").lower()
    users = [state.users[number] for number in stars_of(state, project.id)]
    found = [user for user in users if text in f"{user.name} {user.username}".lower()]
    return paginate(call, found, lambda user: {"starred_since": project.updated_at, "user": present_users.basic(state, user)})


ROUTES: tuple[Route, ...] = (
    ("POST", "/projects/:id/star", star),
    ("POST", "/projects/:id/unstar", unstar),
    ("GET", "/projects/:id/starrers", starrers),
)
