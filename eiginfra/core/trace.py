"""Traces: since when something is not as wanted, as far as eiginfra saw, and who did it, if a server recorded it."""

from datetime import UTC, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

EXISTS = "(exists)"
"""In the place of a field: that the object is there (True), or no longer (False)."""


class Moment(BaseModel):
    """When somebody looked: in a run of the journal or a round of the loop, by number."""

    model_config = ConfigDict(frozen=True)

    what: Literal["run", "round"]
    number: int
    at: datetime

    @property
    def time(self) -> str:
        """`2019-10-01 12:00`, in UTC."""
        return _time(self.at)


class Activity(BaseModel):
    """What an account did, in the server's own words ("resize"), as the server recorded it."""

    model_config = ConfigDict(frozen=True)

    what: str
    by: str
    at: datetime

    @property
    def time(self) -> str:
        """`2019-10-01 12:00`, in UTC."""
        return _time(self.at)


class Trace(BaseModel):
    """It was in order at one moment and first seen otherwise at another; None: nobody looked then, or now is the first time.

    activity: what others did in between that explains it, newest first; empty if no server recorded any.
    """

    model_config = ConfigDict(frozen=True)

    in_order: Moment | None = None
    seen: Moment | None = None
    activity: tuple[Activity, ...] = ()


def _time(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M}"
