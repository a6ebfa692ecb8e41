"""What belongs to an issue or a merge request: who takes part, what it closes, which commits and changes it brings."""

import re
from typing import Any

from eiginfra.lab.gitlab import issuables, issues, merge_requests, present_users
from eiginfra.lab.gitlab.access import find_code, find_project
from eiginfra.lab.gitlab.call import Answer, GitLabCall, Route, ok, takes
from eiginfra.lab.gitlab.commits import present as present_commit
from eiginfra.lab.gitlab.diffs import between
from eiginfra.lab.gitlab.errors import not_modelled
from eiginfra.lab.gitlab.pagination import PAGED, paginate
from eiginfra.lab.gitlab.pushes import merge_base
from eiginfra.lab.gitlab.records import Json, ProjectRecord
from eiginfra.lab.gitlab.repository import repository

_MENTION = re.compile(r"(?<!\w)@([\w.-]*\w)")


def issue_participants(call: GitLabCall) -> Answer:
    """GET …/issues/:iid/participants."""
    return ok(_people(call, "Issue", *issues.find_seen(call)))


def request_participants(call: GitLabCall) -> Answer:
    """GET …/merge_requests/:iid/participants."""
    return ok(_people(call, "MergeRequest", *_request(call)))


def _people(call: GitLabCall, kind: str, project: ProjectRecord, thing: Json) -> list[Json]:
    """Who wrote it, has it to do, reviews it, wrote a note or is named in what was written."""
    notes = issuables.notes(call.state, project.id, kind, thing["id"])
    texts = [thing["title"], thing["description"] or "", *(note["body"] for note in notes)]
    named = [call.state.user_names.get(name.lower()) for text in texts for name in _MENTION.findall(text)]
    numbers = [thing["author_id"], *thing["assignee_ids"], *thing.get("reviewer_ids", ()), *(note["author_id"] for note in notes), *named]
    users = call.state.users
    return [present_users.basic(call.state, users[number]) for number in dict.fromkeys(numbers) if number in users]


def unrelated(call: GitLabCall) -> Answer:
    """GET …/issues/:iid/closed_by and …/related_merge_requests: none, as long as no text names another thing."""
    project, issue = issues.find_seen(call)
    texts = [f"{request['title']}\n{request['description']}" for request in issuables.own(call, "merge_request", project)]
    own = [issue["description"] or "", *(note["body"] for note in issuables.notes(call.state, project.id, "Issue", issue["id"]))]
    number = re.compile(rf"#{issue['iid']}\b|issues/{issue['iid']}\b")
    if any(number.search(text) for text in texts) or any(re.search(r"!\d|merge_requests/\d", text) for text in own):
        raise not_modelled("merge requests that name an issue")
    return paginate(call, [], lambda request: request)


def _request(call: GitLabCall) -> tuple[ProjectRecord, Json]:
    project = find_project(call)
    return project, issuables.find(call, "merge_request", project, call.path["iid"])


def _brought(call: GitLabCall) -> tuple[ProjectRecord, Json, list[str]]:
    """The request of the path with the commits that it brings.

    Raises GitLabHttpError 501 where the target branch is gone: GitLab remembers what it had.
    """
    project = find_code(call)
    request = issuables.find(call, "merge_request", project, call.path["iid"])
    if not request.get("merged") and request["target_branch"] not in repository(call.state, project)["branches"]:
        raise not_modelled("merge requests whose target branch is gone")
    return project, request, merge_requests.brought(call, project, request)


@takes(PAGED)
def commits(call: GitLabCall) -> Answer:
    """GET …/merge_requests/:iid/commits, the newest first."""
    project, _, numbers = _brought(call)
    repo = repository(call.state, project)
    return paginate(call, numbers, lambda number: present_commit(call, project, repo["commits"][number]))


def _changes(call: GitLabCall) -> tuple[ProjectRecord, Json, list[Json]]:
    """The request of the path with what it changes since the branches parted."""
    project, request, _ = _brought(call)
    repo, end = repository(call.state, project), request.get("merged")
    if end:
        return project, request, between(repo, repo["trees"].get(end["base"], {}), repo["trees"][end["sha"]])
    base = merge_base(repo, request["head"], repo["branches"][request["target_branch"]])
    return project, request, between(repo, repo["trees"].get(base, {}), repo["trees"][request["head"]])


def changes(call: GitLabCall) -> Answer:
    """GET …/merge_requests/:iid/changes: the request with what it changes."""
    project, request, found = _changes(call)
    shown = merge_requests.present_alone(call, project, request)
    return ok({**shown, "changes_count": str(len(found)) if found else None, "changes": found, "overflow": False})


@takes(PAGED)
def diffs(call: GitLabCall) -> Answer:
    """GET …/merge_requests/:iid/diffs."""
    found: list[Any] = _changes(call)[2]
    return paginate(call, found, lambda change: change)


_ISSUE, _REQUEST = "/projects/:id/issues/:iid", "/projects/:id/merge_requests/:iid"
ROUTES: tuple[Route, ...] = (
    ("GET", f"{_ISSUE}/participants", issue_participants),
    ("GET", f"{_ISSUE}/closed_by", takes(PAGED)(unrelated)),
    ("GET", f"{_ISSUE}/related_merge_requests", takes(PAGED)(unrelated)),
    ("GET", f"{_REQUEST}/participants", request_participants),
    ("GET", f"{_REQUEST}/commits", commits),
    ("GET", f"{_REQUEST}/changes", changes),
    ("GET", f"{_REQUEST}/diffs", diffs),
)
