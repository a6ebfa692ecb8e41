"""What is coming, and what ends soon."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from eiginfra.handouts.page import Block, Items, Link, Milestone, Paragraph, Section, Table, Text, Timeline, parts
from eiginfra.handouts.pages.context import PagesContext

SOON: Final = timedelta(days=60)
"""How far ahead the overview looks."""


@dataclass(frozen=True)
class ComingEnd:
    """Something that ends on a day."""

    day: date
    text: Text


def time_line(context: PagesContext, *, now: date) -> Timeline:
    """The cohort's time, with its events."""
    file = context.cohort.file
    days = [
        (file.starts, context.say("cohort_starts")),
        *((event.starts, event.title) for event in file.events if file.starts <= event.starts <= file.ends),
        (file.ends, context.say("cohort_ends")),
    ]
    milestones = tuple(Milestone(day, context.language.day(day), said) for day, said in sorted(days, key=lambda each: each[0]))
    return Timeline(context.say("time_caption"), file.starts, file.ends, now, milestones)


def endings(context: PagesContext) -> list[ComingEnd]:
    """What ends within SOON, in order: accesses, exceptions to publication, the cohort."""
    today, until = context.facts.day, context.facts.day + SOON
    return sorted((each for each in _endings(context) if today <= each.day <= until), key=lambda each: each.day)


def _endings(context: PagesContext) -> Iterator[ComingEnd]:
    file = context.cohort.file
    yield ComingEnd(file.ends, context.say("cohort_ends"))
    for exception in file.exceptions:
        if exception.until is not None:
            yield ComingEnd(exception.until, context.text("exception_ends", exception.project))
    for view in context.views.values():
        for person in view.people:
            if person.last_day is not None and person.last_day != file.ends:
                yield ComingEnd(person.last_day, context.text("access_ends", person.name or person.username, context.team_link(view.team)))


def what_ends(context: PagesContext) -> list[Block]:
    """What ends soon, as a list."""
    found = endings(context)
    if not found:
        return [Paragraph(context.say("nothing_ends"))]
    return [Items(tuple((context.day(each.day), context.say("colon") + " ", *parts(each.text)) for each in found))]


def calendar(context: PagesContext) -> list[Block]:
    """The calendar's page: all events, and the cohort's own days."""
    file = context.cohort.file
    rows = [
        (_linked(event.title, event.url), context.period(event.starts, event.last_day), event.place or "–")
        for event in sorted(file.events, key=lambda event: (event.starts, event.title))
    ]
    table = Table(context.say("events_caption"), context.columns("event", "dates", "place"), tuple(rows))
    return [Section("events", context.say("events"), (table if rows else Paragraph(context.say("no_events")),))]


def _linked(title: str, url: str | None) -> Text:
    return (Link(url, title),) if url else title
