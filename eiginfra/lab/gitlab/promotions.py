"""Promotions that an administrator has to approve first."""

from typing import Any

from eiginfra.lab.gitlab.access import OWNER, PLANNER, level_of
from eiginfra.lab.gitlab.call import GitLabCall
from eiginfra.lab.gitlab.instance_settings import setting
from eiginfra.lab.gitlab.records import Source, key_of

PROMOTIONS = "enable_member_promotion_management"


def queued(call: GitLabCall, source: Source, user_id: int, level: int) -> dict[str, Any] | None:
    """The answer to a promotion that an administrator has to approve first, which is remembered; None when it needs no approval.

    It does when who holds no seat yet (at most Planner everywhere) shall get one, and no administrator asks.
    """
    state = call.state
    user = state.users[user_id]
    if call.admin or not setting(state, PROMOTIONS) or level <= PLANNER or user.admin:
        return None
    held = max((level_of(state, user, place) for place in state.memberships[user_id]), default=0)
    if PLANNER < held <= OWNER:
        return None
    state.extra["promotion"].setdefault(key_of(source), {})[str(user_id)] = level
    return {"message": {user.username: "Request queued for administrator approval."}}
