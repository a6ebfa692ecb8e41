"""Webhooks of projects and groups. The lab keeps them and never calls them."""

import re

from eiginfra.lab.gitlab import params
from eiginfra.lab.gitlab.access import MAINTAINER, OWNER, authorize, find_source
from eiginfra.lab.gitlab.call import Answer, GitLabCall, Route, created, gone, ok, takes
from eiginfra.lab.gitlab.errors import GitLabHttpError, no_record
from eiginfra.lab.gitlab.pagination import PAGED, paginate
from eiginfra.lab.gitlab.records import Json, Source, key_of

_EVENTS = (
    "push_events", "issues_events", "confidential_issues_events", "merge_requests_events", "tag_push_events", "note_events",
    "confidential_note_events", "job_events", "pipeline_events", "wiki_page_events", "deployment_events", "feature_flag_events",
    "releases_events", "milestone_events", "emoji_events", "resource_access_token_events", "vulnerability_events",
)  # fmt: skip
_OF_GROUPS = ("subgroup_events", "member_events", "project_events")
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
_GROUP_FIELDS = {**_FIELDS, **{event: params.boolean() for event in _OF_GROUPS}}
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


def _hooks(call: GitLabCall) -> tuple[Source, list[Json]]:
    """Those of the path's project, for maintainers, or group, for owners."""
    source = find_source(call)
    authorize(call, source, OWNER if source[0] == "group" else MAINTAINER)
    hooks: list[Json] = call.state.extra["hook"].setdefault(key_of(source), [])
    return source, hooks


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


def _create(call: GitLabCall) -> Answer:
    (kind, number), hooks = _hooks(call)
    given = _given(call)
    more = dict.fromkeys(_OF_GROUPS, False) if kind == "group" else {}
    hook = {"id": call.state.new_id("hook"), f"{kind}_id": number, "created_at": call.state.now(), **_DEFAULTS, **more, **given}
    hooks.append(hook)
    return created(_present(hook))


def _update(call: GitLabCall) -> Answer:
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


ROUTES: tuple[Route, ...] = tuple(
    route
    for base, fields in (("/projects/:id/hooks", _FIELDS), ("/groups/:id/hooks", _GROUP_FIELDS))
    for route in (
        ("GET", base, index),
        ("POST", base, takes({"url": params.string(required=True), **fields})(_create)),
        ("GET", f"{base}/:hook_id", show),
        ("PUT", f"{base}/:hook_id", takes({"url": params.string(), **fields})(_update)),
        ("DELETE", f"{base}/:hook_id", remove),
    )
)
