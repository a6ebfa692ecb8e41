"""`proxmox.group`: accounts that get rights together.

Membership lives here although Proxmox keeps it with the account: so an account that was added by hand is seen, and who is in two teams is
one account.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue

from eiginfra.core.address import Address
from eiginfra.core.change import Action, Change, FieldDiff, label
from eiginfra.core.decommission import Decommission, Step, Trigger
from eiginfra.core.errors import ProviderError
from eiginfra.core.finding import Finding, error
from eiginfra.core.merge import by_entry
from eiginfra.core.resource import Observation, Observed, Resource, Scope
from eiginfra.core.spec import IMMUTABLE, Rules, Spec
from eiginfra.providers.proxmox import rules
from eiginfra.providers.proxmox.access import folded
from eiginfra.providers.proxmox.kind import WHOLE, Asking, Needs, ProxmoxKind
from eiginfra.providers.proxmox.permissions import right

GroupId = Annotated[str, rules.GROUP]
UserId = Annotated[str, rules.USER]


class GroupAccount(BaseModel):
    """An account in a group."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    user: Annotated[UserId, AfterValidator(folded)] = Field(description="NAME@REALM, in any letter case")


class ProxmoxGroupSpec(Spec):
    """A managed group."""

    id: Annotated[GroupId, IMMUTABLE] = Field(description="Its name, COHORT-TEAM by convention")
    comment: str | None = Field(default=None, description="Shown in the web interface")
    members: Annotated[tuple[GroupAccount, ...], Rules(entries="user", harm=(None, "access-lost"), merge=by_entry("user"))] = Field(
        default=(), description="All its accounts; who is not among them is taken out"
    )


class ProxmoxGroupKind(ProxmoxKind[ProxmoxGroupSpec]):
    """Groups whose name begins with the cohort's, and those that are wanted by name; an account's other groups are its own business."""

    name = "proxmox.group"
    spec = ProxmoxGroupSpec
    title = "A group of accounts on Proxmox VE"
    decommission = Decommission((Step("delete", Trigger.PRUNE),))

    def key(self, spec: ProxmoxGroupSpec) -> str:
        """The group's name."""
        return spec.id

    def entry_needs(self, spec: ProxmoxGroupSpec) -> Mapping[str, Address]:
        """Its accounts."""
        return {label("members", member.user): Address("proxmox.user", member.user) for member in spec.members}

    def check(self, spec: ProxmoxGroupSpec, wanted: Mapping[Address, Resource]) -> Iterator[Finding]:  # noqa: ARG002 - a group is judged alone
        """Accounts that are never touched."""
        for member in spec.members:
            if member.user in self.api.access.reserved:
                yield error("member-reserved", user=member.user, field=f"members[{member.user}]")

    def observe(self, scope: Scope) -> Observation:
        """One request."""
        wanted = {spec.id for spec in scope.specs()}
        teams = {f"{scope.cohort}-{team}": team for team in scope.teams}
        rows = {str(row["groupid"]): row for row in self.api.access.groups()}
        keys = sorted(key for key in rows if key in wanted or key.startswith(f"{scope.cohort}-"))
        return Observation(
            [
                self._observed(key, rows[key].get("comment"), str(rows[key].get("users") or "").split(","), teams.get(key))
                for key in keys
            ]
        )  # fmt: skip

    def read(self, spec: ProxmoxGroupSpec, handle: Mapping[str, JsonValue]) -> Observed | None:  # noqa: ARG002 - the name is all there is to find it by
        """The group, or None."""
        group = self.api.access.group(spec.id)
        return None if group is None else self._observed(spec.id, group.get("comment"), group.get("members", []))

    def needs(self, change: Change, asking: Asking) -> Needs:  # noqa: ARG002 - what differs is all that is needed
        """The group's own, and for each account that comes or goes that account's."""
        members = (change.desired or {}).get("members")
        if change.action is Action.CREATE and isinstance(members, list):
            entries = [label("members", str(member["user"])) for member in members if isinstance(member, dict)]
        else:
            entries = [found.label for found in change.diffs if found.entry is not None]
        yield from ((entry, right("/access/groups", "User.Modify", somewhere=True)) for entry in entries)
        if change.action in {Action.CREATE, Action.DELETE} or any(found.entry is None for found in change.diffs):
            yield "comment" if change.diffs else WHOLE, right("/access/groups", "Group.Allocate")

    def create(self, spec: ProxmoxGroupSpec) -> None:
        """Make it, and put its accounts into it; raises AlreadyExistsError."""
        self.api.client.send("POST", "access/groups", f"create group {spec.id}", {"groupid": spec.id, "comment": spec.comment})
        self._move(spec.id, [member.user for member in spec.members], [])

    def update(self, observed: Observed, spec: ProxmoxGroupSpec, diffs: Sequence[FieldDiff]) -> None:  # noqa: ARG002 - what differs is all that is needed
        """Comment, and accounts: who comes before who leaves."""
        if any(found.field == "comment" for found in diffs):
            self.api.client.send("PUT", f"access/groups/{spec.id}", f"change group {spec.id}", {"comment": spec.comment or ""})
        entries = [found for found in diffs if found.entry is not None]
        self._move(
            spec.id,
            [str(found.entry) for found in entries if not found.removes],
            [str(found.entry) for found in entries if found.removes],
        )

    def delete(self, observed: Observed) -> None:
        """Delete it; its ACL entries go with it, its accounts stay."""
        self.api.client.send("DELETE", f"access/groups/{observed.address.key}", f"delete group {observed.address.key}", {})

    def _move(self, group: str, into: Iterable[str], out: Iterable[str]) -> None:
        """One account that cannot be moved does not keep the others waiting; raises what it met first."""
        problems = []
        for move, users in ((self.api.access.join, into), (self.api.access.leave, out)):
            for user in users:
                try:
                    move(user, group)
                except ProviderError as problem:
                    problems.append(problem)
        if problems:
            raise problems[0]

    def _observed(self, key: str, comment: object, users: Iterable[str], team: str | None = None) -> Observed:
        """Accounts that are never touched are as if not there."""
        given = [user for user in users if user]
        # Of two that differ in case alone, the one in another case is somebody of its own.
        names = {user if user != folded(user) and folded(user) in given else folded(user) for user in given}
        members: list[JsonValue] = [{"user": user} for user in sorted(names - self.api.access.reserved)]
        return Observed(Address(self.name, key), {"id": key, "comment": str(comment or ""), "members": members}, {"id": key}, team=team)
