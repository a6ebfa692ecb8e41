"""What issues and merge requests share: who wrote them and has them to do, labels, milestone, state."""

from typing import Any

from eiginfra.lab.gitlab import labels, milestones, params, present_users
from eiginfra.lab.gitlab.access import OWNER, PLANNER, authorize, may
from eiginfra.lab.gitlab.call import Answer, GitLabCall, gone
from eiginfra.lab.gitlab.errors import forbidden, no_record, not_modelled
from eiginfra.lab.gitlab.pagination import PAGED
from eiginfra.lab.gitlab.records import Json, ProjectRecord, key_of
from eiginfra.lab.gitlab.state import GitLabState

FIELDS = {
    "title": params.string(),
    "description": params.string(),
    "labels": params.strings(),
    "add_labels": params.strings(),
    "remove_labels": params.strings(),
    "assignee_id": params.integer(),
    "assignee_ids": params.integers(),
    "milestone_id": params.integer(),
}
CHANGES = {"discussion_locked": params.boolean(), "state_event": params.string("close", "reopen")}
LIST = {
    "iids": params.integers(),
    "state": params.string("opened", "closed", "locked", "merged", "all", default="all"),
    "labels": params.strings(),
    "milestone": params.string(unmodelled=("Upcoming", "Started", "#upcoming", "#started")),
    "search": params.string(),
    "in": params.string(default="title,description"),
    "author_id": params.integer(),
    "order_by": params.string("created_at", "updated_at", "title", default="created_at"),
    "sort": params.string("asc", "desc", default="desc"),
    **PAGED,
}


def own(call: GitLabCall, kind: str, project: ProjectRecord) -> list[Json]:
    """The issues or merge requests of a project, oldest first."""
    found: list[Json] = call.state.extra[kind].setdefault(key_of(("project", project.id)), [])
    return found


def find(call: GitLabCall, kind: str, project: ProjectRecord, iid: str) -> Json:
    """One by its number in the project; raises ApiError 404."""
    thing = next((thing for thing in own(call, kind, project) if str(thing["iid"]) == iid), None)
    if thing is None:
        raise no_record()
    return thing


def notes(state: GitLabState, project_id: int, kind: str, number: int | str) -> list[Json]:
    """The notes about an issue, a merge request (by id) or a commit, oldest first."""
    found: dict[str, list[Json]] = state.extra["note"].setdefault(key_of(("project", project_id)), {})
    return found.setdefault(f"{kind}:{number}", [])


def new(call: GitLabCall, kind: str, project: ProjectRecord, given: Json) -> Json:
    """One more, not yet kept."""
    now = call.state.now()
    return {
        "id": call.state.new_id(kind),
        "iid": max((thing["iid"] for thing in own(call, kind, project)), default=0) + 1,
        "project_id": project.id,
        "title": given["title"],
        "description": None,
        "state": "opened",
        "created_at": now,
        "updated_at": now,
        "closed_at": None,
        "closed_by": None,
        "labels": [],
        "assignee_ids": [],
        "author_id": call.known_user().id,
        "milestone_id": None,
        "discussion_locked": None,
        "events": [],
    }


def change(call: GitLabCall, project: ProjectRecord, thing: Json, given: Json, *, assignees: int) -> None:
    """Take in what was given; people who do not exist are left out, as GitLab does. `assignees` is how many there may be."""
    if given.get("state_event") and thing["state"] == "merged":
        raise not_modelled("a merge request that is closed or reopened after it was merged")
    before = dict(thing)
    thing.update({name: given[name] for name in ("title", "description", "discussion_locked") if name in given})
    names = [*(given.get("labels", thing["labels"]) or ()), *(given.get("add_labels") or ())]
    thing["labels"] = sorted(set(names) - set(given.get("remove_labels") or ()))
    labels.ensure(call.state, ("project", project.id), thing["labels"])
    if "milestone_id" in given:
        thing["milestone_id"] = given["milestone_id"] or None
    ids = given.get("assignee_ids", [given["assignee_id"]] if given.get("assignee_id") else None)
    if ids is not None:
        thing["assignee_ids"] = [number for number in ids if number in call.state.users][:assignees]
    if event := given.get("state_event"):
        closing = event == "close"
        thing["state"] = "closed" if closing else "opened"
        thing["closed_at"] = call.state.now() if closing else None
        thing["closed_by"] = call.known_user().id if closing else None
    thing["updated_at"] = call.state.now()
    _remember(call, project, before, thing)


