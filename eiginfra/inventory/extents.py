"""Where the values of a YAML file begin and end in its text, by line and column: what is edited there keeps its comments and layout."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import yaml


@dataclass(frozen=True)
class Extent:
    """A value in the text, by indexes. Comments behind it are not part of it.

    key: where its key or its `-` begins, or itself. flow: whether it is written in brackets. entries: those of a list.
    """

    begin: int
    end: int
    key: int
    flow: bool
    entries: Sequence["Extent"] = ()


def extent(text: str, path: Sequence[str]) -> Extent | None:
    """The extent of the value at a path of keys in a sound file; None where nothing is written."""
    node: Any = yaml.compose(text, Loader=yaml.SafeLoader)
    key = node
    for step in path:
        pairs = node.value if isinstance(node, yaml.MappingNode) else []
        found = next(((name, value) for name, value in pairs if name.value == step), None)
        if found is None:
            return None
        key, node = found
    return _extent(node, key, text)


def _extent(node: Any, key: Any, text: str) -> Extent:
    entries = [_extent(entry, entry, text) for entry in node.value] if isinstance(node, yaml.SequenceNode) else []
    flow = isinstance(node, yaml.CollectionNode) and bool(node.flow_style)
    return Extent(node.start_mark.index, _end(node, text), key.start_mark.index, flow, entries)


def _end(node: Any, text: str) -> int:
    """The end of the last thing written in it: the parser ends block collections and block scalars behind what follows them."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(last[1] if isinstance(last, tuple) else last, text)
    end: int = node.end_mark.index
    written = text[node.start_mark.index : end]
    return node.start_mark.index + len(written.rstrip()) if written else end
