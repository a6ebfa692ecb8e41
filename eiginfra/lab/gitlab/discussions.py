"""Discussions of issues, merge requests and commits, and comments on commits, which are notes too."""

from typing import Any

from eiginfra.lab.gitlab import notes, params, present_users
from eiginfra.lab.gitlab.access import DEVELOPER, may
from eiginfra.lab.gitlab.call import Answer, GitLabCall, Route, created, ok, takes
from eiginfra.lab.gitlab.errors import forbidden, message, not_found
from eiginfra.lab.gitlab.issuables import find
from eiginfra.lab.gitlab.notes import NotedThing
from eiginfra.lab.gitlab.pagination import PAGED, paginate
from eiginfra.lab.gitlab.records import Json

_BODY = {"body": params.string(required=True)}


def _of(call: GitLabCall, thing: NotedThing) -> dict[str, list[Json]]:
    """The notes of each discussion, by when these began."""
    found: dict[str, list[Json]] = {}
    for note in notes.notes_of(call, thing):
        found.setdefault(note["discussion"], []).append(note)
    return found


def _present(call: GitLabCall, thing: NotedThing, members: list[Json]) -> Json:
    return {
        "id": members[0]["discussion"],
        "individual_note": members[0]["type"] is None,
        "notes": [notes.present(call, thing, note) for note in members],
    }


def _find(call: GitLabCall, thing: NotedThing, what: str = "Discussion") -> list[Json]:
    members = _of(call, thing).get(call.path["discussion_id"])
    if not members:
        raise not_found(what)
    return members


@takes(PAGED)
def index(call: GitLabCall) -> Answer:
    """GET …/discussions."""
    thing = notes.find_thing(call)
    return paginate(call, list(_of(call, thing).values()), lambda members: _present(call, thing, members))


def show(call: GitLabCall) -> Answer:
    """GET …/discussions/:discussion_id."""
    thing = notes.find_thing(call)
    return ok(_present(call, thing, _find(call, thing)))


@takes(_BODY)
def create(call: GitLabCall) -> Answer:
    """POST …/discussions."""
    thing = notes.find_thing(call)
    note = notes.add(call, thing, call.given["body"], "DiscussionNote")
    return created(_present(call, thing, [note]))


@takes({"resolved": params.boolean(required=True)})
def resolve(call: GitLabCall) -> Answer:
    """PUT …/discussions/:discussion_id: all its notes are resolved, or none."""
    thing = notes.find_thing(call)
    members = _find(call, thing)
    if members[0]["type"] is None:
        raise forbidden()
    for note in members:
        _resolve(call, thing, note, wanted=call.given["resolved"])
    return ok(_present(call, thing, members))


def _resolve(call: GitLabCall, thing: NotedThing, note: Json, *, wanted: bool) -> None:
    """Who has a say: developers, and the author of the issue or merge request."""
    user = call.known_user()
    kind = {"Issue": "issue", "MergeRequest": "merge_request"}[thing.kind]
    author = find(call, kind, thing.project, call.path["iid"])["author_id"]
    if user.id != author and not may(call, ("project", thing.project.id), DEVELOPER):
        raise forbidden()
    if (note["resolved_by"] is not None) is not wanted:
        note.update(resolved_by=user.id if wanted else None, resolved_at=call.state.now() if wanted else None)


def show_notes(call: GitLabCall) -> Answer:
    """GET …/discussions/:discussion_id/notes."""
    thing = notes.find_thing(call)
    return ok([notes.present(call, thing, note) for note in _find(call, thing, "Notes")])


@takes(_BODY)
def reply(call: GitLabCall) -> Answer:
    """POST …/discussions/:discussion_id/notes: what a note by itself is about becomes a discussion, but for commits."""
    thing = notes.find_thing(call)
    first = _find(call, thing)[0]
    if first["type"] is None and thing.is_commit:
        raise message(400, "400 Bad request - Discussion can not be replied to.")
    note = notes.add(call, thing, call.given["body"], "DiscussionNote", first["discussion"])
    first["type"] = "DiscussionNote"
    return created(notes.present(call, thing, note))


def edit(call: GitLabCall) -> Answer:
    """PUT …/discussions/:discussion_id/notes/:note_id: another text, or resolved."""
    thing = notes.find_thing(call)
    if call.given.get("resolved") is None:
        note = notes.find_own(call, thing)
        notes.edit(call, note, call.given["body"])
    else:
        note = notes.find(call, thing)
        if note["type"] is None or thing.is_commit:
            raise message(400, "400 Bad request - Note is not resolvable")
        _resolve(call, thing, note, wanted=call.given["resolved"])
    return ok(notes.present(call, thing, note))


def _comment(call: GitLabCall, note: Json) -> Json:
    author = call.state.users.get(note["author_id"])
    shown: Any = present_users.basic(call.state, author) if author else None
    return {"note": note["body"], "path": None, "line": None, "line_type": None, "author": shown, "created_at": note["created_at"]}


@takes(PAGED)
def comments(call: GitLabCall) -> Answer:
    """GET …/repository/commits/:sha/comments: all notes about the commit."""
    return paginate(call, notes.notes_of(call, notes.find_thing(call)), lambda note: _comment(call, note))


@takes({"note": params.string(required=True)})
def comment(call: GitLabCall) -> Answer:
    """POST …/repository/commits/:sha/comments."""
    return created(_comment(call, notes.add(call, notes.find_thing(call), call.given["note"], None)))


def _routes(thing: str) -> tuple[Route, ...]:
    base = f"/projects/:id/{thing}/discussions"
    one = f"{base}/:discussion_id"
    resolvable = "commits" not in thing
    changes = {"body": params.string(), **({"resolved": params.boolean()} if resolvable else {})}
    routes: tuple[Route, ...] = (
        ("GET", base, index),
        ("POST", base, create),
        ("GET", one, show),
        ("GET", f"{one}/notes", show_notes),
        ("POST", f"{one}/notes", reply),
        ("GET", f"{one}/notes/:note_id", notes.show),
        ("PUT", f"{one}/notes/:note_id", takes(changes, params.exactly_one("body", "resolved"))(edit)),
        ("DELETE", f"{one}/notes/:note_id", notes.remove),
    )
    return (*routes, ("PUT", one, resolve)) if resolvable else routes


_COMMENTS = "/projects/:id/repository/commits/:sha/comments"
ROUTES: tuple[Route, ...] = (
    *_routes("issues/:iid"),
    *_routes("merge_requests/:iid"),
    *_routes("repository/commits/:sha"),
    ("GET", _COMMENTS, comments),
    ("POST", _COMMENTS, comment),
)
