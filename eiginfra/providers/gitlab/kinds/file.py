"""`gitlab.file`: the first files of a repository, put there once."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated

from pydantic import Field, JsonValue

from eiginfra.core.address import Address
from eiginfra.core.change import FieldDiff
from eiginfra.core.finding import Finding, error
from eiginfra.core.resource import Observation, Observed, Resource, Scope
from eiginfra.core.spec import CREATE_ONLY, IMMUTABLE, Spec
from eiginfra.providers.gitlab import rules
from eiginfra.providers.gitlab.base import FILE, PROJECT, GitLabKind
from eiginfra.providers.gitlab.client import Json
from eiginfra.providers.gitlab.fields import FullPath
from eiginfra.providers.gitlab.licenses import ALLOWED, notice_of, template_of
from eiginfra.providers.gitlab.nested_api import Holder
from eiginfra.providers.gitlab.observed_tree import CohortTree, marked_for_deletion, same_path

LICENSE = "LICENSE"


class FileSpec(Spec):
    """The first files of a repository. All is used once, while the repository is empty, and never compared."""

    project: Annotated[FullPath, IMMUTABLE] = Field(description="Full path of the project")
    files: Annotated[dict[str, str], CREATE_ONLY] = Field(default={}, description="Path -> text")
    license: Annotated[str | None, CREATE_ONLY] = Field(default=None, description="SPDX identifier: adds its text as LICENSE")
    holder: Annotated[str, CREATE_ONLY] = Field(default="", description="Whose the copyright is, for the licence's text")
    branch: Annotated[str, CREATE_ONLY, rules.BRANCH] = Field(default="main", description="The branch they are put on")
    message: Annotated[str, CREATE_ONLY, rules.COMMIT_MESSAGE] = Field(default="First files", description="The commit's message")


class FileKind(GitLabKind[FileSpec]):
    """Found by its project: files are put into an empty repository, in one commit. What is in a repository is the team's."""

    name = FILE
    spec = FileSpec
    title = "the first files of a repository on GitLab"

    def key(self, spec: FileSpec) -> str:
        """The project's full path."""
        return spec.project

    def dependencies(self, spec: FileSpec) -> Iterable[Address]:
        """The project."""
        return [Address(PROJECT, spec.project)]

    def check(self, spec: FileSpec, wanted: Mapping[Address, Resource]) -> Iterable[Finding]:  # noqa: ARG002 - asks of no other
        """The fence, paths, and licences that French administrations may not choose freely."""
        yield from self.fence(spec.project)
        if spec.license is not None and spec.license.lower() not in ALLOWED:
            yield error("license-not-allowed", license=spec.license, field="license")
        if spec.license is not None and LICENSE in spec.files:
            yield error("license-twice", project=spec.project, field="license")
        for path in spec.files:
            if not rules.FILE_PATH.fits(path):
                yield error("file-path", path=path, field=f"files[{path}]")
            if any(other.startswith(f"{path}/") for other in spec.files):
                yield error("file-and-folder", path=path, field=f"files[{path}]")

    def observe(self, scope: Scope) -> Observation:
        """Repositories that are not empty, by the list of projects: its pages, which are shared with gitlab.project."""
        tree = CohortTree(self.name, self.api.settings.root_group, scope)
        found = {str(project["path_with_namespace"]).lower(): project for project in self.api.projects(tree.base, scope.look)}
        filled = {record.address.key for record in scope.records}
        objects = []
        for resource in scope.resources:
            key = resource.address.key
            project = found.get(key.lower())
            if project is None and key in filled:
                project = self.api.project(key)  # renamed by hand: GitLab answers for the former path
            if project is not None and (there := _observed(key, project, resource.team)) is not None:
                objects.append(there)
        return Observation(objects)

    def read(self, spec: FileSpec, handle: Mapping[str, JsonValue]) -> Observed | None:  # noqa: ARG002 - found by the project
        """None while the repository is empty."""
        project = self.api.project(spec.project)
        if project is None or marked_for_deletion(project) or not same_path(project, "path_with_namespace", spec.project):
            return None
        return _observed(spec.project, project)

    def create(self, spec: FileSpec) -> Observed:
        """Put all files there, in one commit."""
        holder, files = Holder("project", spec.project), dict(spec.files)
        if spec.license is not None:
            names = {"project": spec.project.rpartition("/")[2], "fullname": spec.holder}
            text = self.api.nested.license_text(holder, template_of(spec.license), **{name: text for name, text in names.items() if text})
            files[LICENSE] = text or notice_of(spec.license, spec.holder)
        self.made(spec, lambda: self.api.nested.commit(holder, spec.branch, spec.message, files))
        return Observed(Address(FILE, spec.project), {"project": spec.project})

    def update(self, observed: Observed, spec: FileSpec, diffs: Sequence[FieldDiff]) -> Observed:  # noqa: ARG002 - nothing is changed
        """Nothing: the files are the team's."""
        return observed


def _observed(key: str, project: Json, team: str | None = None) -> Observed | None:
    """Where GitLab does not say whether a repository is empty, it is taken not to be."""
    if project.get("empty_repo") is True:
        return None
    return Observed(Address(FILE, key), {"project": key}, team=team)
