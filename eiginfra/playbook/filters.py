"""The filters and tests that templates may use: Jinja's harmless ones, growing ones with a bound, and our own. Providers add theirs."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

from jinja2 import filters as jinja_filters
from jinja2 import tests as jinja_tests
from jinja2.nodes import EvalContext
from jinja2.utils import pass_eval_context

from eiginfra.playbook.failure import EvaluationError

MAX_TEXT = 65_536
"""Characters of one text."""

# Left out: what knows HTML, what pads or repeats to any length, what is random, what reaches attributes by name.
_HARMLESS = [
    "abs",
    "capitalize",
    "count",
    "d",
    "default",
    "dictsort",
    "first",
    "float",
    "groupby",
    "int",
    "items",
    "last",
    "length",
    "list",
    "lower",
    "map",
    "max",
    "min",
    "reject",
    "rejectattr",
    "reverse",
    "select",
    "selectattr",
    "sort",
    "string",
    "sum",
    "title",
    "trim",
    "truncate",
    "unique",
    "upper",
    "wordcount",
]
_NOT_FOR_DATA = {"callable", "escaped", "filter", "test"}


def slug(text: str) -> str:
    """Lower-case letters, digits and hyphens: `Karfu’R` becomes `karfu-r`."""
    letters = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return re.sub(r"[^a-z0-9]+", "-", letters.lower()).strip("-")


@pass_eval_context
def _join(context: EvalContext, value: Iterable[Any], d: str = "", attribute: str | int | None = None) -> str:
    if attribute is not None:
        value = map(jinja_filters.make_attrgetter(context.environment, attribute), value)
    parts: list[str] = []
    size = 0
    for item in value:
        parts.append(str(item))
        size = within(size + len(parts[-1]) + len(d))
    return d.join(parts)


def _replace(text: str, old: str, new: str) -> str:
    text, old, new = str(text), str(old), str(new)
    within(len(text) + text.count(old) * (len(new) - len(old)))
    return text.replace(old, new)


def within(size: int) -> int:
    """The size, if a text may have it; else EvaluationError."""
    if size > MAX_TEXT:
        raise EvaluationError("template-too-long", most=MAX_TEXT)
    return size


FILTERS: Mapping[str, Callable[..., Any]] = {
    **{name: cast("Callable[..., Any]", jinja_filters.FILTERS[name]) for name in _HARMLESS},
    "join": _join,
    "replace": _replace,
    "slug": slug,
}
TESTS: Mapping[str, Callable[..., Any]] = {
    name: cast("Callable[..., Any]", test) for name, test in jinja_tests.TESTS.items() if name not in _NOT_FOR_DATA
}
