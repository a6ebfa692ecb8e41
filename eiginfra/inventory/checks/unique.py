"""Things that may be given once: a clash names all places, and blames neither of two teams or cohorts."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from eiginfra.core.finding import Finding, Location, error
from eiginfra.inventory.cohort import Cohort

K = TypeVar("K", bound=str | int)
Say = Callable[..., Finding]


class Taken(Generic[K]):
    """Remembers where each key was given first, and by which team."""

    def __init__(self, code: str) -> None:
        self._code = code
        self._first: dict[K, tuple[Location, str | None]] = {}

    def take(self, key: K, where: Location, team: str | None = None) -> list[Finding]:
        """A finding if the key was given before. In one team the second place is the one to change; of two teams, either."""
        first, other = self._first.setdefault(key, (where, team))
        if first is where:
            return []
        if other == team:
            return [error(self._code, name=key, teams=[], location=where, also=(first,), team=team)]
        return [error(self._code, name=key, teams=sorted(filter(None, (other, team))), location=first, also=(where,))]


@dataclass(frozen=True)
class Unique(Generic[K]):
    """A sort of key that is given once on a site. uses: where a cohort gives which key, and in which team."""

    code: str
    uses: Callable[[Cohort], Iterator[tuple[K, Location, str]]]
    say: Say = error

    def within(self, cohort: Cohort) -> Iterator[Finding]:
        """A finding for each key that a cohort gives again."""
        taken = Taken[K](self.code)
        for key, where, team in self.uses(cohort):
            yield from taken.take(key, where, team)

    def across(self, cohort: Cohort, siblings: Iterable[Cohort]) -> Iterator[Finding]:
        """A finding for each key of the cohort that a sibling gives too."""
        own: dict[K, tuple[Location, str]] = {}
        for key, where, team in self.uses(cohort):
            own.setdefault(key, (where, team))
        for sibling in siblings:
            for key, there, other in self.uses(sibling):
                if key in own:
                    where, team = own[key]
                    teams = sorted((f"{cohort.id}/{team}", f"{sibling.id}/{other}"))
                    yield self.say(self.code, name=key, teams=teams, location=where, also=(there,), team=team)
