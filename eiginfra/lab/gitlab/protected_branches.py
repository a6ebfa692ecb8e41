"""Rules that protect a project's branches."""

from typing import Any

from eiginfra.lab.gitlab import params
from eiginfra.lab.gitlab.access import DEVELOPER, MAINTAINER, authorize, find_project
from eiginfra.lab.gitlab.call import Answer, GitLabCall, Route, created, gone, ok, takes
from eiginfra.lab.gitlab.errors import conflict, not_found
from eiginfra.lab.gitlab.pagination import PAGED, paginate
from eiginfra.lab.gitlab.records import Json, ProjectRecord, key_of
from eiginfra.lab.gitlab.repository import access, protection

_LEVELS = (0, 30, 40, 60)
ALLOWED = {
    "id": params.integer(),
    "access_level": params.integer(*_LEVELS),
    "user_id": params.integer(),
    "group_id": params.integer(),
    "_destroy": params.boolean(default=False),
}
"""One entry of `allowed_to_push` and its like."""
_KINDS = ("push", "merge", "unprotect")
_ALLOWED_TO = {f"allowed_to_{kind}": params.objects(ALLOWED) for kind in _KINDS}


def _rules(call: GitLabCall) -> tuple[ProjectRecord, list[Json]]:
    project = find_project(call)
    authorize(call, ("project", project.id), DEVELOPER if call.method == "GET" else MAINTAINER)
    rules: list[Json] = call.state.extra["protected_branch"].setdefault(key_of(("project", project.id)), [])
    return project, rules


def _find(call: GitLabCall) -> tuple[list[Json], Json]:
    _, rules = _rules(call)
    rule = next((rule for rule in rules if rule["name"] == call.path["name"]), None)
    if rule is None:
        raise not_found()
    return rules, rule


@takes({"search": params.string(), **PAGED})
def index(call: GitLabCall) -> Answer:
    """GET …/protected_branches."""
    _, rules = _rules(call)
    text = call.given.get("search") or ""
    return paginate(call, [rule for rule in rules if text in rule["name"]], lambda rule: rule)


def show(call: GitLabCall) -> Answer:
    """GET …/protected_branches/:name, a branch or a wildcard."""
    return ok(_find(call)[1])


@takes(
    {
        "name": params.string(required=True),
        "push_access_level": params.integer(*_LEVELS, default=40),
        "merge_access_level": params.integer(*_LEVELS, default=40),
        "unprotect_access_level": params.integer(30, 40, 60),
        "allow_force_push": params.boolean(default=False),
        "code_owner_approval_required": params.boolean(default=False),
        **_ALLOWED_TO,
    }
)
def create(call: GitLabCall) -> Answer:
    """POST …/protected_branches; maintainers push and merge unless said otherwise."""
    _, rules = _rules(call)
    given = call.given
    if any(rule["name"] == given["name"] for rule in rules):
        raise conflict(f"Protected branch '{given['name']}' already exists")
    rule = protection(
        call.state,
        given["name"],
        push=given["push_access_level"],
        merge=given["merge_access_level"],
        force=bool(given["allow_force_push"]),
    )
    if given.get("unprotect_access_level") is not None:
        rule["unprotect_access_levels"] = [access(call.state, given["unprotect_access_level"])]
    rule["code_owner_approval_required"] = bool(given["code_owner_approval_required"])
    for kind in _KINDS:
        allow(call, rule, kind)
    rules.append(rule)
    return created(rule)


@takes({"allow_force_push": params.boolean(), "code_owner_approval_required": params.boolean(), **_ALLOWED_TO})
def update(call: GitLabCall) -> Answer:
    """PATCH …/protected_branches/:name."""
    _, rule = _find(call)
    given = call.given
    rule.update({name: value for name, value in given.items() if value is not None and name not in _ALLOWED_TO})
    for kind in _KINDS:
        allow(call, rule, kind)
    return ok(rule)


def remove(call: GitLabCall) -> Answer:
    """DELETE …/protected_branches/:name."""
    rules, rule = _find(call)
    rules.remove(rule)
    return gone()


def allow(call: GitLabCall, rule: Json, kind: str) -> None:
    """Take in `allowed_to_push` and its like: entries added, changed by id, or removed with `_destroy`."""
    wanted = call.given.get(f"allowed_to_{kind}")
    if wanted is None:
        return
    name = f"{kind}_access_levels"
    fresh = call.method == "POST"
    entries: list[Json] = [] if fresh and wanted else list(rule[name])
    for item in wanted:
        entries = _with(call, entries, item)
    rule[name] = entries


def _with(call: GitLabCall, entries: list[Json], given: dict[str, Any]) -> list[Json]:
    kept = [entry for entry in entries if entry["id"] != given.get("id")]
    if given.get("_destroy"):
        return kept
    level = given.get("access_level")
    entry = access(call.state, 40 if level is None else level)
    # Who is named has no level: GitLab's documentation of protected branches shows null there.
    if given.get("user_id") is not None:
        user = call.state.users.get(given["user_id"])
        entry |= {"user_id": given["user_id"], "access_level": None, "access_level_description": user.name if user else ""}
    elif given.get("group_id") is not None:
        group = call.state.groups.get(given["group_id"])
        entry |= {"group_id": given["group_id"], "access_level": None, "access_level_description": group.name if group else ""}
    return [*kept, {**entry, "id": given.get("id") or entry["id"]}]


_BASE = "/projects/:id/protected_branches"
ROUTES: tuple[Route, ...] = (
    ("GET", _BASE, index),
    ("POST", _BASE, create),
    ("GET", f"{_BASE}/:name", show),
    ("PATCH", f"{_BASE}/:name", update),
    ("DELETE", f"{_BASE}/:name", remove),
)
