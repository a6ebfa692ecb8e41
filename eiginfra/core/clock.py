"""The one source of today."""

from datetime import UTC, date, datetime


class Clock:
    """The real time, or noon UTC of a fixed day (`--as-of`, `as_of:`)."""

    def __init__(self, as_of: date | None = None) -> None:
        self._as_of = as_of

    @property
    def fixed(self) -> bool:
        """True when the day was given rather than read."""
        return self._as_of is not None

    def today(self) -> date:
        """The day all rules about dates go by."""
        return self._as_of or datetime.now(UTC).date()

    def now(self) -> datetime:
        """The real instant in UTC: for the journal, which tells when things were really done."""
        return datetime.now(UTC)
