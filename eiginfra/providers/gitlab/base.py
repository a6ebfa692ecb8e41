"""What the GitLab kinds share: the realm they observe, and how a refused creation is understood."""

import re
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, TypeVar

from pydantic import JsonValue

from eiginfra.core.address import Address
from eiginfra.core.errors import AlreadyExistsError, PermanentError, UsageError
from eiginfra.core.finding import Finding, error, warning
from eiginfra.core.kind import Kind
from eiginfra.core.resource import Observation, Observed, Resource, Scope
from eiginfra.core.spec import Spec
from eiginfra.providers.gitlab.api import GitLabApi
from eiginfra.providers.gitlab.client import Json, RefusedError
from eiginfra.providers.gitlab.fields import VISIBILITY, Visibility, inside, parent
from eiginfra.providers.gitlab.places import Place

S = TypeVar("S", bound=Spec)

GROUP = "gitlab.group"
PROJECT = "gitlab.project"
FILE = "gitlab.file"
USER = "gitlab.user"
# The suffix that delayed deletion gives to a path: today's, and that of projects before 18.0.
_SUFFIX = re.compile(r"-(?:deletion_scheduled|deleted)-\d+$")
_INSIDE_SCHEDULED = re.compile(r"-deletion_scheduled-\d+/")


class GitLabKind(Kind[S]):
    """Base of the GitLab kinds; without an API (a site without GitLab) they can be described, but not asked."""

    def __init__(self, api: GitLabApi | None = None) -> None:
        self._api = api

    @property
    def api(self) -> GitLabApi:
        """GitLab; raises UsageError when the site has none."""
        if self._api is None:
            raise UsageError("the site has no gitlab section; add one to the site file, or leave GitLab out with --skip-tags gitlab")
        return self._api

    @property
    def root(self) -> str | None:
        """The root group, when the site has a GitLab."""
        return None if self._api is None else self._api.settings.root_group

    def remember_former(self, path: str, was: str) -> None:
        """A project is to be renamed: until that is done, what hangs on it is found under its former path."""
        if self._api is not None:
            self._api.former[path] = was

    def stands(self, place: Place) -> bool:
        """Whether a group or project is still at that very path: GitLab also answers for the former path of one that was renamed."""
        found, field = (
            (self.api.group(place.path), "full_path") if place.sort == "group" else (self.api.project(place.path), "path_with_namespace")
        )
        return same_path(found, field, place.path)

    def fence(self, path: str) -> Iterator[Finding]:
        """An error for a path outside the root group."""
        if self.root is not None and not inside(path, self.root):
            remedy = f"begin the path with {self.root}/, or change gitlab.root_group in the site file"
            yield error("outside-root-group", f"{path} lies outside the root group {self.root}", remedy=remedy)

    def made(self, spec: S, make: Callable[[], Json]) -> Json:
        """What `make` made. A refusal is understood by looking, not by its words, which change between versions and languages.

        Raises AlreadyExistsError when the object is there already.
        """
        try:
            return make()
        except (RefusedError, AlreadyExistsError) as problem:
            if self.read(spec, {}) is not None:
                raise AlreadyExistsError(str(problem)) from problem
            raise PermanentError(str(problem)) from problem


