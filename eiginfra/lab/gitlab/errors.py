"""Refusals, with the bodies that GitLab gives them."""

from collections.abc import Mapping
from typing import Any


class GitLabHttpError(Exception):
    """An answer other than success; `body` is its JSON."""

    def __init__(self, status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status, body)
        self.status = status
        self.body = body
        self.headers = dict(headers or {})


def message(status: int, text: Any) -> GitLabHttpError:
    """The most common shape: `{"message": …}`."""
    return GitLabHttpError(status, {"message": text})


def not_found(what: str = "") -> GitLabHttpError:
    """404 of a thing that the API looks for by name: `404 Group Not Found`."""
    return message(404, f"404 {what} Not Found" if what else "404 Not Found")


def no_record() -> GitLabHttpError:
    """404 of a record within another (recording pullrequests-pr_not_exists; mind the small f)."""
    return message(404, "404 Not found")


def forbidden(reason: str = "") -> GitLabHttpError:
    """403, with the reason where GitLab says one."""
    return message(403, f"403 Forbidden - {reason}" if reason else "403 Forbidden")


def unauthorized() -> GitLabHttpError:
    """401 (recording service-wrong_auth)."""
    return message(401, "401 Unauthorized")


def conflict(text: str | list[str]) -> GitLabHttpError:
    """409 (recording genericcommands-add_user)."""
    return message(409, text)


def bad_parameters(text: str) -> GitLabHttpError:
    """400 of the parameter checks, before any work: `{"error": "name is missing"}`."""
    return GitLabHttpError(400, {"error": text})


def invalid(**errors: list[str]) -> GitLabHttpError:
    """400 of a record's own checks: `{"message": {"path": ["has already been taken"]}}`."""
    return message(400, errors)


def not_modelled(what: str) -> GitLabHttpError:
    """501 of what GitLab has and the lab does not model."""
    return message(501, f"501 Not Implemented - the lab does not model {what}")


def ruby(errors: Mapping[str, list[str]]) -> str:
    """Errors as Ruby prints a hash, for that is what GitLab puts into some messages."""
    inner = ", ".join(
        f":{name}=>[{', '.join(chr(34) + text.replace(chr(34), chr(92) + chr(34)) + chr(34) for text in texts)}]"
        for name, texts in errors.items()
    )
    return "{" + inner + "}"
