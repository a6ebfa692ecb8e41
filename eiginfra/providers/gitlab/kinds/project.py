"""`gitlab.project`: a project in a group below the root group."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated

from pydantic import Field, JsonValue

from eiginfra.core.address import Address
from eiginfra.core.change import FieldDiff
from eiginfra.core.finding import Finding, error
from eiginfra.core.resource import Observation, Observed, Resource, Scope
from eiginfra.core.spec import IMMUTABLE, UNORDERED, Spec
from eiginfra.core.usage import Usage
from eiginfra.providers.gitlab.base import GROUP, PathKind, Realm, identity, marked_for_deletion, same_path
from eiginfra.providers.gitlab.client import Json
from eiginfra.providers.gitlab.fields import FullPath, Visibility, name_problem, parent, slug

PROJECT = "gitlab.project"
ONE = Usage(projects=1)
# Our field -> GitLab's.
FIELDS = {"title": "name", "description": "description", "visibility": "visibility", "topics": "topics"}


class ProjectSpec(Spec):
    """A project on GitLab: a repository, and all that GitLab keeps beside it."""

    path: Annotated[FullPath, IMMUTABLE] = Field(description="Full path, from the root group on")
    title: str = Field(default="", description="Shown name; the last part of the path when it is not written")
    description: str = ""
    visibility: Visibility = Field(default="private", description="Not more visible than its group")
    topics: Annotated[tuple[str, ...], UNORDERED] = Field(default=(), description="Words to find it by")


class ProjectKind(PathKind[ProjectSpec]):
    """Found by its full path. Never removed by eiginfra, never made beside one that waits for its deletion."""

    name = PROJECT
    spec = ProjectSpec
    title = "a project on GitLab"
    noun = "project"
    signs = "+."

    def key(self, spec: ProjectSpec) -> str:
        """The full path."""
        return spec.path

    def dependencies(self, spec: ProjectSpec) -> Iterable[Address]:
        """Its group."""
        return [Address(GROUP, parent(spec.path))]

    def usage(self, spec: ProjectSpec) -> Usage:  # noqa: ARG002 - every project counts for one
        """One project."""
        return ONE

    def check(self, spec: ProjectSpec, wanted: Mapping[Address, Resource]) -> Iterable[Finding]:
        """The fence, visibility, and titles that GitLab refuses."""
        yield from self.fence(spec.path)
        if "/" not in spec.path:
            yield error("project-path", f"{spec.path} names no group", remedy="write the full path: GROUP/PROJECT")
        managed = spec.model_fields_set
        if "visibility" in managed:
            yield from self.more_visible(spec.path, spec.visibility, wanted)
        if "title" in managed and (problem := name_problem(spec.title, self.signs)):
            yield error("project-title", f"the project's title {spec.title!r}: {problem}")

    def observe(self, scope: Scope) -> Observation:
        """All projects in the cohort's group and below it: the pages of one list."""
        realm = Realm(self.name, self.api.settings.root_group, scope)
        alive, findings = self.sort_out(self.api.projects(realm.base), "path_with_namespace", realm)
        objects = [
            _observed(realm.key(project["path_with_namespace"]), project, realm.team(project["path_with_namespace"])) for project in alive
        ]
        return Observation(objects, findings=findings)

    def read(self, spec: ProjectSpec, handle: Mapping[str, JsonValue]) -> Observed | None:
        """One project by ID or path; None as well while it waits for its deletion."""
        known = identity(handle)
        project = self.api.project(known or spec.path)
        if project is None or marked_for_deletion(project) or not (known or same_path(project, "path_with_namespace", spec.path)):
            return None
        return _observed(spec.path, project)

    def create(self, spec: ProjectSpec) -> Observed:
        """Make it, empty, in its group."""
        fields = {"name": slug(spec.path), **self.body(FIELDS, spec, FIELDS)}
        return _observed(spec.path, self.made(spec, lambda: self.api.create_project(spec.path, fields)))

    def update(self, observed: Observed, spec: ProjectSpec, diffs: Sequence[FieldDiff]) -> Observed:
        """Change the named fields, in one request."""
        fields = self.body(FIELDS, spec, [diff.field for diff in diffs])
        return _observed(spec.path, self.api.update_project(spec.path, identity(observed.handle), fields))


def _observed(key: str, project: Json, team: str | None = None) -> Observed:
    values = {ours: project[theirs] for ours, theirs in FIELDS.items() if theirs in project}
    return Observed(
        Address(PROJECT, key),
        {"path": project["path_with_namespace"], **values, "description": project.get("description") or ""},
        handle={"id": project["id"]},
        team=team,
        usage=ONE,
        facts={
            "id": project["id"],
            "web_url": project.get("web_url"),
            "ssh_url": project.get("ssh_url_to_repo"),
            "http_url": project.get("http_url_to_repo"),
        },
    )
