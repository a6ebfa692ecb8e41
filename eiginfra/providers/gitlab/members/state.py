"""Who of a group's or project's members is eiginfra's to judge, and what of the wanted list already holds."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from pydantic import JsonValue

from eiginfra.core.finding import Finding, notice, warning
from eiginfra.core.reason import Reason, reason
from eiginfra.core.resource import Observed
from eiginfra.providers.gitlab.api import GitLabApi
from eiginfra.providers.gitlab.client import Json
from eiginfra.providers.gitlab.nested_api import Holder

# https://docs.gitlab.com/api/access_requests/#valid-access-levels
LEVELS = {"minimal": 5, "guest": 10, "planner": 15, "reporter": 20, "developer": 30, "maintainer": 40, "owner": 50}
NAMES = {level: name for name, level in LEVELS.items()}
OWNER = LEVELS["owner"]

# Accounts that GitLab makes for group and project access tokens, and the default names of service accounts.
_BOT = re.compile(r"(?:project|group)_\d+_bot(?:_[0-9a-f]+|\d*)|service_account_(?:group_\d+_|project_\d+_)?[0-9a-f]+", re.IGNORECASE)

Entry = dict[str, Any]


def entry_of(member: Json, username: str | None = None) -> Entry:
    """A membership as an entry of the spec; `username` as the spec writes it."""
    level, expires = member["access_level"], member.get("expires_at")
    access = NAMES.get(level, f"level {level}")
    return {"username": username or member["username"], "access": access, "expires": expires[:10] if expires else None}


def invited_entry(invitation: Json, username: str) -> Entry:
    """An invitation as an entry of the spec, with its address in lower case."""
    return {**entry_of(invitation, username), "email": str(invitation["invite_email"]).lower()}


@dataclass(frozen=True)
class RememberedMembers:
    """What the journal remembers of a list: whose account was whose, who was invited where, who waits for an administrator, since when."""

    users: Mapping[str, int] = field(default_factory=dict)
    invited: Mapping[str, str] = field(default_factory=dict)
    queued: Mapping[str, Entry] = field(default_factory=dict)
    since: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, handle: Mapping[str, Any], at: datetime | None = None) -> "RememberedMembers":
        """From the handle of an observed list, or of its record: `at` is when that was written, so when the newest were queued."""
        known = cls(*(dict(handle.get(name) or {}) for name in ("users", "invited", "queued", "since")))
        return known if at is None else replace(known, since={name: at.date().isoformat() for name in known.queued} | dict(known.since))


@dataclass
class MembersState:
    """A list as GitLab has it: entries by username, and the accounts and invitations behind them.

    queued: promotions that wait for an administrator, since when. waiting, blocked: reasons by username, as `Observed` has them.
    """

    entries: dict[str, Entry] = field(default_factory=dict)
    users: dict[str, int] = field(default_factory=dict)
    invited: dict[str, str] = field(default_factory=dict)
    queued: dict[str, Entry] = field(default_factory=dict)
    since: dict[str, str] = field(default_factory=dict)
    waiting: dict[str, Reason] = field(default_factory=dict)
    blocked: dict[str, Reason] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    @classmethod
    def of(cls, observed: Observed) -> "MembersState":
        """The state that an observed list was made of."""
        members: Any = observed.values["members"]
        memory = RememberedMembers.of(observed.handle)
        state = cls({entry["username"]: dict(entry) for entry in members}, dict(memory.users), dict(memory.invited))
        for name in state.invited:
            state.waiting[name] = invitation_of(name)
        for name, entry in memory.queued.items():
            state.wait_for_approval(name, entry, memory.since.get(name))
        return state

    @property
    def members(self) -> list[JsonValue]:
        """The entries in their order."""
        return [dict(self.entries[name]) for name in sorted(self.entries)]

    @property
    def handle(self) -> dict[str, JsonValue]:
        """What the journal remembers; see `RememberedMembers`."""
        known: dict[str, Mapping[str, JsonValue]] = {
            "users": self.users,
            "invited": self.invited,
            "queued": self.queued,
            "since": self.since,
        }
        return {name: dict(sorted(value.items())) for name, value in known.items() if value}

    def wait_for_approval(self, name: str, entry: Entry, since: str | None = None) -> None:
        """A promotion waits for an administrator: it is not asked for again."""
        self.queued[name] = dict(entry)
        self.waiting[name] = self.blocked[name] = reason("approval", who=name, since=since)
        if since is None:
            self.since.pop(name, None)
        else:
            self.since[name] = since


@dataclass(frozen=True)
class MemberList:
    """The direct members of a group or project and the pending invitations to it, as GitLab lists them.

    above: who inherits which level there, and from which group, by lower-case username.
    """

    api: GitLabApi
    holder: Holder
    members: Sequence[Json] = ()
    invitations: Sequence[Json] = ()
    above: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    memory: RememberedMembers = RememberedMembers()

    @property
    def names(self) -> set[str]:
        """The usernames of the members, in lower case."""
        return {str(member["username"]).lower() for member in self.members}

    def state(self, wanted: Sequence[Entry] | None) -> MembersState:
        """The list without those who are never touched. wanted: the entries of the inventory; None: the list left it."""
        state = MembersState()
        named = {entry["username"].lower(): entry for entry in wanted or ()}
        renamed = {number: named[name.lower()] for name, number in self.memory.users.items() if name.lower() in named.keys() - self.names}
        owners, other_owner = list[str](), False
        for member in self.members:
            mine = named.get(member["username"].lower()) or renamed.get(member["id"])
            owner = member["access_level"] == OWNER and self.holder.sort == "group"
            if self._untouched(member, named=mine is not None, left=wanted is None):
                other_owner |= owner
                continue
            name = mine["username"] if mine is not None else member["username"]
            if name.lower() != member["username"].lower():
                state.findings.append(self._renamed(name, member["username"]))
            state.entries[name], state.users[name] = entry_of(member, name), int(member["id"])
            owners += [name] if owner else []
        self._token_account(state, named)
        if owners and not other_owner:
            self._last_owner(state, owners, named, left=wanted is None)
        self._invited(state, named)
        for entry in wanted or ():
            self._queued(state, entry)
            self._inherited(state, entry)
        self._accepted_by_another(state, wanted or ())
        return state

    def _untouched(self, member: Json, *, named: bool, left: bool) -> bool:
        """Whether a member is never compared: the token's account, whom the site keeps, bots."""
        name = member["username"].lower()
        if member["id"] == self.api.me()["id"] or name in {kept.lower() for kept in self.api.settings.keep} or _BOT.fullmatch(name):
            return True
        # Service accounts may bear any name; only of those that would be removed is that asked.
        return not named and not left and bool((self.api.user(int(member["id"])) or {}).get("bot"))

    def _token_account(self, state: MembersState, named: Mapping[str, Entry]) -> None:
        """An entry for the token's account is left out."""
        entry = named.get(str(self.api.me()["username"]).lower())
        if entry is None:
            return
        name = str(entry["username"])
        state.blocked[name] = reason("token-account")
        state.findings.append(warning("member-is-token", username=name, path=self.holder.path, address=self._address))

    def _last_owner(self, state: MembersState, owners: Sequence[str], named: Mapping[str, Entry], *, left: bool) -> None:
        """One owner stays where the list leaves the group without any. An invited owner is none yet."""
        wanted = [entry["username"] for entry in named.values() if entry["access"] == "owner"]
        if any(name in state.users or self.api.account(name) is not None for name in wanted):
            return
        name = min(owners, key=lambda owner: state.users[owner])
        state.blocked[name] = reason("last-owner")
        if not left:
            state.findings.append(warning("last-owner", username=name, path=self.holder.path, address=self._address))

    def _invited(self, state: MembersState, named: Mapping[str, Entry]) -> None:
        whose = {
            email.lower(): str(named.get(name.lower(), {}).get("username", name))
            for name, email in self.memory.invited.items()
            # Whom the list gives without an address is to be a member, not invited.
            if named.get(name.lower(), {"email": email}).get("email")
        }
        current = {str(entry["email"]): str(entry["username"]) for entry in named.values() if entry.get("email")}
        # Those at the addresses that the list gives come first: what was sent to a former one of the same person goes.
        for invitation in sorted(self.invitations, key=lambda invitation: invitation["invite_email"].lower() not in current):
            email = str(invitation["invite_email"])
            name = (whose | current).get(email.lower(), email)
            if name in state.entries:
                name = email  # a member by now, or invited elsewhere: what is left of the invitation goes
            state.entries[name] = invited_entry(invitation, name)
            state.invited[name] = email
            if name.lower() in named:
                state.waiting[name] = invitation_of(name)

    def _queued(self, state: MembersState, entry: Entry) -> None:
        """What was asked for is not asked for again while it waits; GitLab's REST API does not list such requests."""
        name = entry["username"]
        if self.memory.queued.get(name) == entry and not _as_wanted(entry, state.entries.get(name)):
            since = self.memory.since.get(name)
            state.wait_for_approval(name, entry, since)
            if since:
                state.findings.append(self._in_queue(entry, since))

    def _inherited(self, state: MembersState, entry: Entry) -> None:
        """Who inherits more cannot be given less: GitLab would refuse it, and it would mean nothing."""
        level, group = self.above.get(entry["username"].lower(), (0, ""))
        if level <= LEVELS[entry["access"]]:
            return
        name, access = entry["username"], NAMES.get(level, f"level {level}")
        state.blocked[name] = reason("inherited", access=access, group=group)
        wanted, path = entry["access"], self.holder.path
        state.findings.append(
            warning("below-inherited", username=name, access=access, group=group, wanted=wanted, path=path, address=self._address)
        )

    def _accepted_by_another(self, state: MembersState, wanted: Sequence[Entry]) -> None:
        """An invitation may be accepted under another name: that account is not removed, nor the person invited again."""
        strangers = sorted(state.users.keys() - {entry["username"] for entry in wanted})
        for entry in wanted if strangers else ():
            name = entry["username"]
            if name in state.entries or not entry.get("email") or self.memory.invited.get(name, "").lower() != entry["email"]:
                continue
            for other in (name, *strangers):
                state.blocked[other] = reason("invitation-taken", who=name, accounts=[*strangers])
            state.findings.append(
                warning("invitation-taken", username=name, path=self.holder.path, accounts=strangers, address=self._address)
            )

    @property
    def _address(self) -> str:
        return f"gitlab.members[{self.holder.path}]"

    def _in_queue(self, entry: Entry, since: str) -> Finding:
        """A refusal leaves no trace that could be read: only how long it takes can be told."""
        return notice(
            "promotion-waits",
            username=entry["username"],
            since=since,
            access=entry["access"],
            path=self.holder.path,
            address=self._address,
        )

    def _renamed(self, before: str, now: str) -> Finding:
        return warning("account-renamed", before=before, now=now, address=self._address)


def invitation_of(username: str) -> Reason:
    """What an invitation waits for."""
    return reason("invitation", who=username)


def _as_wanted(wanted: Entry, there: Entry | None) -> bool:
    """Whether a membership is as wanted; GitLab does not show a member's address."""
    return there is not None and all(there.get(name) == value for name, value in wanted.items() if name != "email")
