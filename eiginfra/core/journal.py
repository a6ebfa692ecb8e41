"""What the engine asks of a journal; `eiginfra.journal` keeps one in a database."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from pydantic import JsonValue

from eiginfra.core.address import Address
from eiginfra.core.change import Change
from eiginfra.core.plan import PlanMeta
from eiginfra.core.reason import Reason
from eiginfra.core.resource import Record


@dataclass(frozen=True)
class Reached:
    """What a change came to, for the record; values None: the object is gone, and its record ends.

    values: those that were verified, field by field. was: the former address of a renamed object, whose record ends too. ends: whether
    the record ends with this, the last step of a decommission; its history stays.
    """

    values: Mapping[str, JsonValue] | None
    handle: Mapping[str, JsonValue] = field(default_factory=dict)
    created: bool = False
    protect: bool = False
    was: Address | None = None
    ends: bool = False


class Journal(Protocol):
    """History and records; safe to call from several threads. If it is lost, causes are unknown, and nothing else is lost."""

    def records(self, cohort: str) -> Mapping[Address, Record]:
        """What was last applied, of every resource of the cohort still under management."""
        ...

    def known(self, cohort: str) -> Mapping[Address, Record]:
        """The records, with what killed runs had begun: what a plan goes by."""
        ...

    def others(self, known: Collection[str]) -> Sequence[Record]:
        """What is under management of all cohorts but the known ones."""
        ...

    def history(self, cohort: str) -> Sequence[Record]:
        """Every record there ever was, of all cohorts that share the journal: for numbers that are not used twice."""
        ...

    def lock(self, purpose: str) -> AbstractContextManager[None]:
        """Keep other runs out; raises LockedError, which says who holds it and since when. The kernel or server frees it at death."""
        ...

    def begin(self, meta: PlanMeta, command: str, fingerprint: str | None = None) -> int:
        """Open a run; returns its number."""
        ...

    def together(self) -> AbstractContextManager[None]:
        """Make one write of all that this thread writes inside: durable when the block ends, or not at all."""
        ...

    def intend(self, run: int, change: Change) -> int:
        """Write down, before the first request, what is about to be done; returns the intent's number."""
        ...

    def settle(self, intent: int, outcome: str, reason: Reason | None = None, reached: Reached | None = None) -> None:
        """How a change ended: `outcome` is done, waiting, failed, refused or skipped. reached: what the object is known to be now."""
        ...

    def finish(self, run: int, outcome: str) -> None:
        """Close a run."""
        ...

    def forget(self, cohort: str, address: Address) -> bool:
        """Drop the record of a resource, leaving the object alone; False if there was none."""
        ...
