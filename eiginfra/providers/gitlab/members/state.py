"""Who of a group's or project's members is eiginfra's to judge, and what of the wanted list already holds."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from eiginfra.core.finding import Finding, error, notice, warning
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
class Seen:
    """A list as the engine compares it: entries by username, the accounts and invitations behind them, and what they wait for."""

    entries: dict[str, Entry] = field(default_factory=dict)
    users: dict[str, int] = field(default_factory=dict)
    invited: dict[str, str] = field(default_factory=dict)
    queued: dict[str, Entry] = field(default_factory=dict)
    since: dict[str, str] = field(default_factory=dict)
    waits: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


@dataclass(frozen=True)
class MemberList:
    """The direct members of a holder and the pending invitations to it, as GitLab lists them.

    above: who inherits which level there, and from which group, by lower-case username.
    """

    api: GitLabApi
    holder: Holder
    members: Sequence[Json] = ()
    invitations: Sequence[Json] = ()
    above: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    memory: RememberedMembers = RememberedMembers()

    def seen(self, wanted: Sequence[Entry] | None) -> Seen:
        """The list, without those who are never touched. None: nobody manages it, so that nobody would be removed either."""
        seen = Seen()
        named = {entry["username"].lower(): entry for entry in wanted or ()}
        present = {member["username"].lower() for member in self.members}
        renamed = {number: named[name.lower()] for name, number in self.memory.users.items() if name.lower() in named.keys() - present}
        ours, untouched = self._ours(named, renamed, strange=wanted is not None)
        spared = None if wanted is None else self._last_owner(ours, untouched, named)
        if wanted is not None and (me := self.api.me()["username"]).lower() in named:
            seen.findings.append(self._error("member-is-token", f"{me} is the account behind eiginfra's token; it is never touched",
                                             "take it out of the members, or give eiginfra an account of its own"))  # fmt: skip
        for member in ours:
            mine = named.get(member["username"].lower()) or renamed.get(member["id"])
            if member is spared:
                seen.findings.append(self._spared(member["username"]))
                continue
            if mine is not None and mine["username"].lower() != member["username"].lower():
                seen.findings.append(self._renamed(mine["username"], member["username"]))
            entry = entry_of(member, mine["username"] if mine else None)
            seen.entries[entry["username"]] = _with_email(entry, mine)
            seen.users[entry["username"]] = int(member["id"])
        self._invited(seen, named)
        strangers = sorted(seen.users.keys() - {entry["username"] for entry in wanted or ()})
        for entry in wanted or ():
            self._queued(seen, entry)
            self._inherited(seen, entry)
            name = entry["username"]
            if strangers and name not in seen.entries and entry.get("email") and self.memory.invited.get(name) == entry["email"]:
                seen.findings.append(self._taken(name, strangers))
        return seen

    def _ours(self, named: Mapping[str, Entry], renamed: Mapping[int, Entry], *, strange: bool) -> tuple[list[Json], list[Json]]:
        """The members that may be judged, and the others."""
        kept = {name.lower() for name in self.api.settings.keep}
        ours, untouched = list[Json](), list[Json]()
        for member in self.members:
            name = member["username"].lower()
            theirs = member["id"] == self.api.me()["id"] or name in kept or bool(_BOT.fullmatch(name))
            if not theirs and strange and name not in named and member["id"] not in renamed:
                # Service accounts may bear any name, but only those that nobody named are asked about.
                theirs = bool((self.api.user(int(member["id"])) or {}).get("bot"))
            (untouched if theirs else ours).append(member)
        return ours, untouched

    def _invited(self, seen: Seen, named: Mapping[str, Entry]) -> None:
        whose = {
            email.lower(): str(named.get(name.lower(), {}).get("username", name))
            for name, email in self.memory.invited.items()
            # Whom the list gives without an address is to be a member, not invited.
            if named.get(name.lower(), {"email": email}).get("email")
        }
        current = {str(entry["email"]).lower(): str(entry["username"]) for entry in named.values() if entry.get("email")}
        # Those at the addresses that the list gives come first: what was sent to a former one of the same person goes.
        for invitation in sorted(self.invitations, key=lambda invitation: invitation["invite_email"].lower() not in current):
            email = str(invitation["invite_email"])
            name = (whose | current).get(email.lower(), email)
            if name in seen.entries:
                name = email  # a member by now, or invited elsewhere: what is left of the invitation goes
            mine = str(named.get(name.lower(), {}).get("email") or email)
            seen.entries[name] = {**entry_of(invitation, name), "email": mine if mine.lower() == email.lower() else email}
            seen.invited[name] = email
            if name.lower() in named:
                seen.waits[name] = f"{name} to accept the invitation"

    def _queued(self, seen: Seen, entry: Entry) -> None:
        """What was asked for stands as if done, and waits; GitLab's REST API does not list such requests."""
        name = entry["username"]
        if self.memory.queued.get(name) == entry and seen.entries.get(name) != entry:
            seen.entries[name] = seen.queued[name] = dict(entry)
            seen.waits[name] = approval(name)
            if since := self.memory.since.get(name):
                seen.since[name], seen.waits[name] = since, approval(name, since)
                seen.findings.append(self._in_queue(entry, since))

    def _inherited(self, seen: Seen, entry: Entry) -> None:
        """Who inherits more cannot be given less: GitLab would refuse it, and it would mean nothing."""
        level, group = self.above.get(entry["username"].lower(), (0, ""))
        if level > LEVELS[entry["access"]]:
            seen.entries[entry["username"]] = dict(entry)
            seen.findings.append(
                warning(
                    "below-inherited",
                    f"{entry['username']} is {NAMES.get(level, level)} of {self.holder.path} already, inherited from {group}: "
                    f"{entry['access']} would be less, so nothing is done",
                    remedy=f"give the role that is meant, or take {entry['username']} out of {group}",
                    address=self._address,
                )
            )

    def _last_owner(self, ours: Sequence[Json], untouched: Sequence[Json], named: Mapping[str, Entry]) -> Json | None:
        """The owner who would leave the group without one, if they went."""
        if self.holder.sort == "project":
            return None
        owners = [member for member in sorted(ours, key=lambda member: int(member["id"])) if member["access_level"] == OWNER]
        if any(member["access_level"] == OWNER for member in untouched):
            return None
        if any(named.get(member["username"].lower(), {}).get("access") == "owner" for member in owners):
            return None
        return next((member for member in owners if member["username"].lower() not in named), None)

    @property
    def _address(self) -> str:
        return f"gitlab.members[{self.holder.path}]"

    def _error(self, code: str, message: str, remedy: str) -> Finding:
        return error(code, message, remedy=remedy, address=self._address)

    def _spared(self, username: str) -> Finding:
        message = f"{username} is not among the members of {self.holder.path}, but stays: there is no other owner"
        return warning("last-owner", message, remedy="name another owner first", address=self._address)

    def _in_queue(self, entry: Entry, since: str) -> Finding:
        """A refusal leaves no trace that could be read: only how long it takes can be told."""
        message = (
            f"{entry['username']} waits since {since} for an administrator of GitLab to approve {entry['access']} of {self.holder.path}; "
            "GitLab does not tell whether that was refused"
        )
        remedy = f"ask the administrator; to have GitLab asked again: eiginfra forget '{self._address}'"
        return notice("promotion-waits", message, remedy=remedy, address=self._address)

    def _taken(self, name: str, strangers: Sequence[str]) -> Finding:
        """Whoever accepts an invitation comes under a name of their own: else they would be removed and invited, over and over."""
        message = (
            f"the invitation of {name} to {self.holder.path} is gone, and {name} did not come: "
            f"{', '.join(strangers)} may be the same person"
        )
        remedy = f"write the right username in the team's file; if it is somebody else: eiginfra forget '{self._address}'"
        return self._error("invitation-taken", message, remedy)

    def _renamed(self, before: str, now: str) -> Finding:
        remedy = f"write username: {now} in the team's file"
        return warning("account-renamed", f"the account {before} is called {now} now", remedy=remedy, address=self._address)


def approval(username: str, since: str | None = None) -> str:
    """What a queued promotion waits for."""
    return f"an administrator of GitLab to approve {username}" + (f" (asked on {since})" if since else "")


def _with_email(entry: Entry, wanted: Entry | None) -> Entry:
    """GitLab does not show the address of a member: the wanted one stands for it."""
    return {**entry, "email": wanted["email"]} if wanted and wanted.get("email") else entry
