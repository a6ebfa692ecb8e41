"""Custom attributes of users, groups and projects: pairs of texts that administrators alone see and set."""

from typing import Any

from eiginfra.lab.gitlab import params
from eiginfra.lab.gitlab.access import find_source, find_user
from eiginfra.lab.gitlab.call import Answer, GitLabCall, Route, gone, ok, takes
from eiginfra.lab.gitlab.errors import not_found
from eiginfra.lab.gitlab.records import key_of
from eiginfra.lab.gitlab.state import GitLabState

FILTERS = {"custom_attributes": params.hash_(), "with_custom_attributes": params.boolean(default=False)}
"""What lists take for administrators; others are answered as if they had not sent it."""
SHOWN = {"with_custom_attributes": FILTERS["with_custom_attributes"]}


def _known(state: GitLabState, key: str) -> dict[str, str]:
    known: dict[str, str] = state.extra["custom_attribute"].get(key, {})
    return known


def has_wanted(call: GitLabCall, key: str) -> bool:
    """Whether a thing (`user:5`) has all the attributes that a list asks for."""
    wanted = call.given.get("custom_attributes") or {}
    return not call.admin or {name: str(value) for name, value in wanted.items()}.items() <= _known(call.state, key).items()


def shown(call: GitLabCall, key: str) -> dict[str, Any]:
    """`custom_attributes` of a thing where they were asked for."""
    return {"custom_attributes": _listed(call.state, key)} if call.admin and call.given.get("with_custom_attributes") else {}


def _listed(state: GitLabState, key: str) -> list[dict[str, str]]:
    return [{"key": name, "value": value} for name, value in _known(state, key).items()]


def _key(call: GitLabCall) -> str:
    key = f"user:{find_user(call).id}" if call.raw_path.startswith("/users/") else key_of(find_source(call))
    call.known_admin()
    return key


def index(call: GitLabCall) -> Answer:
    """GET …/custom_attributes: all, without pages."""
    return ok(_listed(call.state, _key(call)))


def show(call: GitLabCall) -> Answer:
    """GET …/custom_attributes/:key."""
    return ok(_one(call, _key(call)))


@takes({"value": params.string(required=True)})
def put(call: GitLabCall) -> Answer:
    """PUT …/custom_attributes/:key: a new one, or a new value."""
    key = _key(call)
    call.state.extra["custom_attribute"].setdefault(key, {})[call.path["key"]] = call.given["value"]
    return ok(_one(call, key))


def remove(call: GitLabCall) -> Answer:
    """DELETE …/custom_attributes/:key."""
    key = _key(call)
    if _known(call.state, key).pop(call.path["key"], None) is None:
        raise not_found("Custom attribute")
    return gone()


def _one(call: GitLabCall, key: str) -> dict[str, str]:
    name = call.path["key"]
    if name not in _known(call.state, key):
        raise not_found()
    return {"key": name, "value": _known(call.state, key)[name]}


ROUTES: tuple[Route, ...] = tuple(
    route
    for base in ("/users/:id/custom_attributes", "/groups/:id/custom_attributes", "/projects/:id/custom_attributes")
    for route in (
        ("GET", base, index),
        ("GET", f"{base}/:key", show),
        ("PUT", f"{base}/:key", put),
        ("DELETE", f"{base}/:key", remove),
    )
)
