"""`gitlab.members`: who is in a group, and as what; authoritative for its direct members."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, field_validator, model_validator
from pydantic_core import PydanticCustomError

from eiginfra.core.address import Address
from eiginfra.core.change import FieldDiff
from eiginfra.core.errors import AlreadyExistsError, LostAnswerError, NotFoundError, PermanentError, ProviderError
from eiginfra.core.finding import Finding, error
from eiginfra.core.resource import Observation, Observed, Resource, Scope
from eiginfra.core.spec import IMMUTABLE, Rules, Spec
from eiginfra.providers.gitlab.base import GROUP, USER, GitLabKind, Realm, identity
from eiginfra.providers.gitlab.client import Json
from eiginfra.providers.gitlab.fields import FullPath, Username
from eiginfra.providers.gitlab.roster import LEVELS, Roster, entry_of

MEMBERS = "gitlab.members"


class Member(BaseModel):
    """One membership. One without `expires` does not end."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    username: Username
    access: Literal["guest", "planner", "reporter", "developer", "maintainer", "owner"]
    expires: date | None = None

    @model_validator(mode="before")
    @classmethod
    def _whole(cls, data: Any) -> Any:
        """An entry is compared as a whole: what is not written about its end says that there is none."""
        return {"expires": None, **data} if isinstance(data, Mapping) else data


class MembersSpec(Spec):
    """The direct members of a group."""

    group: Annotated[FullPath, IMMUTABLE] = Field(description="Full path of the group")
    members: Annotated[tuple[Member, ...], Rules(entries="username")] = Field(
        default=(), description="All of them: who is not listed is removed"
    )

    @field_validator("members")
    @classmethod
    def _once(cls, members: tuple[Member, ...]) -> tuple[Member, ...]:
        names = [member.username.lower() for member in members]
        for member in members:
            if names.count(member.username.lower()) > 1:
                raise PydanticCustomError("listed_twice", "{name} is listed twice", {"name": member.username})
        return members


