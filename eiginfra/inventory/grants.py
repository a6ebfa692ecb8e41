"""Grants: what cohort.yml allows one team's file to have, which no team's file may have by itself."""

from datetime import date
from typing import Annotated, Final, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from eiginfra.core.refusal import refusal
from eiginfra.core.values import SIZE, ByteSize
from eiginfra.inventory.fields import Day, TeamId, Title
from eiginfra.inventory.file_model import FileModel

GrantKey = Literal[
    "machines[].id",
    "machines[].protect",
    "machines[].size",
    "machines[].cores",
    "machines[].memory",
    "machines[].disk",
    "members[].username",
    "mentors[].username",
]
Privilege = Annotated[int, Field(le=2**63 - 1)] | Title | bool
_AMOUNTS: Final = ("machines[].cores", "machines[].memory", "machines[].disk")
_SIZES: Final = _AMOUNTS[1:]


class Grant(FileModel):
    """One privileged value of a team's file, or the most of an amount, with the reason and the last day."""

    model_config = ConfigDict(
        json_schema_extra={
            "if": {"properties": {"key": {"enum": [*_AMOUNTS]}}},
            "then": {"required": ["max"], "not": {"required": ["value"]}},
            "else": {"required": ["value"], "not": {"required": ["max"]}},
            "allOf": [
                {
                    "if": {"properties": {"key": {"const": key}}, "required": ["max"]},
                    "then": {"properties": {"max": {"type": "string", "pattern": SIZE} if key in _SIZES else {"type": "integer"}}},
                }
                for key in _AMOUNTS
            ],
        }
    )

    team: TeamId = Field(description="Whose file may have it")
    key: GrantKey = Field(description="The key of the team's file")
    value: Privilege | None = Field(default=None, description="The value that it may have")
    max: Annotated[int, Field(ge=1, le=8192)] | Title | None = Field(default=None, description="Instead, for cores, memory, disk: the most")
    reason: Title = Field(description="Why it may be so")
    until: Day | None = Field(default=None, description="The last day on which it holds; the cohort's end if absent")

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        wanted, other = ("max", self.value) if self.key in _AMOUNTS else ("value", self.max)
        if getattr(self, wanted) is None or other is not None:
            raise refusal("grant-form", key=self.key, wanted=wanted)
        if self.max is not None and isinstance(self.max, str) is not (self.key in _SIZES):
            raise refusal("grant-max", key=self.key, value=str(self.max))
        if isinstance(self.max, str):
            ByteSize.parse(self.max)
        return self

    def allows(self, key: GrantKey, value: Privilege) -> bool:
        """Whether the team's file may have that value there, whatever the day."""
        if self.key != key:
            return False
        if self.max is not None:
            return not isinstance(value, str) and value <= ByteSize.of(self.max)
        return type(self.value) is type(value) and self.value == value

    def over(self, as_of: date) -> bool:
        """Whether its last day has passed."""
        return self.until is not None and self.until < as_of
