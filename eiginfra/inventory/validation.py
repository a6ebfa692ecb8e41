"""Values to models, and what pydantic finds wrong said in words that a team understands, at the place where it stands."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from ipaddress import IPv4Address, IPv4Network
from types import UnionType
from typing import Annotated, Any, Final, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from eiginfra.core.errors import InputError
from eiginfra.core.finding import Finding, Location, error
from eiginfra.core.secret import SecretSource
from eiginfra.inventory.document import YamlDocument
from eiginfra.inventory.fields import brief
from eiginfra.inventory.tree import MAX_FINDINGS

M = TypeVar("M", bound=BaseModel)


def validate(model: type[M], document: YamlDocument) -> M:
    """The document as that model; InputError with everything that is wrong with it.

    Strict, as JSON: `"8080"` is no number, `yes` no truth value and 20190902 no date; lists and dates are still what they look like.
    """
    empty = [_no_value(document, path) for path in _empty(document.data)]
    try:
        valid = model.model_validate_json(json.dumps(document.data), strict=True)
    except ValidationError as problem:
        details = [detail for detail in problem.errors(include_url=False) if detail["input"] is not None or not empty]
        findings = [*empty, *(_finding(detail, model, document) for detail in details)]
        raise InputError(ordered(findings[:MAX_FINDINGS])) from problem
    if empty:
        raise InputError(ordered(empty[:MAX_FINDINGS]))
    return valid


def _empty(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The paths of keys and list entries without a value: left unfinished, or what stood below was commented out."""
    if value is None:
        yield path
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _empty(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _empty(item, (*path, index))


def _no_value(document: YamlDocument, path: Sequence[str | int]) -> Finding:
    what = "the list entry" if path and isinstance(path[-1], int) else "the key"
    return error("no-value", f"{_label(path)}there is no value", remedy=f"write it, or delete {what}", location=document.locate_key(*path))


def ordered(findings: Iterable[Finding]) -> list[Finding]:
    """The findings by file, line and column; those without a place last."""

    def place(finding: Finding) -> tuple[bool, str, int, int, str]:
        where = finding.location or Location(file="")
        return finding.location is None, where.file, where.line, where.column, finding.message

    return sorted(findings, key=place)


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """`did you mean 'x'?`, or what there is to choose from."""
    close = get_close_matches(word.lower(), [name.lower() for name in known], n=1, cutoff=0.6)
    if close:
        return f"did you mean {next(name for name in known if name.lower() == close[0])!r}?"
    if not known:
        return "there is none to choose from"
    return f"there is {', '.join(sorted(known)[:20])}"


def _finding(detail: ErrorDetails, model: type[BaseModel], document: YamlDocument) -> Finding:
    path = detail["loc"]
    is_key = bool(path) and path[-1] == "[key]"
    path = path[:-1] if is_key else path
    code, message, remedy = _sentence(detail, model, path)
    at_key = is_key or detail["type"] == "extra_forbidden"
    where = document.locate_key(*path) if at_key else document.locate(*path)
    label = "" if detail["type"] in {"missing", "extra_forbidden"} else _label(path)
    return error(code, f"{label}{message}", remedy=remedy, location=where)


def _label(path: Sequence[str | int]) -> str:
    """The name of a value: `email: `, `machines[1]: `; positions count from 1, as people count."""
    names = [index for index, step in enumerate(path) if isinstance(step, str)]
    if not names:
        return ""
    last = names[-1]
    return f"{path[last]}{''.join(f'[{int(step) + 1}]' for step in path[last + 1 :])}: "


def _sentence(detail: ErrorDetails, model: type[BaseModel], path: Sequence[str | int]) -> tuple[str, str, str | None]:
    """Code, message and remedy."""
    kind, value = detail["type"], detail["input"]
    context: Mapping[str, Any] = detail.get("ctx", {})
    name = str(path[-1]) if path else ""
    if kind == "missing":
        return "missing-key", f"{name!r} is missing{_inside(path[:-1])}", f"add '{name}: …'"
    if kind == "extra_forbidden":
        known = _keys_at(model, path[:-1])
        return "unknown-key", f"unknown key {name!r}{_inside(path[:-1])}", did_you_mean(name, known)
    if _type_at(model, path) is SecretSource and not isinstance(value, dict):
        remedy = "write where it is kept: {env: NAME}, {file: PATH} or {command: [PROGRAM, ARGUMENT]}"
        return "secret-in-file", "a secret is never written in the file itself", remedy
    if (wanted_type := _type_at(model, path)) in _ADDRESSES:
        what, remedy = _ADDRESSES[wanted_type]
        return "wrong-address", f"{brief(value)} is not {what}", remedy
    if kind in _TYPES:
        wanted, remedy = _TYPES[kind]
        return "wrong-type", f"{_what(value)} stands here, where {wanted} belongs", _remedy(kind, value, remedy)
    if kind in _SENTENCES:
        code, message, remedy = _SENTENCES[kind]
        return code, message.format(value=brief(value), **context), remedy.format(**context)
    if kind == "literal_error":
        choices = _choices(model, path)
        return "unknown-choice", f"{brief(value)} is not known here", did_you_mean(str(value), choices)
    message, _, remedy = detail["msg"].removeprefix("Value error, ").partition("; ")
    return kind.replace("_", "-"), message, remedy or None


def _inside(path: Sequence[str | int]) -> str:
    label = _label(path).removesuffix(": ")
    return f" in {label}" if label else ""


def _what(value: object) -> str:
    """What was written, for messages; never the value of text, which may be a secret in the wrong place."""
    match value:
        case bool():
            return f"the truth value {str(value).lower()}"
        case int() | float():
            return f"the number {brief(value)}"
        case str():
            return "text"
        case list():
            return "a list"
        case _:
            return "a mapping (key: value)"


def _remedy(kind: str, value: object, remedy: str) -> str:
    """The remedy for a wrong type, closer to what was written where that tells more."""
    if kind == "bool_type":
        return f"write {_TRUTH.get(str(value).lower(), 'true or false')}, without quotes"
    return "put it in quotes" if kind in {"string_type", "path_type"} and isinstance(value, (bool, int, float)) else remedy


_TRUTH: Final = {"yes": "true", "on": "true", "true": "true", "no": "false", "off": "false", "false": "false"}
_NUMBER: Final = ("a whole number", "write digits, without quotes")
_LIST: Final = ("a list", "write each entry after '- ', or all of them in [brackets]")
_MAPPING: Final = ("a mapping", "write 'key: value' lines, or {key: value}")
_TEXT: Final = ("text", "write one text")
# Pydantic's error types: what belongs there, how to mend it.
_TYPES: Final[Mapping[str, tuple[str, str]]] = {
    "string_type": _TEXT,
    "path_type": _TEXT,
    "int_type": _NUMBER,
    "int_from_float": _NUMBER,
    "bool_type": ("true or false", "write true or false"),
    "tuple_type": _LIST,
    "list_type": _LIST,
    "dict_type": _MAPPING,
    "model_type": _MAPPING,
    "date_type": ("a date", "write year-month-day, e.g. 2020-06-30"),
}
_ADDRESSES: Final[Mapping[Any, tuple[str, str]]] = {
    IPv4Address: ("an IPv4 address", "write four numbers from 0 to 255, e.g. 9.9.9.9"),
    IPv4Network: ("an IPv4 network", "write its first address and its length, e.g. 192.168.0.0/24"),
}
_NO_DATE: Final = ("not-a-date", "{value} is not a date", "write year-month-day, e.g. 2020-06-30")
# Pydantic's error types: code, message, remedy.
_SENTENCES: Final[Mapping[str, tuple[str, str, str]]] = {
    "date_parsing": _NO_DATE,
    "date_from_datetime_parsing": _NO_DATE,
    "date_from_datetime_inexact": _NO_DATE,
    "greater_than_equal": ("too-small", "{value} is too small", "at least {ge}"),
    "less_than_equal": ("too-large", "{value} is too large", "at most {le}"),
    "string_too_short": ("empty", "the text is empty", "write something, or delete the key"),
    "string_too_long": ("too-long", "the text is too long", "at most {max_length} characters"),
    "too_short": ("empty", "the list is empty", "at least {min_length} entry"),
}


def _type_at(model: Any, path: Sequence[str | int]) -> Any:
    """The type at a path of the model, without its `| None`; None where there is none."""
    kind = _bare(model)
    for step in path:
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            fields = kind.model_fields
            kind = _bare(fields[step].annotation) if isinstance(step, str) and step in fields else None
        elif get_origin(kind) in {tuple, dict}:
            kind = _bare(get_args(kind)[1 if get_origin(kind) is dict else 0])
        else:
            return None
    return kind


def _bare(kind: Any) -> Any:
    while True:
        if get_origin(kind) is Annotated:
            kind = get_args(kind)[0]
        elif get_origin(kind) in {Union, UnionType}:
            kind = next(item for item in get_args(kind) if item is not type(None))
        else:
            return kind


def _keys_at(model: Any, path: Sequence[str | int]) -> list[str]:
    kind = _type_at(model, path)
    return list(kind.model_fields) if isinstance(kind, type) and issubclass(kind, BaseModel) else []


def _choices(model: Any, path: Sequence[str | int]) -> list[str]:
    return [str(choice) for choice in get_args(_type_at(model, path))]
