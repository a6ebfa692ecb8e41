"""All that was seen, once: what handouts and pages state, and nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from eiginfra.core.activity import ProjectActivity
from eiginfra.core.address import Address
from eiginfra.core.change import Action, Change
from eiginfra.core.resource import Observed
from eiginfra.core.utilisation import Host, Utilisation
from eiginfra.core.website import WebsiteAnswer


@dataclass(frozen=True)
class PastAction:
    """What was done to a resource, as the journal knows it; outcome: `done`, `waiting`, `failed` …, as there."""

    at: datetime
    run: int
    by: str
    action: Action
    address: Address
    team: str | None
    outcome: str


@dataclass(frozen=True)
class Facts:
    """What was seen on a day.

    observed: what exists, each with its team. day: on which it was seen; is_today: whether that is the real day. fingerprints: of the host
    keys that the gateway may show. changes: what differs from the files, and why; done: what was done, newest first. Empty for whoever
    did not ask for it: a page says nothing of what it needs not. opened: when projects became public, as far as the journal knows it.
    """

    day: date
    observed: Sequence[Observed] = ()
    is_today: bool = True
    fingerprints: Sequence[str] = ()
    changes: Sequence[Change] = ()
    done: Sequence[PastAction] = ()
    activity: Mapping[Address, ProjectActivity] = field(default_factory=dict)
    opened: Mapping[Address, datetime] = field(default_factory=dict)
    utilisation: Mapping[Address, Utilisation] = field(default_factory=dict)
    hosts: Sequence[Host] = ()
    websites: Mapping[str, WebsiteAnswer] = field(default_factory=dict)

    def of_team(self, team: str) -> list[Observed]:
        """What exists of a team."""
        return [each for each in self.observed if each.team == team]
