"""Our fields and GitLab's parameters: what each is called, what its values are called, and which request takes it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import JsonValue

from eiginfra.providers.gitlab.client import Json


@dataclass(frozen=True)
class Parameter:
    """A parameter of GitLab's API. name: as a creation takes it and answers show it; renamed: as a change takes it, where that differs.

    created, changed: whether the request that makes the object takes it, and the one that changes it.
    values: our value -> GitLab's, where they are called otherwise there. read: our value of what GitLab shows, where `values` do not tell.
    """

    name: str
    created: bool = True
    changed: bool = True
    renamed: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    read: Callable[[Any], JsonValue] | None = None

    def sent(self, value: JsonValue) -> Any:
        """Our value in GitLab's words."""
        return self.values[str(value)] if self.values else value

    def shown(self, value: Any) -> JsonValue:
        """GitLab's value in our words; one that has none is shown as it is."""
        if self.read is not None:
            return self.read(value)
        found: JsonValue = next((ours for ours, theirs in self.values.items() if theirs == value), value)
        return found


@dataclass(frozen=True)
class FieldMap:
    """The parameters of a kind, by our fields. create, change: the requests, as GitLab's documentation has their routes.

    fixed: parameters that the code sends with a creation, beside the fields. own: fields that a request of their own changes.
    """

    create: tuple[str, ...]
    change: tuple[str, ...]
    parameters: Mapping[str, Parameter]
    fixed: frozenset[str] = frozenset()
    own: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def creation(self, wanted: Mapping[str, JsonValue]) -> Json:
        """The body of the request that makes an object."""
        return {known.name: known.sent(wanted[name]) for name, known in self.parameters.items() if known.created and name in wanted}

    def later(self, wanted: Mapping[str, JsonValue], there: Mapping[str, JsonValue]) -> list[str]:
        """The wanted fields that a creation does not take, and that are not by themselves as they are wanted."""
        return [name for name, known in self.parameters.items() if not known.created and name in wanted and there.get(name) != wanted[name]]

    def body(self, wanted: Mapping[str, JsonValue], fields: Iterable[str]) -> Json:
        """The body of a request that changes some fields."""
        known = {name: self.parameters[name] for name in fields if name in self.parameters and name in wanted}
        return {item.renamed or item.name: item.sent(wanted[name]) for name, item in known.items() if item.changed}

    def read(self, shown: Json) -> dict[str, JsonValue]:
        """The fields that GitLab shows, in our words."""
        return {name: known.shown(shown[known.name]) for name, known in self.parameters.items() if known.name in shown}


def plain(*names: str, **others: str) -> dict[str, Parameter]:
    """Parameters that creations and changes take alike; others: our field=GitLab's name."""
    return {name: Parameter(theirs) for name, theirs in ({name: name for name in names} | others).items()}
