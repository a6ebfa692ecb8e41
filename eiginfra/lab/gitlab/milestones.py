"""Milestones of groups and projects."""

from eiginfra.lab.gitlab import params
from eiginfra.lab.gitlab.access import PLANNER, authorize, find_source, writable
from eiginfra.lab.gitlab.call import Answer, GitLabCall, Route, created, gone, ok, takes
from eiginfra.lab.gitlab.errors import message, no_record, ruby
from eiginfra.lab.gitlab.pagination import PAGED, paginate
from eiginfra.lab.gitlab.records import Json, Source, key_of

_FIELDS = {"description": params.string(), "due_date": params.day(), "start_date": params.day()}
_CHANGES = {"title": params.string(), "state_event": params.string("close", "activate"), **_FIELDS}


def own(call: GitLabCall, source: Source) -> list[Json]:
    """The milestones of a group or project itself."""
    milestones: list[Json] = call.state.extra["milestone"].setdefault(key_of(source), [])
    return milestones


def _path(call: GitLabCall, source: Source) -> str:
    kind, number = source
    return f"groups/{call.state.groups[number].full_path}" if kind == "group" else call.state.projects[number].full_path


def present(call: GitLabCall, source: Source, milestone: Json) -> Json:
    """A milestone as GitLab shows it."""
    due = milestone["due_date"]
    return {
        **milestone,
        f"{source[0]}_id": source[1],
        "expired": due is not None and due < call.state.today(),
        "web_url": f"{call.state.url}/{_path(call, source)}/-/milestones/{milestone['iid']}",
    }


def reachable(call: GitLabCall, project_id: int, number: int | None) -> Json | None:
    """A milestone of a project or of its groups, by id, as an issue shows it."""
    for source in call.state.sources_above(("project", project_id)):
        for milestone in call.state.extra["milestone"].get(key_of(source), []):
            if milestone["id"] == number:
                return present(call, source, milestone)
    return None


@takes(
    {
        "state": params.string("active", "closed", "all", default="all"),
        "iids": params.integers(),
        "title": params.string(),
        "search": params.string(),
        "include_parent_milestones": params.boolean(default=False),
        "include_ancestors": params.boolean(default=False),
        **PAGED,
    }
)
def index(call: GitLabCall) -> Answer:
    """GET …/milestones."""
    source = find_source(call)
    given = call.given
    above = given["include_parent_milestones"] or given["include_ancestors"]
    sources = list(call.state.sources_above(source)) if above else [source]
    text = (given.get("search") or "").lower()
    found = [
        (place, milestone)
        for place in sources
        for milestone in call.state.extra["milestone"].get(key_of(place), [])
        if given["state"] in ("all", milestone["state"])
        and (not given.get("iids") or milestone["iid"] in given["iids"])
        and given.get("title") in (None, milestone["title"])
        and text in f"{milestone['title']} {milestone['description'] or ''}".lower()
    ]
    return paginate(call, found, lambda pair: present(call, *pair))


def show(call: GitLabCall) -> Answer:
    """GET …/milestones/:milestone_id."""
    source = find_source(call)
    return ok(present(call, source, find(call, source)))


@takes({"title": params.string(required=True), **_FIELDS})
def create(call: GitLabCall) -> Answer:
    """POST …/milestones, for planners."""
    source = find_source(call)
    authorize(call, source, PLANNER)
    writable(call, source)
    wanted = {"title": call.given["title"], **{name: call.given.get(name) for name in _FIELDS}}
    _check(call, source, {"id": 0, **wanted}, "create")
    return created(present(call, source, add(call, source, wanted)))


def add(call: GitLabCall, source: Source, wanted: Json) -> Json:
    """Keep one more milestone, which is active."""
    known, now = own(call, source), call.state.now()
    milestone = {
        "id": call.state.new_id("milestone"),
        "iid": max((one["iid"] for one in known), default=0) + 1,
        **wanted,
        "state": "active",
        "created_at": now,
        "updated_at": now,
    }
    known.append(milestone)
    return milestone


@takes(_CHANGES, params.at_least_one(*_CHANGES))
def update(call: GitLabCall) -> Answer:
    """PUT …/milestones/:milestone_id."""
    source = find_source(call)
    authorize(call, source, PLANNER)
    writable(call, source)
    milestone = find(call, source)
    given = call.given
    event = given.pop("state_event", None)
    _check(call, source, {**milestone, **given}, "update")
    milestone.update(given, updated_at=call.state.now())
    if event:
        milestone["state"] = {"close": "closed", "activate": "active"}[event]
    return ok(present(call, source, milestone))


def remove(call: GitLabCall) -> Answer:
    """DELETE …/milestones/:milestone_id."""
    source = find_source(call)
    authorize(call, source, PLANNER)
    writable(call, source)
    own(call, source).remove(find(call, source))
    return gone()


def find(call: GitLabCall, source: Source) -> Json:
    """The milestone of the path's `:milestone_id`; raises GitLabHttpError 404."""
    milestone = next((one for one in own(call, source) if str(one["id"]) == call.path["milestone_id"]), None)
    if milestone is None:
        raise no_record()
    return milestone


def _check(call: GitLabCall, source: Source, wanted: Json, doing: str) -> None:
    errors: dict[str, list[str]] = {}
    others = [one for place in call.state.sources_above(source) for one in call.state.extra["milestone"].get(key_of(place), [])]
    if not (wanted["title"] or "").strip():
        errors["title"] = ["can't be blank"]
    elif any(one["title"] == wanted["title"] and one["id"] != wanted["id"] for one in others):
        errors["title"] = ["already being used for another group or project milestone."]
    if wanted["start_date"] and wanted["due_date"] and wanted["start_date"] >= wanted["due_date"]:
        errors["due_date"] = ["must be greater than start date"]
    if errors:
        raise message(400, f"Failed to {doing} milestone {ruby(errors)}")


ROUTES: tuple[Route, ...] = tuple(
    route
    for kind in ("groups", "projects")
    for route in (
        ("GET", f"/{kind}/:id/milestones", index),
        ("POST", f"/{kind}/:id/milestones", create),
        ("GET", f"/{kind}/:id/milestones/:milestone_id", show),
        ("PUT", f"/{kind}/:id/milestones/:milestone_id", update),
        ("DELETE", f"/{kind}/:id/milestones/:milestone_id", remove),
    )
)
