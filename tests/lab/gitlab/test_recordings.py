"""The lab's answers have the fields, types, statuses and errors of recorded answers of GitLab.com."""

import json
import re
from functools import cache
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[4] / "shared" / "recordings" / "gitlab"
pytestmark = pytest.mark.skipif(not FOLDER.exists(), reason="the recordings are not here")

# Fields of older versions, of paid tiers, or of things that the lab does not model (forks, mirrors).
GONE = {
    "ldap_cn", "ldap_access",
    "approvals_before_merge", "build_coverage_regex", "ci_opt_in_jwt", "forked_from_project", "mirror", "owner",
    "marked_for_deletion_at", "merge_pipelines_enabled", "merge_trains_enabled", "operations_access_level", "runners_token",
    "bio_html", "followers", "following", "is_followed", "skype",
}  # fmt: skip


@cache
def exchanges():
    return [json.loads(line) for path in sorted(FOLDER.glob("*.jsonl")) for line in path.read_text(encoding="utf-8").splitlines()]


def recorded(pattern, method="GET"):
    """The recorded objects of successful answers whose address matches, merged into one."""
    merged = {}
    for exchange in exchanges():
        if exchange["method"] == method and exchange["status"] < 300 and re.search(pattern, exchange["url"]):
            bodies = exchange["body"] if isinstance(exchange["body"], list) else [exchange["body"]]
            for body in bodies:
                merged |= {name: value for name, value in body.items() if value is not None or name not in merged}
    assert merged, f"nothing recorded for {method} {pattern}"
    return merged


@pytest.fixture(scope="module")
def project(gl):
    top = gl.groups.create({"name": "recorded", "path": "recorded", "visibility": "public"})
    fields = {"name": "p", "namespace_id": top.id, "initialize_with_readme": True, "visibility": "public", "description": "d"}
    return gl.projects.create(fields)


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        (r"/api/v4/user$", "/user"),
        (r"/api/v4/users\?", "/users"),
        (r"/groups/[^/]+$", "/groups/recorded"),
        (r"/groups/[^/]+/projects$", "/groups/recorded/projects"),
        (r"/projects/[^/]+$", "/projects/recorded%2Fp"),
        (r"/members/all", "/projects/recorded%2Fp/members/all"),
        (r"/repository/files/", "/projects/recorded%2Fp/repository/files/README.md?ref=main"),
        (r"/repository/tree", "/projects/recorded%2Fp/repository/tree"),
        (r"/repository/branches$", "/projects/recorded%2Fp/repository/branches"),
        (r"/repository/commits\?", "/projects/recorded%2Fp/repository/commits"),
        (r"/repository/commits/[0-9a-f]+$", "/projects/recorded%2Fp/repository/commits/main"),
    ],
)
def test_shapes(api, project, pattern, path):
    answer = api("GET", path).json()
    compare(recorded(pattern), answer[0] if isinstance(answer, list) else answer, path)


def test_shape_of_a_new_project(api, fresh):
    compare(recorded(r"/projects$", "POST"), api("POST", "/projects", json={"name": fresh("p")}).json(), "POST /projects")


def test_shape_of_a_new_member(api, project, person):
    made = api("POST", f"/projects/{project.id}/members", json={"user_id": person().id, "access_level": 40}).json()
    compare(recorded(r"/members$", "POST"), made, "POST members")


def compare(expected, actual, where):
    for name, value in expected.items():
        if name in GONE:
            continue
        assert name in actual, f"{where}: {name} is missing"
        if isinstance(value, dict) and isinstance(actual[name], dict):
            compare(value, actual[name], f"{where}.{name}")
        elif value is not None and actual[name] is not None:
            assert type(actual[name]) is type(value), f"{where}.{name}: {actual[name]!r}, recorded {value!r}"


@pytest.mark.parametrize(
    ("recording", "method", "path"),
    [
        ("service-wrong_auth", "GET", "/user"),
        ("genericcommands-project_not_exists", "GET", "/projects/none%2Fnone"),
        ("genericcommands-get_sha_from_branch_non_existing", "GET", "/projects/recorded%2Fp/repository/branches/non-existing"),
    ],
)
def test_errors(api, stranger, project, recording, method, path):  # noqa: PLR0917 - fixtures, asked for by name
    lines = (FOLDER / f"{recording}.jsonl").read_text(encoding="utf-8").splitlines()
    error = next(exchange for exchange in map(json.loads, lines) if exchange["status"] >= 400)
    asking = stranger if error["status"] == 401 else api
    answer = asking(method, path)
    assert (answer.status_code, answer.reason, answer.json()) == (error["status"], error["reason"], error["body"])


def test_existing_member(api, project, person):
    error = next(exchange for exchange in exchanges() if exchange["status"] == 409)
    body = {"user_id": person().id, "access_level": 30}
    api("POST", f"/projects/{project.id}/members", json=body)
    answer = api("POST", f"/projects/{project.id}/members", json=body)
    assert (answer.status_code, answer.reason, answer.json()) == (409, error["reason"], error["body"])


def test_page_headers(api, project):
    headers = next(exchange["headers"] for exchange in exchanges() if "page=2" in exchange["url"] and "X-Total" in exchange["headers"])
    answer = api("GET", "/projects/recorded%2Fp/members/all", params={"page": 2, "per_page": 20})
    assert {name for name in headers if name.startswith("X-")} <= {name.title() for name in answer.headers}
    assert re.findall(r'rel="(\w+)"', headers["Link"]) == re.findall(r'rel="(\w+)"', answer.headers["Link"])
