"""Files that people upload to a project, to link them in texts."""

import base64
import re
import secrets
from typing import Any

from eiginfra.lab.gitlab import params, present_users
from eiginfra.lab.gitlab.access import MAINTAINER, authorize, find_project, writable
from eiginfra.lab.gitlab.call import Answer, GitLabCall, Route, created, gone, takes
from eiginfra.lab.gitlab.errors import bad_parameters, not_found
from eiginfra.lab.gitlab.pagination import PAGED, paginate
from eiginfra.lab.gitlab.records import Json, ProjectRecord, key_of

_SHOWN = ("png", "jpg", "jpeg", "gif", "bmp", "tiff", "ico", "webp", "mp4", "m4v", "mov", "webm", "ogv", "mp3", "oga", "ogg", "spx", "wav")
"""What a text shows, and does not only link."""


def _own(call: GitLabCall, project: ProjectRecord) -> list[Json]:
    uploads: list[Json] = call.state.extra["upload"].setdefault(key_of(("project", project.id)), [])
    return uploads


@takes({"file": params.file(required=True)})
def create(call: GitLabCall) -> Answer:
    """POST …/uploads, for all who see the project."""
    user, project, given = call.known_user(), find_project(call), call.given["file"]
    writable(call, ("project", project.id))
    if not given:
        raise bad_parameters("file is invalid")
    name = re.sub(r"[^\w.+-]", "_", given["filename"])
    upload = {
        "id": call.state.new_id("upload"),
        "secret": secrets.token_hex(16),
        "filename": name,
        "content": given["content"],
        "created_at": call.state.now(),
        "user_id": user.id,
    }
    _own(call, project).append(upload)
    stem, _, ending = name.rpartition(".")
    shown = ending.lower() in _SHOWN
    alt, url = stem if shown or ending.lower() == "svg" else name, f"/uploads/{upload['secret']}/{name}"
    body = {"id": upload["id"], "alt": alt, "url": url, "full_path": f"/-/project/{project.id}{url}"}
    return created({**body, "markdown": f"{'!' if shown else ''}[{alt}]({url})"})


@takes(PAGED)
def index(call: GitLabCall) -> Answer:
    """GET …/uploads, for maintainers; the newest first."""

    def shown(upload: Json) -> Json:
        user: Any = call.state.users.get(upload["user_id"])
        by = {name: present_users.basic(call.state, user)[name] for name in ("id", "name", "username")} if user else None
        size = len(base64.b64decode(upload["content"]))
        return {**{name: upload[name] for name in ("id", "filename", "created_at")}, "size": size, "uploaded_by": by}

    return paginate(call, _own(call, _managed(call))[::-1], shown)


def _managed(call: GitLabCall) -> ProjectRecord:
    project = find_project(call)
    authorize(call, ("project", project.id), MAINTAINER)
    return project


def _find(call: GitLabCall, project: ProjectRecord) -> Json:
    """The upload of the path: by id, or by secret and name."""
    for upload in _own(call, project):
        by_name = (upload["secret"], upload["filename"]) == (call.path["upload_id"], call.path.get("filename"))
        if by_name or ("filename" not in call.path and str(upload["id"]) == call.path["upload_id"]):
            return upload
    raise not_found("Upload")


def download(call: GitLabCall) -> Answer:
    """GET …/uploads/:upload_id for maintainers, …/uploads/:secret/:filename for all who see the project."""
    upload = _find(call, find_project(call) if "filename" in call.path else _managed(call))
    name = upload["filename"].encode().decode("latin-1")
    headers = {"content-type": "application/octet-stream", "content-disposition": f'attachment; filename="{name}"'}
    return Answer(200, base64.b64decode(upload["content"]), headers)


def remove(call: GitLabCall) -> Answer:
    """DELETE …/uploads/:upload_id and …/uploads/:secret/:filename, for maintainers."""
    project = _managed(call)
    writable(call, ("project", project.id))
    _own(call, project).remove(_find(call, project))
    return gone()


_BASE = "/projects/:id/uploads"
ROUTES: tuple[Route, ...] = (
    ("GET", _BASE, index),
    ("POST", _BASE, create),
    ("GET", f"{_BASE}/:upload_id", download),
    ("DELETE", f"{_BASE}/:upload_id", remove),
    ("GET", f"{_BASE}/:upload_id/:filename", download),
    ("DELETE", f"{_BASE}/:upload_id/:filename", remove),
)
