"""Whose account a user name is. A name proves nothing: anybody may register it, give it up, or take it when it is given up.

The server's ID is the identity once it is known: from cohort.yml, else from the journal. The first time, the account of that name must also
have the person's address, as far as that is shown: to administrators, or as the public one. GitLab lets only verified addresses be public.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from eiginfra.core.finding import Finding, warning
from eiginfra.core.look import Look
from eiginfra.core.provider import Account
from eiginfra.core.reason import Reason, reason
from eiginfra.core.resource import Record, Resource, Scope
from eiginfra.providers.gitlab.api import GitLabApi
from eiginfra.providers.gitlab.base import USER
from eiginfra.providers.gitlab.client import Json
from eiginfra.providers.gitlab.members.reader import read_invitations, read_list
from eiginfra.providers.gitlab.members.spec import MembersSpec
from eiginfra.providers.gitlab.nested_api import Holder
from eiginfra.providers.gitlab.observed_tree import identity

UNCONFIRMED = "account-unconfirmed"
"""The code of the reason that an account bears the name, and nothing proves that it is the person's."""


@dataclass(frozen=True)
class Somebody:
    """Somebody whom the inventory names, or only the journal, before GitLab is asked.

    confirmed: the ID that cohort.yml gives; known: the one that the journal remembers; met: those that it remembers of the same address.
    invited: whether a list gives an address. lists: the groups and projects whose members the person is to be. sent: where they were
    invited, and when, as the membership shows it that the invitation became.
    """

    username: str
    email: str = ""
    confirmed: int | None = None
    known: int | None = None
    met: frozenset[int] = frozenset()
    wanted: bool = False
    invited: bool = False
    lists: tuple[Holder, ...] = ()
    sent: tuple[tuple[Holder, str], ...] = ()

    @property
    def number(self) -> int | None:
        """The ID, where it is known."""
        return self.known if self.confirmed is None else self.confirmed


@dataclass(frozen=True)
class Identity:
    """The account that is a person's, or why none is: `why` is None where there is none of that name.

    other: the account that bears the name and is not known to be the person's.
    """

    user: Json | None = None
    why: Reason | None = None
    other: Json | None = None

    @property
    def number(self) -> int | None:
        """The account's ID."""
        return None if self.user is None else int(self.user["id"])


def people(scope: Scope) -> tuple[Somebody, ...]:
    """Those whom the selected accounts and lists of members name, and whose accounts the journal knows; of a whole cohort, all."""
    every = {**scope.everything, **{resource.address: resource for resource in scope.resources}}
    chosen, records = (every.values(), scope.recorded.values()) if scope.whole else (scope.resources, scope.records)
    names = {name for resource in chosen for name in _names(resource)} | recorded([*records, *scope.records]).keys()
    found: dict[str, dict[str, Any]] = {name: {} for name in names}
    met: dict[str, set[int]] = {}
    for record in scope.history:
        if record.address.kind == USER and (number := identity(record.handle)) is not None:
            met.setdefault(str(record.values.get("email")).lower(), set()).add(number)
    for resource in every.values():
        values = resource.values
        if resource.address.kind == USER and (person := found.get(str(values["username"]))) is not None:
            email = str(values.get("email") or "").lower() or person.get("email", "")
            person |= {"email": email, "confirmed": values.get("id") or person.get("confirmed"), "wanted": True}
        elif isinstance(resource.spec, MembersSpec):
            holder = Holder("group" if resource.spec.group else "project", resource.spec.path)
            for entry in resource.spec.members:
                if (person := found.get(entry.username)) is not None:
                    person["lists"], person["wanted"] = (*person.get("lists", ()), holder), True
                    person["invited"] = person.get("invited", False) or entry.email is not None
                    person["email"] = person.get("email") or entry.email or ""
                    person["confirmed"] = person.get("confirmed") or entry.id
    remembered = [*scope.recorded.values(), *scope.records]
    for name, place in _sent(remembered):
        if (person := found.get(name)) is not None:
            person["sent"] = (*person.get("sent", ()), place)
    known = {**_in_lists(remembered), **recorded(scope.history), **recorded(remembered)}
    return tuple(
        Somebody(name, known=known.get(name), met=frozenset(met.get(person.get("email") or "-", ())), **person)
        for name, person in sorted(found.items())
    )


