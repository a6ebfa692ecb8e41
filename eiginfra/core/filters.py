"""What filters of templates are made with: things of the inventory, and what is made of them. Providers bring filters of their own."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Protocol, runtime_checkable

Filter = Callable[..., Any]
"""Its first argument is what is written before the bar."""


@runtime_checkable
class Thing(Protocol):
    """A person, a machine, a project, as templates see them."""

    @property
    def noun(self) -> str:
        """What it is: `person`."""
        ...

    def read(self, name: str, default: Any = None) -> Any:
        """One of its values."""
        ...


class Entry(dict[str, Any]):
    """A mapping made from a thing; `keys_of` says which of the thing's values a key came from, where not of its own name."""

    __slots__ = ("keys_of", "thing")

    def __init__(self, values: Mapping[str, Any], thing: Thing, keys_of: Mapping[str, str] = {}) -> None:
        super().__init__(values)
        self.thing = thing
        self.keys_of = keys_of


class Adapted(str):
    """A name that is not quite the title it was made from, because the server does not take that."""

    __slots__ = ("written",)
    written: str

    @classmethod
    def of(cls, written: str, name: str) -> "Adapted":
        """written: the title; name: what the server takes."""
        adapted = cls(name)
        adapted.written = written
        return adapted


class FilterError(Exception):
    """A value that a filter cannot work with: code and parameters of the finding, to which the sort of the value is added as `sort`."""

    def __init__(self, code: str, value: Any, **params: object) -> None:
        self.code = code
        self.value = value
        self.params = params
        super().__init__(f"{code} {params}" if params else code)


def people(name: str, value: Any) -> Iterator[Thing]:
    """The people that a filter of that name was given; FilterError for anything else."""
    # Lists first: whether something is of a protocol takes a while to find out.
    one = not isinstance(value, list | tuple) and (isinstance(value, str | Mapping | Thing) or not isinstance(value, Iterable))
    for person in [value] if one else value:
        if not (isinstance(person, Thing) and person.noun == "person"):
            raise FilterError("template-people", person, filter=name)
        yield person
