"""Which access people have, as it was seen: on GitLab, on Proxmox VE, on the gateway, in machines. What was not looked at is not judged."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from pydantic import JsonValue

from eiginfra.core.address import Address
from eiginfra.core.change import label
from eiginfra.core.resource import Observed
from eiginfra.handouts.page import Tone
from eiginfra.handouts.views.observed_values import GUESTS, blob, last_day, listed, text
from eiginfra.inventory.cohort import Cohort
from eiginfra.inventory.model import Team
from eiginfra.inventory.site import Site

AccessSort = Literal["gitlab_account", "gitlab_role", "proxmox", "gateway", "machine"]
AccessState = Literal[
    "account_active", "account_blocked", "account_approval", "account_unconfirmed", "account_unclear", "account_none",
    "role_given", "role_promotion", "role_blocked", "role_invited", "role_taken", "role_ended", "role_none",
    "open", "ended", "blocked", "keyless", "none",
    "key_there", "key_in_part", "key_not_opened", "key_missing", "key_unwritten", "not_looked", "not_made",
]  # fmt: skip
_GOOD: Final = frozenset({"account_active", "role_given", "role_promotion", "open", "key_there"})
_BAD: Final = frozenset({"account_blocked", "role_blocked", "blocked"})
_UNCLEAR: Final[Mapping[str, AccessState]] = {
    "account-unconfirmed": "account_unconfirmed",
    "account-of-another": "account_unclear",
    "account-replaced": "account_unclear",
    "account-id-missing": "account_unclear",
    "account-hidden": "account_unclear",
}
"""Why nobody knows which account is a person's, and how it is told."""


@dataclass(frozen=True)
class AccessView:
    """One access of a person. to: what it leads to: an account, a group, a machine. role: on GitLab. last_day: None for no end."""

    sort: AccessSort
    to: str
    state: AccessState
    role: str = ""
    last_day: date | None = None

    @property
    def given(self) -> bool:
        """Whether the person gets in."""
        return self.state in _GOOD

    @property
    def tone(self) -> Tone:
        """What the state means."""
        return "good" if self.given else "bad" if self.state in _BAD else "warn"


@dataclass(frozen=True)
class MemberEntry:
    """An entry of a group's list of members, and why it gives no access yet, as the codes of reasons."""

    username: str
    role: str
    last_day: date | None
    waiting: str = ""
    blocked: str = ""


