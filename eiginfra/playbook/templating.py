"""Values of a playbook: constants, templates, and lists and mappings of them; the scopes they are evaluated in."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Protocol

from jinja2 import TemplateSyntaxError, nodes
from jinja2.parser import Parser
from jinja2.runtime import Context
from jinja2.utils import missing

from eiginfra.core.finding import Location
from eiginfra.core.suggest import suggest
from eiginfra.playbook.filters import MAX_TEXT
from eiginfra.playbook.sandbox import Environment, as_text, refused, settle

MAX_SOURCE = 10_000
"""Characters of one template."""

ENVIRONMENT = Environment()
GLOBALS: Mapping[str, Any] = ENVIRONMENT.globals
_QUICK = frozenset({int, bool, type(None)})

Render = Callable[[Context], Iterator[Any]]


class TemplateError(Exception):
    """A template that cannot be read or evaluated: what is wrong, what to do, and the template's location."""

    def __init__(self, message: str, location: Location, remedy: str | None = None) -> None:
        self.message = message
        self.location = location
        self.remedy = remedy
        super().__init__(message)


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
            raise TemplateError(_said(problem), self.location) from problem


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


def template(source: str, location: Location) -> Template:
    """Read text with `{{ }}`; raises TemplateError."""
    return Template(source, location, *_read(source, location, bare=False))


def expression(source: str, location: Location) -> Template:
    """Read a bare expression, as `when:` has it; raises TemplateError."""
    return Template(source, location, *_read(source, location, bare=True))


def read_value(raw: Any, locate: Callable[..., Location], problems: list[TemplateError], path: tuple[str | int, ...] = ()) -> Value:
    """What a file has, as a Value; problems of its templates are added to the list."""
    location = locate(*path)
    if isinstance(raw, str) and is_template(raw):
        try:
            return template(raw, location)
        except TemplateError as problem:
            problems.append(problem)
    entries: list[Value] | dict[str, Value]
    match raw:
        case dict():
            entries = {key: read_value(item, locate, problems, (*path, key)) for key, item in raw.items()}
            plain = all(isinstance(entry, Constant) for entry in entries.values())
        case list():
            entries = [read_value(item, locate, problems, (*path, index)) for index, item in enumerate(raw)]
            plain = all(isinstance(entry, Constant) for entry in entries)
        case _:
            return Constant(raw, location)
    return Constant(raw, location) if plain else Nested(entries, location)


def _read(source: str, location: Location, *, bare: bool) -> tuple[frozenset[str], Render]:
    try:
        return _compile(source, bare=bare)
    except _Refused as problem:
        raise TemplateError(str(problem), location, problem.remedy) from problem
    except TemplateSyntaxError as problem:
        raise TemplateError(f"the template cannot be read: {problem.message}", location, _syntax_remedy(source, bare=bare)) from problem
    except Exception as problem:  # constant expressions are worked out at once, so anything can go wrong
        raise TemplateError(_said(problem), location) from problem


class _Refused(Exception):  # noqa: N818 - becomes a TemplateError, which knows the place
    def __init__(self, message: str, remedy: str | None) -> None:
        super().__init__(message)
        self.remedy = remedy


@lru_cache(maxsize=4096)
def _compile(source: str, *, bare: bool) -> tuple[frozenset[str], Render]:
    if len(source) > MAX_SOURCE:
        raise _Refused(f"the template is longer than {MAX_SOURCE:,} characters", "divide it with vars")
    if bare:
        parser = Parser(ENVIRONMENT, source, state="variable")
        tree = nodes.Template([nodes.Output([parser.parse_expression()], lineno=1)], lineno=1)
        if not parser.stream.eos:
            raise TemplateSyntaxError(f"{str(parser.stream.current)!r} stands after the end of the expression", 1)
        tree.set_environment(ENVIRONMENT)
    else:
        tree = ENVIRONMENT.parse(source)
    statement = refused(tree)
    if statement:
        raise _Refused(f"{{% {statement} %}} cannot be used in playbooks", "use the task's `loop`, filters such as map and join, or vars")
    for sort, node_type, known in (("filter", nodes.Filter, ENVIRONMENT.filters), ("test", nodes.Test, ENVIRONMENT.tests)):
        for node in tree.find_all(node_type):
            if node.name not in known:
                raise _Refused(f"there is no {sort} {node.name!r}", suggest(node.name, known))
    names = frozenset(node.name for node in tree.find_all(nodes.Name))
    return names, ENVIRONMENT.from_string(tree).root_render_func


def _syntax_remedy(source: str, *, bare: bool) -> str | None:
    if bare and is_template(source):
        return "`when` is an expression already: write it without {{ }}"
    return "close every {{ with }}" if source.count("{{") != source.count("}}") else None


def _said(problem: Exception) -> str:
    text = str(problem).strip().rstrip(".") or type(problem).__name__
    match problem:
        case RecursionError():
            return "its expressions are nested too deeply"
        case ZeroDivisionError():
            return "a division by zero"
        case TypeError() | AttributeError() if "NoneType" in text:
            return f"a value that is not set (None) is used: {text}"
        case KeyError():
            return f"there is no {text}"
        case _:
            return f"{text[:1].lower()}{text[1:]}" if text[1:2].islower() else text
