"""Bars: how much of a limit is used, in signs that every terminal and Markdown show."""

WIDTH = 20


def bar(used: int, limit: int | None, width: int = WIDTH) -> str:
    """`██████░░░░`; full where the limit is reached or passed, at least one sign where anything is used; nothing without a limit."""
    if limit is None:
        return ""
    full = width if used >= limit else max(width * used // limit, 1 if used else 0)
    return "█" * (full if limit or used else 0) + "░" * (width - (full if limit or used else 0))
