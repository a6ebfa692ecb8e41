"""Parameters of findings: values as people read them, and pydantic's errors as codes."""

from collections.abc import Mapping
from typing import Any, NamedTuple, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from eiginfra.core.reason import Reason, reason
from eiginfra.core.refusal import refused
from eiginfra.core.spec import Spec, rules
from eiginfra.core.suggest import suggest

_SHOWN = 60
_EXPECTED = {
    "string": "text",
    "int": "whole-number",
    "float": "number",
    "bool": "truth",
    "list": "list",
    "tuple": "list",
    "set": "list",
    "frozen_set": "list",
    "dict": "mapping",
    "model": "mapping",
    "date": "date",
    "date_from_datetime": "date",
}


class Problem(NamedTuple):
    """What is wrong with a spec's value: where, and code, parameters and advice of the finding."""

    path: tuple[str | int, ...]
    code: str
    params: Mapping[str, object]
    advice: Reason | None = None


def shown(value: object) -> str:
    """A value in a message: short, and with its quotes if it is text."""
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def sort_of(value: object) -> Reason:
    """What sort of value it is; `noun` is what the views call their own."""
    match value:
        case None:
            return reason("sort", of="none")
        case bool():
            return reason("sort", of="truth")
        case str():
            return reason("sort", of="text")
        case int() | float():
            return reason("sort", of="number")
        case list() | tuple():
            return reason("sort", of="list")
        case Mapping():
            return reason("sort", of="mapping")
        case _ if callable(value):
            return reason("sort", of="function")
        case _:
            noun = getattr(value, "noun", None)
            return reason("sort", of=noun if isinstance(noun, str) else type(value).__name__)


def spec_problems(problem: ValidationError, kind: str, spec: type[Spec]) -> list[Problem]:
    """Every error of a spec. Values of sensitive fields are not repeated."""
    return [_problem(details, kind, spec) for details in problem.errors(include_url=False)]


def _problem(details: ErrorDetails, kind: str, spec: type[Spec]) -> Problem:
    loc, sort = details["loc"], details["type"]
    name = f"{kind}: {_label(loc)}" if loc else kind
    top = rules(spec).get(str(loc[0])) if loc else None
    sensitive = top is not None and top.sensitive
    value = "***" if sensitive else shown(details["input"])
    if sort == "missing":
        return Problem(loc, "field-required", {"name": name})
    if sort == "extra_forbidden":
        return Problem(loc, "field-not-known", {"name": name}, suggest(str(loc[-1]), _fields(spec, loc[:-1])))
    if sort in {"literal_error", "enum"}:
        return Problem(loc, "field-choice", {"name": name, "value": value, "choices": details["ctx"]["expected"]})
    for ending in ("_type", "_parsing", "_from_float", "_from_date_parsing", "_from_datetime_parsing"):
        expected = _EXPECTED.get(sort.removesuffix(ending)) if sort.endswith(ending) else None
        if expected:
            return Problem(loc, "field-type", {"name": name, "wanted": expected, "value": value})
    if sensitive:
        return Problem(loc, "field-refused", {"name": name})
    if (found := refused(details)) is not None:
        code, params, advice = found
        return Problem(loc, code, {**params, "at": name}, advice)
    said = details["msg"].removeprefix("Value error, ")
    return Problem(loc, "field-wrong", {"name": name, "text": f"{said[:1].lower()}{said[1:]}"})


def _label(loc: tuple[str | int, ...]) -> str:
    text = ""
    for step in loc:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


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
