"""Invitations by e-mail: pending until an account with that address exists."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from eiginfra.lab.gitlab import params
from eiginfra.lab.gitlab.call import Answer, GitLabCall, Route, created, gone, ok, takes
from eiginfra.lab.gitlab.errors import GitLabHttpError, message, not_found
from eiginfra.lab.gitlab.members import add_or_change, managed, sentence
from eiginfra.lab.gitlab.pagination import PAGED, paginate
from eiginfra.lab.gitlab.records import Json, Source, SourceType, UserRecord, key_of
from eiginfra.lab.gitlab.state import GitLabState

_LEVELS = (5, 10, 15, 20, 30, 40, 50)
_ADDRESS = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+")


def _addresses(raw: Mapping[str, Any]) -> str | None:
    """Each address must be one."""
    given = raw.get("email")
    emails = [str(item) for item in given] if isinstance(given, list) else str(given or "").split(",") if given else []
    good = all(_ADDRESS.fullmatch(email.strip()) for email in emails)
    return None if good else "email contains an invalid email address"


def _pending(state: GitLabState, source: Source) -> dict[str, Json]:
    """The pending invitations of a source by lower-case address, without those that ran out."""
    known: dict[str, Json] = state.extra["invitation"].get(key_of(source), {})
    for email in [email for email, one in known.items() if one["expires_at"] and one["expires_at"] <= state.today()]:
        del known[email]
    return known


@takes({"query": params.string(), **PAGED})
def index(call: GitLabCall) -> Answer:
    """GET …/invitations, for those who manage members."""
    source = managed(call)
    text = (call.given.get("query") or "").lower()
    found = [one for one in _pending(call.state, source).values() if text in one["invite_email"].lower()]
    return paginate(call, found, lambda one: one)


@takes(
    {
        "access_level": params.integer(*_LEVELS, required=True),
        "email": params.strings(),
        "user_id": params.strings(),
        "expires_at": params.day(),
    },
    params.at_least_one("email", "user_id"),
    _addresses,
)
def create(call: GitLabCall) -> Answer:
    """POST …/invitations: 201 even for what failed, which the body tells."""
    source = managed(call)
    given = call.given
    emails, ids = given.get("email") or [], given.get("user_id") or []
    if not emails and not ids:
        return created({"status": "error", "message": "Invites cannot be blank"})
    failures = {}
    for wanted in (*emails, *ids):
        if failure := _invite(call, source, wanted, given, by_email=wanted in emails):
            failures[wanted] = failure
    return created({"status": "error", "message": failures} if failures else {"status": "success"})


def _invite(call: GitLabCall, source: Source, wanted: str, given: dict[str, Any], *, by_email: bool) -> str | None:
    """Invite one; the failure, or None. Who is a member or invited already has the new level and date from then on."""
    state = call.state
    if by_email:
        user_id = state.emails.get(wanted.lower())
    else:
        user_id = int(wanted) if wanted.isdecimal() and int(wanted) in state.users else None
        if user_id is None:
            return "User not found"
    level, expires_at = given["access_level"], given.get("expires_at")
    if user_id is not None:
        try:
            add_or_change(call, source, user_id, level, expires_at)
        except GitLabHttpError as error:
            return sentence(error)
        return None
    if expires_at and expires_at < state.today():
        return "Expires at cannot be a date in the past"
    author = call.known_user()
    known = _pending(state, source).get(wanted.lower())
    fresh = {
        "created_at": state.now(),
        "invite_email": wanted,
        "invite_token": f"lab{state.new_id('invitation'):017d}",
        "user_name": None,
        "created_by_name": author.name,
    }
    invitation = {**(known or fresh), "access_level": level, "expires_at": expires_at}
    state.extra["invitation"].setdefault(key_of(source), {})[wanted.lower()] = invitation
    return None


@takes({"access_level": params.integer(*_LEVELS), "expires_at": params.day()})
def update(call: GitLabCall) -> Answer:
    """PUT …/invitations/:email."""
    one = _find(call)[1]
    given = call.given
    if not given:
        raise message(400, "400 Bad request")
    if given.get("expires_at") and given["expires_at"] < call.state.today():
        raise message(400, {"expires_at": ["cannot be a date in the past"]})
    one.update({name: value for name, value in given.items() if name == "expires_at" or value is not None})
    return ok(one)


def remove(call: GitLabCall) -> Answer:
    """DELETE …/invitations/:email."""
    pending, one = _find(call)
    del pending[one["invite_email"].lower()]
    return gone()


def _find(call: GitLabCall) -> tuple[dict[str, Json], Json]:
    source = managed(call)
    pending = _pending(call.state, source)
    one = pending.get(call.path["email"].lower())
    if one is None:
        raise not_found()
    return pending, one


def accept_pending(state: GitLabState, user: UserRecord) -> None:
    """Turn the invitations of a new, confirmed account's address into memberships."""
    yesterday = (state.clock.today() - timedelta(days=1)).isoformat()
    for key, pending in state.extra["invitation"].items():
        one = pending.pop(user.email.lower(), None)
        if one is not None and (one["expires_at"] or state.today()) > yesterday:
            kind, _, number = key.partition(":")
            type_: SourceType = "group" if kind == "group" else "project"
            member = state.add_member((type_, int(number)), user.id, one["access_level"], None, one["expires_at"])
            member.created_at = one["created_at"]  # GitLab makes the membership of the invitation (Member#accept_invite!)


def _routes(kind: str) -> tuple[Route, ...]:
    return (
        ("GET", f"/{kind}/:id/invitations", index),
        ("POST", f"/{kind}/:id/invitations", create),
        ("PUT", f"/{kind}/:id/invitations/:email", update),
        ("DELETE", f"/{kind}/:id/invitations/:email", remove),
    )


ROUTES: tuple[Route, ...] = (*_routes("groups"), *_routes("projects"))
