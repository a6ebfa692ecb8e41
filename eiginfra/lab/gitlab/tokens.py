"""Personal access tokens."""

from typing import Any

from eiginfra.lab.gitlab import params
from eiginfra.lab.gitlab.call import Answer, GitLabCall, Route, created, gone, ok, takes
from eiginfra.lab.gitlab.errors import bad_parameters, forbidden, not_found, unauthorized
from eiginfra.lab.gitlab.pagination import PAGED, paginate
from eiginfra.lab.gitlab.records import TokenRecord

_SCOPES = frozenset({
    "api", "read_user", "read_api", "read_repository", "write_repository", "read_registry", "write_registry",
    "sudo", "admin_mode", "create_runner", "manage_runner", "k8s_proxy", "self_rotate", "ai_features",
    "read_service_ping",
})  # fmt: skip


def present(call: GitLabCall, token: TokenRecord) -> dict[str, Any]:
    """A token without its secret."""
    expired = token.expires_at is not None and token.expires_at <= call.state.today()
    return {
        "id": token.id,
        "name": token.name,
        "revoked": token.revoked,
        "created_at": token.created_at,
        "description": token.description,
        "scopes": token.scopes,
        "user_id": token.user_id,
        "last_used_at": token.last_used_at,
        "active": not token.revoked and not expired,
        "expires_at": token.expires_at,
    }


def show_self(call: GitLabCall) -> Answer:
    """GET /personal_access_tokens/self."""
    if call.token is None:
        raise unauthorized()
    return ok({**present(call, call.token), "last_used_ips": []})


def revoke_self(call: GitLabCall) -> Answer:
    """DELETE /personal_access_tokens/self."""
    if call.token is None:
        raise unauthorized()
    call.token.revoked = True
    return gone()


@takes({"user_id": params.integer(), "search": params.string(), "revoked": params.boolean(), **PAGED})
def index(call: GitLabCall) -> Answer:
    """GET /personal_access_tokens: one's own, for administrators those of all."""
    user = call.known_user()
    given = call.given
    wanted = given.get("user_id") or (None if user.admin else user.id)
    if wanted is not None and wanted != user.id and not user.admin:
        raise unauthorized()
    found = [token for token in call.state.tokens.values() if wanted in (None, token.user_id)]
    if given.get("search"):
        found = [token for token in found if given["search"].lower() in token.name.lower()]
    if given.get("revoked") is not None:
        found = [token for token in found if token.revoked is given["revoked"]]
    return paginate(call, found, lambda token: present(call, token))


def show(call: GitLabCall) -> Answer:
    """GET /personal_access_tokens/:id."""
    return ok({**present(call, _find(call)), "last_used_ips": []})


def revoke(call: GitLabCall) -> Answer:
    """DELETE /personal_access_tokens/:id."""
    _find(call).revoked = True
    return gone()


@takes(
    {
        "name": params.string(required=True),
        "scopes": params.strings(required=True),
        "expires_at": params.day(),
        "description": params.string(),
    }
)
def create(call: GitLabCall) -> Answer:
    """POST /users/:id/personal_access_tokens, for administrators."""
    call.known_admin()
    given = call.given
    user = call.state.users.get(int(call.path["id"])) if call.path["id"].isdecimal() else None
    if user is None:
        raise not_found("User")
    if not given["scopes"] or set(given["scopes"]) - _SCOPES:
        raise bad_parameters("scopes does not have a valid value")
    token = call.state.add_token(
        user,
        given["name"],
        given["scopes"],
        expires_at=given.get("expires_at"),
        description=given.get("description") or "",
    )
    return created({**present(call, token), "token": token.secret})


def _find(call: GitLabCall) -> TokenRecord:
    user = call.known_user()
    token = next((token for token in call.state.tokens.values() if str(token.id) == call.path["id"]), None)
    if token is None:
        raise not_found() if user.admin else unauthorized()
    if token.user_id != user.id and not user.admin:
        raise forbidden()
    return token


ROUTES: tuple[Route, ...] = (
    ("GET", "/personal_access_tokens/self", show_self),
    ("DELETE", "/personal_access_tokens/self", revoke_self),
    ("GET", "/personal_access_tokens", index),
    ("GET", "/personal_access_tokens/:id", show),
    ("DELETE", "/personal_access_tokens/:id", revoke),
    ("POST", "/users/:id/personal_access_tokens", create),
)
