"""`gitlab.access`: what gives access beside the lists of members; told, or removed where that is wished."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Final, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from eiginfra.core.address import Address
from eiginfra.core.change import FieldDiff
from eiginfra.core.decommission import Decommission
from eiginfra.core.errors import NotFoundError
from eiginfra.core.finding import Finding, warning
from eiginfra.core.look import Look
from eiginfra.core.resource import Observation, Observed, Resource, Scope
from eiginfra.core.spec import CREATE_ONLY, IMMUTABLE, Rules, Spec
from eiginfra.core.world import World
from eiginfra.providers.gitlab.base import GROUP, GitLabKind
from eiginfra.providers.gitlab.fields import FullPath
from eiginfra.providers.gitlab.members.spec import MembersSpec
from eiginfra.providers.gitlab.nested_api import Holder
from eiginfra.providers.gitlab.other_access import Way, close, ways

Authoritative = Literal["shares", "direct_members", "keys"]
_FIELD: Final[Mapping[str, Authoritative]] = {
    "shares": "shares",
    "direct_members": "direct_members",
    "tokens": "keys",
    "deploy_tokens": "keys",
    "deploy_keys": "keys",
}
_GIVEN = Rules(assigned=True, entries="name", harm=(None, "access-lost"))


class AccessEntry(BaseModel):
    """One way to have access: where and who, `eig/eig3/plume/site:partners`, and as what."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    access: str


class AccessSpec(Spec):
    """What gives access in a group and below it, beside the lists of members."""

    group: Annotated[FullPath, IMMUTABLE] = Field(description="Full path of the group; all below it is looked at too")
    authoritative: Annotated[tuple[Authoritative, ...], CREATE_ONLY] = Field(
        default=(), description="What is removed; else it is only told"
    )
    allow: Annotated[tuple[str, ...], CREATE_ONLY] = Field(default=(), description="What may be, as plans call it: WHERE:WHO")
    shares: Annotated[tuple[AccessEntry, ...], _GIVEN] = Field(
        default=(), description="Groups and projects that are shared with other groups"
    )
    direct_members: Annotated[tuple[AccessEntry, ...], _GIVEN] = Field(
        default=(), description="Members of projects and sub-groups that no list manages"
    )
    keys: Annotated[tuple[AccessEntry, ...], _GIVEN] = Field(
        default=(), description="Access tokens, deploy tokens and deploy keys that may write"
    )


class AccessKind(GitLabKind[AccessSpec]):
    """Nothing is made by it: what there is it tells, and takes away where the spec is authoritative."""

    name = "gitlab.access"
    spec = AccessSpec
    title = "access beside the lists of members on GitLab"
    decommission = Decommission(())

    def key(self, spec: AccessSpec) -> str:
        """The group's path."""
        return spec.group

    def follows(self, spec: AccessSpec) -> Iterable[Address]:
        """The group."""
        return [Address(GROUP, spec.group)]

    def check(self, spec: AccessSpec, wanted: Mapping[Address, Resource]) -> Iterable[Finding]:  # noqa: ARG002 - asks of no other
        """The fence."""
        yield from self.fence(spec.group)

    def observe(self, scope: Scope) -> Observation:
        """Shares of projects at no further request; one for each group, and for each project and sub-group that no list manages."""
        lists = [one.spec for one in (*scope.everything.values(), *scope.resources) if isinstance(one.spec, MembersSpec)]
        named = {spec.path: spec.names for spec in lists}
        objects, findings = list[Observed](), list[Finding]()
        for resource in scope.resources:
            found = ways(self.api, scope.look, str(resource.values["group"]), named)
            objects.append(_observed(resource.address, found, named, resource.team))
            findings += [_told(way, resource, scope.teams) for way in found if _only_told(way, resource.values)]
        return Observation(objects, findings)

    def complete(self, resource: Resource, world: World) -> Mapping[str, object]:
        """Of what is authoritative, that which may stay: the rest goes."""
        spec, there = resource.spec, world.observed.get(resource.address)
        if not isinstance(spec, AccessSpec) or there is None:
            return {}
        return {name: tuple(one for one in _entries(there, name) if one.name in spec.allow) for name in spec.authoritative}

    def read(self, spec: AccessSpec, handle: Mapping[str, JsonValue]) -> Observed | None:
        """All of it again."""
        lists: Any = handle.get("lists") or {}
        named = {path: frozenset(names) for path, names in lists.items()}
        return _observed(Address(self.name, spec.group), ways(self.api, Look(), spec.group, named), named)

    def create(self, spec: AccessSpec) -> Observed:
        """Never asked: what gives access is always there to be seen, though it be nothing."""
        raise NotFoundError(f"the group {spec.group} is not there")

    def update(self, observed: Observed, spec: AccessSpec, diffs: Sequence[FieldDiff]) -> Observed:
        """Take away what the differences name."""
        ways_: Any = observed.handle.get("ways") or {}
        for diff in diffs:
            if diff.removes and diff.entry in ways_:
                sort, kind, path, number, who, access, target = ways_[diff.entry]
                close(self.api, Way(sort, Holder(kind, path, number), who, access, target))
        return self.read(spec, observed.handle) or observed


def _entries(there: Observed, field: str) -> list[AccessEntry]:
    found = there.values.get(field)
    return [AccessEntry.model_validate(entry) for entry in found] if isinstance(found, list) else []


def _only_told(way: Way, values: Mapping[str, JsonValue]) -> bool:
    removed, allowed = values.get("authoritative"), values.get("allow")
    return _FIELD[way.sort] not in (removed if isinstance(removed, list) else ()) and way.name not in (
        allowed if isinstance(allowed, list) else ()
    )


def _observed(address: Address, found: Sequence[Way], named: Mapping[str, frozenset[str]], team: str | None = None) -> Observed:
    values: dict[str, JsonValue] = {"group": address.key}
    for name in get_args(Authoritative):
        values[name] = [{"name": way.name, "access": way.access} for way in found if _FIELD[way.sort] == name]
    ways_: dict[str, JsonValue] = {
        way.name: [way.sort, way.holder.sort, way.holder.path, way.holder.id, way.who, way.access, way.number] for way in found
    }
    lists: dict[str, JsonValue] = {path: [*sorted(names)] for path, names in sorted(named.items())}
    return Observed(address, values, {"ways": ways_, "lists": lists}, team=team)


def _told(way: Way, resource: Resource, teams: Sequence[str]) -> Finding:
    group = str(resource.values["group"])
    team = way.holder.path.removeprefix(f"{group}/").partition("/")[0]
    place: dict[str, Any] = {"address": str(resource.address), "field": "group", "team": team if team in teams else resource.team}
    path, who, access, allowed = way.holder.path, way.who, way.access, way.name
    match way.sort:
        case "shares":
            return warning("access-shared", path=path, group=who, access=access, name=allowed, **place)
        case "direct_members":
            return warning("access-direct", path=path, username=who, access=access, name=allowed, **place)
        case "tokens":
            return warning("access-token", path=path, title=who, access=access, name=allowed, **place)
        case "deploy_tokens":
            return warning("access-deploy-token", path=path, title=who, access=access, name=allowed, **place)
        case "deploy_keys":
            return warning("access-key", path=path, title=who, name=allowed, **place)
