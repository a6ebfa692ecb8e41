"""What templates see of a cohort, a team and a site: plain values without methods, each with the place where it is written.

Shown is what machines and projects are made of. What is for pages only (contacts, skills, data sets) is not, nor any secret of the site.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from eiginfra.core.values import ByteSize
from eiginfra.inventory.cohort import Accounts, Cohort, CohortFile
from eiginfra.inventory.file_model import FileModel
from eiginfra.inventory.model import Forward, Machine, Member, Mentor, Mount, Project, Publish, Team
from eiginfra.inventory.site import GitLabSite, Network, ProxmoxSite, Site, SiteFile, Storage
from eiginfra.inventory.site_gateway import GatewaySite, MachinesSite
from eiginfra.inventory.ssh_keys import bare_key
from eiginfra.playbook.place import Place


class View:
    """A thing of the inventory: its values by name, and where each is written. Never changed; equal to one with equal values."""

    __slots__ = ("_entries", "_places", "_values", "noun", "place")

    def __init__(
        self,
        noun: str,
        values: Mapping[str, Any],
        place: Place,
        places: Mapping[str, Place] = {},
        entries: Mapping[str, tuple[Place, ...]] = {},
    ) -> None:
        """places: of values that come from another key than their own; entries: of lists whose entries come from several."""
        self.noun = noun
        self.place = place
        self._values = values
        self._places = places
        self._entries = entries

    @property
    def names(self) -> Collection[str]:
        """What can be read of it."""
        return self._values.keys()

    def read(self, name: str, default: Any = None) -> Any:
        """One of its values."""
        return self._values.get(name, default)

    def where(self, name: str) -> Place:
        """The place that the value comes from."""
        return self._places.get(name) or self.place.below(name)

    def where_entry(self, name: str, index: int) -> Place:
        """The place that the entry of a list comes from."""
        entries = self._entries.get(name)
        return self.where(name).below(index) if entries is None else entries[index]

    def having(self, values: Mapping[str, Any], places: Mapping[str, Place] = {}) -> "View":
        """The same with further values, or others in the place of its own."""
        return View(self.noun, {**self._values, **values}, self.place, {**self._places, **places}, self._entries)

    def __getattr__(self, name: str) -> Any:
        """The values as attributes, for filters and specs; templates read them through the sandbox."""
        if name in View.__slots__ or name not in self._values:
            raise AttributeError(name)
        return self._values[name]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, View) and (self.noun, self._values) == (other.noun, other._values)

    def __hash__(self) -> int:
        return hash((self.noun, *self._values.values()))

    def __repr__(self) -> str:
        return f"<{self.noun}>"


@dataclass(frozen=True, slots=True)
class Views:
    """Everything that the templates of one compilation see."""

    cohort: View
    site: View
    teams: Mapping[str, View]

    def distance(self, place: Place) -> int:
        """How far a place is from a team's hands: 0 in a team's file, 1 in the cohort's, 2 in the site's."""
        if place.document is self.site.place.document:
            return 2
        return 1 if place.document is self.cohort.place.document else 0


_PERSON: Final = ("username", "name", "email", "ssh_keys", "until")
# What is shown of each model: its name in messages, and the fields; without names all of them.
_SHOWN: Final[Mapping[type[FileModel], tuple[str, tuple[str, ...]]]] = {
    CohortFile: ("cohort", ("title", "starts", "ends", "language", "authoritative")),
    Team: ("team", ("id", "title", "administration", "description", "town", "members", "mentors", "projects", "machines")),
    Member: ("person", _PERSON),
    Mentor: ("person", _PERSON),
    Project: ("project", ("name", "title", "description", "visibility", "license", "website", "topics", "was")),
    Machine: ("machine", ()),
    Mount: ("mount", ()),
    Publish: ("publish entry", ()),
    Forward: ("forward entry", ()),
    SiteFile: ("site", ("gitlab", "proxmox", "gateway", "machines")),
    GitLabSite: ("gitlab section", ("url", "root_group", "accounts")),
    ProxmoxSite: ("proxmox section", ("url", "nodes", "storage", "network", "realm")),
    Storage: ("storage section", ()),
    Network: ("network section", ("bridge", "subnet", "gateway", "dns")),
    GatewaySite: ("gateway section", ("host", "port", "domain", "via")),
    MachinesSite: ("machines section", ("public",)),
}

_PLAIN: Final = frozenset({type(None), str, int, bool, ByteSize, date})
"""What is shown as it is; what is neither that nor a model, such as an IP address, as its text."""


def views(cohort: Cohort, site: Site, as_of: date) -> Views:
    """The views of a cohort and a site on that day; teams in the order of their ids, people whose last day has passed left out."""
    own = Place(cohort.document)
    everywhere = _everywhere(cohort, as_of)
    teams = {}
    for team in sorted(cohort.teams, key=lambda team: team.id):
        everybody = (_person(person, place, cohort, everywhere[person.username]) for person, place in _people(cohort, team))
        teams[team.id] = _team(team, tuple(person for person in everybody if person.until >= as_of), cohort, site)
    people = _everybody(person for team in teams.values() for person in team.people)
    machines = tuple(machine for team in teams.values() for machine in team.machines)
    view = _view(cohort.file, own, {"id": cohort.id, "people": people, "machines": machines}, {"id": own.below("cohort")})
    return Views(view, _view(site.file, Place(site.document), {"name": site.name}), teams)


def _view(
    model: FileModel,
    place: Place,
    further: Mapping[str, Any] = {},
    places: Mapping[str, Place] = {},
    entries: Mapping[str, tuple[Place, ...]] = {},
) -> View:
    """further: values that the model does not have, or that stand for its own; places, entries: as View's."""
    noun, names = _SHOWN[SiteFile if isinstance(model, SiteFile) else type(model)]
    written = vars(model)
    values = {name: _shown(written[name], place, name) for name in names or written if name not in further}
    return View(noun, {**values, **further}, place, places, entries)


