"""eiginfra's own rules: what the members of a team may change in their team's file without anybody's yes."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pydantic import JsonValue

from eiginfra.core.reason import Reason, reason
from eiginfra.inventory.approvals import TEAM_KEYS
from eiginfra.inventory.networks import network, within
from eiginfra.review.model import Edit, Edited
from eiginfra.review.people import BasePeople

_FREE: Final = frozenset(
    {
        *("members[]", "members[].username", "members[].email", "members[].skills", "mentors[].skills"),
        *("projects[]", "projects[].name", "projects[].title", "projects[].description", "projects[].license", "projects[].website"),
        *("projects[].topics", "projects[].reusable", "projects[].was"),
        *("data[]", *(key for key in TEAM_KEYS if key in ("contacts", "data") or key.startswith(("contacts.", "data[].")))),
        *("machines[]", "machines[].name", "machines[].image", "machines[].size", "machines[].cores", "machines[].memory"),
        *("machines[].disk", "machines[].clone", "machines[].docker", "machines[].state", "machines[].snapshot", "machines[].was"),
        *("machines[].publish[]", "machines[].publish[].subdomain", "machines[].publish[].port", "machines[].publish[].websocket"),
        *("machines[].publish[].max_body", "machines[].publish[].timeout"),
        *("machines[].forward[].protocol", "machines[].mounts[]", "machines[].mounts[].path", "machines[].mounts[].size"),
    }
)
"""The fields that members change as they like. Everything that is neither here nor below is EIG Link's."""
_DATA: Final = frozenset({"projects[]", "machines[]", "machines[].mounts[]"})
"""Entries with which data goes."""
_ROLES: Final = ("reporter", "developer", "maintainer")
_VISIBILITIES: Final = ("private", "internal", "public")
_PUBLIC: Final = frozenset({"members[].public", "mentors[].public"})
_ROLE, _DEFAULT_ROLE = "members[].role", "developer"


@dataclass(frozen=True)
class EditPart:
    """An edit, or one key of an added entry, as rules see it. new: it is in an entry that was not there before."""

    cohort: str
    team: str
    field: str
    edited: Edited
    names: tuple[str, ...]
    before: JsonValue
    after: JsonValue
    new: bool = False


def parts(edit: Edit, cohort: str, team: str) -> Iterator[EditPart]:
    """The edit itself; of an added entry also each of its keys. A new member has a role, written or not."""
    whole = EditPart(cohort, team, edit.field, edit.edited, edit.names, edit.before, edit.after)
    yield whole
    if edit.edited is Edited.ADDED and isinstance(edit.after, dict) and edit.field.endswith("[]"):
        role = {"role": _DEFAULT_ROLE} if edit.field == "members[]" else {}
        for key, value in {**role, **edit.after}.items():
            yield replace(whole, field=f"{edit.field}.{key}", after=value, new=True)


@dataclass(frozen=True)
class Writer:
    """Who wrote an edit: the user names by which the inventory knows the account; None: nobody can say who it was."""

    names: frozenset[str] | None
    people: BasePeople

    def is_person(self, name: str) -> bool:
        """Whether it is surely that person."""
        return self.names is not None and name in self.names


def refusal_of(part: EditPart, writer: Writer) -> Reason | None:
    """Why a member of the team may not make that edit without a yes; None where nothing is against it."""
    if part.edited is Edited.LAYOUT:
        return None
    judge = _JUDGES.get(part.field)
    if part.edited is Edited.REMOVED and part.field in _DATA:
        return reason("edit-removes-data")
    if judge is not None:
        return judge(part, writer)
    return None if part.field in _FREE else reason("edit-of-field", field=part.field)


def withdraws(part: EditPart, writer: Writer) -> bool:
    """Whether somebody takes back that they may be named in public: to do so is their own matter, whatever the rules say."""
    return part.field in _PUBLIC and part.after is not True and writer.is_person(part.names[0])


def consents(part: EditPart, writer: Writer) -> bool:
    """Whether somebody who was in the team before says that they may be named in public."""
    name = part.names[0] if part.field in _PUBLIC else ""
    team = {**writer.people.members(part.cohort, part.team), **writer.people.mentors(part.cohort, part.team)}
    return name in team and writer.is_person(name) and part.after is True and not part.new


def _role(part: EditPart, writer: Writer) -> Reason | None:
    """Nobody gives more than they have themselves, as on GitLab."""
    after = _rank(_ROLES, part.after, _DEFAULT_ROLE)
    before = -1 if part.new else _rank(_ROLES, part.before, _DEFAULT_ROLE)
    members = writer.people.members(part.cohort, part.team)
    own = [_ROLES.index(person.role) for name, person in members.items() if writer.is_person(name)]
    most = max(own, default=_ROLES.index(_DEFAULT_ROLE))
    return None if after <= max(most, before) else reason("edit-raises-role", role=str(part.after))


