"""Merge requests within one project, opened, changed and closed (recordings pullrequests-*); merging.py merges them."""

from datetime import UTC, datetime

from eiginfra.lab.gitlab import issuables, params, present_users
from eiginfra.lab.gitlab.access import DEVELOPER, GUEST, authorize, find_project, may, may_read_code, sees_project, writable
from eiginfra.lab.gitlab.call import Answer, GitLabCall, Route, created, ok, takes
from eiginfra.lab.gitlab.errors import conflict, forbidden, invalid, not_found, not_modelled
from eiginfra.lab.gitlab.pagination import paginate
from eiginfra.lab.gitlab.project_lists import parent_of
from eiginfra.lab.gitlab.pushes import note_version
from eiginfra.lab.gitlab.records import Json, ProjectRecord
from eiginfra.lab.gitlab.repository import ancestry, has_branch, repository

_KIND = "merge_request"
_FIELDS = {
    **issuables.FIELDS,
    "target_branch": params.string(),
    "reviewer_ids": params.integers(),
    "remove_source_branch": params.boolean(),
    "squash": params.boolean(),
    "allow_collaboration": params.boolean(),
}
_NEW = {name: params.string(required=True) for name in ("title", "source_branch", "target_branch")}
_CHANGES = {**_FIELDS, **issuables.CHANGES}
_LIST = {
    **issuables.LIST,
    "source_branch": params.string(),
    "target_branch": params.string(),
    "updated_after": params.instant(),
}


def comes_from(request: Json, project: ProjectRecord) -> bool:
    """Whether a project holds its source branch: mostly the one that it is in, or a fork of that."""
    return bool(request.get("source_project_id", request["project_id"]) == project.id)


def is_draft(request: Json) -> bool:
    """Whether its title says that it is not to be merged yet."""
    return str(request["title"]).lower().startswith(("draft:", "[draft]", "(draft)"))


def present(call: GitLabCall, project: ProjectRecord, request: Json) -> Json:
    """A merge request as GitLab shows it."""
    users = call.state.users
    shown = issuables.present(call, project, request, "!", "merge_requests")
    draft, end = is_draft(request), request.get("merged") or {}
    source = request.get("source_project_id", project.id)
    by = present_users.basic(call.state, users[end["user_id"]]) if end.get("user_id") in users else None
    return {
        **{name: value for name, value in shown.items() if name != "reviewer_ids"},
        "reviewers": [present_users.basic(call.state, users[number]) for number in request["reviewer_ids"] if number in users],
        "source_project_id": source if source in call.state.projects else None,
        "target_project_id": project.id,
        "draft": draft,
        "work_in_progress": draft,
        "merged_by": by,
        "merge_user": by,
        "merged_at": end.get("merged_at"),
        "merge_after": None,
        "prepared_at": request["created_at"],
        "merge_when_pipeline_succeeds": False,
        "merge_status": "can_be_merged",
        "detailed_merge_status": "not_open" if request["state"] != "opened" else "draft_status" if draft else "mergeable",
        "sha": end.get("sha") or request.get("head"),
        "merge_commit_sha": end.get("merge_commit_sha"),
        "squash_commit_sha": None,
        "squash_on_merge": request["squash"],
        "should_remove_source_branch": end.get("should_remove_source_branch"),
        "reference": f"!{request['iid']}",
        "has_conflicts": False,
        "blocking_discussions_resolved": True,
    }


def brought(call: GitLabCall, project: ProjectRecord, request: Json) -> list[str]:
    """The ids of the commits that it has beyond the target branch, or had when it was merged; newest first."""
    if request.get("merged"):
        return list(request["merged"]["commits"])
    repo, source = repository(call.state, project), request.get("head")
    target = repo["branches"].get(request["target_branch"])
    known = set(ancestry(repo, target)) if target else set()
    return [number for number in ancestry(repo, source) if number not in known] if source else []