def _shown(value: Any, place: Place, *path: str | int) -> Any:
    sort = type(value)
    if sort in _PLAIN:
        return value
    if sort is tuple:
        return tuple(_shown(item, place, *path, index) for index, item in enumerate(value))
    return _view(value, place.below(*path)) if isinstance(value, FileModel) else str(value)


def _team(team: Team, people: tuple[View, ...], cohort: Cohort, site: Site) -> View:
    file = _file(cohort, team)
    members, mentors = (tuple(person for person in people if (person.role == "mentor") is mentor) for mentor in (False, True))
    machines = tuple(_machine(machine, file.below("machines", index), team, cohort, site) for index, machine in enumerate(team.machines))
    keys: dict[str, View] = {}
    for member in members:
        for index, key in enumerate(member.ssh_keys):
            written = member.where_entry("ssh_keys", index)
            entry = View("key", {"person": member.username, "key": key}, written, {"person": member.where("username"), "key": written})
            keys.setdefault(bare_key(key), entry)
    lists = {
        "members": members,
        "mentors": mentors,
        "people": people,
        "machines": machines,
        "ssh_keys": tuple(entry.key for entry in keys.values()),
        "keys": tuple(keys.values()),
        "publish": tuple(entry for machine in machines for entry in machine.publish),
        "forward": tuple(entry for machine in machines for entry in machine.forward),
    }
    places = {name: file.below("members") for name in ("people", "ssh_keys", "keys")}
    places |= {name: file.below("machines") for name in ("publish", "forward")}
    written_in = {name: tuple(entry.place for entry in lists[name]) for name in ("publish", "forward")}
    written_in |= {name: tuple(entry.place for entry in keys.values()) for name in ("ssh_keys", "keys")}
    return _view(team, file, lists, places, written_in)


def _file(cohort: Cohort, team: Team) -> Place:
    return Place(cohort.documents.get(team.id, cohort.document))


def _people(cohort: Cohort, team: Team) -> Iterator[tuple[Member | Mentor, Place]]:
    """Members, then mentors, each with the place."""
    file = _file(cohort, team)
    for index, member in enumerate(team.members):
        yield member, file.below("members", index)
    for index, mentor in enumerate(team.mentors):
        yield mentor, file.below("mentors", index)


