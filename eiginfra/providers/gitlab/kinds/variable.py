"""`gitlab.variable`: a CI/CD variable of a group or project, whose value is a secret kept elsewhere."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

from eiginfra.core.address import Address
from eiginfra.core.change import FieldDiff
from eiginfra.core.decommission import Decommission, Step, Trigger
from eiginfra.core.errors import InputError, PermanentError, StaleError
from eiginfra.core.finding import Finding, error
from eiginfra.core.reason import Reason, reason
from eiginfra.core.refusal import refusal
from eiginfra.core.resource import Observation, Observed, Resource, Scope
from eiginfra.core.secret import SecretSource
from eiginfra.core.spec import IMMUTABLE, Rules, Spec
from eiginfra.core.world import World
from eiginfra.providers.gitlab import folding, rules
from eiginfra.providers.gitlab.client import Json
from eiginfra.providers.gitlab.digests import digest, reveal
from eiginfra.providers.gitlab.field_map import FieldMap, Parameter, plain
from eiginfra.providers.gitlab.fields import FullPath
from eiginfra.providers.gitlab.masking import value_problems
from eiginfra.providers.gitlab.nested_api import Holder
from eiginfra.providers.gitlab.nested_kind import NestedKind
from eiginfra.providers.gitlab.settings import GitLabSettings

FIELD_MAP = FieldMap(
    ("POST /groups/{id}/variables", "POST /projects/{id}/variables"),
    ("PUT /groups/{id}/variables/{key}", "PUT /projects/{id}/variables/{key}"),
    {
        **plain("masked", "protected", "raw", "description", type="variable_type"),
        "key": Parameter("key", changed=False),
        "scope": Parameter("environment_scope", changed=False),
    },
    fixed=frozenset({"value"}),
)


class Source(BaseModel):
    """Where the value is kept: exactly one of an environment variable, a file, a command that prints it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    env: str | None = None
    file: str | None = Field(default=None, description="Relative to the playbook")
    command: tuple[str, ...] | None = None

    def source(self) -> SecretSource:
        """The same, for who fetches it."""
        return SecretSource.model_validate(self.model_dump(exclude_unset=True))

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        self.source()
        return self


class VariableSpec(Spec):
    """A CI/CD variable."""

    group: Annotated[FullPath | None, IMMUTABLE] = Field(default=None, description="Full path of the group, or else:")
    project: Annotated[FullPath | None, IMMUTABLE] = Field(default=None, description="Full path of the project")
    key: Annotated[str, IMMUTABLE, rules.VARIABLE_KEY] = Field(description="Its name")
    value: Annotated[Source, Rules(write_only=True)] = Field(description="Where its value is kept: {env: …}, {file: …} or {command: […]}")
    digest: Annotated[str | None, Rules(sensitive=True, assigned=True, unreadable=True)] = Field(
        default=None, description="Filled in, never written: what tells the value apart"
    )
    masked: bool = Field(default=False, description="Hidden in job logs; GitLab asks for 8 characters or more, in one line")
    protected: bool = Field(default=False, description="Only for protected branches and tags")
    raw: bool = Field(default=False, description="Taken as it is: $ has no meaning in it")
    type: Literal["env_var", "file"] = Field(default="env_var", description="A variable, or a file whose path the variable names")
    scope: Annotated[str, IMMUTABLE, rules.VARIABLE_SCOPE] = Field(
        default="*", description="For which environments; of groups with a licence only"
    )
    description: Annotated[str, rules.VARIABLE_TEXT, Rules(normalise=folding.text)] = Field(default="", description="What it is for")

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if bool(self.group) == bool(self.project):
            raise refusal("group-or-project")
        return self


@dataclass(frozen=True)
class WantedValue:
    """What is known of a value that is wanted, which is not the value. problems: why GitLab would refuse it, by masked and raw."""

    digest: str
    problems: Mapping[tuple[bool, bool], Sequence[Reason]]


