"""Labels of groups and projects."""

import re
from math import inf
from typing import Any

from eiginfra.lab.gitlab import params
from eiginfra.lab.gitlab.access import REPORTER, authorize, find_source, may, writable
from eiginfra.lab.gitlab.call import Answer, GitLabCall, Route, created, gone, ok, takes
from eiginfra.lab.gitlab.errors import bad_parameters, conflict, invalid, not_found
from eiginfra.lab.gitlab.pagination import PAGED, paginate
from eiginfra.lab.gitlab.records import Json, Source, SourceType, key_of
from eiginfra.lab.gitlab.state import GitLabState

_COLOR = re.compile(r"#[0-9a-fA-F]{3}(?:[0-9a-fA-F]{3})?")
_NAMED = {"red": "#FF0000", "green": "#008000", "blue": "#0000FF", "white": "#FFFFFF", "black": "#000000"}
_FIELDS = {"group": {"description": params.string()}, "project": {"description": params.string(), "priority": params.integer()}}
_NAMED_BY = {"label_id": params.string(), "name": params.string()}


def _own(state: GitLabState, source: Source) -> list[Json]:
    labels: list[Json] = state.extra["label"].setdefault(key_of(source), [])
    return labels


def _visible(state: GitLabState, source: Source, *, ancestors: bool) -> list[Json]:
    sources = list(state.sources_above(source)) if ancestors else [source]
    found = [label for above in sources for label in state.extra["label"].get(key_of(above), [])]
    return sorted(found, key=lambda label: str(label["name"]).lower())


def _present(call: GitLabCall, label: Json, source: Source, *, counts: bool = False) -> Json:
    counted = {"open_issues_count": 0, "closed_issues_count": 0, "open_merge_requests_count": 0} if counts else {}
    shown = {"description_html": label["description"] or "", "text_color": _text_color(label["color"])}
    place = {"priority": label.get("priority"), "is_project_label": label["project"]} if source[0] == "project" else {}
    kept = {name: label[name] for name in ("id", "name", "description", "color")}
    subscribed = call.user is not None and call.user.id in label.get("subscribers", ())
    return {**kept, **shown, "subscribed": subscribed, **counted, **place}


@takes(
    {
        "search": params.string(),
        "include_ancestor_groups": params.boolean(default=True),
        "with_counts": params.boolean(default=False),
        **PAGED,
    }
)
def index(call: GitLabCall) -> Answer:
    """GET …/labels; a project's with those of its groups."""
    source = find_source(call)
    given = call.given
    text = (given.get("search") or "").lower()
    labels = _visible(call.state, source, ancestors=bool(given["include_ancestor_groups"]))
    found = [label for label in labels if text in f"{label['name']} {label['description'] or ''}".lower()]
    return paginate(call, found, lambda label: _present(call, label, source, counts=bool(given["with_counts"])))


def show(call: GitLabCall) -> Answer:
    """GET …/labels/:label_id, by id or name."""
    source = find_source(call)
    return ok(_present(call, _find(call, source, ancestors=True), source))


def create(call: GitLabCall) -> Answer:
    """POST …/labels."""
    source = find_source(call)
    authorize(call, source, REPORTER)
    writable(call, source)
    given = call.given
    if any(label["name"] == given["name"] for label in _visible(call.state, source, ancestors=True)):
        raise conflict("Label already exists")
    return created(_present(call, _add(call.state, source, **given), source))


def _add(state: GitLabState, source: Source, **given: Any) -> Json:
    label = {
        "id": state.new_id("label"),
        "name": _checked_name(given["name"]),
        "color": _checked_color(given["color"]),
        "description": given.get("description"),
        "priority": given.get("priority"),
        "project": source[0] == "project",
    }
    _own(state, source).append(label)
    return label


def ensure(state: GitLabState, source: Source, names: list[str]) -> None:
    """Make the labels that an issue or a merge request names and the project does not know yet."""
    known = {label["name"] for label in _visible(state, source, ancestors=True)}
    for name in names:
        if name not in known:
            _add(state, source, name=name, color="#6699cc")


def priority_of(state: GitLabState, project_id: int, names: list[str]) -> float:
    """The priority of the most urgent of some labels, which is the least number; infinite for none."""
    known = _visible(state, ("project", project_id), ancestors=True)
    return min((label["priority"] for label in known if label["name"] in names and label.get("priority") is not None), default=inf)


def number_of(state: GitLabState, project_id: int, name: str) -> int | None:
    """The id of a label that a project knows by a name."""
    return next((label["id"] for label in _visible(state, ("project", project_id), ancestors=True) if label["name"] == name), None)


def reachable(call: GitLabCall, project_id: int, number: int) -> Json | None:
    """A label of a project or of its groups, by id, as an event shows it."""
    for label in _visible(call.state, ("project", project_id), ancestors=True):
        if label["id"] == number:
            shown = _present(call, label, ("group", 0))
            return {name: value for name, value in shown.items() if name != "subscribed"}
    return None


