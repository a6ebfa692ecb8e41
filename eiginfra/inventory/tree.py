"""YAML 1.2 core to a tree of plain values with their locations.

PyYAML's parser gives the events; the tree is built here, since its own constructors lose positions, keep the last of two equal keys
and read YAML 1.1 (where `no` is false and 10:30 is a number).
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from eiginfra.core.errors import InputError
from eiginfra.core.finding import Finding, Location, error
from eiginfra.inventory.signs import REFUSED_IN_VALUES, code_point
from eiginfra.inventory.syntax import explain

MAX_DEPTH: Final = 40
MAX_EXPANSION: Final = 10_000
"""How many values all aliases of a file together may add up to."""
MAX_NODES: Final = 30_000
"""Keys and values of a file: five times as many as the longest cohort.yml has, and no more than can be checked in a second or so."""
MAX_FINDINGS: Final = 100
"""After so many a file is not read further."""

_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_CORE: Final = "tag:yaml.org,2002:"
_TEMPLATE: Final = re.compile(r"\{\{|\{%")
_NULL: Final = frozenset({"", "~", "null", "Null", "NULL"})
_BOOL: Final = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_NUMBERS: Final[tuple[tuple[re.Pattern[str], Callable[[str], int | float]], ...]] = (
    (re.compile(r"[-+]?[0-9]{1,300}"), int),
    (re.compile(r"0o[0-7]{1,300}|0x[0-9a-fA-F]{1,300}"), lambda text: int(text, 0)),
    (re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"), float),
    (re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"), lambda text: float(text.replace(".", ""))),
)
_NOT_TEXT: Final = frozenset("0123456789-+.~nNtTfF")
_TYPES: Final[dict[str, tuple[type, ...]]] = {"int": (int,), "float": (float, int), "bool": (bool,), "null": (type(None),)}

Mark = tuple[int, int]
"""Line and column, from 1."""


@dataclass(slots=True)
class YamlNode:
    """A value, its location, and the nodes in it. `size` counts it and everything below, aliases expanded."""

    value: Any
    mark: Mark
    children: dict[str, "YamlNode"] | list["YamlNode"] | None = None
    keys: dict[str, Mark] = field(default_factory=dict)
    size: int = 1
    complete: bool = True


def resolve(text: str) -> str | int | float | bool | None:
    """What an unquoted scalar means in YAML 1.2's core schema; dates stay text."""
    if text and text[0] not in _NOT_TEXT:
        return text
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    for pattern, convert in _NUMBERS:
        if pattern.fullmatch(text):
            return convert(text)
    return text


class _Stopped(Exception):  # noqa: N818 - not an error of its own: ends the reading of a file whose findings are collected
    pass


