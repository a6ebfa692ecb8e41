"""Values to models; everything that is wrong at once, one finding for one mistake, at its place."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from eiginfra.core.errors import InputError
from eiginfra.core.finding import Finding, Location, error
from eiginfra.core.reason import reason
from eiginfra.core.secret import KeySource, SecretSource
from eiginfra.inventory.document import YamlDocument
from eiginfra.inventory.model_paths import Path, keys_at, model_at, type_at
from eiginfra.inventory.sentences import label, near_key, pair, sentence
from eiginfra.inventory.tree import MAX_FINDINGS

M = TypeVar("M", bound=BaseModel)

_CONSIDERED: Final = 5 * MAX_FINDINGS
"""So many of a file's errors are looked at, for those that say what is wrong: the rest follows from others, or is told the next time."""


def validate(model: type[M], document: YamlDocument) -> M:
    """The document as that model; InputError with everything that is wrong with it.

    Strict, as JSON: `"8080"` is no number, `yes` no truth value and 20190902 no date; lists and dates are still what they look like.
    """
    empty = list(islice(_empty(document.data), MAX_FINDINGS))
    details: list[ErrorDetails] = []
    try:
        valid = model.model_validate_json(json.dumps(document.data), strict=True)
    except ValidationError as problem:
        details = problem.errors(include_url=False)[:_CONSIDERED]
    else:
        if not empty:
            return valid
    if indented := _indented(model, empty):
        empty = [path for path in empty if not _after(document, path, indented)]
        details = [detail for detail in details if not _after(document, detail["loc"], indented)]
    unknown = [detail["loc"] for detail in details if detail["type"] == "extra_forbidden"]
    pairs = _pairs(model, document, unknown)
    details = [detail for detail in details if detail["loc"][:-1] not in pairs]
    details = [detail for detail in details if detail["input"] is not None or not empty]
    emptied = {path: _lost(model, document, path, details) for path in empty}
    lost = {key for keys in emptied.values() for key in keys}
    findings = [_hidden(model, document, path) or _no_value(model, document, path, keys) for path, keys in emptied.items()]
    findings += [_moved(document, indented)] if indented else []
    findings += [error("pair-as-entry", at=label(path), write=written, location=document.locate(*path)) for path, written in pairs.items()]
    split = _split_entries(document, details)
    findings += [_split_entry(document, path) for path in split]
    causes = [detail for detail in _causes(model, details, unknown) if detail["loc"] not in lost and detail["loc"][:-2] not in split]
    findings += [_finding(detail, model, document) for detail in causes]
    raise InputError(ordered(findings[:MAX_FINDINGS]))


def ordered(findings: Iterable[Finding]) -> list[Finding]:
    """The findings by file, line and column; those without a place last."""

    def place(finding: Finding) -> tuple[bool, str, int, int, str]:
        where = finding.location or Location(file="")
        return finding.location is None, where.file, where.line, where.column, str(finding)

    return sorted(findings, key=place)


