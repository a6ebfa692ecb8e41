"""Decommission: the ordered steps by which an object goes after it left the inventory; the same model for every kind."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from pydantic import JsonValue


class Trigger(StrEnum):
    """When a step may be taken.

    APPLY: by a plain apply. PRUNE: with --prune. GRACE: with --prune, once the days of grace are over.
    """

    APPLY = "apply"
    PRUNE = "prune"
    GRACE = "grace"


@dataclass(frozen=True)
class Step:
    """One step of a decommission.

    does: what becomes of the object, a code (`disable`, `stop-and-back-up`, `archive`, `empty`, `delete`).
    values: the fields that the object has afterwards, brought about by `Kind.update`; None: it is removed by `Kind.delete`.
    cap: the removal cap of cohort.yml that it counts under ("members"). created_only: taken only of what eiginfra created.
    """

    does: str
    trigger: Trigger
    values: Mapping[str, JsonValue] | None = None
    cap: str | None = None
    created_only: bool = False


@dataclass(frozen=True)
class Decommission:
    """The steps, in order: the next one is the first that the object does not show yet.

    dated: the field that keeps the last day of grace, set by the step before the one that GRACE triggers. While the object shows the
    values of that step and its day is not over, it waits.
    """

    steps: tuple[Step, ...]
    dated: str | None = None

    @property
    def removes(self) -> bool:
        """Whether the object is gone in the end, and at once: only then can it be replaced."""
        return len(self.steps) == 1 and self.steps[0].values is None
