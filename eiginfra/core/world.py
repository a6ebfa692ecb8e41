"""What is known when a plan is made: all that `Kind.complete` and `Kind.assess` may use. Nothing is asked of a server here."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar, cast

from eiginfra.core.address import Address
from eiginfra.core.claim import Claims
from eiginfra.core.resource import Observation, Observed, Record, Resource

T = TypeVar("T")


@dataclass(frozen=True)
class World:
    """Immutable but for `completed`, which the planner fills in dependency order.

    wanted: the selected resources as the inventory writes them. observed: the objects of all kinds, renamed ones under their new address.
    absent: what is neither there nor created now. history: every record that there ever was, of all cohorts. creating: False outside the
    cohort's dates. claims: what the site's other cohorts want. completed: the resources that were completed so far.
    """

    wanted: Mapping[Address, Resource]
    observed: Mapping[Address, Observed]
    observations: Mapping[str, Observation]
    absent: Collection[Address]
    history: Sequence[Record]
    today: date
    creating: bool = True
    claims: Claims = field(default_factory=dict)
    completed: dict[Address, Resource] = field(default_factory=dict)
    _computed: dict[Callable[["World"], object], object] = field(default_factory=dict, repr=False, compare=False)

    def facts(self, kind: str) -> Any:
        """What the kind's observation kept for later; None if it was not observed. Its form is the kind's own."""
        seen = self.observations.get(kind)
        return None if seen is None else seen.facts

    def of(self, *kinds: str) -> list[Resource]:
        """The wanted resources of some kinds, without those that are absent."""
        return [item for item in self.wanted.values() if item.address.kind in kinds and item.address not in self.absent]

    def remaining(self, address: Address) -> Sequence[str]:
        """Who still has access to an object that cannot be reached, and should not."""
        seen = self.observations.get(address.kind)
        return () if seen is None else seen.remaining.get(address, ())

    def address_of(self, machine: Address) -> str | None:
        """The IP address of a machine, as it will be when the plan is carried out; None while nobody knows it.

        Of one that this plan does not look at: as it was last reached, in any cohort.
        """
        resource, seen = self.completed.get(machine), self.observed.get(machine)
        record = next((record for record in reversed(self.history) if record.address == machine), None)
        given = (
            None if resource is None or machine in self.absent else resource.values.get("address"),
            None if seen is None else seen.facts.get("address"),
            None if record is None else record.values.get("address"),
        )
        return next((value.partition("/")[0] for value in given if isinstance(value, str) and value[:1].isdigit()), None)

    def once(self, compute: Callable[["World"], T]) -> T:
        """The result of a pure function of this world, computed once: for what is assigned to many resources together, such as IDs."""
        if compute not in self._computed:
            self._computed[compute] = compute(self)
        return cast("T", self._computed[compute])
