"""Deploy tokens of groups and projects."""

import secrets
from datetime import datetime

from eiginfra.lab.gitlab import params
from eiginfra.lab.gitlab.access import MAINTAINER, OWNER, authorize, find_source, writable
from eiginfra.lab.gitlab.call import Answer, GitLabCall, Route, created, gone, ok, takes
from eiginfra.lab.gitlab.errors import bad_parameters, not_found
from eiginfra.lab.gitlab.pagination import PAGED, paginate
from eiginfra.lab.gitlab.records import Json, Source, key_of, stamp

_SCOPES = frozenset({
    "read_repository", "read_registry", "write_registry", "read_package_registry", "write_package_registry",
    "read_virtual_registry", "write_virtual_registry",
})  # fmt: skip
_LIST = {"active": params.boolean(), **PAGED}
_WRITING = {"group": OWNER, "project": MAINTAINER}


def _of(call: GitLabCall, source: Source) -> list[Json]:
    tokens: list[Json] = call.state.extra["deploy_token"].setdefault(key_of(source), [])
    return tokens


def _present(call: GitLabCall, token: Json) -> Json:
    return {**token, "expired": token["expires_at"] is not None and token["expires_at"][:10] <= call.state.today()}


def _listed(call: GitLabCall, tokens: list[Json]) -> Answer:
    shown = [_present(call, token) for token in tokens]
    active = call.given.get("active")
    return paginate(call, [token for token in shown if active is None or active is not token["expired"]], lambda token: token)


@takes(_LIST)
def everywhere(call: GitLabCall) -> Answer:
    """GET /deploy_tokens, for administrators."""
    call.known_admin()
    return _listed(call, [token for tokens in call.state.extra["deploy_token"].values() for token in tokens])


def _readable(call: GitLabCall) -> Source:
    source = find_source(call)
    authorize(call, source, MAINTAINER)
    return source


def _managed(call: GitLabCall) -> Source:
    source = find_source(call)
    authorize(call, source, _WRITING[source[0]])
    if source[0] == "group":
        writable(call, source)
    return source


@takes(_LIST)
def index(call: GitLabCall) -> Answer:
    """GET …/deploy_tokens, for maintainers."""
    return _listed(call, _of(call, _readable(call)))


@takes(
    {
        "name": params.string(required=True),
        "scopes": params.strings(required=True),
        "expires_at": params.instant(),
        "username": params.string(),
    }
)
def create(call: GitLabCall) -> Answer:
    """POST …/deploy_tokens: maintainers of a project, owners of a group."""
    source, given = _managed(call), call.given
    if not given["scopes"] or set(given["scopes"]) - _SCOPES:
        raise bad_parameters("scopes does not have a valid value")
    number = call.state.new_id("deploy_token")
    token = {
        "id": number,
        "name": given["name"],
        "username": given.get("username") or f"gitlab+deploy-token-{number}",
        "expires_at": stamp(datetime.fromisoformat(given["expires_at"])) if given.get("expires_at") else None,
        "scopes": given["scopes"],
        "revoked": False,
    }
    _of(call, source).append(token)
    return created({**_present(call, token), "token": f"gldt-{secrets.token_hex(10)}"})


def show(call: GitLabCall) -> Answer:
    """GET …/deploy_tokens/:token_id."""
    return ok(_present(call, _find(call, _readable(call))))


def remove(call: GitLabCall) -> Answer:
    """DELETE …/deploy_tokens/:token_id."""
    source = _managed(call)
    _of(call, source).remove(_find(call, source))
    return gone()


def _find(call: GitLabCall, source: Source) -> Json:
    for token in _of(call, source):
        if str(token["id"]) == call.path["token_id"]:
            return token
    raise not_found("Deploy Token")


ROUTES: tuple[Route, ...] = (
    ("GET", "/deploy_tokens", everywhere),
    *(
        route
        for base in ("/groups/:id/deploy_tokens", "/projects/:id/deploy_tokens")
        for route in (
            ("GET", base, index),
            ("POST", base, create),
            ("GET", f"{base}/:token_id", show),
            ("DELETE", f"{base}/:token_id", remove),
        )
    ),
)
