"""Moving groups and projects to another place."""

from eiginfra.lab.gitlab import params, present_groups, project_lists
from eiginfra.lab.gitlab.access import MAINTAINER, OWNER, VISIBILITY, authorize, find_group, find_project, level_of, sees_group
from eiginfra.lab.gitlab.call import Answer, GitLabCall, Route, created, ok, takes
from eiginfra.lab.gitlab.errors import message, not_found
from eiginfra.lab.gitlab.pagination import PAGED, paginate
from eiginfra.lab.gitlab.records import GroupRecord


@takes({"group_id": params.integer()})
def transfer_group(call: GitLabCall) -> Answer:
    """POST /groups/:id/transfer: below another group, or to the top without `group_id`."""
    group, state = find_group(call), call.state
    authorize(call, ("group", group.id), OWNER)
    number = call.given.get("group_id")
    target = None if number is None else find_group(call, str(number))
    if target is not None:
        authorize(call, ("group", target.id), OWNER)
    if problem := _group_problem(call, group, target):
        raise message(400, f"Transfer failed: {problem}")
    state.move_group(group, target.id if target else None)
    return created(present_groups.full(state, group))


def _group_problem(call: GitLabCall, group: GroupRecord, target: GroupRecord | None) -> str | None:
    state = call.state
    if target is None:
        return "Group is already a root group." if group.parent_id is None else None
    if target.id == group.parent_id:
        return "Group is already associated to the parent group."
    if group in state.ancestors(target):
        return "Cannot transfer group to one of its subgroup."
    if f"{target.full_path}/{group.path}".lower() in state.paths:
        return "The parent group already has a subgroup or a project with the same path."
    return None


@takes({"namespace": params.string(required=True)})
def transfer_project(call: GitLabCall) -> Answer:
    """PUT /projects/:id/transfer, for owners, to a group where the caller may make projects, or to a user's own namespace."""
    project, state, wanted = find_project(call), call.state, call.given["namespace"]
    authorize(call, ("project", project.id), OWNER)
    kind, number = state.paths.get(wanted.lower(), ("", 0))
    group = state.groups.get(int(wanted)) if wanted.isdecimal() else state.groups.get(number) if kind == "group" else None
    own = call.known_user().namespace_id
    if group is not None and sees_group(call, group):
        namespace = group.id
    elif wanted in (str(own), call.known_user().username):
        namespace = own
    else:
        raise not_found("Namespace")
    if problem := _project_problem(call, project.namespace_id, namespace, project.path, project.visibility):
        raise message(400, problem)
    state.move_project(project, namespace)
    project.updated_at = state.now()
    return ok(project_lists.present_one(call, project))


def _project_problem(call: GitLabCall, now: int, then: int, path: str, visibility: str) -> str | None:
    state = call.state
    group = state.groups.get(then)
    if now == then:
        return "Project is already in this namespace."
    if group and not call.admin and level_of(state, call.user, ("group", group.id)) < MAINTAINER:
        return "You don't have permission to transfer projects into that namespace."
    if f"{state.namespace_path(then)}/{path}".lower() in state.paths:
        return "Project with same name or path in target namespace already exists"
    if group and VISIBILITY[visibility] > VISIBILITY[group.visibility]:
        return "Visibility level of the project is higher than that of the namespace."
    return None


@takes({"search": params.string(), **PAGED})
def group_locations(call: GitLabCall) -> Answer:
    """GET /groups/:id/transfer_locations: the groups of which the caller is an owner, but for its own place and what is below it."""
    group, state = find_group(call), call.state
    authorize(call, ("group", group.id), OWNER)
    inside = {group.id, group.parent_id, *(below.id for below in state.descendants(group.id))}
    found = [other for other in state.groups.values() if other.id not in inside and _owns(call, other)]
    return paginate(call, found, lambda other: present_groups.location(state, other))


@takes({"search": params.string(), **PAGED})
def project_locations(call: GitLabCall) -> Answer:
    """GET /projects/:id/transfer_locations: the groups where the caller may make projects."""
    project, state = find_project(call), call.state
    authorize(call, ("project", project.id), OWNER)
    found = [other for other in state.groups.values() if other.id != project.namespace_id and _owns(call, other, MAINTAINER)]
    return paginate(call, found, lambda other: present_groups.location(state, other))


def _owns(call: GitLabCall, group: GroupRecord, level: int = OWNER) -> bool:
    text = (call.given.get("search") or "").lower()
    return text in f"{group.name} {group.path}".lower() and (call.admin or level_of(call.state, call.user, ("group", group.id)) >= level)


ROUTES: tuple[Route, ...] = (
    ("POST", "/groups/:id/transfer", transfer_group),
    ("GET", "/groups/:id/transfer_locations", group_locations),
    ("PUT", "/projects/:id/transfer", transfer_project),
    ("GET", "/projects/:id/transfer_locations", project_locations),
)
