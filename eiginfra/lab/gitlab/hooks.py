"""Webhooks of projects. The lab keeps them and never calls them."""

import re

from eiginfra.lab.gitlab import params
from eiginfra.lab.gitlab.access import MAINTAINER, authorize, find_project
from eiginfra.lab.gitlab.call import Answer, GitLabCall, Route, created, gone, ok, takes
from eiginfra.lab.gitlab.errors import GitLabHttpError, no_record
from eiginfra.lab.gitlab.pagination import PAGED, paginate
from eiginfra.lab.gitlab.records import Json, key_of

_EVENTS = (
    "push_events", "issues_events", "confidential_issues_events", "merge_requests_events", "tag_push_events", "note_events",
    "confidential_note_events", "job_events", "pipeline_events", "wiki_page_events", "deployment_events", "feature_flag_events",
    "releases_events", "milestone_events", "emoji_events", "resource_access_token_events", "vulnerability_events",
)  # fmt: skip
_FIELDS = {
    **{event: params.boolean() for event in _EVENTS},
    "name": params.string(),
    "description": params.string(),
    "enable_ssl_verification": params.boolean(),
    "push_events_branch_filter": params.string(),
    "branch_filter_strategy": params.string("wildcard", "regex", "all_branches"),
    "custom_webhook_template": params.string(),
    "token": params.string(),
}
_DEFAULTS: Json = {
    **dict.fromkeys(_EVENTS, False),
    "push_events": True,
    "name": None,
    "description": None,
    "enable_ssl_verification": True,
    "push_events_branch_filter": None,
    "branch_filter_strategy": "wildcard",
    "custom_webhook_template": None,
    "alert_status": "executable",
    "disabled_until": None,
    "url_variables": [],
    "custom_headers": [],
}


def _hooks(call: GitLabCall) -> tuple[int, list[Json]]:
    project = find_project(call)
    authorize(call, ("project", project.id), MAINTAINER)
    hooks: list[Json] = call.state.extra["hook"].setdefault(key_of(("project", project.id)), [])
    return project.id, hooks


def _present(hook: Json) -> Json:
    """The secret token is never shown."""
    return {name: value for name, value in hook.items() if name != "token"}


@takes(PAGED)
def index(call: GitLabCall) -> Answer:
    """GET …/hooks."""
    return paginate(call, _hooks(call)[1], _present)


def show(call: GitLabCall) -> Answer:
    """GET …/hooks/:hook_id."""
    return ok(_present(_find(call)[1]))


@takes({"url": params.string(required=True), **_FIELDS})
def create(call: GitLabCall) -> Answer:
    """POST …/hooks."""
    project_id, hooks = _hooks(call)
    given = _given(call)
    hook = {"id": call.state.new_id("hook"), "project_id": project_id, "created_at": call.state.now(), **_DEFAULTS, **given}
    hooks.append(hook)
    return created(_present(hook))


@takes({"url": params.string(), **_FIELDS})
def update(call: GitLabCall) -> Answer:
    """PUT …/hooks/:hook_id."""
    hook = _find(call)[1]
    hook.update(_given(call))
    return ok(_present(hook))


def remove(call: GitLabCall) -> Answer:
    """DELETE …/hooks/:hook_id."""
    hooks, hook = _find(call)
    hooks.remove(hook)
    return gone()


def _given(call: GitLabCall) -> Json:
    given = call.given
    if "url" in given and not re.match(r"https?://\S+", given["url"] or ""):
        raise GitLabHttpError(422, {"error": "Invalid url given"})
    return given


def _find(call: GitLabCall) -> tuple[list[Json], Json]:
    _, hooks = _hooks(call)
    hook = next((hook for hook in hooks if str(hook["id"]) == call.path["hook_id"]), None)
    if hook is None:
        raise no_record()
    return hooks, hook


_BASE = "/projects/:id/hooks"
ROUTES: tuple[Route, ...] = (
    ("GET", _BASE, index),
    ("POST", _BASE, create),
    ("GET", f"{_BASE}/:hook_id", show),
    ("PUT", f"{_BASE}/:hook_id", update),
    ("DELETE", f"{_BASE}/:hook_id", remove),
)
