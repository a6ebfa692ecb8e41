"""The normal form of the YAML files that people write: layout only. No value, comment or order changes.

Two spaces a level, `-` two spaces behind its key, `{a: b, c: d}`, at most one empty line, a line feed at each line's end.
"""

import io
import re
from collections.abc import Iterator
from typing import Any, Final

import yaml
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.resolver import VersionedResolver
from ruamel.yaml.tag import Tag

from eiginfra.core.errors import InputError
from eiginfra.core.finding import Location, error
from eiginfra.inventory.document import parse_document

_WIDTH: Final = 2**20
"""Lines are never folded: where one ends is the writer's choice."""
_TURNS: Final = 4


class _Texts(VersionedResolver):
    """Everything without quotes is text, so that it is written as it was; what it means is none of the layout's business."""

    def resolve(self, kind: Any, value: Any, implicit: Any) -> Any:
        """The tag of a scalar; that of None where nothing is written."""
        if kind is not ScalarNode:
            return super().resolve(kind, value, implicit)
        return Tag(suffix="tag:yaml.org,2002:null") if implicit[0] and not value else self.DEFAULT_SCALAR_TAG


def normal_form(text: str, file: str) -> str:
    """The text in normal form. Raises InputError for what is no sound YAML, or is written so unusually that something would be lost."""
    data, said = parse_document(text.encode(), file).data, [*comments(text)]

    def same(formed: str) -> bool:
        try:
            return bool(parse_document(formed.encode(), file).data == data and [*comments(formed)] == said)
        except InputError:
            return False

    formed = text
    for _ in range(_TURNS):
        written = _written(formed, file)
        # Texts of several lines may hold what is not wanted elsewhere.
        found = next((one for one in (_without_gaps(written), written) if same(one)), None)
        if found == formed:
            return formed
        if found is None:
            break
        formed = found
    raise InputError([error("no-normal-form", location=Location(file=file))])


def comments(text: str) -> Iterator[str]:
    """All comments of a sound file, in order."""
    end = 0
    for token in yaml.scan(text, Loader=yaml.SafeLoader):
        yield from _comments(text[end : token.start_mark.index])
        if isinstance(token, yaml.ScalarToken) and token.style in ("|", ">"):
            yield from _comments(text[token.start_mark.index : token.end_mark.index].partition("\n")[0])
        end = max(end, token.end_mark.index)
    yield from _comments(text[end:])


def _comments(gap: str) -> Iterator[str]:
    for line in gap.splitlines():
        if found := re.search(r"(?:^|\s)#.*", line) or re.search(r"#.*", line):
            yield found[0].strip()


_BEGUN = re.compile(r"(?:\s*(?:#[^\n]*)?\n)*---[ \t]*\n")
"""The line that a document may begin with, and what is above it."""


def _written(text: str, file: str) -> str:
    """By the library. A list as the whole document is written as that of a key, so that it does not begin two spaces to the right."""
    text = re.sub("\r\n?", "\n", text).rstrip("\n") + "\n"
    if not re.match(r"-\s", re.sub(r"\A(?:\s*#[^\n]*\n|\s*\n)*", "", _BEGUN.sub("", text, 1))):
        return _rewritten(text, file)
    begun = found[0] if (found := _BEGUN.match(text)) else ""
    inner = "".join(f"  {line}" if line.strip() else line for line in text[len(begun) :].splitlines(keepends=True))
    _, _, rest = _rewritten(f"list:\n{inner}", file).partition("\n")
    return begun + re.sub("^ {1,2}", "", rest, flags=re.MULTILINE)


def _rewritten(text: str, file: str) -> str:
    form = YAML(typ="rt")
    form.Resolver = _Texts
    form.preserve_quotes = True
    form.width = _WIDTH
    form.indent(mapping=2, sequence=4, offset=2)
    out = io.StringIO()
    try:
        form.dump(form.load(text), out)
    except (YAMLError, ValueError, AttributeError, TypeError, IndexError, NotImplementedError) as problem:
        raise InputError([error("no-normal-form", location=Location(file=file))]) from problem
    return out.getvalue()


def _without_gaps(text: str) -> str:
    """Without blanks at the ends of lines, and with one empty line where there are several."""
    lines = [line.rstrip() for line in text.strip("\n").split("\n")]
    return "".join(f"{line}\n" for line, above in zip(lines, ["x", *lines], strict=False) if line or above)
