"""`proxmox.acl`: all roles of one group (or user) on one path."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Annotated, Self

from pydantic import Field, JsonValue, model_validator

from eiginfra.core.address import Address
from eiginfra.core.change import Change, FieldDiff
from eiginfra.core.decommission import Decommission, Step, Trigger
from eiginfra.core.finding import Finding, error, warning
from eiginfra.core.merge import UNION
from eiginfra.core.refusal import refusal
from eiginfra.core.resource import Observation, Observed, Resource, Scope
from eiginfra.core.spec import CREATE_ONLY, IMMUTABLE, Rules, Spec
from eiginfra.providers.proxmox import rules
from eiginfra.providers.proxmox.access import Json
from eiginfra.providers.proxmox.api import ProxmoxApi
from eiginfra.providers.proxmox.kind import WHOLE, Asking, Needs, ProxmoxKind
from eiginfra.providers.proxmox.kinds.group import GroupId, UserId
from eiginfra.providers.proxmox.kinds.role import RoleId, RoleKind
from eiginfra.providers.proxmox.permissions import MODIFY, right

Path = Annotated[str, rules.ACL_PATH]

_BINDING = frozenset({"NoAccess", "PVEAuditor", "PVEPoolUser"})
"""Built-in roles that let nobody pass a quota."""

_OWNERS = {"/pool": "Pool.Allocate", "/storage": "Datastore.Allocate", "/vms": "VM.Allocate"}
"""The privilege with which one may change entries of what is below these paths, besides Permissions.Modify."""


class AclSpec(Spec):
    """What one group or user may do on a path."""

    path: Annotated[Path, IMMUTABLE] = Field(description="Where, e.g. /pool/eig3-adler")
    group: Annotated[GroupId | None, IMMUTABLE] = Field(default=None, description="Whose rights; or user")
    user: Annotated[UserId | None, IMMUTABLE] = Field(default=None, description="Whose rights, NAME@REALM; better a group")
    roles: Annotated[tuple[RoleId, ...], Rules(unordered=True, merge=UNION)] = Field(description="All that they have there")
    propagate: bool | None = Field(default=None, description="Whether it holds below the path too; it does if nothing is said")
    binding: Annotated[bool, CREATE_ONLY] = Field(default=True, description="Whether they are to be bound by quotas")

    @model_validator(mode="after")
    def _one_holder(self) -> Self:
        if (self.group is None) == (self.user is None):
            raise refusal("group-or-user")
        return self

    @property
    def who(self) -> str:
        """`@group`, or the user, as in Proxmox's own file."""
        return f"@{self.group}" if self.group is not None else str(self.user)