def _remember(call: GitLabCall, project: ProjectRecord, before: Json, thing: Json) -> None:
    """Keep what a change did to labels, milestone and state (resource_events.py)."""
    came, went = set(thing["labels"]) - set(before["labels"]), set(before["labels"]) - set(thing["labels"])
    found = [("label", "add", labels.number_of(call.state, project.id, name)) for name in sorted(came)]
    found += [("label", "remove", labels.number_of(call.state, project.id, name)) for name in sorted(went)]
    if thing["milestone_id"] != before["milestone_id"]:
        present_now = thing["milestone_id"] is not None
        found.append(("milestone", "add" if present_now else "remove", thing["milestone_id"] or before["milestone_id"]))
    if thing["state"] != before["state"]:
        found.append(("state", "closed" if thing["state"] == "closed" else "reopened", None))
    _note_events(call, thing, found)


def end(call: GitLabCall, thing: Json, state: str) -> None:
    """Give it a last state, with its event."""
    thing["state"], thing["updated_at"] = state, call.state.now()
    _note_events(call, thing, [("state", state, None)])


def _note_events(call: GitLabCall, thing: Json, found: list[tuple[str, str, int | None]]) -> None:
    known = {"user_id": call.known_user().id, "created_at": call.state.now(), "state": thing["state"], "thing": thing["id"]}
    for what, action, on in found:
        thing["events"].append({"id": call.state.new_id(f"{what}_event"), "what": what, "action": action, "on": on, **known})


def may_change(call: GitLabCall, project: ProjectRecord, thing: Json, level: int = PLANNER) -> None:
    """Raise ApiError 403 unless the caller wrote it or has a level at the project."""
    if thing["author_id"] != call.known_user().id and not may(call, ("project", project.id), level):
        raise forbidden()


def filtered(call: GitLabCall, kind: str, project: ProjectRecord, given: Json) -> list[Json]:
    """Those of a project that are asked for, in order."""
    text, fields = (given.get("search") or "").lower(), given["in"].split(",")

    def wanted(thing: Json) -> bool:
        return (
            given["state"] in ("all", thing["state"])
            and (not given.get("iids") or thing["iid"] in given["iids"])
            and _has_labels(thing["labels"], given.get("labels") or [])
            and _in_milestone(call, project, thing, given.get("milestone"))
            and given.get("author_id") in (None, thing["author_id"])
            and any(text in (thing[field] or "").lower() for field in fields if field in ("title", "description"))
        )

    found = [thing for thing in own(call, kind, project) if wanted(thing)]
    return sorted(found, key=lambda thing: (str(thing[given["order_by"]]), thing["id"]), reverse=given["sort"] == "desc")


def _in_milestone(call: GitLabCall, project: ProjectRecord, thing: Json, title: str | None) -> bool:
    """Whether it is in a milestone of a title; `Any` is one at least, `None` is none."""
    if (title or "").lower() in ("any", "none"):
        return (thing["milestone_id"] is not None) is ((title or "").lower() == "any")
    milestone = milestones.reachable(call, project.id, thing["milestone_id"])
    return not title or (milestone is not None and milestone["title"] == title)


def _has_labels(labels: list[str], wanted: list[str]) -> bool:
    """Whether all that are asked for are there; `Any` is one at least, `None` is none."""
    if [name.lower() for name in wanted] in (["any"], ["none"]):
        return bool(labels) is (wanted[0].lower() == "any")
    return set(wanted) <= set(labels)


def present(call: GitLabCall, project: ProjectRecord, thing: Json, mark: str, place: str) -> Json:
    """The common part, with `#` or `!` before the number and its place in the web address."""
    users, short = call.state.users, f"{mark}{thing['iid']}"

    def person(number: int | None) -> Any:
        return present_users.basic(call.state, users[number]) if number in users else None

    people = [person(number) for number in thing["assignee_ids"] if number in users]
    apart = ("assignee_ids", "author_id", "milestone_id", "closed_by", "events", "awards", "merged", "head", "versions", "approvals")
    return {
        **{name: value for name, value in thing.items() if name not in apart},
        "closed_by": person(thing["closed_by"]),
        "milestone": milestones.reachable(call, project.id, thing["milestone_id"]),
        "assignees": people,
        "assignee": people[0] if people else None,
        "author": person(thing["author_id"]),
        "user_notes_count": len(notes(call.state, project.id, {"#": "Issue", "!": "MergeRequest"}[mark], thing["id"])),
        **{f"{way}votes": sum(award["name"] == f"thumbs{way}" for award in thing.get("awards", ())) for way in ("up", "down")},
        "web_url": f"{call.state.url}/{project.full_path}/-/{place}/{thing['iid']}",
        "time_stats": {"time_estimate": 0, "total_time_spent": 0, "human_time_estimate": None, "human_total_time_spent": None},
        "task_completion_status": {"count": 0, "completed_count": 0},
        "references": {"short": short, "relative": short, "full": f"{project.full_path}{short}"},
        "imported": False,
        "imported_from": "none",
    }


def remove(call: GitLabCall, kind: str, project: ProjectRecord) -> Answer:
    """Take one out, for owners."""
    authorize(call, ("project", project.id), OWNER)
    own(call, kind, project).remove(find(call, kind, project, call.path["iid"]))
    return gone()
