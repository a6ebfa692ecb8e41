"""Every key that a file may have, from its model alone: where it is, and the file with something else at that place."""

import copy
from collections.abc import Iterator, Mapping
from itertools import pairwise
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

Place = tuple[str | int, ...]
ENTRY = "adler"
"""A key of mappings whose keys are people's, such as teams and user names."""


def places(model: type[BaseModel], at: Place = ()) -> Iterator[Place]:
    """The places of all keys of a model and of what is in it: in lists the first entry's, in mappings those of `ENTRY`."""
    for name, info in model.model_fields.items():
        yield (*at, name)
        yield from _inside(info.annotation, (*at, name))


def _inside(kind: Any, at: Place) -> Iterator[Place]:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        yield from _inside(arguments[0], at)
    elif origin in {Union, UnionType}:
        for one in arguments:
            yield from _inside(one, at)
    elif origin is tuple:
        yield (*at, 0)
        yield from _inside(arguments[0], (*at, 0))
    elif origin is dict:
        yield (*at, ENTRY)
        yield from _inside(arguments[1], (*at, ENTRY))
    elif isinstance(kind, type) and issubclass(kind, BaseModel):
        yield from places(kind, at)


def planted(document: Mapping[str, Any], place: Place, value: object) -> dict[str, Any]:
    """A copy with a value at a place; lists and mappings on the way are made where there are none."""
    whole: Any = copy.deepcopy(dict(document))
    there = whole
    for step, following in pairwise(place):
        inner = there[step] if _has(there, step) else None
        if not isinstance(inner, list if isinstance(following, int) else dict):
            inner = [] if isinstance(following, int) else {}
            _put(there, step, inner)
        there = inner
    _put(there, place[-1], value)
    return whole  # type: ignore[no-any-return]


def named(document: Mapping[str, Any], place: Place, key: str) -> dict[str, Any] | None:
    """A copy in which the key at a place has another name; None where the place is a list's entry."""
    if isinstance(place[-1], int):
        return None
    whole = planted(document, place, "x")
    there: Any = whole
    for step in place[:-1]:
        there = there[step]
    there[key] = there.pop(place[-1])
    return whole


def keys(schema: Mapping[str, Any]) -> set[str]:
    """The names of all properties of a JSON Schema."""
    found = set(schema.get("properties", {}))
    for inner in schema.values():
        for one in inner if isinstance(inner, list) else [inner]:
            found |= keys(one) if isinstance(one, dict) else set()
    return found


def _has(there: Any, step: str | int) -> bool:
    return step in there if isinstance(there, dict) else isinstance(step, int) and step < len(there)


def _put(there: Any, step: str | int, value: object) -> None:
    if isinstance(there, list) and not _has(there, step):
        there.append(value)
    else:
        there[step] = value
