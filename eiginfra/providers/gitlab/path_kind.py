"""What groups and projects share: both are found by their full path."""

import re
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from typing import ClassVar, Literal, TypeVar

from eiginfra.core.address import Address
from eiginfra.core.finding import Finding, error, warning
from eiginfra.core.resource import Resource
from eiginfra.core.spec import Spec
from eiginfra.providers.gitlab import rules
from eiginfra.providers.gitlab.base import GROUP, GitLabKind
from eiginfra.providers.gitlab.client import Json
from eiginfra.providers.gitlab.fields import VISIBILITY, Visibility, inside, parent
from eiginfra.providers.gitlab.observed_tree import SCHEDULED, CohortTree, SortedTree, marked_for_deletion

S = TypeVar("S", bound=Spec)
# The suffix that delayed deletion gives to a path: today's, and that of projects before 18.0.
_SUFFIX = re.compile(r"-(?:deletion_scheduled|deleted)-\d+$")
_INSIDE_SCHEDULED = re.compile(r"-deletion_scheduled-\d+/")


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
                    yield error(
                        "more-visible", noun=self.noun, path=path, visibility=visibility, group=around, limit=limit, field="visibility"
                    )
                return
            around = parent(around)

    def misnamed(self, path: str, sort: Literal["group", "project"], wanted: Mapping[Address, Resource]) -> Iterator[Finding]:
        """Errors for a path that GitLab refuses, or gives to something else that is wanted."""
        for problem in rules.path_problems(path, sort):
            yield error("path-refused", noun=self.noun, path=path, problem=problem, field="path")
        if sort == "project" and (Address(GROUP, path) in wanted or Address(GROUP, path.lower()) in wanted):
            yield error("path-of-group", path=path, field="path")

    @abstractmethod
    def numbered(self, number: int) -> Json | None:
        """One by its ID, wherever it is; None when there is none, or it is hidden."""

    def sort_out(self, items: Iterable[Json], path_of: str, tree: "CohortTree") -> "SortedTree":
        """Those of the tree that live, and what is known of the wanted paths at which nothing is.

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
            elif not below and tree.holds(path):
                alive.append(item)
        for item in alive:
            scheduled.pop(item[path_of].lower(), None)
        found = SortedTree(alive)
        for path, item in scheduled.items():
            if (key := tree.key(path)) in tree.wanted:
                found.report(Address(self.name, key), SCHEDULED, self._scheduled(key, item))
        by_id, taken = {item["id"]: item for item in alive}, {item[path_of].lower() for item in alive}
        gone = [
            (key, number)
            for key, number in tree.known.items()
            if key in tree.wanted and key.lower() not in taken and Address(self.name, key) not in found.absent
        ]
        # It may have been moved out of what was listed.
        for (key, _), now in zip(gone, self.api.client.each(lambda one: by_id.get(one[1]) or self.numbered(one[1]), gone), strict=True):
            if now is not None and not (marked_for_deletion(now) or _INSIDE_SCHEDULED.search(now[path_of])):
                found.moved[key] = now
        return found

    def moved_by_hand(self, key: str, now: str) -> Finding:
        """The warning for an object that somebody moved to another path."""
        return warning("moved-by-hand", noun=self.noun, path=key, now=now, address=f"{self.name}[{key}]")

    def _scheduled(self, path: str, item: Json) -> Finding:
        """A warning, as of what was moved: it is no reason to leave everybody else's changes undone."""
        when, where = item.get("marked_for_deletion_on") or item.get("marked_for_deletion_at"), item.get("web_url")
        return warning(
            "scheduled-for-deletion", noun=self.noun, path=path, when=when, id=item["id"], where=where, address=f"{self.name}[{path}]"
        )
