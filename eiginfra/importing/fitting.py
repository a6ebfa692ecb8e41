"""What can be said in an inventory: entries are held to the models of its files, and what these refuse is left out and told."""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from eiginfra.core.errors import InputError
from eiginfra.core.finding import Finding, warning
from eiginfra.inventory.document import parse_document
from eiginfra.inventory.fields import brief

Written = dict[str, Any]
"""A mapping as it is written into a file, keys in their order."""
_PLAIN: Final = re.compile(r"[\w ,.;:()/@+-]*", re.ASCII)


def fitting(
    model: type[BaseModel], entry: Mapping[str, Any], what: str, findings: list[Finding], team: str | None = None
) -> Written | None:
    """The entry without the keys whose values cannot be written; None where it cannot be written at all. Both are told in findings.

    what: what the servers call it.
    """
    written = {key: value for key, value in entry.items() if value is not None}
    while True:
        refused = {key for key, value in written.items() if not writable(value)}
        try:
            model.model_validate(written)
        except ValidationError as problem:
            refused |= {str(detail["loc"][0]) if detail["loc"] else "" for detail in problem.errors()}
        if not refused:
            return written
        lost = sorted(refused & written.keys())
        findings += [_told(what, key, written[key], team, whole=not _optional(model, key)) for key in lost]
        if not lost or not all(_optional(model, key) for key in lost):
            findings += [] if lost else [_told(what, next(iter(sorted(refused))), None, team, whole=True)]
            return None
        written = {key: value for key, value in written.items() if key not in lost}


def writable(value: object) -> bool:
    """Whether a team's file may hold it: no templates, and nothing that nobody sees."""
    if not isinstance(value, str) or _PLAIN.fullmatch(value):
        return not isinstance(value, list | dict) or all(map(writable, value.values() if isinstance(value, dict) else value))
    try:
        return bool(parse_document(json.dumps({"text": value}, ensure_ascii=False).encode(), pure=True).data == {"text": value})
    except (InputError, UnicodeError):
        return False


def _optional(model: type[BaseModel], key: str) -> bool:
    # Of a machine's amounts none is required alone, but without one of them nothing says how large it is.
    return key not in {"cores", "memory", "disk"} and not model.model_fields[key].is_required()


def _told(what: str, key: str, value: object, team: str | None, *, whole: bool) -> Finding:
    shown = (
        None if value is None else value if isinstance(value, str) and _PLAIN.fullmatch(value[:60]) and len(value) < 60 else brief(value)
    )
    return not_expressible(what, key or None, shown, team, whole=whole)


def not_expressible(what: str, key: str | None, value: str | None, team: str | None, *, whole: bool = False) -> Finding:
    """whole: whether all of it is left out, and not this key alone."""
    return warning("import-not-expressible", what=what, key=key, value=value, whole=whole, team=team)
