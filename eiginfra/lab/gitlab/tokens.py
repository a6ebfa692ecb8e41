"""Personal access tokens, and impersonation tokens that administrators make."""

from eiginfra.lab.gitlab import params
from eiginfra.lab.gitlab.access import find_user
from eiginfra.lab.gitlab.call import Answer, GitLabCall, Route, created, gone, ok, takes
from eiginfra.lab.gitlab.errors import bad_parameters, forbidden, message, not_found, unauthorized
from eiginfra.lab.gitlab.pagination import PAGED, paginate
from eiginfra.lab.gitlab.records import TokenRecord
from eiginfra.lab.gitlab.token_lists import FILTERS, NEW, ROTATION, make, present, rotate, wanted, with_secret

_OWN_SCOPES = frozenset({"k8s_proxy", "self_rotate"})


def _self(call: GitLabCall) -> TokenRecord:
    if call.token is None:
        raise unauthorized()
    return call.token


def show_self(call: GitLabCall) -> Answer:
    """GET /personal_access_tokens/self."""
    return ok({**present(call, _self(call)), "last_used_ips": []})


def revoke_self(call: GitLabCall) -> Answer:
    """DELETE /personal_access_tokens/self."""
    _self(call).revoked = True
    return gone()


@takes(ROTATION)
def rotate_self(call: GitLabCall) -> Answer:
    """POST /personal_access_tokens/self/rotate."""
    return ok(with_secret(call, rotate(call, _self(call))))


@takes({"user_id": params.integer(), **FILTERS})
def index(call: GitLabCall) -> Answer:
    """GET /personal_access_tokens: one's own, for administrators those of all."""
    user = call.known_user()
    owner = call.given.get("user_id") or (None if user.admin else user.id)
    if owner is not None and owner != user.id and not user.admin:
        raise unauthorized()
    found = [token for token in call.state.tokens.values() if owner in (None, token.user_id) and wanted(call, token)]
    return paginate(call, [token for token in found if token.kind == "personal"], lambda token: present(call, token))


def show(call: GitLabCall) -> Answer:
    """GET /personal_access_tokens/:id."""
    return ok({**present(call, _find(call)), "last_used_ips": []})


def revoke(call: GitLabCall) -> Answer:
    """DELETE /personal_access_tokens/:id."""
    _find(call).revoked = True
    return gone()


@takes(ROTATION)
def rotate_one(call: GitLabCall) -> Answer:
    """POST /personal_access_tokens/:id/rotate."""
    token = _find(call)
    if token.revoked:
        raise message(400, "Token already revoked")
    return ok(with_secret(call, rotate(call, token)))


@takes(NEW)
def create(call: GitLabCall) -> Answer:
    """POST /users/:id/personal_access_tokens, for administrators."""
    call.known_admin()
    return created(with_secret(call, make(call, find_user(call))))


@takes(NEW)
def create_own(call: GitLabCall) -> Answer:
    """POST /user/personal_access_tokens: of narrow scopes only."""
    user = call.known_user()
    if set(call.given["scopes"]) - _OWN_SCOPES:
        raise bad_parameters("scopes does not have a valid value")
    return created(with_secret(call, make(call, user)))


@takes({"state": params.string("all", "active", "inactive", default="all"), **PAGED})
def index_impersonation(call: GitLabCall) -> Answer:
    """GET /users/:id/impersonation_tokens, for administrators."""
    call.known_admin()
    user, state = find_user(call), call.given["state"]
    found = [_as_impersonation(call, token) for token in call.state.tokens.values() if (token.user_id, token.kind) == (user.id, _KIND)]
    return paginate(call, [shown for shown in found if state in ("all", "active" if shown["active"] else "inactive")], lambda shown: shown)


@takes(NEW)
def create_impersonation(call: GitLabCall) -> Answer:
    """POST /users/:id/impersonation_tokens, for administrators."""
    call.known_admin()
    token = make(call, find_user(call), kind=_KIND)
    return created({**_as_impersonation(call, token), "token": token.secret})


def show_impersonation(call: GitLabCall) -> Answer:
    """GET /users/:id/impersonation_tokens/:token_id."""
    return ok(_as_impersonation(call, _find_impersonation(call)))


def revoke_impersonation(call: GitLabCall) -> Answer:
    """DELETE /users/:id/impersonation_tokens/:token_id."""
    _find_impersonation(call).revoked = True
    return gone()


_KIND = "impersonation"


def _as_impersonation(call: GitLabCall, token: TokenRecord) -> dict[str, object]:
    return {**present(call, token), "impersonation": True}


def _find_impersonation(call: GitLabCall) -> TokenRecord:
    call.known_admin()
    user = find_user(call)
    for token in call.state.tokens.values():
        if (str(token.id), token.user_id, token.kind) == (call.path["token_id"], user.id, _KIND):
            return token
    raise not_found("Impersonation Token")


def _find(call: GitLabCall) -> TokenRecord:
    user = call.known_user()
    token = next((token for token in call.state.tokens.values() if str(token.id) == call.path["id"]), None)
    if token is None:
        raise not_found() if user.admin else unauthorized()
    if token.user_id != user.id and not user.admin:
        raise forbidden()
    return token


_USER = "/users/:id/impersonation_tokens"
ROUTES: tuple[Route, ...] = (
    ("GET", "/personal_access_tokens/self", show_self),
    ("DELETE", "/personal_access_tokens/self", revoke_self),
    ("POST", "/personal_access_tokens/self/rotate", rotate_self),
    ("GET", "/personal_access_tokens", index),
    ("GET", "/personal_access_tokens/:id", show),
    ("DELETE", "/personal_access_tokens/:id", revoke),
    ("POST", "/personal_access_tokens/:id/rotate", rotate_one),
    ("POST", "/users/:id/personal_access_tokens", create),
    ("POST", "/user/personal_access_tokens", create_own),
    ("GET", _USER, index_impersonation),
    ("POST", _USER, create_impersonation),
    ("GET", f"{_USER}/:token_id", show_impersonation),
    ("DELETE", f"{_USER}/:token_id", revoke_impersonation),
)
