"""The cohort's dates, and what remains of its months."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from eiginfra.handouts.context import HandoutContext
from eiginfra.handouts.language import Language
from eiginfra.handouts.page import Milestone, Paragraph, Section, Text, Timeline
from eiginfra.inventory.programme import CohortEvent

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Remaining:
    """How many whole months remain, and since which day it is so many: a page changes once a month, not every day."""

    months: int
    since: date


def remaining(day: date, starts: date, ends: date) -> Remaining:
    """Of a time from one day to another, both included, as seen on a day."""
    day, over = min(max(day, starts), ends), ends + _DAY
    months = 0
    while _before(over, months + 1) >= day:
        months += 1
    return Remaining(months, max(starts, _before(over, months + 1) + _DAY))


def _before(day: date, months: int) -> date:
    """The same day of an earlier month, or its last one."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def dates_section(context: HandoutContext, own: Sequence[Milestone] = ()) -> Section:
    """The time line with the cohort's events, and what remains. own: further days of whom the page is for."""
    language, cohort, today = context.language, context.cohort.file, context.facts.day
    left = remaining(today, cohort.starts, cohort.ends)
    events = [_milestone(event, language) for event in cohort.events]
    milestones = [
        Milestone(cohort.starts, language.day(cohort.starts), language.words["begins"]),
        *sorted((*events, *own), key=lambda milestone: (milestone.day, milestone.words)),
        Milestone(cohort.ends, language.day(cohort.ends), language.words["finishes"]),
    ]
    line = Timeline(language.words["timeline"], cohort.starts, cohort.ends, left.since, tuple(milestones))
    return Section("dates", language.words["dates"], (Paragraph(_left(today, left, context)), line))


def _left(today: date, left: Remaining, context: HandoutContext) -> Text:
    language, cohort = context.language, context.cohort.file
    if today < cohort.starts:
        return language.text("not_begun", language.date(cohort.starts))
    if today > cohort.ends:
        return language.text("is_over", language.date(cohort.ends))
    if left.months == 0:
        return language.text("less_than_a_month", language.date(cohort.ends))
    return language.text("month_left" if left.months == 1 else "months_left", str(left.months), language.date(cohort.ends))


def _milestone(event: CohortEvent, language: Language) -> Milestone:
    first, last = event.starts, event.last_day
    shown = language.day(first) if first == last else language.words["from_to"] % (language.day(first), language.day(last))
    return Milestone(first, shown, f"{event.title} ({event.place})" if event.place else event.title)
