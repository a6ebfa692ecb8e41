"""`gitlab.milestone`: a milestone of a group, a date of the cohort's calendar that all projects in it share."""

from datetime import date
from typing import Annotated, Self

from pydantic import Field, model_validator

from eiginfra.core.refusal import refusal
from eiginfra.core.spec import IMMUTABLE, Rules, Spec
from eiginfra.providers.gitlab import folding, rules
from eiginfra.providers.gitlab.field_map import FieldMap, plain
from eiginfra.providers.gitlab.fields import FullPath
from eiginfra.providers.gitlab.list_kind import ListKind


class MilestoneSpec(Spec):
    """A milestone of a group."""

    group: Annotated[FullPath, IMMUTABLE] = Field(description="Full path of the group")
    title: Annotated[str, rules.MILESTONE, Rules(normalise=folding.without_html)] = Field(description="Its title", examples=["Mi-parcours"])
    description: Annotated[str, rules.LONG_TEXT, Rules(normalise=folding.text)] = Field(default="", description="What is to be reached")
    starts: date | None = Field(default=None, description="Its first day")
    due: date | None = Field(default=None, description="The day by which it is to be reached, after the first")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.starts is not None and self.due is not None and self.starts >= self.due:
            raise refusal("milestone-dates")
        return self


class MilestoneKind(ListKind[MilestoneSpec]):
    """Found by its title in its group. Teams open and close it; milestones that a team created are its own."""

    name = "gitlab.milestone"
    spec = MilestoneSpec
    title = "a milestone of a group on GitLab"
    listing = "milestones"
    noun = "milestone"
    naming = "title"
    field_map = FieldMap(
        ("POST /groups/{id}/milestones",),
        ("PUT /groups/{id}/milestones/{milestone_id}",),
        plain("title", "description", starts="start_date", due="due_date"),
    )