def _instant(text: str) -> datetime:
    """A time as it was given; one without a zone is UTC."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _may_list(call: GitLabCall, project: ProjectRecord) -> bool:
    level = project.settings.get("merge_requests_access_level", "enabled")
    return level == "enabled" or (level == "private" and may(call, ("project", project.id), GUEST))


@takes(_LIST)
def index(call: GitLabCall) -> Answer:
    """GET …/merge_requests, where they are not switched off, or for members only."""
    project = find_project(call)
    given = call.given
    if not _may_list(call, project):
        raise forbidden()
    after = given.get("updated_after")
    found = [
        request
        for request in issuables.filtered(call, _KIND, project, given)
        if all(given.get(name) in (None, request[name]) for name in ("source_branch", "target_branch"))
        and (after is None or datetime.fromisoformat(request["updated_at"]) >= _instant(after))
    ]
    return paginate(call, found, lambda request: present(call, project, request))


def show(call: GitLabCall) -> Answer:
    """GET …/merge_requests/:iid."""
    project = find_project(call)
    request = issuables.find(call, _KIND, project, call.path["iid"])
    return ok(present_alone(call, project, request))


def present_alone(call: GitLabCall, project: ProjectRecord, request: Json) -> Json:
    """A merge request by itself, with more than in a list."""
    alone = {"subscribed": False, "changes_count": None, "first_contribution": False, "user": {"can_merge": call.user is not None}}
    return {**present(call, project, request), **alone}


@takes({**_FIELDS, **_NEW, "target_project_id": params.integer()})
def create(call: GitLabCall) -> Answer:
    """POST …/merge_requests, for developers of the source; one open request for two branches."""
    given, source = call.given, find_project(call)
    authorize(call, ("project", source.id), DEVELOPER)
    project = _target(call, source, given.get("target_project_id") or source.id)
    writable(call, ("project", project.id))
    _check(call, source, project, given)
    request = issuables.new(call, _KIND, project, given)
    request |= {
        "source_project_id": source.id,
        "source_branch": given["source_branch"],
        "reviewer_ids": [],
        "force_remove_source_branch": None,
        "squash": False,
        "allow_collaboration": False,
    }
    _change(call, project, request, given)
    note_version(call, project, request)
    issuables.own(call, _KIND, project).append(request)
    return created(present(call, project, request))


def _target(call: GitLabCall, source: ProjectRecord, number: int) -> ProjectRecord:
    """The project that it shall be merged into: the source itself, or what that is a fork of."""
    if number == source.id:
        return source
    project = call.state.projects.get(number)
    if project is None or not sees_project(call, project):
        raise not_found("Project")
    if parent_of(call.state, source.id) is not project:
        raise not_modelled("merge requests into another project than that which was forked")
    if not may_read_code(call, project):
        raise forbidden()
    return project


def _check(call: GitLabCall, origin: ProjectRecord, project: ProjectRecord, given: Json) -> None:
    source, target = given["source_branch"], given["target_branch"]
    if origin is project and source == target:
        raise invalid(branch_conflict=["You can't use same project/branch for source and target"])
    if not has_branch(call.state, origin, source):
        raise invalid(source_branch=[f'"{source}" does not exist'])
    if not has_branch(call.state, project, target):
        raise invalid(target_branch=[f'"{target}" does not exist'])
    for other in issuables.own(call, _KIND, project):
        if (
            other["state"] == "opened"
            and (other["source_branch"], other["target_branch"]) == (source, target)
            and comes_from(other, origin)
        ):
            raise conflict([f"Another open merge request already exists for this source branch: !{other['iid']}"])


@takes(_CHANGES, params.at_least_one(*_CHANGES))
def update(call: GitLabCall) -> Answer:
    """PUT …/merge_requests/:iid, for its author and developers."""
    project = find_project(call)
    request = issuables.find(call, _KIND, project, call.path["iid"])
    issuables.may_change(call, project, request, DEVELOPER)
    writable(call, ("project", project.id))
    given = call.given
    _change(call, project, request, given)
    return ok(present(call, project, request))


def _change(call: GitLabCall, project: ProjectRecord, request: Json, given: Json) -> None:
    issuables.change(call, project, request, given, assignees=1)
    request.update({name: given[name] for name in ("target_branch", "squash", "allow_collaboration") if name in given})
    source = call.state.projects.get(request["source_project_id"])
    if given.get("state_event") == "reopen" and source and has_branch(call.state, source, request["source_branch"]):
        note_version(call, project, request)
    if "remove_source_branch" in given:
        request["force_remove_source_branch"] = given["remove_source_branch"]
    if "reviewer_ids" in given:
        request["reviewer_ids"] = [number for number in given["reviewer_ids"] if number in call.state.users][:1]


def remove(call: GitLabCall) -> Answer:
    """DELETE …/merge_requests/:iid, for owners."""
    project = find_project(call)
    return issuables.remove(call, _KIND, project)


_BASE = "/projects/:id/merge_requests"
ROUTES: tuple[Route, ...] = (
    ("GET", _BASE, index),
    ("POST", _BASE, create),
    ("GET", f"{_BASE}/:iid", show),
    ("PUT", f"{_BASE}/:iid", update),
    ("DELETE", f"{_BASE}/:iid", remove),
)
