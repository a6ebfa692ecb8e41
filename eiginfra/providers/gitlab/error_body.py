"""GitLab's error bodies, in one readable sentence."""

import json
from typing import Any

_LONGEST = 400


def error_text(body: bytes | str | None) -> str | None:
    """What an error body says; None when it is no JSON (then it was not GitLab's API that answered).

    Shapes (API documentation, "Troubleshooting the REST API", and answers of GitLab.com): {"message": text, list or
    {field: [texts]}}, {"error": text}, {"error": code, "error_description": text}.
    """
    try:
        data = json.loads(body or "")
    except ValueError:
        return None
    if isinstance(data, dict):
        data = data.get("message") or data.get("error_description") or data.get("error") or data
    return _sentence(data)[:_LONGEST]


def lacks_scope(body: bytes | str | None) -> bool:
    """Whether an error body says, by its code (RFC 6750), that the token has not the scope for what was asked."""
    try:
        data = json.loads(body or "")
    except ValueError:
        return False
    return isinstance(data, dict) and data.get("error") == "insufficient_scope"


def _sentence(data: Any) -> str:
    match data:
        case dict():
            return "; ".join(_about(str(field), value) for field, value in data.items())
        case list():
            return ", ".join(_sentence(item) for item in data)
        case _:
            return str(data)


def _about(field: str, value: Any) -> str:
    said = _sentence(value)
    return said if field == "base" else f"{field} {said}".strip()
