"""`gitlab.members`: who is in a group or a project, and as what; authoritative for its direct members and invitations."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from pydantic import JsonValue

from eiginfra.core.address import Address
from eiginfra.core.change import FieldDiff, label
from eiginfra.core.decommission import Decommission, Step, Trigger
from eiginfra.core.errors import NotFoundError, PermanentError
from eiginfra.core.finding import Finding, error, warning
from eiginfra.core.reason import Reason, reason
from eiginfra.core.resource import Observation, Observed, Resource, Scope
from eiginfra.providers.gitlab.api import GitLabApi
from eiginfra.providers.gitlab.base import GROUP, PROJECT, USER, GitLabKind, account
from eiginfra.providers.gitlab.fields import ancestors
from eiginfra.providers.gitlab.members.leavers import Leavers
from eiginfra.providers.gitlab.members.reader import MembersReader
from eiginfra.providers.gitlab.members.spec import Membership, MembersSpec
from eiginfra.providers.gitlab.members.state import MembersState, RememberedMembers
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
    decommission = Decommission((Step("empty", Trigger.PRUNE, {"members": []}),))

    def __init__(self, api: GitLabApi | None = None) -> None:
        super().__init__(api)
        self._reader = None if api is None else MembersReader(api)

    @property
    def reader(self) -> MembersReader:
        """The lists on GitLab."""
        return self._reader or MembersReader(self.api)

    def key(self, spec: MembersSpec) -> str:
        """The full path of the group or project; both share one name space."""
        return spec.path

    def dependencies(self, spec: MembersSpec) -> Iterable[Address]:
        """The group or project."""
        return [Address(GROUP if spec.group else PROJECT, spec.path)]

    def follows(self, spec: MembersSpec) -> Iterable[Address]:
        """The lists above: who is removed there first is not removed here after being added."""
        return [Address(MEMBERS, above) for above in ancestors(spec.path)]

    def entry_needs(self, spec: MembersSpec) -> Mapping[str, Address]:
        """The accounts; who has none is invited where the list says at which address."""
        return {label("members", member.username): account(member.username) for member in spec.members if not member.email}

    def check(self, spec: MembersSpec, wanted: Mapping[Address, Resource]) -> Iterable[Finding]:  # noqa: ARG002 - asks of no other
        """The fence, and members that the site keeps out of reach."""
        yield from self.fence(spec.path)
        kept = {name.lower() for name in (self._api.settings.keep if self._api else ())}
        for member in spec.members:
            if member.username.lower() in kept:
                yield error("member-kept", username=member.username, field=f"members[{member.username}]")

    def observe(self, scope: Scope) -> Observation:
        """One request for each list, wanted or recorded, and for each group above them."""
        tree = CohortTree(self.name, self.api.settings.root_group, scope)
        self.api.know_tree(tree.base, scope.look)
        wanted = {resource.address.key: resource for resource in scope.resources}
        specs = {path: resource.spec for path, resource in wanted.items() if isinstance(resource.spec, MembersSpec)}
        recorded = {record.address.key: record.values for record in scope.records}
        asked = [_holder(path, specs.get(path), recorded.get(path, {})) for path in sorted(tree.keys.values())]
        asked = [holder for holder in asked if holder.path in specs or holder.sort == "group" or self.stands(holder)]
        inviting = {holder.path for holder in asked if self._invites(specs.get(holder.path), recorded.get(holder.path, {}))}
        memories = {record.address.key: RememberedMembers.of(record.handle, record.at) for record in scope.records}
        lists = self.reader.read(asked, memories, inviting, anew=True)
        missing = self._without_account(scope, {name for found in lists.values() for name in found.names})
        everywhere = [item.spec for item in (*scope.everything.values(), *scope.resources) if isinstance(item.spec, MembersSpec)]
        leavers = Leavers(self.api, tree, {spec.path: spec.names for spec in everywhere}, whole=scope.whole)
        objects, findings = list[Observed](), list[Finding]()
        blocked = dict[Address, Mapping[str, Reason]]()
        for holder in asked:
            found, spec = lists.get(holder.path), specs.get(holder.path)
            entries = None if spec is None else spec.entries
            state = (found or self.reader.empty(holder)).state(entries)
            findings += state.findings
            out = {name: missing[name] for name in missing if spec is not None and name.lower() in spec.names and name not in state.entries}
            findings += [_left_out(wanted[holder.path], name) for name, why in out.items() if why.code == "no-account"]
            if found is None:
                blocked[Address(MEMBERS, holder.path)] = _labels(out | state.blocked)
                continue
            state.blocked = out | state.blocked
            extra, told = leavers.of(found.holder, state, entries)
            findings += told
            objects.append(_observed(found.holder, state, {**extra, "invitations": holder.path in inviting}, tree.team(holder.path)))
        return Observation(objects, findings, blocked=blocked)

    def _invites(self, spec: MembersSpec | None, recorded: Mapping[str, Any]) -> bool:
        """Whether there may be invitations: GitLab is asked for them only then."""
        entries = [*(spec.entries or () if spec else ()), *(recorded.get("members") or ())]
        return self.api.settings.accounts == "invite" or any(entry.get("email") for entry in entries)

    def _without_account(self, scope: Scope, present: Collection[str]) -> dict[str, Reason]:
        """Why people whom the lists name cannot be members: no account bears the name, and none is created; or it is another's by now.

        present: who is a member of some list, in lower case.
        """
        specs = [resource.spec for resource in scope.resources if isinstance(resource.spec, MembersSpec)]
        named = {member.username: member for spec in specs for member in spec.members}
        created = {address.key.lower() for address in scope.everything if address.kind == USER and self.api.settings.accounts != "invite"}
        unknown = [name for name, member in named.items() if name.lower() not in {*present, *created} and not member.email]
        asked = sorted(name for name in unknown if self.api.met(name) is None)
        found = {user["username"].lower() for user in self.api.users(asked)} if asked else set()
        missing = {name: reason("no-account") for name in asked if name.lower() not in found}
        for name in named:
            record = scope.recorded.get(account(name))
            known = None if record is None else identity(record.handle)
            if known is not None and self.api.account(name) not in (None, known):
                missing[name] = reason("account-replaced")
        return missing

    def read(self, spec: MembersSpec, handle: Mapping[str, JsonValue]) -> Observed | None:
        """The members of one list; None when there is no such group or project."""
        holder = _holder(spec.path, spec, {}, identity(handle))
        inviting = {spec.path} if handle.get("invitations") or self._invites(spec, {}) else set()
        found = self.reader.read([holder], {spec.path: RememberedMembers.of(handle)}, inviting, anew=False).get(spec.path)
        if found is None:
            return None
        kept = {name: handle[name] for name in ("stay", "elsewhere", "invitations") if name in handle}
        return _observed(found.holder, found.state(spec.entries), kept)

    def create(self, spec: MembersSpec) -> Observed:
        """Add all members to a group or project that is new: one request each."""
        there = self.read(spec, {})
        if there is None:
            noun = "group" if spec.group else "project"
            raise NotFoundError(f"the {noun} {spec.path} is not there, or hidden from this token")
        present = MembersState.of(there).entries
        missing = {entry["username"]: entry for entry in spec.entries or () if present.get(entry["username"]) != entry}
        diffs = [FieldDiff(field="members", entry=name, before=present.get(name), after=entry) for name, entry in missing.items()]
        return self.update(there, spec, diffs)

    def update(self, observed: Observed, spec: MembersSpec, diffs: Sequence[FieldDiff]) -> Observed:
        """Add, invite, change and remove the named entries; one that fails does not keep the others from being done.

        Raises the first error, with the words of all.
        """
        holder, handle = _holder(spec.path, spec, {}, identity(observed.handle)), dict[str, Any](observed.handle)
        state = MembersState.of(observed)
        elsewhere = {name: [Holder(*other) for other in others] for name, others in handle.get("elsewhere", {}).items()}
        writer = MembersWriter(self.api, holder, state, frozenset(handle.get("stay", ())), elsewhere)
        problems: list[PermanentError] = []
        for diff in sorted(diffs, key=_turn):
            if diff.field == "members" and diff.entry is not None:
                try:
                    writer.change(diff.entry, diff.before, diff.after)
                except PermanentError as problem:
                    problems.append(problem)
        writer.look_for_invitations()
        if problems:
            raise type(problems[0])("; ".join(str(problem) for problem in problems))
        return _observed(holder, state, {"invitations": bool(handle.get("invitations"))}, observed.team)


def _turn(diff: FieldDiff) -> tuple[bool, bool, bool, str]:
    """Who comes before who goes, and new owners before those who cease to be one: no group is without an owner in between."""
    demoted = isinstance(diff.before, dict) and diff.before.get("access") == "owner"
    return diff.removes, demoted, diff.before is not None, diff.entry or ""


def _labels(names: Mapping[str, Reason]) -> dict[str, Reason]:
    return {label("members", name): names[name] for name in sorted(names)}


def _left_out(resource: Resource, username: str) -> Finding:
    """A warning for an entry that is left out because nobody bears the name."""
    return warning(
        "member-without-account", username=username, address=str(resource.address), field=label("members", username), team=resource.team
    )


def _observed(holder: Holder, state: MembersState, more: Mapping[str, JsonValue], team: str | None = None) -> Observed:
    """more: what the handle keeps beside the state."""
    return Observed(
        Address(MEMBERS, holder.path),
        {holder.sort: holder.path, "members": [*state.members]},
        handle={"id": holder.id, **state.handle, **{name: value for name, value in more.items() if value}},
        team=team,
        waiting=_labels(state.waiting),
        blocked=_labels(state.blocked),
        facts={"pending": [*sorted({*state.invited, *state.queued})]},
    )


def _holder(path: str, spec: MembersSpec | None, recorded: Mapping[str, Any], number: int | None = None) -> Holder:
    """The group or project whose list it is; of one that left the inventory, as the record says."""
    project = "project" in recorded if spec is None else spec.project is not None
    return Holder("project" if project else "group", path, number)
