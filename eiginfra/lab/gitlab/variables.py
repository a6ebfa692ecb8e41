"""CI/CD variables of groups, projects and the instance."""

import re

from eiginfra.lab.gitlab import params
from eiginfra.lab.gitlab.access import MAINTAINER, OWNER, authorize, find_source, writable
from eiginfra.lab.gitlab.call import Answer, GitLabCall, Route, created, gone, ok, takes
from eiginfra.lab.gitlab.errors import invalid, message, not_found
from eiginfra.lab.gitlab.pagination import PAGED, paginate
from eiginfra.lab.gitlab.records import Json, key_of

_LEVEL = {"group": OWNER, "project": MAINTAINER}
_KEY = re.compile(r"[a-zA-Z0-9_]+")
_MASKABLE = re.compile(r"[a-zA-Z0-9_+=/@:.~-]{8,}")
_MASKABLE_RAW = re.compile(r"\S{8,}")
_VALUE_LIMIT = 10_000
_FIELDS = {
    "variable_type": params.string("env_var", "file"),
    "protected": params.boolean(),
    "masked": params.boolean(),
    "raw": params.boolean(),
    "environment_scope": params.string(),
    "description": params.string(),
}
_FILTER = {"filter": params.hash_({"environment_scope": params.string()})}


def _all(call: GitLabCall) -> list[Json]:
    if call.raw_path.startswith("/admin/"):
        call.known_admin()
        variables: list[Json] = call.state.extra["variable"].setdefault("instance", [])
        return variables
    source = find_source(call)
    authorize(call, source, _LEVEL[source[0]])
    if source[0] == "group":
        writable(call, source)
    held: list[Json] = call.state.extra["variable"].setdefault(key_of(source), [])
    return held


def _present(variable: Json) -> Json:
    """A variable; the value of a hidden one is never shown again."""
    return {**variable, "value": None} if variable["hidden"] else variable


@takes(PAGED)
def index(call: GitLabCall) -> Answer:
    """GET …/variables."""
    return paginate(call, _all(call), _present)


def show(call: GitLabCall) -> Answer:
    """GET …/variables/:key."""
    return ok(_present(_find(call)[1]))


def create(call: GitLabCall) -> Answer:
    """POST …/variables."""
    variables = _all(call)
    given = call.given
    hidden = bool(given.pop("masked_and_hidden", False))
    variable = {
        "variable_type": "env_var",
        "protected": False,
        "masked": False,
        "raw": False,
        "environment_scope": "*",
        "description": None,
        **{name: value for name, value in given.items() if value is not None},
        "hidden": hidden,
    }
    variable["masked"] = variable["masked"] or hidden
    _check(variable, variables)
    variables.append(variable)
    return created(_present(variable))


def update(call: GitLabCall) -> Answer:
    """PUT …/variables/:key."""
    variables, variable = _find(call)
    given = call.given
    changed = {**variable, **{name: value for name, value in given.items() if value is not None and name != "filter"}}
    _check(changed, [other for other in variables if other is not variable])
    variable.update(changed)
    return ok(_present(variable))


def remove(call: GitLabCall) -> Answer:
    """DELETE …/variables/:key."""
    variables, variable = _find(call)
    variables.remove(variable)
    return gone()


def _find(call: GitLabCall) -> tuple[list[Json], Json]:
    variables = _all(call)
    found = [variable for variable in variables if variable["key"] == call.path["key"]]
    wanted = call.given.get("filter") or {}
    if "environment_scope" in wanted:
        found = [variable for variable in found if variable["environment_scope"] == wanted["environment_scope"]]
    if not found:
        raise not_found("Variable")
    if len(found) > 1:
        raise message(409, "There are multiple variables with provided parameters. Please use 'filter[environment_scope]'")
    return variables, found[0]


def _check(variable: Json, others: list[Json]) -> None:
    errors: dict[str, list[str]] = {}
    if not _KEY.fullmatch(variable["key"] or ""):
        errors["key"] = ["can contain only letters, digits and '_'."]
    elif len(variable["key"]) > 255:
        errors["key"] = ["is too long (maximum is 255 characters)"]
    same = (variable["key"], variable["environment_scope"])
    if any((other["key"], other["environment_scope"]) == same for other in others):
        errors["key"] = [f"({variable['key']}) has already been taken"]
    maskable = _MASKABLE_RAW if variable["raw"] else _MASKABLE
    if variable["masked"] and not maskable.fullmatch(variable["value"] or ""):
        errors["value"] = ["is invalid"]
    if len(variable["value"] or "") > _VALUE_LIMIT:
        errors["value"] = [f"is too long (maximum is {_VALUE_LIMIT} characters)"]
    if variable["hidden"] and not variable["masked"]:
        errors["base"] = ["The visibility setting cannot be changed for masked and hidden variables."]
    if errors:
        raise invalid(**errors)


_NEW = {"key": params.string(required=True), "value": params.string(required=True)}
_HERE = {"value": params.string(), **_FIELDS, **_FILTER}
_EVERYWHERE = {name: param for name, param in _FIELDS.items() if name != "environment_scope"}
_INSTANCE = "/admin/ci/variables"


def _routes(base: str) -> tuple[Route, ...]:
    return (
        ("GET", base, index),
        ("POST", base, takes({**_NEW, "masked_and_hidden": params.boolean(), **_FIELDS})(create)),
        ("GET", f"{base}/:key", takes(_FILTER)(show)),
        ("PUT", f"{base}/:key", takes(_HERE)(update)),
        ("DELETE", f"{base}/:key", takes(_FILTER)(remove)),
    )


ROUTES: tuple[Route, ...] = (
    *_routes("/groups/:id/variables"),
    *_routes("/projects/:id/variables"),
    ("GET", _INSTANCE, index),
    ("POST", _INSTANCE, takes({**_NEW, **_EVERYWHERE})(create)),
    ("GET", f"{_INSTANCE}/:key", show),
    ("PUT", f"{_INSTANCE}/:key", takes({"value": params.string(), **_EVERYWHERE})(update)),
    ("DELETE", f"{_INSTANCE}/:key", remove),
)
