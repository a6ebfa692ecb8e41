"""What a model says about a path in a document: types, keys, choices."""

from collections.abc import Iterator, Sequence
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

Path = Sequence[str | int]


def type_at(model: Any, path: Path) -> Any:
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


def model_at(model: Any, path: Path) -> type[BaseModel] | None:
    """The model at a path; of a list or mapping of models, that of its entries."""
    kind = type_at(model, path)
    while get_origin(kind) in {tuple, dict}:
        kind = _bare(get_args(kind)[1 if get_origin(kind) is dict else 0])
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def keys_at(model: Any, path: Path) -> list[str]:
    """The keys that the mapping at a path may have; none where there is no model."""
    kind = type_at(model, path)
    return list(kind.model_fields) if isinstance(kind, type) and issubclass(kind, BaseModel) else []


def choices_at(model: Any, path: Path) -> list[str]:
    """The choices of a literal."""
    return [str(choice) for choice in get_args(type_at(model, path))]


def owners_of(model: Any, path: Path, key: str) -> Iterator[tuple[Path, str | None]]:
    """Where a key would be known that is unknown in the mapping at the path: in an entry below, then in the mappings around it.

    Gives the mapping's path, and below it the field whose entries know the key, or None for the mapping itself.
    """
    for name in keys_at(model, path):
        inner = model_at(model, [*path, name])
        if inner is not None and key in inner.model_fields:
            yield path, name
    for end in range(len(path) - 1, -1, -1):
        if key in keys_at(model, path[:end]):
            yield path[:end], None


def _bare(kind: Any) -> Any:
    while True:
        if get_origin(kind) is Annotated:
            kind = get_args(kind)[0]
        elif get_origin(kind) in {Union, UnionType}:
            kind = next(item for item in get_args(kind) if item is not type(None))
        else:
            return kind
