"""Deploy keys: one key may open several projects, each for reading or for writing too."""

import base64
from hashlib import md5

from eiginfra.lab.gitlab import params
from eiginfra.lab.gitlab.access import MAINTAINER, authorize, find_project
from eiginfra.lab.gitlab.call import Answer, GitLabCall, Route, created, gone, ok, takes
from eiginfra.lab.gitlab.errors import invalid, no_record, not_found
from eiginfra.lab.gitlab.keys import fingerprint
from eiginfra.lab.gitlab.pagination import PAGED, paginate
from eiginfra.lab.gitlab.records import Json, ProjectRecord, key_of

_KEY = {"key": params.string(required=True), "title": params.string(required=True), "expires_at": params.instant()}


def _links(call: GitLabCall) -> dict[str, bool]:
    """The keys of the path's project: id -> whether it may push."""
    project = find_project(call)
    authorize(call, ("project", project.id), MAINTAINER)
    links: dict[str, bool] = call.state.extra["deploy_key_link"].setdefault(key_of(("project", project.id)), {})
    return links


def _keys(call: GitLabCall) -> dict[str, Json]:
    keys: dict[str, Json] = call.state.extra["deploy_key"]
    return keys


def _present(call: GitLabCall, links: dict[str, bool], number: str) -> Json:
    return {**_shown(_keys(call)[number]), "can_push": links[number]}


def _shown(key: Json) -> Json:
    return {name: value for name, value in key.items() if name != "public"}


def _identity(project: ProjectRecord) -> Json:
    """A project in short."""
    return {
        "id": project.id,
        "description": project.settings.get("description"),
        "name": project.name,
        "path": project.path,
        "path_with_namespace": project.full_path,
        "created_at": project.created_at,
    }


@takes({"public": params.boolean(default=False), **PAGED})
def everywhere(call: GitLabCall) -> Answer:
    """GET /deploy_keys, for administrators: each with the projects that it may push to."""
    call.known_admin()
    found = [number for number, key in _keys(call).items() if key.get("public") or not call.given["public"]]
    return paginate(call, found, lambda number: _with_projects(call, number))


def _with_projects(call: GitLabCall, number: str) -> Json:
    links, projects = call.state.extra["deploy_key_link"], call.state.projects.values()
    pushed = [project for project in projects if links.get(key_of(("project", project.id)), {}).get(number)]
    return {**_shown(_keys(call)[number]), "projects_with_write_access": [_identity(project) for project in pushed]}


@takes(PAGED)
def index(call: GitLabCall) -> Answer:
    """GET …/deploy_keys."""
    links = _links(call)
    return paginate(call, list(links), lambda number: _present(call, links, number))


def show(call: GitLabCall) -> Answer:
    """GET …/deploy_keys/:key_id."""
    links = _links(call)
    return ok(_present(call, links, _linked(call, links)))


@takes(_KEY)
def create_public(call: GitLabCall) -> Answer:
    """POST /deploy_keys, for administrators: a key that every project may enable, and that stays when none has it."""
    call.known_admin()
    number = _new(call, (call.given["key"] or "").strip())
    _keys(call)[number]["public"] = True
    return created(_with_projects(call, number))


@takes({**_KEY, "can_push": params.boolean(default=False)})
def create(call: GitLabCall) -> Answer:
    """POST …/deploy_keys; a key that is already there is shown, one of another project joins this one."""
    links = _links(call)
    given = call.given
    text = (given["key"] or "").strip()
    number = next((number for number, key in _keys(call).items() if key["key"] == text), None)
    if number is None:
        number = _new(call, text, "deploy_key.")
    links.setdefault(number, bool(given["can_push"]))
    return created(_present(call, links, number))


def _new(call: GitLabCall, text: str, prefix: str = "") -> str:
    """A key that nobody has yet; complaints name it as a part of the project with a prefix."""
    digest = fingerprint(text)
    if digest is None:
        raise invalid(**{f"{prefix}key": ["is invalid"], f"{prefix}fingerprint_sha256": ["cannot be generated"]})
    users = (key for keys in call.state.extra["ssh_key"].values() for key in keys)
    if any(fingerprint(key["key"]) == digest for key in (*users, *_keys(call).values())):
        raise invalid(**{f"{prefix}fingerprint_sha256": ["has already been taken"]})
    return _add(call, text, call.given, digest)


def _add(call: GitLabCall, text: str, given: Json, digest: str) -> str:
    body = base64.b64decode(text.split(" ")[1])
    colons = md5(body, usedforsecurity=False).hexdigest()
    number = call.state.new_id("ssh_key")
    _keys(call)[str(number)] = {
        "id": number,
        "title": given["title"],
        "created_at": call.state.now(),
        "expires_at": given.get("expires_at"),
        "last_used_at": None,
        "key": text,
        "usage_type": "auth_and_signing",
        "fingerprint": ":".join(colons[start : start + 2] for start in range(0, 32, 2)),
        "fingerprint_sha256": "SHA256:" + base64.b64encode(bytes.fromhex(digest)).decode().rstrip("="),
    }
    return str(number)


@takes({"title": params.string(), "can_push": params.boolean()}, params.at_least_one("title", "can_push"))
def update(call: GitLabCall) -> Answer:
    """PUT …/deploy_keys/:key_id: its title, which all projects share, and whether it may push here."""
    links = _links(call)
    number = _linked(call, links)
    given = call.given
    if given.get("title"):
        _keys(call)[number]["title"] = given["title"]
    if given.get("can_push") is not None:
        links[number] = given["can_push"]
    return ok(_present(call, links, number))


def enable(call: GitLabCall) -> Answer:
    """POST …/deploy_keys/:key_id/enable: a key of another project, for reading."""
    links = _links(call)
    number = call.path["key_id"]
    if number not in _keys(call):
        raise not_found("Deploy Key")
    links.setdefault(number, False)
    return created(_present(call, links, number))


def remove(call: GitLabCall) -> Answer:
    """DELETE …/deploy_keys/:key_id; a key that no project has left is gone, unless it is for all."""
    links = _links(call)
    number = call.path["key_id"]
    if number not in links:
        raise not_found("Deploy Key")
    del links[number]
    if not _keys(call)[number].get("public") and not any(number in others for others in call.state.extra["deploy_key_link"].values()):
        del _keys(call)[number]
    return gone()


def _linked(call: GitLabCall, links: dict[str, bool]) -> str:
    if call.path["key_id"] not in links:
        raise no_record()
    return call.path["key_id"]


_BASE = "/projects/:id/deploy_keys"
ROUTES: tuple[Route, ...] = (
    ("GET", "/deploy_keys", everywhere),
    ("POST", "/deploy_keys", create_public),
    ("GET", _BASE, index),
    ("POST", _BASE, create),
    ("GET", f"{_BASE}/:key_id", show),
    ("PUT", f"{_BASE}/:key_id", update),
    ("POST", f"{_BASE}/:key_id/enable", enable),
    ("DELETE", f"{_BASE}/:key_id", remove),
)
