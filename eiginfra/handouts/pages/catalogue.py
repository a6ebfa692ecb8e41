"""The catalogue, so that teams find one another: what they work with, what others may take, who knows what."""

from collections.abc import Iterator

from eiginfra.handouts.catalogue import CatalogueProject, CohortCatalogue, cohort_catalogue
from eiginfra.handouts.page import Block, Inline, Link, Page, PageLink, Paragraph, Search, Section, Table, Text, joined
from eiginfra.handouts.pages.context import PagesContext, team_page


def catalogue_page(context: PagesContext) -> Page:
    """The page."""
    found = cohort_catalogue(context.cohort, context.facts, public=not context.internal)
    sections = list(_sections(context, found))
    blocks: list[Block] = [Paragraph(context.say("nothing_catalogued"))]
    if sections:
        blocks = [Search(context.say("search_catalogue"), context.say("search_none")), *sections]
    return context.page("catalogue", context.say("page_catalogue"), context.say("catalogue_lead"), blocks, script=bool(sections))


def _sections(context: PagesContext, found: CohortCatalogue) -> Iterator[Section]:
    stacks: list[tuple[Text, ...]] = [
        (each.name, context.say(f"stack_{each.sort}"), str(len(each.teams)), joined([_project(context, one) for one in each.projects]))
        for each in found.stacks
    ]
    components: list[tuple[Text, ...]] = [
        ((_project(context, each),), (context.team_link(each.team),), each.reusable, (Link(each.url, each.url),))
        for each in found.components
    ]
    skills: list[tuple[Text, ...]] = [
        (each.name, _listed([(f"{person.shown} (", context.team_link(person.team), ")") for person in each.people]))
        for each in found.skills
    ]
    near: list[tuple[Text, ...]] = [
        ((context.team_link(team),), _listed([(context.team_link(each.team), f" ({', '.join(each.shared)})") for each in teams]))
        for team, teams in found.near.items()
        if teams
    ]
    parts = (
        ("stacks", ("stack", "sort", "teams", "projects"), stacks),
        ("components", ("project", "team", "reusable", "address"), components),
        ("skills", ("skill", "people"), skills),
        ("near", ("team", "near"), near),
    )
    for key, titles, rows in parts:
        if rows:
            columns = context.columns(*titles, numbers=("teams",))
            yield Section(key, context.say(key), (Table(context.say(f"{key}_caption"), columns, tuple(rows)),))


def _project(context: PagesContext, project: CatalogueProject) -> Inline:
    """A link to the project's section on its team's page."""
    place = next(
        (seen.place for seen in context.projects[project.team] if seen.view.name.casefold() == project.name.casefold()), "projects"
    )
    return PageLink(team_page(project.team), project.title, place)


def _listed(entries: list[tuple[Inline, ...]]) -> tuple[Inline, ...]:
    return tuple(part for number, entry in enumerate(entries) for part in ((", ", *entry) if number else entry))
