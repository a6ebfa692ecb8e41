"""What pydantic finds wrong, said in words that a team understands, with what to write instead."""

import re
from collections.abc import Mapping
from datetime import date
from ipaddress import IPv4Address, IPv4Network
from typing import Any, Final, NamedTuple

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from eiginfra.core.secret import SecretSource
from eiginfra.core.suggest import nearest, suggest
from eiginfra.inventory import remedies
from eiginfra.inventory.fields import brief
from eiginfra.inventory.french import WORDS
from eiginfra.inventory.model import FileModel
from eiginfra.inventory.model_paths import Path, choices_at, keys_at, model_at, owners_of, type_at


class Sentence(NamedTuple):
    """Code, message and remedy of a finding."""

    code: str
    message: str
    remedy: str | None


def sentence(detail: ErrorDetails, model: type[BaseModel], path: Path) -> Sentence:
    """One of pydantic's errors in words."""
    kind, value = detail["type"], detail["input"]
    context: Mapping[str, Any] = detail.get("ctx", {})
    name = str(path[-1]) if path else ""
    if kind == "missing":
        return Sentence("missing-key", f"{name!r} is missing{_inside(path[:-1])}", f"add '{name}: …'")
    if kind == "extra_forbidden":
        return Sentence("unknown-key", f"unknown key {name!r}{_inside(path[:-1])}", _known_key(model, path))
    wanted = type_at(model, path)
    if wanted is SecretSource and not isinstance(value, dict):
        remedy = "write where it is kept: {env: NAME}, {file: PATH} or {command: [PROGRAM, ARGUMENT]}"
        return Sentence("secret-in-file", "a secret is never written in the file itself", remedy)
    if wanted in _ADDRESSES:
        what, remedy = _ADDRESSES[wanted]
        return Sentence("wrong-address", f"{brief(value)} is not {what}", remedy)
    if wanted is date and (kind in _NOT_A_DAY or isinstance(value, (str, int, float))) and not isinstance(value, bool):
        day = remedies.day(value)
        return Sentence("not-a-date", f"{brief(value)} is not a date", f"write {day}" if day else _DATE)
    if kind in _TYPES:
        belongs, remedy = _TYPES[kind]
        return Sentence("wrong-type", f"{_what(value)} stands here, where {belongs} belongs", _typed(kind, value, model, path) or remedy)
    if kind in _SENTENCES:
        code, message, remedy = _SENTENCES[kind]
        return Sentence(code, message.format(value=brief(value), **context), remedy.format(**context))
    if kind == "literal_error":
        said = suggest(str(value)[:100], choices_at(model, path), words=WORDS)
        return Sentence("unknown-choice", f"{brief(value)} is not known here", _OWNER if _asks_for_owner(value, path) else said)
    if "remedy" in context:
        return Sentence(kind.replace("_", "-"), context["message"], context["remedy"])
    message, _, remedy = detail["msg"].removeprefix("Value error, ").rpartition("; ")
    return Sentence(kind.replace("_", "-"), message or remedy, remedy if message else None)


def label(path: Path) -> str:
    """The name of a value: `email: `, `machines[1]: `; positions count from 1, as people count."""
    names = [index for index, step in enumerate(path) if isinstance(step, str)]
    if not names:
        return ""
    last = names[-1]
    return f"{path[last]}{''.join(f'[{int(step) + 1}]' for step in path[last + 1 :])}: "


def near_key(model: type[BaseModel], path: Path) -> str | None:
    """The key that was probably meant by the unknown one at the path's end."""
    *above, name = path
    return nearest(str(name)[:100], keys_at(model, above), words=WORDS)


def _asks_for_owner(value: object, path: Path) -> bool:
    return bool(path) and path[-1] == "role" and str(value).lower() in {"owner", "propriétaire", "proprietaire", "admin"}


_OWNER: Final = "write maintainer, the highest role in a team: the groups' owner is EIG Link"


def _known_key(model: type[BaseModel], path: Path) -> str | None:
    *above, name = path
    if str(name).startswith("-") and (found := nearest(str(name).lstrip("- "), keys_at(model, above), words=WORDS)):
        return f"write a space after the hyphen: '- {found}: …'"
    if found := nearest(str(name)[:100], keys_at(model, above), words=WORDS, likeness=0.8):
        return f"did you mean {found!r}?"
    for owner, below in owners_of(model, above, str(name)):
        if below is not None:
            return f"it belongs in an entry of {below!r}: check the indentation"
        return f"it belongs {_beside(owner)}: check the indentation"
    return suggest(str(name)[:100], keys_at(model, above), words=WORDS)


def _beside(path: Path) -> str:
    return f"in {label(path).removesuffix(': ')}" if label(path) else "at the beginning of a line, outside of all lists"


def _inside(path: Path) -> str:
    text = label(path).removesuffix(": ")
    return f" in {text}" if text else ""


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


