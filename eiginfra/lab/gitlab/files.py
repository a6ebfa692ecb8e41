"""Single files of a project's repository."""

import base64
from hashlib import sha256

from eiginfra.lab.gitlab import params
from eiginfra.lab.gitlab.access import find_code
from eiginfra.lab.gitlab.call import Answer, GitLabCall, Route, created, gone, ok, takes
from eiginfra.lab.gitlab.commits import apply
from eiginfra.lab.gitlab.errors import message, not_found
from eiginfra.lab.gitlab.git_objects import GITLINK
from eiginfra.lab.gitlab.records import Json
from eiginfra.lab.gitlab.repository import content, repository, resolve

_WRITING = {
    "branch": params.string(required=True),
    "commit_message": params.string(required=True),
    "start_branch": params.string(),
    "start_sha": params.string(),
    "encoding": params.string("text", "base64", default="text"),
    "author_name": params.string(),
    "author_email": params.string(),
    "execute_filemode": params.boolean(),
}
_ON_TOP = {"last_commit_id": params.string()}
_PLAIN = {name: param for name, param in _WRITING.items() if name not in ("encoding", "execute_filemode")}


@takes({"ref": params.string()})
def show(call: GitLabCall) -> Answer:
    """GET …/repository/files/:file_path, content in base64; HEAD gives the same in headers."""
    content, found = read_file(call)
    described = _described(content, found, call.path["file_path"])
    return Answer(200, {**described, "content": base64.b64encode(content).decode()}, headers_of(content, found, call.path["file_path"]))


def _described(content: bytes, found: Json, path: str) -> Json:
    return {
        "file_name": path.rpartition("/")[2],
        "file_path": path,
        "size": len(content),
        "encoding": "base64",
        "content_sha256": sha256(content).hexdigest(),
        "ref": found["ref"],
        "blob_id": found["blob"],
        "commit_id": found["commit"],
        "last_commit_id": found["last"],
        "execute_filemode": found["mode"] == "100755",
    }


def headers_of(content: bytes, found: Json, path: str) -> dict[str, str]:
    """What is known of a file, as headers; names beyond ASCII are left out."""
    headers = {f"x-gitlab-{name.replace('_', '-')}": str(value) for name, value in _described(content, found, path).items()}
    return {name: value for name, value in headers.items() if value.isascii()}


@takes({"ref": params.string()})
def raw(call: GitLabCall) -> Answer:
    """GET …/repository/files/:file_path/raw."""
    content, _ = read_file(call)
    return Answer(200, content, {"content-type": "text/plain; charset=utf-8", "content-disposition": "inline"})


def read_file(call: GitLabCall) -> tuple[bytes, Json]:
    """The bytes of the path's file at a ref, and what the tree says of it; raises GitLabHttpError 404."""
    project = find_code(call)
    given = call.given
    ref = given.get("ref") or "HEAD"
    number = resolve(call.state, project, ref)
    if number is None:
        raise not_found("Commit")
    repo = repository(call.state, project)
    entry = repo["trees"][number].get(call.path["file_path"])
    if entry is None or entry["mode"] == GITLINK:
        raise not_found("File")
    return content(repo, entry), {**entry, "ref": ref, "commit": number}


@takes({**_WRITING, "content": params.string(required=True)})
def create(call: GitLabCall) -> Answer:
    """POST …/repository/files/:file_path."""
    return created(_write(call, "create"))


@takes({**_WRITING, **_ON_TOP, "content": params.string(required=True)})
def update(call: GitLabCall) -> Answer:
    """PUT …/repository/files/:file_path."""
    return ok(_write(call, "update"))


@takes({**_PLAIN, **_ON_TOP})
def remove(call: GitLabCall) -> Answer:
    """DELETE …/repository/files/:file_path."""
    _write(call, "delete")
    return gone()


def _write(call: GitLabCall, kind: str) -> Json:
    project = find_code(call)
    given = call.given
    text = given.get("content") or ""
    try:
        content = base64.b64decode(text, validate=True) if given.get("encoding") == "base64" else text.encode()
    except ValueError:
        raise message(400, "content is invalid") from None
    action = {**given, "action": kind, "file_path": call.path["file_path"], "content": content}
    apply(call, project, given, [action])
    return {"file_path": call.path["file_path"], "branch": given["branch"]}


_FILE = "/projects/:id/repository/files/:file_path"
ROUTES: tuple[Route, ...] = (
    ("GET", _FILE, show),
    ("GET", f"{_FILE}/raw", raw),
    ("POST", _FILE, create),
    ("PUT", _FILE, update),
    ("DELETE", _FILE, remove),
)
