"""All pages of one build."""

from eiginfra.handouts.facts import Facts
from eiginfra.handouts.page import Page
from eiginfra.handouts.pages.catalogue import catalogue_page
from eiginfra.handouts.pages.context import Audience, PagesContext
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


def cohort_pages(context: PagesContext) -> list[Page]:
    """The overview, one page a team, and one for each view of the whole cohort."""
    pages = [overview(context), projects_page(context), catalogue_page(context)]
    if context.internal:
        pages += [machines_page(context), sizing_page(context)]
    lead = context.say("calendar_lead")
    pages.append(context.page("calendar", context.say("page_calendar"), lead, calendar(context)))
    return [*pages, *team_pages(context)]
