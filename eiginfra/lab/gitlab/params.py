"""Reading parameters as GitLab's API does: declared ones are checked and converted, all complaints at once."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
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
    unmodelled: tuple[Any, ...] = ()
    """Further values that GitLab takes and the lab does not: they are refused with 501."""
    fields: Mapping[str, "GitLabParam"] = field(default_factory=dict)
    """What an object, or each object of a list, may hold; anything when empty."""


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


def _file(value: Any) -> Any:
    """A file that was uploaded (its `filename`, and `content` in Base64); empty text for none."""
    if isinstance(value, dict) and value.get("filename") and "content" in value:
        return value
    if value not in (None, ""):
        raise _InvalidError
    return ""


def _objects(value: Any) -> Any:
    items = list(value.values()) if isinstance(value, dict) else value
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise _InvalidError
    return items


def _hash(value: Any) -> Any:
    if not isinstance(value, (dict, type(None))):
        raise _InvalidError
    return value


def string(*values: str, required: bool = False, default: Any = _MISSING, unmodelled: tuple[str, ...] = ()) -> GitLabParam:
    """A text, perhaps one of a few."""
    return GitLabParam(_string, required, values, default, unmodelled)


def integer(*values: int, required: bool = False, default: Any = _MISSING) -> GitLabParam:
    """A whole number, perhaps one of a few."""
    return GitLabParam(_integer, required, values, default)


def boolean(default: Any = _MISSING, *, required: bool = False) -> GitLabParam:
    """`true`, `false` and their synonyms."""
    return GitLabParam(_boolean, required, default=default)


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


def file(*, required: bool = False) -> GitLabParam:
    """An uploaded file; empty text takes it away."""
    return GitLabParam(_file, required)


def hash_(fields: "Declared | None" = None, *, required: bool = False) -> GitLabParam:
    """An object, with what it may hold."""
    return GitLabParam(_hash, required, fields=fields or {})


def objects(fields: "Declared", *, required: bool = False) -> GitLabParam:
    """A list of objects, with what each may hold."""
    return GitLabParam(_objects, required, fields=fields)


Declared = Mapping[str, GitLabParam]
Rule = Callable[[Mapping[str, Any]], str | None]
"""What must be true of several parameters together: a complaint, or None."""


def read(raw: Mapping[str, Any], declared: Declared, rules: tuple[Rule, ...] = ()) -> dict[str, Any]:
    """The declared parameters that were given (or have a default), converted.

    Raises GitLabHttpError 400 with all complaints, as Grape words them.
    """
    complaints: list[str] = []
    given = _read(raw, declared, "", complaints)
    complaints += [complaint for rule in rules if (complaint := rule(raw))]
    if complaints:
        raise bad_parameters(", ".join(complaints))
    return given


def _read(raw: Mapping[str, Any], declared: Declared, prefix: str, complaints: list[str]) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for short, param in declared.items():
        name = f"{prefix}[{short}]" if prefix else short
        if short not in raw:
            if param.required:
                complaints.append(f"{name} is missing")
            elif param.default is not _MISSING:
                given[short] = param.default
            continue
        try:
            value = param.convert(raw[short])
        except _InvalidError:
            complaints.append(f"{name} is invalid")
            continue
        if param.values and value is not None and value not in param.values:
            complaints.append(f"{name} does not have a valid value")
        elif param.fields and isinstance(value, dict):
            given[short] = _read(value, param.fields, name, complaints)
        elif param.fields and isinstance(value, list):
            given[short] = [_read(item, param.fields, f"{name}[{place}]", complaints) for place, item in enumerate(value)]
        else:
            given[short] = value
    return given


def undeclared(raw: Mapping[str, Any], declared: Declared, prefix: str = "") -> Iterator[str]:
    """The names that were sent and are not declared; those within objects with a dot: `filter.environment_scope`."""
    for name, value in raw.items():
        param = declared.get(name)
        if param is None:
            yield f"{prefix}{name}"
        elif param.fields:
            for item in value if isinstance(value, list) else [value]:
                if isinstance(item, dict):
                    yield from undeclared(item, param.fields, f"{prefix}{name}.")


def unmodelled(raw: Mapping[str, Any], declared: Declared) -> Iterator[str]:
    """The parameters with a value that GitLab takes and the lab does not: `order_by=similarity`."""
    for name, param in declared.items():
        if param.unmodelled and raw.get(name) in param.unmodelled:
            yield f"{name}={raw[name]}"


def _present(raw: Mapping[str, Any], names: tuple[str, ...]) -> list[str]:
    return [name for name in names if raw.get(name) not in (None, "", [])]


def at_least_one(*names: str) -> Rule:
    """One of some parameters must be given; empty text is given too, as in Grape."""
    text = f"{', '.join(names)} are missing, at least one parameter must be provided"
    return lambda raw: None if any(name in raw for name in names) else text


def exactly_one(*names: str) -> Rule:
    """One of some parameters must be given, and no second."""

    def rule(raw: Mapping[str, Any]) -> str | None:
        present = _present(raw, names)
        if not present:
            return f"{', '.join(names)} are missing, exactly one parameter must be provided"
        return None if len(present) == 1 else f"{', '.join(present)} are mutually exclusive"

    return rule


def one_and_only(*names: str) -> Rule:
    """Grape's `mutually_exclusive` and `at_least_one_of` together, each with words of its own."""

    def rule(raw: Mapping[str, Any]) -> str | None:
        present = _present(raw, names)
        if not present:
            return f"{', '.join(names)} are missing, at least one parameter must be provided"
        return None if len(present) == 1 else f"{', '.join(present)} are mutually exclusive"

    return rule


def all_or_none(*names: str) -> Rule:
    """Parameters that only make sense together."""

    def rule(raw: Mapping[str, Any]) -> str | None:
        count = sum(name in raw for name in names)
        return None if count in (0, len(names)) else f"{', '.join(names)} provide all or none of parameters"

    return rule
