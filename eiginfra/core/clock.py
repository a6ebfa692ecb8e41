"""The only source of today."""

from datetime import UTC, date, datetime


class Clock:
    """The real time, or noon UTC of a fixed day (`--as-of`, `as_of:`)."""

    def __init__(self, as_of: date | None = None) -> None:
        self._as_of = as_of

    def today(self) -> date:
        """The day all rules about dates go by."""
        return self._as_of or datetime.now(UTC).date()

    @property
    def is_today(self) -> bool:
        """Whether that day is the real one."""
        return self.today() == self.now().date()

    def now(self) -> datetime:
        """The real instant in UTC: for the journal, which tells when things were really done."""
        return datetime.now(UTC)
