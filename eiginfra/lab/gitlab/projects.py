"""Projects: creation, one project, changes, archiving, deletion."""

from typing import Any

from eiginfra.lab.gitlab import custom_attributes, deletion, params, present_groups, present_users, project_lists, project_settings
from eiginfra.lab.gitlab.access import (
    DEVELOPER,
    MAINTAINER,
    OWNER,
    authorize,
    find_project,
    is_archived,
    level_of,
    sees_group,
)
from eiginfra.lab.gitlab.call import Answer, GitLabCall, Route, created, ok, takes
from eiginfra.lab.gitlab.errors import invalid, not_found
from eiginfra.lab.gitlab.instance_settings import setting
from eiginfra.lab.gitlab.pagination import PAGED, paginate
from eiginfra.lab.gitlab.project_rules import check, inherited
from eiginfra.lab.gitlab.pushes import commit_files
from eiginfra.lab.gitlab.records import ProjectRecord, UserRecord
from eiginfra.lab.gitlab.repository import has_branch, is_empty
from eiginfra.lab.gitlab.state import GitLabState

_COMMON = {
    "visibility": params.string("private", "internal", "public"),
    "topics": params.strings(),
    "tag_list": params.strings(),
    **project_settings.ACCEPTED,
}
_CHANGES = {"name": params.string(), "path": params.string(), **_COMMON, **project_settings.ONLY_CHANGED}
_CREATION = {"developer": DEVELOPER, "maintainer": MAINTAINER, "owner": OWNER}


@takes(project_lists.LIST)
def index(call: GitLabCall) -> Answer:
    """GET /projects."""
    return project_lists.listed(call, list(call.state.projects.values()))


@takes(project_lists.LIST)
def of_user(call: GitLabCall) -> Answer:
    """GET /users/:id/projects: those in the user's own namespace."""
    wanted = call.path["id"]
    number = int(wanted) if wanted.isdecimal() else call.state.user_names.get(wanted.lower(), 0)
    user = call.state.users.get(number)
    if user is None:
        raise not_found("User")
    return project_lists.listed(call, list(call.state.projects_of.get(user.namespace_id, {}).values()))


@takes(custom_attributes.SHOWN)
def show(call: GitLabCall) -> Answer:
    """GET /projects/:id."""
    project = find_project(call)
    if call.user is None:
        return ok(project_lists.present_simple(call, project))
    more = custom_attributes.shown(call, f"project:{project.id}") | project_lists.permissions(call, project)
    return ok(project_lists.present_one(call, project) | more)


@takes(
    {
        "name": params.string(),
        "path": params.string(),
        "namespace_id": params.integer(),
        "initialize_with_readme": params.boolean(default=False),
        **_COMMON,
    },
    params.at_least_one("name", "path"),
)
def create(call: GitLabCall) -> Answer:
    """POST /projects."""
    user = call.known_user()
    given = call.given
    name = given.get("name") or given["path"]
    path = given.get("path") or _slug(name)
    state, namespace = call.state, given.get("namespace_id") or user.namespace_id
    if not may_create(call, user, namespace):
        raise invalid(namespace=["is not valid"])
    visibility = given.get("visibility") or setting(state, "default_project_visibility")
    settings = {**project_settings.first(visibility), **inherited(state, namespace), **_settings(state, given)}
    check(state, {**settings, "name": name, "path": path, "visibility": visibility}, namespace)
    now = state.now()
    project = state.add_project(
        ProjectRecord(
            id=state.new_id("project"),
            path=path,
            name=name,
            namespace_id=namespace,
            visibility=visibility,
            creator_id=user.id,
            created_at=now,
            updated_at=now,
            last_activity_at=now,
            settings=settings,
        )
    )
    if given["initialize_with_readme"]:
        branch = settings.get("default_branch") or "main"
        text = f"# {name}\n"
        commit_files(call, project, branch, "Initial commit", {"README.md": text.encode()})
    return created(project_lists.present_one(call, project))


