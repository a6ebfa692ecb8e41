"""Issues of one project that are related; those that block one another take a licence."""

from eiginfra.lab.gitlab import issuables, issues, params
from eiginfra.lab.gitlab.access import GUEST, may, writable
from eiginfra.lab.gitlab.call import Answer, GitLabCall, Route, created, ok, takes
from eiginfra.lab.gitlab.errors import message, no_record, not_modelled
from eiginfra.lab.gitlab.records import Json, ProjectRecord, key_of


def _own(call: GitLabCall, project: ProjectRecord) -> list[Json]:
    """The links of a project's issues whose both ends are still there."""
    known: list[Json] = call.state.extra["issue_link"].setdefault(key_of(("project", project.id)), [])
    numbers = {issue["iid"] for issue in issuables.own(call, "issue", project)}
    known[:] = [link for link in known if {link["source"], link["target"]} <= numbers]
    return known


def _present(call: GitLabCall, project: ProjectRecord, link: Json) -> Json:
    ends = (issuables.find(call, "issue", project, str(link[end])) for end in ("source", "target"))
    source, target = (issues.basic(call, project, issue) for issue in ends)
    return {"id": link["id"], "source_issue": source, "target_issue": target, "link_type": "relates_to"}


def index(call: GitLabCall) -> Answer:
    """GET …/issues/:iid/links: the other issues, by when they were linked."""
    call.known_user()
    project, issue = issues.find_seen(call)
    seen = {one["iid"]: one for one in issues.visible(call, project)}
    found = []
    for link in _own(call, project):
        ends = {link["source"], link["target"]}
        [other] = ends - {issue["iid"]} if issue["iid"] in ends else [None]
        if other in seen:
            times = {"link_created_at": link["created_at"], "link_updated_at": link["created_at"]}
            shown = issues.present(call, project, seen[other])
            found.append({**shown, "issue_link_id": link["id"], "link_type": "relates_to", **times})
    return ok([{name: value for name, value in shown.items() if name != "subscribed"} for shown in found])


@takes(
    {
        "target_project_id": params.string(required=True),
        "target_issue_iid": params.string(required=True),
        "link_type": params.string("relates_to", unmodelled=("blocks", "is_blocked_by")),
    }
)
def create(call: GitLabCall) -> Answer:
    """POST …/issues/:iid/links."""
    project, issue = issues.find_seen(call)
    given, own = call.given, _own(call, project)
    if given["target_project_id"] not in (str(project.id), project.full_path):
        raise not_modelled("links between issues of several projects")
    target = issuables.find(call, "issue", project, given["target_issue_iid"])
    if target is issue or target not in issues.visible(call, project) or not may(call, ("project", project.id), GUEST):
        raise not_modelled("links of issues that are refused")
    writable(call, ("project", project.id))
    ends = {issue["iid"], target["iid"]}
    if any({link["source"], link["target"]} == ends for link in own):
        raise message(409, "Issue(s) already assigned")
    number = call.state.new_id("issue_link")
    own.append({"id": number, "source": issue["iid"], "target": target["iid"], "created_at": call.state.now()})
    return created(_present(call, project, own[-1]))


def show(call: GitLabCall) -> Answer:
    """GET …/issues/:iid/links/:link_id."""
    call.known_user()
    project, issue = issues.find_seen(call)
    return ok(_present(call, project, _find(call, project, issue)))


def remove(call: GitLabCall) -> Answer:
    """DELETE …/issues/:iid/links/:link_id, answered with what was."""
    project, issue = issues.find_seen(call)
    link = _find(call, project, issue)
    if not may(call, ("project", project.id), GUEST):
        raise not_modelled("links of issues that are refused")
    writable(call, ("project", project.id))
    shown = _present(call, project, link)
    _own(call, project).remove(link)
    return ok(shown)


def _find(call: GitLabCall, project: ProjectRecord, issue: Json) -> Json:
    seen = {one["iid"] for one in issues.visible(call, project)}
    for link in _own(call, project):
        ends = {link["source"], link["target"]}
        if str(link["id"]) == call.path["link_id"] and issue["iid"] in ends <= seen:
            return link
    raise no_record()


_BASE = "/projects/:id/issues/:iid/links"
ROUTES: tuple[Route, ...] = (
    ("GET", _BASE, index),
    ("POST", _BASE, create),
    ("GET", f"{_BASE}/:link_id", show),
    ("DELETE", f"{_BASE}/:link_id", remove),
)
