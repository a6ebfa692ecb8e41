"""All pages of one build."""

from dataclasses import replace
from pathlib import PurePath

from eiginfra.handouts.facts import Facts
from eiginfra.handouts.files.output_folder import PageFile
from eiginfra.handouts.page import Page
from eiginfra.handouts.pages.catalogue import catalogue_page
from eiginfra.handouts.pages.context import CHAPTERS, FEED, INDEX, Audience, PagesContext, team_page
from eiginfra.handouts.pages.dates import calendar
from eiginfra.handouts.pages.languages import PAGE_LANGUAGES
from eiginfra.handouts.pages.machines import machines_page, sizing_page
from eiginfra.handouts.pages.overview import overview
from eiginfra.handouts.pages.project import projects_page
from eiginfra.handouts.pages.public import public_part
from eiginfra.handouts.pages.team import team_pages
from eiginfra.inventory.cohort import Cohort
from eiginfra.inventory.site import Site


def pages_context(cohort: Cohort, site: Site, facts: Facts, language: str, audience: Audience) -> PagesContext:
    """What the pages of a build are made of; language: its code. For the public what is personal or internal is gone."""
    if audience == "public":
        cohort, site, facts = public_part(cohort, site, facts)
    return PagesContext(cohort, site, facts, PAGE_LANGUAGES[language], audience)


def page_files(context: PagesContext) -> list[PageFile]:
    """The files of all pages. The overview says the day of each look."""
    looking = replace(context.language, words={**context.language.words, "as_of": context.say("looked")})
    return [
        PageFile(PurePath(f"{page.name}.html"), page, looking if page.name == INDEX else context.language, looked_at=page.name == INDEX)
        for page in cohort_pages(context)
    ]


def is_of_pages(path: PurePath) -> bool:
    """Whether a build may have written a file of that name: its own, and no handout's."""
    return path.name == FEED or (path.suffix == ".html" and (path.stem in CHAPTERS or path.stem.startswith(team_page(""))))


def cohort_pages(context: PagesContext) -> list[Page]:
    """The overview, one page a team, and one for each view of the whole cohort."""
    pages = [overview(context), projects_page(context), catalogue_page(context)]
    if context.internal:
        pages += [machines_page(context), sizing_page(context)]
    lead = context.say("calendar_lead")
    pages.append(context.page("calendar", context.say("page_calendar"), lead, calendar(context)))
    return [*pages, *team_pages(context)]
