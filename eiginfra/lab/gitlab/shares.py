"""Groups that are invited to groups and projects: all their members get access, at most at the level of the invitation."""

from eiginfra.lab.gitlab import params, present_groups
from eiginfra.lab.gitlab.access import MAINTAINER, OWNER, authorize, find_group, find_project, find_source, sees_group, sees_project
from eiginfra.lab.gitlab.call import Answer, GitLabCall, Route, created, gone, takes
from eiginfra.lab.gitlab.errors import bad_parameters, message, not_found
from eiginfra.lab.gitlab.pagination import PAGED, paginate
from eiginfra.lab.gitlab.records import GroupRecord, Json, ProjectRecord, Source, key_of

_LEVELS = (10, 15, 20, 30, 40, 50)
_SHARE = {
    "group_id": params.integer(required=True),
    "group_access": params.integer(*_LEVELS, required=True),
    "expires_at": params.day(),
}
_FILTERS = {"search": params.string(), "min_access_level": params.integer(*_LEVELS), **PAGED}


def _add(call: GitLabCall, source: Source, group: GroupRecord) -> Json:
    link = {
        "id": call.state.new_id("share"),
        "group_id": group.id,
        "group_access": call.given["group_access"],
        "expires_at": call.given.get("expires_at"),
    }
    call.state.extra["share"].setdefault(key_of(source), {})[str(group.id)] = link
    return link


def _wanted(call: GitLabCall) -> GroupRecord:
    """The group to invite; raises GitLabHttpError 404 for one that the caller does not see."""
    group = call.state.groups.get(call.given["group_id"])
    if group is None or not sees_group(call, group):
        raise not_found()
    return group


@takes(_SHARE)
def share_group(call: GitLabCall) -> Answer:
    """POST /groups/:id/share, for owners."""
    group = find_group(call)
    authorize(call, ("group", group.id), OWNER)
    other = _wanted(call)
    if other.id == group.id or group in call.state.ancestors(other):
        raise not_found()
    if str(other.id) in call.state.shares(("group", group.id)):
        raise message(409, "Shared group has already been shared with this group")
    _add(call, ("group", group.id), other)
    return created(present_groups.full(call.state, group))


@takes(_SHARE)
def share_project(call: GitLabCall) -> Answer:
    """POST /projects/:id/share, for maintainers."""
    project = find_project(call)
    authorize(call, ("project", project.id), MAINTAINER)
    above = list(call.state.ancestors(call.state.groups.get(project.namespace_id)))
    if any(group.settings.get("share_with_group_lock") for group in above[:1]):
        raise message(400, "The project sharing with group is disabled")
    other = _wanted(call)
    if other in above:
        raise message(409, "Project cannot be shared with the group it is in or one of its ancestors.")
    if str(other.id) in call.state.shares(("project", project.id)):
        raise message(409, "Project already shared with this group")
    link = _add(call, ("project", project.id), other)
    return created({**link, "project_id": project.id})


def unshare(call: GitLabCall) -> Answer:
    """DELETE …/share/:group_id."""
    source = find_source(call)
    authorize(call, source, OWNER if source[0] == "group" else MAINTAINER)
    if not call.path["group_id"].isdecimal():
        raise bad_parameters("group_id is invalid")
    links = call.state.shares(source)
    if call.path["group_id"] not in links:
        raise not_found("Group Link")
    del links[call.path["group_id"]]
    return gone()


def _groups(call: GitLabCall, found: list[GroupRecord]) -> Answer:
    text = (call.given.get("search") or "").lower()
    shown = [group for group in found if sees_group(call, group) and text in f"{group.name} {group.path}".lower()]
    return paginate(call, shown, lambda group: present_groups.brief(call.state, group))


@takes(_FILTERS)
def invited(call: GitLabCall) -> Answer:
    """GET …/invited_groups: those that have access."""
    source = find_source(call)
    least = call.given.get("min_access_level") or 0
    links = [link for link in call.state.shares(source).values() if link["group_access"] >= least]
    return _groups(call, [call.state.groups[link["group_id"]] for link in links])


@takes(_FILTERS)
def shared_groups(call: GitLabCall) -> Answer:
    """GET /groups/:id/groups/shared: those to which this one is invited."""
    group, least = find_group(call), call.given.get("min_access_level") or 0
    found = [
        call.state.groups[number]
        for (kind, number), link in call.state.shared_with(group.id)
        if kind == "group" and link["group_access"] >= least
    ]
    return _groups(call, found)


def shared_projects(call: GitLabCall, group: GroupRecord) -> list[ProjectRecord]:
    """The projects to which a group is invited and of which the caller may know."""
    found = [call.state.projects[number] for (kind, number), _ in call.state.shared_with(group.id) if kind == "project"]
    return [project for project in found if sees_project(call, project)]


ROUTES: tuple[Route, ...] = (
    ("POST", "/groups/:id/share", share_group),
    ("POST", "/projects/:id/share", share_project),
    ("DELETE", "/groups/:id/share/:group_id", unshare),
    ("DELETE", "/projects/:id/share/:group_id", unshare),
    ("GET", "/groups/:id/invited_groups", invited),
    ("GET", "/projects/:id/invited_groups", invited),
    ("GET", "/groups/:id/groups/shared", shared_groups),
)
