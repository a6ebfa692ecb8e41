"""What the plain session sends is what `requests` sends."""

import io
from collections.abc import Callable
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from requests.auth import HTTPBasicAuth

from eiginfra.providers.session import PlainSession

URL = "https://gitlab.example.org:8443/api/v4/projects/a%2Fb"
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
VALUE = st.one_of(TEXT, st.integers(), st.booleans(), st.none(), st.lists(TEXT, max_size=3))
FORM = st.dictionaries(TEXT, VALUE, max_size=4)
PATH = st.text(st.sampled_from("ab/ %2F~é:@!$&'()*+,;=-._"), max_size=8)


def both(method: str, url: str, **parts: Any) -> tuple[Any, Any]:
    """What each of the two would send."""
    sent = []
    for session in (PlainSession(), requests.Session()):
        session.trust_env = False
        session.headers["X-Session"] = "one"
        prepared = session.prepare_request(requests.Request(method, url, **parts))
        body = prepared.body.encode() if isinstance(prepared.body, str) else prepared.body
        sent.append((prepared.method, prepared.url, {name.lower(): value for name, value in prepared.headers.items()}, body))
    return sent[0], sent[1]


@given(st.sampled_from(["GET", "put", "POST", "DELETE", "HEAD"]), PATH, FORM, FORM)
def test_queries_and_forms(method: str, path: str, query: dict[str, Any], form: dict[str, Any]) -> None:
    ours, theirs = both(method, f"https://host.example.org/{path}", params=query, data=form, headers={"x-session": "two"})
    assert ours == theirs


@given(st.sampled_from(["GET", "PUT", "POST"]), st.one_of(FORM, st.lists(TEXT), TEXT, st.booleans()))
def test_json(method: str, value: Any) -> None:
    ours, theirs = both(method, URL, json=value, params={"page": 2})
    assert ours == theirs


def token(request: requests.PreparedRequest) -> requests.PreparedRequest:
    request.headers["PRIVATE-TOKEN"] = "s3cret"
    return request


@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"params": {"a": [], "b": ""}},
        {"params": "a=1&b=2"},
        {"params": [("a", 1), ("a", 2)]},
        {"data": b"bytes"},
        {"data": "text"},
        {"data": {"a": None}},
        {"data": {}, "json": {}},
        {"data": {"a": 1}, "json": {"b": 2}},
        {"json": {"a": "é"}, "headers": {"Content-type": "application/json"}},
        {"json": {"a": 1}, "headers": {"content-type": "application/merge-patch+json"}},
        {"headers": {"X-Session": None}},
        {"auth": token},
        {"auth": HTTPBasicAuth("ada", "s3cret")},
        {"auth": ("ada", "s3cret"), "data": {"a": 1}},
        {"cookies": {"a": "b"}},
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_all_other_parts(method: str, parts: dict[str, Any]) -> None:
    ours, theirs = both(method, URL, **parts)
    assert ours == theirs


@pytest.mark.parametrize(
    "url",
    [
        "https://host",
        "http://host:80",
        "http://host?a=1",
        "https://host/a?b=1",
        "https://host/a#part",
        "https://HOST/A",
        "http://[::1]:8006/a",
        "https://ada:s3cret@host/a",
        "https://münchen.example.org/ü",
        "HTTPS://host/a",
        " https://host/a",
    ],
)
def test_addresses(url: str) -> None:
    ours, theirs = both("GET", url, params={"c": 2})
    assert ours == theirs


@pytest.mark.parametrize("url", ["host/a", "https://", "https://*.host/a", "", "https://host:port/a"])
def test_what_is_no_address_is_refused_alike(url: str) -> None:
    problems = []
    for session in (PlainSession(), requests.Session()):
        with pytest.raises(requests.RequestException) as problem:
            session.prepare_request(requests.Request("GET", url))
        problems.append((type(problem.value), str(problem.value)))
    assert problems[0] == problems[1]


def test_files_are_sent() -> None:
    prepared = PlainSession().prepare_request(requests.Request("POST", URL, files={"file": io.BytesIO(b"content")}))
    assert isinstance(prepared.body, bytes)
    assert b"content" in prepared.body


def test_hooks_of_the_request_come_before_those_of_the_session() -> None:
    def hook(_response: requests.Response, **_: Any) -> None: ...

    def other(_response: requests.Response, **_: Any) -> None: ...

    session = PlainSession()
    session.hooks["response"].append(hook)
    of_session: Callable[..., requests.PreparedRequest] = session.prepare_request
    assert of_session(requests.Request("GET", URL)).hooks["response"] == [hook]
    assert of_session(requests.Request("GET", URL, hooks={"response": other})).hooks["response"] == [other]
