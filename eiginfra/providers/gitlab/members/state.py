"""Who of a group's or project's members is eiginfra's to judge, and what of the wanted list already holds."""

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
LEVELS = {
    "minimal": 5, "guest": 10, "planner": 15, "reporter": 20, "security-manager": 25, "developer": 30, "maintainer": 40, "owner": 50,
}  # fmt: skip
"""Source: lib/gitlab/access.rb; the security manager since 19.0."""
NAMES = {level: name for name, level in LEVELS.items()}
OWNER = LEVELS["owner"]

HIDDEN = frozenset({"email", "id"})
"""What an entry says beside the membership itself; GitLab does not show it."""

Entry = dict[str, Any]


def entry_of(member: Json, username: str | None = None) -> Entry:
    """A membership as an entry of the spec; `username` as the spec writes it."""
    level, expires = member["access_level"], member.get("expires_at")
    access = NAMES.get(level, f"level {level}")
    return {"username": username or member["username"], "access": access, "expires": expires[:10] if expires else None}


def invited_entry(invitation: Json, username: str) -> Entry:
    """An invitation as an entry of the spec, with its address in lower case."""
    return {**entry_of(invitation, username), "email": str(invitation["invite_email"]).lower()}


_MEMORY = ("users", "accounts", "invited", "sent", "queued", "since")


@dataclass(frozen=True)
class RememberedMembers:
    """What the journal remembers of a list.

    users: the members' IDs; accounts: those of the people whose identity is known. invited: who was invited where; sent: when, as GitLab
    shows it of the invitation, and of the membership that it becomes. queued: who waits for an administrator; since: since when.
    """

    users: Mapping[str, int] = field(default_factory=dict)
    accounts: Mapping[str, int] = field(default_factory=dict)
    invited: Mapping[str, str] = field(default_factory=dict)
    sent: Mapping[str, str] = field(default_factory=dict)
    queued: Mapping[str, Entry] = field(default_factory=dict)
    since: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, handle: Mapping[str, Any], at: datetime | None = None) -> "RememberedMembers":
        """From the handle of an observed list, or of its record: `at` is when that was written, so when the newest were queued."""
        known = cls(*(dict(handle.get(name) or {}) for name in _MEMORY))
        return known if at is None else replace(known, since={name: at.date().isoformat() for name in known.queued} | dict(known.since))


@dataclass
class MembersState:
    """A list as GitLab has it: entries by username, and the accounts and invitations behind them.

    queued: promotions that wait for an administrator, since when. waiting, blocked: reasons by username, as `Observed` has them.
    """

    entries: dict[str, Entry] = field(default_factory=dict)
    users: dict[str, int] = field(default_factory=dict)
    accounts: dict[str, int] = field(default_factory=dict)
    invited: dict[str, str] = field(default_factory=dict)
    sent: dict[str, str] = field(default_factory=dict)
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
        entries = {entry["username"]: dict(entry) for entry in members}
        state = cls(entries, dict(memory.users), dict(memory.accounts), dict(memory.invited), dict(memory.sent))
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
        known: dict[str, Mapping[str, JsonValue]] = {name: getattr(self, name) for name in _MEMORY}
        return {name: dict(sorted(value.items())) for name, value in known.items() if value}

    def wait_for_approval(self, name: str, entry: Entry, since: str | None = None) -> None:
        """A promotion waits for an administrator: it is not asked for again."""
        self.queued[name] = _shown(entry)
        self.waiting[name] = self.blocked[name] = reason("approval", who=name, since=since)
        if since is None:
            self.since.pop(name, None)
        else:
            self.since[name] = since


