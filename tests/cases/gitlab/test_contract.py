"""What holds every test here to GitLab's own description can itself fail."""

import json

import pytest
import requests
from jsonschema import ValidationError
from support.gitlab_contract import CONTRACT, check_answer, check_request

BASE = "http://127.0.0.1/api/v4"
described = pytest.mark.skipif(not CONTRACT.exists(), reason="the official API description is not here")


def sent(method, path, body=None, **query):
    return requests.Request(method, f"{BASE}{path}", params=query, json=body).prepare()


def answered(request, status, body):
    answer = requests.Response()
    answer.request, answer.url, answer.status_code, answer._content = request, request.url, status, json.dumps(body).encode()
    return answer


@described
@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (sent("GET", "/group/1"), "knows no such request"),
        (sent("PATCH", "/groups/1"), "knows no such request"),
        (sent("GET", "/groups/1/descendant_groups", ordered_by="id"), "unknown {'ordered_by'}"),
        (sent("GET", "/groups/1/descendant_groups", page="two"), "page=two"),
        (sent("GET", "/groups/1/descendant_groups", order_by="colour"), "order_by=colour"),
        (sent("GET", "/groups/1/projects", simple="False"), "simple=False"),
        (sent("PATCH", "/projects/1/protected_branches/main", {"allowed_to_push": [{"level": 30}]}), "unknown level"),
        (sent("POST", "/projects/1/star", {"x": 1}), "takes no body"),
        (sent("POST", "/users", {"username": "ada", "pass": "x"}), "unknown {'pass'}"),
        (sent("GET", "/users", user="ada"), "unknown {'user'}"),
    ],
)
def test_a_wrong_request_is_found(request_, words):
    with pytest.raises(AssertionError, match=words):
        check_request(request_)


@pytest.mark.parametrize(
    ("request_", "names"),
    [
        (sent("PUT", "/projects/1", {"titel": "x"}), "titel"),
        (sent("POST", "/groups/1/archive", {"x": 1}), "x"),
        (sent("POST", "/groups", {"name": "a", "path": "ab", "shared_runners_setting": "enabled"}), "shared_runners_setting"),
        (
            sent("PUT", "/groups/1", {"default_branch_protection": 2, "emails_disabled": True}),
            "default_branch_protection', 'emails_disabled",
        ),
    ],
)
def test_f1_what_a_request_does_not_take_or_is_deprecated_is_found(request_, names):
    with pytest.raises(AssertionError, match=rf"unknown or deprecated \['{names}'\]"):
        check_request(request_)


@described
@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/groups/1/members", {"user_id": "1"}),
        ("/groups", {"path": "a"}),
        ("/groups", {"name": "a", "path": "a", "visibility": "hidden"}),
        ("/projects", {"name": "a", "build_timeout": "an hour"}),
        ("/projects/1/protected_branches", {"push_access_level": 40}),
    ],
)
def test_a_wrong_body_is_found(path, body):
    with pytest.raises(ValidationError):
        check_request(sent("POST", path, body))


@described
@pytest.mark.parametrize(
    ("status", "body", "words"),
    [(201, {}, "answers 201"), (200, {"archived": "yes"}, "'yes' is not boolean"), (200, {"topics": "eig"}, "'eig' is not array")],
)
def test_a_wrong_answer_is_found(status, body, words):
    with pytest.raises(AssertionError, match=words):
        check_answer(answered(sent("GET", "/projects/1"), status, body))
