"""Who asks: personal access tokens, their scopes and states."""

from eiginfra.lab.gitlab.call import GitLabCall
from eiginfra.lab.gitlab.errors import GitLabHttpError, forbidden, not_found, unauthorized
from eiginfra.lab.gitlab.records import TokenRecord, UserRecord
from eiginfra.lab.gitlab.state import GitLabState

_BLOCKED = "Your account has been blocked."
_DEACTIVATED = (
    "Your account has been deactivated by your administrator. Please log back in from a web browser to reactivate your account at {url}"
)


def secret_of(headers: dict[str, str], query: dict[str, object]) -> str | None:
    """The token that came with a request, in any of the ways GitLab takes one."""
    if token := headers.get("private-token"):
        return token
    scheme, _, value = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and value:
        return value.strip()
    for name in ("private_token", "access_token"):
        given = query.get(name)
        if isinstance(given, str) and given:
            return given
    return None


def authenticate(call: GitLabCall, secret: str | None) -> None:
    """Set the call's user and token.

    Raises ApiError 401 for a token that is not valid, 403 for a user who may not or a scope that does not suffice.
    """
    if secret is None:
        return
    token = call.state.tokens.get(secret)
    if token is None:
        raise unauthorized()
    _check_token(call.state, token, call.method)
    user = call.state.users[token.user_id]
    check_active(call.state, user)
    token.last_used_at = call.state.now()
    call.token, call.user = token, user


def impersonate(call: GitLabCall, wanted: str | None) -> None:
    """Let an administrator ask as another user, named by id or user name (header `Sudo`, parameter `sudo`).

    Raises GitLabHttpError 401 for no one, 403 for who is no administrator or has no scope `sudo`, 404 for an unknown user.
    """
    if not wanted:
        return
    asking = call.known_user()
    if not asking.admin:
        raise forbidden("Must be admin to use sudo")
    if call.token is not None and "sudo" not in call.token.scopes:
        raise _insufficient("sudo")
    state, text = call.state, str(wanted)
    number = int(text) if text.isdecimal() else state.user_names.get(text.lower(), 0)
    if number not in state.users:
        raise not_found(f"User with ID or username '{text}'")
    check_active(state, state.users[number])
    call.user = state.users[number]


def _insufficient(scope: str) -> GitLabHttpError:
    return GitLabHttpError(
        403,
        {
            "error": "insufficient_scope",
            "error_description": "The request requires higher privileges than provided by the access token.",
            "scope": scope,
        },
    )


def token_trouble(state: GitLabState, token: TokenRecord) -> str | None:
    """Why a token is no longer valid; None while it is."""
    if token.revoked:
        return "Token was revoked. You have to re-authorize from the user."
    if token.expires_at is not None and token.expires_at <= state.today():
        return "Token is expired. You can either do re-authorization or token refresh."
    return None


def _check_token(state: GitLabState, token: TokenRecord, method: str) -> None:
    if trouble := token_trouble(state, token):
        raise GitLabHttpError(401, {"error": "invalid_token", "error_description": trouble})
    reading = method in {"GET", "HEAD"}
    enough = {"api", "read_api"} if reading else {"api"}
    if not enough & set(token.scopes):
        raise _insufficient("api read_api" if reading else "api")


def check_active(state: GitLabState, user: UserRecord) -> None:
    """Raise GitLabHttpError 403 for an account that was blocked or deactivated."""
    if user.state == "deactivated":
        raise forbidden(_DEACTIVATED.format(url=state.url))
    if user.state != "active":
        raise forbidden(_BLOCKED)
