"""Badges of groups and projects; a project shows those of its groups too."""

import re

from eiginfra.lab.gitlab import params
from eiginfra.lab.gitlab.access import authorize, find_source
from eiginfra.lab.gitlab.call import Answer, GitLabCall, Route, created, gone, ok, takes
from eiginfra.lab.gitlab.errors import invalid, no_record
from eiginfra.lab.gitlab.members import MANAGING_LEVEL
from eiginfra.lab.gitlab.pagination import PAGED, paginate
from eiginfra.lab.gitlab.records import Json, Source, key_of
from eiginfra.lab.gitlab.repository import default_branch

_URLS = ("link_url", "image_url")


def _own(call: GitLabCall, source: Source) -> list[Json]:
    badges: list[Json] = call.state.extra["badge"].setdefault(key_of(source), [])
    return badges


def _visible(call: GitLabCall, source: Source) -> list[Json]:
    """A group's own; a project's with those of its groups."""
    sources = list(call.state.sources_above(source)) if source[0] == "project" else [source]
    return [badge for above in sources for badge in call.state.extra["badge"].get(key_of(above), [])]


def _present(call: GitLabCall, source: Source, badge: Json) -> Json:
    return {**badge, **{f"rendered_{name}": _rendered(call, source, badge[name]) for name in _URLS}}


def _rendered(call: GitLabCall, source: Source, url: str) -> str:
    """The address with what is known of a project put in; a group's badge keeps its placeholders until a project shows it."""
    if source[0] == "group":
        return url
    project = call.state.projects[source[1]]
    known = {
        "project_path": project.full_path,
        "project_title": project.name,
        "project_name": project.path,
        "project_id": str(project.id),
        "default_branch": default_branch(call.state, project),
    }
    return re.sub(r"%\{(\w+)\}", lambda match: known.get(match[1], match[0]), url)


@takes({"name": params.string(), **PAGED})
def index(call: GitLabCall) -> Answer:
    """GET …/badges."""
    source = find_source(call)
    name = call.given.get("name")
    found = [badge for badge in _visible(call, source) if name in (None, badge["name"])]
    return paginate(call, found, lambda badge: _present(call, source, badge))


def show(call: GitLabCall) -> Answer:
    """GET …/badges/:badge_id."""
    source = find_source(call)
    return ok(_present(call, source, _find(call, _visible(call, source))))


@takes({**{name: params.string(required=True) for name in _URLS}, "name": params.string()})
def create(call: GitLabCall) -> Answer:
    """POST …/badges, for those who manage the members."""
    source = _managed(call)
    given = call.given
    _check(given)
    urls = {name: given[name] for name in _URLS}
    badge = {"id": call.state.new_id("badge"), "name": given.get("name"), **urls, "kind": source[0]}
    _own(call, source).append(badge)
    return created(_present(call, source, badge))


@takes({name: params.string() for name in (*_URLS, "name")})
def update(call: GitLabCall) -> Answer:
    """PUT …/badges/:badge_id."""
    source = _managed(call)
    badge = _find(call, _own(call, source))
    given = call.given
    _check(given)
    badge.update(given)
    return ok(_present(call, source, badge))


def remove(call: GitLabCall) -> Answer:
    """DELETE …/badges/:badge_id."""
    own = _own(call, _managed(call))
    own.remove(_find(call, own))
    return gone()


def _managed(call: GitLabCall) -> Source:
    source = find_source(call)
    authorize(call, source, MANAGING_LEVEL[source[0]])
    return source


def _find(call: GitLabCall, badges: list[Json]) -> Json:
    badge = next((badge for badge in badges if str(badge["id"]) == call.path["badge_id"]), None)
    if badge is None:
        raise no_record()
    return badge


def _check(given: Json) -> None:
    wrong = [name for name in _URLS if name in given and not re.match(r"https?://\S+", given[name] or "")]
    if wrong:
        raise invalid(**{name: ["is blocked: Only allowed schemes are http, https"] for name in wrong})


ROUTES: tuple[Route, ...] = tuple(
    route
    for kind in ("groups", "projects")
    for route in (
        ("GET", f"/{kind}/:id/badges", index),
        ("POST", f"/{kind}/:id/badges", create),
        ("GET", f"/{kind}/:id/badges/:badge_id", show),
        ("PUT", f"/{kind}/:id/badges/:badge_id", update),
        ("DELETE", f"/{kind}/:id/badges/:badge_id", remove),
    )
)
