"""Values of a playbook: constants, templates, and lists and mappings of them; the scopes they are evaluated in."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any, Protocol

from jinja2 import TemplateSyntaxError, nodes
from jinja2.parser import Parser
from jinja2.runtime import Context
from jinja2.utils import missing

from eiginfra.core.filters import Filter, FilterError
from eiginfra.core.finding import Location
from eiginfra.core.reason import Reason, reason
from eiginfra.core.suggest import suggest
from eiginfra.playbook.failure import EvaluationError
from eiginfra.playbook.filters import MAX_TEXT
from eiginfra.playbook.sandbox import Environment, as_text, refused, settle
from eiginfra.playbook.spec_errors import sort_of

MAX_SOURCE = 10_000
"""Characters of one template."""

ENVIRONMENT = Environment()
"""Without the filters of providers."""


@cache
def _with(filters: frozenset[tuple[str, Filter]]) -> Environment:
    return Environment(dict(filters))


def environment_with(filters: Mapping[str, Filter]) -> Environment:
    """With the filters of providers; one for the same filters, so that the rounds of a loop share what was compiled."""
    return _with(frozenset(filters.items()))


GLOBALS: Mapping[str, Any] = ENVIRONMENT.globals
_QUICK = frozenset({int, bool, type(None)})

Render = Callable[[Context], Iterator[Any]]


class TemplateError(Exception):
    """A template that cannot be read or evaluated: code, parameters and advice of the finding, and the template's location."""

    def __init__(self, code: str, params: Mapping[str, object], location: Location, advice: Reason | None = None) -> None:
        self.code = code
        self.params = params
        self.location = location
        self.advice = advice
        super().__init__(f"{code} {dict(params)}" if params else code)


class Value(Protocol):
    """Something written in a playbook."""

    @property
    def location(self) -> Location:
        """Where it is written."""
        ...

    def templates(self) -> Iterable["Template"]:
        """The templates in it."""
        ...

    def evaluate(self, scope: "Variables") -> Any:
        """Its value; raises TemplateError."""
        ...


@dataclass(frozen=True)
class Constant:
    """A value without templates."""

    value: Any
    location: Location

    def templates(self) -> Iterable["Template"]:
        """None."""
        return ()

    def evaluate(self, scope: "Variables") -> Any:  # noqa: ARG002 - the same in every scope
        """The value itself."""
        return self.value


@dataclass(frozen=True)
class Nested:
    """A list or mapping that holds templates."""

    entries: list[Value] | dict[str, Value]
    location: Location

    def templates(self) -> Iterable["Template"]:
        """Those of all entries."""
        entries = self.entries.values() if isinstance(self.entries, dict) else self.entries
        return [template for entry in entries for template in entry.templates()]

    def evaluate(self, scope: "Variables") -> Any:
        """A new list or dict."""
        if isinstance(self.entries, dict):
            return {key: entry.evaluate(scope) for key, entry in self.entries.items()}
        return [entry.evaluate(scope) for entry in self.entries]


@dataclass(frozen=True)
class Template:
    """Text with expressions. A single expression keeps its Python type, mixed text gives text; neither is ever read as code again."""

    source: str
    location: Location
    names: frozenset[str]
    """The variables it uses."""
    render: Render = field(repr=False, compare=False)

    def templates(self) -> Iterable["Template"]:
        """Itself."""
        return (self,)

    def evaluate(self, scope: "Variables") -> Any:
        """Plain values and views; raises TemplateError."""
        try:
            values = list(self.render(scope))
            value = values[0] if len(values) == 1 else as_text(values)
            return value if type(value) in _QUICK or (type(value) is str and len(value) <= MAX_TEXT) else settle(value)
        except TemplateError:  # of a variable it uses, which knows its own place
            raise
        except Exception as problem:
            raise _failed(problem, self.location) from problem


class Variables(Context):
    """Names and their values for templates: given ones, then variables (evaluated when first used), then those of the outer scope."""

    def __init__(self, names: dict[str, Any], variables: Mapping[str, Value] | None = None, outer: "Variables | None" = None) -> None:
        super().__init__(ENVIRONMENT, names, None, {})
        self._variables = variables or {}
        self._outer = outer

    def resolve_or_missing(self, key: str) -> Any:
        """The value of a name, or Jinja's `missing`."""
        if key in self.parent:
            return self.parent[key]
        variable = self._variables.get(key)
        if variable is not None:
            value = self.parent[key] = variable.evaluate(self)
            return value
        return missing if self._outer is None else self._outer.resolve_or_missing(key)

    def fresh(self) -> "Variables":
        """The same scope, in which no variable has been evaluated yet."""
        names = {name: value for name, value in self.parent.items() if name not in self._variables}
        return Variables(names, self._variables, self._outer and self._outer.fresh())


