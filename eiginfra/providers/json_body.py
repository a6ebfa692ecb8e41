"""The JSON of an answer, without what JSON does not have or nobody can show: NaN, numbers without end, lone surrogates, endless nesting."""

import json
import math
import re

from pydantic import JsonValue

_ESCAPED = re.compile(rb"\\u[dD][89a-fA-F]")
_LONE = re.compile("[\ud800-\udfff]")


def decoded(content: bytes) -> JsonValue:
    """The value; lone surrogates are replaced. Raises ValueError for what is no JSON, or is nested deeper than anybody can read."""
    try:
        value: JsonValue = json.loads(content, parse_constant=_no_number, parse_float=_finite)
        return _shown(value) if _ESCAPED.search(content) else value
    except RecursionError:
        raise ValueError("nested too deep") from None


def _no_number(text: str) -> float:
    raise ValueError(text)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _shown(value: JsonValue) -> JsonValue:
    if isinstance(value, str):
        return _LONE.sub("\N{REPLACEMENT CHARACTER}", value)
    if isinstance(value, list):
        return [_shown(item) for item in value]
    if isinstance(value, dict):
        return {_LONE.sub("\N{REPLACEMENT CHARACTER}", name): _shown(item) for name, item in value.items()}
    return value
