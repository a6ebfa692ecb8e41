"""`gitlab.user`: an account on GitLab; made, invited or insisted on, as the site's `accounts` says."""

from collections.abc import Iterator, Mapping, Sequence
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
from eiginfra.core.spec import CREATE_ONLY, IMMUTABLE, Rules, Spec
from eiginfra.core.world import World
from eiginfra.providers.gitlab import rules
from eiginfra.providers.gitlab.base import USER, GitLabKind, account
from eiginfra.providers.gitlab.client import Json
from eiginfra.providers.gitlab.fields import Username
from eiginfra.providers.gitlab.identities import UNCONFIRMED, Identity, Somebody, identities, people, theirs, told
from eiginfra.providers.gitlab.observed_tree import identity
from eiginfra.providers.gitlab.reactivation import reactivated

APPROVAL = "blocked_pending_approval"
# An account "deactivated" for being idle wakes up at the next sign-in.
AWAKE = frozenset({"active", "deactivated", APPROVAL})


class UserSpec(Spec):
    """An account on GitLab."""

    username: Annotated[Username, IMMUTABLE] = Field(description="What follows the @")
    name: Annotated[str, CREATE_ONLY, rules.SHOWN_NAME] = Field(default="", description="Shown name; the person may change it")
    email: Annotated[str, CREATE_ONLY] = Field(default="", description="Where GitLab sends the link to set a password, or the invitation")
    id: Annotated[int | None, CREATE_ONLY, Field(ge=1)] = Field(default=None, description="The account's ID, where EIG Link confirmed it")
    state: Annotated[Literal["active", "blocked"], Rules(harm=("blocked", "account-blocked"), merge=strongest(["active", "blocked"]))] = (
        Field(default="active", description="Whether it may sign in")
    )


class UserKind(GitLabKind[UserSpec]):
    """Found by its ID once that is known. Never given a password or removed; blocked only if eiginfra made it, while its owner is away."""

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
        """These people's accounts: pages of all accounts where they are few, else one request a name; by ID what bears another name."""
        everybody = people(scope)
        found = identities(self.api, scope, everybody)
        wanted = {resource.address.key: resource for resource in scope.resources}
        ours = {record.address.key for record in (*scope.history, *scope.records) if record.created and record.address.kind == USER}
        objects, findings, absent = list[Observed](), list[Finding](), dict[Address, Absence]()
        for person in everybody:
            key, one, resource = person.username, found[person.username], wanted.get(person.username)
            if resource is not None:
                findings += self._told(resource, person, one)
            if one.user is not None:
                objects.append(_observed(key, one.user, resource, created=key in ours))
        people_ = [(wanted[person.username], person, found[person.username]) for person in everybody if person.username in wanted]
        missing = [item for item in people_ if item[2].user is None]
        answers = self.api.client.each(lambda item: self._missing(*item), missing)
        for (resource, *_), answer in zip(missing, answers, strict=True):
            if answer is not None:
                why, warned = answer
                absent[resource.address] = Absence(why, Presence.WAITING)
                findings += warned
        return Observation(objects, findings, absent)

    def _told(self, resource: Resource, person: Somebody, one: Identity) -> Iterator[Finding]:
        """Who will be invited needs no confirmation: the invitation proves the account."""
        if not self._invites(person, one):
            yield from told(person, one, address=str(resource.address), field="username", team=resource.team)

    def _invites(self, person: Somebody, one: Identity) -> bool:
        return self.api.settings.accounts == "invite" and bool(person.email) and one.why is not None and one.why.code == UNCONFIRMED

    def _missing(self, resource: Resource, person: Somebody, one: Identity) -> tuple[Reason, list[Finding]] | None:
        """Why an account that is not there is not created either, and what to do; None if it is created. Nobody else is kept back."""
        settings = self.api.settings
        if one.why is not None:
            return (reason("own-invitation"), []) if self._invites(person, one) else (one.why, [])
        address, team = str(resource.address), resource.team
        if settings.accounts == "require":
            found = warning("account-missing", username=person.username, url=settings.url, address=address, field="username", team=team)
            return reason("account-missing"), [found]
        if not person.email:
            found = warning(
                "account-without-email", username=person.username, accounts=settings.accounts, address=address, field="email", team=team
            )
            return reason("email-missing"), [found]
        others = [str(user["username"]) for user in self.api.users_by_email(person.email)]
        if others:
            found = warning("account-email-taken", username=person.username, account=others[0], address=address, field="email", team=team)
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
        """One account by ID; without a known one, by its name, if it is the person's."""
        number = identity(handle) or spec.id
        user = self.api.user(number) if number is not None else theirs(self.api, spec.username, spec.email)
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
            # No mail asks to confirm the address: receiving the link proves it, or the sign-in elsewhere.
            "skip_confirmation": True,
            **self._sign_in(spec),
        }
        made = self.made(spec, lambda: self.api.create_user(fields))
        if spec.state == "blocked":
            self.api.set_blocked(spec.username, int(made["id"]), blocked=True)
            made = {**made, "state": "blocked"}
        return _observed(self.key(spec), made)

    def _sign_in(self, spec: UserSpec) -> Json:
        """A link to set a password, never a password itself; or what the first sign-in elsewhere is recognised by."""
        if self.api.settings.identity is None:
            return {"reset_password": True}
        provider, uid = self.api.settings.identity
        # GitLab refuses an account without a password; nobody learns this one.
        return {"provider": provider, "extern_uid": spec.email if uid == "email" else spec.username, "force_random_password": True}

    def update(self, observed: Observed, spec: UserSpec, diffs: Sequence[FieldDiff]) -> Observed:
        """Block or unblock it; all else is the person's own once the account is made."""
        known = identity(observed.handle)
        if known is not None and any(diff.field == "state" for diff in diffs):
            self.api.set_blocked(spec.username, known, blocked=spec.state == "blocked")
        return self.read(spec, observed.handle) or observed


def _blocked(resource: Resource, there: Observed) -> Finding:
    return warning(
        "account-blocked",
        username=there.facts.get("username"),
        state=there.facts.get("state"),
        address=str(resource.address),
        field="username",
        team=resource.team,
    )


def _observed(key: str, user: Json, resource: Resource | None = None, *, created: bool = True) -> Observed:
    """The account of whom the inventory calls `key`, whatever its name is now. created: whether eiginfra made it."""
    state = str(user.get("state", "active"))
    return Observed(
        Address(USER, key),
        {"username": key, "state": "active" if state in AWAKE else "blocked"},
        handle={"id": user["id"]},
        team=None if resource is None else resource.team,
        waiting={"username": reason("account-approval")} if state == APPROVAL else {},
        blocked={} if created else {"state": reason("account-not-created")},
        facts={"id": user["id"], "username": user["username"], "state": user.get("state"), "web_url": user.get("web_url")},
    )
