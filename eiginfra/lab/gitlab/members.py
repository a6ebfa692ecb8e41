"""Members of groups and projects, direct and inherited."""

from typing import Any

from eiginfra.lab.gitlab import params, present_users
from eiginfra.lab.gitlab.access import (
    LEVEL_NAMES,
    MAINTAINER,
    MINIMAL,
    OWNER,
    authorize,
    find_source,
    level_of,
)
from eiginfra.lab.gitlab.application import queued
from eiginfra.lab.gitlab.call import Answer, GitLabCall, Route, created, gone, ok, takes
from eiginfra.lab.gitlab.errors import GitLabHttpError, bad_parameters, conflict, forbidden, invalid, no_record, not_found
from eiginfra.lab.gitlab.pagination import PAGED, paginate
from eiginfra.lab.gitlab.records import MembershipRecord, Source
from eiginfra.lab.gitlab.state import GitLabState

_LIST = {"query": params.string(), "user_ids": params.integers(), "skip_users": params.integers(), **PAGED}
MANAGING_LEVEL = {"group": OWNER, "project": MAINTAINER}


@takes(_LIST)
def index(call: GitLabCall) -> Answer:
    """GET /(groups|projects)/:id/members: the direct ones."""
    call.known_user()
    return _listed(call, list(call.state.direct_members(find_source(call))))


@takes({name: param for name, param in _LIST.items() if name != "skip_users"})
def index_all(call: GitLabCall) -> Answer:
    """GET /(groups|projects)/:id/members/all: with the inherited ones, each person once, at the highest level."""
    call.known_user()
    return _listed(call, list(_effective(call.state, find_source(call)).values()))


def _listed(call: GitLabCall, members: list[MembershipRecord]) -> Answer:
    given = call.given
    users = call.state.users
    text = (given.get("query") or "").lower()
    found = [
        member
        for member in members
        if (not given.get("user_ids") or member.user_id in given["user_ids"])
        and member.user_id not in (given.get("skip_users") or ())
        and text in f"{users[member.user_id].name} {users[member.user_id].username}".lower()
    ]
    return paginate(call, found, lambda member: present_users.member(call.state, member))


def _effective(state: GitLabState, source: Source) -> dict[int, MembershipRecord]:
    best: dict[int, MembershipRecord] = {}
    for above in reversed(list(state.sources_above(source))):
        for member in state.direct_members(above):
            known = best.get(member.user_id)
            if known is None or known.access_level <= member.access_level:
                best[member.user_id] = member
    return best


def show(call: GitLabCall) -> Answer:
    """GET …/members/:user_id, a direct one."""
    call.known_user()
    source = find_source(call)
    return ok(present_users.member(call.state, _find(call, source)))


def show_all(call: GitLabCall) -> Answer:
    """GET …/members/all/:user_id, direct or inherited."""
    call.known_user()
    member = _effective(call.state, find_source(call)).get(_user_id(call))
    if member is None:
        raise no_record()
    return ok(present_users.member(call.state, member))


@takes(
    {
        "access_level": params.integer(required=True),
        "user_id": params.string(),
        "username": params.string(),
        "expires_at": params.day(),
    },
    params.one_and_only("user_id", "username"),
)
def create(call: GitLabCall) -> Answer:
    """POST …/members: one user by id or name, or several ids separated by commas."""
    source = find_source(call)
    authorize(call, source, MANAGING_LEVEL[source[0]])
    given = call.given
    level, expires_at = given["access_level"], given.get("expires_at")
    if "," in (given.get("user_id") or ""):
        return created(_create_many(call, source, given["user_id"].split(","), level, expires_at))
    user_id = _wanted_user(call, given)
    if call.state.direct_member(source, user_id):
        raise conflict("Member already exists")
    if waiting := queued(call, source, user_id, level):
        return created(waiting)
    return created(present_users.member(call.state, add(call, source, user_id, level, expires_at)))


def _wanted_user(call: GitLabCall, given: dict[str, Any]) -> int:
    if given.get("username"):
        user_id = call.state.user_names.get(given["username"].lower())
    else:
        if not given["user_id"].isdecimal():
            raise bad_parameters("user_id is invalid")
        user_id = int(given["user_id"])
    if user_id not in call.state.users:
        raise not_found("User")
    return user_id


def _create_many(call: GitLabCall, source: Source, ids: list[str], level: int, expires_at: str | None) -> dict[str, Any]:
    """Members one by one; what fails is said in the body of the 201."""
    failures: dict[str, str] = {}
    for text in ids:
        user = call.state.users.get(int(text)) if text.strip().isdecimal() else None
        if user is None:
            failures[text.strip()] = "User not found"
        elif member := call.state.direct_member(source, user.id):
            member.access_level, member.expires_at = level, expires_at
        else:
            try:
                add(call, source, user.id, level, expires_at)
            except GitLabHttpError as error:
                failures[user.username] = sentence(error)
    return {"status": "error", "message": failures} if failures else {"status": "success"}


