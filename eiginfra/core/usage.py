"""Usage: what something takes of a quota or a capacity."""

from collections.abc import Iterable, Iterator
from typing import Self

from pydantic import BaseModel, ConfigDict

from eiginfra.core.finding import Location
from eiginfra.core.values import ByteSize

MEASURES = ("machines", "cores", "memory", "disk", "projects")


class Usage(BaseModel):
    """Amounts by measure; memory and disk in bytes. Adds and subtracts measure by measure."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    machines: int = 0
    cores: int = 0
    memory: ByteSize = ByteSize(0)
    disk: ByteSize = ByteSize(0)
    projects: int = 0

    def __add__(self, other: Self) -> "Usage":
        return Usage(
            machines=self.machines + other.machines,
            cores=self.cores + other.cores,
            memory=ByteSize(self.memory + other.memory),
            disk=ByteSize(self.disk + other.disk),
            projects=self.projects + other.projects,
        )

    def __sub__(self, other: Self) -> "Usage":
        return Usage(
            machines=self.machines - other.machines,
            cores=self.cores - other.cores,
            memory=ByteSize(self.memory - other.memory),
            disk=ByteSize(self.disk - other.disk),
            projects=self.projects - other.projects,
        )

    @classmethod
    def total(cls, usages: Iterable["Usage"]) -> "Usage":
        """The sum of all."""
        total = cls()
        for usage in usages:
            total = total + usage
        return total


class Limit(BaseModel):
    """The most that may be used; a measure left None is not limited."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    machines: int | None = None
    cores: int | None = None
    memory: ByteSize | None = None
    disk: ByteSize | None = None
    projects: int | None = None

    def exceeded(self, usage: Usage) -> Iterator[tuple[str, int, int]]:
        """Every measure that is over: its name, what is used, what is allowed."""
        for measure in MEASURES:
            allowed = getattr(self, measure)
            used = getattr(usage, measure)
            if allowed is not None and used > allowed:
                yield measure, used, allowed


class Limits(BaseModel):
    """What each team may use, what the whole cohort may, and where that is written.

    own: the measures that are written for a team alone. asked: where a team asks for something of a measure; granted: where its limit is;
    both by team and measure.
    """

    model_config = ConfigDict(frozen=True)

    teams: dict[str, Limit] = {}
    own: dict[str, Limit] = {}
    capacity: Limit | None = None
    asked: dict[tuple[str, str], Location] = {}
    granted: dict[tuple[str, str], Location] = {}
    capacity_location: Location | None = None
