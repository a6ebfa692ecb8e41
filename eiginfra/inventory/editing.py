"""Changes of an inventory's file by eiginfra itself: nothing but the named value is touched, so that comments and layout stay.

The result is read again before it is given out: what does not say exactly what was meant is refused, never guessed.
"""

import json
import re
from typing import Any

from eiginfra.core.errors import InputError, UsageError
from eiginfra.inventory.document import YamlDocument, parse_document

_PLAIN = re.compile(r"[a-z_][a-z0-9_.@-]*")
_RESERVED = frozenset({"true", "false", "null"})
_SCALAR = re.compile(r"'[^']*'|\"[^\"]*\"|[^\s,}#]+")
_EMPTY = re.compile(r"\{\s*\}")


def with_value(text: str, path: tuple[str, ...], value: int | str, file: str) -> str:
    """The text of a YAML file with a value at a path of keys. Raises UsageError where the file is written too unusually for that."""
    document = parse_document(text.encode(), file)
    edited = _edited(text, document, path, value)
    try:
        done = edited is not None and parse_document(edited.encode(), file).data == _meant(document.data, path, value)
    except InputError:
        done = False
    if edited is None or not done:
        raise UsageError(f"{file} is written in a way that eiginfra does not change; write into it: {_flow(path, value)}")
    return edited


def _edited(text: str, document: YamlDocument, path: tuple[str, ...], value: int | str) -> str | None:
    """At the deepest key of the path that is there: before its first entry, in place of its value, or at the end of the file."""
    depth = next((depth for depth in range(len(path), -1, -1) if document.at(*path[:depth]) is not None), 0)
    if depth == len(path):
        return _replaced(text, _offset(text, document, *path), _SCALAR, _scalar(value))
    there, new = document.at(*path[:depth]), _flow(path[depth:], value)
    if there == {}:
        return _replaced(text, _offset(text, document, *path[:depth]), _EMPTY, f"{{{new}}}")
    if not isinstance(there, dict):
        return None
    if depth == 0:
        return f"{text}{'' if text.endswith(chr(10)) else chr(10)}{path[0]}:\n  {_flow(path[1:], value)}\n"
    at = _key_offset(text, document, *path[:depth], next(iter(there)))
    begin = text.rfind("\n", 0, at) + 1
    alone = not text[begin:at].strip()
    return f"{text[:at]}{new}\n{text[begin:at]}{text[at:]}" if alone else f"{text[:at]}{new}, {text[at:]}"


def _replaced(text: str, at: int, pattern: re.Pattern[str], new: str) -> str | None:
    found = pattern.match(text, at)
    return None if found is None else f"{text[:at]}{new}{text[found.end() :]}"


def _offset(text: str, document: YamlDocument, *path: str) -> int:
    place = document.locate(*path)
    return _index(text, place.line, place.column)


def _key_offset(text: str, document: YamlDocument, *path: str) -> int:
    place = document.locate_key(*path)
    return _index(text, place.line, place.column)


def _index(text: str, line: int, column: int) -> int:
    return sum(len(one) for one in text.splitlines(keepends=True)[: line - 1]) + column - 1


def _flow(path: tuple[str, ...], value: int | str) -> str:
    """`adler-1: {gitlab_id: 123}`."""
    inner = _scalar(value) if len(path) == 1 else f"{{{_flow(path[1:], value)}}}"
    return f"{_scalar(path[0])}: {inner}"


def _scalar(value: int | str) -> str:
    plain = isinstance(value, int) or (_PLAIN.fullmatch(value) and value not in _RESERVED)
    return str(value) if plain else json.dumps(value, ensure_ascii=False)


def _meant(data: Any, path: tuple[str, ...], value: int | str) -> Any:
    meant = json.loads(json.dumps(data))  # what an alias repeats is one object: the copy has no such
    inside = meant
    for key in path[:-1]:
        inside = inside.setdefault(key, {})
    inside[path[-1]] = value
    return meant
