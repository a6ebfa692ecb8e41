"""`gitlab.protected_branch`: who may push to a branch and merge into it."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, JsonValue
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from eiginfra.core.address import Address
from eiginfra.core.change import FieldDiff
from eiginfra.core.errors import AlreadyExistsError, NotFoundError, PermanentError, ProviderError, TransientError
from eiginfra.core.resource import Observed
from eiginfra.core.spec import IMMUTABLE, Spec
from eiginfra.providers.gitlab import rules
from eiginfra.providers.gitlab.base import FILE, PROJECT
from eiginfra.providers.gitlab.client import Json, RefusedError
from eiginfra.providers.gitlab.field_map import FieldMap, Parameter
from eiginfra.providers.gitlab.fields import FullPath
from eiginfra.providers.gitlab.nested_api import Holder
from eiginfra.providers.gitlab.nested_kind import NestedKind

# https://docs.gitlab.com/api/protected_branches/#valid-access-levels
LEVELS = {"nobody": 0, "developers": 30, "maintainers": 40, "administrators": 60}
NAMES = {level: name for name, level in LEVELS.items()}
LISTED = ("push", "merge")
"""What GitLab keeps as a list of entries, each a level, a person, a group or a key."""
FIELDS = (*LISTED, "force_push")
FIELD_MAP = FieldMap(
    ("POST /projects/{id}/protected_branches",),
    ("PATCH /projects/{id}/protected_branches/{name}",),
    {
        "branch": Parameter("name", changed=False),
        **{name: Parameter(f"{name}_access_level", renamed=f"allowed_to_{name}", values=LEVELS) for name in LISTED},
        "force_push": Parameter("allow_force_push"),
    },
)

Level = Literal["nobody", "developers", "maintainers", "administrators"]


class ProtectedBranchSpec(Spec):
    """A rule for a branch, or for all branches that a pattern matches."""

    project: Annotated[FullPath, IMMUTABLE] = Field(description="Full path of the project")
    branch: Annotated[str, IMMUTABLE, rules.BRANCH_PATTERN] = Field(description="Its name, or a pattern with *")
    push: Level = Field(default="maintainers", description="Who may push; developers: maintainers too")
    merge: Level = Field(default="maintainers", description="Who may merge; developers: maintainers too")
    force_push: bool = Field(default=False, description="Whether who may push may also rewrite history")


class ProtectedBranchKind(NestedKind[ProtectedBranchSpec]):
    """Found by the branch's name in its project; a branch is never left unprotected because it left the inventory."""

    name = "gitlab.protected_branch"
    spec = ProtectedBranchSpec
    title = "a rule that protects a branch on GitLab"
    field_map = FIELD_MAP
    orphans: ClassVar[bool] = False

    def holder(self, values: Mapping[str, Any]) -> Holder:
        """Its project."""
        return Holder("project", values["project"])

    def label(self, values: Mapping[str, Any]) -> str:
        """The branch."""
        return str(values["branch"])

    def dependencies(self, spec: ProtectedBranchSpec) -> Iterable[Address]:
        """Its project, and the first files: they are pushed before anybody is kept from pushing."""
        return [Address(PROJECT, spec.project), Address(FILE, spec.project)]

    def listed(self, holder: Holder) -> list[Json] | None:
        """The project's rules."""
        return self.api.nested.branch_rules(holder)

    def shown(self, item: Json, holder: Holder) -> tuple[Mapping[str, JsonValue], Mapping[str, JsonValue]]:
        """As GitLab lists it; further people, groups or keys make a level differ from every wanted one, so it is corrected."""
        values = {
            "project": holder.path,
            "branch": item["name"],
            **{name: _level(item[_entries(name)]) for name in LISTED},
            "force_push": bool(item.get("allow_force_push")),
        }
        return values, {"id": item["id"]}

    def _observed(self, item: Json, holder: Holder) -> Observed:
        there = super()._observed(item, holder)
        return replace(there, facts={what: item[_entries(what)] for what in LISTED})

    def create(self, spec: ProtectedBranchSpec) -> Observed:
        """Protect it. GitLab itself protects the default branch at the first push: that rule is taken over, or brought in line."""
        there = self.read(spec, {})
        if there is None:
            return self._protect(spec, spec.values())
        wanted = spec.values()
        differing = [name for name in FIELDS if name in wanted and there.values[name] != wanted[name]]
        return self._bring(there, spec, differing) if differing else there

    def update(self, observed: Observed, spec: ProtectedBranchSpec, diffs: Sequence[FieldDiff]) -> Observed:
        """Change it in one request, if this GitLab can; else delete and create it again."""
        return self._bring(observed, spec, [diff.field for diff in diffs])

    def _bring(self, there: Observed, spec: ProtectedBranchSpec, fields: Sequence[str]) -> Observed:
        """The branch goes without a rule only where there is no other way.

        GitLab's community edition knows no `allowed_to_…`, as which levels are changed, and ignores it; others may refuse it.
        """
        wanted, holder = spec.values(), self.holder(spec.values())
        body: Json = {f"allowed_to_{name}": _instead(there.facts[name], LEVELS[str(wanted[name])]) for name in fields if name in LISTED}
        body |= {"allow_force_push": spec.force_push} if "force_push" in fields else {}
        try:
            changed = self._observed(self.api.nested.change_protection(holder, spec.branch, body), holder)
        except RefusedError:
            if not set(fields) & set(LISTED):
                raise
        else:
            if all(changed.values[name] == wanted[name] for name in fields):
                return changed
        return self._anew(there, spec)

    def _anew(self, there: Observed, spec: ProtectedBranchSpec) -> Observed:
        """Between its two requests nothing keeps anybody from pushing: so the former rule comes back where the new one is refused."""
        for attempt in self._retrying():
            with attempt, suppress(NotFoundError):  # gone: by a request whose answer was lost
                self.api.nested.unprotect(self.holder(spec.values()), spec.branch)
        try:
            return self._surely(spec, {**there.values, **spec.values()})
        except AlreadyExistsError:
            raise  # somebody made one meanwhile
        except PermanentError as problem:
            try:
                self._surely(spec, there.values)
            except ProviderError as worse:
                raise PermanentError(f"{problem}; nor could the former rule be put back, so the branch has none: {worse}") from problem
            raise

    def _surely(self, spec: ProtectedBranchSpec, wanted: Mapping[str, Any]) -> Observed:
        """Protect it, looking first whether a request whose answer was lost has done it."""
        for attempt in self._retrying():
            with attempt:
                made = self.read(spec, {}) if attempt.retry_state.attempt_number > 1 else None
                return made or self._protect(spec, wanted)
        raise AssertionError  # pragma: no cover: Retrying returns or raises

    def _retrying(self) -> Retrying:
        """What failed on the way is asked again at once: a new plan would come too late."""
        policy = self.api.client.policy
        return Retrying(
            retry=retry_if_exception_type(TransientError),
            stop=stop_after_attempt(policy.attempts),
            wait=wait_random_exponential(multiplier=policy.backoff, max=10),
            sleep=policy.sleep,
            reraise=True,
        )

    def _protect(self, spec: ProtectedBranchSpec, wanted: Mapping[str, Any]) -> Observed:
        levels = {name: wanted.get(name) if wanted.get(name) in LEVELS else "maintainers" for name in LISTED}
        fields = FIELD_MAP.creation({**levels, "branch": spec.branch, "force_push": bool(wanted.get("force_push"))})
        return self.answered(spec, lambda: self.api.nested.protect(self.holder(spec.values()), fields))


def _entries(what: str) -> str:
    return f"{what}_access_levels"


def _special(entry: Json) -> bool:
    return bool(entry.get("user_id") or entry.get("group_id") or entry.get("deploy_key_id"))


def _level(entries: Sequence[Json]) -> str:
    if len(entries) != 1 or _special(entries[0]):
        return f"{len(entries)} rules"
    level = entries[0]["access_level"]
    return NAMES.get(level, f"level {level}")


def _instead(entries: Any, level: int) -> list[Json]:
    """What turns a rule's entries into one for a level: one that says so stays, all others go."""
    kept = next((entry["id"] for entry in entries if not _special(entry) and entry["access_level"] == level), None)
    gone: list[Json] = [{"id": entry["id"], "_destroy": True} for entry in entries if entry["id"] != kept]
    return gone if kept is not None else [*gone, {"access_level": level}]
