"""What one team's page says, without language and layout: what the inventory asks for, each with what was observed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from eiginfra.core.address import Address
from eiginfra.core.resource import Observed
from eiginfra.core.usage import MEASURES, Limit, Usage
from eiginfra.handouts.facts import Facts
from eiginfra.handouts.views.access import AccessView, TeamFacts
from eiginfra.handouts.views.gateway import EntryView, PublicView, entries, public
from eiginfra.handouts.views.observed_values import GUESTS, listed, text
from eiginfra.inventory.cohort import Cohort
from eiginfra.inventory.contacts import Contact
from eiginfra.inventory.model import MachineType, Mentor, Team
from eiginfra.inventory.site import Site

NOTHING = Usage()


@dataclass(frozen=True)
class PersonView:
    """access: the role on GitLab as observed, None when not given yet. last_day: None when GitLab's access has no end.

    jumps: whether an open account on the gateway was observed. checks: each access, as it was seen; empty for who is not of the team.
    """

    username: str
    name: str | None
    place: Literal["member", "mentor", "other"]
    access: str | None
    last_day: date | None
    jumps: bool = False
    checks: tuple[AccessView, ...] = ()


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


ACCOUNTS: Final = frozenset({"gitlab.user", "proxmox.user", "gateway.account"})
"""The kinds of accounts of people."""


def team_views(cohort: Cohort, site: Site, facts: Facts) -> Mapping[str, TeamView]:
    """The views of all teams by id, in their order."""
    accounts = {each.address: each for each in facts.observed if each.address.kind in ACCOUNTS}
    observed: dict[str | None, dict[Address, Observed]] = {}
    for each in facts.observed:
        observed.setdefault(each.team, {})[each.address] = each
    return {team.id: team_view(TeamFacts(cohort, site, team, observed.get(team.id, {}), accounts, facts.day)) for team in cohort.teams}


def team_view(facts: TeamFacts) -> TeamView:
    """The view of one team."""
    cohort, site, team, observed = facts.cohort, facts.site, facts.team, list(facts.observed.values())
    usage = Usage.total(each.usage for each in observed)
    groups = sorted((each for each in observed if each.address.kind == "gitlab.group"), key=lambda each: _depth(each.address))
    return TeamView(
        team=team,
        groups=tuple(GroupView(each.address.key, text(each.facts, "web_url")) for each in groups),
        people=tuple(_people(facts)),
        projects=tuple(_projects(team, observed)),
        machines=tuple(_machines(cohort, team, observed)),
        quota=quota(cohort.quota_of(team.id), usage),
        public=tuple(public(cohort, site, team, facts.observed)),
        entries=tuple(entries(cohort, team, facts.observed)),
        console=_console(facts),
        contacts=cohort.file.contacts,
        usage=usage,
    )


def quota(limit: Limit | None, usage: Usage) -> tuple[QuotaView, ...]:
    """Every measure: what may be used, what is, what is left."""

    def row(measure: str) -> QuotaView:
        allowed, used = getattr(limit, measure, None), int(getattr(usage, measure))
        return QuotaView(measure, None if allowed is None else int(allowed), used, None if allowed is None else int(allowed) - used)

    return tuple(row(measure) for measure in MEASURES)


def _people(facts: TeamFacts) -> Iterator[PersonView]:
    """Members, mentors, then whoever else has access to the team's group."""
    others = dict(facts.members)
    for person in facts.team.people:
        others.pop(person.username, None)
        member = not isinstance(person, Mentor)
        found = tuple(facts.of(person.username, person.ssh_keys, member=member))
        role = next((each for each in found if each.sort == "gitlab_role" and each.given), None)
        jumps = any(each.sort == "gateway" and each.state in ("open", "keyless") for each in found)
        last_day = (person.until or facts.cohort.file.ends) if role is None else role.last_day
        place: Literal["member", "mentor"] = "member" if member else "mentor"
        yield PersonView(person.username, person.name, place, None if role is None else role.role, last_day, jumps, found)
    for entry in others.values():
        if entry.role and not entry.waiting:
            yield PersonView(entry.username, None, "other", entry.role, entry.last_day)


def _projects(team: Team, observed: Sequence[Observed]) -> Iterator[ProjectView]:
    found = {each.address.key.rpartition("/")[2].casefold(): each for each in observed if each.address.kind == "gitlab.project"}

    def made(each: Observed, *, asked: bool) -> ProjectView:
        name = each.address.key.rpartition("/")[2]
        return ProjectView(
            name=name,
            title=text(each.values, "title") or name,
            made=True,
            asked=asked,
            visibility=text(each.values, "visibility"),
            url=text(each.facts, "web_url"),
            ssh=text(each.facts, "ssh_url"),
            http=text(each.facts, "http_url"),
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
            host=text(each.values, "name") or host,
            type=kind,
            made=True,
            asked=asked,
            vmid=vmid if isinstance(vmid, int) else None,
            address=text(each.facts, "address"),
            node=text(each.facts, "node"),
            status=text(each.facts, "status"),
            usage=each.usage,
            user="root" if kind == "container" else text(each.values, "user") or text(each.facts, "user") or None,
            waiting=tuple(sorted(each.waiting)),
        )

    for machine in team.machines:
        there = found.pop(f"{cohort.id}/{team.id}/{machine.name}", None)
        host = team.host(machine)
        yield made(there, host, asked=True) if there else MachineView(host, machine.type, made=False, asked=True)
    for key, each in found.items():
        yield made(each, f"{team.id}-{key.rpartition('/')[2]}", asked=False)


def _console(facts: TeamFacts) -> ConsoleView | None:
    """In Proxmox's own realms an administrator sets passwords; in any other people sign in as they do elsewhere."""
    proxmox = facts.site.file.proxmox
    groups = [each for address, each in facts.observed.items() if address.kind == "proxmox.group"]
    names = {text(entry, "user") for each in groups for entry in listed(each.values, "members") if isinstance(entry, dict)}
    blocked = {address.key for address, each in facts.accounts.items() if each.values.get("enabled") is False}
    shown = sorted(name for name in names if name.casefold() not in blocked)
    if proxmox is None or not shown:
        return None
    return ConsoleView(proxmox.url, proxmox.realm, tuple(shown), "console_pve" if proxmox.realm in ("pve", "pam") else "console_openid")


def _depth(address: Address) -> tuple[int, str]:
    return address.key.count("/"), address.key
