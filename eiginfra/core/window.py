"""Hours of the day in which something may happen, written `03:00-05:00`; over midnight, too."""

from datetime import datetime, time


def within(window: str, moment: datetime) -> bool:
    """Whether a moment lies in the window, by the moment's own time zone; the window's end is not part of it."""
    first, last = (time.fromisoformat(part) for part in window.split("-"))
    now = moment.time()
    return first <= now < last if first < last else now >= first or now < last
