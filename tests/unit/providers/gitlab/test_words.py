import json

import pytest

from eiginfra.providers.gitlab.error_body import error_text


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
