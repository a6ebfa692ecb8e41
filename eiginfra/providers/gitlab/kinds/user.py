"""`gitlab.user`: an account on GitLab; made, invited or insisted on, as the site's `accounts` says."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Annotated, Literal

from pydantic import Field, JsonValue

from eiginfra.core.address import Address
from eiginfra.core.change import FieldDiff
from eiginfra.core.errors import PermanentError
from eiginfra.core.finding import Finding, error
from eiginfra.core.kind import Allocator, Retirement
from eiginfra.core.resource import Observation, Observed, Resource, Scope
from eiginfra.core.spec import CREATE_ONLY, IMMUTABLE, Spec
from eiginfra.providers.gitlab.api import GitLabApi
from eiginfra.providers.gitlab.base import USER, GitLabKind
from eiginfra.providers.gitlab.client import Json
from eiginfra.providers.gitlab.fields import Username
from eiginfra.providers.gitlab.observed_tree import identity
from eiginfra.providers.gitlab.reactivation import Reactivation

APPROVAL = "blocked_pending_approval"
# An account "deactivated" for being idle wakes up at the next sign-in.
AWAKE = frozenset({"active", "deactivated", APPROVAL})
INVITED = "the person to accept the invitation"


class UserSpec(Spec):
    """An account on GitLab."""

    username: Annotated[Username, IMMUTABLE] = Field(description="What follows the @")
    name: Annotated[str, CREATE_ONLY] = Field(default="", description="Shown name; the person may change it")
    email: Annotated[str, CREATE_ONLY] = Field(default="", description="Where GitLab sends the link to set a password, or the invitation")
    state: Literal["active", "blocked"] = Field(default="active", description="Whether it may sign in")


class UserKind(GitLabKind[UserSpec]):
    """Found by its username. Never given a password or removed; blocked only if eiginfra made it, while its owner is away."""

    name = USER
    spec = UserSpec
    title = "an account on GitLab"
    retires = Retirement("blocked", {"state": "blocked"}, "members")

    def __init__(self, api: GitLabApi | None = None) -> None:
        super().__init__(api)
        self.allocator: Allocator | None = Reactivation()

    def key(self, spec: UserSpec) -> str:
        """The username."""
        return spec.username

    def observe(self, scope: Scope) -> Observation:
        """The accounts by these names: pages of all accounts where they are few, else one request a name."""
        addresses = [record.address for record in scope.records] + [resource.address for resource in scope.resources]
        names = {address.key.lower(): address.key for address in addresses}
        teams = {resource.address.key: resource.team for resource in scope.resources}
        seen = self.api.users(sorted(names.values()))
        found = {names[user["username"].lower()]: user for user in seen if user["username"].lower() in names}
        missing = [resource for resource in scope.resources if resource.address.key not in found]
        known = {record.address.key: identity(record.handle) for record in scope.records}
        findings = [
            finding
            for resource in scope.resources
            if (user := found.get(resource.address.key))
            for finding in _other(resource, user, known.get(resource.address.key))
        ]
        findings += [
            finding for some in self.api.client.each(lambda resource: list(self._missing(resource, seen)), missing) for finding in some
        ]
        objects = [_observed(key, user, teams.get(key)) for key, user in sorted(found.items())]
        if self.api.settings.accounts == "invite":
            objects += [_invited(resource.address.key, resource.team) for resource in missing]
        return Observation(objects, findings=findings)

    def _missing(self, resource: Resource, seen: Iterable[Json]) -> Iterator[Finding]:
        """What stands in the way of an account that is not there."""
        spec = resource.spec
        if not isinstance(spec, UserSpec):
            return
        say = partial(error, address=str(resource.address), team=resource.team)
        settings = self.api.settings
        if settings.accounts == "require":
            remedy = f"ask them to sign in once at {settings.url}, or write accounts: create under gitlab: in the site file"
            yield say("account-missing", f"there is no account {spec.username} on GitLab", remedy=remedy, field="username")
            return
        if not spec.email:
            what = "to be made" if settings.accounts == "create" else "to be invited"
            yield say("account-without-email", f"the account {spec.username} is {what}, but has no e-mail address", field="email")
            return
        others = [user for user in seen if str(user.get("email", "")).lower() == spec.email.lower()] or self.api.users_by_email(spec.email)
        if others:
            yield say(
                "account-email-taken",
                f"the e-mail address of {spec.username} belongs to the account {others[0]['username']} on GitLab",
                remedy=f"write {others[0]['username']} as the username, or another address",
                field="email",
            )

    def read(self, spec: UserSpec, handle: Mapping[str, JsonValue]) -> Observed | None:
        """One account by ID or username."""
        known = identity(handle)
        user = self.api.user(known or spec.username)
        if user is None:
            return _invited(spec.username) if self.api.settings.accounts == "invite" else None
        return _observed(spec.username, user)

    def create(self, spec: UserSpec) -> Observed:
        """Make it (an administrator's token is needed); GitLab sends the person a link to set a password."""
        settings = self.api.settings
        if settings.accounts == "require":
            raise PermanentError(f"there is no account {spec.username} on {settings.url}; ask them to sign in once")
        fields = {
            "username": spec.username,
            "name": spec.name or spec.username,
            "email": spec.email,
            # A link, never a password of ours; that it arrives proves the address, so no second mail is sent to confirm it.
            "reset_password": True,
            "skip_confirmation": True,
        }
        made = self.made(spec, lambda: self.api.create_user(fields))
        if spec.state == "blocked":
            self.api.set_blocked(spec.username, int(made["id"]), blocked=True)
            made = {**made, "state": "blocked"}
        return _observed(spec.username, made)

    def update(self, observed: Observed, spec: UserSpec, diffs: Sequence[FieldDiff]) -> Observed:
        """Block or unblock it; all else is the person's own once the account is made."""
        known = identity(observed.handle)
        if known is not None and any(diff.field == "state" for diff in diffs):
            self.api.set_blocked(spec.username, known, blocked=spec.state == "blocked")
        return self.read(spec, observed.handle) or observed


def _other(resource: Resource, user: Json, known: int | None) -> Iterator[Finding]:
    """Names can be given up and taken by somebody else: accounts are known by their ID."""
    if known is not None and known != user["id"]:
        yield error(
            "account-replaced",
            f"the account {user['username']} (ID {user['id']}) is not the one that eiginfra knew by that name (ID {known})",
            remedy=f"ask the person for the name of the account; if this is right: eiginfra forget '{resource.address}'",
            address=str(resource.address),
            field="username",
            team=resource.team,
        )


def _invited(key: str, team: str | None = None) -> Observed:
    """An account that does not exist: gitlab.members invites its owner, who makes it."""
    return Observed(Address(USER, key), {"username": key}, team=team, waiting={"username": INVITED})


def _observed(key: str, user: Json, team: str | None = None) -> Observed:
    state = str(user.get("state", "active"))
    return Observed(
        Address(USER, key),
        {"username": user["username"], "state": "active" if state in AWAKE else "blocked"},
        handle={"id": user["id"]},
        team=team,
        waiting={"username": "the approval of an administrator of GitLab"} if state == APPROVAL else {},
        facts={"id": user["id"], "state": user.get("state"), "web_url": user.get("web_url")},
    )
