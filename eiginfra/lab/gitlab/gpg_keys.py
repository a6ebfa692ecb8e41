"""GPG keys of users, as text; the lab checks no signatures."""

from eiginfra.lab.gitlab import params
from eiginfra.lab.gitlab.access import find_user
from eiginfra.lab.gitlab.call import Answer, GitLabCall, Route, created, gone, ok, takes
from eiginfra.lab.gitlab.errors import invalid, not_found
from eiginfra.lab.gitlab.pagination import PAGED, paginate
from eiginfra.lab.gitlab.records import Json

_FIRST, _LAST = "-----BEGIN PGP PUBLIC KEY BLOCK-----", "-----END PGP PUBLIC KEY BLOCK-----"


def _of(call: GitLabCall) -> list[Json]:
    """The keys of oneself under `/user`, else of the path's user, whom only administrators change."""
    if "id" in call.path:
        user = find_user(call)
        if call.method != "GET":
            call.known_admin()
    else:
        user = call.known_user()
    keys: list[Json] = call.state.extra["gpg_key"].setdefault(f"user:{user.id}", [])
    return keys


@takes(PAGED)
def index(call: GitLabCall) -> Answer:
    """GET …/gpg_keys."""
    return paginate(call, _of(call), lambda key: key)


def show(call: GitLabCall) -> Answer:
    """GET …/gpg_keys/:key_id."""
    return ok(_find(call, _of(call)))


@takes({"key": params.string(required=True)})
def create(call: GitLabCall) -> Answer:
    """POST …/gpg_keys; a key belongs to one user."""
    keys = _of(call)
    text = (call.given["key"] or "").strip()
    inner = text.removeprefix(_FIRST).removesuffix(_LAST)
    if len(inner) != len(text) - len(_FIRST) - len(_LAST) or not inner or _FIRST in inner or _LAST in inner:
        raise invalid(key=[f"is invalid. A valid public GPG key begins with '{_FIRST}' and ends with '{_LAST}'"])
    if any(key["key"] == text for others in call.state.extra["gpg_key"].values() for key in others):
        raise invalid(key=["has already been taken"])
    key = {"id": call.state.new_id("gpg_key"), "key": text, "created_at": call.state.now()}
    keys.append(key)
    return created(key)


def remove(call: GitLabCall) -> Answer:
    """DELETE …/gpg_keys/:key_id."""
    keys = _of(call)
    keys.remove(_find(call, keys))
    return gone()


def _find(call: GitLabCall, keys: list[Json]) -> Json:
    key = next((key for key in keys if str(key["id"]) == call.path["key_id"]), None)
    if key is None:
        raise not_found("GPG Key")
    return key


ROUTES: tuple[Route, ...] = tuple(
    route
    for base in ("/user/gpg_keys", "/users/:id/gpg_keys")
    for route in (
        ("GET", base, index),
        ("POST", base, create),
        ("GET", f"{base}/:key_id", show),
        ("DELETE", f"{base}/:key_id", remove),
    )
)
