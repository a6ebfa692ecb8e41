"""Looking at the servers: which teams there are, and what each has."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from eiginfra.core.finding import Finding, Severity, notice, warning
from eiginfra.core.resource import Observed, Resource
from eiginfra.importing.asking import Servers, Wanted
from eiginfra.importing.estate import Estate, FoundTeam, address_of, entries, listed
from eiginfra.importing.naming import ACCOUNTS, GROUP, POOL, Naming, Pattern
from eiginfra.inventory.fields import TEAM_ID
from eiginfra.inventory.site import Site

PROJECT, MEMBERS, JUMPING = "gitlab.project", "gitlab.members", "gateway.account"
GUESTS: Final = {"proxmox.container": "container", "proxmox.vm": "vm"}
PUBLISHED: Final = ("gateway.subdomain", "gateway.forward")


def gather(servers: Servers, wanted: Wanted, naming: Naming, site: Site) -> Estate:
    """Everything that an inventory of the cohort has to ask for. Raises what the kinds raise."""
    estate = Estate()
    groups, pools = _patterns(wanted, naming)
    seen = _Gathering(servers, wanted, site, estate)
    estate.findings += _named_otherwise(naming, groups, pools)
    if groups is not None and servers.knows(GROUP):
        seen.groups(groups, (wanted.group or naming.cohort or groups.text.rpartition("/")[0]))
    if pools is not None and servers.knows(POOL):
        seen.pools(pools, naming)
    if servers.knows(JUMPING):
        seen.gateway()
    return estate


def _patterns(wanted: Wanted, naming: Naming) -> tuple[Pattern | None, Pattern | None]:
    """Of the teams' groups and of their pools: as they are asked for, else as the playbook names them."""
    groups = naming.group if wanted.group is None else Pattern(f"{wanted.group}/*")
    return groups, naming.pool if wanted.pools is None else Pattern(wanted.pools)


def _named_otherwise(naming: Naming, groups: Pattern | None, pools: Pattern | None) -> Iterator[Finding]:
    """What an apply would make beside what is there, since the playbook names it otherwise."""
    for sort, mine, theirs in (("groups", groups, naming.group), ("pools", pools, naming.pool)):
        if mine is not None and theirs is not None and mine.text.lower() != theirs.text.lower():
            yield warning("import-named-otherwise", sort=sort, there=mine.text, playbook=theirs.text)


