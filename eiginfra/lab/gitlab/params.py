"""Reading parameters as GitLab's API does: declared ones are checked and converted, unknown ones ignored."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from eiginfra.lab.gitlab.errors import bad_parameters

_MISSING = object()


class _InvalidError(Exception):
    """The value cannot be converted to the declared type."""


@dataclass(frozen=True, slots=True)
class GitLabParam:
    """A declared parameter."""

    convert: Callable[[Any], Any]
    required: bool = False
    values: tuple[Any, ...] = ()
    default: Any = _MISSING


def _string(value: Any) -> Any:
    if isinstance(value, (dict, list)):
        raise _InvalidError
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if value is None else str(value)


def _integer(value: Any) -> Any:
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not re.fullmatch(r"-?\d+", str(value)):
        raise _InvalidError
    return int(value)


def _boolean(value: Any) -> Any:
    if value is None or value == "":
        return None
    try:
        return {"true": True, "1": True, "t": True, "on": True, "false": False, "0": False, "f": False, "off": False}[str(value).lower()]
    except KeyError:
        raise _InvalidError from None


def _strings(value: Any) -> Any:
    if value is None or isinstance(value, dict):
        return [] if value is None else list(map(str, value.values()))
    if isinstance(value, list):
        return [str(item) for item in value]
    return [item.strip() for item in str(value).split(",") if item.strip()]


def _integers(value: Any) -> Any:
    return [_integer(item) for item in _strings(value)]


def _day(value: Any) -> Any:
    if value is None or value == "":
        return None
    try:
        return date.fromisoformat(str(value)[:10]).isoformat()
    except ValueError:
        raise _InvalidError from None


def _instant(value: Any) -> Any:
    try:
        return None if value in (None, "") else datetime.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise _InvalidError from None


def _hash(value: Any) -> Any:
    if not isinstance(value, (dict, type(None))):
        raise _InvalidError
    return value


def string(*values: str, required: bool = False, default: Any = _MISSING) -> GitLabParam:
    """A text, perhaps one of a few."""
    return GitLabParam(_string, required, values, default)


def integer(*values: int, required: bool = False, default: Any = _MISSING) -> GitLabParam:
    """A whole number, perhaps one of a few."""
    return GitLabParam(_integer, required, values, default)


def boolean(default: Any = _MISSING) -> GitLabParam:
    """`true`, `false` and their synonyms."""
    return GitLabParam(_boolean, default=default)


def strings(*, required: bool = False) -> GitLabParam:
    """A list, or texts separated by commas."""
    return GitLabParam(_strings, required)


def integers(*, required: bool = False) -> GitLabParam:
    """A list, or numbers separated by commas."""
    return GitLabParam(_integers, required)


def day(*, required: bool = False) -> GitLabParam:
    """A date; a time of day is dropped."""
    return GitLabParam(_day, required)


def instant() -> GitLabParam:
    """A date with a time of day."""
    return GitLabParam(_instant)


def hash_(*, required: bool = False) -> GitLabParam:
    """An object."""
    return GitLabParam(_hash, required)


def read(raw: Mapping[str, Any], declared: Mapping[str, GitLabParam]) -> dict[str, Any]:
    """The declared parameters that were given (or have a default), converted.

    Raises ApiError 400 with all complaints, as Grape words them.
    """
    given: dict[str, Any] = {}
    complaints: list[str] = []
    for name, param in declared.items():
        if name not in raw:
            if param.required:
                complaints.append(f"{name} is missing")
            elif param.default is not _MISSING:
                given[name] = param.default
            continue
        try:
            value = param.convert(raw[name])
        except _InvalidError:
            complaints.append(f"{name} is invalid")
            continue
        if param.values and value is not None and value not in param.values:
            complaints.append(f"{name} does not have a valid value")
        else:
            given[name] = value
    if complaints:
        raise bad_parameters(", ".join(complaints))
    return given


def one_of(raw: Mapping[str, Any], *names: str, exactly: bool = False) -> None:
    """Insist on at least, or exactly, one of some parameters.

    Raises ApiError 400 as Grape words it.
    """
    present = [name for name in names if raw.get(name) not in (None, "", [])]
    if not present:
        rule = "exactly one parameter must be provided" if exactly else "at least one parameter must be provided"
        raise bad_parameters(f"{', '.join(names)} are missing, {rule}")
    if exactly and len(present) > 1:
        raise bad_parameters(f"{', '.join(present)} are mutually exclusive")
