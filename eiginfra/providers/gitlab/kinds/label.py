"""`gitlab.label`: a label of a group, which all projects in it share."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from eiginfra.core.refusal import refusal
from eiginfra.core.spec import IMMUTABLE, Rules, Spec
from eiginfra.providers.gitlab import folding, rules
from eiginfra.providers.gitlab.field_map import FieldMap, Parameter, plain
from eiginfra.providers.gitlab.fields import FullPath, lower_case
from eiginfra.providers.gitlab.list_kind import ListKind


def _color(value: str) -> str:
    if not re.fullmatch(r"#[0-9A-Fa-f]{6}", value):
        raise refusal("colour", value=value)
    return value


class LabelSpec(Spec):
    """A label of a group."""

    group: Annotated[FullPath, IMMUTABLE] = Field(description="Full path of the group")
    name: Annotated[str, rules.LABEL, Rules(normalise=folding.without_html)] = Field(description="What it says")
    color: Annotated[str, AfterValidator(_color), Rules(normalise=lower_case)] = Field(description="Its colour", examples=["#1f75cb"])
    description: Annotated[str, rules.LONG_TEXT, Rules(normalise=folding.without_html)] = Field(default="", description="What it is for")


class LabelKind(ListKind[LabelSpec]):
    """Found by its name in its group; labels that a team made are its own."""

    name = "gitlab.label"
    spec = LabelSpec
    title = "a label of a group on GitLab"
    listing = "labels"
    noun = "label"
    naming = "name"
    field_map = FieldMap(
        ("POST /groups/{id}/labels",),
        ("PUT /groups/{id}/labels/{label_id}",),
        {**plain("color", "description"), "name": Parameter("name", renamed="new_name")},
    )
    query = {"include_ancestor_groups": False}
