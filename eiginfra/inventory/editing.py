"""Changes of an inventory's files by eiginfra itself: nothing but what is meant is touched, so that comments and layout stay.

The result is read again before it is given out: what does not say exactly what was meant is refused, never guessed.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from eiginfra.core.errors import InputError, UsageError
from eiginfra.inventory.document import YamlDocument, parse_document
from eiginfra.inventory.extents import Extent, extent
from eiginfra.inventory.yaml_text import entry, flow, scalar

_EMPTY = re.compile(r"\{\s*\}")


def with_value(text: str, path: tuple[str, ...], value: int | str, file: str) -> str:
    """The text of a YAML file with a value at a path of keys. Raises UsageError where the file is written too unusually for that."""

    def meant(data: Any) -> None:
        for key in path[:-1]:
            data = data.setdefault(key, {})
        data[path[-1]] = value

    document = parse_document(text.encode(), file)
    return _sure(text, _valued(text, document, path, value), meant, file, f"write into it: {_nested(path, value)}")


def with_entry(text: str, key: str, value: Mapping[str, Any], file: str) -> str:
    """The same with an entry more at the end of the list of that key, which may be absent; written as the entries before it are."""

    def meant(data: Any) -> None:
        data.setdefault(key, []).append(value)

    return _sure(text, _extended(text, key, value), meant, file, f"write into it: {key}: [{flow(value)}]")


def without(text: str, path: tuple[str, ...], file: str) -> str:
    """The same without the key that the path ends with, its value and the comment lines right above it; as it is if there is none."""

    def meant(data: Any) -> None:
        for key in path[:-1]:
            data = data[key]
        del data[path[-1]]

    found = extent(text, path)
    return text if found is None else _sure(text, _removed(text, found), meant, file, f"delete this key: {'.'.join(path)}")


def _sure(text: str, edited: str | None, change: Callable[[Any], None], file: str, by_hand: str) -> str:
    """The edited text, if it says what was meant."""
    try:
        meant = json.loads(
            json.dumps(parse_document(text.encode(), file).data)
        )  # what an alias repeats is one object: the copy has no such
        change(meant)
        done = edited is not None and parse_document(edited.encode(), file).data == meant
    except (InputError, AttributeError, TypeError):
        done = False
    if edited is None or not done:
        raise UsageError(f"{file} is written in a way that eiginfra does not change; {by_hand}")
    return edited


def _valued(text: str, document: YamlDocument, path: tuple[str, ...], value: int | str) -> str | None:
    """At the deepest key of the path that is there: before its first entry, in place of its value, or at the end of the file."""
    depth = next((depth for depth in range(len(path), -1, -1) if document.at(*path[:depth]) is not None), 0)
    if depth == len(path):
        found = extent(text, path)
        return None if found is None else f"{text[: found.begin]}{scalar(value)}{text[found.end :]}"
    there, new = document.at(*path[:depth]), _nested(path[depth:], value)
    if there == {}:
        return _replaced(text, _offset(text, document, *path[:depth]), _EMPTY, f"{{{new}}}")
    if not isinstance(there, dict):
        return None
    if depth == 0:
        return _appended(text, [f"{path[0]}:", f"  {_nested(path[1:], value)}"] if path[1:] else [new])
    at = _key_offset(text, document, *path[:depth], next(iter(there)))
    begin = text.rfind("\n", 0, at) + 1
    alone = not text[begin:at].strip()
    return f"{text[:at]}{new}{_newline(text)}{text[begin:at]}{text[at:]}" if alone else f"{text[:at]}{new}, {text[at:]}"


def _extended(text: str, key: str, value: Mapping[str, Any]) -> str | None:
    there = extent(text, (key,))
    if there is None:
        return _appended(text, [f"{key}:", *(f"  {line}" for line in entry(value))])
    if there.flow and not there.entries:
        bare = f"{text[: there.begin].rstrip(' ')}{text[there.end :]}"
        return _inserted(bare, there.begin - 1, [f"  {line}" for line in entry(value)])
    if not there.entries:
        return None
    last = there.entries[-1]
    if there.flow:
        return f"{text[: last.end]}, {flow(value)}{text[last.end :]}"
    dash = there.begin - (text.rfind("\n", 0, there.begin) + 1)
    lines = [f"- {flow(value)}"] if last.flow else [*entry(value)]
    return _inserted(text, there.end, [f"{' ' * dash}{line}" for line in lines])


def _removed(text: str, found: Extent) -> str | None:
    begin = text.rfind("\n", 0, found.key) + 1
    indentation = text[begin : found.key]
    if indentation.strip():
        return None
    above = text[:begin].splitlines(keepends=True)
    while above and above[-1].startswith(f"{indentation}#"):
        begin -= len(above.pop())
    end = text.find("\n", found.end)
    return text[:begin] + (text[end + 1 :] if end >= 0 else "")


def _inserted(text: str, at: int, lines: Sequence[str]) -> str:
    """With lines more behind the line of an index."""
    end = text.find("\n", at)
    if end < 0:
        return _appended(text, lines)
    return f"{text[: end + 1]}{''.join(f'{line}{_newline(text)}' for line in lines)}{text[end + 1 :]}"


def _appended(text: str, lines: Sequence[str]) -> str:
    newline = _newline(text)
    return f"{text}{'' if text.endswith(chr(10)) else newline}{''.join(f'{line}{newline}' for line in lines)}"


def _newline(text: str) -> str:
    """The line ending of the file."""
    return "\r\n" if "\r\n" in text else "\n"


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


def _nested(path: tuple[str, ...], value: int | str) -> str:
    """`adler-1: {gitlab_id: 123}`."""
    inner = scalar(value) if len(path) == 1 else f"{{{_nested(path[1:], value)}}}"
    return f"{scalar(path[0])}: {inner}"
