import json

import pytest

from eiginfra.providers.gitlab.error_body import error_text, lacks_scope


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"message": "401 Unauthorized"}, "401 Unauthorized"),
        ({"message": {"path": ["has already been taken"]}}, "path has already been taken"),
        (
            {"message": {"name": ["is too long", "is wrong"], "base": ["Limit reached"]}},
            "name is too long, is wrong; Limit reached",
        ),
        ({"message": {"namespace": {"path": ["is bad"]}}}, "namespace path is bad"),
        ({"message": ["one", "two"]}, "one, two"),
        ({"error": "access_level is missing"}, "access_level is missing"),
        (
            {"error": "insufficient_scope", "error_description": "The request requires higher privileges", "scope": "api"},
            "The request requires higher privileges",
        ),
        ({"odd": 1}, "odd 1"),
        ("text", "text"),
    ],
)
def test_bodies_are_read(body, said):
    assert error_text(json.dumps(body).encode()) == said


@pytest.mark.parametrize("body", [b"", None, b"<html>", "<p>Sign in</p>"])
def test_what_is_no_json_says_nothing(body):
    assert error_text(body) is None


def test_long_bodies_are_cut():
    assert len(error_text(json.dumps({"message": "x" * 5000})) or "") == 400


@pytest.mark.parametrize(
    ("body", "lacks"),
    [
        ({"error": "insufficient_scope", "error_description": "The request requires higher privileges", "scope": "api"}, True),
        ({"message": "403 Forbidden"}, False),
        ({"message": "403 Forbidden - insufficient_scope"}, False),
        (["insufficient_scope"], False),
    ],
)
def test_f13_a_token_without_the_scope_is_known_by_the_code(body, lacks):
    assert lacks_scope(json.dumps(body).encode()) is lacks


@pytest.mark.parametrize("body", [b"", None, b"<html>"])
def test_f13_what_is_no_json_says_nothing_of_the_token(body):
    assert not lacks_scope(body)
