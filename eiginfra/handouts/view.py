"""What one team's page says, without language and layout: what the inventory asks for, each with what was observed."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from pydantic import JsonValue

from eiginfra.core.address import Address
from eiginfra.core.resource import Observed
from eiginfra.core.usage import MEASURES, Limit, Usage
from eiginfra.handouts.gateway_view import EntryView, PublicView, entries, public
from eiginfra.inventory.cohort import Cohort
from eiginfra.inventory.contacts import Contact
from eiginfra.inventory.model import MachineType, Mentor, Person, Team
from eiginfra.inventory.site import Site

NOTHING = Usage()
GUESTS: Mapping[str, MachineType] = {"proxmox.container": "container", "proxmox.vm": "vm"}


@dataclass(frozen=True)
class PersonView:
    """access: the role on GitLab as observed, None when not given yet. last_day: None when GitLab's access has no end.

    jumps: whether an open account on the gateway was observed.
    """

    username: str
    name: str | None
    place: Literal["member", "mentor", "other"]
    access: str | None
    last_day: date | None
    jumps: bool = False


@dataclass(frozen=True)
class GroupView:
    """A group that exists."""

    path: str
    url: str


@dataclass(frozen=True)
class ProjectView:
    """url and below are empty while it is not made."""

    name: str
    title: str
    made: bool
    asked: bool
    visibility: str = ""
    url: str = ""
    ssh: str = ""
    http: str = ""


@dataclass(frozen=True)
class MachineView:
    """vmid and below are empty while it is not made. waiting: the fields whose last change is not in force yet."""

    host: str
    type: MachineType
    made: bool
    asked: bool
    vmid: int | None = None
    address: str = ""
    node: str = ""
    status: str = ""
    usage: Usage = NOTHING
    user: str | None = None
    waiting: tuple[str, ...] = ()


@dataclass(frozen=True)
class QuotaView:
    """One measure; bytes for memory and disk. limit and left are None where there is no limit; left is negative when it is exceeded."""

    measure: str
    limit: int | None
    used: int
    left: int | None


@dataclass(frozen=True)
class ConsoleView:
    """Proxmox's web interface. accounts: those seen in the team's groups there. sign_in: how, by the sort of realm."""

    url: str
    realm: str
    accounts: tuple[str, ...]
    sign_in: Literal["console_pve", "console_openid"]


@dataclass(frozen=True)
class TeamView:
    """Everything a team's page tells."""

    team: Team
    groups: tuple[GroupView, ...]
    people: tuple[PersonView, ...]
    projects: tuple[ProjectView, ...]
    machines: tuple[MachineView, ...]
    quota: tuple[QuotaView, ...]
    public: tuple[PublicView, ...]
    entries: tuple[EntryView, ...]
    console: ConsoleView | None
    contacts: tuple[Contact, ...]
    usage: Usage


def team_view(cohort: Cohort, site: Site, team: Team, observed: Sequence[Observed], open_accounts: Collection[str]) -> TeamView:
    """The view of one team; `observed` are the objects of that team. open_accounts: who has one on the gateway, by user name."""
    usage = Usage.total(each.usage for each in observed)
    groups = sorted((each for each in observed if each.address.kind == "gitlab.group"), key=lambda each: _depth(each.address))
    return TeamView(
        team=team,
        groups=tuple(GroupView(each.address.key, _text(each.facts, "web_url")) for each in groups),
        people=tuple(_people(cohort, team, observed, open_accounts)),
        projects=tuple(_projects(team, observed)),
        machines=tuple(_machines(cohort, team, observed)),
        quota=quota(cohort.quota_of(team.id), usage),
        public=tuple(public(cohort, site, team, observed)),
        entries=tuple(entries(cohort, team, observed)),
        console=_console(site, observed),
        contacts=cohort.file.contacts,
        usage=usage,
    )


def quota(limit: Limit | None, usage: Usage) -> tuple[QuotaView, ...]:
    """Every measure: what may be used, what is, what is left."""

    def row(measure: str) -> QuotaView:
        allowed, used = getattr(limit, measure, None), int(getattr(usage, measure))
        return QuotaView(measure, None if allowed is None else int(allowed), used, None if allowed is None else int(allowed) - used)

    return tuple(row(measure) for measure in MEASURES)


