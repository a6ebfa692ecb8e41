"""Releases of projects, each of one tag, and the links to what belongs to them."""

from datetime import UTC, datetime

from eiginfra.lab.gitlab import params, present_users
from eiginfra.lab.gitlab.access import DEVELOPER, GUEST, authorize, find_project, may, may_read_code, writable
from eiginfra.lab.gitlab.call import Answer, GitLabCall, Route, created, ok, takes
from eiginfra.lab.gitlab.commits import present as present_commit
from eiginfra.lab.gitlab.errors import forbidden, message, no_record, not_found, not_modelled
from eiginfra.lab.gitlab.pagination import PAGED, paginate
from eiginfra.lab.gitlab.records import Json, ProjectRecord, key_of, stamp
from eiginfra.lab.gitlab.repository import repository
from eiginfra.lab.gitlab.tags import may_create, write

_LINK = {"name": params.string(required=True), "url": params.string(required=True)}
_TYPE = params.string("other", "runbook", "image", "package", default="other")
_FIELDS = {"name": params.string(), "description": params.string(), "released_at": params.instant()}
_FORMATS = ("zip", "tar.gz", "tar.bz2", "tar")


def _own(call: GitLabCall, project: ProjectRecord) -> dict[str, Json]:
    """The releases of a project by tag."""
    found: dict[str, Json] = call.state.extra["release"].setdefault(key_of(("project", project.id)), {})
    return found


def _present(call: GitLabCall, project: ProjectRecord, tag: str) -> Json:
    release, state = _own(call, project)[tag], call.state
    web, repo = f"{state.url}/{project.full_path}", repository(state, project)
    commit = repo["commits"][repo["tags"][tag]["commit"]]
    author = state.users.get(release["author_id"])
    archive = f"{web}/-/archive/{tag}/{project.path}-{tag}"
    return {
        "tag_name": tag,
        **{name: release[name] for name in ("name", "description", "created_at", "released_at")},
        "author": present_users.basic(state, author) if author else None,
        "commit": present_commit(call, project, commit),
        "upcoming_release": release["released_at"] > state.now(),
        "commit_path": f"/{project.full_path}/-/commit/{commit['id']}",
        "tag_path": f"/{project.full_path}/-/tags/{tag}",
        "assets": {
            "count": len(_FORMATS) + len(release["links"]),
            "sources": [{"format": kind, "url": f"{archive}.{kind}"} for kind in _FORMATS],
            "links": release["links"][::-1],
        },
        "evidences": [],
        "_links": {
            "closed_issues_url": f"{web}/-/issues?release_tag={tag}&scope=all&state=closed",
            "closed_merge_requests_url": f"{web}/-/merge_requests?release_tag={tag}&scope=all&state=closed",
            "edit_url": f"{web}/-/releases/{tag}/edit",
            "merged_merge_requests_url": f"{web}/-/merge_requests?release_tag={tag}&scope=all&state=merged",
            "opened_issues_url": f"{web}/-/issues?release_tag={tag}&scope=all&state=opened",
            "opened_merge_requests_url": f"{web}/-/merge_requests?release_tag={tag}&scope=all&state=opened",
            "self": f"{web}/-/releases/{tag}",
        },
    }


def _seen(call: GitLabCall) -> ProjectRecord:
    """The project of the path; raises GitLabHttpError 403 where releases are not for the caller, 501 where only a part of them is."""
    project = find_project(call)
    level = project.settings.get("releases_access_level", "enabled")
    if level == "disabled" or (level == "private" and not may(call, ("project", project.id), GUEST)):
        raise forbidden()
    if not may_read_code(call, project):
        raise not_modelled("releases whose code the caller may not read")
    return project


def _written(call: GitLabCall) -> ProjectRecord:
    project = _seen(call)
    authorize(call, ("project", project.id), DEVELOPER)
    writable(call, ("project", project.id))
    return project


def _moment(given: Json) -> str | None:
    """When it was or will be released, as GitLab writes it; a time without a zone is UTC."""
    if not given.get("released_at"):
        return None
    moment = datetime.fromisoformat(given["released_at"])
    return stamp(moment.astimezone(UTC) if moment.tzinfo else moment)


def _unprotected(call: GitLabCall, project: ProjectRecord) -> None:
    if not may_create(call, project, call.path["tag_name"]):
        raise forbidden()


def _find(call: GitLabCall, project: ProjectRecord) -> Json:
    release = _own(call, project).get(call.path["tag_name"])
    if release is None:
        # No one has a right to what is not there.
        raise not_found() if call.method == "GET" else forbidden()
    return release


@takes(
    {
        "order_by": params.string("released_at", "created_at", default="released_at"),
        "sort": params.string("asc", "desc", default="desc"),
        **PAGED,
    }
)
def index(call: GitLabCall) -> Answer:
    """GET …/releases."""
    project, given = _seen(call), call.given
    found = sorted(_own(call, project).items(), key=lambda pair: (pair[1][given["order_by"]], pair[1]["id"]))
    return paginate(call, found[:: -1 if given["sort"] == "desc" else 1], lambda pair: _present(call, project, pair[0]))


def show(call: GitLabCall) -> Answer:
    """GET …/releases/:tag_name."""
    project = _seen(call)
    _find(call, project)
    return ok(_present(call, project, call.path["tag_name"]))


