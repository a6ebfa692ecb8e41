"""The form of answers: what the kinds read of an object, checked where it comes in.

An object that has not the form is left out of its list and told; what eiginfra does not see then, it does not create either.
"""

import threading
from collections.abc import Iterable
from typing import Any, Generic, TypeVar

from pydantic import JsonValue, TypeAdapter, ValidationError

from eiginfra.core.finding import Finding, warning

T = TypeVar("T")

_MOST_TOLD = 5


class Shape(Generic[T]):
    """The fields of an object that are read, as a model; the object itself is passed on as it is."""

    def __init__(self, model: type[T], *names: str) -> None:
        """names: the fields by which people know such an object."""
        self._adapter = TypeAdapter(model)
        self._names = names

    def complaint(self, value: Any) -> str | None:
        """What is wrong with the form, for people; None if nothing is."""
        try:
            self._adapter.validate_python(value)
        except ValidationError as problem:
            first = problem.errors(include_url=False, include_input=False)[0]
            where = ".".join(map(str, first["loc"]))
            return f"{where}: {first['msg']}" if where else str(first["msg"])
        return None

    def name(self, value: JsonValue) -> str:
        """What the object is called, as far as that can be read."""
        names = [str(value[name]) for name in self._names if isinstance(value.get(name), str | int)] if isinstance(value, dict) else []
        return " ".join(names)[:200] or "?"


class Oddities:
    """The objects of an unexpected form that one service showed since they were last taken; from several threads."""

    def __init__(self, provider: str) -> None:
        self._provider = provider
        self._lock = threading.Lock()
        self._odd: dict[tuple[str, str], str] = {}

    def sorted_out(self, items: Iterable[Any], shape: Shape[Any], what: str) -> list[Any]:
        """The items that have the form. what: what was read."""
        good = []
        for item in items:
            if (complaint := shape.complaint(item)) is None:
                good.append(item)
            else:
                self.add(what, shape.name(item), complaint)
        return good

    def add(self, what: str, name: str, complaint: str) -> None:
        """One more. what: what was read; name: by which people know it; complaint: what is wrong with its form."""
        with self._lock:
            self._odd[what, name] = complaint

    def take(self) -> list[Finding]:
        """A warning for each, the first few by name."""
        with self._lock:
            odd, self._odd = self._odd, {}
        told = [
            warning("odd-answer", provider=self._provider, what=what, name=name, complaint=complaint)
            for (what, name), complaint in sorted(odd.items())[:_MOST_TOLD]
        ]
        return [*told, warning("odd-answers", provider=self._provider, count=len(odd) - _MOST_TOLD)] if len(odd) > _MOST_TOLD else told
