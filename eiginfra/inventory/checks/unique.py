"""Things that may be given once: a clash names all places, and blames neither of two teams."""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from eiginfra.core.finding import Finding, Location, error

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