class VariableKind(NestedKind[VariableSpec]):
    """Found by its key (and scope) in its group or project. Values are compared by a digest keyed by the token, and never shown."""

    name = "gitlab.variable"
    spec = VariableSpec
    title = "a CI/CD variable of a group or project on GitLab"
    decommission = Decommission((Step("delete", Trigger.PRUNE),))
    field_map = FIELD_MAP

    def holder(self, values: Mapping[str, Any]) -> Holder:
        """Its group or project."""
        return Holder("group", values["group"]) if values.get("group") else Holder("project", values["project"])

    def label(self, values: Mapping[str, Any]) -> str:
        """Its key, and its scope unless that is everywhere."""
        scope = values.get("scope", "*")
        return str(values["key"]) if scope == "*" else f"{values['key']}@{scope}"

    def listed(self, holder: Holder) -> list[Json] | None:
        """Its own variables, without inherited ones."""
        return self.api.nested.variables(holder)

    def shown(self, item: Json, holder: Holder) -> tuple[Mapping[str, JsonValue], Mapping[str, JsonValue]]:
        """As GitLab lists it, the value as its digest; of a hidden one there is none."""
        values = {
            holder.sort: holder.path,
            "scope": "*",
            **FIELD_MAP.read(item),
            "description": item.get("description") or "",
        }
        if item.get("value") is not None:  # the value of a hidden one is never shown again
            values["digest"] = self._digest(values, str(item["value"]))
        return values, {}

    def _observed(self, item: Json, holder: Holder) -> Observed:
        there = super()._observed(item, holder)
        return replace(there, blocked={"masked": reason("variable-hidden")}) if item.get("hidden") else there

    def observe(self, scope: Scope) -> Observation:
        """All lists, and what is known of the wanted values. Raises InputError for a missing secret."""
        known = {
            resource.address: self._wanted(resource)
            for resource in scope.resources
            if resource.address in scope.everything  # the former address of a renamed one has no value of its own
        }
        return replace(super().observe(scope), facts=known)

    def _wanted(self, resource: Resource) -> "WantedValue":
        value = _fetched(self.api.settings, resource)
        problems = {
            (masked, raw): tuple(value_problems(value, masked=masked, raw=raw)) for masked in (True, False) for raw in (True, False)
        }
        return WantedValue(self._digest(resource.values, value), problems)

    def complete(self, resource: Resource, world: World) -> Mapping[str, object]:
        """The digest, and where a file named relative to the playbook is."""
        known: Mapping[Address, WantedValue] = world.facts(self.name) or {}
        return {"value": _source(resource), "digest": known[resource.address].digest if resource.address in known else None}

    def assess(self, resources: Sequence[Resource], world: World) -> Iterator[Finding]:
        """Values that GitLab would refuse: as they are to be masked, or are masked already."""
        known: Mapping[Address, WantedValue] = world.facts(self.name) or {}
        for resource in resources:
            there = world.observed.get(resource.address)
            has = {**(there.values if there is not None else {}), **resource.values}
            value = known.get(resource.address)
            problems = () if value is None else value.problems[bool(has.get("masked")), bool(has.get("raw"))]
            if problems:
                key = str(resource.values["key"])
                yield error("variable-value", key=key, problems=problems, address=str(resource.address), field="value", team=resource.team)

    def _digest(self, values: Mapping[str, Any], value: str) -> str:
        """What tells the value apart. It does not depend on the path: a renamed project's variables keep theirs."""
        return digest(self.api.settings, f"{self.name}[{self.label(values)}]", value)

    def _value(self, spec: VariableSpec) -> str:
        """The secret. Raises StaleError when it is another than the plan saw, InputError when it is not to be had."""
        value = reveal(self.api.settings, spec.value.source())
        if spec.digest is not None and self._digest(spec.values(), value) != spec.digest:
            raise StaleError(f"the secret of {spec.key} changed since the plan was made; make a new plan")
        return value

    def create(self, spec: VariableSpec) -> Observed:
        """Make it."""
        wanted = spec.values()
        fields = {**FIELD_MAP.creation(wanted), "environment_scope": spec.scope, "value": self._value(spec)}
        holder = self.holder(wanted)
        made = self.answered(spec, lambda: self.api.nested.add_variable(holder, fields))
        if (scope := made.values["scope"]) != spec.scope:
            self.api.nested.remove_variable(holder, spec.key, str(scope))
            raise PermanentError(
                f"create variable {spec.key} in {holder}: this GitLab keeps no scopes for the variables of a {holder.sort}"
            )
        return made

    def update(self, observed: Observed, spec: VariableSpec, diffs: Sequence[FieldDiff]) -> Observed:  # noqa: ARG002 - found by its key
        """Change the named fields, in one request."""
        wanted, changed = spec.values(), {diff.field for diff in diffs}
        fields = FIELD_MAP.body(wanted, changed) | ({"value": self._value(spec)} if "digest" in changed else {})
        return self.answered(spec, lambda: self.api.nested.change_variable(self.holder(wanted), spec.key, spec.scope, fields))

    def delete(self, observed: Observed) -> None:
        """Remove it."""
        values = observed.values
        self.api.nested.remove_variable(self.holder(values), str(values["key"]), str(values.get("scope", "*")))


def _fetched(settings: GitLabSettings, resource: Resource) -> str:
    """The value of a wanted variable. Raises InputError, at its place, for a secret that is not to be had."""
    try:
        return reveal(settings, _source(resource).source())
    except InputError as problem:
        raise InputError([found.model_copy(update={"location": resource.locate("value")}) for found in problem.findings]) from problem


def _source(resource: Resource) -> Source:
    """Where the value is kept; a file from the playbook's folder on."""
    spec: VariableSpec = resource.spec  # type: ignore[assignment]  # the scope holds resources of this kind alone
    if spec.value.file is None or resource.origin is None:
        return spec.value
    path = Path(spec.value.file).expanduser()
    return spec.value.model_copy(update={"file": str(path if path.is_absolute() else Path(resource.origin.file).parent / path)})
