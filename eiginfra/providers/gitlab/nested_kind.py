"""What the kinds share whose objects belong to a group or project, in a list of their own."""

from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, TypeVar

from pydantic import JsonValue

from eiginfra.core.address import Address
from eiginfra.core.errors import PermissionDeniedError
from eiginfra.core.finding import Finding
from eiginfra.core.reason import Reason, reason
from eiginfra.core.resource import Absence, Observation, Observed, Record, Resource, Scope
from eiginfra.core.spec import Spec
from eiginfra.providers.gitlab.base import GROUP, PROJECT, GitLabKind
from eiginfra.providers.gitlab.client import Json
from eiginfra.providers.gitlab.fields import ancestors, inside
from eiginfra.providers.gitlab.nested_api import Holder

S = TypeVar("S", bound=Spec)


@dataclass
class Sought:
    """What is looked for in one list: the team by wanted key, and the records of what was made there."""

    wanted: dict[str, str | None] = field(default_factory=dict)
    records: list[Record] = field(default_factory=list)


class NestedKind(GitLabKind[S]):
    """Found by name in the list of its group or project: one request a list. What nobody ever wanted is the team's own, and left out."""

    orphans: ClassVar[bool] = True
    """Whether lists are still read in which nothing is wanted any more."""

    @abstractmethod
    def holder(self, values: Mapping[str, Any]) -> Holder:
        """Its group or project, by the values of a spec or a record."""

    @abstractmethod
    def label(self, values: Mapping[str, Any]) -> str:
        """What it is called there, by the values of a spec or a record, or by what `shown` gives."""

    @abstractmethod
    def listed(self, holder: Holder) -> list[Json] | None:
        """What the list holds; None when there is no such group or project."""

    @abstractmethod
    def shown(self, item: Json, holder: Holder) -> tuple[Mapping[str, JsonValue], Mapping[str, JsonValue]]:
        """Values and handle of one item of the list."""

    def key(self, spec: S) -> str:
        """The full path of its group or project and the name there: `eig/eig3#bug`."""
        return self._key(spec.values())

    def _key(self, values: Mapping[str, Any]) -> str:
        return f"{self.holder(values).path}#{self.label(values)}"

    def dependencies(self, spec: S) -> Iterable[Address]:
        """Its group or project."""
        holder = self.holder(spec.values())
        return [Address(GROUP if holder.sort == "group" else PROJECT, holder.path)]

    def check(self, spec: S, wanted: Mapping[Address, Resource]) -> Iterable[Finding]:  # noqa: ARG002 - asks of no other
        """The fence."""
        yield from self.fence(self.holder(spec.values()).path)

    def observe(self, scope: Scope) -> Observation:
        """The lists of all groups and projects, several at once."""
        lists: dict[Holder, Sought] = {}
        for resource in scope.resources:
            lists.setdefault(self.holder(resource.values), Sought()).wanted[resource.address.key] = resource.team
        for record in scope.records:
            holder = self.holder(record.values)
            if self.orphans or holder in lists:
                lists.setdefault(holder, Sought()).records.append(record)
        found = self.api.client.each(self._find, lists.items())
        unseen = {
            Address(self.name, key): Absence(item)
            for item, sought in zip(found, lists.values(), strict=True)
            if isinstance(item, Reason)
            for key in sought.wanted
        }
        return Observation([there for item in found if not isinstance(item, Reason) for there in item], absent=unseen)

    def _find(self, item: tuple[Holder, Sought]) -> list[Observed] | Reason:
        """What was sought in a list; or why the list cannot be read, where that concerns nobody else."""
        holder, sought = item
        if not sought.wanted and not self.stands(holder):
            return []
        try:
            return self._sought(holder, sought)
        except PermissionDeniedError:
            if (why := self._archived(holder)) is None:
                raise
            return why

    def _archived(self, holder: Holder) -> Reason | None:
        """The outermost archived group around a group or project, or itself: not all lists of what is archived can be read."""
        for path in ancestors(holder.path) if holder.sort == "project" else [*ancestors(holder.path), holder.path]:
            if inside(path, self.api.settings.root_group) and (self.api.group(path) or {}).get("archived"):
                return reason("archived", noun="group", path=path)
        archived = holder.sort == "project" and (self.api.project(holder.path) or {}).get("archived")
        return reason("archived", noun="project", path=holder.path) if archived else None

    def _sought(self, holder: Holder, sought: Sought) -> list[Observed]:
        teams = {record.address.key: record.team for record in sought.records} | sought.wanted
        found = self.recognised(self._look(holder), sought)
        return [replace(there, team=teams[there.address.key]) for there in found if there.address.key in teams]

    def recognised(self, found: list[Observed], sought: Sought) -> list[Observed]:  # noqa: ARG002 - for kinds that know more than names
        """What was found in a list, each object under the address by which it is known."""
        return found

    def _look(self, holder: Holder) -> list[Observed]:
        return [self._observed(item, holder) for item in self.listed(holder) or ()]

    def _observed(self, item: Json, holder: Holder) -> Observed:
        values, handle = self.shown(item, holder)
        return Observed(Address(self.name, f"{holder.path}#{self.label(values)}"), values, handle=handle)

    def read(self, spec: S, handle: Mapping[str, JsonValue]) -> Observed | None:  # noqa: ARG002 - the list shows it by name
        """One of the list, by its name."""
        holder, key = self.holder(spec.values()), self.key(spec)
        return next((there for there in self._look(holder) if there.address.key == key), None)

    def answered(self, spec: S, make: Callable[[], Json]) -> Observed:
        """What a creation or change made; see `made`."""
        return self._observed(self.made(spec, make), self.holder(spec.values()))
