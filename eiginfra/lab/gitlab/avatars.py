"""Pictures of users, groups and projects."""

import base64
import mimetypes
from typing import Literal
from urllib.parse import quote, unquote

from eiginfra.lab.gitlab import params
from eiginfra.lab.gitlab.access import find_group, find_project
from eiginfra.lab.gitlab.call import Answer, GitLabCall, Route, ok, takes
from eiginfra.lab.gitlab.errors import not_found
from eiginfra.lab.gitlab.records import GroupRecord, ProjectRecord, UserRecord
from eiginfra.lab.gitlab.state import GitLabState

UPLOADED = "/uploads/-/system/"
"""Where pictures are, outside of the API."""
Pictured = UserRecord | GroupRecord | ProjectRecord


def avatar_url(state: GitLabState, kind: Literal["user", "group", "project"], thing: Pictured) -> str | None:
    """Where the picture is that was uploaded; None without one."""
    picture = thing.settings.get("avatar")
    return f"{state.url}{UPLOADED}{kind}/avatar/{thing.id}/{quote(picture['filename'])}" if picture else None


def uploaded(state: GitLabState, raw_path: str) -> Answer:
    """GET /uploads/-/system/:kind/avatar/:id/:name, which takes no token: of users, and of groups and projects that are public."""
    kind, _, rest = raw_path.removeprefix(UPLOADED).partition("/avatar/")
    number, _, name = rest.partition("/")
    holders: dict[str, dict[int, UserRecord] | dict[int, GroupRecord] | dict[int, ProjectRecord]]
    holders = {"user": state.users, "group": state.groups, "project": state.projects}
    thing = holders.get(kind, {}).get(int(number)) if number.isdecimal() else None
    if thing is None or getattr(thing, "visibility", "public") != "public":
        raise not_found()
    if (thing.settings.get("avatar") or {}).get("filename") != unquote(name):
        raise not_found()
    return _picture(thing)


def _picture(thing: Pictured) -> Answer:
    picture = thing.settings.get("avatar")
    if not picture:
        raise not_found("Avatar")
    kind = mimetypes.guess_type(picture["filename"])[0] or "application/octet-stream"
    return Answer(200, base64.b64decode(picture["content"]), {"content-type": kind})


def of_group(call: GitLabCall) -> Answer:
    """GET /groups/:id/avatar."""
    return _picture(find_group(call))


def of_project(call: GitLabCall) -> Answer:
    """GET /projects/:id/avatar."""
    return _picture(find_project(call))


@takes({"avatar": params.file(required=True)})
def change_own(call: GitLabCall) -> Answer:
    """PUT /user/avatar."""
    user = call.known_user()
    user.settings["avatar"] = call.given["avatar"]
    return ok({"avatar_url": avatar_url(call.state, "user", user)})


ROUTES: tuple[Route, ...] = (
    ("PUT", "/user/avatar", change_own),
    ("GET", "/groups/:id/avatar", of_group),
    ("GET", "/projects/:id/avatar", of_project),
)
