"""`gitlab.label`: a label of a group, which all projects in it share."""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import AfterValidator, Field, JsonValue
from pydantic_core import PydanticCustomError

from eiginfra.core.change import FieldDiff
from eiginfra.core.decommission import Decommission, Step, Trigger
from eiginfra.core.resource import Observed
from eiginfra.core.spec import IMMUTABLE, Spec
from eiginfra.providers.gitlab.client import Json
from eiginfra.providers.gitlab.fields import FullPath
from eiginfra.providers.gitlab.nested_api import Holder
from eiginfra.providers.gitlab.nested_kind import NestedKind


def _color(value: str) -> str:
    if not re.fullmatch(r"#[0-9A-Fa-f]{6}", value):
        raise PydanticCustomError("color", "{value} is not a colour; write # and six hexadecimal digits", {"value": repr(value)})
    return value.lower()


class LabelSpec(Spec):
    """A label of a group."""

    group: Annotated[FullPath, IMMUTABLE] = Field(description="Full path of the group")
    name: Annotated[str, IMMUTABLE, Field(pattern=r"^[^,?&\s](?:[^,?&]*[^,?&\s])?$", max_length=255)] = Field(description="What it says")
    color: Annotated[str, AfterValidator(_color)] = Field(description="Its colour", examples=["#1f75cb"])
    description: str = Field(default="", description="What it is for")


class LabelKind(NestedKind[LabelSpec]):
    """Found by its name in its group; labels that a team made are its own."""

    name = "gitlab.label"
    spec = LabelSpec
    title = "a label of a group on GitLab"
    decommission = Decommission((Step("delete", Trigger.PRUNE),))

    def holder(self, values: Mapping[str, Any]) -> Holder:
        """Its group."""
        return Holder("group", values["group"])

    def label(self, values: Mapping[str, Any]) -> str:
        """Its name."""
        return str(values["name"])

    def listed(self, holder: Holder) -> list[Json] | None:
        """The group's own labels."""
        return self.api.nested.labels(holder)

    def shown(self, item: Json, holder: Holder) -> tuple[Mapping[str, JsonValue], Mapping[str, JsonValue]]:
        """As GitLab lists it."""
        values = {"group": holder.path, "name": item["name"], "color": str(item["color"]).lower(), "description": item["description"] or ""}
        return values, {"id": item["id"]}

    def create(self, spec: LabelSpec) -> Observed:
        """Make it."""
        wanted = spec.values()
        fields: Json = {name: value for name, value in wanted.items() if name != "group"}
        return self.answered(spec, lambda: self.api.nested.add_label(self.holder(wanted), fields))

    def update(self, observed: Observed, spec: LabelSpec, diffs: Sequence[FieldDiff]) -> Observed:
        """Change the named fields, in one request."""
        wanted, number = spec.values(), int(str(observed.handle["id"]))
        fields = {diff.field: wanted[diff.field] for diff in diffs}
        return self.answered(spec, lambda: self.api.nested.change_label(self.holder(wanted), number, spec.name, fields))

    def delete(self, observed: Observed) -> None:
        """Remove it, from issues and merge requests too."""
        self.api.nested.remove_label(self.holder(observed.values), int(str(observed.handle["id"])), self.label(observed.values))
