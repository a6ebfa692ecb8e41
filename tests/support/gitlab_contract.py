"""What GitLab's own OpenAPI description says of requests and answers; where it is silent, what GitLab's documentation says.

Without the description, which lies beside this repository and not in it, only what is documented here is checked.
"""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import jsonschema
from support.gitlab_case import PAGED
from support.gitlab_cases import DOCUMENTED as KINDS_DOCUMENTED

PARAMETERS = json.loads((Path(__file__).parent / "gitlab_parameters.json").read_text(encoding="utf-8"))
"""By route, the parameters that GitLab takes, and those of them that are deprecated: written by tools/gitlab_parameters.py."""
CONTRACT = Path(__file__).parents[3] / "shared" / "contracts" / "gitlab-rest-v4.json"
API = "/api/v4"

# The description calls most fields `string`, whatever they are: only the other types are worth a check.
CHECKED = {"boolean": bool, "integer": int, "array": list, "object": dict}
# Fields that real answers carry and the description leaves out (recordings; GitLab's documentation of users and labels).
UNDESCRIBED = {
    "permissions", "web_url", "readme_url", "is_admin", "note", "namespace_id", "created_by", "email_reset_offered_at",
    "using_license_seat", "is_auditor", "provisioned_by_group_id", "enterprise_group_id", "enterprise_group_associated_at",
    "issues_template", "membership_state", "execute_filemode",
}  # fmt: skip


def complaints(contract, schema, value, where):
    if "$ref" in schema:
        schema = contract["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if schema.get("type") == "array" and "items" in schema:
        items = value if isinstance(value, list) else [value]  # the description is not sure about lists of one
        for item in items:
            yield from complaints(contract, schema["items"], item, where)
        return
    properties = schema.get("properties")
    if properties is None or not isinstance(value, dict):
        return
    for name in schema.get("required", ()):
        if name not in value:
            yield f"{where}: {name} is missing"
    for name, inner in value.items():
        if name in properties:
            yield from complaints_of_field(properties[name], inner, f"{where}.{name}")
            yield from complaints(contract, properties[name], inner, f"{where}.{name}")
        elif name not in UNDESCRIBED:
            yield f"{where}.{name}: not described"


def complaints_of_field(known, value, where):
    if value is None:
        return
    expected = CHECKED.get(known.get("type", ""))
    if expected and not isinstance(value, expected):
        yield f"{where}: {value!r} is not {known['type']}"
    if known.get("enum") and value not in known["enum"]:
        yield f"{where}: {value!r} is none of {known['enum']}"


# What the description leaves out: (method, path) -> the parameters of the query and of the body, as docs.gitlab.com/api has them (pages
# "Users", "User moderation", "Project access tokens", "Deploy tokens", "Commits", "Notes":
# GitLab's front turns a commit into a file, and the description knows that alone). What is of one
# kind stands in its cases.
DOCUMENTED = {
    ("get", r"/application/settings"): (set(), set()),
    ("get", r"/user"): ({"sudo"}, set()),  # of any request: docs.gitlab.com/api/rest/authentication, "Sudo"
    ("delete", r"/user/keys/\d+"): (set(), set()),
    ("get", r"/users"): (PAGED | {"username", "search", "order_by", "sort", "active", "humans"}, set()),
    ("post", r"/users"): (
        set(),
        {
            "username",
            "name",
            "email",
            "password",
            "reset_password",
            "skip_confirmation",
            "admin",
            "force_random_password",
            "provider",
            "extern_uid",
        },
    ),
    ("get", r"/users/\d+"): (set(), set()),
    ("post", r"/users/\d+/(?:block|unblock)"): (set(), set()),
    ("get", r"/users/\d+/memberships"): (PAGED | {"type"}, set()),
    ("post", r"/projects/[^/]+/repository/commits"): (set(), {"branch", "commit_message", "start_branch", "actions", "author_name"}),
    ("get", r"/(?:projects|groups)/[^/]+/access_tokens"): (PAGED | {"state"}, set()),
    ("post", r"/projects/[^/]+/access_tokens"): (set(), {"name", "scopes", "access_level", "expires_at"}),
    ("delete", r"/(?:projects|groups)/[^/]+/access_tokens/\d+"): (set(), set()),
    ("get", r"(?:/(?:projects|groups)/[^/]+)?/deploy_tokens"): (PAGED | {"active"}, set()),
    ("post", r"/(?:projects|groups)/[^/]+/deploy_tokens"): (set(), {"name", "scopes", "expires_at", "username"}),
    ("delete", r"/(?:projects|groups)/[^/]+/deploy_tokens/\d+"): (set(), set()),
    ("get", r"/projects/[^/]+/merge_requests/\d+/notes"): (PAGED | {"order_by", "sort"}, set()),
    ("post", r"/projects/[^/]+/(?:merge_requests|issues)/\d+/notes"): (set(), {"body"}),
    ("put", r"/projects/[^/]+/merge_requests/\d+/notes/\d+"): (set(), {"body"}),
    **KINDS_DOCUMENTED,
}
# Where the description has another status than servers give (docs.gitlab.com/api: "Commits", "Groups", "Projects").
STATUSES = {
    ("post", "/projects/{id}/repository/commits"): "201",
    ("delete", "/groups/{id}"): "202",
    ("delete", "/projects/{id}"): "202",
    **{("post", f"/groups/{{id}}/{verb}"): "201" for verb in ("archive", "unarchive")},
}


@cache
def _operations() -> list[tuple[re.Pattern[str], str, dict[str, Any], dict[str, Any]]]:
    """Path, method, operation and components of the description; nothing where it is not beside this repository."""
    if not CONTRACT.exists():
        return []
    contract = json.loads(CONTRACT.read_text(encoding="utf-8"))
    # Literal paths before those with placeholders, which would match them too.
    paths = sorted(contract["paths"].items(), key=lambda item: item[0].count("{"))
    return [
        (
            re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path))),
            method,
            {**operation, "method": method, "path": path.removeprefix(API)},
            contract["components"],
        )
        for path, operations in paths
        for method, operation in operations.items()
    ]