def is_template(text: str) -> bool:
    """Whether text holds anything for Jinja."""
    return "{{" in text or "{%" in text or "{#" in text


def template(source: str, location: Location, environment: Environment = ENVIRONMENT) -> Template:
    """Read text with `{{ }}`; raises TemplateError."""
    return Template(source, location, *_read(source, location, environment, bare=False))


def expression(source: str, location: Location, environment: Environment = ENVIRONMENT) -> Template:
    """Read a bare expression, as `when:` has it; raises TemplateError."""
    return Template(source, location, *_read(source, location, environment, bare=True))


def read_value(
    raw: Any,
    locate: Callable[..., Location],
    problems: list[TemplateError],
    environment: Environment = ENVIRONMENT,
    path: tuple[str | int, ...] = (),
) -> Value:
    """What a file has, as a Value; problems of its templates are added to the list."""
    location = locate(*path)
    if isinstance(raw, str) and is_template(raw):
        try:
            return template(raw, location, environment)
        except TemplateError as problem:
            problems.append(problem)
    entries: list[Value] | dict[str, Value]
    match raw:
        case dict():
            entries = {key: read_value(item, locate, problems, environment, (*path, key)) for key, item in raw.items()}
            plain = all(isinstance(entry, Constant) for entry in entries.values())
        case list():
            entries = [read_value(item, locate, problems, environment, (*path, index)) for index, item in enumerate(raw)]
            plain = all(isinstance(entry, Constant) for entry in entries)
        case _:
            return Constant(raw, location)
    return Constant(raw, location) if plain else Nested(entries, location)


def _read(source: str, location: Location, environment: Environment, *, bare: bool) -> tuple[frozenset[str], Render]:
    try:
        return _compile(source, environment, bare=bare)
    except TemplateSyntaxError as problem:
        params = {"text": problem.message or ""}
        raise TemplateError("template-unreadable", params, location, _syntax_advice(source, bare=bare)) from problem
    except Exception as problem:  # constant expressions are worked out at once, so anything can go wrong
        raise _failed(problem, location) from problem


@lru_cache(maxsize=4096)
def _compile(source: str, environment: Environment, *, bare: bool) -> tuple[frozenset[str], Render]:
    if len(source) > MAX_SOURCE:
        raise EvaluationError("template-source", most=MAX_SOURCE)
    if bare:
        parser = Parser(environment, source, state="variable")
        tree = nodes.Template([nodes.Output([parser.parse_expression()], lineno=1)], lineno=1)
        if not parser.stream.eos:
            raise EvaluationError("template-after-end", token=str(parser.stream.current), advice=_syntax_advice(source, bare=bare))
        tree.set_environment(environment)
    else:
        tree = environment.parse(source)
    statement = refused(tree)
    if statement:
        raise EvaluationError("template-statement", statement=statement)
    for node in tree.find_all(nodes.Filter):
        if node.name not in environment.filters:
            raise EvaluationError("template-filter", name=node.name, advice=suggest(node.name, environment.filters))
    for test in tree.find_all(nodes.Test):
        if test.name not in environment.tests:
            raise EvaluationError("template-test", name=test.name, advice=suggest(test.name, environment.tests))
    names = frozenset(node.name for node in tree.find_all(nodes.Name))
    return names, environment.from_string(tree).root_render_func


def _syntax_advice(source: str, *, bare: bool) -> Reason | None:
    if bare and is_template(source):
        return reason("without-braces")
    return reason("close-braces") if source.count("{{") != source.count("}}") else None


def _failed(problem: Exception, location: Location) -> TemplateError:
    """What an evaluation raised, as an error that knows its place."""
    text = str(problem).strip().rstrip(".") or type(problem).__name__
    match problem:
        case EvaluationError():
            return TemplateError(problem.code, problem.params, location, problem.advice)
        case FilterError():
            return TemplateError(problem.code, {**problem.params, "sort": sort_of(problem.value)}, location)
        case RecursionError():
            return TemplateError("template-nested", {}, location)
        case ZeroDivisionError():
            return TemplateError("template-division", {}, location)
        case TypeError() | AttributeError() if "NoneType" in text:
            return TemplateError("template-none", {"text": text}, location)
        case KeyError():
            return TemplateError("template-no-key", {"key": text}, location)
        case _:
            said = f"{text[:1].lower()}{text[1:]}" if text[1:2].islower() else text
            return TemplateError("template", {"text": said}, location)
