"""`proxmox.role`: a set of privileges, none of which can exceed a quota."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Annotated

from pydantic import Field, JsonValue

from eiginfra.core.address import Address
from eiginfra.core.change import Action, Change, FieldDiff
from eiginfra.core.finding import Finding, error
from eiginfra.core.reason import reason
from eiginfra.core.resource import Observation, Observed, Resource, Scope
from eiginfra.core.spec import CREATE_ONLY, IMMUTABLE, UNORDERED, Spec
from eiginfra.core.suggest import did_you_mean
from eiginfra.providers.proxmox import rules
from eiginfra.providers.proxmox.access import Json
from eiginfra.providers.proxmox.kind import WHOLE, Asking, Needs, ProxmoxKind
from eiginfra.providers.proxmox.permissions import right

RoleId = Annotated[str, rules.ROLE]
Privilege = Annotated[str, Field(pattern=r"^[A-Za-z]+(\.[A-Za-z]+)+$")]

BINDING = frozenset({
    "Datastore.Audit", "Mapping.Audit", "Pool.Audit", "SDN.Audit", "Sys.Audit", "VM.Audit", "VM.Config.CDROM", "VM.Console",
    "VM.GuestAgent.Audit", "VM.GuestAgent.FileRead", "VM.GuestAgent.FileSystemMgmt", "VM.GuestAgent.FileWrite",
    "VM.GuestAgent.Unrestricted", "VM.PowerMgmt", "VM.Snapshot", "VM.Snapshot.Rollback",
})  # fmt: skip
"""Privileges under which quotas stay binding: see, start, stop, console, snapshots, the guest's own inside."""


class RoleSpec(Spec):
    """A managed role; cohorts may share it."""

    id: Annotated[RoleId, IMMUTABLE] = Field(description="Its name; PVE… are Proxmox's own")
    privileges: Annotated[tuple[Privilege, ...], UNORDERED] = Field(description="All that it gives, e.g. VM.Audit")
    binding: Annotated[bool, CREATE_ONLY] = Field(default=True, description="Whether those who have it are to be bound by quotas")


class RoleKind(ProxmoxKind[RoleSpec]):
    """Roles wanted by name. Built-in ones are never touched."""

    name = "proxmox.role"
    spec = RoleSpec
    title = "A role on Proxmox VE: what those who have it may do"

    def key(self, spec: RoleSpec) -> str:
        """The role's name."""
        return spec.id

    def check(self, spec: RoleSpec, wanted: Mapping[Address, Resource]) -> Iterator[Finding]:  # noqa: ARG002 - a role is judged alone
        """A built-in role, and privileges with which a quota would bind nobody."""
        if spec.id.upper().startswith("PVE") or spec.id in {"Administrator", "NoAccess"}:
            yield error("role-built-in", id=spec.id, field="id")
        if spec.binding and (loose := sorted(set(spec.privileges) - BINDING)):
            yield error("role-unbinding", id=spec.id, privileges=loose, field=f"privileges[{loose[0]}]")

    def observe(self, scope: Scope) -> Observation:
        """One request."""
        rows = {str(row["roleid"]): row for row in self.api.access.roles()}
        wanted = {resource.address.key: resource for resource in scope.resources}
        keys = wanted.keys() | {record.address.key for record in scope.records}
        known = {name for row in rows.values() if row.get("special") for name in _privileges(row)}
        findings = [found for key in sorted(wanted) for found in _unknown(wanted[key], known)]
        return Observation([_observed(key, _privileges(rows[key])) for key in sorted(keys & rows.keys())], findings=findings)

    def read(self, spec: RoleSpec, handle: Mapping[str, JsonValue]) -> Observed | None:  # noqa: ARG002 - the name is all there is to find it by
        """The role, or None."""
        role = self.api.access.role(spec.id)
        return None if role is None else _observed(spec.id, role)

    def needs(self, change: Change, asking: Asking) -> Needs:  # noqa: ARG002 - whatever is changed
        """Of every change the same."""
        yield WHOLE, right("/access", "Sys.Modify")

    def by_hand(self, change: Change, labels: Collection[str]) -> str | None:  # noqa: ARG002 - only one field can differ
        """`pveum role`."""
        privileges = (change.desired or {}).get("privileges")
        verb = "add" if change.action is Action.CREATE else "modify"
        return f"pveum role {verb} {change.address.key} --privs {','.join(map(str, privileges))}" if isinstance(privileges, list) else None

    def create(self, spec: RoleSpec) -> None:
        """Make it; raises AlreadyExistsError."""
        self.api.client.send("POST", "access/roles", f"create role {spec.id}", {"roleid": spec.id, "privs": ",".join(spec.privileges)})

    def update(self, observed: Observed, spec: RoleSpec, diffs: Sequence[FieldDiff]) -> None:  # noqa: ARG002 - only one field can differ
        """Give it these privileges and no other."""
        self.api.client.send("PUT", f"access/roles/{spec.id}", f"change role {spec.id}", {"privs": ",".join(spec.privileges)})


def _privileges(row: Json) -> list[str]:
    return [name for name in str(row.get("privs") or "").split(",") if name]


def _unknown(resource: Resource, known: Iterable[str]) -> Iterator[Finding]:
    """Versions differ in their privileges; the built-in roles together have all of them."""
    spec, names = resource.spec, set(known)
    if not isinstance(spec, RoleSpec) or not names:
        return
    for name in sorted(set(spec.privileges) - names):
        yield error(
            "privilege-unknown",
            name=name,
            advice=did_you_mean(name, names) or reason("see-privileges"),
            address=str(resource.address),
            field=f"privileges[{name}]",
            team=resource.team,
        )


def _observed(key: str, privileges: Iterable[str]) -> Observed:
    return Observed(Address(RoleKind.name, key), {"id": key, "privileges": [*sorted(privileges)]}, {"id": key})
