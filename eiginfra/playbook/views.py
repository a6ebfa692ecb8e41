"""What templates see of a cohort, a team and a site: plain values without methods, built once. Secrets are not among them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar

from eiginfra.core.values import ByteSize
from eiginfra.inventory.cohort import Cohort as InventoryCohort
from eiginfra.inventory.model import Machine as InventoryMachine
from eiginfra.inventory.model import Member, Mentor
from eiginfra.inventory.model import Team as InventoryTeam
from eiginfra.inventory.site import ProxmoxSite, SiteFile
from eiginfra.inventory.site import Site as InventorySite


class View:
    """Base of what templates see; exactly the fields of its dataclass can be read."""

    __slots__ = ()
    noun: ClassVar[str]

    def __repr__(self) -> str:
        return f"<{self.noun}>"


@dataclass(frozen=True, slots=True, repr=False)
class Person(View):
    """A member or a mentor; `role` of a mentor is `mentor`, `until` the last day in the team, `leaves` the last day in any."""

    noun: ClassVar[str] = "person"
    username: str
    name: str | None
    email: str
    role: str
    until: date
    ssh_keys: tuple[str, ...]
    leaves: date


@dataclass(frozen=True, slots=True, repr=False)
class Project(View):
    """A project as the team wrote it."""

    noun: ClassVar[str] = "project"
    name: str
    title: str | None
    description: str | None
    visibility: str
    license: str | None
    website: str | None
    topics: tuple[str, ...]
    was: str | None


@dataclass(frozen=True, slots=True, repr=False)
class Volume(View):
    """A further volume of a machine."""

    noun: ClassVar[str] = "mount"
    path: str
    size: ByteSize


@dataclass(frozen=True, slots=True, repr=False)
class Published(View):
    """A sub-domain of the gateway, sent to a port."""

    noun: ClassVar[str] = "publish entry"
    subdomain: str
    port: int


@dataclass(frozen=True, slots=True, repr=False)
class Forwarded(View):
    """A public port of the gateway, sent to a port."""

    noun: ClassVar[str] = "forward entry"
    public: int
    port: int


@dataclass(frozen=True, slots=True, repr=False)
class Machine(View):
    """A machine with its size and image looked up in the site's tables; what the tables lack is None."""

    noun: ClassVar[str] = "machine"
    name: str
    type: str
    host: str
    mark: str
    image: str | int | None
    cores: int | None
    memory: ByteSize | None
    disk: ByteSize | None
    clone: str | None
    docker: bool
    state: str | None
    protect: bool
    mounts: tuple[Volume, ...]
    snapshot: bool
    backup: bool
    was: str | None
    id: int | None
    publish: tuple[Published, ...]
    forward: tuple[Forwarded, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Team(View):
    """A team; people whose last day has passed are left out. `ssh_keys` are those of its members."""

    noun: ClassVar[str] = "team"
    id: str
    title: str
    administration: str
    description: str
    town: str | None
    people: tuple[Person, ...]
    members: tuple[Person, ...]
    mentors: tuple[Person, ...]
    projects: tuple[Project, ...]
    machines: tuple[Machine, ...]
    ssh_keys: tuple[str, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Cohort(View):
    """The cohort; `people` are everybody's, each user name once, with the longest access; `machines` those of all teams."""

    noun: ClassVar[str] = "cohort"
    id: str
    title: str
    starts: date
    ends: date
    language: str
    people: tuple[Person, ...]
    machines: tuple[Machine, ...]


@dataclass(frozen=True, slots=True, repr=False)
class GitLab(View):
    """The site's GitLab."""

    noun: ClassVar[str] = "gitlab section"
    url: str
    root_group: str
    accounts: str


@dataclass(frozen=True, slots=True, repr=False)
class Storage(View):
    """Which storage of the compute server holds what."""

    noun: ClassVar[str] = "storage section"
    disks: str
    templates: str
    backups: str


@dataclass(frozen=True, slots=True, repr=False)
class Network(View):
    """The network of the guests."""

    noun: ClassVar[str] = "network section"
    bridge: str
    subnet: str
    gateway: str
    dns: tuple[str, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Proxmox(View):
    """The site's compute server."""

    noun: ClassVar[str] = "proxmox section"
    url: str
    nodes: tuple[str, ...]
    storage: Storage
    network: Network
    realm: str


@dataclass(frozen=True, slots=True, repr=False)
class Gateway(View):
    """The server that publishes."""

    noun: ClassVar[str] = "gateway section"
    host: str
    domain: str


@dataclass(frozen=True, slots=True, repr=False)
class Site(View):
    """The site; a section that its file does not have is None."""

    noun: ClassVar[str] = "site"
    name: str
    gitlab: GitLab | None
    proxmox: Proxmox | None
    gateway: Gateway | None


@dataclass(frozen=True, slots=True)
class World:
    """Everything that the templates of one compilation see."""

    cohort: Cohort
    site: Site
    teams: dict[str, Team]


def world(cohort: InventoryCohort, site: InventorySite, as_of: date) -> World:
    """The views of a cohort and a site on that day; teams in the order of their ids."""
    leaving: dict[str, date] = {}
    for someone in (person for team in cohort.teams for person in team.people):
        until = someone.until or cohort.file.ends
        leaving[someone.username] = max(until, leaving.get(someone.username, until))
    teams = {team.id: _team(team, cohort, site, as_of, leaving) for team in sorted(cohort.teams, key=lambda team: team.id)}
    people: dict[str, Person] = {}
    for person in (person for team in teams.values() for person in team.people):
        known = people.setdefault(person.username, person)
        if person.until > known.until:
            people[person.username] = replace(known, until=person.until)
    file = cohort.file
    machines = tuple(machine for team in teams.values() for machine in team.machines)
    view = Cohort(file.cohort, file.title, file.starts, file.ends, file.language, tuple(people.values()), machines)
    return World(view, _site(site.name, site.file), teams)


def _team(team: InventoryTeam, cohort: InventoryCohort, site: InventorySite, as_of: date, leaving: Mapping[str, date]) -> Team:
    members, mentors = (_people(people, cohort.file.ends, as_of, leaving) for people in (team.members, team.mentors))
    return Team(
        id=team.id,
        title=team.title,
        administration=team.administration,
        description=team.description,
        town=team.town,
        people=members + mentors,
        members=members,
        mentors=mentors,
        projects=tuple(Project(p.name, p.title, p.description, p.visibility, p.license, p.website, p.topics, p.was) for p in team.projects),
        machines=tuple(_machine(machine, team, cohort.id, site) for machine in team.machines),
        ssh_keys=tuple(dict.fromkeys(key for member in members for key in member.ssh_keys)),
    )


def _people(people: Iterable[Member | Mentor], ends: date, as_of: date, leaving: Mapping[str, date]) -> tuple[Person, ...]:
    views = (
        Person(
            username=person.username,
            name=person.name,
            email=person.email,
            role=person.role if isinstance(person, Member) else "mentor",
            until=person.until or ends,
            ssh_keys=person.ssh_keys,
            leaves=leaving[person.username],
        )
        for person in people
    )
    return tuple(view for view in views if view.until >= as_of)


def _machine(machine: InventoryMachine, team: InventoryTeam, cohort: str, site: InventorySite) -> Machine:
    size = site.file.sizes.get(machine.size) if machine.size else machine
    return Machine(
        name=machine.name,
        type=machine.type,
        host=team.host(machine),
        mark=f"{cohort}/{team.id}/{machine.name}",
        image=site.image(machine),
        cores=None if size is None else size.cores,
        memory=None if size is None else size.memory,
        disk=None if size is None else size.disk,
        clone=machine.clone,
        docker=machine.docker,
        state=machine.state,
        protect=machine.protect,
        mounts=tuple(Volume(mount.path, mount.size) for mount in machine.mounts),
        snapshot=machine.snapshot,
        backup=machine.backup,
        was=machine.was,
        id=machine.id,
        publish=tuple(Published(entry.subdomain, entry.port) for entry in machine.publish),
        forward=tuple(Forwarded(entry.public, entry.port) for entry in machine.forward),
    )


def _site(name: str, file: SiteFile) -> Site:
    gitlab, gateway = file.gitlab, file.gateway
    return Site(
        name=name,
        gitlab=None if gitlab is None else GitLab(gitlab.url, gitlab.root_group, gitlab.accounts),
        proxmox=None if file.proxmox is None else _proxmox(file.proxmox),
        gateway=None if gateway is None else Gateway(gateway.host, gateway.domain),
    )


def _proxmox(section: ProxmoxSite) -> Proxmox:
    storage, network = section.storage, section.network
    return Proxmox(
        url=section.url,
        nodes=section.nodes,
        storage=Storage(storage.disks, storage.templates, storage.backups),
        network=Network(network.bridge, str(network.subnet), str(network.gateway), tuple(str(server) for server in network.dns)),
        realm=section.realm,
    )
