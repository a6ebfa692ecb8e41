"""`gitlab.group`: a group below the root group."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Literal

from pydantic import Field, JsonValue

from eiginfra.core.address import Address
from eiginfra.core.change import FieldDiff
from eiginfra.core.finding import Finding, error
from eiginfra.core.resource import Observation, Observed, Resource, Scope
from eiginfra.core.spec import IMMUTABLE, Spec
from eiginfra.providers.gitlab.base import GROUP, PathKind, Realm, identity, marked_for_deletion, same_path
from eiginfra.providers.gitlab.client import Json
from eiginfra.providers.gitlab.fields import FullPath, Visibility, name_problem, parent, slug

# Our field -> GitLab's.
FIELDS = {
    "name": "name",
    "description": "description",
    "visibility": "visibility",
    "project_creation": "project_creation_level",
    "subgroup_creation": "subgroup_creation_level",
}


class GroupSpec(Spec):
    """A group on GitLab."""

    path: Annotated[FullPath, IMMUTABLE] = Field(description="Full path, from the root group on")
    name: str = Field(default="", description="Shown name; the last part of the path when it is not written")
    description: str = ""
    visibility: Visibility = Field(default="private", description="Not more visible than the group around it")
    project_creation: Literal["noone", "owner", "maintainer", "developer", "administrator"] = Field(
        default="developer", description="The least role that may create projects in it"
    )
    subgroup_creation: Literal["owner", "maintainer"] = Field(
        default="maintainer", description="The least role that may create groups in it"
    )


class GroupKind(PathKind[GroupSpec]):
    """Found by its full path. Never removed by eiginfra, never made beside one that waits for its deletion."""

    name = GROUP
    spec = GroupSpec
    title = "a group on GitLab"
    noun = "group"
    signs = "()."

    def key(self, spec: GroupSpec) -> str:
        """The full path."""
        return spec.path

    def dependencies(self, spec: GroupSpec) -> Iterable[Address]:
        """The group around it."""
        return [Address(GROUP, parent(spec.path))]

    def check(self, spec: GroupSpec, wanted: Mapping[Address, Resource]) -> Iterable[Finding]:
        """The fence, visibility, and names that GitLab refuses."""
        yield from self.fence(spec.path)
        managed = spec.model_fields_set
        if "visibility" in managed:
            yield from self.more_visible(spec.path, spec.visibility, wanted)
        if "name" in managed and (problem := name_problem(spec.name, self.signs)):
            yield error("group-name", f"the group's name {spec.name!r}: {problem}")

    def observe(self, scope: Scope) -> Observation:
        """The cohort's group and all below it: one request, and the pages of the list."""
        realm = Realm(self.name, self.api.settings.root_group, scope)
        alive, findings = self.sort_out(self.api.tree(realm.base), "full_path", realm)
        return Observation(
            [_observed(realm.key(group["full_path"]), group, realm.team(group["full_path"])) for group in alive], findings=findings
        )

    def read(self, spec: GroupSpec, handle: Mapping[str, JsonValue]) -> Observed | None:
        """One group by ID or path; None as well while it waits for its deletion."""
        known = identity(handle)
        group = self.api.group(known or spec.path)
        if group is None or marked_for_deletion(group) or not (known or same_path(group, "full_path", spec.path)):
            return None
        return _observed(spec.path, group)

    def create(self, spec: GroupSpec) -> Observed:
        """Make it in the group around it."""
        fields = {"name": slug(spec.path), **self.body(FIELDS, spec, FIELDS)}
        return _observed(spec.path, self.made(spec, lambda: self.api.create_group(spec.path, fields)))

    def update(self, observed: Observed, spec: GroupSpec, diffs: Sequence[FieldDiff]) -> Observed:
        """Change the named fields, in one request."""
        fields = self.body(FIELDS, spec, [diff.field for diff in diffs])
        return _observed(spec.path, self.api.update_group(spec.path, identity(observed.handle), fields))


def _observed(key: str, group: Json, team: str | None = None) -> Observed:
    values = {ours: group[theirs] for ours, theirs in FIELDS.items() if theirs in group}
    return Observed(
        Address(GROUP, key),
        {"path": group["full_path"], **values, "description": group.get("description") or ""},
        handle={"id": group["id"]},
        team=team,
        facts={"id": group["id"], "web_url": group.get("web_url")},
    )