def identities(api: GitLabApi, scope: Scope, everybody: tuple[Somebody, ...]) -> Mapping[str, Identity]:
    """Whose account is whose, by user name; read once a look."""
    return scope.look.once(_judged, (api, scope.look, everybody))


def theirs(api: GitLabApi, username: str, email: str) -> Json | None:
    """The account of that name, if it is proved to be the person's."""
    user = api.user(username)
    return None if user is None else _identity(api, Somebody(username, email.lower()), user, None).user


def candidates(api: GitLabApi, people: Mapping[str, str]) -> dict[str, Account]:
    """The accounts of these names, by name; people: the addresses, by user name. Bots are nobody's."""
    named = {user["username"].lower(): int(user["id"]) for user in api.users(sorted(people))}
    asked = [name for name in sorted(people) if name in named]
    users = api.client.each(api.user, [named[name] for name in asked])
    return {
        name: Account(
            id=int(user["id"]),
            name=str(user["username"]),
            shown=str(user.get("name") or ""),
            state=str(user.get("state") or ""),
            since=str(user["created_at"])[:10] if user.get("created_at") else None,
            administrator=bool(user.get("is_admin")),
            proved=people[name].lower() in _addresses(user),
            email=str(user.get("email") or user.get("public_email") or "").lower(),
        )
        for name, user in zip(asked, users, strict=True)
        if user is not None and not user.get("bot")
    }


def told(person: Somebody, one: Identity, *, address: str, field: str, team: str | None) -> Iterator[Finding]:
    """A warning for what EIG Link or the team should know of a person's account; nothing about one that is not there."""
    place: dict[str, Any] = {"address": address, "field": field, "team": team}
    name, other = person.username, None if one.other is None else int(one.other["id"])
    if one.user is not None and one.user["username"].lower() != name:
        yield warning("account-renamed", before=name, now=one.user["username"], **place)
    if one.user is not None and other is not None:
        yield warning("account-name-taken", username=name, id=other, **place)
    match one.why.code if one.why is not None else "":
        case "account-replaced":
            yield warning("account-replaced", username=name, id=other, known=person.known, **place)
        case "account-hidden":
            yield warning("account-hidden", username=name, id=person.known, **place)
        case "account-id-missing":
            yield warning("account-id-missing", username=name, id=person.confirmed, **place)
        case "account-of-another":
            yield warning("account-of-another", username=name, id=other, **place)
        case "account-unconfirmed":
            yield warning("account-unconfirmed", username=name, id=other, **place)


def _names(resource: Resource) -> Iterable[str]:
    if resource.address.kind == USER:
        return [str(resource.values["username"])]
    return resource.spec.names if isinstance(resource.spec, MembersSpec) else ()


def recorded(records: Iterable[Record]) -> dict[str, int]:
    """The IDs of accounts, by name."""
    accounts = (record for record in records if record.address.kind == USER)
    return {record.address.key: number for record in accounts if (number := identity(record.handle)) is not None}


def _in_lists(records: Iterable[Record]) -> dict[str, int]:
    """The IDs of those whose identity was known when they became members, by name."""
    lists = (record.handle.get("accounts") for record in records)
    return {name: number for known in lists if isinstance(known, Mapping) for name, number in known.items() if isinstance(number, int)}


def _sent(records: Iterable[Record]) -> Iterator[tuple[str, tuple[Holder, str]]]:
    """Who was invited, where and when; each once."""
    found = {record.address: record for record in records}
    for record in found.values():
        sent = record.handle.get("sent")
        holder = Holder("project" if "project" in record.values else "group", record.address.key)
        for name, at in sent.items() if isinstance(sent, Mapping) else ():
            yield name, (holder, str(at))


