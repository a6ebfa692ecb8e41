"""Phrases that several outputs share."""

from datetime import date

from eiginfra.core.plan import PlanMeta


def many(count: int, noun: str) -> str:
    """`1 resource`, `2 resources`."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def not_today(day: date, *, is_today: bool) -> str:
    """`as of 2019-10-01 (not today)` where the day was set by hand, else nothing."""
    return "" if is_today else f"as of {day} (not today)"


def not_todays_plan(meta: PlanMeta) -> str:
    """The same of a plan."""
    return not_today(meta.as_of, is_today=meta.as_of_is_today)
