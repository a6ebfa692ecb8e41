"""Forks of projects: copies that know where they come from. Git's part of it is done at once."""

from copy import deepcopy

from eiginfra.lab.gitlab import params, project_lists
from eiginfra.lab.gitlab.access import MAINTAINER, OWNER, VISIBILITY, authorize, find_project, may_fork, sees_group
from eiginfra.lab.gitlab.call import Answer, GitLabCall, Route, created, gone, takes
from eiginfra.lab.gitlab.errors import GitLabHttpError, message, not_found
from eiginfra.lab.gitlab.project_lists import LIST, forks_of, parent_of
from eiginfra.lab.gitlab.project_rules import check, inherited
from eiginfra.lab.gitlab.projects import may_create
from eiginfra.lab.gitlab.records import Json, ProjectRecord, key_of
from eiginfra.lab.gitlab.repository import default_branch, is_empty, protect_default

_COPIED = ("description", "avatar", "shared_runners_enabled", "ci_config_path", "external_authorization_classification_label")


@takes({name: param for name, param in LIST.items() if name != "custom_attributes"})
def index(call: GitLabCall) -> Answer:
    """GET /projects/:id/forks: those that the caller may know of."""
    project = find_project(call)
    return project_lists.listed(call, forks_of(call.state, project.id))


@takes(
    {
        "namespace": params.string(),
        "namespace_id": params.integer(),
        "namespace_path": params.string(),
        "name": params.string(),
        "path": params.string(),
        "description": params.string(),
        "visibility": params.string("private", "internal", "public"),
        "mr_default_target_self": params.boolean(),
    }
)
def fork(call: GitLabCall) -> Answer:
    """POST /projects/:id/fork: a copy in the caller's own namespace or another; 409 for what a new project could not be."""
    source, user, state, given = find_project(call), call.known_user(), call.state, call.given
    if not may_fork(call, source):
        raise not_found()
    namespace = _namespace(call)
    if not (user.admin or may_create(call, user, namespace)):
        raise not_found("Target Namespace")
    group = state.groups.get(namespace)
    wishes = [given.get("visibility"), source.visibility, group.visibility if group else None]
    wanted = {
        **inherited(state, namespace),
        **_settings(call, source),
        "name": given.get("name") or source.name,
        "path": given.get("path") or source.path,
        "visibility": min((wish for wish in wishes if wish), key=lambda level: VISIBILITY[level]),
    }
    try:
        check(state, wanted, namespace)
    except GitLabHttpError as refused:
        raise GitLabHttpError(409, refused.body) from None
    now = state.now()
    copy = ProjectRecord(
        id=state.new_id("project"),
        namespace_id=namespace,
        creator_id=user.id,
        created_at=now,
        updated_at=now,
        last_activity_at=now,
        **{name: wanted.pop(name) for name in ("name", "path", "visibility")},
        settings=wanted,
    )
    state.add_project(copy)
    _link(call, copy, source)
    if not is_empty(state, source):
        state.extra["repository"][key_of(("project", copy.id))] = deepcopy(state.extra["repository"][key_of(("project", source.id))])
        protect_default(state, copy, default_branch(state, copy))
    return created(project_lists.present_one(call, copy))


def _settings(call: GitLabCall, source: ProjectRecord) -> Json:
    """What a copy takes of its source: what it is about, and who may use which feature."""
    names = (name for name in source.settings if name in _COPIED or name.endswith("_access_level"))
    settings = {name: deepcopy(source.settings[name]) for name in names}
    settings["default_branch"] = default_branch(call.state, source)
    for name in ("description", "mr_default_target_self"):
        if call.given.get(name) is not None:
            settings[name] = call.given[name]
    return settings


def _namespace(call: GitLabCall) -> int:
    """The place that was asked for, by id or path; without one the caller's own."""
    state, user = call.state, call.known_user()
    wanted = next((call.given[name] for name in ("namespace_id", "namespace_path", "namespace") if call.given.get(name)), None)
    if wanted is None:
        return user.namespace_id
    kind, number = state.paths.get(str(wanted).lower(), ("", 0))
    if kind == "user":
        number = state.users[number].namespace_id
    elif kind != "group":
        number = int(wanted) if str(wanted).isdecimal() else 0
    group = state.groups.get(number)
    if (group and sees_group(call, group)) or (number in state.user_namespaces and (user.admin or number == user.namespace_id)):
        return number
    raise not_found("Namespace")


def _link(call: GitLabCall, copy: ProjectRecord, source: ProjectRecord) -> None:
    call.state.extra["fork"][key_of(("project", copy.id))] = source.id


def link(call: GitLabCall) -> Answer:
    """POST /projects/:id/fork/:forked_from_id: an existing project becomes a fork of another."""
    project = find_project(call)
    authorize(call, ("project", project.id), MAINTAINER)
    source = find_project(call, call.path["forked_from_id"])
    if not may_fork(call, source):
        raise not_found()
    if parent_of(call.state, project.id) is not None:
        raise message(409, "Project already forked")
    _link(call, project, source)
    return created(project_lists.present_one(call, project))


def unlink(call: GitLabCall) -> Answer:
    """DELETE /projects/:id/fork, for owners; 304 for what is no fork."""
    project = find_project(call)
    authorize(call, ("project", project.id), OWNER)
    if parent_of(call.state, project.id) is None:
        return Answer(304)
    del call.state.extra["fork"][key_of(("project", project.id))]
    return gone()


ROUTES: tuple[Route, ...] = (
    ("GET", "/projects/:id/forks", index),
    ("POST", "/projects/:id/fork", fork),
    ("POST", "/projects/:id/fork/:forked_from_id", link),
    ("DELETE", "/projects/:id/fork", unlink),
)