@dataclass(slots=True)
class _Person:
    """What somebody has in all teams together: the last day, and as a member the keys and the machines, each with the place."""

    leaves: tuple[date, Place]
    keys: dict[str, tuple[str, Place]] = field(default_factory=dict)
    machines: dict[str, Place] = field(default_factory=dict)


def _everywhere(cohort: Cohort, as_of: date) -> Mapping[str, _Person]:
    found: dict[str, _Person] = {}
    for team in sorted(cohort.teams, key=lambda team: team.id):
        for person, place in _people(cohort, team):
            until = _until(person, place, cohort)
            known = found.setdefault(person.username, _Person(until))
            known.leaves = max(until, known.leaves, key=lambda last: last[0])
            if until[0] < as_of or not isinstance(person, Member):
                continue
            for index, key in enumerate(person.ssh_keys):
                known.keys.setdefault(bare_key(key), (key, place.below("ssh_keys", index)))
            for index, machine in enumerate(team.machines):
                known.machines[_resource(machine, team, cohort)] = _file(cohort, team).below("machines", index, "name")
    return found


def _until(person: Member | Mentor, place: Place, cohort: Cohort) -> tuple[date, Place]:
    """The last day in the team, and where it is written."""
    if person.until is None:
        return cohort.file.ends, Place(cohort.document, ("ends",))
    return person.until, place.below("until")


def _person(person: Member | Mentor, place: Place, cohort: Cohort, everywhere: _Person) -> View:
    until = _until(person, place, cohort)
    accounts = cohort.file.people.get(person.username, Accounts())
    written = Place(cohort.document, ("people", person.username))
    keys, machines = tuple(everywhere.keys.values()), everywhere.machines
    return _view(
        person,
        place,
        {
            "role": person.role if isinstance(person, Member) else "mentor",
            "until": until[0],
            "leaves": everywhere.leaves[0],
            "keys": tuple(key for key, _ in keys),
            "machines": tuple(machines),
            **{name: getattr(accounts, name) for name in Accounts.model_fields},
        },
        {
            "until": until[1],
            "leaves": everywhere.leaves[1],
            "keys": place.below("ssh_keys"),
            **{name: written.below(name) for name in Accounts.model_fields},
        },
        {"keys": tuple(place for _, place in keys), "machines": tuple(machines.values())},
    )


def _everybody(people: Iterable[View]) -> tuple[View, ...]:
    """Each user name once, with the longest access."""
    found: dict[str, View] = {}
    for person in people:
        known = found.setdefault(person.username, person)
        if person.until > known.until:
            found[person.username] = known.having({"until": person.until}, {"until": person.where("until")})
    return tuple(found.values())


def _mark(machine: Machine, team: Team, cohort: Cohort) -> str:
    return f"{cohort.id}/{team.id}/{machine.name}"


def _resource(machine: Machine, team: Team, cohort: Cohort) -> str:
    """The address of its guest."""
    return f"proxmox.{machine.type}[{_mark(machine, team, cohort)}]"


def _machine(machine: Machine, place: Place, team: Team, cohort: Cohort, site: Site) -> View:
    """With its size and image looked up in the site's tables; what the tables lack is None."""
    size = site.file.sizes.get(machine.size) if machine.size else machine
    mark = _mark(machine, team, cohort)
    own = {"host": team.host(machine), "mark": mark, "resource": _resource(machine, team, cohort), "access": f"machine.access[{mark}]"}
    named = dict.fromkeys(own, place.below("name"))
    further: dict[str, Any] = {
        "image": site.image(machine),
        "user": site.login(machine),
        "cores": None if size is None else size.cores,
        "memory": None if size is None else size.memory,
        "disk": None if size is None else size.disk,
    }
    for name, entries in (("publish", machine.publish), ("forward", machine.forward)):
        further[name] = tuple(_view(entry, place.below(name, index), own, named) for index, entry in enumerate(entries))
    named["user"] = place.below("image")
    places = named | (dict.fromkeys(("cores", "memory", "disk"), place.below("size")) if machine.size else {})
    return _view(machine, place, own | further, places)