def _people(cohort: Cohort, team: Team, observed: Sequence[Observed], open_accounts: Collection[str]) -> Iterator[PersonView]:
    """Members, mentors, then whoever else has access to the team's group."""
    lists = sorted((each for each in observed if each.address.kind == "gitlab.members"), key=lambda each: _depth(each.address))
    entries = lists[0].values.get("members") if lists else None
    pending = lists[0].facts.get("pending") if lists else None
    access = (
        {_text(entry, "username").casefold(): entry for entry in entries if isinstance(entry, dict)} if isinstance(entries, list) else {}
    )
    for name in pending if isinstance(pending, list) else ():
        access.pop(str(name).casefold(), None)  # invited, or waiting for an administrator: no access yet

    def view(person: Person, place: Literal["member", "mentor"]) -> PersonView:
        entry, jumps = access.pop(person.username.casefold(), None), person.username in open_accounts
        if entry is None:
            return PersonView(person.username, person.name, place, None, person.until or cohort.file.ends, jumps)
        return PersonView(person.username, person.name, place, _text(entry, "access"), _last_day(entry), jumps)

    for person in team.people:
        yield view(person, "mentor" if isinstance(person, Mentor) else "member")
    for entry in access.values():
        yield PersonView(_text(entry, "username"), None, "other", _text(entry, "access"), _last_day(entry))


def _projects(team: Team, observed: Sequence[Observed]) -> Iterator[ProjectView]:
    found = {each.address.key.rpartition("/")[2].casefold(): each for each in observed if each.address.kind == "gitlab.project"}

    def made(each: Observed, *, asked: bool) -> ProjectView:
        name = each.address.key.rpartition("/")[2]
        return ProjectView(
            name=name,
            title=_text(each.values, "title") or name,
            made=True,
            asked=asked,
            visibility=_text(each.values, "visibility"),
            url=_text(each.facts, "web_url"),
            ssh=_text(each.facts, "ssh_url"),
            http=_text(each.facts, "http_url"),
        )

    for project in team.projects:
        there = found.pop(project.name.casefold(), None)
        yield made(there, asked=True) if there else ProjectView(project.name, project.title or project.name, made=False, asked=True)
    for each in found.values():
        yield made(each, asked=False)


def _machines(cohort: Cohort, team: Team, observed: Sequence[Observed]) -> Iterator[MachineView]:
    found = {each.address.key: each for each in observed if each.address.kind in GUESTS}

    def made(each: Observed, host: str, *, asked: bool) -> MachineView:
        vmid = each.facts.get("vmid")
        kind = GUESTS[each.address.kind]
        return MachineView(
            host=_text(each.values, "name") or host,
            type=kind,
            made=True,
            asked=asked,
            vmid=vmid if isinstance(vmid, int) else None,
            address=_text(each.facts, "address"),
            node=_text(each.facts, "node"),
            status=_text(each.facts, "status"),
            usage=each.usage,
            user="root" if kind == "container" else _text(each.values, "user") or _text(each.facts, "user") or None,
            waiting=tuple(sorted(each.waiting)),
        )

    for machine in team.machines:
        there = found.pop(f"{cohort.id}/{team.id}/{machine.name}", None)
        host = team.host(machine)
        yield made(there, host, asked=True) if there else MachineView(host, machine.type, made=False, asked=True)
    for key, each in found.items():
        yield made(each, f"{team.id}-{key.rpartition('/')[2]}", asked=False)


def _console(site: Site, observed: Sequence[Observed]) -> ConsoleView | None:
    """In Proxmox's own realms an administrator sets passwords; in any other people sign in as they do elsewhere."""
    proxmox = site.file.proxmox
    lists = [each.values.get("members") for each in observed if each.address.kind == "proxmox.group"]
    entries = [entry for every in lists if isinstance(every, list) for entry in every if isinstance(entry, dict)]
    accounts = sorted({_text(entry, "user") for entry in entries})
    if proxmox is None or not accounts:
        return None
    return ConsoleView(proxmox.url, proxmox.realm, tuple(accounts), "console_pve" if proxmox.realm in ("pve", "pam") else "console_openid")


def _depth(address: Address) -> tuple[int, str]:
    return address.key.count("/"), address.key


def _text(values: Mapping[str, JsonValue], name: str) -> str:
    value = values.get(name)
    return value if isinstance(value, str) else ""


def _last_day(entry: Mapping[str, JsonValue]) -> date | None:
    """The last day of access: GitLab ends it at the beginning of the day named."""
    text = _text(entry, "expires")
    return date.fromisoformat(text) - timedelta(days=1) if text else None