def _judged(asked: tuple[GitLabApi, Look, tuple[Somebody, ...]]) -> Mapping[str, Identity]:
    api, look, everybody = asked
    listed = api.users([person.username for person in everybody])
    named, numbered = {user["username"].lower(): user for user in listed}, {int(user["id"]): user for user in listed}
    hidden = [person.number for person in everybody if person.number is not None and person.number not in numbered]
    numbered |= {int(user["id"]): user for user in api.client.each(api.user, hidden) if user is not None}
    unseen = [person for person in everybody if person.username not in named and (person.number is None or person.number not in numbered)]
    if unseen and not api.me().get("is_admin"):
        # Blocked accounts are hidden from lists of accounts, not from lists of members.
        for _, member in _members(api, look, {holder for person in unseen for holder in person.lists}):
            named.setdefault(member["username"].lower(), member)
            numbered.setdefault(int(member["id"]), member)
    accepted = _accepted(api, look, [person for person in everybody if person.number is None and person.sent])
    found = {}
    for person in everybody:
        mine = accepted.get(person.username) or numbered.get(person.number or 0)
        found[person.username] = _identity(api, person, named.get(person.username), mine)
    shared = {number for number, count in Counter(one.number for one in found.values()).items() if count > 1 and number is not None}
    return {
        person.username: _alone(person, everybody, found) if (one := found[person.username]).number in shared else one
        for person in everybody
    }


def _accepted(api: GitLabApi, look: Look, invited: Sequence[Somebody]) -> dict[str, Json]:
    """Who accepted an invitation, by the name of who was invited: GitLab makes the membership of the invitation, with its time.

    Who is still invited has not. Where it could be one of several all the same, only who came under their own name is known.
    """
    holders = sorted({holder for person in invited for holder, _ in person.sent}, key=str)
    lists = api.client.each(lambda holder: look.once(read_invitations, (api, holder)), holders)
    pending = {(holder, str(one["invite_email"]).lower()) for holder, found in zip(holders, lists, strict=True) for one in found}
    gone = [(person, place) for person in invited for place in person.sent if (place[0], person.email) not in pending]
    sent = Counter(place for _, place in gone)
    came: dict[tuple[Holder, str], list[Json]] = {}
    for holder, one in _members(api, look, holders):
        if one["id"] != api.me()["id"]:
            came.setdefault((holder, str(one.get("created_at"))), []).append(one)
    accepted: dict[str, Json] = {}
    for person, place in gone:
        found = came.get(place, [])
        mine = [one for one in found if str(one["username"]).lower() == person.username] or (found if sent[place] == 1 else [])
        if len(mine) == 1:
            accepted[person.username] = mine[0]
    return accepted


def _members(api: GitLabApi, look: Look, holders: Iterable[Holder]) -> Iterator[tuple[Holder, Json]]:
    """The members of these groups and projects."""
    chosen = sorted(holders, key=str)
    lists = api.client.each(lambda holder: look.once(read_list, (api, holder)), chosen)
    return ((holder, member) for holder, (_, members) in zip(chosen, lists, strict=True) for member in members or ())


def _identity(api: GitLabApi, person: Somebody, named: Json | None, numbered: Json | None) -> Identity:
    """One person's; named: the account that bears the name, numbered: the one of the known ID."""
    if numbered is not None:
        return Identity(numbered, other=named if named is not None and named["id"] != numbered["id"] else None)
    if person.confirmed is not None:
        return Identity(why=reason("account-id-missing", id=person.confirmed), other=named)
    if person.known is not None:
        if named is not None:
            return Identity(why=reason("account-replaced"), other=named)
        return Identity(why=None if api.me().get("is_admin") else reason("account-hidden", id=person.known))
    if named is None:
        return Identity()
    proved = not named.get("is_admin") and person.email and person.email in _addresses(named)
    if proved or named["id"] in {api.made(person.username), *person.met} or named["id"] == api.me()["id"]:
        return Identity(named)
    return Identity(why=reason(UNCONFIRMED), other=named)


def _addresses(user: Json) -> set[str]:
    """The addresses that are proved to be the account's, in lower case."""
    private = user.get("email") if user.get("confirmed_at") else None
    return {str(address).lower() for address in (private, user.get("public_email")) if address}


def _alone(person: Somebody, everybody: Iterable[Somebody], found: Mapping[str, Identity]) -> Identity:
    """Nobody's where two persons would have one account; whom only the journal knows gives way to who is wanted."""
    mine = found[person.username]
    others = [one for one in everybody if one is not person and mine.number is not None and found[one.username].number == mine.number]
    if not person.wanted:
        return Identity() if any(one.wanted for one in others) else mine
    if person.confirmed is not None or not any(one.wanted for one in others):
        return mine
    return replace(mine, user=None, why=reason("account-of-another"), other=mine.user)
