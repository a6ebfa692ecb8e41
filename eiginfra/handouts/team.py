"""A team's handout."""

from collections.abc import Iterator
from dataclasses import replace

from eiginfra.handouts.context import HandoutContext
from eiginfra.handouts.names import team_page_name
from eiginfra.handouts.page import Block, Page, Paragraph, Section, Terms, Text
from eiginfra.handouts.sections.asking import contacts_section, rules_section
from eiginfra.handouts.sections.connect import connect_section
from eiginfra.handouts.sections.dates import dates_section
from eiginfra.handouts.sections.gitlab import gitlab_section
from eiginfra.handouts.sections.machines import machines_section
from eiginfra.handouts.sections.people import people_section
from eiginfra.handouts.sections.public import public_section
from eiginfra.handouts.sections.quota import quota_section
from eiginfra.handouts.view import TeamView


def team_page(view: TeamView, context: HandoutContext) -> Page:
    """All that a team has and has to know; without the day on which it was seen (`dated`)."""
    team, words = view.team, context.language.words
    page = context.page(
        team_page_name(team.id), team.title, team.administration, tuple(_blocks(view, context)), description=team.description
    )
    return replace(page, contents=words["contents"])


def _blocks(view: TeamView, context: HandoutContext) -> Iterator[Block]:
    language, gateway = context.language, context.site.file.gateway
    yield Paragraph(language.words["welcome"])
    yield _essentials(view, context)
    yield people_section(view, context)
    yield dates_section(context)
    yield gitlab_section(view, language)
    yield machines_section(view, language)
    yield quota_section(view.quota, language)
    yield connect_section(view, context)
    if (published := public_section(view, language, gateway=gateway is not None)) is not None:
        yield published
    yield rules_section(language)
    yield contacts_section(view.contacts, language)


def _essentials(view: TeamView, context: HandoutContext) -> Section:
    team, language, words, cohort = view.team, context.language, context.language.words, context.cohort.file
    pairs: list[tuple[str, Text]] = [(words["administration"], team.administration)]
    pairs += [(words["town"], team.town)] if team.town else []
    pairs += [
        (words["cohort"], cohort.title),
        (words["dates"], language.text("from_to", language.date(cohort.starts), language.date(cohort.ends))),
    ]
    description: tuple[Block, ...] = (Paragraph(team.description),) if team.description else ()
    return Section("essentials", words["essentials"], (*description, Terms(tuple(pairs))))
