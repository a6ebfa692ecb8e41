"""What the kinds share whose objects are items of a list that GitLab gives an ID: `/groups/:id/labels/:label_id`."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar, TypeVar

from pydantic import JsonValue

from eiginfra.core.address import Address
from eiginfra.core.change import FieldDiff
from eiginfra.core.decommission import Decommission, Step, Trigger
from eiginfra.core.resource import Observed
from eiginfra.core.spec import Spec
from eiginfra.providers.gitlab.client import Json
from eiginfra.providers.gitlab.field_map import FieldMap
from eiginfra.providers.gitlab.folding import text
from eiginfra.providers.gitlab.nested_api import Holder
from eiginfra.providers.gitlab.nested_kind import NestedKind, Sought
from eiginfra.providers.gitlab.observed_tree import identity

S = TypeVar("S", bound=Spec)


class ListKind(NestedKind[S]):
    """A kind of this sort says what its list is and how GitLab calls its fields. Its spec names its `group` or its `project`.

    An object keeps its ID when its name changes: it is renamed where the spec's name is not immutable, and found again by its ID when
    somebody renamed it by hand.
    """

    listing: ClassVar[str]
    """What the list is called in the API: "labels"."""
    noun: ClassVar[str]
    """What an item is called in errors: "label"."""
    naming: ClassVar[str]
    """The field of the spec that tells it from others in its list."""
    field_map: ClassVar[FieldMap]
    query: ClassVar[Mapping[str, bool]] = {}
    """Parameters with which the list holds the group's or the project's own items and no other."""
    decommission = Decommission((Step("delete", Trigger.PRUNE),))

    def holder(self, values: Mapping[str, Any]) -> Holder:
        """Its group or project."""
        return Holder("group", values["group"]) if values.get("group") else Holder("project", values["project"])

    def label(self, values: Mapping[str, Any]) -> str:
        """Its name, in one form of its letters (NFC): two forms look alike, and would be two objects."""
        return str(text(values[self.naming]))

    def listed(self, holder: Holder) -> list[Json] | None:
        """The group's or the project's own items."""
        return self.api.nested.items(holder, self.listing, **self.query)

    def shown(self, item: Json, holder: Holder) -> tuple[Mapping[str, JsonValue], Mapping[str, JsonValue]]:
        """As GitLab lists it."""
        values = {name: self._shown(name, value) for name, value in self.field_map.read(item).items()}
        return {holder.sort: holder.path, **values}, {"id": item["id"]}

    def _shown(self, name: str, value: Any) -> JsonValue:
        """GitLab keeps no empty text: it shows null."""
        return "" if value is None and self.spec.model_fields[name].default == "" else value

    def recognised(self, found: list[Observed], sought: Sought) -> list[Observed]:
        """By the wanted name, else by the ID in a record: then somebody renamed it by hand."""
        names = {there.address.key for there in found}
        renamed = {identity(record.handle): record.address.key for record in sought.records if record.address.key not in names}
        return [
            there
            if there.address.key in sought.wanted or (key := renamed.get(identity(there.handle))) is None
            else replace(there, address=Address(self.name, key))
            for there in found
        ]

    def read(self, spec: S, handle: Mapping[str, JsonValue]) -> Observed | None:
        """One of the list, by its ID where that is known."""
        number = identity(handle)
        if number is None:
            return super().read(spec, handle)
        there = next((there for there in self._look(self.holder(spec.values())) if identity(there.handle) == number), None)
        return None if there is None else replace(there, address=Address(self.name, self.key(spec)))

    def create(self, spec: S) -> Observed:
        """Make it."""
        wanted = spec.values()
        body = self.field_map.creation(wanted)
        return self.answered(spec, lambda: self.api.nested.add_item(self.holder(wanted), self.listing, self._what(wanted), body))

    def update(self, observed: Observed, spec: S, diffs: Sequence[FieldDiff]) -> Observed:
        """Change the named fields, in one request."""
        wanted, what = spec.values(), self._what(observed.values)
        body = self.field_map.body(wanted, [diff.field for diff in diffs])
        return self.answered(spec, lambda: self.api.nested.change_item(self.holder(wanted), self.listing, _number(observed), what, body))

    def delete(self, observed: Observed) -> None:
        """Remove it."""
        self.api.nested.remove_item(self.holder(observed.values), self.listing, _number(observed), self._what(observed.values))

    def _what(self, values: Mapping[str, Any]) -> str:
        return f"{self.noun} {self.label(values)}"


def _number(observed: Observed) -> int:
    return int(str(observed.handle["id"]))
