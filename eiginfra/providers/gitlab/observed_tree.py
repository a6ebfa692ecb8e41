"""The groups and projects of a cohort as GitLab lists them: which belong to it, which wait for deletion, which were moved."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import JsonValue

from eiginfra.core.address import Address
from eiginfra.core.finding import Finding
from eiginfra.core.reason import reason
from eiginfra.core.resource import Absence, Observation, Observed, Presence, Scope
from eiginfra.providers.gitlab.client import Json
from eiginfra.providers.gitlab.fields import inside

MOVED = Absence(reason("moved-by-hand"), Presence.DISPLACED)
SCHEDULED = Absence(reason("scheduled-for-deletion"), Presence.DISPLACED)


@dataclass
class SortedTree:
    """What a list of groups or projects holds for a tree.

    moved: objects that the journal knows, by the wanted path at which they are no longer. absent: as `Observation.absent`.
    """

    alive: list[Json]
    moved: dict[str, Json] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    absent: dict[Address, Absence] = field(default_factory=dict)

    def report(self, address: Address, absence: Absence, finding: Finding) -> None:
        """Something wanted is neither there nor to be created."""
        self.absent[address] = absence
        self.findings.append(finding)

    def observation(self, objects: Sequence[Observed], findings: Iterable[Finding]) -> Observation:
        """What was seen; nothing of it is unknown for want of sight."""
        return Observation(objects, [*self.findings, *findings], self.absent)


def archived_from(groups: Iterable[Json]) -> dict[str, str]:
    """By path in lower case, the outermost archived group around a group: GitLab says of all below one that they are archived."""
    archived = sorted((str(group["full_path"]) for group in groups if group.get("archived")), key=len)
    found: dict[str, str] = {}
    for path in archived:
        found[path.lower()] = found.get(path.lower().rpartition("/")[0], path)
    return found


def marked_for_deletion(item: Json) -> bool:
    """Whether a group or project waits for its deletion (delayed deletion, in all tiers since 18.0)."""
    return bool(item.get("marked_for_deletion_on") or item.get("marked_for_deletion_at"))


def identity(handle: Mapping[str, JsonValue], name: str = "id") -> int | None:
    """The ID in a handle, if it has one."""
    known = handle.get(name)
    return known if isinstance(known, int) else None


class CohortTree:
    """What a kind observes of a cohort: the cohort's group and all below it, and the wanted and recorded paths.

    base: the group to list from. Paths on GitLab differ in more than letter case, so objects are found without regard to it.
    """

    def __init__(self, kind: str, root: str, scope: Scope) -> None:
        self._cohort = f"{root}/{scope.cohort}"
        self._teams = {resource.address.key: resource.team for resource in scope.resources}
        self._names = set(scope.teams)
        self.wanted = frozenset(self._teams)
        self.known = {record.address.key: number for record in scope.records if (number := identity(record.handle)) is not None}
        """The IDs that the journal knows, by key."""
        addresses = [resource.address for resource in scope.resources] + [record.address for record in scope.records]
        self.keys = {address.key.lower(): address.key for address in reversed(addresses) if address.kind == kind}
        self.base = self._cohort if all(inside(key, self._cohort) for key in self.keys.values()) else root

    def holds(self, path: str) -> bool:
        """Whether a path belongs to the tree."""
        return path.lower() in self.keys or inside(path, self._cohort)

    def key(self, path: str) -> str:
        """The key under which a path is wanted or recorded; else the path itself."""
        return self.keys.get(path.lower(), path)

    def team(self, path: str) -> str | None:
        """The team that wants a path, or in whose space it lies."""
        key = self.key(path)
        if key in self._teams:
            return self._teams[key]
        name = path.removeprefix(f"{self._cohort}/").partition("/")[0] if inside(path, self._cohort) else ""
        return name if name in self._names else None


def same_path(item: Json | None, field: str, path: str) -> bool:
    """Whether GitLab gave the object of that very path: it also answers for a former path of a moved project."""
    return item is not None and str(item[field]).lower() == path.lower()
