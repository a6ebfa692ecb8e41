"""What an import is asked for, and what it asks of the servers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from eiginfra.core.provider import Account
from eiginfra.core.resource import Observation, Resource


@dataclass(frozen=True)
class Wanted:
    """What is imported. cohort: its id. group: the GitLab group around the teams' groups; pools: a pattern of pools, `*` is the team's id.

    None: as the playbook names them. images: the images of single guests, by number, where nobody can know them. ends: None where the
    memberships tell it.
    """

    cohort: str
    starts: date
    ends: date | None = None
    title: str | None = None
    group: str | None = None
    pools: str | None = None
    images: Mapping[int, str] = field(default_factory=dict)


class Servers(Protocol):
    """The servers of a site, which are only read."""

    def knows(self, kind: str) -> bool:
        """Whether the site has the service of a kind."""
        ...

    def resource(self, kind: str, **values: Any) -> Resource:
        """A resource of a kind to look for, with these values of its spec."""
        ...

    def observe(self, kind: str, cohort: str, resources: Sequence[Resource] = ()) -> Observation:
        """What a kind sees: what belongs to a cohort, what of it is anybody's, and these resources. Raises as kinds do."""
        ...

    def accounts(self, people: Iterable[str]) -> Mapping[str, Mapping[str, Account]]:
        """The accounts that bear these user names: by the key under `people` in cohort.yml, then by name."""
        ...
