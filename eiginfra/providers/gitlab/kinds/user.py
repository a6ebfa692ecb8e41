"""`gitlab.user`: an account on GitLab; made, invited or insisted on, as the site's `accounts` says."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Literal

from pydantic import Field, JsonValue

from eiginfra.core.address import Address
from eiginfra.core.change import FieldDiff
from eiginfra.core.decommission import Decommission, Step, Trigger
from eiginfra.core.errors import PermanentError
from eiginfra.core.finding import Finding, error, warning
from eiginfra.core.merge import strongest
from eiginfra.core.reason import Reason, reason
from eiginfra.core.resource import Absence, Observation, Observed, Presence, Resource, Scope
from eiginfra.core.spec import CREATE_ONLY, Rules, Spec
from eiginfra.core.world import World
from eiginfra.providers.gitlab import rules
from eiginfra.providers.gitlab.base import USER, GitLabKind, account
from eiginfra.providers.gitlab.client import Json
from eiginfra.providers.gitlab.fields import Username, lower_case
from eiginfra.providers.gitlab.observed_tree import identity
from eiginfra.providers.gitlab.reactivation import reactivated

APPROVAL = "blocked_pending_approval"
# An account "deactivated" for being idle wakes up at the next sign-in.
AWAKE = frozenset({"active", "deactivated", APPROVAL})


class UserSpec(Spec):
    """An account on GitLab."""

    username: Annotated[Username, Rules(immutable=True, normalise=lower_case)] = Field(description="What follows the @")
    name: Annotated[str, CREATE_ONLY, rules.SHOWN_NAME] = Field(default="", description="Shown name; the person may change it")
    email: Annotated[str, CREATE_ONLY] = Field(default="", description="Where GitLab sends the link to set a password, or the invitation")
    state: Annotated[Literal["active", "blocked"], Rules(harm=("blocked", "account-blocked"), merge=strongest(["active", "blocked"]))] = (
        Field(default="active", description="Whether it may sign in")
    )


class UserKind(GitLabKind[UserSpec]):
    """Found by its username. Never given a password or removed; blocked only if eiginfra made it, while its owner is away."""

    name = USER
    spec = UserSpec
    title = "an account on GitLab"
    decommission = Decommission((Step("block", Trigger.APPLY, {"state": "blocked"}, cap="members", created_only=True),))

    def key(self, spec: UserSpec) -> str:
        """The username, in lower case."""
        return account(spec.username).key

    def check(self, spec: UserSpec, wanted: Mapping[Address, Resource]) -> Iterator[Finding]:  # noqa: ARG002 - an account is judged alone
        """Names that GitLab gives to no account; where accounts may have to be made, with today's rules."""
        for problem in rules.user_problems(spec.username, new=self.api.settings.accounts != "require"):
            yield error("account-name-refused", username=spec.username, problem=problem, field="username")
        if spec.email:
            yield from rules.EMAIL.objections(f"{self.name}: email", spec.email, "email")

    def observe(self, scope: Scope) -> Observation:
        """The accounts by these names: pages of all accounts where they are few, else one request a name."""
        addresses = [record.address for record in scope.records] + [resource.address for resource in scope.resources]
        names = {address.key.lower(): address.key for address in addresses}
        listed = self.api.users(sorted(names.values()))
        found = {names[user["username"].lower()]: user for user in listed if user["username"].lower() in names}
        known = {record.address.key: number for record in scope.records if (number := identity(record.handle)) is not None}
        found |= self._by_number({key: number for key, number in known.items() if key not in found})
        replaced = {key for key, user in found.items() if known.get(key, user["id"]) != user["id"]}
        teams = {resource.address.key: resource.team for resource in scope.resources}
        objects = [_observed(key, user, teams.get(key)) for key, user in sorted(found.items()) if key not in replaced]
        absent = {Address(USER, key): Absence(reason("account-replaced"), Presence.WAITING) for key in replaced}
        findings = [
            _replaced(resource, found[resource.address.key], known[resource.address.key])
            for resource in scope.resources
            if resource.address.key in replaced
        ]
        missing = [resource for resource in scope.resources if resource.address.key not in found]
        answers = self.api.client.each(lambda one: self._missing(one, listed, known.get(one.address.key)), missing)
        for resource, answer in zip(missing, answers, strict=True):
            if answer is not None:
                why, told = answer
                absent[resource.address] = Absence(why, Presence.WAITING)
                findings += told
        return Observation(objects, findings, absent)

    def _by_number(self, known: Mapping[str, int]) -> dict[str, Json]:
        """Accounts by the IDs that the journal knows: some bear another name by now, and blocked ones are listed to administrators only."""
        users = self.api.client.each(self.api.user, known.values())
        return {key: user for key, user in zip(known, users, strict=True) if user is not None}

    def _missing(self, resource: Resource, listed: Iterable[Json], known: int | None) -> tuple[Reason, list[Finding]] | None:
        """Why an account that is not there is not created either, and what to do; None if it is created. Nobody else is kept back."""
        spec, settings = resource.spec, self.api.settings
        if not isinstance(spec, UserSpec):
            return None
        address, team = str(resource.address), resource.team
        if known is not None and not self.api.me().get("is_admin"):
            found = warning("account-hidden", username=spec.username, id=known, address=address, field="username", team=team)
            return reason("account-hidden"), [found]
        if settings.accounts == "require":
            found = warning("account-missing", username=spec.username, url=settings.url, address=address, field="username", team=team)
            return reason("account-missing"), [found]
        if not spec.email:
            found = warning(
                "account-without-email", username=spec.username, accounts=settings.accounts, address=address, field="email", team=team
            )
            return reason("email-missing"), [found]
        mine = [user for user in listed if str(user.get("email", "")).lower() == spec.email.lower()]
        others = [str(user["username"]) for user in mine or self.api.users_by_email(spec.email)]
        if others:
            found = warning("account-email-taken", username=spec.username, account=others[0], address=address, field="email", team=team)
            return reason("account-email-taken", account=others[0]), [found]
        return (reason("own-invitation"), []) if settings.accounts == "invite" else None

    def complete(self, resource: Resource, world: World) -> Mapping[str, object]:
        """Who comes back finds the account open."""
        return reactivated(resource, world)

    def assess(self, resources: Sequence[Resource], world: World) -> Iterator[Finding]:
        """A warning for every account that somebody else blocked."""
        for resource in resources:
            there = world.observed.get(resource.address)
            if there is not None and there.values.get("state") == "blocked" and "state" not in resource.values:
                yield _blocked(resource, there)

    def read(self, spec: UserSpec, handle: Mapping[str, JsonValue]) -> Observed | None:
        """One account by ID or username."""
        known = identity(handle)
        user = self.api.user(known or spec.username)
        return None if user is None else _observed(self.key(spec), user)

    def create(self, spec: UserSpec) -> Observed:
        """Make it (an administrator's token is needed); GitLab sends the person a link to set a password."""
        settings = self.api.settings
        if settings.accounts == "require":
            raise PermanentError(f"there is no account {spec.username} on {settings.url}; ask them to sign in once")
        fields = {
            "username": spec.username,
            "name": spec.name or spec.username,
            "email": spec.email,
            # A link, never a password. Receiving it proves the address, so no second mail asks to confirm it.
            "reset_password": True,
            "skip_confirmation": True,
        }
        made = self.made(spec, lambda: self.api.create_user(fields))
        if spec.state == "blocked":
            self.api.set_blocked(spec.username, int(made["id"]), blocked=True)
            made = {**made, "state": "blocked"}
        return _observed(self.key(spec), made)

    def update(self, observed: Observed, spec: UserSpec, diffs: Sequence[FieldDiff]) -> Observed:
        """Block or unblock it; all else is the person's own once the account is made."""
        known = identity(observed.handle)
        if known is not None and any(diff.field == "state" for diff in diffs):
            self.api.set_blocked(spec.username, known, blocked=spec.state == "blocked")
        return self.read(spec, observed.handle) or observed


def _replaced(resource: Resource, user: Json, known: int) -> Finding:
    """Names can be given up and taken by somebody else: accounts are known by their ID."""
    return warning(
        "account-replaced",
        username=user["username"],
        id=user["id"],
        known=known,
        address=str(resource.address),
        field="username",
        team=resource.team,
    )


def _blocked(resource: Resource, there: Observed) -> Finding:
    return warning(
        "account-blocked",
        username=there.values["username"],
        state=there.facts.get("state"),
        address=str(resource.address),
        field="username",
        team=resource.team,
    )


def _observed(key: str, user: Json, team: str | None = None) -> Observed:
    state = str(user.get("state", "active"))
    return Observed(
        Address(USER, key),
        {"username": user["username"], "state": "active" if state in AWAKE else "blocked"},
        handle={"id": user["id"]},
        team=team,
        waiting={"username": reason("account-approval")} if state == APPROVAL else {},
        facts={"id": user["id"], "state": user.get("state"), "web_url": user.get("web_url")},
    )