class MembersKind(GitLabKind[MembersSpec]):
    """Found by the group's path. The token's account, bots, service accounts and the site's `keep` are as if not there."""

    name = MEMBERS
    spec = MembersSpec
    title = "the members of a group on GitLab"

    def key(self, spec: MembersSpec) -> str:
        """The group's full path."""
        return spec.group

    def dependencies(self, spec: MembersSpec) -> Iterable[Address]:
        """The group, and the accounts."""
        return [Address(GROUP, spec.group), *(Address(USER, member.username) for member in spec.members)]

    def check(self, spec: MembersSpec, wanted: Mapping[Address, Resource]) -> Iterable[Finding]:  # noqa: ARG002 - asks of no other
        """The fence, and members that the site keeps out of reach."""
        yield from self.fence(spec.group)
        kept = {name.lower() for name in (self._api.settings.keep if self._api else ())}
        for member in spec.members:
            if member.username.lower() in kept:
                message = f"{member.username} is in gitlab.keep of the site file: its memberships are never touched"
                yield error("member-kept", message, remedy="take it out of one of the two")

    def observe(self, scope: Scope) -> Observation:
        """One request for each wanted or recorded group that exists."""
        realm = Realm(self.name, self.api.settings.root_group, scope)
        self.api.know_tree(realm.base)
        specs = {resource.address.key: resource.spec for resource in scope.resources}

        def look(path: str) -> tuple[Observed, list[Finding]] | None:
            roster, spec = self._roster(path), specs.get(path)
            if roster is None:
                return None
            return self._observed(path, roster, spec if isinstance(spec, MembersSpec) else None, realm.team(path))

        seen = [found for found in self.api.client.each(look, sorted(realm.keys.values())) if found is not None]
        return Observation([observed for observed, _ in seen], findings=[finding for _, findings in seen for finding in findings])

    def read(self, spec: MembersSpec, handle: Mapping[str, JsonValue]) -> Observed | None:
        """The members of one group; None when there is no such group."""
        roster = self._roster(spec.group, identity(handle, "group_id"))
        return None if roster is None else self._observed(spec.group, roster, spec)[0]

    def _roster(self, path: str, group: int | None = None) -> Roster | None:
        known = group or self.api.known_group(path)
        members = None if known is None else self.api.members(known)
        if members is None and group is None:
            # Never seen, or deleted and made anew since.
            found = self.api.group(path)
            known = None if found is None else int(found["id"])
            members = None if known is None else self.api.members(known)
        return None if known is None or members is None else Roster(self.api, known, members)

    def _observed(self, path: str, roster: Roster, spec: MembersSpec | None, team: str | None = None) -> tuple[Observed, list[Finding]]:
        managed = spec is not None and "members" in spec.model_fields_set
        wanted = {member.username: LEVELS[member.access] for member in spec.members} if spec is not None and managed else None
        members, findings = roster.seen(path, wanted)
        values: dict[str, JsonValue] = {"group": path, "members": [*members]}
        return Observed(Address(MEMBERS, path), values, handle={"group_id": roster.group}, team=team), findings

    def create(self, spec: MembersSpec) -> Observed:
        """Add all members to a group that is new: one request each."""
        known = self.api.group_id(spec.group)
        nobody = Observed(Address(MEMBERS, spec.group), {"group": spec.group, "members": []}, handle={"group_id": known})
        entries = _entries(spec.values().get("members"))
        return self.update(nobody, spec, [FieldDiff(field="members", entry=entry["username"], after=entry) for entry in entries])

    def update(self, observed: Observed, spec: MembersSpec, diffs: Sequence[FieldDiff]) -> Observed:
        """Add, change and remove the named entries; one that fails does not keep the others from being done.

        Raises the first error, with the words of all.
        """
        entries = {entry["username"]: entry for entry in _entries(observed.values["members"])}
        problems: list[PermanentError] = []
        # Nobody is removed before those who stay or come are in place.
        for diff in sorted(diffs, key=lambda diff: (diff.removes, diff.before is not None, diff.entry or "")):
            if diff.field != "members" or diff.entry is None:
                continue
            try:
                after = self._change(spec.group, diff.entry, diff.before, diff.after)
            except PermanentError as problem:
                problems.append(problem)
                continue
            entries.pop(diff.entry, None)
            if after is not None:
                entries[diff.entry] = after
        if problems:
            raise type(problems[0])("; ".join(str(problem) for problem in problems))
        members: list[JsonValue] = [entries[name] for name in sorted(entries)]
        return Observed(observed.address, {**observed.values, "members": members}, handle=observed.handle, team=observed.team)

    def _change(self, group: str, username: str, before: JsonValue, after: JsonValue) -> Json | None:
        if (
            isinstance(before, dict)
            and before.get("access") == "owner"
            and not (isinstance(after, dict) and after.get("access") == "owner")
        ):
            self._another_owner(group, username)
        if not isinstance(after, dict):
            self.api.remove_member(group, username)
            return None
        level, expires = LEVELS[str(after["access"])], after.get("expires")
        first: ProviderError | None = None
        if before is None:
            try:
                fields = {"access_level": level} | ({"expires_at": expires} if expires else {})
                return entry_of(self.api.add_member(group, username, fields), username)
            except (AlreadyExistsError, LostAnswerError) as problem:
                # A member already: by the request whose answer was lost, or by somebody just now.
                first = problem
        try:
            # An empty date takes the end away.
            return entry_of(self.api.change_member(group, username, {"access_level": level, "expires_at": expires or ""}), username)
        except NotFoundError:
            if first is None:
                raise
            raise first from None

    def _another_owner(self, group: str, username: str) -> None:
        members = self.api.members(group) or []
        if not any(member["access_level"] == LEVELS["owner"] and member["username"].lower() != username.lower() for member in members):
            raise PermanentError(f"{username} is the last owner of {group} and stays one; name another owner first")


def _entries(value: JsonValue) -> list[dict[str, Any]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []
