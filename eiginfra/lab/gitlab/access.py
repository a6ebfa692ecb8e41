"""Who may see and do what: levels, visibility, and finding things the caller may know of."""

from urllib.parse import urlencode

from eiginfra.lab.gitlab.call import GitLabCall
from eiginfra.lab.gitlab.errors import GitLabHttpError, bad_parameters, forbidden, message, not_found
from eiginfra.lab.gitlab.records import GroupRecord, ProjectRecord, Source, UserRecord
from eiginfra.lab.gitlab.state import GitLabState

MINIMAL, GUEST, PLANNER, REPORTER, DEVELOPER, MAINTAINER, OWNER = 5, 10, 15, 20, 30, 40, 50
LEVEL_NAMES = {
    MINIMAL: "Minimal Access",
    GUEST: "Guest",
    PLANNER: "Planner",
    REPORTER: "Reporter",
    DEVELOPER: "Developer",
    MAINTAINER: "Maintainer",
    OWNER: "Owner",
}
VISIBILITY = {"private": 0, "internal": 10, "public": 20}


def level_of(state: GitLabState, user: UserRecord | None, source: Source) -> int:
    """The user's highest access level at a source, inherited or direct; 0 for none."""
    if user is None:
        return 0
    if source[0] == "project" and state.projects[source[1]].namespace_id == user.namespace_id:
        return OWNER
    best = 0
    for above in state.sources_above(source):
        if (member := state.direct_member(above, user.id)) is not None:
            best = max(best, member.access_level)
        for link in state.shares(above).values():
            best = max(best, min(link["group_access"], _own_level(state, user, link["group_id"])))
    return best


def _own_level(state: GitLabState, user: UserRecord, group_id: int) -> int:
    """The level as a member of a group or of those above it; invitations do not pass on."""
    members = (state.direct_member(above, user.id) for above in state.sources_above(("group", group_id)))
    return max((member.access_level for member in members if member is not None), default=0)


def may(call: GitLabCall, source: Source, level: int) -> bool:
    """Whether the caller has a level at a source; an administrator has all."""
    return call.admin or level_of(call.state, call.user, source) >= level


def authorize(call: GitLabCall, source: Source, level: int) -> None:
    """Raise ApiError 401 for no one, 403 for one whose level does not suffice."""
    call.known_user()
    if not may(call, source, level):
        raise forbidden()


def writable(call: GitLabCall, source: Source) -> None:
    """Raise GitLabHttpError 403 where a group or project, or a group above it, is archived: all below is for reading only."""
    if is_archived(call.state, source):
        raise forbidden()


def is_archived(state: GitLabState, source: Source) -> bool:
    """Whether a group or project is archived, by itself or with a group above it."""
    return any((state.groups if kind == "group" else state.projects)[number].archived for kind, number in state.sources_above(source))


def sees_group(call: GitLabCall, group: GroupRecord) -> bool:
    """Whether the caller may know of a group."""
    if group.visibility == "public" or call.admin:
        return True
    if call.user is None:
        return False
    if group.visibility == "internal" and not call.user.settings.get("external"):
        return True
    if level_of(call.state, call.user, ("group", group.id)):
        return True
    # Who is a member somewhere below may see the groups on the way there.
    return any(
        ("group", group.id) in call.state.sources_above(source)
        for source in call.state.memberships[call.user.id]
        if call.state.direct_member(source, call.user.id)
    )


def sees_project(call: GitLabCall, project: ProjectRecord) -> bool:
    """Whether the caller may know of a project."""
    if project.visibility == "public" or call.admin:
        return True
    if call.user is None:
        return False
    if project.visibility == "internal" and not call.user.settings.get("external"):
        return True
    return level_of(call.state, call.user, ("project", project.id)) > 0


def find_group(call: GitLabCall, name: str | None = None) -> GroupRecord:
    """The group of the path's `:id` (or of another id or path); raises ApiError 404."""
    wanted = call.path["id"] if name is None else name
    group = None
    if wanted.isdecimal():
        group = call.state.groups.get(int(wanted))
    else:
        kind, number = call.state.paths.get(wanted.lower(), ("", 0))
        if kind == "group":
            group = call.state.groups[number]
    if group is None or not sees_group(call, group):
        raise not_found("Group")
    return group


def find_user(call: GitLabCall) -> UserRecord:
    """The user of the path's `:id`; raises ApiError 400 or 404."""
    wanted = call.path["id"]
    if not wanted.isdecimal():
        raise bad_parameters("id is invalid")
    user = call.state.users.get(int(wanted))
    if user is None:
        raise not_found("User")
    return user


def find_project(call: GitLabCall, name: str | None = None) -> ProjectRecord:
    """The project of the path's `:id` (or of another id or path); raises ApiError 404."""
    wanted = call.path["id"] if name is None else name
    project = None
    if wanted.isdecimal():
        project = call.state.projects.get(int(wanted))
    else:
        kind, number = call.state.paths.get(wanted.lower(), ("", 0))
        if kind == "project":
            project = call.state.projects[number]
        elif (moved := call.state.projects.get(call.state.extra["redirect"].get(wanted.lower(), 0))) and sees_project(call, moved):
            if name is None:
                raise _moved(call, moved)
            project = moved
    if project is None or not sees_project(call, project):
        raise not_found("Project")
    return project


def may_read_code(call: GitLabCall, project: ProjectRecord) -> bool:
    """Whether the caller may read a project's repository: not as a guest of a private one, nor where it is switched off."""
    level = project.settings.get("repository_access_level", "enabled")
    if project.visibility == "private":
        return level != "disabled" and may(call, ("project", project.id), REPORTER)
    return level == "enabled" or (level == "private" and may(call, ("project", project.id), GUEST))


def may_fork(call: GitLabCall, project: ProjectRecord) -> bool:
    """Whether the caller may copy a project: who reads its code, where forking is not switched off."""
    level = project.settings.get("forking_access_level", "enabled")
    allowed = level == "enabled" or (level == "private" and may(call, ("project", project.id), GUEST))
    return call.user is not None and allowed and may_read_code(call, project)


def find_code(call: GitLabCall) -> ProjectRecord:
    """The project of the path's `:id`, whose repository the caller may read; raises GitLabHttpError 404 or 403."""
    project = find_project(call)
    if not may_read_code(call, project):
        raise forbidden()
    return project


def _moved(call: GitLabCall, project: ProjectRecord) -> GitLabHttpError:
    """The answer to a project's former path: the way to it, for reading; writing is refused."""
    if call.method != "GET":
        return message(405, "Non GET methods are not allowed for moved projects")
    below = "/".join(call.raw_path.strip("/").split("/")[2:])
    url = f"{call.state.url}/api/v4/projects/{project.id}{'/' if below else ''}{below}"
    query = urlencode(call.query, doseq=True)
    return GitLabHttpError(301, {"message": "301 Moved Permanently"}, {"location": f"{url}?{query}" if query else url})


def find_source(call: GitLabCall) -> Source:
    """The group or project that a path such as `/groups/:id/members` is about; raises ApiError 404."""
    if call.raw_path.startswith("/groups/"):
        return ("group", find_group(call).id)
    return ("project", find_project(call).id)
