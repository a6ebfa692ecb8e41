"""Rules that say who may create a project's tags."""

from eiginfra.lab.gitlab import params
from eiginfra.lab.gitlab.access import DEVELOPER, MAINTAINER, authorize, find_project
from eiginfra.lab.gitlab.call import Answer, GitLabCall, Route, created, gone, ok, takes
from eiginfra.lab.gitlab.errors import conflict, not_found
from eiginfra.lab.gitlab.pagination import PAGED, paginate
from eiginfra.lab.gitlab.protected_branches import ALLOWED, allow
from eiginfra.lab.gitlab.records import Json, key_of
from eiginfra.lab.gitlab.repository import access


def _rules(call: GitLabCall) -> list[Json]:
    project = find_project(call)
    authorize(call, ("project", project.id), DEVELOPER if call.method == "GET" else MAINTAINER)
    rules: list[Json] = call.state.extra["protected_tag"].setdefault(key_of(("project", project.id)), [])
    return rules


def _find(call: GitLabCall) -> tuple[list[Json], Json]:
    rules = _rules(call)
    rule = next((rule for rule in rules if rule["name"] == call.path["name"]), None)
    if rule is None:
        raise not_found()
    return rules, rule


@takes(PAGED)
def index(call: GitLabCall) -> Answer:
    """GET …/protected_tags."""
    return paginate(call, _rules(call), lambda rule: rule)


def show(call: GitLabCall) -> Answer:
    """GET …/protected_tags/:name, a tag or a wildcard."""
    return ok(_find(call)[1])


@takes(
    {
        "name": params.string(required=True),
        "create_access_level": params.integer(0, 30, 40, 60, default=40),
        "allowed_to_create": params.objects({name: ALLOWED[name] for name in ("access_level", "user_id", "group_id")}),
    }
)
def create(call: GitLabCall) -> Answer:
    """POST …/protected_tags; maintainers create unless said otherwise."""
    rules = _rules(call)
    given = call.given
    if any(rule["name"] == given["name"] for rule in rules):
        raise conflict(f"Protected tag '{given['name']}' already exists")
    rule: Json = {"name": given["name"], "create_access_levels": [access(call.state, given["create_access_level"])]}
    allow(call, rule, "create")
    rules.append(rule)
    return created(rule)


def remove(call: GitLabCall) -> Answer:
    """DELETE …/protected_tags/:name."""
    rules, rule = _find(call)
    rules.remove(rule)
    return gone()


_BASE = "/projects/:id/protected_tags"
ROUTES: tuple[Route, ...] = (
    ("GET", _BASE, index),
    ("POST", _BASE, create),
    ("GET", f"{_BASE}/:name", show),
    ("DELETE", f"{_BASE}/:name", remove),
)