def _described(request) -> tuple[dict[str, Any], dict[str, Any]] | None:
    path, method = _path(request), str(request.method).lower()
    return next((item[2:] for item in _operations() if item[1] == method and item[0].fullmatch(API + path)), None)


def _path(request) -> str:
    """The path below the API, as it was sent."""
    return urlsplit(str(request.url)).path.partition(API)[2]


def _taken(method: str, path: str) -> dict[str, list[str]] | None:
    """What the request takes by `PARAMETERS`; None where these do not tell."""
    known = ((route.partition(" "), names) for route, names in PARAMETERS.items())
    return next(
        (names for (verb, _, shape), names in known if verb.lower() == method and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", shape), path)),
        None,
    )


def check_request(request) -> None:
    """A request is one that GitLab describes or documents, with parameters that it knows, of their types; what is required is there."""
    parts, method = urlsplit(str(request.url)), str(request.method).lower()
    path = _path(request)
    where, query = f"{method} {path}", parse_qs(parts.query, keep_blank_values=True)
    body = json.loads(request.body) if request.body and request.body != b"null" else None
    if (taken := _taken(method, path)) is not None:
        wrong = sorted(set(body or ()) - (set(taken["takes"]) - set(taken["deprecated"])))
        assert not wrong, f"{where}: unknown or deprecated {wrong}"
    documented = next((known for (verb, shape), known in DOCUMENTED.items() if verb == method and re.fullmatch(shape, path)), None)
    if documented is not None:
        assert set(query) <= documented[0], f"{where}: unknown {set(query) - documented[0]}"
        assert set(body or ()) <= documented[1], f"{where}: unknown {set(body or ()) - documented[1]}"
        return
    found = _described(request)
    if found is None:
        assert not _operations(), f"{where}: GitLab knows no such request"
        return
    operation, components = found
    known = {parameter["name"]: parameter for parameter in operation.get("parameters", ()) if parameter["in"] == "query"}
    assert set(query) <= set(known), f"{where}: unknown {set(query) - set(known)}"
    lacking = {name for name, parameter in known.items() if parameter.get("required")} - set(query)
    assert not lacking, f"{where}: {lacking} missing"
    for name, values in query.items():
        schema = known[name]["schema"]
        for value in values:
            assert schema.get("type") != "boolean" or value in {"true", "false"}, f"{where}: {name}={value}"
            assert schema.get("type") != "integer" or value.isdecimal(), f"{where}: {name}={value}"
            assert value in map(str, schema.get("enum", [value])), f"{where}: {name}={value}"
    if "requestBody" not in operation:
        assert body is None, f"{where}: takes no body"
        return
    reference = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    schema = components["schemas"][reference.rpartition("/")[2]]
    unknown = list(_unknown(schema, body or {}, where))
    assert unknown == [], unknown
    jsonschema.Draft7Validator({**schema, "components": components}).validate(body or {})


def _unknown(schema, value, where):
    """Names that a description does not have, at any depth of which it says something."""
    if isinstance(value, list):
        for item in value:
            yield from _unknown(schema.get("items", {}), item, where)
    elif isinstance(value, dict) and "properties" in schema:
        for name, inner in value.items():
            if name not in schema["properties"]:
                yield f"{where}: unknown {name}"
            else:
                yield from _unknown(schema["properties"][name], inner, f"{where} {name}")


def check_answer(answer) -> None:
    """A successful answer is what GitLab describes, if it describes it."""
    found = _described(answer.request)
    if found is None or not answer.ok or answer.is_redirect:
        return
    operation, components = found
    where, status = f"{answer.request.method} {unquote(_path(answer.request))}", str(answer.status_code)
    known = STATUSES.get((operation["method"], operation["path"]))
    assert status == known or (known is None and status in operation["responses"]), f"{where}: answers {status}"
    if not answer.content or operation["path"].endswith("/raw"):  # a file, as it is
        return
    schema = operation["responses"].get(status, {}).get("content", {}).get("application/json", {}).get("schema", {})
    body = answer.json()
    # Which fields an answer has, the lab's own tests look at: the description often names a shorter entity.
    wrong = [text for text in complaints({"components": components}, schema, body, where) if not text.endswith("not described")]
    assert wrong == [], wrong
