"""The issues and merge requests of a milestone, and milestones of projects that become those of their group."""

from eiginfra.lab.gitlab import issuables, issues, merge_requests, milestones
from eiginfra.lab.gitlab.access import PLANNER, authorize, find_project, find_source, sees_project
from eiginfra.lab.gitlab.call import Answer, GitLabCall, Route, ok, takes
from eiginfra.lab.gitlab.errors import forbidden, not_modelled
from eiginfra.lab.gitlab.labels import priority_of
from eiginfra.lab.gitlab.pagination import PAGED, paginate
from eiginfra.lab.gitlab.records import Json, ProjectRecord

_Found = tuple[ProjectRecord, Json]


def _things(call: GitLabCall, kind: str) -> list[_Found]:
    """What is in the milestone of the path, by the priority of labels, then the newest first.

    Raises GitLabHttpError 501 for a group's milestone that is used in groups below.
    """
    source = find_source(call)
    number = milestones.find(call, source)["id"]
    state = call.state
    projects = [state.projects[source[1]]] if source[0] == "project" else list(state.projects_of.get(source[1], {}).values())
    below = [state.projects[one[1]] for one in state.sources_below(source[1]) if one[0] == "project"] if source[0] == "group" else []

    def within(project: ProjectRecord) -> list[_Found]:
        own = issues.visible(call, project) if kind == "issue" else issuables.own(call, kind, project)
        return [(project, thing) for thing in own if thing["milestone_id"] == number] if sees_project(call, project) else []

    if any(within(project) for project in below if project not in projects):
        raise not_modelled("a group's milestone that is used in groups below")
    found = [pair for project in projects for pair in within(project)]
    return sorted(found, key=lambda pair: (priority_of(state, pair[0].id, pair[1]["labels"]), -pair[1]["id"]))


@takes(PAGED)
def issue_index(call: GitLabCall) -> Answer:
    """GET …/milestones/:milestone_id/issues."""
    return paginate(call, _things(call, "issue"), lambda pair: issues.basic(call, *pair))


@takes(PAGED)
def request_index(call: GitLabCall) -> Answer:
    """GET …/milestones/:milestone_id/merge_requests."""
    return paginate(call, _things(call, "merge_request"), lambda pair: merge_requests.present(call, *pair))


def promote(call: GitLabCall) -> Answer:
    """POST /projects/:id/milestones/:milestone_id/promote: one of the group, in place of all in its projects with that title."""
    project = find_project(call)
    authorize(call, ("project", project.id), PLANNER)
    group = call.state.groups.get(project.namespace_id)
    if group is None:
        raise forbidden()
    authorize(call, ("group", group.id), PLANNER)
    old = milestones.find(call, ("project", project.id))
    fields = {name: old[name] for name in ("title", "description", "start_date", "due_date")}
    new = milestones.add(call, ("group", group.id), fields)
    for other in call.state.projects_of[group.id].values():
        own = milestones.own(call, ("project", other.id))
        same = [milestone for milestone in own if milestone["title"] == old["title"]]
        replaced = {milestone["id"] for milestone in same}
        own[:] = [milestone for milestone in own if milestone["id"] not in replaced]
        for kind in ("issue", "merge_request"):
            for thing in issuables.own(call, kind, other):
                if thing["milestone_id"] in replaced:
                    thing["milestone_id"] = new["id"]
    return ok(200)


ROUTES: tuple[Route, ...] = (
    *(
        route
        for kind in ("groups", "projects")
        for base in (f"/{kind}/:id/milestones/:milestone_id",)
        for route in (("GET", f"{base}/issues", issue_index), ("GET", f"{base}/merge_requests", request_index))
    ),
    ("POST", "/projects/:id/milestones/:milestone_id/promote", promote),
)
