"""What others than GitLab say of a commit: each saying is part of a pipeline of one commit and one branch or tag."""

from typing import Any

from eiginfra.lab.gitlab import params, present_users
from eiginfra.lab.gitlab.access import DEVELOPER, authorize, find_code
from eiginfra.lab.gitlab.call import Answer, GitLabCall, Route, created, takes
from eiginfra.lab.gitlab.commits import found_commit
from eiginfra.lab.gitlab.errors import not_found, not_modelled
from eiginfra.lab.gitlab.pagination import PAGED, paginate
from eiginfra.lab.gitlab.records import Json, ProjectRecord
from eiginfra.lab.gitlab.repository import ancestry, pipelines, repository

_OPEN = ("pending", "running")
_ENDED = ("success", "failed", "canceled")


def _present(call: GitLabCall, pipeline: Json, status: Json) -> Json:
    author = call.state.users.get(status["author_id"])
    shown: Any = present_users.basic(call.state, author) if author else None
    hidden = ("author_id", "retried")
    return {
        **{name: value for name, value in status.items() if name not in hidden},
        "sha": pipeline["sha"],
        "ref": pipeline["ref"],
        "allow_failure": False,
        "coverage": None,
        "pipeline_id": pipeline["id"],
        "author": shown,
    }


@takes({"name": params.string(), "ref": params.string(), "all": params.boolean(default=False), **PAGED})
def index(call: GitLabCall) -> Answer:
    """GET …/repository/commits/:sha/statuses: the latest of each name, or all."""
    call.known_user()
    project, given = find_code(call), call.given
    number = found_commit(call, project)["id"]
    found = [
        (pipeline, status)
        for pipeline in pipelines(call.state, project)
        for status in pipeline["statuses"]
        if pipeline["sha"] == number
        and (given["all"] or not status["retried"])
        and given.get("name") in (None, "", status["name"])
        and given.get("ref") in (None, "", pipeline["ref"])
    ]
    return paginate(call, sorted(found, key=lambda pair: int(pair[1]["id"])), lambda pair: _present(call, *pair))


@takes(
    {
        "state": params.string("pending", "running", "success", "failed", "canceled", "skipped", required=True),
        "ref": params.string(),
        "name": params.string(),
        "context": params.string(),
        "target_url": params.string(),
        "description": params.string(),
    }
)
def create(call: GitLabCall) -> Answer:
    """POST …/statuses/:sha: one more, or the end of one that was pending or running."""
    project, given = find_code(call), call.given
    authorize(call, ("project", project.id), DEVELOPER)
    number, name = found_commit(call, project)["id"], given.get("name") or given.get("context") or "default"
    pipeline = _pipeline(call, project, number, given.get("ref") or _branch(call, project, number))
    user, now = call.known_user(), call.state.now()
    same = [status for status in pipeline["statuses"] if status["name"] == name]
    status = next((one for one in same if one["status"] in _OPEN and one["author_id"] == user.id), None)
    if status is None:
        for older in same:
            older["retried"] = True
        times = {"created_at": now, "started_at": None, "finished_at": None}
        status = {"id": call.state.new_id("status"), "name": name, "status": "created", "description": None, "target_url": None, **times}
        status |= {"author_id": user.id, "retried": False}
        pipeline["statuses"].append(status)
    elif given["state"] in ("pending", status["status"]):
        raise not_modelled("a status that goes back or remains as it is")
    status.update({field: given[field] for field in ("target_url", "description") if field in given}, status=given["state"])
    if given["state"] == "running":
        status["started_at"] = now
    elif given["state"] in _ENDED:
        status["finished_at"] = now
    pipeline.update(status=_whole(pipeline), updated_at=now)
    return created(_present(call, pipeline, status))


def _branch(call: GitLabCall, project: ProjectRecord, number: str) -> str:
    """The first branch that has a commit."""
    repo = repository(call.state, project)
    for name, head in sorted(repo["branches"].items()):
        if number in ancestry(repo, head):
            return str(name)
    raise not_found("References for commit")


def _pipeline(call: GitLabCall, project: ProjectRecord, number: str, ref: str) -> Json:
    own, state = pipelines(call.state, project), call.state
    found = next((one for one in own if (one["sha"], one["ref"]) == (number, ref)), None)
    if found is None:
        known = {"id": state.new_id("pipeline"), "iid": len(own) + 1, "project_id": project.id, "sha": number, "ref": ref}
        found = {**known, "status": "created", "source": "external", "created_at": state.now(), "updated_at": state.now(), "statuses": []}
        own.append(found)
    return found


def _whole(pipeline: Json) -> str:
    """How a pipeline does: as all its latest statuses do, running while one is to end, failed when one has."""
    states = {status["status"] for status in pipeline["statuses"] if not status["retried"]}
    if len(states) == 1:
        return str(states.pop())
    if states & set(_OPEN):
        return "running"
    return next(state for state in ("failed", "canceled", "success") if state in states)


ROUTES: tuple[Route, ...] = (
    ("GET", "/projects/:id/repository/commits/:sha/statuses", index),
    ("POST", "/projects/:id/statuses/:sha", create),
)
