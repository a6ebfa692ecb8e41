"""Refusals: the errors of a model's validators as codes with parameters, as findings have them."""

from collections.abc import Mapping

from pydantic_core import ErrorDetails, PydanticCustomError

from eiginfra.core.reason import Parameter, Reason


def refusal(code: str, *, advice: Reason | None = None, **params: Parameter) -> PydanticCustomError:
    """The error of a value that is refused, a ValueError. advice: what to write instead, where that depends on more than the code."""
    return PydanticCustomError("refusal", "{code}", {"code": code, "params": params, "advice": advice})


def refused(detail: ErrorDetails) -> tuple[str, Mapping[str, object], Reason | None] | None:
    """Code, parameters and advice of an error that `refusal` made; None for any other."""
    context = detail.get("ctx", {})
    return (context["code"], context["params"], context["advice"]) if detail["type"] == "refusal" else None
