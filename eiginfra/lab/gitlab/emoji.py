"""Emoji that people award to issues, merge requests and their notes (recordings comments-*)."""

from typing import Any

from eiginfra.lab.gitlab import issuables, issues, notes, params, present_users
from eiginfra.lab.gitlab.access import writable
from eiginfra.lab.gitlab.call import Answer, GitLabCall, Route, created, gone, ok, takes
from eiginfra.lab.gitlab.errors import no_record, not_found, not_modelled, unauthorized
from eiginfra.lab.gitlab.notes import NotedThing, find_thing
from eiginfra.lab.gitlab.pagination import PAGED, paginate
from eiginfra.lab.gitlab.records import Json

_KNOWN = ("thumbsup", "thumbsdown", "tractor", "heart", "tada", "rocket", "eyes", "smile", "white_check_mark")
"""A few of GitLab's names."""


def _awarded(call: GitLabCall) -> tuple[NotedThing, Json, str]:
    """What the path's emoji are awarded to, and what GitLab calls that."""
    thing = find_thing(call)
    if "note_id" in call.path:
        return thing, notes.find(call, thing), "Note"
    if thing.kind == "Issue":
        return thing, issues.find_seen(call)[1], "Issue"
    return thing, issuables.find(call, "merge_request", thing.project, call.path["iid"]), "MergeRequest"


def _present(call: GitLabCall, award: Json) -> Json:
    user = call.state.users.get(award["user_id"])
    shown: Any = present_users.basic(call.state, user) if user else None
    return {**{name: value for name, value in award.items() if name != "user_id"}, "user": shown, "url": None}


@takes(PAGED)
def index(call: GitLabCall) -> Answer:
    """GET …/award_emoji."""
    return paginate(call, _awarded(call)[1].get("awards", []), lambda award: _present(call, award))


def show(call: GitLabCall) -> Answer:
    """GET …/award_emoji/:award_id."""
    return ok(_present(call, _find(call, _awarded(call)[1])))


@takes({"name": params.string(required=True)})
def create(call: GitLabCall) -> Answer:
    """POST …/award_emoji: each name once from each person."""
    thing, awarded, kind = _awarded(call)
    writable(call, ("project", thing.project.id))
    name, user, now = call.given["name"], call.known_user(), call.state.now()
    if name not in _KNOWN:
        raise not_modelled(f"the emoji {name}")
    awards = awarded.setdefault("awards", [])
    if any((award["name"], award["user_id"]) == (name, user.id) for award in awards):
        raise not_found("Award Emoji Name has already been taken")
    award = {"id": call.state.new_id("award"), "name": name, "user_id": user.id, "created_at": now, "updated_at": now}
    awards.append({**award, "awardable_id": awarded["id"], "awardable_type": kind})
    return created(_present(call, awards[-1]))


def remove(call: GitLabCall) -> Answer:
    """DELETE …/award_emoji/:award_id, for who awarded it."""
    _, awarded, _ = _awarded(call)
    award = _find(call, awarded)
    if award["user_id"] != call.known_user().id and not call.admin:
        raise unauthorized()
    awarded["awards"].remove(award)
    return gone()


def _find(call: GitLabCall, awarded: Json) -> Json:
    award: Json | None = next((one for one in awarded.get("awards", ()) if str(one["id"]) == call.path["award_id"]), None)
    if award is None:
        raise no_record()
    return award


ROUTES: tuple[Route, ...] = tuple(
    route
    for place in ("issues", "merge_requests")
    for within in ("", "/notes/:note_id")
    for base in (f"/projects/:id/{place}/:iid{within}/award_emoji",)
    for route in (
        ("GET", base, index),
        ("POST", base, create),
        ("GET", f"{base}/:award_id", show),
        ("DELETE", f"{base}/:award_id", remove),
    )
)
