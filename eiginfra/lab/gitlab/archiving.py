"""Archiving groups and projects: what is archived, and all that is below, is only for reading."""

from eiginfra.lab.gitlab import present_groups, project_lists
from eiginfra.lab.gitlab.access import OWNER, authorize, find_group, find_project, is_archived
from eiginfra.lab.gitlab.call import Answer, GitLabCall, Route, created
from eiginfra.lab.gitlab.errors import message
from eiginfra.lab.gitlab.records import GroupRecord, ProjectRecord, Source


def archive_group(call: GitLabCall) -> Answer:
    """POST /groups/:id/archive, for owners."""
    group = _group(call)
    if group.archived:
        raise message(422, "Group is already archived!")
    if is_archived(call.state, ("group", group.id)):
        raise message(422, "Cannot archive group since one of the ancestor groups is already archived!")
    if _doomed(call, ("group", group.id)):
        raise message(422, "Cannot archive group since it is scheduled for deletion.")
    group.archived = True
    for kind, number in call.state.sources_below(group.id):
        (call.state.groups if kind == "group" else call.state.projects)[number].archived = False
    return created(present_groups.full(call.state, group))


def unarchive_group(call: GitLabCall) -> Answer:
    """POST /groups/:id/unarchive, for owners."""
    group = _group(call)
    if not group.archived:
        above = is_archived(call.state, ("group", group.id))
        text = "Cannot unarchive group since one of the ancestor groups is archived!" if above else "Group is already unarchived!"
        raise message(422, text)
    group.archived = False
    return created(present_groups.full(call.state, group))


def archive_project(call: GitLabCall) -> Answer:
    """POST /projects/:id/archive, for owners."""
    project = _project(call)
    if not project.archived and is_archived(call.state, ("project", project.id)):
        raise message(422, "Cannot archive project since one of the ancestors is already archived.")
    if _doomed(call, ("project", project.id)):
        raise message(422, "Cannot archive project since it is scheduled for deletion.")
    return _set_archived(call, project, archived=True)


def unarchive_project(call: GitLabCall) -> Answer:
    """POST /projects/:id/unarchive, for owners."""
    project = _project(call)
    if not project.archived and is_archived(call.state, ("project", project.id)):
        raise message(422, "Cannot unarchive project since one of the ancestors is archived.")
    return _set_archived(call, project, archived=False)


def _set_archived(call: GitLabCall, project: ProjectRecord, *, archived: bool) -> Answer:
    project.archived = archived
    project.updated_at = call.state.now()
    return created(project_lists.present_one(call, project))


def _group(call: GitLabCall) -> GroupRecord:
    group = find_group(call)
    authorize(call, ("group", group.id), OWNER)
    return group


def _project(call: GitLabCall) -> ProjectRecord:
    project = find_project(call)
    authorize(call, ("project", project.id), OWNER)
    return project


def _doomed(call: GitLabCall, source: Source) -> bool:
    state = call.state
    return any(
        (state.groups if kind == "group" else state.projects)[number].marked_for_deletion_on for kind, number in state.sources_above(source)
    )


ROUTES: tuple[Route, ...] = (
    ("POST", "/groups/:id/archive", archive_group),
    ("POST", "/groups/:id/unarchive", unarchive_group),
    ("POST", "/projects/:id/archive", archive_project),
    ("POST", "/projects/:id/unarchive", unarchive_project),
)
