"""What people say of what they do: an emoji, a text, whether they are busy, and until when."""

import html
import re
from datetime import timedelta

from eiginfra.lab.gitlab import params
from eiginfra.lab.gitlab.call import Answer, GitLabCall, Route, ok, takes
from eiginfra.lab.gitlab.errors import invalid, not_found, not_modelled
from eiginfra.lab.gitlab.records import Json, UserRecord, stamp

_CLEARED_AFTER = {
    "30_minutes": timedelta(minutes=30),
    "3_hours": timedelta(hours=3),
    "8_hours": timedelta(hours=8),
    "1_day": timedelta(days=1),
    "3_days": timedelta(days=3),
    "7_days": timedelta(days=7),
    "30_days": timedelta(days=30),
}
_NONE: Json = {"emoji": None, "message": None, "availability": None, "clear_status_at": None}
_LONGEST = 100


def _present(call: GitLabCall, user: UserRecord) -> Json:
    known: Json | None = call.state.extra["status"].get(f"user:{user.id}")
    if known is None or (known["clear_status_at"] is not None and known["clear_status_at"] < call.state.now()):
        known = _NONE
    return {**known, "message_html": html.escape(known["message"] or "", quote=False)}


def show_own(call: GitLabCall) -> Answer:
    """GET /user/status."""
    return ok(_present(call, call.known_user()))


def show(call: GitLabCall) -> Answer:
    """GET /users/:id/status, by id or user name; for everyone."""
    wanted, state = call.path["id"], call.state
    user = state.users.get(int(wanted) if wanted.isdecimal() else state.user_names.get(wanted.lower(), 0))
    if user is None:
        raise not_found("User")
    return ok(_present(call, user))


@takes(
    {
        "emoji": params.string(),
        "message": params.string(),
        "availability": params.string("not_set", "busy"),
        "clear_status_after": params.string(*_CLEARED_AFTER),
    }
)
def change(call: GitLabCall) -> Answer:
    """PUT and PATCH /user/status: PUT takes away what is not given; without emoji, text and being busy nothing is left."""
    user, given = call.known_user(), call.given
    known = _present(call, user) if call.method == "PATCH" else _NONE
    message = given.get("message", known["message"]) or None
    emoji = given.get("emoji", known["emoji"]) or None
    availability = given.get("availability", known["availability"]) or "not_set"
    if len(message or "") > _LONGEST:
        raise invalid(message=[f"is too long (maximum is {_LONGEST} characters)"])
    if emoji and not re.fullmatch(r"[a-z0-9_+-]+", emoji):
        raise invalid(emoji=["is not a valid emoji name"])
    if message and re.search(r"[*_`:\[@#~!$%&^<]|://|www\.", message):
        raise not_modelled(f"Markdown in the message of {call.method} /user/status")
    statuses, key = call.state.extra["status"], f"user:{user.id}"
    if message is None and emoji is None and availability == "not_set":
        statuses.pop(key, None)
    else:
        after = given.get("clear_status_after")
        cleared = stamp(call.state.clock.now() + _CLEARED_AFTER[after]) if after else None
        emoji = emoji or "speech_balloon"
        statuses[key] = {"emoji": emoji, "message": message, "availability": availability, "clear_status_at": cleared}
    return ok(_present(call, user))


ROUTES: tuple[Route, ...] = (
    ("GET", "/users/:id/status", show),
    ("GET", "/user/status", show_own),
    ("PUT", "/user/status", change),
    ("PATCH", "/user/status", change),
)
