"""A team's handout."""

from collections.abc import Iterator
from dataclasses import replace

from eiginfra.handouts.context import HandoutContext
from eiginfra.handouts.names import team_page_name
from eiginfra.handouts.page import Block, Items, Link, Page, Paragraph, Section, Terms, Text
from eiginfra.handouts.sections.asking import tools_section, who_section
from eiginfra.handouts.sections.change import change_section
from eiginfra.handouts.sections.connect import connect_section
from eiginfra.handouts.sections.dates import dates_section
from eiginfra.handouts.sections.gitlab import gitlab_section
from eiginfra.handouts.sections.machines import machines_section
from eiginfra.handouts.sections.people import people_section
from eiginfra.handouts.sections.public import public_section
from eiginfra.handouts.sections.quota import quota_section
from eiginfra.handouts.sections.still_needed import still_needed_section
from eiginfra.handouts.sections.texts import explained, text_blocks, text_section
from eiginfra.handouts.views.team_view import TeamView


def team_page(view: TeamView, context: HandoutContext) -> Page:
    """All that a team has and has to know; without the day on which it was seen (`dated`)."""
    team, words = view.team, context.language.words
    page = context.page(
        team_page_name(team.id), team.title, team.administration, tuple(_blocks(view, context)), description=team.description
    )
    return replace(page, contents=words["contents"])


def _blocks(view: TeamView, context: HandoutContext) -> Iterator[Block]:
    yield from text_blocks("welcome", view, context)
    yield _essentials(view, context)
    yield from (section for section in _sections(view, context) if section is not None)


def _sections(view: TeamView, context: HandoutContext) -> Iterator[Section | None]:
    """In the order in which they are needed."""
    language, gateway = context.language, context.site.file.gateway

    def text(name: str) -> Section | None:
        return text_section(name, view, context)

    yield text("programme")
    yield from map(text, ("first_day", "first_week", "first_month"))
    yield people_section(view, context)
    yield who_section(view, context)
    yield explained(dates_section(context), "calendar", view, context)
    yield gitlab_section(view, language)
    yield machines_section(view, language)
    yield quota_section(view.quota, language)
    yield still_needed_section(view.team.id, context.sizing, context.cohort, context.facts, language.code)
    yield text("ssh_key")
    yield explained(connect_section(view, context), "connect", view, context)
    yield public_section(view, language, gateway=gateway is not None)
    yield from map(text, ("server_rules", "backups"))
    yield change_section(view, context)
    yield tools_section(view, context)
    yield text("open_code")
    yield _open_data(view, context)
    yield from map(text, ("accessibility", "personal_data", "security", "afterwards", "departure"))


def _open_data(view: TeamView, context: HandoutContext) -> Section | None:
    """The text, and the sets that the team's file names."""
    sets = tuple((Link(each.url, each.title), f" ({each.license})") for each in view.team.data)
    blocks: tuple[Block, ...] = (Items(sets),) if sets else ()
    section = explained(Section("open-data", context.language.words["data_sets"], blocks), "open_data", view, context)
    found = text_section("open_data", view, context)
    title = section.title if found is None else found.title
    return replace(section, title=title) if section.blocks else None


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
