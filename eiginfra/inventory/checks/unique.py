"""Things that may be given once: a clash names all places, and blames neither of two teams or cohorts."""

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from eiginfra.core.finding import Finding, Location, Severity, error
from eiginfra.inventory.cohort import Cohort

K = TypeVar("K", bound=Hashable)


class Taken(Generic[K]):
    """Remembers where each key was given first, and by which team."""

    def __init__(self, code: str, say: Callable[[K], str], remedy: str) -> None:
        self._code = code
        self._say = say
        self._remedy = remedy
        self._first: dict[K, tuple[Location, str | None]] = {}

    def take(self, key: K, where: Location, team: str | None = None) -> list[Finding]:
        """A finding if the key was given before. In one team the second place is the one to change; of two teams, either."""
        first, other = self._first.setdefault(key, (where, team))
        if first is where:
            return []
        if other == team:
            return [error(self._code, self._say(key), remedy=self._remedy, location=where, also=(first,), team=team)]
        both = " and by ".join(sorted(filter(None, (other, team))))
        return [error(self._code, f"{self._say(key)}, by {both}", remedy=self._remedy, location=first, also=(where,))]


@dataclass(frozen=True)
class Unique(Generic[K]):
    """A sort of key that is given once on a site. uses: where a cohort gives which key, and in which team."""

    code: str
    say: Callable[[K], str]
    remedy: str
    uses: Callable[[Cohort], Iterator[tuple[K, Location, str]]]
    severity: Severity = Severity.ERROR

    def within(self, cohort: Cohort) -> Iterator[Finding]:
        """A finding for each key that a cohort gives again."""
        taken = Taken(self.code, self.say, self.remedy)
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
                    both = " and by ".join(sorted((f"{cohort.id}/{team}", f"{sibling.id}/{other}")))
                    yield Finding(
                        severity=self.severity,
                        code=self.code,
                        message=f"{self.say(key)}, by {both}",
                        remedy=self.remedy,
                        location=where,
                        also=(there,),
                        team=team,
                    )
