"""Small words of error messages: values as people read them, pydantic's errors as sentences."""

from collections.abc import Mapping
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from eiginfra.core.spec import Spec, rules
from eiginfra.core.suggest import suggest

_SHOWN = 60
_EXPECTED = {
    "string": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "list": "a list",
    "tuple": "a list",
    "set": "a list",
    "frozen_set": "a list",
    "dict": "a mapping",
    "model": "a mapping",
    "date": "a date such as 2020-06-30",
    "date_from_datetime": "a date such as 2020-06-30",
}


def shown(value: object) -> str:
    """A value in a message: short, and with its quotes if it is text."""
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def sort_of(value: object) -> str:
    """What sort of value it is, in a word or two."""
    match value:
        case None:
            return "nothing (None)"
        case bool():
            return "true or false"
        case str():
            return "text"
        case int() | float():
            return "a number"
        case list() | tuple():
            return "a list"
        case Mapping():
            return "a mapping"
        case _ if callable(value):
            return "a function"
        case _:
            noun = getattr(value, "noun", None)
            return f"a {noun}" if isinstance(noun, str) else type(value).__name__


def spec_problems(problem: ValidationError, spec: type[Spec]) -> list[tuple[tuple[str | int, ...], str, str | None]]:
    """Every error of a spec: the path of the field, a sentence, a remedy. Values of sensitive fields are not repeated."""
    return [(details["loc"], *_sentence(details, spec)) for details in problem.errors(include_url=False)]


def _sentence(details: ErrorDetails, spec: type[Spec]) -> tuple[str, str | None]:
    loc, sort = details["loc"], details["type"]
    label = _label(loc)
    top = rules(spec).get(str(loc[0])) if loc else None
    value = "***" if top is not None and top.sensitive else shown(details["input"])
    if sort == "missing":
        return f"{label} is required", "a template that gives None leaves a field unset"
    if sort == "extra_forbidden":
        return f"{label} is unknown", suggest(str(loc[-1]), _fields(spec, loc[:-1]))
    if sort in {"literal_error", "enum"}:
        return f"{label} is {value}", f"write {details['ctx']['expected']}"
    for ending in ("_type", "_parsing", "_from_float", "_from_date_parsing", "_from_datetime_parsing"):
        expected = _EXPECTED.get(sort.removesuffix(ending)) if sort.endswith(ending) else None
        if expected:
            return f"{label} must be {expected}, not {value}", None
    said = details["msg"].removeprefix("Value error, ")
    return f"{label}: {said[:1].lower()}{said[1:]}" if top is None or not top.sensitive else f"{label} is refused", None


def _label(loc: tuple[str | int, ...]) -> str:
    text = ""
    for step in loc:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text or "the whole"


def _fields(model: type[BaseModel], loc: tuple[str | int, ...]) -> list[str]:
    """The fields of the model at that path of a spec."""
    for step in loc:
        field = model.model_fields.get(str(step))
        inner = None if field is None else _model_in(field.annotation)
        if inner is not None:
            model = inner
    return list(model.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for argument in get_args(annotation) if (found := _model_in(argument))), None)
