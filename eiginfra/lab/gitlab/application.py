"""Settings of the instance that change how it answers: an administrator's approval of promotions."""

from typing import Any

from eiginfra.lab.gitlab import params
from eiginfra.lab.gitlab.access import OWNER, PLANNER, level_of
from eiginfra.lab.gitlab.call import Answer, GitLabCall, Route, ok, takes
from eiginfra.lab.gitlab.records import Json, Source, key_of
from eiginfra.lab.gitlab.state import GitLabState

PROMOTIONS = "enable_member_promotion_management"


def _settings(state: GitLabState) -> Json:
    known: Json = state.extra["application"].setdefault("settings", {PROMOTIONS: False})
    return known


def show(call: GitLabCall) -> Answer:
    """GET /application/settings, for administrators; of its many fields those that the lab heeds."""
    call.known_admin()
    return ok(_settings(call.state))


@takes({PROMOTIONS: params.boolean()})
def update(call: GitLabCall) -> Answer:
    """PUT /application/settings."""
    call.known_admin()
    given = call.given
    _settings(call.state).update({name: value for name, value in given.items() if value is not None})
    return ok(_settings(call.state))


def queued(call: GitLabCall, source: Source, user_id: int, level: int) -> dict[str, Any] | None:
    """The answer to a promotion that an administrator has to approve first, which is remembered; None when it needs no approval.

    It does when who holds no seat yet (at most Planner everywhere) shall get one, and no administrator asks.
    """
    state = call.state
    user = state.users[user_id]
    if call.admin or not _settings(state)[PROMOTIONS] or level <= PLANNER or user.admin:
        return None
    held = max((level_of(state, user, place) for place in state.memberships[user_id]), default=0)
    if PLANNER < held <= OWNER:
        return None
    state.extra["promotion"].setdefault(key_of(source), {})[str(user_id)] = level
    return {"message": {user.username: "Request queued for administrator approval."}}


ROUTES: tuple[Route, ...] = (("GET", "/application/settings", show), ("PUT", "/application/settings", update))
