"""What can be said in an inventory: entries are held to the models of its files, and what these refuse is left out and told."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from eiginfra.core.finding import Finding, warning
from eiginfra.inventory.fields import brief

Written = dict[str, Any]
"""A mapping as it is written into a file, keys in their order."""


def fitting(
    model: type[BaseModel], entry: Mapping[str, Any], what: str, findings: list[Finding], team: str | None = None
) -> Written | None:
    """The entry without the keys whose values cannot be written; None where it cannot be written at all. Both are told in findings.

    what: what the servers call it.
    """
    written = {key: value for key, value in entry.items() if value is not None}
    while True:
        try:
            model.model_validate(written)
        except ValidationError as problem:
            refused = {str(detail["loc"][0]) if detail["loc"] else "" for detail in problem.errors()}
        else:
            return written
        lost = sorted(refused & written.keys())
        findings += [_told(what, key, written[key], team, whole=not _optional(model, key)) for key in lost]
        if not lost or not all(_optional(model, key) for key in lost):
            findings += [] if lost else [_told(what, next(iter(sorted(refused))), None, team, whole=True)]
            return None
        written = {key: value for key, value in written.items() if key not in lost}


def _optional(model: type[BaseModel], key: str) -> bool:
    # Of a machine's amounts none is required alone, but without one of them nothing says how large it is.
    return key not in {"cores", "memory", "disk"} and not model.model_fields[key].is_required()


def _told(what: str, key: str, value: object, team: str | None, *, whole: bool) -> Finding:
    shown = None if value is None else value if isinstance(value, str) and len(value) < 60 else brief(value)
    return warning("import-not-expressible", what=what, key=key or None, value=shown, whole=whole, team=team)
