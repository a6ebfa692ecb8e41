"""`gitlab.group`: a group below the root group."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Literal

from pydantic import Field, JsonValue

from eiginfra.core.address import Address
from eiginfra.core.change import FieldDiff
from eiginfra.core.decommission import Decommission, Step, Trigger
from eiginfra.core.finding import Finding, error, notice, warning
from eiginfra.core.reason import Reason, reason
from eiginfra.core.resource import Observation, Observed, ReadOnly, Resource, Scope
from eiginfra.core.spec import Closing, Rules, Spec
from eiginfra.providers.gitlab import folding, rules
from eiginfra.providers.gitlab.base import GROUP, PROJECT
from eiginfra.providers.gitlab.branch_protection import PROTECTIONS, protection_of
from eiginfra.providers.gitlab.client import Json
from eiginfra.providers.gitlab.field_map import FieldMap, Parameter, plain
from eiginfra.providers.gitlab.fields import VISIBILITY, FullPath, Visibility, inside, name_problem, named_in, parent, path_of, slug
from eiginfra.providers.gitlab.observed_tree import MOVED, CohortTree, archived_from, identity, marked_for_deletion, same_path
from eiginfra.providers.gitlab.path_kind import PathKind

FIELD_MAP = FieldMap(
    ("POST /groups",),
    ("PUT /groups/{id}",),
    {
        **plain("name", "description", "visibility"),
        **plain(project_creation="project_creation_level", subgroup_creation="subgroup_creation_level"),
        "branch_protection": Parameter("default_branch_protection_defaults", values=PROTECTIONS, read=protection_of),
        # A new group has the setting of the group around it, whatever its creation says.
        "shared_runners": Parameter(
            "shared_runners_setting",
            created=False,
            values={"enabled": "enabled", "overridable": "disabled_and_overridable", "disabled": "disabled_and_unoverridable"},
        ),
    },
    fixed=frozenset({"path", "parent_id"}),
)
MEMBERS_MAY = frozenset({"developer", "maintainer"})


class GroupSpec(Spec):
    """A group on GitLab."""

    path: Annotated[FullPath, Rules(immutable=True, unique=path_of)] = Field(description="Full path, from the root group on")
    name: Annotated[str, Rules(unique=named_in("name"), normalise=folding.text)] = Field(
        default="", description="Shown name; the last part of the path when it is not written"
    )
    description: Annotated[str, rules.GROUP_DESCRIPTION, Rules(normalise=folding.text)] = ""
    visibility: Annotated[Visibility, Rules(nests=VISIBILITY)] = Field(
        default="private", description="Not more visible than the group around it"
    )
    project_creation: Annotated[
        Literal["noone", "owner", "maintainer", "developer", "administrator"],
        Rules(closes=Closing("noone", until="owner", to=frozenset({PROJECT}))),
    ] = Field(default="developer", description="The least role that may create projects in it")
    subgroup_creation: Literal["owner", "maintainer"] = Field(
        default="maintainer", description="The least role that may create groups in it"
    )
    branch_protection: Literal["none", "developers-push", "full", "developers-merge", "developers-initial-push"] = Field(
        default="full", description="What protects the default branch of the projects that are made in it from now on"
    )
    shared_runners: Annotated[Literal["enabled", "overridable", "disabled"], Rules(nests=("disabled", "overridable", "enabled"))] = Field(
        default="enabled", description="The instance's runners; overridable: off, but groups and projects below may turn them on"
    )


class GroupKind(PathKind[GroupSpec]):
    """Found by its full path. Deleted only if it is empty, eiginfra made it, and `--prune` asks for it; never made beside a doomed one."""

    name = GROUP
    spec = GroupSpec
    title = "a group on GitLab"
    decommission = Decommission((Step("delete", Trigger.PRUNE),))
    field_map = FIELD_MAP
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
        yield from self.misnamed(spec.path, "group", wanted)
        managed = spec.model_fields_set
        if "visibility" in managed:
            yield from self.more_visible(spec.path, spec.visibility, wanted)
        if "name" in managed and (problem := name_problem(spec.name, self.signs)):
            yield error("group-name", name=spec.name, problem=problem, field="name")

    def numbered(self, number: int) -> Json | None:
        """A group."""
        return self.api.group(number)

    def observe(self, scope: Scope) -> Observation:
        """The cohort's group and all below it: one request, and the pages of the list."""
        tree = CohortTree(self.name, self.api.settings.root_group, scope)
        found = self.sort_out(self.api.tree(tree.base, scope.look), "full_path", tree)
        for key, group in found.moved.items():
            found.absent[Address(GROUP, key)] = MOVED
            if parent(key) not in found.moved:  # else with the group around it, which says so
                found.findings.append(self.moved_by_hand(key, str(group["full_path"])))
        alive = found.alive
        kept = self._kept(scope, tree, [str(group["full_path"]) for group in alive])
        archived = archived_from(alive)
        objects = [
            _observed(tree.key(path), group, tree.team(path), kept.get(path), archived.get(path.lower()))
            for group in alive
            for path in (str(group["full_path"]),)
        ]
        return found.observation(objects, [*_uncounted(scope, objects), *_archived(scope, archived)])

    def _kept(self, scope: Scope, tree: CohortTree, paths: list[str]) -> dict[str, Reason]:
        """Why groups that left the inventory are not deleted, by path. The projects are listed only if there are such groups."""
        records = {record.address.key: record for record in scope.records}
        left = [path for path in paths if tree.key(path) in records.keys() - tree.wanted] if scope.whole else []
        if not left:
            return {}
        holders = {parent(str(project["path_with_namespace"])) for project in self.api.projects(tree.base, scope.look)} | {
            parent(path) for path in paths
        }
        why = {path: reason("not-empty") for path in left if any(inside(holder, path) for holder in holders)}
        return why | {path: reason("not-created-by-us") for path in left if not records[tree.key(path)].created}

    def read(self, spec: GroupSpec, handle: Mapping[str, JsonValue]) -> Observed | None:
        """One group by ID or path; None as well while it waits for its deletion."""
        known = identity(handle)
        group = self.api.group(known or spec.path)
        if group is None or marked_for_deletion(group) or not (known or same_path(group, "full_path", spec.path)):
            return None
        return _observed(spec.path, group)

    def create(self, spec: GroupSpec) -> Observed:
        """Make it in the group around it; what a creation does not take follows in one more request, if it is not so already."""
        wanted = spec.values()
        fields = {"name": slug(spec.path), **FIELD_MAP.creation(wanted)}
        there = _observed(spec.path, self.made(spec, lambda: self.api.create_group(spec.path, fields)))
        if not (later := FIELD_MAP.later(wanted, there.values)):
            return there
        return _observed(spec.path, self.api.update_group(spec.path, identity(there.handle), FIELD_MAP.body(wanted, later)))

    def update(self, observed: Observed, spec: GroupSpec, diffs: Sequence[FieldDiff]) -> Observed:
        """Change the named fields, in one request."""
        fields = FIELD_MAP.body(spec.values(), [diff.field for diff in diffs])
        return _observed(spec.path, self.api.update_group(spec.path, identity(observed.handle), fields))

    def delete(self, observed: Observed) -> None:
        """Schedule it for deletion, if it is still empty."""
        self.api.delete_group(str(observed.values["path"]), identity(observed.handle))


