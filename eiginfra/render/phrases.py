"""Phrases that several outputs share."""

from datetime import date

from eiginfra.core.plan import PlanMeta
from eiginfra.render.catalogue import Catalogue


def not_today(day: date, words: Catalogue, *, is_today: bool) -> str:
    """`as of 2019-10-01 (not today)` where the day was set by hand, else nothing."""
    return "" if is_today else words.say("as-of", day=day.isoformat())


def not_todays_plan(meta: PlanMeta, words: Catalogue) -> str:
    """The same of a plan."""
    return not_today(meta.as_of, words, is_today=meta.as_of_is_today)