@takes(
    {
        **_FIELDS,
        "tag_name": params.string(required=True),
        "tag_message": params.string(),
        "ref": params.string(),
        "assets": params.hash_({"links": params.objects({**_LINK, "link_type": _TYPE})}),
    }
)
def create(call: GitLabCall) -> Answer:
    """POST …/releases, with a new tag where there is none."""
    project, given, now = _written(call), call.given, call.state.now()
    tag, own = given["tag_name"], _own(call, project)
    if not may_create(call, project, tag):
        raise message(403, "You are not allowed to create this tag as it is protected.")
    if tag in own:
        raise message(409, "Release already exists")
    if tag not in repository(call.state, project)["tags"]:
        if not given.get("ref"):
            raise message(422, "Ref is not specified")
        write(call, project, tag, given["ref"], given.get("tag_message"))
    release = {
        "id": call.state.new_id("release"),
        "name": given.get("name") or tag,
        "description": given.get("description"),
        "created_at": now,
        "released_at": _moment(given) or now,
        "author_id": call.known_user().id,
        "links": [],
    }
    for link in (given.get("assets") or {}).get("links", ()):
        _add_link(call, release, link)
    own[tag] = release
    return created(_present(call, project, tag))


@takes(_FIELDS)
def update(call: GitLabCall) -> Answer:
    """PUT …/releases/:tag_name."""
    project = _written(call)
    release = _find(call, project)
    _unprotected(call, project)
    release.update({name: call.given[name] for name in ("name", "description") if name in call.given})
    release["name"] = release["name"] or call.path["tag_name"]
    release["released_at"] = _moment(call.given) or release["released_at"]
    return ok(_present(call, project, call.path["tag_name"]))


def remove(call: GitLabCall) -> Answer:
    """DELETE …/releases/:tag_name; the tag remains."""
    project = _written(call)
    _find(call, project)
    _unprotected(call, project)
    shown = _present(call, project, call.path["tag_name"])
    del _own(call, project)[call.path["tag_name"]]
    return ok(shown)


@takes(PAGED)
def links(call: GitLabCall) -> Answer:
    """GET …/releases/:tag_name/assets/links, the newest first."""
    return paginate(call, _with_links(call, _seen(call))["links"][::-1], lambda link: link)


def link(call: GitLabCall) -> Answer:
    """GET …/releases/:tag_name/assets/links/:link_id."""
    return ok(_find_link(call, _with_links(call, _seen(call))))


@takes({**_LINK, "link_type": _TYPE})
def create_link(call: GitLabCall) -> Answer:
    """POST …/releases/:tag_name/assets/links."""
    return created(_add_link(call, _with_links(call, _written(call)), call.given))


_CHANGES = {"name": params.string(), "url": params.string(), "link_type": _TYPE}


@takes(_CHANGES, params.at_least_one("name", "url"))
def update_link(call: GitLabCall) -> Answer:
    """PUT …/releases/:tag_name/assets/links/:link_id."""
    release = _with_links(call, _written(call))
    link = _find_link(call, release)
    _check_link(call, release, {**link, **call.given})
    link.update(call.given, direct_asset_url=call.given.get("url") or link["url"])
    return ok(link)


def remove_link(call: GitLabCall) -> Answer:
    """DELETE …/releases/:tag_name/assets/links/:link_id."""
    release = _with_links(call, _written(call))
    link = _find_link(call, release)
    release["links"].remove(link)
    return ok(link)


def _with_links(call: GitLabCall, project: ProjectRecord) -> Json:
    release = _own(call, project).get(call.path["tag_name"])
    if release is None:
        raise no_record()
    return release


def _find_link(call: GitLabCall, release: Json) -> Json:
    link: Json | None = next((link for link in release["links"] if str(link["id"]) == call.path["link_id"]), None)
    if link is None:
        raise no_record()
    return link


def _add_link(call: GitLabCall, release: Json, given: Json) -> Json:
    _check_link(call, release, given)
    link = {
        "id": call.state.new_id("release_link"),
        "name": given["name"],
        "url": given["url"],
        "direct_asset_url": given["url"],
        "link_type": given["link_type"],
    }
    release["links"].append(link)
    return link


def _check_link(call: GitLabCall, release: Json, wanted: Json) -> None:
    others = [link for link in release["links"] if link["id"] != wanted.get("id")]
    errors = {name: "has already been taken" for name in ("url", "name") if any(link[name] == wanted[name] for link in others)}
    if not wanted["url"].startswith(("http://", "https://", "ftp://")):
        errors["url"] = "is blocked: Only allowed schemes are http, https, ftp"
    if errors and call.method == "POST" and "assets" in call.given:
        raise not_modelled("releases with links that are refused")
    if errors:
        raise message(400, [f"{name.capitalize()} {text}" for name, text in errors.items()])


_BASE = "/projects/:id/releases"
_ONE, _LINKS = f"{_BASE}/:tag_name", f"{_BASE}/:tag_name/assets/links"
ROUTES: tuple[Route, ...] = (
    ("GET", _BASE, index),
    ("POST", _BASE, create),
    ("GET", _ONE, show),
    ("PUT", _ONE, update),
    ("DELETE", _ONE, remove),
    ("GET", _LINKS, links),
    ("POST", _LINKS, create_link),
    ("GET", f"{_LINKS}/:link_id", link),
    ("PUT", f"{_LINKS}/:link_id", update_link),
    ("DELETE", f"{_LINKS}/:link_id", remove_link),
)
