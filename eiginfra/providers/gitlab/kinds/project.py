"""`gitlab.project`: a project in a group below the root group."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Literal

from pydantic import Field, JsonValue, field_validator

from eiginfra.core.address import Address
from eiginfra.core.change import FieldDiff
from eiginfra.core.decommission import Decommission, Step, Trigger
from eiginfra.core.errors import LostAnswerError
from eiginfra.core.finding import Finding, error, warning
from eiginfra.core.reason import reason
from eiginfra.core.refusal import refusal
from eiginfra.core.resource import Observation, Observed, ReadOnly, Resource, Scope
from eiginfra.core.spec import Closing, Rules, Spec
from eiginfra.core.usage import Usage
from eiginfra.providers.gitlab import folding, rules
from eiginfra.providers.gitlab.base import GROUP, MEMBERS, PROJECT
from eiginfra.providers.gitlab.client import Json
from eiginfra.providers.gitlab.field_map import FieldMap, Parameter, plain
from eiginfra.providers.gitlab.fields import VISIBILITY, FullPath, Visibility, lower_case, name_problem, named_in, parent, path_of, slug
from eiginfra.providers.gitlab.nested_api import Holder
from eiginfra.providers.gitlab.observed_tree import MOVED, CohortTree, identity, marked_for_deletion, same_path
from eiginfra.providers.gitlab.path_kind import PathKind
from eiginfra.providers.gitlab.website import joined, parted

ONE = Usage(projects=1)
FIELD_MAP = FieldMap(
    ("POST /projects",),
    ("PUT /projects/{id}",),
    {
        **plain(
            "visibility",
            "topics",
            title="name",
            squash="squash_option",
            issues="issues_access_level",
            wiki="wiki_access_level",
            packages="package_registry_access_level",
            registry="container_registry_access_level",
            pages="pages_access_level",
            ci="builds_access_level",
            ci_config="ci_config_path",
            ci_timeout="build_timeout",
            auto_devops="auto_devops_enabled",
            shared_runners="shared_runners_enabled",
            pipeline_must_succeed="only_allow_merge_if_pipeline_succeeds",
            threads_must_be_resolved="only_allow_merge_if_all_discussions_are_resolved",
            remove_source_branch="remove_source_branch_after_merge",
        ),
        "merge_method": Parameter("merge_method", values={"merge": "merge", "semi-linear": "rebase_merge", "fast-forward": "ff"}),
    },
    fixed=frozenset({"path", "namespace_id", "initialize_with_readme", "description"}),
    own={"archived": ("POST /projects/{id}/archive", "POST /projects/{id}/unarchive")},
)

Feature = Literal["disabled", "private", "enabled"]
OpenFeature = Literal["disabled", "private", "enabled", "public"]


class ProjectSpec(Spec):
    """A project on GitLab: a repository, and all that GitLab keeps beside it."""

    path: Annotated[FullPath, Rules(normalise=lower_case, unique=path_of)] = Field(description="Full path, from the root group on")
    title: Annotated[str, Rules(unique=named_in("title"), normalise=folding.text)] = Field(
        default="", description="Shown name; the last part of the path when it is not written"
    )
    description: Annotated[str, rules.PROJECT_DESCRIPTION, Rules(normalise=folding.text)] = ""
    website: Annotated[str, Rules(normalise=folding.text)] = Field(
        default="", description="Where it runs or is explained; the last line of the description on GitLab"
    )
    visibility: Annotated[Visibility, Rules(nests=VISIBILITY)] = Field(default="private", description="Not more visible than its group")
    topics: Annotated[tuple[Annotated[str, rules.TOPIC], ...], Rules(unordered=True, normalise=folding.topics)] = Field(
        default=(), description="Words to find it by"
    )
    archived: Annotated[bool, Rules(harm=(True, "archived"), closes=Closing(value=True, until=False))] = Field(
        default=False, description="Read-only"
    )
    merge_method: Literal["merge", "semi-linear", "fast-forward"] = Field(default="merge", description="How merge requests are merged")
    squash: Literal["never", "always", "default_on", "default_off"] = Field(default="default_off", description="One commit a merge request")
    issues: Feature = Field(default="enabled", description="Issues; private: for members")
    wiki: Feature = Field(default="enabled", description="The wiki")
    packages: OpenFeature = Field(default="enabled", description="The package registry")
    registry: Feature = Field(default="enabled", description="The container registry")
    pages: OpenFeature = Field(default="private", description="GitLab Pages")
    ci: Feature = Field(default="enabled", description="CI/CD")
    ci_config: Annotated[str, rules.CI_CONFIG, Rules(normalise=folding.without_leading_slashes)] = Field(
        default="", description="The path of the CI/CD configuration; empty: .gitlab-ci.yml"
    )
    ci_timeout: int = Field(default=3600, ge=600, le=rules.LONGEST_JOB, description="The most that a job may take, in seconds")
    auto_devops: bool = Field(default=False, description="GitLab's own pipeline where a project has none")
    shared_runners: Annotated[bool, Rules(nests=(False, True))] = Field(default=True, description="The instance's runners")
    pipeline_must_succeed: bool = Field(default=False, description="Merge only after a pipeline that succeeded")
    threads_must_be_resolved: bool = Field(default=False, description="Merge only when all threads are resolved")
    remove_source_branch: bool = Field(default=True, description="Offer to remove the branch that was merged")

    @field_validator("topics")
    @classmethod
    def _topics_once(cls, topics: tuple[str, ...]) -> tuple[str, ...]:
        """GitLab keeps one of two topics that differ in case only. Source: app/models/projects/topic.rb."""
        known: set[str] = set()
        for topic in topics:
            if topic.lower() in known:
                raise refusal("listed-twice", name=topic)
            known.add(topic.lower())
        return topics


class ProjectKind(PathKind[ProjectSpec]):
    """Found by its full path, or the former one. Archived by `--prune`; never deleted, never made beside a doomed one."""

    name = PROJECT
    spec = ProjectSpec
    title = "a project on GitLab"
    decommission = Decommission((Step("archive", Trigger.PRUNE, {"archived": True}),))
    field_map = FIELD_MAP
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
        """The fence, visibility, renaming into another group, and titles that GitLab refuses."""
        yield from self.fence(spec.path)
        yield from self.misnamed(spec.path, "project", wanted)
        if "/" not in spec.path:
            yield error("project-path", path=spec.path, field="path")
        if (length := len(joined(spec.description, spec.website))) > rules.PROJECT_DESCRIPTION.most:
            yield error("description-with-website", length=length, longest=rules.PROJECT_DESCRIPTION.most, field="description")
        was = wanted[Address(PROJECT, spec.path)].was if Address(PROJECT, spec.path) in wanted else None
        if was is not None and parent(was.key) != parent(spec.path):
            yield error("project-moved", was=was.key, path=spec.path, field="was")
        managed = spec.model_fields_set
        if "visibility" in managed:
            yield from self.more_visible(spec.path, spec.visibility, wanted)
        if "title" in managed and (problem := name_problem(spec.title, self.signs)):
            yield error("project-title", title=spec.title, problem=problem, field="title")

    def numbered(self, number: int) -> Json | None:
        """A project."""
        return self.api.project(number)

    def observe(self, scope: Scope) -> Observation:
        """All projects in the cohort's group and below it: the pages of one list."""
        tree = CohortTree(self.name, self.api.settings.root_group, scope)
        found = self.sort_out(self.api.projects(tree.base, scope.look), "path_with_namespace", tree)
        by_path = {str(project["path_with_namespace"]).lower(): project for project in found.alive}
        renamed: dict[str, str] = {}
        for key, project in found.moved.items():
            path = str(project["path_with_namespace"])
            if path.lower() in by_path and parent(path).lower() == parent(key).lower():
                renamed[path.lower()] = key  # by hand: its path has drifted
            else:
                found.absent[Address(PROJECT, key)] = MOVED
                if self.stands(Holder("group", parent(key))):  # else its whole group was moved, which that says
                    found.findings.append(self.moved_by_hand(key, path))
        managed = {resource.address.key: resource.values for resource in scope.resources}
        objects = []
        for path, project in by_path.items():
            key = renamed.get(path) or tree.key(str(project["path_with_namespace"]))
            objects.append(_observed(key, project, managed.get(key, {}), tree.team(key)))
        return found.observation(objects, _archived(scope, objects))

    def read(self, spec: ProjectSpec, handle: Mapping[str, JsonValue]) -> Observed | None:
        """One project by ID or path; None as well while it waits for its deletion."""
        known = identity(handle)
        project = self.api.project(known or spec.path)
        if project is None or marked_for_deletion(project) or not (known or same_path(project, "path_with_namespace", spec.path)):
            return None
        return _observed(spec.path, project, spec.values())

    def create(self, spec: ProjectSpec) -> Observed:
        """Make it, empty, in its group."""
        wanted = spec.values()
        fields = {"name": slug(spec.path), **FIELD_MAP.creation(wanted), **_described(spec, wanted, {})}
        made = self.made(spec, lambda: self.api.create_project(spec.path, fields))
        if spec.archived:
            made = self.api.archive_project(spec.path, int(made["id"]), archived=True)
        return _observed(spec.path, made, spec.values())

    def update(self, observed: Observed, spec: ProjectSpec, diffs: Sequence[FieldDiff]) -> Observed:
        """Change the named fields, in one request; archiving is another."""
        known, changed = identity(observed.handle), {diff.field for diff in diffs}
        done: Json | None = None
        if "archived" in changed and not spec.archived:
            done = self._archive(spec, known, archived=False)
        fields = FIELD_MAP.body(spec.values(), changed) | ({"path": slug(spec.path)} if "path" in changed else {})
        if changed & {"description", "website"}:
            fields |= _described(spec, spec.values(), observed.values)
        if fields:
            done = self.api.update_project(str(observed.values["path"]), known, fields)
        if "archived" in changed and spec.archived:
            done = self._archive(spec, known, archived=True)
        return observed if done is None else _observed(spec.path, done, spec.values())

    def _archive(self, spec: ProjectSpec, known: int | None, *, archived: bool) -> Json | None:
        """Asking twice does no harm."""
        try:
            return self.api.archive_project(spec.path, known, archived=archived)
        except LostAnswerError:
            return self.api.archive_project(spec.path, known, archived=archived)


