"""The fields of `gitlab.members`."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from eiginfra.core.merge import LATEST, by_entry, strongest
from eiginfra.core.refusal import refusal
from eiginfra.core.spec import IMMUTABLE, Rules, Spec
from eiginfra.providers.gitlab.fields import FullPath, Username
from eiginfra.providers.gitlab.members.state import HIDDEN, Entry

_ACCESS = strongest(["owner", "maintainer", "developer", "reporter", "planner", "guest"])


class Membership(BaseModel):
    """One membership. Without `expires` it does not end. With `email`, in lower case, who has no account is invited there.

    id: that of the account, where the journal does not know it and no `gitlab.user` proves it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    username: Username
    access: Literal["guest", "planner", "reporter", "developer", "maintainer", "owner"]
    expires: date | None = None
    email: Annotated[str, AfterValidator(str.lower)] | None = None
    id: Annotated[int, Field(ge=1)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _whole(cls, data: Any) -> Any:
        """An entry is compared as a whole: what is not written about its end says that there is none."""
        if not isinstance(data, Mapping):
            return data
        return {"expires": None, **{name: value for name, value in data.items() if name not in HIDDEN or value is not None}}


class MembersSpec(Spec):
    """The direct members of a group or of a project."""

    group: Annotated[FullPath | None, IMMUTABLE] = Field(default=None, description="Full path of the group, or else:")
    project: Annotated[FullPath | None, IMMUTABLE] = Field(default=None, description="Full path of the project")
    members: Annotated[
        tuple[Membership, ...],
        Rules(
            entries="username",
            hidden=HIDDEN,
            harm=(None, "access-lost"),
            merge=by_entry("username", access=_ACCESS, expires=LATEST),
        ),
    ] = Field(default=(), description="All of them: who is not listed is removed")

    @property
    def path(self) -> str:
        """The full path of the group or project."""
        return self.group or self.project or ""

    @property
    def entries(self) -> list[Entry] | None:
        """The wanted entries in canonical form; None when nobody manages the list."""
        found = self.values().get("members")
        return [dict(entry) for entry in found if isinstance(entry, dict)] if isinstance(found, list) else None

    @property
    def names(self) -> frozenset[str]:
        """The wanted usernames, in lower case."""
        return frozenset(member.username for member in self.members)

    @property
    def numbers(self) -> dict[str, int]:
        """The IDs of accounts that are given, by username."""
        return {member.username: member.id for member in self.members if member.id is not None}

    @field_validator("members")
    @classmethod
    def _once(cls, members: tuple[Membership, ...]) -> tuple[Membership, ...]:
        names = [member.username for member in members]
        for member in members:
            if names.count(member.username) > 1:
                raise refusal("listed-twice", name=member.username)
        return members

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if bool(self.group) == bool(self.project):
            raise refusal("group-or-project")
        return self