@dataclass(frozen=True)
class MemberList:
    """The direct members of a group or project and the pending invitations to it, as GitLab lists them.

    above: who inherits which level there, and from which group, by the account's ID.
    """

    api: GitLabApi
    holder: Holder
    members: Sequence[Json] = ()
    invitations: Sequence[Json] = ()
    above: Mapping[int, tuple[int, str]] = field(default_factory=dict)
    memory: RememberedMembers = RememberedMembers()

    @property
    def numbers(self) -> frozenset[int]:
        """The IDs of the members."""
        return frozenset(int(member["id"]) for member in self.members)

    def state(self, wanted: Sequence[Entry] | None, accounts: Mapping[str, int]) -> MembersState:
        """The list without those who are never touched.

        wanted: the entries of the inventory; None: the list left it. accounts: the IDs of those whose identity is known, by username.
        """
        named = {entry["username"]: entry for entry in wanted or ()}
        state = MembersState(accounts={name: number for name, number in accounts.items() if name in named})
        owners, others = list[str](), list[int]()
        for member in self.members:
            name = self._whose(state, member, named)
            owner = member["access_level"] == OWNER and self.holder.sort == "group"
            if self._untouched(member, named=name in named, left=wanted is None):
                others += [member["id"]] if owner else []
                continue
            state.entries[name], state.users[name] = entry_of(member, name), int(member["id"])
            owners += [name] if owner else []
        self._token_account(state, named)
        if owners:
            self._last_owner(state, owners, others, named, left=wanted is None)
        self._invited(state, named)
        for entry in wanted or ():
            self._queued(state, entry)
            self._inherited(state, entry)
        self._accepted_by_another(state, wanted or ())
        return state

    def _whose(self, state: MembersState, member: Json, named: Mapping[str, Entry]) -> str:
        """How a member is called here: by the name that the inventory has for the account, else by its own.

        Who accepted an invitation is the person who was invited: GitLab makes the membership of the invitation.
        """
        number, name = int(member["id"]), str(member["username"]).lower()
        mine = next((mine for mine, known in state.accounts.items() if known == number), None)
        if mine is None:
            pending = {str(invitation["invite_email"]).lower() for invitation in self.invitations}
            sent = [who for who, at in self.memory.sent.items() if at == member.get("created_at") and who in named]
            came = [who for who in sent if self.memory.invited.get(who, "").lower() not in pending]
            if len(came) == 1 and came[0] not in state.accounts:
                mine, state.accounts[came[0]] = came[0], number
        if mine is not None:
            return mine
        if name not in named:
            return str(member["username"])
        if name in state.accounts:
            return f"{name} (ID {number})"  # somebody else, who took the name
        state.blocked[name] = reason("account-unconfirmed")
        return name

    def _untouched(self, member: Json, *, named: bool, left: bool) -> bool:
        """Whether a member is never compared: the token's account, whom the site keeps, bots and service accounts.

        They may bear any name, and anybody a name like theirs; so it is asked of those who would be removed.
        """
        if member["id"] == self.api.me()["id"] or member["username"].lower() in {kept.lower() for kept in self.api.settings.keep}:
            return True
        return not named and not left and self.api.is_bot(int(member["id"]))

    def _token_account(self, state: MembersState, named: Mapping[str, Entry]) -> None:
        """An entry for the token's account is left out."""
        entry = named.get(str(self.api.me()["username"]).lower())
        if entry is None:
            return
        name = str(entry["username"])
        state.blocked[name] = reason("token-account")
        state.findings.append(warning("member-is-token", username=name, path=self.holder.path, address=self._address))

    def _last_owner(
        self, state: MembersState, owners: Sequence[str], others: Sequence[int], named: Mapping[str, Entry], *, left: bool
    ) -> None:
        """One owner stays where the list leaves the group without any. An invited owner is none yet, and a bot never is one."""
        wanted = [state.accounts.get(entry["username"]) for entry in named.values() if entry["access"] == "owner"]
        if any(not self.api.is_bot(number) for number in (*others, *wanted) if number is not None):
            return
        people = [name for name in owners if not self.api.is_bot(state.users[name])]
        if not people:
            return
        name = min(people, key=lambda owner: state.users[owner])
        state.blocked[name] = reason("last-owner")
        if not left:
            state.findings.append(warning("last-owner", username=name, path=self.holder.path, address=self._address))

    def _invited(self, state: MembersState, named: Mapping[str, Entry]) -> None:
        whose = {
            email.lower(): name
            for name, email in self.memory.invited.items()
            # Whom the list gives without an address is to be a member, not invited.
            if named.get(name, {"email": email}).get("email")
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
            if sent := invitation.get("created_at"):
                state.sent[name] = str(sent)
            if name in named:
                state.waiting[name] = invitation_of(name)

    def _queued(self, state: MembersState, entry: Entry) -> None:
        """What was asked for is not asked for again while it waits; GitLab's REST API does not list such requests."""
        name = entry["username"]
        if self.memory.queued.get(name) == _shown(entry) and not as_wanted(entry, state.entries.get(name)):
            since = self.memory.since.get(name)
            state.wait_for_approval(name, entry, since)
            if since:
                state.findings.append(self._in_queue(entry, since))

    def _inherited(self, state: MembersState, entry: Entry) -> None:
        """Who inherits more cannot be given less: GitLab would refuse it, and it would mean nothing."""
        level, group = self.above.get(state.accounts.get(entry["username"], 0), (0, ""))
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


def invitation_of(username: str) -> Reason:
    """What an invitation waits for."""
    return reason("invitation", who=username)


def _shown(entry: Entry) -> Entry:
    """The membership itself."""
    return {name: value for name, value in entry.items() if name not in HIDDEN}


def as_wanted(wanted: Entry, there: Entry | None) -> bool:
    """Whether a membership is as wanted."""
    return there is not None and _shown(there) == _shown(wanted)
