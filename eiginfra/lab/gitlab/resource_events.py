"""What happened to an issue or a merge request: labels and milestones that came and went, closing and opening."""

from typing import Any

from eiginfra.lab.gitlab import issuables, issues, labels, milestones, present_users
from eiginfra.lab.gitlab.access import find_project
from eiginfra.lab.gitlab.call import Answer, GitLabCall, Handler, Route, ok, takes
from eiginfra.lab.gitlab.errors import no_record
from eiginfra.lab.gitlab.pagination import PAGED, paginate
from eiginfra.lab.gitlab.records import Json, ProjectRecord

_KINDS = ("label", "milestone", "state")


def _events(call: GitLabCall, what: str) -> tuple[ProjectRecord, list[Json]]:
    call.known_user()
    if call.raw_path.split("/")[3] == "issues":
        project, thing = issues.find_seen(call)
    else:
        project = find_project(call)
        thing = issuables.find(call, "merge_request", project, call.path["iid"])
    return project, [event for event in thing.get("events", ()) if event["what"] == what]


def _present(call: GitLabCall, project: ProjectRecord, event: Json) -> Json:
    user = call.state.users.get(event["user_id"])
    kind = "Issue" if call.raw_path.split("/")[3] == "issues" else "MergeRequest"
    shown: Any = present_users.basic(call.state, user) if user else None
    known = {"id": event["id"], "user": shown, "created_at": event["created_at"], "resource_type": kind, "resource_id": event["thing"]}
    if event["what"] == "state":
        return {**known, "source_commit": None, "source_merge_request_id": None, "state": event["action"]}
    if event["what"] == "label":
        return {**known, "label": labels.reachable(call, project.id, event["on"]), "action": event["action"]}
    milestone = milestones.reachable(call, project.id, event["on"])
    return {**known, "milestone": milestone, "action": event["action"], "state": event["state"]}


def _index(what: str) -> Handler:
    def work(call: GitLabCall) -> Answer:
        """GET …/resource_…_events."""
        project, events = _events(call, what)
        return paginate(call, events, lambda event: _present(call, project, event))

    return takes(PAGED)(work)


def _show(what: str) -> Handler:
    def work(call: GitLabCall) -> Answer:
        """GET …/resource_…_events/:event_id."""
        project, events = _events(call, what)
        event = next((event for event in events if str(event["id"]) == call.path["event_id"]), None)
        if event is None:
            raise no_record()
        return ok(_present(call, project, event))

    return work


ROUTES: tuple[Route, ...] = tuple(
    route
    for place in ("issues", "merge_requests")
    for what in _KINDS
    for base in (f"/projects/:id/{place}/:iid/resource_{what}_events",)
    for route in (("GET", base, _index(what)), ("GET", f"{base}/:event_id", _show(what)))
)
