"""A person's handout in a team: what concerns that person, and nobody else."""

from collections.abc import Iterator
from dataclasses import replace

from eiginfra.handouts.context import HandoutContext
from eiginfra.handouts.names import person_page_name, team_page_name
from eiginfra.handouts.page import Block, Code, Milestone, Page, PageLink, Section, Terms, Text
from eiginfra.handouts.sections.access import access_section
from eiginfra.handouts.sections.asking import who_section
from eiginfra.handouts.sections.connect import own_connect_section
from eiginfra.handouts.sections.dates import dates_section
from eiginfra.handouts.sections.machines import console_section, machines_section
from eiginfra.handouts.sections.texts import explained, text_section
from eiginfra.handouts.views.team_view import PersonView, TeamView


def person_page(person: PersonView, view: TeamView, context: HandoutContext) -> Page:
    """The access that was seen, how to connect, dates, whom to ask; without the day on which it was seen."""
    words, team = context.language.words, view.team
    page = context.page(
        person_page_name(team.id, person.username),
        person.name or person.username,
        (words[person.place], ", ", PageLink(team_page_name(team.id), team.title)),
        tuple(_blocks(person, view, context)),
        description=team.description,
        back=PageLink(team_page_name(team.id), team.title),
    )
    return replace(page, contents=words["contents"])


def _blocks(person: PersonView, view: TeamView, context: HandoutContext) -> Iterator[Block]:
    yield _essentials(person, view, context)
    yield from (section for section in _sections(person, view, context) if section is not None)


def _sections(person: PersonView, view: TeamView, context: HandoutContext) -> Iterator[Section | None]:
    """In the order in which they are needed."""
    language, member = context.language, person.place == "member"

    def text(name: str) -> Section | None:
        return text_section(name, view, context)

    yield access_section(person.checks, language)
    yield from map(text, ("first_day", "first_week", "first_month") if member else ("mentor",))
    if member:
        yield text("ssh_key")
        yield explained(own_connect_section(person, view, context), "connect", view, context)
        yield machines_section(replace(view, console=None), language)
        yield console_section(person, view, language)
    own = () if person.last_day is None or person.last_day >= context.cohort.file.ends else (_leaves(person, context),)
    yield dates_section(context, own)
    yield who_section(view, context)


def _leaves(person: PersonView, context: HandoutContext) -> Milestone:
    day = person.last_day or context.cohort.file.ends
    return Milestone(day, context.language.day(day), context.language.words["own_last_day"])


def _essentials(person: PersonView, view: TeamView, context: HandoutContext) -> Section:
    language, words, team = context.language, context.language.words, view.team
    last_day: Text = (language.date(person.last_day),) if person.last_day else words["no_end"]
    pairs: list[tuple[str, Text]] = [
        (words["user_name"], (Code(person.username),)),
        (words["team_name"], (PageLink(team_page_name(team.id), team.title),)),
        (words["administration"], team.administration),
        *([(words["town"], team.town)] if team.town else []),
        (words["last_day"], last_day),
    ]
    return Section("essentials", words["essentials"], (Terms(tuple(pairs)),))