def _typed(kind: str, value: object, model: type[BaseModel], path: Path) -> str | None:
    """The remedy for a wrong type that is made from what was written; None for the general one."""
    if kind == "bool_type":
        return f"write {remedies.truth(value) or 'true or false'}, without quotes"
    if kind in {"int_type", "int_from_float"}:
        number = remedies.whole_number(value)
        if isinstance(value, float) and number is None and abs(value) < 2**31:
            return f"write {int(value)} or {int(value) + 1}"
        return f"write {number}, without quotes" if number and isinstance(value, str) else f"write {number}" if number else None
    if kind in {"string_type", "path_type"} and isinstance(value, (bool, int)):
        return f'put it in quotes: "{str(value).lower()[:60]}"'
    if kind == "string_type" and isinstance(value, list) and len(value) == 1 and isinstance(value[0], str):
        return f"write {value[0][:60]}, without brackets or '- '"
    if kind in {"string_type", "path_type"} and isinstance(value, float):
        return "put it in quotes"
    if kind in {"tuple_type", "list_type"}:
        return _as_list(value, model, path)
    if isinstance(value, list) and value and all(isinstance(item, dict) and len(item) == 1 for item in value):
        first = next(iter(value[0]))
        return f"delete the '- ' before {first!r} and the others" if first in keys_at(model, path) else None
    if isinstance(value, (str, int)) and not isinstance(value, bool):
        return _as_mapping(str(value), model, path)
    return None


def _as_list(value: object, model: type[BaseModel], path: Path) -> str | None:
    """One entry, or all of them in a text, where a list belongs."""
    inner = model_at(model, path)
    if isinstance(value, dict) and inner is not None and value:
        first = next(iter(value))
        meant = nearest(str(first).lstrip("- ")[:100], inner.model_fields, words=WORDS)
        if str(first).startswith("-") and meant:
            return f"write a space after the hyphen: '- {meant}: …'"
        return f"begin each entry with '- ': '- {first}: …'" if meant else None
    if not isinstance(value, (str, int)) or isinstance(value, bool):
        return None
    written = _as_mapping(str(value), model, path)
    if inner is not None:
        return f"write [{written[6:]}]" if written else None
    if re.fullmatch(r"[\w.+/-]+(?:[,; ]+[\w.+/-]+)*", str(value)) and len(str(value)) <= 60:
        return f"write [{', '.join(re.split(r'[,; ]+', str(value)))}]"
    return "write it on a line of its own, after '- '"


def _as_mapping(text: str, model: type[BaseModel], path: Path) -> str | None:
    inner = model_at(model, path)
    if inner is None or not issubclass(inner, FileModel):
        return None
    glued = re.match(r"([\w-]{1,30})[:=](.{1,60})$", text)
    if glued and (key := nearest(glued[1], inner.model_fields, words=WORDS)):
        return f"write '{key}: {glued[2].strip()}', with a space after the colon"
    written = inner.from_text(text[:200]) if path else None
    return f"write {written}" if written else None


_DATE: Final = "write year-month-day, e.g. 2020-06-30"
_NOT_A_DAY: Final = frozenset({"date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"})
_NUMBER: Final = ("a whole number", "write digits, without quotes")
_LIST: Final = ("a list", "write each entry after '- ', or all of them in [brackets]")
_MAPPING: Final = ("a mapping", "write 'key: value' lines, or {key: value}")
_TEXT: Final = ("text", "write one text")
# Pydantic's error types: what belongs there, how to correct it.
_TYPES: Final[Mapping[str, tuple[str, str]]] = {
    "string_type": _TEXT,
    "path_type": _TEXT,
    "int_type": _NUMBER,
    "int_from_float": _NUMBER,
    "int_parsing_size": _NUMBER,
    "bool_type": ("true or false", "write true or false"),
    "tuple_type": _LIST,
    "list_type": _LIST,
    "dict_type": _MAPPING,
    "model_type": _MAPPING,
    "date_type": ("a date", _DATE),
}
_ADDRESSES: Final[Mapping[Any, tuple[str, str]]] = {
    IPv4Address: ("an IPv4 address", "write four numbers from 0 to 255, e.g. 9.9.9.9"),
    IPv4Network: ("an IPv4 network", "write its first address and its length, e.g. 192.168.0.0/24"),
}
# Pydantic's error types: code, message, remedy.
_SENTENCES: Final[Mapping[str, tuple[str, str, str]]] = {
    "greater_than_equal": ("too-small", "{value} is too small", "at least {ge}"),
    "less_than_equal": ("too-large", "{value} is too large", "at most {le}"),
    "string_too_short": ("empty", "the text is empty", "write something, or delete the key"),
    "string_too_long": ("too-long", "the text is too long", "at most {max_length} characters"),
    "too_short": ("empty", "the list is empty", "at least {min_length} entry"),
    "too_long": ("too-long", "the list is too long", "at most {max_length} entries"),
}
