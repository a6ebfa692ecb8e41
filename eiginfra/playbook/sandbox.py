"""A sandbox for Jinja2: expressions over views and plain values, without loops, assignments, access to Python, or unlimited results."""

import operator
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from functools import cache
from typing import Any

from jinja2 import StrictUndefined, Undefined, nodes
from jinja2.nativetypes import NativeCodeGenerator
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing

from eiginfra.core.filters import Entry, Filter
from eiginfra.core.reason import reason
from eiginfra.core.suggest import did_you_mean, suggest
from eiginfra.playbook.failure import EvaluationError
from eiginfra.playbook.filters import FILTERS, MAX_TEXT, TESTS, within
from eiginfra.playbook.spec_errors import sort_of
from eiginfra.playbook.views import View

MAX_ITEMS = 100_000
"""Values in one result, nested ones counted."""
MAX_RANGE = 1_000
MAX_BITS = 4_096
"""Of one whole number."""

_TEXT_METHODS = frozenset(
    {
        "capitalize",
        "count",
        "endswith",
        "find",
        "isalpha",
        "isdigit",
        "lower",
        "lstrip",
        "partition",
        "removeprefix",
        "removesuffix",
        "rpartition",
        "rsplit",
        "rstrip",
        "split",
        "splitlines",
        "startswith",
        "strip",
        "title",
        "upper",
    }
)
_METHODS: tuple[tuple[type, frozenset[str]], ...] = (
    (str, _TEXT_METHODS),
    (dict, frozenset({"get", "items", "keys", "values"})),
    (list, frozenset({"count", "index"})),
    (date, frozenset({"day", "isoformat", "isoweekday", "month", "weekday", "year"})),
)


Reads = list[tuple[View, str]]
"""Values of views, in the order in which an evaluation read them."""

_READS: ContextVar[Reads | None] = ContextVar("reads", default=None)


@contextmanager
def recording() -> Iterator[Reads]:
    """What is read of views meanwhile, in this thread."""
    reads: Reads = []
    token = _READS.set(reads)
    try:
        yield reads
    finally:
        _READS.reset(token)


def readable(value: object) -> Collection[str]:
    """The attributes of a value that templates may read."""
    return value.names if isinstance(value, View) else _names(type(value))  # type: ignore[arg-type]  # every class has a hash


@cache
def _names(sort: type[Any]) -> frozenset[str]:
    if issubclass(sort, tuple) and hasattr(sort, "_fields"):
        return frozenset(sort._fields)  # the groups of `groupby`
    return next((methods for known, methods in _METHODS if issubclass(sort, known)), frozenset())


class Unknown(StrictUndefined):
    """A name or attribute that is not there; fails on use, and says what there is instead."""

    __slots__ = ()

    def __init__(
        self, hint: str | None = None, obj: Any = missing, name: Any = None, exc: Callable[[str], Exception] | None = None
    ) -> None:
        super().__init__(hint, obj, name, exc or self._failure)  # type: ignore[arg-type]  # Jinja calls it, and raises what it gives

    def _failure(self, _message: str) -> EvaluationError:
        name, owner = self._undefined_name, self._undefined_obj
        if self._undefined_hint:
            return EvaluationError("template", text=self._undefined_hint[:1].lower() + self._undefined_hint[1:].rstrip("."))
        if owner is missing:
            return EvaluationError("template-name-unknown", name=name)
        if owner is None:
            return EvaluationError("template-of-none", name=name)
        if not isinstance(name, str):
            return EvaluationError("template-no-element", sort=sort_of(owner), name=repr(name))
        names = owner if isinstance(owner, Mapping) else readable(owner)
        hint = did_you_mean(name, names) if isinstance(owner, str) else suggest(name, (str(known) for known in names))
        return EvaluationError("template-no-attribute", sort=sort_of(owner), name=name, advice=hint)


class _Generator(NativeCodeGenerator):
    def _output_const_repr(self, group: Iterable[Any]) -> str:
        parts = list(group)
        return repr(parts[0] if len(parts) == 1 else as_text(parts))


def _range(*arguments: int) -> range:
    numbers = range(*arguments)
    if len(numbers) > MAX_RANGE:
        raise EvaluationError("template-range", most=MAX_RANGE)
    return numbers


def _fail(undefined: Undefined) -> Any:
    return undefined + undefined  # nothing can be done with one: raises, with its own message


