"""Our words for fields of groups and projects, and GitLab's."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import JsonValue

from eiginfra.providers.gitlab.client import Json


@dataclass(frozen=True)
class FieldMap:
    """names: our field -> GitLab's. values: our field -> our value -> GitLab's, for fields whose values are called otherwise there."""

    names: Mapping[str, str]
    values: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def body(self, wanted: Mapping[str, JsonValue], fields: Iterable[str]) -> Json:
        """A request's body: the wanted values of some fields, in GitLab's words."""
        return {self.names[name]: self._sent(name, wanted[name]) for name in fields if name in self.names and name in wanted}

    def read(self, shown: Json) -> dict[str, JsonValue]:
        """The fields that GitLab shows, in our words; nothing is empty text."""
        return {ours: self._canonical(ours, shown[theirs]) for ours, theirs in self.names.items() if theirs in shown}

    def _sent(self, name: str, value: JsonValue) -> Any:
        return self.values[name][str(value)] if name in self.values else value

    def _canonical(self, name: str, value: Any) -> JsonValue:
        words = self.values.get(name, {})
        return next((ours for ours, theirs in words.items() if theirs == value), value)