class AclKind(ProxmoxKind[AclSpec]):
    """Entries of the groups and users that are named, on the paths that are named: nobody else's, and nowhere else."""

    name = "proxmox.acl"
    spec = AclSpec
    title = "Rights of a group on a path of Proxmox VE"
    decommission = Decommission((Step("take-away", Trigger.APPLY, {"roles": []}, cap="acl", created_only=True),))

    def key(self, spec: AclSpec) -> str:
        """Path and holder: `/pool/eig3-adler:@eig3-adler`."""
        return f"{spec.path}:{spec.who}"

    def dependencies(self, spec: AclSpec) -> list[Address]:
        """The roles, the holder, the pool."""
        holder = Address("proxmox.group", spec.group) if spec.group is not None else Address("proxmox.user", str(spec.user))
        pool = [Address("proxmox.pool", spec.path.removeprefix("/pool/"))] if spec.path.startswith("/pool/") else []
        return [*(Address(RoleKind.name, role) for role in spec.roles), holder, *pool]

    def check(self, spec: AclSpec, wanted: Mapping[Address, Resource]) -> Iterator[Finding]:
        """Holders never touched, roles under which no quota binds, and a wanted entry above that this one hides."""
        if spec.user in self.api.access.reserved:
            yield error("right-of-reserved-account", user=spec.user, field="user")
        loose = sorted(role for role in spec.roles if role not in _BINDING and Address(RoleKind.name, role) not in wanted)
        if spec.binding and loose:
            yield error("acl-unbinding", roles=loose, path=spec.path, who=spec.who, field=f"roles[{loose[0]}]")
        for path in PurePosixPath(spec.path).parents:
            above = wanted.get(Address(self.name, f"{path}:{spec.who}"))
            if above is not None and isinstance(above.spec, AclSpec) and (hidden := _hidden(above.spec, spec)):
                yield warning("acl-hidden", hidden=hidden, above=str(path), path=spec.path, who=spec.who, roles=spec.roles, field="roles")

    def observe(self, scope: Scope) -> Observation:
        """One request."""
        resources = {resource.address.key: resource for resource in scope.resources}
        known = resources.keys() | {record.address.key for record in scope.records}
        entries: dict[str, list[Json]] = {}
        for row in self.api.access.acl():
            entries.setdefault(_key(row), []).append(row)
        objects = [self._observed(key, entries[key], resources.get(key)) for key in sorted(known & entries.keys())]
        holders = {f"@{spec.group}" for spec in scope.specs() if spec.group is not None}
        others = [key for key in sorted(entries.keys() - known) if key.partition(":")[2] in holders]
        rest = [entries[key] for key in sorted(entries.keys() - known) if key.partition(":")[2] not in holders]
        return Observation(objects, findings=[*(_elsewhere(entries[key]) for key in others), *self._by_hand(scope, rest)])

    def _by_hand(self, scope: Scope, others: Sequence[Sequence[Json]]) -> Iterator[Finding]:
        """What single accounts, tokens and foreign groups have on the teams' pools and guests, and the cohort's people anywhere."""
        people = {address.key for address in (*scope.everything, *scope.recorded) if address.kind == "proxmox.user"}
        pools = {f"{scope.cohort}-{team}": team for team in scope.teams}
        pools |= {
            address.key: str(found.team) for address, found in scope.everything.items() if address.kind == "proxmox.pool" and found.team
        }
        for rows in others:
            path, holder = str(rows[0]["path"]), str(rows[0]["ugid"])
            account = "" if rows[0]["type"] == "group" else holder.partition("!")[0]
            if account in self.api.access.reserved:
                continue
            place = path.split("/")
            pool = place[2] if place[1:2] == ["pool"] and len(place) > 2 else None
            if place[1:2] == ["vms"] and place[-1].isdecimal():
                guest = self.api.surveys.shared(scope.cohort, scope.look).guests.get(int(place[-1]))
                pool = None if guest is None else guest.pool
            if pool in pools or account in people:
                roles = sorted(str(row["roleid"]) for row in rows)
                yield warning("acl-by-hand", sort=str(rows[0]["type"]), holder=holder, roles=roles, path=path, team=pools.get(str(pool)))

    def read(self, spec: AclSpec, handle: Mapping[str, JsonValue]) -> Observed | None:  # noqa: ARG002 - path and holder are all there is
        """The entries of the holder on the path, or None."""
        key = self.key(spec)
        rows = [row for row in self.api.access.acl() if _key(row) == key]
        return self._observed(key, rows) if rows else None

    def needs(self, change: Change, asking: Asking) -> Needs:
        """The right to change entries of the path; and all privileges of a role that is given or taken, as recorded on a real server."""
        path, _, _ = change.address.key.partition(":")
        owner = _OWNERS.get("/".join(path.split("/")[:2])) if path.count("/") > 1 else None
        yield WHOLE, right(path, MODIFY, *([owner] if owner else []))
        given, taken = _moved(change)
        propagates = (change.desired or {}).get("propagate") is not False
        for role in sorted(given | taken):
            names = self._privileges(role, asking)
            for name in names or ("",):
                yield WHOLE, right(path, *([name] if name else []), MODIFY, passed_on=propagates and role in given)

    def by_hand(self, change: Change, labels: Collection[str]) -> str | None:  # noqa: ARG002 - an entry is changed as a whole
        """`pveum acl`."""
        path, _, who = change.address.key.partition(":")
        holder = f"--groups {who[1:]}" if who.startswith("@") else f"--users {who}"
        below = " --propagate 0" if (change.desired or {}).get("propagate") is False else ""
        given, taken = (",".join(sorted(roles)) for roles in _moved(change))
        commands = [f"pveum acl modify {path} {holder} --roles {given}{below}"] if given else []
        commands += [f"pveum acl delete {path} {holder} --roles {taken}"] if taken else []
        return " && ".join(commands) or None

    def _privileges(self, role: str, asking: Asking) -> Sequence[str]:
        """A role's privileges as they will be when the plan's change of the role is done."""
        for change in asking.plan.acting:
            if change.address == Address(RoleKind.name, role) and change.desired is not None:
                wanted = change.desired.get("privileges")
                return [str(name) for name in wanted] if isinstance(wanted, list) else []
        there = asking.look.once(_roles, self.api)
        return [name for name in there.get(role, "").split(",") if name]

    def create(self, spec: AclSpec) -> None:
        """Give the roles."""
        self._give(spec, spec.roles)

    def update(self, observed: Observed, spec: AclSpec, diffs: Sequence[FieldDiff]) -> Observed | None:
        """What is new is given before what is not wanted is taken. Without roles there is no entry left to be seen."""
        before = observed.values.get("roles")
        there = {str(role) for role in before} if isinstance(before, list) else set[str]()
        anew = any(found.field == "propagate" for found in diffs)
        self._give(spec, set(spec.roles) if anew else set(spec.roles) - there)
        if extra := there - set(spec.roles):
            self.api.access.grant(spec.path, _holder(spec), extra, delete=1)
        return None if spec.roles else self._observed(self.key(spec), [])

    def _give(self, spec: AclSpec, roles: Iterable[str]) -> None:
        if roles := set(roles):
            propagate = {} if spec.propagate is None else {"propagate": int(spec.propagate)}
            self.api.access.grant(spec.path, _holder(spec), roles, **propagate)

    def _observed(self, key: str, rows: Sequence[Json], resource: Resource | None = None) -> Observed:
        """`propagate` is None where it holds for some of the roles only."""
        path, _, who = key.partition(":")
        propagates = {str(row.get("propagate", 1)) == "1" for row in rows}
        values: dict[str, JsonValue] = {
            "path": path,
            "group": who.removeprefix("@") if who.startswith("@") else None,
            "user": None if who.startswith("@") else who,
            "roles": [*sorted(str(row["roleid"]) for row in rows)],
            "propagate": propagates.pop() if len(propagates) == 1 else None,
        }
        return Observed(Address(self.name, key), values, {"path": path}, team=None if resource is None else resource.team)


