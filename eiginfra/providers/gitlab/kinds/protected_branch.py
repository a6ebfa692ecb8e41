"""`gitlab.protected_branch`: who may push to a branch and merge into it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, JsonValue

from eiginfra.core.address import Address
from eiginfra.core.change import FieldDiff
from eiginfra.core.resource import Observed
from eiginfra.core.spec import IMMUTABLE, Spec
from eiginfra.providers.gitlab.base import FILE, PROJECT
from eiginfra.providers.gitlab.client import Json
from eiginfra.providers.gitlab.fields import FullPath
from eiginfra.providers.gitlab.placed import PlacedKind
from eiginfra.providers.gitlab.places import Place

# https://docs.gitlab.com/api/protected_branches/#valid-access-levels
LEVELS = {"nobody": 0, "developers": 30, "maintainers": 40, "administrators": 60}
NAMES = {level: name for name, level in LEVELS.items()}

Level = Literal["nobody", "developers", "maintainers", "administrators"]


class ProtectedBranchSpec(Spec):
    """A rule for a branch, or for all branches that a pattern matches."""

    project: Annotated[FullPath, IMMUTABLE] = Field(description="Full path of the project")
    branch: Annotated[str, IMMUTABLE, Field(min_length=1)] = Field(description="Its name, or a pattern with *")
    push: Level = Field(default="maintainers", description="Who may push; developers: maintainers too")
    merge: Level = Field(default="maintainers", description="Who may merge; developers: maintainers too")
    force_push: bool = Field(default=False, description="Whether who may push may also rewrite history")


class ProtectedBranchKind(PlacedKind[ProtectedBranchSpec]):
    """Found by the branch's name in its project; a branch is never left unprotected because it left the inventory."""

    name = "gitlab.protected_branch"
    spec = ProtectedBranchSpec
    title = "a rule that protects a branch on GitLab"
    orphans: ClassVar[bool] = False

    def place(self, values: Mapping[str, Any]) -> Place:
        """Its project."""
        return Place("project", values["project"])

    def label(self, values: Mapping[str, Any]) -> str:
        """The branch."""
        return str(values["branch"])

    def dependencies(self, spec: ProtectedBranchSpec) -> Iterable[Address]:
        """Its project, and the first files: they are pushed before anybody is kept from pushing."""
        return [Address(PROJECT, spec.project), Address(FILE, spec.project)]

    def listed(self, place: Place) -> list[Json] | None:
        """The project's rules."""
        return self.api.places.branch_rules(place)

    def shown(self, item: Json, place: Place) -> tuple[Mapping[str, JsonValue], Mapping[str, JsonValue]]:
        """As GitLab lists it; further people, groups or keys make a level none of ours, which is mended."""
        values = {
            "project": place.path,
            "branch": item["name"],
            "push": _level(item["push_access_levels"]),
            "merge": _level(item["merge_access_levels"]),
            "force_push": bool(item.get("allow_force_push")),
        }
        return values, {"id": item["id"]}

    def create(self, spec: ProtectedBranchSpec) -> Observed:
        """Protect it. GitLab itself protects the default branch at the first push: that rule is taken over, or made anew."""
        there = self.read(spec, {})
        if there is None:
            return self._protect(spec, spec.values())
        return there if {**there.values, **spec.values()} == dict(there.values) else self._anew(there, spec)

    def update(self, observed: Observed, spec: ProtectedBranchSpec, diffs: Sequence[FieldDiff]) -> Observed:
        """Change it. Without a licence GitLab changes no levels: the rule is then made anew, within the moment of two requests."""
        if {diff.field for diff in diffs} == {"force_push"}:
            fields = {"allow_force_push": spec.force_push}
            return self.answered(spec, lambda: self.api.places.change_protection(self.place(spec.values()), spec.branch, fields))
        return self._anew(observed, spec)

    def _anew(self, there: Observed, spec: ProtectedBranchSpec) -> Observed:
        self.api.places.unprotect(self.place(spec.values()), spec.branch)
        return self._protect(spec, {**there.values, **spec.values()})

    def _protect(self, spec: ProtectedBranchSpec, wanted: Mapping[str, Any]) -> Observed:
        fields = {
            "name": spec.branch,
            "push_access_level": LEVELS.get(str(wanted.get("push")), LEVELS["maintainers"]),
            "merge_access_level": LEVELS.get(str(wanted.get("merge")), LEVELS["maintainers"]),
            "allow_force_push": bool(wanted.get("force_push")),
        }
        return self.answered(spec, lambda: self.api.places.protect(self.place(wanted), fields))


def _level(entries: Sequence[Json]) -> str:
    plain = [entry for entry in entries if not (entry.get("user_id") or entry.get("group_id") or entry.get("deploy_key_id"))]
    if len(plain) != len(entries) or len(plain) != 1:
        return f"{len(entries)} rules"
    level = plain[0]["access_level"]
    return NAMES.get(level, f"level {level}")
