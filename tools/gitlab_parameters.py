"""Write the parameters of the requests that the GitLab kinds send, from GitLab's OpenAPI description, as the tests read them.

    python tools/gitlab_parameters.py gitlab-rest-v4.json > tests/support/gitlab_parameters.json

By route: the names that the request takes, and which of them are deprecated. What GitLab takes and drops is left out, with its source.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

ROUTES = (
    "POST /groups",
    "PUT /groups/{id}",
    "POST /groups/{id}/archive",
    "POST /groups/{id}/unarchive",
    "POST /projects",
    "PUT /projects/{id}",
    "POST /projects/{id}/archive",
    "POST /projects/{id}/unarchive",
    "POST /groups/{id}/variables",
    "PUT /groups/{id}/variables/{key}",
    "POST /projects/{id}/variables",
    "PUT /projects/{id}/variables/{key}",
    "POST /projects/{id}/protected_branches",
    "PATCH /projects/{id}/protected_branches/{name}",
    "POST /groups/{id}/members",
    "PUT /groups/{id}/members/{user_id}",
    "POST /projects/{id}/members",
    "PUT /projects/{id}/members/{user_id}",
    "POST /groups/{id}/invitations",
    "PUT /groups/{id}/invitations/{email}",
    "POST /projects/{id}/invitations",
    "PUT /projects/{id}/invitations/{email}",
)
# Described, and without effect: lib/api/groups.rb reads the setting of shared runners in a change only (merge request 219879).
DROPPED = {"POST /groups": {"shared_runners_setting"}}
# Not described, and taken: lib/api/helpers/groups_helpers.rb, lib/api/group_variables.rb (16.9).
TAKEN = {"PUT /groups/{id}/variables/{key}": {"filter"}}
# Deprecated by the documentation of groups (17.0) and projects, though the description does not say so; what counts instead.
DEPRECATED = {
    "default_branch_protection", "emails_disabled", "tag_list", "public_builds", "packages_enabled", "container_registry_enabled",
    "issues_enabled", "merge_requests_enabled", "wiki_enabled", "jobs_enabled", "snippets_enabled", "approvals_before_merge",
}  # fmt: skip


def main(path: str) -> None:
    """Print the file. path: GitLab's description."""
    contract = json.loads(Path(path).read_text(encoding="utf-8"))
    lines = [f'"{route}": {json.dumps(_parameters(contract, route))}' for route in ROUTES]
    sys.stdout.write("{\n" + ",\n".join(lines) + "\n}\n")


def _parameters(contract: dict[str, Any], route: str) -> dict[str, list[str]]:
    verb, _, path = route.partition(" ")
    operation = contract["paths"][f"/api/v4{path}"][verb.lower()]
    schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    if "$ref" in schema:
        schema = contract["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    known: dict[str, Any] = schema.get("properties", {})
    names = (known.keys() | TAKEN.get(route, set())) - DROPPED.get(route, set())
    old = {name for name, described in known.items() if re.search(r"deprecated", str(described.get("description")), re.IGNORECASE)}
    return {"takes": sorted(names), "deprecated": sorted((old | DEPRECATED) & names)}


if __name__ == "__main__":
    main(sys.argv[1])
