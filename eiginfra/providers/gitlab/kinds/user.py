"""`gitlab.user`: an account on GitLab; made or insisted on, as the site's `accounts` says."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Annotated

from pydantic import Field, JsonValue

from eiginfra.core.address import Address
from eiginfra.core.change import FieldDiff
from eiginfra.core.errors import PermanentError
from eiginfra.core.finding import Finding, error, warning
from eiginfra.core.resource import Observation, Observed, Resource, Scope
from eiginfra.core.spec import CREATE_ONLY, IMMUTABLE, Spec
from eiginfra.providers.gitlab.base import USER, GitLabKind, identity
from eiginfra.providers.gitlab.client import Json
from eiginfra.providers.gitlab.fields import Username

APPROVAL = "blocked_pending_approval"


class UserSpec(Spec):
    """An account on GitLab."""

    username: Annotated[Username, IMMUTABLE] = Field(description="What follows the @")
    name: Annotated[str, CREATE_ONLY] = Field(default="", description="Shown name; the person may change it")
    email: Annotated[str, CREATE_ONLY] = Field(default="", description="Where GitLab sends the link to set a password")


class UserKind(GitLabKind[UserSpec]):
    """Found by its username. Never given a password, changed, blocked or removed by eiginfra."""

    name = USER
    spec = UserSpec
    title = "an account on GitLab"

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
        findings = [
            finding for resource in scope.resources if (user := found.get(resource.address.key)) for finding in _state(resource, user)
        ]
        findings += [
            finding for some in self.api.client.each(lambda resource: list(self._missing(resource, seen)), missing) for finding in some
        ]
        return Observation([_observed(key, user, teams.get(key)) for key, user in sorted(found.items())], findings=findings)

    def _missing(self, resource: Resource, seen: Iterable[Json]) -> Iterator[Finding]:
        """What stands in the way of an account that is not there."""
        spec = resource.spec
        if not isinstance(spec, UserSpec):
            return
        say = partial(error, address=str(resource.address), location=resource.origin, team=resource.team)
        settings = self.api.settings
        if settings.accounts == "require":
            remedy = f"ask them to sign in once at {settings.url}, or write accounts: create under gitlab: in the site file"
            yield say("account-missing", f"there is no account {spec.username} on GitLab", remedy=remedy)
            return
        if not spec.email:
            yield say("account-without-email", f"the account {spec.username} is to be made, but has no e-mail address")
            return
        others = [user for user in seen if str(user.get("email", "")).lower() == spec.email.lower()] or self.api.users_by_email(spec.email)
        if others:
            yield say(
                "account-email-taken",
                f"the e-mail address of {spec.username} belongs to the account {others[0]['username']} on GitLab",
                remedy=f"write {others[0]['username']} as the username, or another address",
            )

    def read(self, spec: UserSpec, handle: Mapping[str, JsonValue]) -> Observed | None:
        """One account by ID or username."""
        known = identity(handle)
        user = self.api.user(known or spec.username)
        return None if user is None else _observed(spec.username, user)

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
        return _observed(spec.username, self.made(spec, lambda: self.api.create_user(fields)))

    def update(self, observed: Observed, spec: UserSpec, diffs: Sequence[FieldDiff]) -> Observed:  # noqa: ARG002 - nothing is changed
        """Nothing: an account is the person's own once it is made."""
        return observed


def _state(resource: Resource, user: Json) -> Iterator[Finding]:
    state = str(user.get("state", "active"))
    # An account "deactivated" for being idle wakes up at the next sign-in.
    if state not in {"active", "deactivated", APPROVAL}:
        yield warning(
            "account-blocked",
            f"the account {user['username']} is {state}",
            remedy="an administrator of GitLab can unblock it",
            address=str(resource.address),
            location=resource.origin,
            team=resource.team,
        )


def _observed(key: str, user: Json, team: str | None = None) -> Observed:
    return Observed(
        Address(USER, key),
        {"username": user["username"]},
        handle={"id": user["id"]},
        team=team,
        waiting={"username": "the approval of an administrator of GitLab"} if user.get("state") == APPROVAL else {},
        facts={"id": user["id"], "state": user.get("state"), "web_url": user.get("web_url")},
    )