class _Gathering:
    def __init__(self, servers: Servers, wanted: Wanted, site: Site, estate: Estate) -> None:
        self._servers = servers
        self._wanted = wanted
        self._site = site
        self._estate = estate

    def _look(self, kind: str, cohort: str, resources: Sequence[Resource] = ()) -> Sequence[Observed]:
        """What a kind sees; of what it says, what is to be read before going on."""
        found = self._servers.observe(kind, cohort, resources)
        self._estate.findings += [told for told in found.findings if told.severity is not Severity.NOTICE]
        return found.objects

    def _team(self, sort: str, name: str, pattern: Pattern) -> FoundTeam | None:
        """The team that a group's or a pool's name tells; None, with a finding, where that can be no team's id."""
        team = pattern.team(name)
        if team is None:
            return None
        if not TEAM_ID.fits(team):  # nor one in other letters: pools differ by their case, and the path of a group cannot be changed here
            meant = TEAM_ID.suggest(team)
            fitting = meant if meant is not None and TEAM_ID.fits(meant) else None
            self._estate.findings.append(warning("import-no-team-id", sort=sort, name=name, id=team, meant=fitting))
            return None
        return self._estate.teams.setdefault(team, FoundTeam(team))

    # GitLab.

    def groups(self, pattern: Pattern, path: str) -> None:
        """The groups of teams with their members and projects; what else is in the cohort's group is told."""
        root = "" if self._site.file.gitlab is None else self._site.file.gitlab.root_group
        below = path[len(root) + 1 :] if path.lower().startswith(f"{root.lower()}/") else path
        outside: list[str] = []
        for group in self._look(GROUP, below):
            key = group.address.key
            if key.lower() == path.lower():
                self._estate.group = group
            elif pattern.team(key) is None:
                outside.append(key)
            elif (team := self._team("group", key, pattern)) is not None:
                team.group = group
        teams = {team.group.address.key: team for team in self._estate.teams.values() if team.group is not None}
        paths = [project.address.key for project in self._servers.observe(PROJECT, below).objects]
        outside += [path for path in paths if path.rpartition("/")[0] not in teams]
        resources = [self._servers.resource(PROJECT, path=path, description="", website="") for path in paths if path not in outside]
        for project in self._look(PROJECT, below, resources):
            if (holder := teams.get(project.address.key.rpartition("/")[0])) is not None:
                holder.projects.append(project)
        for found in self._look(MEMBERS, below, [self._servers.resource(MEMBERS, group=key) for key in teams]):
            if (holder := teams.get(found.address.key)) is not None:
                holder.members = [dict(entry) for entry in entries(found.values.get("members"))]
        if outside:
            self._estate.findings.append(warning("import-outside-teams", names=sorted(outside), path=path))

    # The compute server.

    def pools(self, pattern: Pattern, naming: Naming) -> None:
        """The pools of teams with their guests and accounts; guests that are in no pool are told, and other pools."""
        cohort = self._wanted.cohort
        teams: dict[str, FoundTeam] = {}
        for pool in self._look(POOL, cohort):
            if (team := self._team("pool", pool.address.key, pattern)) is not None:
                team.pool, teams[pool.address.key] = pool, team
        self._guests(teams, pattern)
        self._users(naming)
        for job in naming.backups:
            for found in self._look(job.address.kind, cohort, [job]):
                self._estate.backup = found
                self._estate.backed |= {str(name) for name in listed(found.values.get("guests"))}

    def _guests(self, teams: Mapping[str, FoundTeam], pattern: Pattern) -> None:
        """The guests of these pools; of the others, those of the site's range are told."""
        site = self._site.file.proxmox
        others: set[str] = set()
        for guest in (guest for kind in GUESTS for guest in self._look(kind, self._wanted.cohort)):
            name, vmid = guest.values.get("pool"), int(str(guest.handle["vmid"]))
            if isinstance(name, str) and name in teams:
                teams[name].guests.append(guest)
            elif site is None or not site.network.ids.first <= vmid <= site.network.ids.last:
                continue
            elif name is None:
                self._estate.findings.append(_without_pool(guest, vmid))
            elif pattern.team(str(name)) is None:
                others.add(str(name))
        if others:
            self._estate.findings.append(notice("import-other-pools", names=sorted(others), pattern=pattern.text))

    def _users(self, naming: Naming) -> None:
        """The accounts of each team."""
        if naming.accounts is None:
            return
        resources = [self._servers.resource(ACCOUNTS, id=naming.accounts.of(team)) for team in self._estate.teams]
        for group in self._look(ACCOUNTS, self._wanted.cohort, resources):
            holder = self._estate.teams.get(naming.accounts.team(group.address.key) or "")
            if holder is not None:
                users = (str(entry.get("user")) for entry in entries(group.values.get("members")))
                holder.users = frozenset(user.rpartition("@")[0] for user in users)

    # The gateway.

    def gateway(self) -> None:
        """What it sends on to the guests that were found; the keys of people are read once they are known."""
        addresses = {address_of(guest) for team in self._estate.teams.values() for guest in team.guests} - {None}
        for kind in PUBLISHED:
            for found in self._look(kind, self._wanted.cohort):
                address, owner = str(found.values.get("address")), str(found.values.get("machine") or "")
                if owner.partition("/")[0] != self._wanted.cohort:
                    if address in addresses:
                        self._estate.findings.append(warning("import-other-owner", name=found.address.key, owner=owner or None, ip=address))
                elif address in addresses:
                    self._estate.published.setdefault(address, []).append(found)
                else:
                    self._estate.findings.append(warning("import-leads-nowhere", name=found.address.key, owner=owner, ip=address))


def look_at_people(servers: Servers, wanted: Wanted, estate: Estate) -> None:
    """The accounts and the keys of everybody whom a team has."""
    named = {str(entry.get("username")).lower() for team in estate.teams.values() for entry in team.members}
    everybody = sorted(named | {user.lower() for team in estate.teams.values() for user in team.users or ()})
    estate.accounts = servers.accounts(everybody)
    if servers.knows(JUMPING):
        resources = list(_accounts(servers, everybody))
        for account in servers.observe(JUMPING, wanted.cohort, resources).objects:
            estate.keys[account.address.key] = [str(key) for key in listed(account.values.get("keys"))]


def _accounts(servers: Servers, people: Iterable[str]) -> Iterator[Resource]:
    """Accounts on the gateway to look for; of a name that can be none there, none."""
    for name in people:
        try:
            yield servers.resource(JUMPING, user=name)
        except ValueError:
            continue


def _without_pool(guest: Observed, vmid: int) -> Finding:
    name, node = guest.values.get("name"), guest.handle.get("node")
    return warning("import-guest-without-pool", type=GUESTS[guest.address.kind], id=vmid, name=str(name), node=str(node))
