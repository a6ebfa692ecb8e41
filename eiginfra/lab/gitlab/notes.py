"""Notes on issues, merge requests and commits: each is part of a discussion, perhaps its only one. The lab writes none of its own."""

import re
from dataclasses import dataclass
from hashlib import sha1
from typing import Any

from eiginfra.lab.gitlab import issuables, issues, params, present_users
from eiginfra.lab.gitlab.access import GUEST, MAINTAINER, find_code, find_project, may, writable
from eiginfra.lab.gitlab.call import Answer, GitLabCall, Route, created, gone, ok, takes
from eiginfra.lab.gitlab.commits import found_commit
from eiginfra.lab.gitlab.errors import forbidden, message, no_record, not_modelled
from eiginfra.lab.gitlab.pagination import PAGED, paginate
from eiginfra.lab.gitlab.records import Json, ProjectRecord

_MOST_CHARACTERS = 1_000_000
_QUICK_ACTION = re.compile(r"^/[a-z_]+", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class NotedThing:
    """What notes are about; `locked` where only members write them."""

    kind: str
    project: ProjectRecord
    number: int | str
    iid: int | None
    locked: bool = False

    @property
    def is_commit(self) -> bool:
        """Whether it is a commit, which has neither number nor resolvable notes."""
        return self.kind == "Commit"


def find_thing(call: GitLabCall) -> NotedThing:
    """What the path's notes are about; raises GitLabHttpError 401, 403 or 404."""
    call.known_user()
    if "sha" in call.path:
        project = find_code(call)
        return NotedThing("Commit", project, found_commit(call, project)["id"], None)
    if call.raw_path.split("/")[3] == "issues":
        project, thing = issues.find_seen(call)
        return NotedThing("Issue", project, thing["id"], thing["iid"], bool(thing["discussion_locked"]))
    project = find_project(call)
    thing = issuables.find(call, "merge_request", project, call.path["iid"])
    return NotedThing("MergeRequest", project, thing["id"], thing["iid"], bool(thing["discussion_locked"]))


def notes_of(call: GitLabCall, thing: NotedThing) -> list[Json]:
    """The notes about a thing, oldest first."""
    return issuables.notes(call.state, thing.project.id, thing.kind, thing.number)


def present(call: GitLabCall, thing: NotedThing, note: Json) -> Json:
    """A note as GitLab shows it."""
    resolvable = note["type"] == "DiscussionNote" and not thing.is_commit

    def person(number: int | None) -> Any:
        user = call.state.users.get(number or 0)
        return present_users.basic(call.state, user) if user else None

    resolved = {
        "resolved": note["resolved_by"] is not None,
        "resolved_by": person(note["resolved_by"]),
        "resolved_at": note["resolved_at"],
    }
    return {
        **{name: note[name] for name in ("id", "type", "body")},
        "author": person(note["author_id"]),
        **{name: note[name] for name in ("created_at", "updated_at")},
        "system": False,
        "noteable_id": None if thing.is_commit else thing.number,
        "noteable_type": thing.kind,
        "project_id": thing.project.id,
        "resolvable": resolvable,
        **(resolved if resolvable else {}),
        "confidential": False,
        "internal": False,
        "imported": False,
        "imported_from": "none",
        "noteable_iid": thing.iid,
        "commands_changes": {},
    }


def add(call: GitLabCall, thing: NotedThing, body: str, kind: str | None, discussion: str | None = None) -> Json:
    """Write a note; raises GitLabHttpError 403 where the caller may not, 400 for an empty or too long one, 501 for a quick action."""
    writable(call, ("project", thing.project.id))
    if thing.locked and not may(call, ("project", thing.project.id), GUEST):
        raise forbidden()
    _check(body)
    now, number = call.state.now(), call.state.new_id("note")
    digest = sha1(f"{thing.kind}-{thing.number}-{number}".encode(), usedforsecurity=False).hexdigest()
    note = {
        "id": number,
        "discussion": discussion or digest,
        "type": kind,
        "body": body,
        "author_id": call.known_user().id,
        "created_at": now,
        "updated_at": now,
        "resolved_by": None,
        "resolved_at": None,
    }
    notes_of(call, thing).append(note)
    return note


def _check(body: str) -> None:
    if not body.strip():
        raise message(400, '400 Bad request - Note {:note=>["can\'t be blank"]}')
    if len(body) > _MOST_CHARACTERS:
        raise message(400, f'400 Bad request - Note {{:note=>["is too long (maximum is {_MOST_CHARACTERS} characters)"]}}')
    if _QUICK_ACTION.search(body):
        raise not_modelled("quick actions in notes")


def edit(call: GitLabCall, note: Json, body: str) -> None:
    """Change the text of a note."""
    _check(body)
    note.update(body=body, updated_at=call.state.now())


def find(call: GitLabCall, thing: NotedThing) -> Json:
    """The note of the path's `:note_id`; raises GitLabHttpError 404."""
    note = next((note for note in notes_of(call, thing) if str(note["id"]) == call.path["note_id"]), None)
    if note is None:
        raise no_record()
    return note


def find_own(call: GitLabCall, thing: NotedThing) -> Json:
    """The note of the path, for its author and maintainers; raises GitLabHttpError 404 or 403."""
    note = find(call, thing)
    writable(call, ("project", thing.project.id))
    if note["author_id"] != call.known_user().id and not may(call, ("project", thing.project.id), MAINTAINER):
        raise forbidden()
    return note


@takes(
    {
        "order_by": params.string("created_at", "updated_at", default="created_at"),
        "sort": params.string("asc", "desc", default="desc"),
        **PAGED,
    }
)
def index(call: GitLabCall) -> Answer:
    """GET …/notes."""
    thing, given = find_thing(call), call.given
    found = sorted(notes_of(call, thing), key=lambda note: (note[given["order_by"]], note["id"]), reverse=given["sort"] == "desc")
    return paginate(call, found, lambda note: present(call, thing, note))


def show(call: GitLabCall) -> Answer:
    """GET …/notes/:note_id."""
    thing = find_thing(call)
    return ok(present(call, thing, find(call, thing)))


@takes({"body": params.string(required=True)})
def create(call: GitLabCall) -> Answer:
    """POST …/notes: a note by itself."""
    thing = find_thing(call)
    return created(present(call, thing, add(call, thing, call.given["body"], None)))


@takes({"body": params.string(required=True)})
def update(call: GitLabCall) -> Answer:
    """PUT …/notes/:note_id."""
    thing = find_thing(call)
    note = find_own(call, thing)
    edit(call, note, call.given["body"])
    return ok(present(call, thing, note))


def remove(call: GitLabCall) -> Answer:
    """DELETE …/notes/:note_id, also as part of a discussion."""
    thing = find_thing(call)
    notes_of(call, thing).remove(find_own(call, thing))
    return gone()


ROUTES: tuple[Route, ...] = tuple(
    route
    for place in ("issues", "merge_requests")
    for base in (f"/projects/:id/{place}/:iid/notes",)
    for route in (
        ("GET", base, index),
        ("POST", base, create),
        ("GET", f"{base}/:note_id", show),
        ("PUT", f"{base}/:note_id", update),
        ("DELETE", f"{base}/:note_id", remove),
    )
)