def _empty(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The paths of keys and list entries without a value: left unfinished, or the lines below were commented out."""
    if value is None:
        yield path
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _empty(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _empty(item, (*path, index))


def _lost(model: type[BaseModel], document: YamlDocument, path: Path, details: Iterable[ErrorDetails]) -> list[Path]:
    """The unknown keys after an empty one that belong below it: their indentation was lost."""
    inner = model_at(model, path)
    if inner is None or not path:
        return []
    at = document.locate_key(*path)
    return [
        detail["loc"]
        for detail in details
        if detail["type"] == "extra_forbidden"
        and detail["loc"][:-1] == path[:-1]
        and detail["loc"][-1] in inner.model_fields
        and (document.locate_key(*detail["loc"]).line, document.locate_key(*detail["loc"]).column) > (at.line, at.column)
    ]


def _causes(model: type[BaseModel], details: Sequence[ErrorDetails], unknown: Iterable[Path]) -> list[ErrorDetails]:
    """The errors without those that a misspelt or misplaced key brings along: what it should be is not missing besides."""
    unknown = [(*path[:-1], re.split(r"[: ]", str(path[-1]))[0]) for path in unknown if path]
    meant = {(path[:-1], near_key(model, path)) for path in unknown}
    misplaced = {path[-1] for path in unknown}

    def follows(detail: ErrorDetails) -> bool:
        if detail["type"] == "no_size":
            return bool(misplaced & {"size", "cores", "memory", "disk"})
        path = detail["loc"]
        return detail["type"] == "missing" and ((path[:-1], path[-1]) in meant or path[-1] in misplaced)

    return [detail for detail in details if not follows(detail)]


def _split_entries(document: YamlDocument, details: Iterable[ErrorDetails]) -> list[Path]:
    """The lists in which each key of one entry is written as an entry of its own: `[public: 10222, port: 22]`."""
    found: list[Path] = []
    for path in dict.fromkeys(detail["loc"][:-2] for detail in details if detail["type"] == "missing" and len(detail["loc"]) > 2):
        entries = document.at(*path)
        if not (isinstance(entries, list) and len(entries) > 1 and all(isinstance(entry, dict) and len(entry) == 1 for entry in entries)):
            continue
        keys = [key for entry in entries for key in entry]
        missing = [detail["loc"] for detail in details if detail["loc"][:-2] == path]
        if len({*keys}) == len(keys) and all(loc[-1] in keys for loc in missing):
            found.append(path)
    return found


def _split_entry(document: YamlDocument, path: Path) -> Finding:
    entries = document.at(*path)
    parts = [f"{key}: {value}" for entry in entries for key, value in entry.items()]
    names = [part.partition(":")[0] for part in parts]
    written = f"{path[-1]}: [{{{', '.join(parts)}}}]"
    return error("entry-split", at=label(path), names=names, write=written, location=document.locate(*path))


def _hidden(model: type[BaseModel], document: YamlDocument, path: Path) -> Finding | None:
    """What is said of anything in the place of a secret: nothing that is written there, for it may be the secret; None elsewhere."""
    above = next((path[:end] for end in range(len(path)) if type_at(model, path[:end]) in (SecretSource, KeySource)), None)
    return None if above is None else error("secret-place", at=label(above), location=document.locate(*above))


def _no_value(model: type[BaseModel], document: YamlDocument, path: Path, lost: Sequence[Path]) -> Finding:
    if path and (glued := re.fullmatch(r"([\w-]+)(?::| +)(\S.*)", str(path[-1]))) and near_key(model, [*path[:-1], glued[1]]):
        code = "yaml-space-after-colon" if ":" in str(path[-1]) else "yaml-colon-missing"
        return error(code, key=glued[1], write=f"{glued[1]}: {glued[2]}", location=document.locate_key(*path))
    if path and (comment := document.comment_after(*path)) is not None and not lost:
        quoted = json.dumps(comment, ensure_ascii=False)
        return error("no-value-but-comment", at=label(path), key=str(path[-1]), quoted=quoted, location=document.locate_key(*path))
    advice = reason("write-or-delete-entry" if path and isinstance(path[-1], int) else "write-or-delete-key")
    if _required(model, path):
        advice = reason("write-value")
    if lost:
        advice = reason("indent-below", key=str(lost[0][-1]))
    return error("no-value", at=label(path), advice=advice, location=document.locate_key(*path))


def _required(model: type[BaseModel], path: Path) -> bool:
    inner = type_at(model, path[:-1])
    known = isinstance(inner, type) and issubclass(inner, BaseModel) and bool(path)
    return known and (field := inner.model_fields.get(str(path[-1]))) is not None and field.is_required()


def _indented(model: type[BaseModel], empty: Iterable[Path]) -> Path | None:
    """The first key of the whole file that was moved into an entry of the list above it, with all that follows it."""
    for path in empty:
        if len(path) == 3 and path[2] in model.model_fields and path[2] not in keys_at(model, path[:2]):
            return path
    return None


def _after(document: YamlDocument, path: Path, key: Path) -> bool:
    """Whether a place is at that key, or behind it in its list."""
    if path[:1] != key[:1]:
        return False
    here, there = document.locate_key(*path), document.locate_key(*key)
    return (here.line, here.column) >= (there.line, there.column)


def _moved(document: YamlDocument, path: Path) -> Finding:
    at = document.locate_key(*path)
    return error("yaml-line-in-wrong-column", spaces=0, first=str(path[-1]), now=at.column - 1, location=at)


def _pairs(model: type[BaseModel], document: YamlDocument, unknown: Iterable[Path]) -> dict[Path, str]:
    """By its path, each entry whose only key and value stand for the values of two keys, with how it is written."""
    only = [path for path in unknown if path and isinstance(document.at(*path[:-1]), dict) and len(document.at(*path[:-1])) == 1]
    return {path[:-1]: written for path in only if (written := pair(model, path, document.at(*path)))}


def _finding(detail: ErrorDetails, model: type[BaseModel], document: YamlDocument) -> Finding:
    path = detail["loc"]
    is_key = bool(path) and path[-1] == "[key]"
    path = path[:-1] if is_key else path
    if (hidden := _hidden(model, document, path)) is not None and detail["type"] != "one-secret-source":
        return hidden
    said = sentence(detail, model, path)
    at_key = is_key or detail["type"] == "extra_forbidden"
    where = document.locate_key(*path) if at_key else document.locate(*path)
    at = "" if detail["type"] in {"missing", "extra_forbidden"} else label(path)
    return error(said.code, said.params, at=at, advice=said.advice, location=where)
