"""What the engine asks of a journal; `eiginfra.journal` keeps one in a database."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from pydantic import JsonValue

from eiginfra.core.address import Address
from eiginfra.core.change import Change
from eiginfra.core.plan import PlanMeta
from eiginfra.core.resource import Record


class Journal(Protocol):
    """History and last-applied specs; safe to call from several threads. Losing it loses causes, never the world."""

    def records(self, cohort: str) -> Mapping[Address, Record]:
        """What was last applied, of every resource of the cohort still under management."""
        ...

    def history(self, cohort: str) -> Sequence[Record]:
        """Every record there ever was, of all cohorts that share the journal: for numbers that are not used twice."""
        ...

    def lock(self, purpose: str) -> AbstractContextManager[None]:
        """Keep other runs out; raises LockedError, which says who holds it and since when. The kernel or server frees it at death."""
        ...

    def begin(self, meta: PlanMeta, command: str) -> int:
        """Open a run; returns its number."""
        ...

    def intend(self, run: int, change: Change) -> int:
        """Write down, before the first request, what is about to be done; returns the intent's number."""
        ...

    def succeed(self, intent: int, values: Mapping[str, JsonValue], handle: Mapping[str, JsonValue], *, made: bool) -> None:
        """The change was done and verified: the values become the last applied ones (a deletion ends the record)."""
        ...

    def fail(self, intent: int, reason: str, outcome: str) -> None:
        """The change was not done: `outcome` is failed, refused or skipped."""
        ...

    def finish(self, run: int, outcome: str) -> None:
        """Close a run."""
        ...

    def forget(self, cohort: str, address: Address) -> bool:
        """Drop the record of a resource, leaving the object alone; False if there was none."""
        ...
