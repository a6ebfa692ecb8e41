"""Of what people want to be told by e-mail: in general, and of a group or project. The lab sends none."""

from eiginfra.lab.gitlab import params
from eiginfra.lab.gitlab.access import find_source
from eiginfra.lab.gitlab.call import Answer, GitLabCall, Route, ok, takes
from eiginfra.lab.gitlab.errors import invalid, message
from eiginfra.lab.gitlab.records import Json, UserRecord, key_of

_LEVELS = ("disabled", "participating", "watch", "global", "mention")
_LEVEL = {"level": params.string(unmodelled=("custom",))}


def _levels(call: GitLabCall, user: UserRecord) -> dict[str, str]:
    """What a user chose, by source; in general under `global`."""
    levels: dict[str, str] = call.state.extra["notification_level"].setdefault(f"user:{user.id}", {})
    return levels


def _set(call: GitLabCall, source: str, default: str) -> Json:
    user = call.known_user()
    level = call.given.get("level")
    if level is not None:
        if level not in _LEVELS:
            raise message(400, f"'{level}' is not a valid level")
        _levels(call, user)[source] = level
    return {"level": _levels(call, user).get(source, default)}


def _general(call: GitLabCall) -> Json:
    user = call.known_user()
    address = call.given.get("notification_email")
    if address:
        further: list[Json] = call.state.extra["email"].get(f"user:{user.id}", [])
        if address not in {user.email, *(one["email"] for one in further if one["confirmed_at"])}:
            raise invalid(notification_email=["must be an email you have verified"])
    level = _set(call, "global", "participating")
    if address:
        user.settings["notification_email"] = address
    return {**level, "notification_email": user.settings.get("notification_email") or user.email}


def show_general(call: GitLabCall) -> Answer:
    """GET /notification_settings."""
    return ok(_general(call))


@takes({**_LEVEL, "notification_email": params.string()})
def change_general(call: GitLabCall) -> Answer:
    """PUT /notification_settings."""
    return ok(_general(call))


def show(call: GitLabCall) -> Answer:
    """GET …/notification_settings of a group or project."""
    return ok(_set(call, key_of(find_source(call)), "global"))


@takes(_LEVEL)
def change(call: GitLabCall) -> Answer:
    """PUT …/notification_settings of a group or project."""
    return ok(_set(call, key_of(find_source(call)), "global"))


ROUTES: tuple[Route, ...] = (
    ("GET", "/notification_settings", show_general),
    ("PUT", "/notification_settings", change_general),
    *(
        route
        for base in ("/groups/:id/notification_settings", "/projects/:id/notification_settings")
        for route in (("GET", base, show), ("PUT", base, change))
    ),
)