class PathKind(GitLabKind[S]):
    """Base of what has a full path: groups and projects."""

    noun: ClassVar[str]
    signs: ClassVar[str]
    """What a name may hold besides letters, digits, underscores, dashes and spaces."""

    def more_visible(self, path: str, visibility: Visibility, wanted: Mapping[Address, Resource]) -> Iterator[Finding]:
        """An error for what shall be more visible than the nearest wanted group around it: GitLab refuses that."""
        around = parent(path)
        while around:
            group = wanted.get(Address(GROUP, around))
            limit = None if group is None else group.values.get("visibility")
            if limit in VISIBILITY:
                if VISIBILITY.index(visibility) > VISIBILITY.index(limit):
                    remedy = f"make the {self.noun} {limit}, or the group {visibility}"
                    message = f"the {self.noun} {path} is {visibility}, its group {around} only {limit}"
                    yield error(f"{self.noun}-more-visible", message, remedy=remedy)
                return
            around = parent(around)

    @abstractmethod
    def numbered(self, number: int) -> Json | None:
        """One by its ID, wherever it is; None when there is none, or it is hidden."""

    def sort_out(self, items: Iterable[Json], path_of: str, realm: "Realm") -> "Sorted":
        """Those of the realm that live, and what is known of the wanted paths at which nothing is.

        What was there waits for its deletion, or somebody moved it: nothing is made beside it.
        """
        alive, scheduled = [], {}
        pending: list[str] = []
        for item in sorted(items, key=lambda item: len(item[path_of])):
            path = item[path_of]
            below = any(inside(path, group) for group in pending) or bool(_INSIDE_SCHEDULED.search(path))
            if marked_for_deletion(item):
                pending.append(path)
                if not below:
                    scheduled[_SUFFIX.sub("", path).lower()] = item
            elif not below and realm.holds(path):
                alive.append(item)
        for item in alive:
            scheduled.pop(item[path_of].lower(), None)
        found = Sorted(alive)
        for path, item in scheduled.items():
            if (key := realm.key(path)) in realm.wanted:
                found.say(Address(self.name, key), "it was deleted, and can still be restored", self._scheduled(key, item))
        by_id, taken = {item["id"]: item for item in alive}, {item[path_of].lower() for item in alive}
        gone = [
            (key, number)
            for key, number in realm.known.items()
            if key in realm.wanted and key.lower() not in taken and Address(self.name, key) not in found.unknown
        ]
        # It may have been moved out of what was listed.
        for (key, _), now in zip(gone, self.api.client.each(lambda one: by_id.get(one[1]) or self.numbered(one[1]), gone), strict=True):
            if now is not None and not (marked_for_deletion(now) or _INSIDE_SCHEDULED.search(now[path_of])):
                found.moved[key] = now
        return found

    def astray(self, key: str, now: str) -> Finding:
        """The warning for an object that somebody moved to another path."""
        return warning(
            f"{self.noun}-moved-by-hand",
            f"the {self.noun} {key} was moved to {now} by hand; eiginfra makes no second one in its place",
            remedy=f"move it back on GitLab, or write its new path; to have another made: eiginfra forget '{self.name}[{key}]'",
            address=f"{self.name}[{key}]",
        )

    def _scheduled(self, path: str, item: Json) -> Finding:
        """A warning, as of what was moved: it is no reason to leave everybody else's changes undone."""
        when, where = item.get("marked_for_deletion_on") or item.get("marked_for_deletion_at"), item.get("web_url")
        return warning(
            f"{self.noun}-scheduled-for-deletion",
            f"the {self.noun} {path} was deleted on {when} and can still be restored; eiginfra makes no second one beside it",
            remedy=f"restore it (POST /{self.noun}s/{item['id']}/restore, or in its settings at {where}) or delete it there for good",
            address=f"{self.name}[{path}]",
        )


@dataclass
class Sorted:
    """What a list of groups or projects holds for a realm.

    moved: objects that the journal knows, by the wanted path at which they are no longer. unknown: as `Observation.unknown`.
    """

    alive: list[Json]
    moved: dict[str, Json] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    unknown: dict[Address, str] = field(default_factory=dict)

    def say(self, address: Address, why: str, finding: Finding) -> None:
        """Something wanted is neither there nor to be made."""
        self.unknown[address] = why
        self.findings.append(finding)

    def observation(self, objects: Sequence[Observed], findings: Iterable[Finding]) -> Observation:
        """What was seen; nothing of it is unknown for want of sight."""
        return Observation(objects, findings=[*self.findings, *findings], unknown=self.unknown, astray=frozenset(self.unknown))


def marked_for_deletion(item: Json) -> bool:
    """Whether a group or project waits for its deletion (delayed deletion, in all tiers since 18.0)."""
    return bool(item.get("marked_for_deletion_on") or item.get("marked_for_deletion_at"))


def identity(handle: Mapping[str, JsonValue], name: str = "id") -> int | None:
    """The ID in a handle, if it has one."""
    known = handle.get(name)
    return known if isinstance(known, int) else None


class Realm:
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
        """Whether a path belongs to the realm."""
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