def update(call: GitLabCall) -> Answer:
    """PUT …/labels/:label_id, and the older PUT …/labels with `label_id` or `name`, which clients still use."""
    source = find_source(call)
    authorize(call, source, REPORTER)
    writable(call, source)
    label = _find(call, source, ancestors=False)
    # Given is given: an empty description takes the old one away.
    given = call.given
    if given.get("new_name") and given["new_name"] != label["name"]:
        if any(other["name"] == given["new_name"] for other in _visible(call.state, source, ancestors=True)):
            raise invalid(title=["has already been taken"])
        label["name"] = _checked_name(given["new_name"])
    if given.get("color"):
        label["color"] = _checked_color(given["color"])
    label.update({name: value for name, value in given.items() if name in _FIELDS[source[0]]})
    return ok(_present(call, label, source))


def subscribe(call: GitLabCall) -> Answer:
    """POST …/labels/:label_id/subscribe; 304 if it was so before."""
    return _subscription(call, wanted=True)


def unsubscribe(call: GitLabCall) -> Answer:
    """POST …/labels/:label_id/unsubscribe."""
    return _subscription(call, wanted=False)


def _subscription(call: GitLabCall, *, wanted: bool) -> Answer:
    source, user = find_source(call), call.known_user()
    label = _find(call, source, ancestors=True)
    subscribers: list[int] = label.setdefault("subscribers", [])
    if (user.id in subscribers) is wanted:
        return Answer(304)
    (subscribers.append if wanted else subscribers.remove)(user.id)
    return created(_present(call, label, source))


def promote(call: GitLabCall) -> Answer:
    """PUT /projects/:id/labels/:label_id/promote: the label becomes one of the project's group."""
    source = find_source(call)
    group_id = call.state.projects[source[1]].namespace_id
    if group_id not in call.state.groups:
        raise bad_parameters("Failed to promote project label to group label")
    group: Source = ("group", group_id)
    authorize(call, group, REPORTER)
    label = _find(call, source, ancestors=False)
    _own(call.state, source).remove(label)
    label["project"] = False
    _own(call.state, group).append(label)
    return ok(_present(call, label, group))


def remove(call: GitLabCall) -> Answer:
    """DELETE …/labels/:label_id, and the older DELETE …/labels."""
    source = find_source(call)
    authorize(call, source, REPORTER)
    writable(call, source)
    label = _find(call, source, ancestors=False)
    _own(call.state, source).remove(label)
    return gone()


def _find(call: GitLabCall, source: Source, *, ancestors: bool) -> Json:
    wanted = call.path.get("label_id")
    if wanted is None:
        wanted = call.given.get("label_id") or call.given["name"]
    for label in _visible(call.state, source, ancestors=ancestors):
        if wanted in (label["name"], str(label["id"])):
            return label
    raise not_found("Label") if may(call, source, REPORTER) or call.user else not_found()


def _checked_name(name: str) -> str:
    if not name.strip():
        raise invalid(title=["can't be blank"])
    if "," in name:
        raise invalid(title=["is invalid"])
    return name.strip()


def _checked_color(color: str) -> str:
    color = _NAMED.get(color.lower(), color)
    if not _COLOR.fullmatch(color):
        raise invalid(color=["must be a valid color code"])
    return color


def _text_color(color: str) -> str:
    digits = color[1:] if len(color) == 7 else "".join(char * 2 for char in color[1:])
    bright = sum(int(digits[start : start + 2], 16) for start in (0, 2, 4)) > 500
    return "#1F1E24" if bright else "#FFFFFF"


def _routes(kind: SourceType) -> tuple[Route, ...]:
    base, fields = f"/{kind}s/:id/labels", _FIELDS[kind]
    new = {"name": params.string(required=True), "color": params.string(required=True), **fields}
    changes = {"new_name": params.string(), "color": params.string(), **fields}
    changed, named = params.at_least_one(*changes), params.exactly_one(*_NAMED_BY)
    return (
        ("GET", base, index),
        ("POST", base, takes(new)(create)),
        ("GET", f"{base}/:label_id", show),
        ("PUT", base, takes({**_NAMED_BY, **changes}, named, changed)(update)),
        ("PUT", f"{base}/:label_id", takes(changes, changed)(update)),
        ("DELETE", base, takes(_NAMED_BY, named)(remove)),
        ("DELETE", f"{base}/:label_id", remove),
        ("POST", f"{base}/:label_id/subscribe", subscribe),
        ("POST", f"{base}/:label_id/unsubscribe", unsubscribe),
    )


ROUTES: tuple[Route, ...] = (
    *_routes("group"),
    *_routes("project"),
    ("PUT", "/projects/:id/labels/:label_id/promote", promote),
)