def _archived(scope: Scope, archived: Mapping[str, str]) -> Iterator[Finding]:
    """A warning for every archived group in which something is wanted: its outermost wanted group is told."""
    wanted = sorted((resource for resource in scope.resources), key=lambda resource: len(resource.address.key))
    for path in sorted(set(archived.values())):
        below = (resource for resource in wanted if archived.get(resource.address.key.lower()) == path)
        if (resource := next(below, None)) is not None:
            yield warning("group-archived", path=path, address=str(resource.address), team=resource.team)


def _uncounted(scope: Scope, objects: Iterable[Observed]) -> Iterable[Finding]:
    """One notice for all teams whose members may make projects: their quota is then counted, not enforced."""
    wanted = {resource.address: resource.values for resource in scope.resources if resource.team}
    open_ = sorted(
        there.address.key
        for there in objects
        if there.address in wanted and wanted[there.address].get("project_creation", there.values.get("project_creation")) in MEMBERS_MAY
    )
    if open_:
        yield notice("projects-not-enforced", groups=open_)


def _observed(key: str, group: Json, team: str | None = None, keep: Reason | None = None, archived: str | None = None) -> Observed:
    """archived: the group from which it is archived, where that is known."""
    why = reason("archived", noun="group", path=archived or str(group["full_path"])) if group.get("archived") else None
    return Observed(
        Address(GROUP, key),
        {"path": group["full_path"], **FIELD_MAP.read(group), "description": group.get("description") or ""},
        handle={"id": group["id"]},
        team=team,
        keep=keep or why,
        blocked={} if why is None else dict.fromkeys(GroupSpec.model_fields, why),
        read_only=None if why is None else ReadOnly(why),
        facts={"id": group["id"], "web_url": group.get("web_url")},
    )