class TreeBuilder:
    """Builds the tree of one file. Findings are collected: only a syntax error ends the reading early."""

    def __init__(self, text: str, file: str, *, aliases: bool, templates: bool) -> None:
        self._text = text
        self._file = file
        self._aliases = aliases
        self._templates = templates
        self._events = yaml.parse(text, Loader=_LOADER)
        self._anchors: dict[str, YamlNode] = {}
        self._expanded = 0
        self._nodes = 0
        self._findings: list[Finding] = []

    def build(self) -> YamlNode:
        """The root; InputError with all findings of the file."""
        root: YamlNode | None = None
        try:
            for event in self._events:
                if isinstance(event, yaml.DocumentStartEvent):
                    if root is not None:
                        self._finding("several-documents", _mark(event))
                        break
                    root = self._node(next(self._events), 0)
        except yaml.YAMLError as problem:
            self._findings.append(explain(problem, self._text, self._file, echo=self._templates or not self._aliases))
        except _Stopped:
            pass
        if not self._findings and (root is None or root.value is None):
            self._findings.append(error("file-empty", location=Location(file=self._file)))
        if self._findings or root is None:
            raise InputError(self._findings)
        return root

    def _finding(self, code: str, mark: Mark, **params: object) -> None:
        self._findings.append(error(code, params, location=Location(file=self._file, line=mark[0], column=mark[1])))
        if len(self._findings) >= MAX_FINDINGS:
            raise _Stopped

    def _node(self, event: Any, depth: int, *, entry: bool = False) -> YamlNode:
        mark = _mark(event)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event.anchor or "", mark)
        if depth > MAX_DEPTH:
            self._finding("too-deep", mark, most=MAX_DEPTH)
            raise _Stopped
        self._nodes += 1
        if self._nodes > MAX_NODES:
            self._finding("too-many-values", mark, most=MAX_NODES)
            raise _Stopped
        node = YamlNode(None, mark)
        if event.anchor is not None:
            self._anchor(event.anchor, node)
        if isinstance(event, yaml.ScalarEvent):
            node.value = self._scalar(event, mark)
            return node
        node.complete = False
        if isinstance(event, yaml.SequenceStartEvent):
            self._collection_tag(event, "seq", mark)
            self._sequence(node, depth)
        else:
            self._collection_tag(event, "map", mark)
            self._mapping(node, depth, entry=entry and not event.flow_style)
        node.complete = True
        return node

    def _sequence(self, node: YamlNode, depth: int) -> None:
        children: list[YamlNode] = []
        for event in self._events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            children.append(self._node(event, depth + 1, entry=True))
        node.children = children
        node.value = [child.value for child in children]
        node.size += sum(child.size for child in children)

    def _mapping(self, node: YamlNode, depth: int, *, entry: bool = False) -> None:
        children: dict[str, YamlNode] = {}
        begun_again = False
        for event in self._events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key_node = self._node(event, depth + 1)
            child = self._node(next(self._events), depth + 1)
            key = self._key(event, key_node, child)
            if key is None:
                continue
            if key in children:
                if not begun_again:
                    begun_again = entry and key == next(iter(children))
                    self._duplicate(key, key_node.mark, node.keys[key], entry=begun_again)
                continue
            children[key] = child
            node.keys[key] = key_node.mark
            node.size += child.size
        node.children = children
        node.value = {key: child.value for key, child in children.items()}

    def _duplicate(self, key: str, mark: Mark, first: Mark, *, entry: bool) -> None:
        if entry:
            self._finding("duplicate-key-or-entry", mark, key=key)
            return
        self._finding("duplicate-key", mark, key=key, line=first[0], column=first[1])

    def _key(self, event: Any, node: YamlNode, child: YamlNode) -> str | None:
        """The key's text, or None after a finding."""
        if node.children is not None:
            if self._is_template(event):
                if self._templates:
                    self._finding("template-unquoted", node.mark)
                else:
                    self._template_finding(node.mark)
            else:
                self._finding("key-is-collection", node.mark)
            return None
        if node.value == "<<" and not getattr(event, "style", None):
            self._finding("merge-key", node.mark)
            return None
        if node.value is None and isinstance(event, yaml.AliasEvent):
            return None  # it has its finding
        if not isinstance(node.value, str):
            written = getattr(event, "value", "")
            if type(node.value) is int and type(child.value) is int:
                self._finding("port-as-key", node.mark, key=written, value=child.value)
            elif written:
                self._finding("key-not-text", node.mark, key=written)
            else:
                self._finding("key-empty", node.mark)
            return None
        return node.value

    def _scalar(self, event: yaml.ScalarEvent, mark: Mark) -> str | int | float | bool | None:
        text = unicodedata.normalize("NFC", event.value)
        if match := REFUSED_IN_VALUES.search(text):
            self._finding("invisible-character", mark, sign=code_point(match[0]))
        if not self._aliases and not event.style and (quoted := re.fullmatch(r"[“”„](.*)[“”]", text)):
            self._finding("typographic-quotes", mark, write=f'"{quoted[1]}"')
        if not self._templates and _TEMPLATE.search(text):
            self._template_finding(mark)
        if event.tag is None:
            return resolve(text) if event.implicit[0] else text
        kind = event.tag.removeprefix(_CORE)
        if event.tag == "!" or kind == "str":
            return text
        value = resolve(text)
        if kind in _TYPES and isinstance(value, _TYPES[kind]) and (kind == "bool" or not isinstance(value, bool)):
            return float(value) if kind == "float" and isinstance(value, int) else value
        self._tag_finding(event.tag, mark, text)
        return None

    def _collection_tag(self, event: Any, kind: str, mark: Mark) -> None:
        if event.tag not in {None, "!", _CORE + kind}:
            self._tag_finding(event.tag, mark, "")

    def _tag_finding(self, tag: str, mark: Mark, text: str) -> None:
        written = tag.replace(_CORE, "!!")
        whole = f"{written} {text}".rstrip()
        self._finding("tag", mark, tag=written, whole=whole)

    def _template_finding(self, mark: Mark) -> None:
        self._finding("template-in-data", mark)

    def _anchor(self, name: str, node: YamlNode) -> None:
        if not self._aliases:
            self._finding("anchor", node.mark, name=name)
        self._anchors[name] = node

    def _alias(self, name: str, mark: Mark) -> YamlNode:
        target = self._anchors.get(name)
        if not self._aliases:
            self._finding("alias", mark, name=name)
        elif target is None:
            self._finding("alias-unknown", mark, name=name)
        elif not target.complete:
            self._finding("alias-loop", mark, name=name)
        else:
            self._expanded += target.size
            if self._expanded <= MAX_EXPANSION:
                return target
            self._finding("alias-bomb", mark, most=MAX_EXPANSION)
            raise _Stopped
        return YamlNode(None, mark)

    def _is_template(self, event: Any) -> bool:
        """Whether a key that is a mapping is really an unquoted `{{ … }}`."""
        start: int = event.start_mark.index
        return start > 0 and self._text[start - 1 : start + 1] == "{{"


def _mark(event: Any) -> Mark:
    start = event.start_mark
    return start.line + 1, start.column + 1
