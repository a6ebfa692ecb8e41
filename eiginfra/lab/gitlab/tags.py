"""Tags of a project's repository."""

from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any

from eiginfra.lab.gitlab import params
from eiginfra.lab.gitlab.access import DEVELOPER, MAINTAINER, authorize, find_code, level_of, may, writable
from eiginfra.lab.gitlab.call import Answer, GitLabCall, Route, created, gone, ok, takes
from eiginfra.lab.gitlab.commits import present as present_commit
from eiginfra.lab.gitlab.errors import forbidden, message, not_found
from eiginfra.lab.gitlab.git_objects import identity, signature, tag_content, valid_ref
from eiginfra.lab.gitlab.pagination import PAGED, paginate
from eiginfra.lab.gitlab.records import Json, ProjectRecord, key_of
from eiginfra.lab.gitlab.repository import repository, resolve


def present(call: GitLabCall, project: ProjectRecord, name: str) -> Json:
    """A tag as GitLab shows it."""
    repo = repository(call.state, project)
    tag = repo["tags"][name]
    releases = call.state.extra["release"].get(key_of(("project", project.id)), {})
    release = releases.get(name)
    return {
        "name": name,
        "message": tag["message"],
        "target": tag["target"],
        "commit": present_commit(call, project, repo["commits"][tag["commit"]]),
        "release": {"tag_name": name, "description": release["description"]} if release else None,
        "protected": bool(_rules(call, project, name)),
        "created_at": tag["created_at"],
    }


def _rules(call: GitLabCall, project: ProjectRecord, name: str) -> list[Json]:
    rules = call.state.extra["protected_tag"].get(key_of(("project", project.id)), [])
    return [rule for rule in rules if fnmatchcase(name, rule["name"].replace("[", "[[]"))]


def may_create(call: GitLabCall, project: ProjectRecord, name: str) -> bool:
    """Whether the rules of protected tags let the caller make a tag."""
    user, level = call.known_user(), level_of(call.state, call.user, ("project", project.id))
    rules = [rule["create_access_levels"] for rule in _rules(call, project, name)]
    return call.admin or all(
        any(entry["user_id"] == user.id or 0 < (entry["access_level"] or 0) <= level for entry in entries) for entries in rules
    )


def write(call: GitLabCall, project: ProjectRecord, name: str, ref: str, text: str | None) -> None:
    """Make a tag, annotated where there is a text; raises GitLabHttpError 400."""
    repo, state, user = repository(call.state, project), call.state, call.known_user()
    if name in repo["tags"]:
        raise message(400, f"Tag {name} already exists")
    if not valid_ref(name):
        raise message(400, "Tag name invalid")
    number = resolve(state, project, ref)
    if number is None:
        raise message(400, f"Target {ref} is invalid")
    now = f"{state.now()[:19]}.000+00:00"
    text = text or ""
    tagger = signature(user.name, user.email, now) if text else None
    target = identity("tag", tag_content(name, number, tagger, text)) if tagger else number
    repo["tags"][name] = {"commit": number, "target": target, "message": text, "tagger": tagger, "created_at": now if text else None}


@takes(
    {
        "search": params.string(),
        "order_by": params.string("name", "updated", default="updated", unmodelled=("version",)),
        "sort": params.string("asc", "desc", default="desc"),
        **PAGED,
    }
)
def index(call: GitLabCall) -> Answer:
    """GET …/repository/tags; `^` and `$` in the search are the ends of the name."""
    project, given = find_code(call), call.given
    repo = repository(call.state, project)
    text = given.get("search") or ""
    start, end = text.startswith("^"), text.endswith("$")
    part = text.removeprefix("^").removesuffix("$")
    ends: list[Callable[[str], bool]] = [
        lambda name: not start or name.startswith(part),
        lambda name: not end or name.endswith(part),
        lambda name: part in name,
    ]
    names = sorted(name for name in repo["tags"] if all(test(name) for test in ends))

    def place(name: str) -> Any:
        tag = repo["tags"][name]
        return tag["created_at"] or repo["commits"][tag["commit"]]["committed_date"]

    found = sorted(names, key=place if given["order_by"] == "updated" else None, reverse=given["sort"] == "desc")
    return paginate(call, found, lambda name: present(call, project, name))


def show(call: GitLabCall) -> Answer:
    """GET …/repository/tags/:tag_name."""
    return ok(present(call, *_find(call)))


@takes({"tag_name": params.string(required=True), "ref": params.string(required=True), "message": params.string()})
def create(call: GitLabCall) -> Answer:
    """POST …/repository/tags."""
    project, given = find_code(call), call.given
    _authorize(call, project)
    if not may_create(call, project, given["tag_name"]):
        raise message(400, "You are not allowed to create this tag as it is protected.")
    write(call, project, given["tag_name"], given["ref"], given.get("message"))
    return created(present(call, project, given["tag_name"]))


def remove(call: GitLabCall) -> Answer:
    """DELETE …/repository/tags/:tag_name, with its release; a protected one for maintainers."""
    project, name = _find(call)
    _authorize(call, project)
    if _rules(call, project, name) and not may(call, ("project", project.id), MAINTAINER):
        raise forbidden()
    del repository(call.state, project)["tags"][name]
    call.state.extra["release"].get(key_of(("project", project.id)), {}).pop(name, None)
    return gone()


def _authorize(call: GitLabCall, project: ProjectRecord) -> None:
    authorize(call, ("project", project.id), DEVELOPER)
    writable(call, ("project", project.id))


def _find(call: GitLabCall) -> tuple[ProjectRecord, str]:
    project = find_code(call)
    if call.path["tag_name"] not in repository(call.state, project)["tags"]:
        raise not_found("Tag")
    return project, call.path["tag_name"]


_BASE = "/projects/:id/repository/tags"
ROUTES: tuple[Route, ...] = (
    ("GET", _BASE, index),
    ("POST", _BASE, create),
    ("GET", f"{_BASE}/:tag_name", show),
    ("DELETE", f"{_BASE}/:tag_name", remove),
)
