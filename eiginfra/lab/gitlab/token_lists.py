"""What all access tokens share: scopes, how they are shown, filtered, made and replaced."""

from datetime import timedelta
from typing import Any

from eiginfra.lab.gitlab import params
from eiginfra.lab.gitlab.call import GitLabCall
from eiginfra.lab.gitlab.errors import bad_parameters
from eiginfra.lab.gitlab.pagination import PAGED
from eiginfra.lab.gitlab.records import TokenRecord, UserRecord

SCOPES = frozenset({
    "api", "read_user", "read_api", "read_repository", "write_repository", "read_registry", "write_registry",
    "read_virtual_registry", "write_virtual_registry", "sudo", "admin_mode", "create_runner", "manage_runner", "k8s_proxy",
    "self_rotate", "ai_features", "read_service_ping",
})  # fmt: skip
_DEFAULT_DAYS, _ROTATED_DAYS = 365, 7
FILTERS = {
    "state": params.string("active", "inactive"),
    "search": params.string(),
    "revoked": params.boolean(),
    **{f"{what}_{side}": params.day() for what in ("created", "expires", "last_used") for side in ("after", "before")},
    **PAGED,
}
NEW = {
    "name": params.string(required=True),
    "scopes": params.strings(required=True),
    "expires_at": params.day(),
    "description": params.string(),
}
ROTATION = {"expires_at": params.day()}


def present(call: GitLabCall, token: TokenRecord) -> dict[str, Any]:
    """A token without its secret."""
    return {
        "id": token.id,
        "name": token.name,
        "revoked": token.revoked,
        "created_at": token.created_at,
        "description": token.description,
        "scopes": token.scopes,
        "user_id": token.user_id,
        "last_used_at": token.last_used_at,
        "active": _active(call, token),
        "expires_at": token.expires_at,
    }


def with_secret(call: GitLabCall, token: TokenRecord) -> dict[str, Any]:
    """A token as it is shown once."""
    return {**present(call, token), "token": token.secret}


def _active(call: GitLabCall, token: TokenRecord) -> bool:
    return not token.revoked and (token.expires_at is None or token.expires_at > call.state.today())


def wanted(call: GitLabCall, token: TokenRecord) -> bool:
    """Whether a token passes the filters of a list."""
    given = call.given
    texts = {"created": token.created_at, "expires": token.expires_at, "last_used": token.last_used_at}
    for name, text in texts.items():
        after, before = given.get(f"{name}_after"), given.get(f"{name}_before")
        if (after and not (text and text[:10] >= after)) or (before and not (text and text[:10] <= before)):
            return False
    return (
        (given.get("search") or "").lower() in token.name.lower()
        and given.get("revoked") in (None, token.revoked)
        and given.get("state") in (None, "active" if _active(call, token) else "inactive")
    )


def make(call: GitLabCall, user: UserRecord, **fields: Any) -> TokenRecord:
    """A new token for a user, of what was given; it lasts a year unless said otherwise. Raises GitLabHttpError 400 for unknown scopes."""
    given = call.given
    if not given["scopes"] or set(given["scopes"]) - SCOPES:
        raise bad_parameters("scopes does not have a valid value")
    expires_at = given.get("expires_at") or in_days(call, _DEFAULT_DAYS)
    return call.state.add_token(
        user, given["name"], given["scopes"], expires_at=expires_at, description=given.get("description") or "", **fields
    )


def rotate(call: GitLabCall, token: TokenRecord) -> TokenRecord:
    """Replace a token by another with the same name and scopes, which lasts a week unless said otherwise."""
    token.revoked = True
    return call.state.add_token(
        call.state.users[token.user_id],
        token.name,
        token.scopes,
        expires_at=call.given.get("expires_at") or in_days(call, _ROTATED_DAYS),
        description=token.description,
        kind=token.kind,
    )


def in_days(call: GitLabCall, days: int) -> str:
    """The day so many days from the lab's today."""
    return (call.state.clock.today() + timedelta(days=days)).isoformat()