@takes(_CHANGES, params.at_least_one(*_CHANGES))
def update(call: GitLabCall) -> Answer:
    """PUT /projects/:id, for maintainers; name, path and visibility for owners."""
    project = find_project(call)
    authorize(call, ("project", project.id), MAINTAINER)
    given = call.given
    if {"name", "path", "visibility"} & set(given):
        authorize(call, ("project", project.id), OWNER)
    state = call.state
    name, path = given.get("name") or project.name, given.get("path") or project.path
    visibility = given.get("visibility") or project.visibility
    settings = _settings(state, given, project.settings)
    check(state, {**settings, "name": name, "path": path, "visibility": visibility}, project.namespace_id, but=project)
    branch = settings.get("default_branch")
    if branch and not is_empty(state, project) and not has_branch(state, project, branch):
        raise invalid(base=[f"Could not change HEAD: branch '{branch}' does not exist"])
    project.name, project.visibility, project.settings = name, visibility, {**project.settings, **settings}
    if path != project.path:
        state.rename_project(project, path)
    project.updated_at = state.now()
    return ok(project_lists.present_one(call, project))


@takes(deletion.REMOVAL)
def remove(call: GitLabCall) -> Answer:
    """DELETE /projects/:id, for owners."""
    project = find_project(call)
    authorize(call, ("project", project.id), OWNER)
    return deletion.remove(call, ("project", project.id))


def restore(call: GitLabCall) -> Answer:
    """POST /projects/:id/restore, for owners."""
    project = find_project(call)
    authorize(call, ("project", project.id), OWNER)
    deletion.restore(call, ("project", project.id))
    return created(project_lists.present_one(call, project))


@takes(PAGED)
def groups(call: GitLabCall) -> Answer:
    """GET /projects/:id/groups: the ancestors."""
    project = find_project(call)
    state = call.state
    found = [group for group in state.ancestors(state.groups.get(project.namespace_id)) if sees_group(call, group)]

    return paginate(call, found, lambda group: present_groups.location(state, group))


@takes({"search": params.string(), "skip_users": params.integers(), **PAGED})
def users(call: GitLabCall) -> Answer:
    """GET /projects/:id/users: who is a member, directly or not."""
    project = find_project(call)
    call.known_user()
    given = call.given
    state, text = call.state, (given.get("search") or "").lower()
    numbers = {member.user_id for above in state.sources_above(("project", project.id)) for member in state.direct_members(above)}
    known = [state.users[number] for number in sorted(numbers - set(given.get("skip_users") or ()))]
    found = [user for user in known if text in f"{user.name} {user.username}".lower()]
    return paginate(call, found, lambda user: present_users.basic(state, user))


def may_create(call: GitLabCall, user: UserRecord, namespace: int) -> bool:
    """Whether a project may be made there; `noone` stops administrators too."""
    group = call.state.groups.get(namespace)
    if group is None:
        return namespace == user.namespace_id or (user.admin and namespace in call.state.user_namespaces)
    rule = group.settings.get("project_creation_level", "developer")
    if rule == "noone" or group.marked_for_deletion_on or is_archived(call.state, ("group", group.id)):
        return False
    if user.admin:
        return True
    return rule in _CREATION and level_of(call.state, user, ("group", group.id)) >= _CREATION[rule]


def _settings(state: GitLabState, given: dict[str, Any], current: dict[str, Any] | None = None) -> dict[str, Any]:
    settings = project_settings.stored(given)
    if policy := settings.get("container_expiration_policy_attributes"):
        known = (current or {}).get("container_expiration_policy_attributes", {})
        settings["container_expiration_policy_attributes"] = {**known, **policy}
    topics = given.get("topics", given.get("tag_list"))
    if topics is not None:
        # Topics are the instance's: one that exists in other letters is taken as it is.
        names = [name for topic in topics if (name := topic.strip())]
        settings["topics"] = list(dict.fromkeys(state.extra["topic"].setdefault(name.lower(), name) for name in names))
    return settings


def _slug(name: str) -> str:
    """The path that GitLab makes of a name when none is given."""
    text = "".join(char if char.isascii() and (char.isalnum() or char in "_.-") else "-" for char in name.lower())
    return "-".join(part for part in text.split("-") if part).strip("._-")


ROUTES: tuple[Route, ...] = (
    ("GET", "/projects", index),
    ("POST", "/projects", create),
    ("GET", "/projects/:id", show),
    ("PUT", "/projects/:id", update),
    ("DELETE", "/projects/:id", remove),
    ("POST", "/projects/:id/restore", restore),
    ("GET", "/projects/:id/groups", groups),
    ("GET", "/projects/:id/users", users),
    ("GET", "/users/:id/projects", of_user),
)
