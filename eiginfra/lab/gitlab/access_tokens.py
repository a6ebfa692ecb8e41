"""Access tokens of groups and projects: each belongs to a bot, which is a member at the token's level."""

import secrets
from typing import Any

from eiginfra.lab.gitlab import params
from eiginfra.lab.gitlab.access import MAINTAINER, OWNER, authorize, find_source, level_of, writable
from eiginfra.lab.gitlab.call import Answer, GitLabCall, Route, created, gone, ok, takes
from eiginfra.lab.gitlab.errors import message, not_found, unauthorized
from eiginfra.lab.gitlab.pagination import paginate
from eiginfra.lab.gitlab.records import Source, TokenRecord, UserRecord
from eiginfra.lab.gitlab.token_lists import FILTERS, NEW, ROTATION, make, present, rotate, wanted

_LEVEL = {"group": OWNER, "project": MAINTAINER}
_TOO_HIGH = "Access level of the token can't be greater the access level of the user who created the token"


def _managed(call: GitLabCall) -> Source:
    source = find_source(call)
    authorize(call, source, _LEVEL[source[0]])
    return source


def _tokens(call: GitLabCall, source: Source) -> list[TokenRecord]:
    kind = f"{source[0]}:{source[1]}"
    return [token for token in call.state.tokens.values() if token.kind == kind]


def _present(call: GitLabCall, source: Source, token: TokenRecord) -> dict[str, Any]:
    member = call.state.members[source].get(token.user_id)
    level = member.access_level if member else None
    return {**present(call, token), "access_level": level, "resource_type": source[0], "resource_id": source[1]}


@takes(FILTERS)
def index(call: GitLabCall) -> Answer:
    """GET …/access_tokens."""
    source = _managed(call)
    found = [token for token in _tokens(call, source) if wanted(call, token)]
    return paginate(call, found, lambda token: _present(call, source, token))


@takes({**NEW, "access_level": params.integer(10, 15, 20, 30, 40, 50, default=MAINTAINER)})
def create(call: GitLabCall) -> Answer:
    """POST …/access_tokens; not above one's own level."""
    source = _managed(call)
    if source[0] == "group":
        writable(call, source)
    level = call.given["access_level"]
    if not call.admin and level > level_of(call.state, call.user, source):
        raise message(400, _TOO_HIGH)
    bot = _bot(call, source)
    token = make(call, bot, kind=f"{source[0]}:{source[1]}")
    call.state.add_member(source, call.state.add_user(bot).id, level, call.known_user().id, None)
    return created({**_present(call, source, token), "token": token.secret})


def _bot(call: GitLabCall, source: Source) -> UserRecord:
    """The account of a new token, not yet kept."""
    state, name = call.state, f"{source[0]}_{source[1]}_bot_{secrets.token_hex(16)}"
    return UserRecord(
        id=state.new_id("user"),
        username=name,
        name=call.given["name"],
        email=f"{name}@noreply.127.0.0.1",
        namespace_id=state.new_id("namespace"),
        created_at=state.now(),
        created_by=call.known_user().id,
        confirmed_at=state.now(),
        kind="project_bot",
    )


def show(call: GitLabCall) -> Answer:
    """GET …/access_tokens/:token_id."""
    source = _managed(call)
    return ok(_present(call, source, _find(call, source)))


def revoke(call: GitLabCall) -> Answer:
    """DELETE …/access_tokens/:token_id: the token stays in the lists, revoked."""
    _find(call, _managed(call)).revoked = True
    return gone()


@takes(ROTATION)
def rotate_one(call: GitLabCall) -> Answer:
    """POST …/access_tokens/:token_id/rotate."""
    source = _managed(call)
    token = _find(call, source)
    if token.revoked:
        raise message(400, "Token already revoked")
    fresh = rotate(call, token)
    return ok({**_present(call, source, fresh), "token": fresh.secret})


@takes(ROTATION)
def rotate_self(call: GitLabCall) -> Answer:
    """POST …/access_tokens/self/rotate, by the bot itself."""
    source = find_source(call)
    if call.token is None or call.token not in _tokens(call, source):
        raise unauthorized()
    fresh = rotate(call, call.token)
    return ok({**_present(call, source, fresh), "token": fresh.secret})


def _find(call: GitLabCall, source: Source) -> TokenRecord:
    for token in _tokens(call, source):
        if str(token.id) == call.path["token_id"]:
            return token
    raise not_found(f"Could not find {source[0]} access token with token_id: {call.path['token_id']}")


ROUTES: tuple[Route, ...] = tuple(
    route
    for base in ("/groups/:id/access_tokens", "/projects/:id/access_tokens")
    for route in (
        ("GET", base, index),
        ("POST", base, create),
        ("GET", f"{base}/:token_id", show),
        ("DELETE", f"{base}/:token_id", revoke),
        ("POST", f"{base}/:token_id/rotate", rotate_one),
        ("POST", f"{base}/self/rotate", rotate_self),
    )
)
