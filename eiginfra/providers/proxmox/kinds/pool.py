"""`proxmox.pool`: what holds a team's guests together, for rights and for counting."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import Field, JsonValue

from eiginfra.core.address import Address
from eiginfra.core.change import Change, FieldDiff
from eiginfra.core.errors import NotFoundError
from eiginfra.core.resource import Observation, Observed, Scope
from eiginfra.core.spec import IMMUTABLE, Spec
from eiginfra.providers.proxmox.fields import PoolId
from eiginfra.providers.proxmox.kind import WHOLE, Asking, Needs, ProxmoxKind
from eiginfra.providers.proxmox.permissions import right


class PoolSpec(Spec):
    """A flat pool; nested ones are not made."""

    id: Annotated[PoolId, IMMUTABLE] = Field(description="Its name, COHORT-TEAM by convention")
    comment: str | None = Field(default=None, description="Shown in the web interface")


class PoolKind(ProxmoxKind[PoolSpec]):
    """Pools whose name begins with the cohort's, and those that are wanted by name."""

    name = "proxmox.pool"
    spec = PoolSpec
    title = "A pool of guests on Proxmox VE"

    def key(self, spec: PoolSpec) -> str:
        """The pool's name."""
        return spec.id

    def observe(self, scope: Scope) -> Observation:
        """One request."""
        wanted = {spec.id for spec in scope.specs()}
        teams = {f"{scope.cohort}-{team}": team for team in scope.teams}
        mine = (f"{scope.cohort}-", *(("",) if scope.foreign else ()))
        rows = [row for row in self.api.client.pools() if row["poolid"] in wanted or str(row["poolid"]).startswith(mine)]
        return Observation(tuple(_observed(row, teams.get(row["poolid"])) for row in rows))

    def read(self, spec: PoolSpec, handle: Mapping[str, JsonValue]) -> Observed | None:  # noqa: ARG002 - the name is all there is to find it by
        """The pool, or None."""
        try:
            return _observed(self.api.client.pool(spec.id), None)
        except NotFoundError:
            return None

    def needs(self, change: Change, asking: Asking) -> Needs:  # noqa: ARG002 - whatever is changed
        """Of every change the same."""
        yield WHOLE, right(f"/pool/{change.address.key}", "Pool.Allocate")

    def create(self, spec: PoolSpec) -> Observed | None:
        """Make it; raises AlreadyExistsError."""
        self.api.client.create_pool(spec.id, spec.comment)
        return self.read(spec, {})

    def update(self, observed: Observed, spec: PoolSpec, diffs: Sequence[FieldDiff]) -> Observed | None:  # noqa: ARG002 - only one field can differ
        """Change its comment."""
        self.api.client.update_pool(spec.id, spec.comment or "")
        return self.read(spec, {})


def _observed(row: Mapping[str, Any], team: str | None) -> Observed:
    poolid = str(row["poolid"])
    return Observed(Address(PoolKind.name, poolid), {"id": poolid, "comment": str(row.get("comment", ""))}, {"id": poolid}, team=team)
