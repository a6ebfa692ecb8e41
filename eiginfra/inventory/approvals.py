"""Approvals: whose yes a merge request needs, by who wrote it and which keys of a team's file it changes."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from eiginfra.core.reason import reason
from eiginfra.core.refusal import refusal
from eiginfra.inventory.fields import PersonName, TeamId, brief
from eiginfra.inventory.file_model import MOST, FileModel
from eiginfra.inventory.model import TeamFile
from eiginfra.inventory.model_paths import model_at, type_at

MEMBERS: Final = "members"
MENTORS: Final = "mentors"


def _keys(model: type[BaseModel], path: tuple[str | int, ...] = (), before: str = "") -> Iterator[str]:
    """All keys below a model, entries of lists as `[]`: `machines`, `machines[].memory`."""
    for name in model.model_fields:
        yield f"{before}{name}"
        here = (*path, name)
        inner = model_at(TeamFile, here)
        if inner is not None and inner is type_at(TeamFile, here):
            yield from _keys(inner, here, f"{before}{name}.")
        elif inner is not None:
            yield from _keys(inner, (*here, 0), f"{before}{name}[].")


TEAM_KEYS: Final = frozenset(_keys(TeamFile))
"""The keys of a team's file, as rules name them."""


def _known(key: str) -> str:
    if key not in TEAM_KEYS:
        near = get_close_matches(key, TEAM_KEYS, 1)
        raise refusal("approval-key", key=brief(key), advice=reason("write", text=near[0]) if near else None)
    return key


TeamKey = Annotated[str, Field(max_length=100, json_schema_extra={"enum": sorted(TEAM_KEYS)}), AfterValidator(_known)]
Names = Annotated[tuple[PersonName, ...], Field(max_length=MOST)]


class ApprovalRule(FileModel):
    """What holds for edits of one key of a team's file and all that is below it: nobody's yes is needed, or that of one of `by`."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [
                {"required": ["free", "authors"], "properties": {"authors": {"minItems": 1}}, "not": {"required": ["by"]}},
                {"required": ["by"], "properties": {"by": {"minItems": 1}}, "not": {"required": ["free"]}},
            ]
        }
    )

    key: TeamKey = Field(description="The key of the team's file, e.g. mentors or machines[].forward; it holds for what is below, too")
    teams: tuple[TeamId, ...] = Field(default=(), max_length=MOST, description="In whose files; in all if absent")
    edits: tuple[Literal["added", "changed", "removed"], ...] = Field(
        default=(), max_length=3, description="Of which edits it holds; of all if absent"
    )
    authors: Names = Field(
        default=(), description="Who may have written it: members, mentors (of that team), or user names; everybody if absent"
    )
    free: Literal[True] | None = Field(default=None, description="Nobody's yes is needed")
    by: Names = Field(default=(), description="Instead: user names on GitLab of whom one yes is enough")

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if bool(self.free) is bool(self.by):
            raise refusal("approval-form", key=self.key)
        if self.free and not self.authors:
            raise refusal("approval-authors", key=self.key)
        return self

    def fits(self, team: str, field: str, edited: str) -> bool:
        """Whether it is about such an edit, whoever wrote it. field: `machines[].memory`."""
        below = field == self.key or field.startswith((f"{self.key}[]", f"{self.key}."))
        return below and (not self.teams or team in self.teams) and (not self.edits or edited in self.edits)


class Approvals(FileModel):
    """Who says yes, and what differs from eiginfra's own rules."""

    by: Names = Field(default=(), description="User names on GitLab: a yes of one of them is enough for everything that needs one")
    rules: tuple[ApprovalRule, ...] = Field(
        default=(), max_length=MOST, description="The first that fits decides; where none does, eiginfra's own rules hold"
    )