@dataclass(frozen=True)
class TeamFacts:
    """What was seen of a team's things, and of the accounts of all people, which belong to no team. day: that is taken for today."""

    cohort: Cohort
    site: Site
    team: Team
    observed: Mapping[Address, Observed]
    accounts: Mapping[Address, Observed]
    day: date

    @property
    def members(self) -> Mapping[str, MemberEntry]:
        """The entries of the list of the team's group, those that wait too, by user name in lower case."""
        group = self.group
        if group is None:
            return {}
        entries = {text(entry, "username"): entry for entry in listed(group.values, "members") if isinstance(entry, dict)}
        names = dict.fromkeys([*entries, *(name[len("members[") : -1] for name in group.blocked if name.startswith("members["))])
        return {name.casefold(): _entry(group, name, entries.get(name, {})) for name in names}

    @property
    def group(self) -> Observed | None:
        """The list of members of the team's group."""
        lists = [each for address, each in self.observed.items() if address.kind == "gitlab.members"]
        return min(lists, key=lambda each: (each.address.key.count("/"), each.address.key), default=None)

    def of(self, username: str, keys: Sequence[str], *, member: bool) -> Iterator[AccessView]:
        """Each access that a person of the team is to have, and what was seen of it. keys: the public ones of the team's file."""
        if self.site.file.gitlab is not None or self.group is not None:
            account = self._gitlab_account(username)
            role = self._role(username, account)
            if not (role.given and account.state == "account_none"):  # who has a role has an account, though nobody looked for it
                yield account
            yield role
        if member and self.site.file.proxmox is not None:
            yield self._proxmox(username)
        if member and self.site.file.gateway is not None:
            yield self._gateway(username, keys)
        if member and self.site.file.machines is not None:
            yield from self._machines(username, keys)

    def _gitlab_account(self, username: str) -> AccessView:
        there = self.accounts.get(Address("gitlab.user", username))
        if there is None:
            entry = self.members.get(username.casefold())
            return AccessView("gitlab_account", username, _UNCLEAR.get(entry.blocked if entry else "", "account_none"))
        name = text(there.facts, "username") or username
        if "username" in there.waiting:
            return AccessView("gitlab_account", name, "account_approval")
        return AccessView("gitlab_account", name, "account_active" if there.values.get("state") == "active" else "account_blocked")

    def _role(self, username: str, account: AccessView) -> AccessView:
        group, entry = self.group, self.members.get(username.casefold())
        path = "" if group is None else group.address.key
        if entry is None or not entry.role:
            return AccessView("gitlab_role", path, "role_taken" if entry and entry.blocked == "invitation-taken" else "role_none")
        state: AccessState = "role_given"
        if entry.waiting == "invitation":
            state = "role_invited"
        elif account.state in ("account_blocked", "account_approval"):
            state = "role_blocked"
        elif entry.last_day is not None and entry.last_day < self.day:
            state = "role_ended"
        elif entry.waiting == "approval":
            state = "role_promotion"
        return AccessView("gitlab_role", path, state, entry.role, entry.last_day)

    def _proxmox(self, username: str) -> AccessView:
        groups = [each for address, each in self.observed.items() if address.kind == "proxmox.group"]
        entries = [entry for each in groups for entry in listed(each.values, "members") if isinstance(entry, dict)]
        names = [text(entry, "user") for entry in entries]
        name = next((name for name in names if name.rpartition("@")[0].casefold() == username), "")
        account = self.accounts.get(Address("proxmox.user", name.casefold()))
        if not name or account is None:
            return AccessView("proxmox", name, "none")
        state, until = self._account(account)
        return AccessView("proxmox", name, state, last_day=until)

    def _gateway(self, username: str, keys: Sequence[str]) -> AccessView:
        account = self.accounts.get(Address("gateway.account", username))
        if account is None:
            return AccessView("gateway", username, "none")
        state, until = self._account(account)
        there = {blob(str(key)) for key in listed(account.values, "keys")}
        keyless = state == "open" and not there & {blob(key) for key in keys}
        return AccessView("gateway", username, "keyless" if keyless else state, last_day=until)

    def _account(self, account: Observed) -> tuple[AccessState, date | None]:
        until = text(account.values, "until")[: len("2019-10-01")]
        last = date.fromisoformat(until) if until else None
        if account.values.get("enabled") is not True:
            return "blocked", last
        return "ended" if last is not None and last < self.day else "open", last

    def _machines(self, username: str, keys: Sequence[str]) -> Iterator[AccessView]:
        gateway = self.accounts.get(Address("gateway.account", username))
        for machine in self.team.machines:
            address = f"{self.cohort.id}/{self.team.id}/{machine.name}"
            guest = next((each for at, each in self.observed.items() if at.key == address and at.kind in GUESTS), None)
            inside = self.observed.get(Address("machine.access", address))
            opened = gateway is None or text(guest.facts if guest else {}, "address") in listed(gateway.values, "opens")
            yield AccessView("machine", self.team.host(machine), _key_state(guest, inside, username, keys, opened=opened))


def _key_state(guest: Observed | None, inside: Observed | None, username: str, keys: Sequence[str], *, opened: bool) -> AccessState:
    if guest is None:
        return "not_made"
    if not keys:
        return "key_unwritten"
    if inside is None or text(guest.facts, "status") != "running":
        return "not_looked"
    entries = [entry for entry in listed(inside.values, "keys") if isinstance(entry, dict) and entry.get("person") == username]
    there = {blob(str(key)) for entry in entries for key in listed(entry, "keys")}
    wanted = {blob(key) for key in keys}
    if not wanted & there:
        return "key_missing"
    return "key_not_opened" if not opened else "key_there" if wanted <= there else "key_in_part"


def _entry(group: Observed, name: str, entry: Mapping[str, JsonValue]) -> MemberEntry:
    waits, hinders = group.waiting.get(label("members", name)), group.blocked.get(label("members", name))
    return MemberEntry(
        username=name,
        role=text(entry, "access"),
        last_day=last_day(entry),
        waiting="" if waits is None else waits.code,
        blocked="" if hinders is None else hinders.code,
    )
