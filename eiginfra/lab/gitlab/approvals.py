"""Approvals of merge requests as without a licence: developers may give one, it obliges to nothing and outlasts a push; and versions."""

from eiginfra.lab.gitlab import issuables, merge_requests, params, present_users
from eiginfra.lab.gitlab.access import DEVELOPER, find_project, may
from eiginfra.lab.gitlab.call import Answer, GitLabCall, Route, created, ok, takes
from eiginfra.lab.gitlab.errors import message, not_found, not_modelled, unauthorized
from eiginfra.lab.gitlab.pagination import PAGED, paginate
from eiginfra.lab.gitlab.records import Json, ProjectRecord

_SHARED = ("id", "iid", "project_id", "title", "description", "state", "created_at", "updated_at")


def _found(call: GitLabCall) -> tuple[ProjectRecord, Json]:
    project = find_project(call)
    return project, issuables.find(call, "merge_request", project, call.path["iid"])


def _approvals(request: Json) -> dict[str, str]:
    """Account (as JSON writes keys) -> when it approved."""
    given: dict[str, str] = request.setdefault("approvals", {})
    return given


def _present(call: GitLabCall, project: ProjectRecord, request: Json) -> Json:
    given, users = _approvals(request), call.state.users
    mine = call.user is not None and str(call.user.id) in given
    return {
        **{name: request[name] for name in _SHARED},
        "merge_status": merge_requests.present(call, project, request)["merge_status"],
        "approved": True,
        "approvals_required": 0,
        "approvals_left": 0,
        "require_password_to_approve": False,
        "approved_by": [
            {"user": present_users.basic(call.state, users[int(number)]), "approved_at": at}
            for number, at in given.items()
            if int(number) in users
        ],
        "suggested_approvers": [],
        "approvers": [],
        "approver_groups": [],
        "user_has_approved": mine,
        "user_can_approve": not mine and may(call, ("project", project.id), DEVELOPER),
        "approval_rules_left": [],
        "has_approval_rules": False,
        "merge_request_approvers_available": False,
        "multiple_approval_rules_available": False,
        "invalid_approvers_rules": [],
    }


def show(call: GitLabCall) -> Answer:
    """GET …/merge_requests/:iid/approvals."""
    return ok(_present(call, *_found(call)))


def _may_approve(call: GitLabCall, project: ProjectRecord) -> None:
    """Raise GitLabHttpError 404 for who may not: GitLab looks for the merge request among those that may be approved."""
    call.known_user()
    if not may(call, ("project", project.id), DEVELOPER):
        raise not_found()


@takes({"sha": params.string()})
def approve(call: GitLabCall) -> Answer:
    """POST …/merge_requests/:iid/approve, once for each account, its author's too."""
    project, request = _found(call)
    _may_approve(call, project)
    if call.given.get("sha") not in (None, "", request.get("head")):
        raise message(409, f"SHA does not match HEAD of source branch: {request.get('head')}")
    number = str(call.known_user().id)
    if number in _approvals(request):
        raise unauthorized()
    if request["state"] != "opened":
        raise not_modelled("approving what is not open")
    _approvals(request)[number] = call.state.now()
    return created(_present(call, project, request))


def unapprove(call: GitLabCall) -> Answer:
    """POST …/merge_requests/:iid/unapprove."""
    project, request = _found(call)
    _may_approve(call, project)
    if _approvals(request).pop(str(call.known_user().id), None) is None:
        raise not_found()
    return created(_present(call, project, request))


@takes(PAGED)
def versions(call: GitLabCall) -> Answer:
    """GET …/merge_requests/:iid/versions: what the source branch held after each push, the newest first."""
    _, request = _found(call)
    kept: list[Json] = request.get("versions", [])
    return paginate(call, kept[::-1], lambda version: version)


_ONE = "/projects/:id/merge_requests/:iid"
ROUTES: tuple[Route, ...] = (
    ("GET", f"{_ONE}/approvals", show),
    ("POST", f"{_ONE}/approve", approve),
    ("POST", f"{_ONE}/unapprove", unapprove),
    ("GET", f"{_ONE}/versions", versions),
)
