"""Every lab answer is what GitLab's own OpenAPI description says, as far as it says anything."""

import json
import re
from pathlib import Path

import pytest
from support.gitlab_contract import complaints

CONTRACT = Path(__file__).parents[4] / "shared" / "contracts" / "gitlab-rest-v4.json"
pytestmark = pytest.mark.skipif(not CONTRACT.exists(), reason="the official API description is not here")

# Where the description names a shorter entity than the server answers with (recordings of both).
FULLER = {"/user": "API_Entities_UserPublic", "/projects": "API_Entities_ProjectWithAccess"}


@pytest.fixture(scope="module")
def contract():
    return json.loads(CONTRACT.read_text(encoding="utf-8"))


URLS = {"link_url": "https://example.org/", "image_url": "https://example.org/a.svg"}


@pytest.fixture(scope="module")
def things(gl):
    group = gl.groups.create({"name": "contract", "path": "contract", "visibility": "public"})
    child = gl.groups.create({"name": "child", "path": "child", "parent_id": group.id, "visibility": "public"})
    project = gl.projects.create({"name": "p", "namespace_id": group.id, "initialize_with_readme": True})
    gl.projects.create({"name": "second", "namespace_id": child.id})
    project.variables.create({"key": "K", "value": "v"})
    group.variables.create({"key": "K", "value": "v"})
    group.invitations.create({"email": "invited@example.org", "access_level": 30})
    group.badges.create(URLS)
    key = project.keys.create({"title": "k", "key": f"ssh-ed25519 {'A' * 68}"})
    hook = project.hooks.create({"url": "https://example.org/"})
    badge = project.badges.create(URLS)
    project.branches.create({"branch": "next", "ref": "main"})
    project.issues.create({"title": "i", "assignee_ids": [1], "labels": "l"})
    project.mergerequests.create({"title": "m", "source_branch": "next", "target_branch": "main", "reviewer_ids": [1]})
    project.protectedtags.create({"name": "v*"})
    return {"group": group.id, "project": project.id, "key": key.id, "hook": hook.id, "badge": badge.id}


GETS = [
    "/version", "/metadata", "/user", "/personal_access_tokens", "/personal_access_tokens/self",
    "/namespaces", "/namespaces/{id:group}", "/namespaces/{id:group}/exists",
    "/groups", "/groups/{id:group}", "/groups/{id:group}/subgroups", "/groups/{id:group}/descendant_groups",
    "/groups/{id:group}/projects", "/groups/{id:group}/members", "/groups/{id:group}/members/all",
    "/groups/{id:group}/members/{user_id:1}", "/groups/{id:group}/invitations", "/groups/{id:group}/variables",
    "/groups/{id:group}/variables/{key:K}",
    "/projects", "/projects/{id:project}", "/projects/{id:project}/members/all", "/projects/{id:project}/groups",
    "/projects/{id:project}/variables", "/projects/{id:project}/variables/{key:K}",
    "/projects/{id:project}/protected_branches", "/projects/{id:project}/protected_branches/{name:main}",
    "/projects/{id:project}/repository/branches", "/projects/{id:project}/repository/branches/{branch:main}",
    "/projects/{id:project}/repository/commits", "/projects/{id:project}/repository/commits/{sha:main}",
    "/projects/{id:project}/repository/tree", "/projects/{id:project}/members", "/projects/{id:project}/invitations",
    "/projects/{id:project}/templates/{type:licenses}/{name:mit}",
    "/projects/{id:project}/deploy_keys", "/projects/{id:project}/deploy_keys/{key_id:key}", "/deploy_keys",
    "/projects/{id:project}/hooks", "/projects/{id:project}/hooks/{hook_id:hook}",
    "/projects/{id:project}/badges", "/projects/{id:project}/badges/{badge_id:badge}", "/groups/{id:group}/badges",
    "/projects/{id:project}/issues", "/projects/{id:project}/issues/{issue_iid:1}",
    "/projects/{id:project}/merge_requests", "/projects/{id:project}/merge_requests/{merge_request_iid:1}",
    "/projects/{id:project}/protected_tags", "/projects/{id:project}/protected_tags/{name:v*}", "/projects/{id:project}/users",
]  # fmt: skip


@pytest.mark.parametrize("template", GETS)
def test_answers_fit(api, contract, things, template):
    path = re.sub(r"\{\w+:([\w*]+)\}", lambda match: str(things.get(match[1], match[1])), template)
    described = contract["paths"]["/api/v4" + re.sub(r":[\w*]+\}", "}", template)]["get"]
    answer = api("GET", path)
    assert str(answer.status_code) in described["responses"]
    schema = described["responses"]["200"]["content"]["application/json"]["schema"]
    if template in FULLER:
        schema = {"items": {"$ref": FULLER[template]}, "type": "array"}
    assert list(complaints(contract, schema, answer.json(), path)) == []