def _described(spec: ProjectSpec, wanted: Mapping[str, JsonValue], there: Mapping[str, JsonValue]) -> Json:
    """GitLab has no field for a website: it is the last line of the description. What is not managed stays."""
    if not spec.model_fields_set & {"description", "website"}:
        return {}
    text, website = (str(wanted.get(name, there.get(name)) or "") for name in ("description", "website"))
    return {"description": joined(text, website)}


def _archived(scope: Scope, objects: Iterable[Observed]) -> Iterator[Finding]:
    """A warning for every wanted project that somebody archived, where nothing says that it should be."""
    wanted = {resource.address: resource for resource in scope.resources}
    for there in objects:
        resource = wanted.get(there.address)
        if resource is not None and there.values["archived"] and "archived" not in resource.values:
            yield warning("project-archived", path=there.address.key, address=str(there.address), field="archived", team=resource.team)


def _parts(text: str, wanted: Mapping[str, JsonValue]) -> tuple[str, str]:
    """Description and website of what GitLab keeps; where the website is not managed, an address at the end is part of the description."""
    if "website" not in wanted:
        return text, ""
    mine = str(wanted.get("description") or ""), str(wanted.get("website") or "")
    return mine if "description" in wanted and folding.text(joined(*mine)) == folding.text(text) else parted(text)


def _observed(key: str, project: Json, wanted: Mapping[str, JsonValue], team: str | None = None) -> Observed:
    """wanted: the managed values, which tell how a description and a website were put together."""
    description, website = _parts(str(project.get("description") or ""), wanted)
    facts: dict[str, JsonValue] = {
        "id": project["id"],
        "web_url": project.get("web_url"),
        "ssh_url": project.get("ssh_url_to_repo"),
        "http_url": project.get("http_url_to_repo"),
    }
    return Observed(
        Address(PROJECT, key),
        {
            "path": project["path_with_namespace"],
            **FIELD_MAP.read(project),
            "ci_config": project.get("ci_config_path") or "",
            "description": description,
            "website": website,
            "archived": bool(project.get("archived")),
        },
        handle={"id": project["id"]},
        team=team,
        usage=ONE,
        # Whoever leaves has to leave an archived project too: GitLab lets members be changed there.
        read_only=ReadOnly(reason("archived", noun="project", path=key), but=frozenset({MEMBERS})) if project.get("archived") else None,
        facts=facts,
    )
