"""`gitlab.members`: who is in a group or a project, and as what; authoritative for its direct members and invitations."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from pydantic import JsonValue

from eiginfra.core.address import Address
from eiginfra.core.change import FieldDiff
from eiginfra.core.errors import NotFoundError, PermanentError
from eiginfra.core.finding import Finding, error
from eiginfra.core.resource import Observation, Observed, Resource, Scope
from eiginfra.providers.gitlab.api import GitLabApi
from eiginfra.providers.gitlab.base import GROUP, PROJECT, USER, GitLabKind
from eiginfra.providers.gitlab.fields import ancestors
from eiginfra.providers.gitlab.members.leavers import Leavers
from eiginfra.providers.gitlab.members.reader import MembersReader
from eiginfra.providers.gitlab.members.spec import Membership, MembersSpec
from eiginfra.providers.gitlab.members.state import RememberedMembers, Seen, approval
from eiginfra.providers.gitlab.members.writer import MembersWriter
from eiginfra.providers.gitlab.nested_api import Holder
from eiginfra.providers.gitlab.observed_tree import CohortTree, identity

MEMBERS = "gitlab.members"

__all__ = ["MEMBERS", "MembersKind", "MembersSpec", "Membership"]


class MembersKind(GitLabKind[MembersSpec]):
    """Found by the path. The token's account, bots, service accounts and the site's `keep` are as if not there."""

    name = MEMBERS
    spec = MembersSpec
    title = "the members of a group or project on GitLab"
    removal: ClassVar[str | None] = "emptied"

    def __init__(self, api: GitLabApi | None = None) -> None:
        super().__init__(api)
        self._reader = None if api is None else MembersReader(api)
        # As `check` saw the whole inventory: who is wanted where, and who is asked for by no gitlab.user.
        self._everywhere: dict[str, frozenset[str]] = {}
        self._unasked: set[str] = set()
        self._checked: Mapping[Address, Resource] = {}

    @property
    def reader(self) -> MembersReader:
        """The lists on GitLab."""
        return self._reader or MembersReader(self.api)

    def key(self, spec: MembersSpec) -> str:
        """The full path of the group or project; both share one name space."""
        return spec.path

    def dependencies(self, spec: MembersSpec) -> Iterable[Address]:
        """The group or project, the accounts, and the lists above: who is removed there first is not removed here after being added."""
        yield Address(GROUP if spec.group else PROJECT, spec.path)
        yield from (Address(USER, member.username) for member in spec.members)
        yield from (Address(MEMBERS, above) for above in ancestors(spec.path) if above in self._everywhere)

    def check(self, spec: MembersSpec, wanted: Mapping[Address, Resource]) -> Iterable[Finding]:
        """The fence, members that the site keeps out of reach, and invitations without an address."""
        yield from self.fence(spec.path)
        if wanted is not self._checked:
            self._checked, self._everywhere, self._unasked = wanted, {}, set()
        self._everywhere[spec.path] = spec.names
        kept = {name.lower() for name in (self._api.settings.keep if self._api else ())}
        for member in spec.members:
            if member.username.lower() in kept:
                message = f"{member.username} is in gitlab.keep of the site file: its memberships are never touched"
                yield error("member-kept", message, remedy="take it out of one of the two", field=f"members[{member.username}]")
            if Address(USER, member.username) not in wanted:
                self._unasked.add(member.username.lower())

    def observe(self, scope: Scope) -> Observation:
        """One request for each list, wanted or recorded, and for each group above them."""
        tree = CohortTree(self.name, self.api.settings.root_group, scope)
        self.api.know_tree(tree.base)
        specs = {resource.address.key: resource.spec for resource in scope.resources if isinstance(resource.spec, MembersSpec)}
        records = {record.address.key: record for record in scope.records}
        holders = [
            Holder("project", path) if _is_project(specs.get(path), getattr(records.get(path), "values", {})) else Holder("group", path)
            for path in sorted(tree.keys.values())
        ]
        memories = {path: RememberedMembers.of(record.handle, record.at) for path, record in records.items()}
        inviting = {path for path in tree.keys.values() if self._invites(specs.get(path), getattr(records.get(path), "values", {}))}
        holders = [holder for holder in holders if holder.path in specs or holder.sort == "group" or self.stands(holder)]
        lists = self.reader.read(holders, memories, inviting, anew=True)
        leavers = Leavers(self.api, tree, self._everywhere | {path: spec.names for path, spec in specs.items()}, whole=scope.whole)
        objects, findings, present = list[Observed](), list[Finding](), set[str]()
        for holder in holders:
            listed, spec = lists.get(holder.path), specs.get(holder.path)
            entries = None if spec is None else spec.entries
            seen = (listed or self.reader.nobody(holder)).seen(entries)
            findings += seen.findings
            present |= {name.lower() for name in seen.entries}
            if listed is not None:
                extra, said = leavers.of(listed.holder, seen, entries)
                findings += said
                handle = {**extra, "invitations": holder.path in inviting}
                objects.append(_observed(listed.holder, seen, handle, tree.team(holder.path)))
        return Observation(objects, findings=[*findings, *self._unknown(scope, present)])

    def _invites(self, spec: MembersSpec | None, recorded: Mapping[str, Any]) -> bool:
        """Whether there may be invitations: GitLab is asked for them only then."""
        entries = [*(spec.entries or () if spec else ()), *(recorded.get("members") or ())]
        return self.api.settings.accounts == "invite" or any(entry.get("email") for entry in entries)

    def _unknown(self, scope: Scope, present: set[str]) -> Iterator[Finding]:
        """An error for every wanted name that no account bears, and that no gitlab.user makes an account for."""
        nobodys = None if self.api.settings.accounts == "invite" else self._unasked
        asked = [
            (resource, member)
            for resource in scope.resources
            if isinstance(resource.spec, MembersSpec)
            for member in resource.spec.members
            if (nobodys is None or member.username.lower() in nobodys)
            and member.username.lower() not in present
            and self.api.met(member.username) is None
            and not member.email
        ]
        names = {member.username.lower(): member.username for _, member in asked}
        found = {user["username"].lower() for user in self.api.users(sorted(names.values()))} if names else set()
        for resource, member in asked:
            if member.username.lower() not in found:
                yield error(
                    "member-without-account",
                    f"there is no account {member.username} on GitLab",
                    remedy="correct the name, ask them to sign in once, or add a gitlab.user that makes the account",
                    address=str(resource.address),
                    field=f"members[{member.username}]",
                    team=resource.team,
                )

    def read(self, spec: MembersSpec, handle: Mapping[str, JsonValue]) -> Observed | None:
        """The members of one list; None when there is no such group or project."""
        holder = Holder("group" if spec.group else "project", spec.path, identity(handle))
        inviting = {spec.path} if handle.get("invitations") or self._invites(spec, {}) else set()
        listed = self.reader.read([holder], {spec.path: RememberedMembers.of(handle)}, inviting, anew=False).get(spec.path)
        if listed is None:
            return None
        kept = {name: handle[name] for name in ("stay", "elsewhere", "invitations") if name in handle}
        return _observed(listed.holder, listed.seen(spec.entries), kept)

    def create(self, spec: MembersSpec) -> Observed:
        """Add all members to a group or project that is new: one request each."""
        there = self.read(spec, {})
        if there is None:
            noun = "group" if spec.group else "project"
            raise NotFoundError(f"the {noun} {spec.path} is not there, or hidden from this token")
        present = {entry["username"]: entry for entry in _entries(there.values["members"])}
        missing = [entry for entry in spec.entries or () if present.get(entry["username"]) != entry]
        diffs = [FieldDiff(field="members", entry=str(entry["username"]), after=entry) for entry in missing]
        return self.update(there, spec, [diff.model_copy(update={"before": present.get(diff.entry or "")}) for diff in diffs])

    def update(self, observed: Observed, spec: MembersSpec, diffs: Sequence[FieldDiff]) -> Observed:
        """Add, invite, change and remove the named entries; one that fails does not keep the others from being done.

        Raises the first error, with the words of all.
        """
        holder = Holder("group" if spec.group else "project", spec.path, identity(observed.handle))
        seen, stay, elsewhere = _recalled(observed)
        writer = MembersWriter(self.api, holder, seen, stay, elsewhere)
        problems: list[PermanentError] = []
        # Nobody is removed before those who stay or come are in holder.
        for diff in sorted(diffs, key=lambda diff: (diff.removes, diff.before is not None, diff.entry or "")):
            if diff.field == "members" and diff.entry is not None:
                try:
                    writer.change(diff.entry, diff.before, diff.after)
                except PermanentError as problem:
                    problems.append(problem)
        if problems:
            raise type(problems[0])("; ".join(str(problem) for problem in problems))
        return _observed(holder, seen, {"invitations": bool(observed.handle.get("invitations"))}, observed.team)

    def delete(self, observed: Observed) -> None:
        """Remove everybody whom it held."""
        spec = MembersSpec.model_validate({name: observed.values[name] for name in ("group", "project") if name in observed.values})
        there = self.read(spec, observed.handle)
        if there is not None:
            entries = _entries(there.values["members"])
            self.update(there, spec, [FieldDiff(field="members", entry=entry["username"], before=entry) for entry in entries])


def _observed(holder: Holder, seen: Seen, handle: Mapping[str, JsonValue], team: str | None = None) -> Observed:
    members: list[JsonValue] = [dict(seen.entries[name]) for name in sorted(seen.entries)]
    known: dict[str, JsonValue] = {
        "users": dict(sorted(seen.users.items())),
        "invited": dict(sorted(seen.invited.items())),
        "queued": dict(sorted(seen.queued.items())),
        "since": dict(sorted(seen.since.items())),
    }
    return Observed(
        Address(MEMBERS, holder.path),
        {holder.sort: holder.path, "members": members},
        handle={"id": holder.id, **{name: value for name, value in {**known, **handle}.items() if value}},
        team=team,
        waiting={"members": "; ".join(seen.waits[name] for name in sorted(seen.waits))} if seen.waits else {},
        facts={"pending": [*sorted({*seen.invited, *seen.queued})]},
    )


def _recalled(observed: Observed) -> tuple[Seen, frozenset[str], dict[str, list[Holder]]]:
    """What an observed list says of itself, for the changes that follow."""
    handle: Any = observed.handle
    seen = Seen(
        {entry["username"]: entry for entry in _entries(observed.values["members"])},
        dict(handle.get("users") or {}),
        dict(handle.get("invited") or {}),
        dict(handle.get("queued") or {}),
    )
    seen.waits = {name: f"{name} to accept the invitation" for name in seen.invited}
    seen.since = dict(handle.get("since") or {})
    seen.waits |= {name: approval(name, seen.since.get(name)) for name in seen.queued}
    elsewhere = {name: [Holder(*holder) for holder in holders] for name, holders in (handle.get("elsewhere") or {}).items()}
    return seen, frozenset(handle.get("stay") or ()), elsewhere


def _entries(value: JsonValue) -> list[dict[str, Any]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _is_project(spec: MembersSpec | None, recorded: Mapping[str, Any]) -> bool:
    return bool(spec.project) if spec is not None else "project" in recorded
