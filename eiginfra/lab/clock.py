"""The lab's own time."""

from datetime import UTC, date, datetime, time, timedelta
from time import monotonic


class LabClock:
    """A clock that starts at a given instant and runs at the real pace, so that expiry and delayed deletion can be practised."""

    def __init__(self, start: datetime | None = None) -> None:
        self._start = start or datetime.now(UTC)
        self._origin = monotonic()

    @classmethod
    def at(cls, day: date | None) -> "LabClock":
        """A clock that starts at noon UTC of `day`; the real time when `day` is None."""
        return cls(None if day is None else datetime.combine(day, time(12), UTC))

    def now(self) -> datetime:
        """The lab's present instant, in UTC."""
        return self._start + timedelta(seconds=monotonic() - self._origin)

    def timestamp(self) -> float:
        """Seconds since 1970 on the lab's clock."""
        return self.now().timestamp()

    def today(self) -> date:
        """The lab's present day, in UTC."""
        return self.now().date()
