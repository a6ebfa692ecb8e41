"""Whose a guest is. Its marker is text that its team may write: a hint, which must agree with what teams cannot write.

That is the pool that the guest is in, and the number that the journal remembers. Where they disagree the guest is nobody's but its pool's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from eiginfra.core.resource import Record, Scope
from eiginfra.providers.proxmox.guests.spec import GuestSpec

KINDS = ("proxmox.container", "proxmox.vm")


@dataclass(frozen=True)
class Proof:
    """What is known of a cohort's guests besides their text.

    pools: the pool of each marker that is wanted or on record; former: the marker before a rename; known: the marker of each number that
    the journal remembers; records: whether it remembers anything.
    """

    pools: Mapping[str, str] = field(default_factory=dict)
    former: Mapping[str, str] = field(default_factory=dict)
    known: Mapping[int, str] = field(default_factory=dict)
    records: bool = False

    @classmethod
    def of(cls, scope: Scope, before: "Proof | None" = None) -> "Proof":
        """From what is observed for; a scope without records keeps those that were known before."""
        before = before or cls()
        resources = [item for item in (*scope.everything.values(), *scope.resources) if isinstance(item.spec, GuestSpec)]
        recorded = {record.address: record for record in (*scope.recorded.values(), *scope.records) if record.address.kind in KINDS}
        records = list(recorded.values())
        on_record = {record.address.key: str(record.values["pool"]) for record in records if record.values.get("pool")}
        wanted = {item.spec.mark: item.spec.pool for item in resources if isinstance(item.spec, GuestSpec)}
        former = {item.address.key: item.was.key for item in resources if item.was is not None}
        marks = {vmid: record.address.key for record in records if (vmid := number_of(record)) is not None}
        return cls(
            {**before.pools, **on_record, **wanted},
            {**before.former, **former},
            marks or before.known,
            records=before.records or bool(scope.recorded) or bool(scope.records),
        )

    def pool(self, mark: str) -> str:
        """Where a guest with that marker must be; by convention COHORT-TEAM where nothing is known of it."""
        cohort, team, _ = mark.split("/")
        return self.pools.get(mark) or self.pools.get(self.former.get(mark, "")) or f"{cohort}-{team}"

    def agrees(self, mark: str, vmid: int, pool: str | None) -> bool:
        """Whether a guest is the one that its marker names: the journal says so of its number, or knows it not, and its pool is right."""
        mine = self.known.get(vmid)
        return pool == self.pool(mark) if mine is None else mine in (mark, self.former.get(mark))


def number_of(record: Record) -> int | None:
    """The number of a recorded guest; of one that a killed run was about to make, the number that it was to have."""
    vmid = record.handle.get("vmid", record.values.get("id"))
    return vmid if isinstance(vmid, int) else None
