"""Values as people write them in YAML: on one line in brackets, or on lines of their own."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from eiginfra.inventory.tree import resolve

_PLAIN = re.compile(r"[^\W_][\w .@+/=’'()%–-]*(?<! )|[^\W_][\w.+-]*://[\w./%-]+", re.UNICODE)
"""What is the same text with and without quotes, also in brackets."""
_LONG = 60
"""A list whose texts are longer than this has a line for each."""


def scalar(value: object) -> str:
    """One value: text without quotes where it stays text so."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and not (_PLAIN.fullmatch(value) and resolve(value) == value):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def flow(value: object) -> str:
    """On one line: `{subdomain: adler, port: 8080}`."""
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{scalar(name)}: {flow(inner)}' for name, inner in value.items())}}}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"[{', '.join(map(flow, value))}]"
    return scalar(value)


def block(value: Mapping[str, Any]) -> Iterator[str]:
    """A mapping on lines of its own, its inner values on one line each; but the texts of a list where they are long."""
    for name, inner in value.items():
        if isinstance(inner, list) and any(isinstance(one, str) and len(one) > _LONG for one in inner):
            yield f"{scalar(name)}:"
            yield from (f"  - {flow(one)}" for one in inner)
        else:
            yield f"{scalar(name)}: {flow(inner)}"


def entry(value: Mapping[str, Any]) -> Iterator[str]:
    """The same as an entry of a list."""
    for number, line in enumerate(block(value)):
        yield f"{'  ' if number else '- '}{line}"