class Environment(ImmutableSandboxedEnvironment):
    """Attributes, methods, filters and tests are those listed here, and the filters that are given; no others."""

    code_generator_class = _Generator
    intercepted_binops = frozenset({"+", "*", "**", "%"})

    def __init__(self, filters: Mapping[str, Filter] = {}) -> None:
        super().__init__(undefined=Unknown, autoescape=False, cache_size=0)
        self.filters = {**FILTERS, **filters}
        self.tests = dict(TESTS)
        self.globals = {"range": _range, "omit": None}

    def getattr(self, obj: Any, attribute: str) -> Any:
        """`obj.attribute`."""
        if isinstance(obj, View) and (found := obj.read(attribute, missing)) is not missing:
            if (reads := _READS.get()) is not None:
                reads.append((obj, attribute))
            return found
        if isinstance(obj, Undefined):
            return _fail(obj)
        if isinstance(obj, dict) and attribute in obj:
            return obj[attribute]
        if attribute in readable(obj):
            return getattr(obj, attribute)
        if attribute.startswith("_"):
            return self.unsafe_undefined(obj, attribute)
        return self.undefined(obj=obj, name=attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """`obj[argument]`."""
        if isinstance(obj, str | list | tuple | range | Mapping | Undefined):
            try:
                return obj[argument]
            except (TypeError, LookupError):
                pass
        if isinstance(argument, str):
            return self.getattr(obj, argument)
        return self.undefined(obj=obj, name=argument)

    def unsafe_undefined(self, obj: Any, attribute: str) -> Undefined:
        """What stands for an attribute that no template may read."""
        return Unknown(obj=obj, name=attribute, exc=lambda _: EvaluationError("template-closed", name=attribute))

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:  # noqa: ARG002 - Jinja's signature
        """The operators that join lists of both sorts, or could make something huge out of something small."""
        return _OPERATORS[operator](left, right)


def _plus(left: Any, right: Any) -> Any:
    if isinstance(left, list | tuple) and isinstance(right, list | tuple):
        return [*left, *right]  # views hold tuples: nobody who writes a playbook should have to know
    return operator.add(left, right)


def _times(left: Any, right: Any) -> Any:
    for value, times in ((left, right), (right, left)):
        if isinstance(value, str | list | tuple) and isinstance(times, int):
            limit = MAX_TEXT if isinstance(value, str) else MAX_ITEMS
            if len(value) * times > limit:
                raise EvaluationError("template-too-long", most=limit)
    if isinstance(left, int) and isinstance(right, int) and left.bit_length() + right.bit_length() > MAX_BITS:
        raise EvaluationError("template-number", operator="*")
    return operator.mul(left, right)


def _power(left: Any, right: Any) -> Any:
    if isinstance(left, int) and isinstance(right, int) and left.bit_length() * abs(right) > MAX_BITS:
        raise EvaluationError("template-number", operator="**")
    return operator.pow(left, right)


def _modulo(left: Any, right: Any) -> Any:
    if isinstance(left, str):
        raise EvaluationError("template-percent")
    return operator.mod(left, right)


_OPERATORS: Mapping[str, Callable[[Any, Any], Any]] = {"+": _plus, "*": _times, "**": _power, "%": _modulo}
_ALLOWED = (nodes.Template, nodes.Output, nodes.If, nodes.Expr, nodes.Helper)
_ATOMS = (int, float, date, type(None), View)


def refused(tree: nodes.Template) -> str | None:
    """What a template holds that none may hold: its name (`for`, `set`, `macro`); None if all is well."""
    return next((type(node).__name__.lower() for node in tree.find_all(nodes.Node) if not isinstance(node, _ALLOWED)), None)


def as_text(values: Iterable[Any]) -> str:
    """Several values as one text. Raises TypeError for what is no text: None, lists, mappings, views."""
    parts = []
    for value in values:
        if isinstance(value, Undefined):
            _fail(value)
        if not isinstance(value, str | int | float | date):
            advice = reason("default-value" if value is None else "one-of-its-values")
            raise EvaluationError("template-not-text", sort=sort_of(value), advice=advice)
        parts.append(str(value))
    text = "".join(parts)
    within(len(text))
    return text


def settle(value: Any) -> Any:
    """A result as plain values: generators, tuples and ranges become lists. Raises for what is unknown, unfit or too much."""
    return _settle(value, [MAX_ITEMS])


def _settle(value: Any, left: list[int]) -> Any:
    left[0] -= 1
    if left[0] < 0:
        raise EvaluationError("template-too-many", most=MAX_ITEMS)
    if isinstance(value, str):
        within(len(value))
        return value
    if isinstance(value, Undefined):
        return _fail(value)
    if isinstance(value, Entry):  # made by a filter, of plain values
        left[0] -= len(value)
        return value
    if isinstance(value, _ATOMS):
        return value
    if isinstance(value, Mapping):
        return {_settle(key, left): _settle(item, left) for key, item in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, bytes):
        return [_settle(item, left) for item in value]
    raise EvaluationError("template-no-value", sort=sort_of(value))
