"""Members of groups and projects, direct and inherited."""

from dataclasses import replace
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
    may,
    writable,
)
from eiginfra.lab.gitlab.call import Answer, GitLabCall, Route, created, gone, ok, takes
from eiginfra.lab.gitlab.errors import GitLabHttpError, bad_parameters, conflict, forbidden, invalid, no_record, not_found
from eiginfra.lab.gitlab.pagination import PAGED, paginate
from eiginfra.lab.gitlab.promotions import queued
from eiginfra.lab.gitlab.records import MembershipRecord, Source
from eiginfra.lab.gitlab.state import GitLabState

_LIST = {"query": params.string(), "user_ids": params.integers(), "skip_users": params.integers(), **PAGED}
MANAGING_LEVEL = {"group": OWNER, "project": MAINTAINER}


@takes(_LIST)
def index(call: GitLabCall) -> Answer:
    """GET /(groups|projects)/:id/members: the direct ones."""
    return _listed(call, list(call.state.direct_members(_readable(call))))


@takes({name: param for name, param in _LIST.items() if name != "skip_users"})
def index_all(call: GitLabCall) -> Answer:
    """GET /(groups|projects)/:id/members/all: with the inherited ones, each person once, at the highest level."""
    return _listed(call, list(_effective(call.state, _readable(call)).values()))


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


def _readable(call: GitLabCall) -> Source:
    """The source of the path; raises GitLabHttpError 403 for a private group of which the caller is no member, though one below it."""
    call.known_user()
    source = find_source(call)
    group = call.state.groups.get(source[1]) if source[0] == "group" else None
    if group and group.visibility == "private" and not may(call, source, MINIMAL):
        raise forbidden()
    return source


def _effective(state: GitLabState, source: Source) -> dict[int, MembershipRecord]:
    """Each person once at the highest level: direct, inherited, or as a member of an invited group."""
    best: dict[int, MembershipRecord] = {}
    for above in reversed(list(state.sources_above(source))):
        invited = [
            replace(member, access_level=min(member.access_level, link["group_access"]))
            for link in state.shares(above).values()
            for place in state.sources_above(("group", link["group_id"]))
            for member in state.direct_members(place)
        ]
        for member in (*invited, *state.direct_members(above)):
            known = best.get(member.user_id)
            if known is None or known.access_level <= member.access_level:
                best[member.user_id] = member
    return best


def show(call: GitLabCall) -> Answer:
    """GET …/members/:user_id, a direct one."""
    return ok(present_users.member(call.state, _find(call, _readable(call))))


def show_all(call: GitLabCall) -> Answer:
    """GET …/members/all/:user_id, direct or inherited."""
    member = _effective(call.state, _readable(call)).get(_user_id(call))
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
    """POST …/members: one user by id or name, or several separated by commas."""
    source = managed(call)
    given = call.given
    level, expires_at = given["access_level"], given.get("expires_at")
    if several := _several(call.state, given):
        return created(_create_many(call, source, several, level, expires_at))
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


def _several(state: GitLabState, given: dict[str, Any]) -> list[str]:
    """The ids of several people, of whom some may not exist; empty for one."""
    ids, names = given.get("user_id") or "", given.get("username") or ""
    if "," in ids:
        return [text.strip() for text in ids.split(",")]
    if "," in names:
        return [str(state.user_names.get(name.strip().lower(), name.strip())) for name in names.split(",")]
    return []


def _create_many(call: GitLabCall, source: Source, ids: list[str], level: int, expires_at: str | None) -> dict[str, Any]:
    """Members one by one; what fails is said in the body of the 201, in one sentence."""
    failures: list[str] = []
    for text in ids:
        user = call.state.users.get(int(text)) if text.isdecimal() else None
        if user is None:
            failures.append(f"{text}: User not found")
        else:
            try:
                add_or_change(call, source, user.id, level, expires_at)
            except GitLabHttpError as error:
                failures.append(f"{user.username}: {sentence(error)}")
    return {"status": "error", "message": enumeration(failures)} if failures else {"status": "success"}


def enumeration(texts: list[str]) -> str:
    """`a`, `a and b`, `a, b, and c`."""
    return " and ".join(texts) if len(texts) < 3 else f"{', '.join(texts[:-1])}, and {texts[-1]}"


def add(call: GitLabCall, source: Source, user_id: int, level: int, expires_at: str | None) -> MembershipRecord:
    """Make a direct membership; raises ApiError 400 for a level or a day that GitLab refuses, 403 above one's own level."""
    _check(call, source, user_id, level, expires_at)
    return call.state.add_member(source, user_id, level, call.user.id if call.user else None, expires_at)


def add_or_change(call: GitLabCall, source: Source, user_id: int, level: int, expires_at: str | None) -> None:
    """Make a direct membership, or give the one that is there another level and date; raises as `add` does."""
    member = call.state.direct_member(source, user_id)
    if member is None:
        add(call, source, user_id, level, expires_at)
        return
    _check(call, source, user_id, level, expires_at)
    member.access_level, member.expires_at = level, expires_at


@takes({"access_level": params.integer(required=True), "expires_at": params.day()})
def update(call: GitLabCall) -> Answer:
    """PUT …/members/:user_id: level and expiry; an expiry that is not given stays."""
    source = managed(call)
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
        managed(call)
    if is_last_owner(call.state, member):
        raise forbidden()
    call.state.remove_member(source, member.user_id)
    if source[0] == "group" and not given["skip_subresources"]:
        for below in list(call.state.sources_below(source[1])):
            call.state.remove_member(below, member.user_id)
    return gone()


def is_last_owner(state: GitLabState, member: MembershipRecord) -> bool:
    """Whether a group would have no owner without this one; owners of a parent count, those of tokens and service accounts do not."""
    if member.source_type != "group" or member.access_level != OWNER:
        return False
    owners = {
        other.user_id
        for above in state.sources_above(("group", member.source_id))
        for other in state.direct_members(above)
        if other.access_level == OWNER and state.users[other.user_id].kind == "human"
    }
    return owners == {member.user_id}


def managed(call: GitLabCall) -> Source:
    """The source of the path, for who manages its members; raises GitLabHttpError 403, also where it is an archived group."""
    source = find_source(call)
    authorize(call, source, MANAGING_LEVEL[source[0]])
    if source[0] == "group":
        writable(call, source)
    return source


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