def _visibility(part: EditPart, writer: Writer) -> Reason | None:
    del writer
    after = _rank(_VISIBILITIES, part.after, "public")
    before = len(_VISIBILITIES) if part.new else _rank(_VISIBILITIES, part.before, "public", unknown=-1)
    return None if after <= before else reason("edit-publishes")


def _public(part: EditPart, writer: Writer) -> Reason | None:
    """Nobody consents for somebody else; anybody in the team may take a name off the pages."""
    if part.after is not True or consents(part, writer):
        return None
    return reason("edit-names-person", person=part.names[0])


def _name(part: EditPart, writer: Writer) -> Reason | None:
    """How somebody is named in public is their own matter, too."""
    person = writer.people.members(part.cohort, part.team).get(part.names[0])
    if person is None or not person.public or writer.is_person(part.names[0]):
        return None
    return reason("edit-names-person", person=part.names[0])


def _until(part: EditPart, writer: Writer) -> Reason | None:
    del writer
    return None if part.new else reason("edit-date")


def _key(part: EditPart, writer: Writer) -> Reason | None:
    """A person's keys open their account everywhere: those of one who is in another team, too, are their own matter."""
    name = part.names[0]
    if not writer.people.elsewhere(name, part.cohort, part.team) or writer.is_person(name):
        return None
    return reason("edit-key-elsewhere", person=name)


def _type(part: EditPart, writer: Writer) -> Reason | None:
    del writer
    same = (part.before or "container") == (part.after or "container")
    return None if part.new or same else reason("edit-replaces")


def _protect(part: EditPart, writer: Writer) -> Reason | None:
    del writer
    return None if part.after is True else reason("edit-unprotects")


def _backup(part: EditPart, writer: Writer) -> Reason | None:
    del writer
    return None if part.after is True or part.edited is Edited.REMOVED else reason("edit-ends-backup")


def _subdomain(part: EditPart, writer: Writer) -> Reason | None:
    """The name of another team, or one that begins with it, or that another team has."""
    if part.edited is not Edited.ADDED:
        return None
    name, own = part.names[-1], (part.cohort, part.team)
    others = [team for cohort, team in sorted(writer.people.subdomains.get(name, ())) if (cohort, team) != own]
    named = [team for team in writer.people.teams if name == team or name.startswith(f"{team}-")]
    owner = others[0] if others else max(named, key=len, default=part.team)
    return None if owner == part.team and not others else reason("edit-subdomain-of-team", team=owner)


def _sources(part: EditPart, writer: Writer) -> Reason | None:
    del writer
    return None if part.new or not _widened(part.before, part.after) else reason("edit-opens")


def _forward(part: EditPart, writer: Writer) -> Reason | None:
    del writer
    return None if part.edited is Edited.REMOVED or part.new else reason("edit-opens-port")


def _forward_sources(part: EditPart, writer: Writer) -> Reason | None:
    del writer
    return reason("edit-opens-port") if not part.new and _widened(part.before, part.after) else None


_JUDGES: Final[Mapping[str, Callable[[EditPart, Writer], Reason | None]]] = {
    _ROLE: _role,
    **dict.fromkeys(_PUBLIC, _public),
    "members[].name": _name,
    "members[].until": _until,
    "members[].ssh_keys[]": _key,
    "projects[].visibility": _visibility,
    "machines[].type": _type,
    "machines[].protect": _protect,
    "machines[].backup": _backup,
    "machines[].publish[]": _subdomain,
    "machines[].publish[].sources": _sources,
    "machines[].forward[]": _forward,
    "machines[].forward[].port": _forward,
    "machines[].forward[].public": _forward,
    "machines[].forward[].sources": _forward_sources,
}


def _rank(order: Sequence[str], value: JsonValue, default: str, *, unknown: int | None = None) -> int:
    """The place of a value in an order; of one that is not in it, above all or `unknown`."""
    value = default if value is None else value
    if isinstance(value, str) and value in order:
        return order.index(value)
    return len(order) if unknown is None else unknown


def _widened(before: JsonValue, after: JsonValue) -> bool:
    """Whether sources let in anybody whom they did not before; none at all are everybody."""
    if not before:
        return False
    if not after or not isinstance(before, list) or not isinstance(after, list):
        return True
    try:
        old = [network(str(source)) for source in before]
        return not all(any(within(network(str(source)), outer) for outer in old) for source in after)
    except ValueError:
        return True
