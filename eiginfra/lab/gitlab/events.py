"""What people did, as events. The lab keeps pushes only, and of other things only whether there may be any."""

from collections.abc import Mapping

from eiginfra.lab.gitlab import params, present_users
from eiginfra.lab.gitlab.access import find_project, may_read_code
from eiginfra.lab.gitlab.call import Answer, GitLabCall, Route, takes
from eiginfra.lab.gitlab.errors import not_found, not_modelled
from eiginfra.lab.gitlab.pagination import PAGED, paginate
from eiginfra.lab.gitlab.records import Json, ProjectRecord, key_of
from eiginfra.lab.gitlab.repository import ancestry, repository

_MOST_AT_ONCE = 3
"""Branches of one push that are told one by one (`push_event_activities_limit`); of more only how many they were."""
_TITLE = 70
_ACTION_NAMES = {"created": "pushed new", "pushed": "pushed to", "removed": "deleted"}


def note(call: GitLabCall) -> None:
    """Remember that somebody changed something, of which there may be events."""
    if call.user is not None and call.method != "GET":
        call.state.extra["acted"][f"user:{call.user.id}"] = True


def note_pushes(call: GitLabCall, project: ProjectRecord, moves: Mapping[str, tuple[str | None, str | None]]) -> None:
    """Keep what a push did: branch -> the commits before and after it, None for none."""
    state, user = call.state, call.known_user()
    events: list[Json] = state.extra["push_event"].setdefault(key_of(("project", project.id)), [])
    told: dict[str, list[Json]] = {}
    for name, (before, after) in moves.items():
        if before != after:
            action = "created" if before is None else "removed" if after is None else "pushed"
            told.setdefault(action, []).append(_payload(call, project, name, action, before, after))
    for action, payloads in told.items():
        if len(payloads) > _MOST_AT_ONCE:
            empty = dict.fromkeys(payloads[0]) | {"action": action, "ref_type": "branch", "commit_count": 0}
            payloads = [{**empty, "ref_count": len(payloads)}]  # noqa: PLW2901 - the one that stands for all
        for payload in payloads:
            number = state.new_id("event")
            events.append({"id": number, "author_id": user.id, "created_at": state.now(), "push_data": payload})


def _payload(call: GitLabCall, project: ProjectRecord, name: str, action: str, *ends: str | None) -> Json:
    repo, (before, after) = repository(call.state, project), ends
    known = set(ancestry(repo, *([before] if before else [])))
    return {
        "commit_count": sum(number not in known for number in ancestry(repo, after)) if after else 0,
        "action": action,
        "ref_type": "branch",
        "commit_from": before,
        "commit_to": after,
        "ref": name,
        "commit_title": repo["commits"][after]["title"][:_TITLE] if after else None,
        "ref_count": None,
    }


@takes(PAGED)
def of_user(call: GitLabCall) -> Answer:
    """GET /users/:id/events, by id or user name: an empty list for who never changed anything nor was in a project."""
    wanted, state = call.path["id"], call.state
    user = state.users.get(int(wanted) if wanted.isdecimal() else state.user_names.get(wanted.lower(), 0))
    if user is None:
        raise not_found("User")
    if state.extra["acted"].get(f"user:{user.id}"):
        raise not_modelled("events of who did something: GET /users/:id/events")
    return paginate(call, [], lambda event: event)


@takes({"action": params.string(), "after": params.day(), "sort": params.string("asc", "desc", default="desc"), **PAGED})
def of_project(call: GitLabCall) -> Answer:
    """GET /projects/:id/events: pushes, for who may read the code; those of other actions are not kept."""
    project, given = find_project(call), call.given
    if given.get("action") != "pushed":
        raise not_modelled("events other than pushes: GET /projects/:id/events without action=pushed")
    kept: list[Json] = call.state.extra["push_event"].get(key_of(("project", project.id)), [])
    found = [event for event in kept if event["created_at"][:10] > (given.get("after") or "")] if may_read_code(call, project) else []
    ordered = found if given["sort"] == "asc" else found[::-1]
    return paginate(call, ordered, lambda event: _present(call, project, event))


def _present(call: GitLabCall, project: ProjectRecord, event: Json) -> Json:
    user = call.state.users.get(event["author_id"])
    return {
        "id": event["id"],
        "project_id": project.id,
        "action_name": _ACTION_NAMES[event["push_data"]["action"]],
        "target_id": None,
        "target_iid": None,
        "target_type": None,
        "author_id": event["author_id"],
        "target_title": None,
        "created_at": event["created_at"],
        **({"author": present_users.basic(call.state, user)} if user else {}),
        "imported": False,
        "imported_from": "none",
        "push_data": event["push_data"],
        **({"author_username": user.username} if user else {}),
    }


ROUTES: tuple[Route, ...] = (("GET", "/users/:id/events", of_user), ("GET", "/projects/:id/events", of_project))
