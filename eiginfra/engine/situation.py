"""All that a plan depends on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from eiginfra.core.address import Address
from eiginfra.core.resource import Observation, Record, Resource
from eiginfra.core.usage import Limits
from eiginfra.engine.guard import Allows


def _never(_address: Address, _team: str | None) -> bool:
    return False


def _anything(_field: str, _removed: int, _total: int) -> str | None:
    return None


@dataclass(frozen=True)
class Situation:
    """All that a plan depends on.

    resources: the selected ones; everything: all that the inventory compiles to. orphans_among: the teams in which what left the
    inventory is looked for: None for everywhere, empty when the selection does not allow to tell.
    switched_off: whether a condition of the playbook may be why a resource of a team is not wanted; it is then unmanaged, no orphan.
    restarting: whether what waits for a restart may have it now; window: the site's hours for that, if it is why.
    grace: how long what goes in steps is kept once it has left the inventory.
    known_as_new: teams that only look like renamed ones. creating: False outside the cohort's dates. allows: the removal caps.
    """

    resources: Sequence[Resource]
    everything: Sequence[Resource]
    observations: Mapping[str, Observation]
    records: Mapping[Address, Record] = field(default_factory=dict)
    history: Sequence[Record] = ()
    limits: Limits = field(default_factory=Limits)
    creating: bool = True
    orphans_among: frozenset[str] | None = frozenset()
    switched_off: Callable[[Address, str | None], bool] = _never
    prune: bool = False
    known_as_new: frozenset[str] = frozenset()
    restarting: bool = False
    window: str | None = None
    grace: timedelta = timedelta(days=30)
    replacing: frozenset[Address] = frozenset()
    allows: Allows = _anything
