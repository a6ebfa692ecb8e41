"""Things that may be given once: the second taker is told who was first."""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from eiginfra.core.finding import Finding, Location, error

K = TypeVar("K", bound=Hashable)


class Taken(Generic[K]):
    """Remembers where each key was given first."""

    def __init__(self, code: str, say: Callable[[K], str], remedy: str) -> None:
        self._code = code
        self._say = say
        self._remedy = remedy
        self._first: dict[K, Location] = {}

    def take(self, key: K, where: Location, team: str | None = None) -> list[Finding]:
        """A finding if the key was given before; the message names both places."""
        first = self._first.setdefault(key, where)
        if first is where:
            return []
        return [error(self._code, f"{self._say(key)}; first at {first}", remedy=self._remedy, location=where, team=team)]
