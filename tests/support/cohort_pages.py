"""The cohort's pages, for its people and for everybody, of the cohort that `handout_pages` has, with all that servers tell for them."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache

from support.handout_pages import ADLER, COHORT, DAY, EMPTY, SITE, STANDING
from support.lab_activity import CONTRIBUTING, LICENSE, README
from support.nowhere import Nowhere

from eiginfra.core.activity import Call, Contribution, ProjectActivity, ProjectRelease
from eiginfra.core.address import Address
from eiginfra.core.change import Action, Cause, Change, FieldDiff
from eiginfra.core.utilisation import Host, Series, Utilisation
from eiginfra.core.values import ByteSize
from eiginfra.core.website import WebsiteAnswer
from eiginfra.handouts.facts import Facts, PastAction
from eiginfra.handouts.pages.build import cohort_pages, pages_context
from eiginfra.handouts.pages.context import Audience
from eiginfra.handouts.rendering.html import render_html
from eiginfra.inventory.cohort import Cohort, CohortFile
from eiginfra.inventory.model import Team
from eiginfra.inventory.site import Site, SiteFile

AUDIENCES: tuple[Audience, ...] = ("internal", "public")
NOON = datetime(DAY.year, DAY.month, DAY.day, 12, tzinfo=UTC)
PROJECT = Address("gitlab.project", "eig/eig3/adler/api")
MACHINE = Address("proxmox.container", "eig3/adler/web")
WEBSITE = "https://adler.example.org/"
URL = "https://gitlab.example.org/eig/eig3/adler/api"
PERSON = {
    "username": "adler-3",
    "name": "Camille Dupont",
    "email": "adler-3@example.org",
    "skills": ["Python", "cartographie"],
    "public": True,
}
PROJECTS = [
    {
        "name": "api",
        "title": "API ADLER",
        "visibility": "public",
        "license": "MIT",
        "website": WEBSITE,
        "topics": ["python"],
        "reusable": "Lit des dates",
    },
    {"name": "carte"},
]
DATA = [{"title": "Dates de l’été", "url": "https://data.example.org/dates", "license": "etalab-2.0", "description": "Toutes les dates"}]
TEAM = {**ADLER, "members": [*ADLER["members"], PERSON], "projects": PROJECTS, "data": DATA}
MORE = {
    "events": [{"title": "Session d’accompagnement", "starts": "2019-10-14", "ends": "2019-10-15", "place": "Paris"}],
    "pages": {
        "internal": {"project": "eig/pages", "url": "https://intern.example.org/"},
        "public": {"project": "eig/open", "url": "https://eig3.example.org/"},
    },
    "exceptions": [{"project": "carte", "team": "adler", "reason": "security", "who": "DINUM", "until": "2020-02-20"}],
}
RELEASE = ProjectRelease("API 1.0", "v1.0", NOON - timedelta(days=3), f"{URL}/-/releases/v1.0")
MERGED = Contribution("Corrige une faute", "passante-1", NOON - timedelta(days=2), f"{URL}/-/merge_requests/1", outside=True, first=True)
ACTIVITY = ProjectActivity(
    url=URL,
    visibility="public",
    description="Lit des dates",
    website=WEBSITE,
    topics=("python", "dates"),
    default_branch="main",
    created=NOON - timedelta(days=20),
    last_commit=NOON - timedelta(days=1),
    released=RELEASE,
    releases=(RELEASE,),
    merged=(MERGED,),
    calls=(Call("Relire la traduction", "help wanted", NOON - timedelta(days=4), f"{URL}/-/issues/2"),),
    open_issues=4,
    languages={"Python": 80.0, "JavaScript": 20.0},
    files={"README": README.format(title="API"), "LICENSE": LICENSE, "CONTRIBUTING": CONTRIBUTING},
)
FACTS = Facts(
    day=DAY,
    observed=STANDING,
    changes=(
        Change(
            address=PROJECT,
            action=Action.UPDATE,
            cause=Cause.DRIFT,
            team="adler",
            diffs=(FieldDiff(field="visibility", before="private", after="public"),),
        ),
    ),
    done=(
        PastAction(NOON, 2, "eig-link", Action.CREATE, MACHINE, "adler", "done"),
        PastAction(NOON - timedelta(days=1), 1, "eig-link", Action.UPDATE, Address("gitlab.members", "eig/eig3/adler"), "adler", "failed"),
    ),
    activity={PROJECT: ACTIVITY},
    utilisation={MACHINE: Utilisation(NOON - timedelta(days=30), NOON, 100, 1.0, NOON, Series(0.1, 0.9), Series(2.0**28, 2.0**29))},
    hosts=(Host("eig", 12, ByteSize(2**35), ByteSize(2**40), ByteSize(2**34), ByteSize(2**39)),),
    websites={WEBSITE: WebsiteAnswer(WEBSITE, "fails", 502, "status")},
)


@cache
def cohort_html(language: str) -> Mapping[str, str]:
    """HTML of all pages by audience and name, as `public-catalogue`."""
    file = CohortFile.model_validate({**COHORT, **MORE, "language": language})
    cohort = Cohort(file, tuple(Team.model_validate(team) for team in (TEAM, EMPTY)), Nowhere())
    site = Site("lab", SiteFile.model_validate(SITE), Nowhere())
    contexts = [pages_context(cohort, site, FACTS, language, audience) for audience in AUDIENCES]
    return {f"{context.audience}-{page.name}": render_html(page) for context in contexts for page in cohort_pages(context)}
