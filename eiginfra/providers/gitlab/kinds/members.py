"""`gitlab.members`: who is in a group or a project, and as what; authoritative for its direct members and invitations."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import JsonValue

from eiginfra.core.address import Address
from eiginfra.core.change import FieldDiff, label
from eiginfra.core.decommission import Decommission, Step, Trigger
from eiginfra.core.errors import NotFoundError, PermanentError
from eiginfra.core.finding import Finding, error, warning
from eiginfra.core.reason import Reason, reason
from eiginfra.core.resource import Observation, Observed, Resource, Scope
from eiginfra.core.world import World
from eiginfra.providers.gitlab.api import GitLabApi
from eiginfra.providers.gitlab.base import GROUP, MEMBERS, PROJECT, USER, GitLabKind, account
from eiginfra.providers.gitlab.fields import ancestors
from eiginfra.providers.gitlab.identities import UNCONFIRMED, Identity, Somebody, identities, people, told
from eiginfra.providers.gitlab.members.leavers import Leavers
from eiginfra.providers.gitlab.members.reader import MembersReader
from eiginfra.providers.gitlab.members.spec import Membership, MembersSpec
from eiginfra.providers.gitlab.members.state import MemberList, MembersState, RememberedMembers, as_wanted
from eiginfra.providers.gitlab.members.writer import MembersWriter
from eiginfra.providers.gitlab.nested_api import Holder
from eiginfra.providers.gitlab.observed_tree import CohortTree, identity

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
            if member.username in kept:
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
        lists = self.reader.read(asked, memories, inviting, scope.look)
        persons = {person.username: person for person in people(scope)}
        known = self._identities(scope, persons, specs, lists)
        missing = self._missing(scope, persons, known)
        everywhere = [item.spec for item in (*scope.everything.values(), *scope.resources) if isinstance(item.spec, MembersSpec)]
        leavers = Leavers(self.api, tree, {spec.path: spec.names for spec in everywhere}, whole=scope.whole)
        objects, findings, numbers = list[Observed](), list[Finding](), dict[str, int]()
        blocked = dict[Address, Mapping[str, Reason]]()
        for holder in asked:
            found, spec = lists.get(holder.path), specs.get(holder.path)
            entries, names = (None, frozenset[str]()) if spec is None else (spec.entries, spec.names)
            accounts = {name: one.number for name in names if (one := known[name]).number is not None}
            state = (found or self.reader.empty(holder)).state(entries, accounts)
            findings += state.findings
            numbers |= state.accounts
            for name in sorted(names):
                findings += self._told(
                    scope, wanted[holder.path], persons[name], known[name], left_out=name in missing and name not in state.entries
                )
            out = {name: missing[name] for name in sorted(names & missing.keys()) if name not in state.entries}
            if found is None:
                blocked[Address(MEMBERS, holder.path)] = _labels(out | state.blocked)
                continue
            state.blocked = out | state.blocked
            extra, elsewhere = leavers.of(found.holder, state, entries)
            findings += elsewhere
            objects.append(_observed(found.holder, state, {**extra, "invitations": holder.path in inviting}, tree.team(holder.path)))
        return Observation(objects, findings, blocked=blocked, facts=numbers)

    def complete(self, resource: Resource, world: World) -> Mapping[str, object]:
        """The IDs of those whose identity is known: what is carried out later names accounts, and no names that change hands."""
        numbers, spec = world.facts(self.name) or {}, resource.spec
        if not isinstance(spec, MembersSpec) or spec.names.isdisjoint(numbers):
            return {}
        found = ((member, numbers.get(member.username)) for member in spec.members)
        return {"members": tuple(member if number is None else member.model_copy(update={"id": number}) for member, number in found)}

    def _identities(
        self, scope: Scope, persons: Mapping[str, Somebody], specs: Mapping[str, MembersSpec], lists: Mapping[str, MemberList]
    ) -> Mapping[str, Identity]:
        """Whose account is whose; GitLab is asked only if somebody is no member yet of a list that names them, by an ID that is known."""
        members = {int(member["id"]): member for found in lists.values() for member in found.members}
        at_home = {name: Identity(members[person.number]) for name, person in persons.items() if person.number in members}
        everybody = all(
            name in at_home and path in lists and at_home[name].number in lists[path].numbers
            for path, spec in specs.items()
            for name in spec.names
        )
        if everybody and len({one.number for one in at_home.values()}) == len(at_home):
            return at_home
        return identities(self.api, scope, tuple(persons.values()))

    def _missing(self, scope: Scope, persons: Mapping[str, Somebody], known: Mapping[str, Identity]) -> dict[str, Reason]:
        """Why people cannot be members: nobody bears the name, and no account is created; or nothing proves that the account is theirs."""
        invites = self.api.settings.accounts == "invite"
        created = {address.key for address in scope.everything if address.kind == USER and not invites}
        missing = {}
        for name, one in known.items():
            by_invitation = persons[name].invited and (one.why is None or one.why.code == UNCONFIRMED)
            if one.user is None and not by_invitation and (one.why is not None or name not in created):
                missing[name] = one.why or reason("no-account")
        return missing

    def _told(self, scope: Scope, resource: Resource, person: Somebody, one: Identity, *, left_out: bool) -> Iterable[Finding]:
        """What the person's own `gitlab.user` tells is not told again."""
        address, field, team = str(resource.address), label("members", person.username), resource.team
        if one.user is None and one.why is None and left_out:
            yield warning("member-without-account", username=person.username, address=address, field=field, team=team)
        elif account(person.username) not in scope.everything and (left_out or one.user is not None):
            yield from told(person, one, address=address, field=field, team=team)

    def _invites(self, spec: MembersSpec | None, recorded: Mapping[str, Any]) -> bool:
        """Whether there may be invitations: GitLab is asked for them only then."""
        entries = [*(spec.entries or () if spec else ()), *(recorded.get("members") or ())]
        return self.api.settings.accounts == "invite" or any(entry.get("email") for entry in entries)

    def read(self, spec: MembersSpec, handle: Mapping[str, JsonValue]) -> Observed | None:
        """The members of one list; None when there is no such group or project."""
        holder = _holder(spec.path, spec, {}, identity(handle))
        memory = RememberedMembers.of(handle)
        inviting = {spec.path} if handle.get("invitations") or self._invites(spec, {}) else set()
        found = self.reader.read([holder], {spec.path: memory}, inviting).get(spec.path)
        if found is None:
            return None
        kept = {name: handle[name] for name in ("stay", "elsewhere", "invitations") if name in handle}
        return _observed(found.holder, found.state(spec.entries, {**memory.accounts, **spec.numbers}), kept)

    def create(self, spec: MembersSpec) -> Observed:
        """Add all members to a group or project that is new: one request each."""
        there = self.read(spec, {})
        if there is None:
            noun = "group" if spec.group else "project"
            raise NotFoundError(f"the {noun} {spec.path} is not there, or hidden from this token")
        present = MembersState.of(there).entries
        missing = {entry["username"]: entry for entry in spec.entries or () if not as_wanted(entry, present.get(entry["username"]))}
        diffs = [FieldDiff(field="members", entry=name, before=present.get(name), after=entry) for name, entry in missing.items()]
        return self.update(there, spec, diffs)

    def update(self, observed: Observed, spec: MembersSpec, diffs: Sequence[FieldDiff]) -> Observed:
        """Add, invite, change and remove the named entries; one that fails does not keep the others from being done.

        Raises the first error, with the words of all.
        """
        holder, handle = _holder(spec.path, spec, {}, identity(observed.handle)), dict[str, Any](observed.handle)
        state = MembersState.of(observed)
        state.accounts |= spec.numbers
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