def _roles(api: ProxmoxApi) -> Mapping[str, str]:
    """The server's roles with their privileges."""
    return {str(row["roleid"]): str(row.get("privs") or "") for row in api.access.roles()}


def _moved(change: Change) -> tuple[set[str], set[str]]:
    """The roles that a change gives, and those that it takes away; one whose propagation changes is given again."""
    before, after = ({*map(str, found)} if isinstance(found := (values or {}).get("roles"), list) else set[str]()
                     for values in (change.observed, change.desired))  # fmt: skip
    again = any(diff.field == "propagate" for diff in change.diffs)
    return after if again else after - before, before - after


def _key(row: Json) -> str:
    return f"{row['path']}:{'@' if row['type'] == 'group' else ''}{row['ugid']}"


def _holder(spec: AclSpec) -> dict[str, str]:
    return {"groups": spec.group} if spec.group is not None else {"users": str(spec.user)}


def _hidden(above: AclSpec, below: AclSpec) -> list[str]:
    """The roles that do not reach the deeper path."""
    return sorted(set(above.roles) - set(below.roles)) if above.propagate is not False else []


def _elsewhere(rows: Sequence[Json]) -> Finding:
    """A right given by hand, which may let a whole team pass its quota."""
    path, group, roles = rows[0]["path"], rows[0]["ugid"], ",".join(sorted(str(row["roleid"]) for row in rows))
    return warning("acl-elsewhere", group=group, roles=roles, path=path)
