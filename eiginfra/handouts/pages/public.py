"""What everybody may see: what is personal or internal is taken away before any page is composed, so that none can show it."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from eiginfra.core.activity import ProjectActivity
from eiginfra.core.address import Address
from eiginfra.core.resource import Observed
from eiginfra.handouts.facts import Facts
from eiginfra.handouts.openness.checklist import website_of
from eiginfra.inventory.cohort import Cohort, CohortFile
from eiginfra.inventory.contacts import Contact, Correspondents
from eiginfra.inventory.model import Member, Mentor, Team
from eiginfra.inventory.pages import Pages
from eiginfra.inventory.site import Site, SiteFile

P = TypeVar("P", Member, Mentor)


def public_part(cohort: Cohort, site: Site, facts: Facts) -> tuple[Cohort, Site, Facts]:
    """The cohort, its site and what was seen of them, as far as they are for everybody.

    Of people only who wrote `public: true`, by their names and skills. Of projects only those that the server shows to everybody. Of
    contacts the cohort's, by their roles. No machine, account, quota or difference, nothing of the site, and no author of a change.
    """
    closed = {address for address, found in facts.activity.items() if found.visibility != "public"}
    seen = [_project(each) for each in facts.observed if _is_open(each) and each.address not in closed]
    shown = {each.address for each in seen}
    names = {(each.team, each.address.key.rpartition("/")[2].casefold()) for each in seen}
    teams = tuple(_team(team, {name for of, name in names if of == team.id}) for team in cohort.teams)
    activity = {address: _activity(found) for address, found in facts.activity.items() if address in shown}
    known = Facts(
        day=facts.day,
        is_today=facts.is_today,
        observed=seen,
        activity=activity,
        opened={address: at for address, at in facts.opened.items() if address in shown},
        websites={url: facts.websites[url] for url in _websites(teams, activity) if url in facts.websites},
    )
    file = Cohort(_file(cohort.file), teams, cohort.document, stylesheet=cohort.stylesheet)
    return file, Site("", SiteFile(), site.document), known


def _is_open(each: Observed) -> bool:
    return each.address.kind == "gitlab.project" and each.values.get("visibility") == "public"


def _file(file: CohortFile) -> CohortFile:
    """Only what is named here is kept, so that a new key is internal until somebody decides otherwise."""
    return CohortFile.model_construct(
        cohort=file.cohort,
        title=file.title,
        starts=file.starts,
        ends=file.ends,
        language=file.language,
        programme=file.programme,
        contacts=tuple(Contact.model_construct(role=contact.role, email="", url=None) for contact in file.contacts),
        events=tuple(event.model_copy(update={"url": None}) for event in file.events),
        pages=Pages.model_construct(title=file.pages.title, public=file.pages.public),
        theme=file.theme,
    )


def _team(team: Team, projects: set[str]) -> Team:
    return Team.model_construct(
        id=team.id,
        title=team.title,
        administration=team.administration,
        description=team.description,
        town=team.town,
        members=tuple(_person(person) for person in team.members if person.public),
        mentors=tuple(_person(person) for person in team.mentors if person.public),
        projects=tuple(project for project in team.projects if project.name.casefold() in projects),
        contacts=Correspondents(),
        data=team.data,
    )


def _person(person: P) -> P:
    """By the name; the user name only where there is no other."""
    return type(person).model_construct(
        username=person.name or person.username, name=person.name, email="", skills=person.skills, public=True
    )


def _project(each: Observed) -> Observed:
    values = {name: each.values[name] for name in ("title", "visibility") if name in each.values}
    facts = {name: each.facts[name] for name in ("web_url",) if name in each.facts}
    return Observed(each.address, values, team=each.team, facts=facts)


def _activity(found: ProjectActivity) -> ProjectActivity:
    """Without authors, and without what the server shows to members only."""
    hidden = found.members_only
    blank: Mapping[str, object] = {
        name: getattr(_NOTHING, name) for name in hidden & _NOTHING.__dataclass_fields__.keys() - {"url", "visibility", "members_only"}
    }
    known = replace(found, **blank, unread=found.unread | hidden, members_only=frozenset())  # type: ignore[arg-type]  # its own fields
    return replace(known, merged=tuple(replace(each, author="") for each in known.merged))


_NOTHING = ProjectActivity(url="", visibility="public")


def _websites(teams: tuple[Team, ...], activity: Mapping[Address, ProjectActivity]) -> Iterator[str]:
    for seen in activity.values():
        if seen.website:
            yield seen.website
    for team in teams:
        for project in team.projects:
            if found := website_of(project, None):
                yield found
