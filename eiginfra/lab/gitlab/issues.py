"""Issues of projects (recordings issues-*)."""

from eiginfra.lab.gitlab import issuables, params
from eiginfra.lab.gitlab.access import GUEST, PLANNER, find_project, level_of, may, writable
from eiginfra.lab.gitlab.call import Answer, GitLabCall, Route, created, ok, takes
from eiginfra.lab.gitlab.errors import forbidden, no_record
from eiginfra.lab.gitlab.pagination import paginate
from eiginfra.lab.gitlab.records import Json, ProjectRecord

_FIELDS = {
    **issuables.FIELDS,
    "discussion_locked": params.boolean(),
    "confidential": params.boolean(),
    "due_date": params.day(),
    "issue_type": params.string("issue", "incident", "test_case", "task"),
}


_ONLY_IN_FULL = (
    "has_tasks",
    "moved_to_id",
    "severity",
    "service_desk_reply_to",
    "subscribed",
    "_links",
    "references",
    "imported",
    "imported_from",
)
_CHANGES = {**_FIELDS, **issuables.CHANGES}


def _project(call: GitLabCall) -> ProjectRecord:
    """The project of the path; raises ApiError 403 where its issues are off."""
    project = find_project(call)
    level = project.settings.get("issues_access_level", "enabled")
    if level == "disabled" or (level == "private" and not may(call, ("project", project.id), GUEST)):
        raise forbidden()
    return project


def present(call: GitLabCall, project: ProjectRecord, issue: Json) -> Json:
    """An issue as GitLab shows it."""
    api = f"{call.state.url}/api/v4/projects/{project.id}"
    shown = issuables.present(call, project, issue, "#", "issues")
    return {
        **shown,
        "type": issue["issue_type"].upper(),
        "has_tasks": False,
        "merge_requests_count": 0,
        "blocking_issues_count": 0,
        "moved_to_id": None,
        "severity": "UNKNOWN",
        "service_desk_reply_to": None,
        "subscribed": issue["author_id"] == (call.user.id if call.user else 0),
        "_links": {
            "self": f"{api}/issues/{issue['iid']}",
            "notes": f"{api}/issues/{issue['iid']}/notes",
            "award_emoji": f"{api}/issues/{issue['iid']}/award_emoji",
            "project": api,
            "closed_as_duplicate_of": None,
        },
    }


def basic(call: GitLabCall, project: ProjectRecord, issue: Json) -> Json:
    """An issue as lists beside those of issues show it."""
    return {name: value for name, value in present(call, project, issue).items() if name not in _ONLY_IN_FULL}


def visible(call: GitLabCall, project: ProjectRecord) -> list[Json]:
    """The issues of a project that the caller sees."""
    level = project.settings.get("issues_access_level", "enabled")
    if level == "disabled" or (level == "private" and not may(call, ("project", project.id), GUEST)):
        return []
    return [issue for issue in issuables.own(call, "issue", project) if _sees(call, project, issue)]


@takes({**issuables.LIST, "confidential": params.boolean()})
def index(call: GitLabCall) -> Answer:
    """GET …/issues."""
    project = _project(call)
    given = call.given
    wanted = given.get("confidential")
    found = [
        issue
        for issue in issuables.filtered(call, "issue", project, given)
        if _sees(call, project, issue) and wanted in (None, issue["confidential"])
    ]
    return paginate(call, found, lambda issue: present(call, project, issue))


def _sees(call: GitLabCall, project: ProjectRecord, issue: Json) -> bool:
    """Confidential issues are for their author and those who plan."""
    mine = call.user is not None and call.user.id in (issue["author_id"], *issue["assignee_ids"])
    return not issue["confidential"] or mine or may(call, ("project", project.id), PLANNER)


def find_seen(call: GitLabCall) -> tuple[ProjectRecord, Json]:
    """The issue of the path, if the caller sees it; raises GitLabHttpError 403 or 404."""
    project = _project(call)
    issue = issuables.find(call, "issue", project, call.path["iid"])
    if not _sees(call, project, issue):
        raise no_record()
    return project, issue


def show(call: GitLabCall) -> Answer:
    """GET …/issues/:iid."""
    return ok(present(call, *find_seen(call)))


@takes({**_FIELDS, "title": params.string(required=True)})
def create(call: GitLabCall) -> Answer:
    """POST …/issues: whoever may see the project; labels and people are for its members."""
    call.known_user()
    project = _project(call)
    given = call.given
    if not level_of(call.state, call.user, ("project", project.id)) and not call.admin:
        given = {name: value for name, value in given.items() if name in ("title", "description", "confidential", "issue_type")}
    writable(call, ("project", project.id))
    issue = issuables.new(call, "issue", project, given)
    issue |= {
        "confidential": bool(given.get("confidential")),
        "due_date": given.get("due_date"),
        "issue_type": given.get("issue_type") or "issue",
    }
    issuables.change(call, project, issue, given, assignees=1)
    issuables.own(call, "issue", project).append(issue)
    return created(present(call, project, issue))


@takes(_CHANGES, params.at_least_one(*_CHANGES))
def update(call: GitLabCall) -> Answer:
    """PUT …/issues/:iid, for its author and planners."""
    project = _project(call)
    issue = issuables.find(call, "issue", project, call.path["iid"])
    issuables.may_change(call, project, issue)
    writable(call, ("project", project.id))
    given = call.given
    issuables.change(call, project, issue, given, assignees=1)
    issue.update({name: given[name] for name in ("confidential", "due_date", "issue_type") if name in given})
    return ok(present(call, project, issue))


def remove(call: GitLabCall) -> Answer:
    """DELETE …/issues/:iid, for owners."""
    project = _project(call)
    return issuables.remove(call, "issue", project)


_BASE = "/projects/:id/issues"
ROUTES: tuple[Route, ...] = (
    ("GET", _BASE, index),
    ("POST", _BASE, create),
    ("GET", f"{_BASE}/:iid", show),
    ("PUT", f"{_BASE}/:iid", update),
    ("DELETE", f"{_BASE}/:iid", remove),
)
