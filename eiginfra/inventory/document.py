"""YAML documents with positions."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from eiginfra.core.finding import Location
from eiginfra.inventory.source import read_bytes, shown, to_text
from eiginfra.inventory.tree import TreeBuilder, YamlNode


class Document(Protocol):
    """A parsed file, with the location of each of its values."""

    file: str

    def locate(self, *path: str | int) -> Location:
        """The place of the value at that path, or of its nearest written parent."""
        ...

    def locate_key(self, *path: str | int) -> Location:
        """The place of the key that the path ends with; where it ends with a list's index, of that entry."""
        ...


@dataclass
class YamlDocument:
    """One YAML file: its values as plain dict, list, str, int, float, bool and None, and the location of each.

    Do not change `data`: values that an alias repeats are one object.
    """

    file: str
    """The path as findings show it."""
    root: YamlNode = field(repr=False)
    digest: str = ""
    """SHA-256 of the bytes."""
    lines: Sequence[str] = field(default=(), repr=False)

    @property
    def data(self) -> Any:
        """The whole document's value."""
        return self.root.value

    def at(self, *path: str | int) -> Any:
        """The value at that path; None where nothing is written."""
        node: YamlNode | None = self.root
        for step in path:
            node = None if node is None else _child(node, step)
        return None if node is None else node.value

    def locate(self, *path: str | int) -> Location:
        """The place of the value at that path, or of its nearest written parent."""
        node = self.root
        for step in path:
            child = _child(node, step)
            if child is None:
                break
            node = child
        return self._at(node.mark)

    def locate_key(self, *path: str | int) -> Location:
        """The place of the key that the path ends with; where it ends with a list's index, of that entry."""
        node = self.root
        for step in path[:-1]:
            child = _child(node, step)
            if child is None:
                return self._at(node.mark)
            node = child
        last = path[-1] if path else None
        if isinstance(last, str) and last in node.keys:
            return self._at(node.keys[last])
        return self.locate(*path)

    def comment_after(self, *path: str | int) -> str | None:
        """The comment that is written where the value of the key belongs, on its line; None if there is none."""
        at = self.locate_key(*path)
        written = self.lines[at.line - 1][at.column - 1 :] if 0 < at.line <= len(self.lines) else ""
        found = re.match(r"[^:#]*:\s+(#.*\S)\s*$", written)
        return found[1] if found else None

    def _at(self, mark: tuple[int, int]) -> Location:
        return Location(file=self.file, line=mark[0], column=mark[1])


def load_document(path: Path, *, pure: bool = False, templates: bool = True) -> YamlDocument:
    """Read a YAML file; raises InputError with all findings.

    pure: neither anchors, aliases nor templates, as in team files. templates: False where `{{ }}` would only be taken literally.
    """
    return parse_document(read_bytes(path), shown(path), pure=pure, templates=templates)


def parse_document(data: bytes, file: str = "<stdin>", *, pure: bool = False, templates: bool = True) -> YamlDocument:
    """The same for bytes that were read from elsewhere, such as standard input; `file` is the name in findings."""
    text = to_text(data, file)
    root = TreeBuilder(text, file, aliases=not pure, templates=templates and not pure).build()
    return YamlDocument(file, root, hashlib.sha256(data).hexdigest(), text.splitlines())


def _child(node: YamlNode, step: str | int) -> YamlNode | None:
    children = node.children
    if isinstance(children, dict) and isinstance(step, str):
        return children.get(step)
    if isinstance(children, list) and isinstance(step, int) and -len(children) <= step < len(children):
        return children[step]
    return None