def add(call: GitLabCall, source: Source, user_id: int, level: int, expires_at: str | None) -> MembershipRecord:
    """Make a direct membership; raises ApiError 400 for a level or a day that GitLab refuses, 403 above one's own level."""
    _check(call, source, user_id, level, expires_at)
    return call.state.add_member(source, user_id, level, call.user.id if call.user else None, expires_at)


@takes({"access_level": params.integer(required=True), "expires_at": params.day()})
def update(call: GitLabCall) -> Answer:
    """PUT …/members/:user_id: level and expiry; an expiry that is not given stays."""
    source = find_source(call)
    authorize(call, source, MANAGING_LEVEL[source[0]])
    given = call.given
    member = _find(call, source)
    level, expires_at = given["access_level"], given.get("expires_at", member.expires_at)
    if level < OWNER and is_last_owner(call.state, member):
        raise forbidden()
    if waiting := queued(call, source, member.user_id, level):
        return ok(waiting)
    _check(call, source, member.user_id, level, expires_at if "expires_at" in given else None)
    member.access_level, member.expires_at = level, expires_at
    return ok(present_users.member(call.state, member))


@takes({"skip_subresources": params.boolean(default=False)})
def remove(call: GitLabCall) -> Answer:
    """DELETE …/members/:user_id; with all direct memberships below, unless `skip_subresources`."""
    call.known_user()
    source = find_source(call)
    given = call.given
    member = _find(call, source)
    if call.user is None or member.user_id != call.user.id:
        authorize(call, source, MANAGING_LEVEL[source[0]])
    if is_last_owner(call.state, member):
        raise forbidden()
    call.state.remove_member(source, member.user_id)
    if source[0] == "group" and not given["skip_subresources"]:
        for below in list(call.state.sources_below(source[1])):
            call.state.remove_member(below, member.user_id)
    return gone()


def is_last_owner(state: GitLabState, member: MembershipRecord) -> bool:
    """Whether a group would have no owner without this one; owners of a parent count, except for a top-level group."""
    if member.source_type != "group" or member.access_level != OWNER:
        return False
    owners = {
        other.user_id
        for above in state.sources_above(("group", member.source_id))
        for other in state.direct_members(above)
        if other.access_level == OWNER
    }
    return owners == {member.user_id}


def sentence(error: GitLabHttpError) -> str:
    """The errors of a record in one sentence, as GitLab joins them in a 201."""
    message = error.body.get("message")
    if not isinstance(message, dict):
        return str(message)
    return " and ".join(f"{name.replace('_', ' ').capitalize()} {text}" for name, texts in message.items() for text in texts)


def _check(call: GitLabCall, source: Source, user_id: int, level: int, expires_at: str | None) -> None:
    state = call.state
    errors: dict[str, list[str]] = {}
    top = source[0] == "group" and state.groups[source[1]].parent_id is None
    if level not in LEVEL_NAMES or (level == MINIMAL and not top):
        errors["access_level"] = ["is not included in the list"]
    elif (inherited := _inherited(state, source, user_id)) and inherited.access_level > level:
        held, group = LEVEL_NAMES[inherited.access_level], state.groups[inherited.source_id]
        errors["access_level"] = [f"should be greater than or equal to {held} inherited membership from group {group.name}"]
    if expires_at is not None and expires_at < state.today():
        errors["expires_at"] = ["cannot be a date in the past"]
    if errors:
        raise invalid(**errors)
    if not call.admin and level > level_of(state, call.user, source):
        raise forbidden()


def _inherited(state: GitLabState, source: Source, user_id: int) -> MembershipRecord | None:
    above = [member for group in state.sources_above(source) if group != source
             if (member := state.direct_member(group, user_id))]  # fmt: skip
    return max(above, key=lambda member: member.access_level, default=None)


def _user_id(call: GitLabCall) -> int:
    wanted = call.path["user_id"]
    if not wanted.isdecimal():
        raise bad_parameters("user_id is invalid")
    return int(wanted)


def _find(call: GitLabCall, source: Source) -> MembershipRecord:
    member = call.state.direct_member(source, _user_id(call))
    if member is None:
        raise no_record()
    return member


def _routes(kind: str) -> tuple[Route, ...]:
    return (
        ("GET", f"/{kind}/:id/members", index),
        ("POST", f"/{kind}/:id/members", create),
        ("GET", f"/{kind}/:id/members/all", index_all),
        ("GET", f"/{kind}/:id/members/all/:user_id", show_all),
        ("GET", f"/{kind}/:id/members/:user_id", show),
        ("PUT", f"/{kind}/:id/members/:user_id", update),
        ("DELETE", f"/{kind}/:id/members/:user_id", remove),
    )


ROUTES: tuple[Route, ...] = (*_routes("groups"), *_routes("projects"))
