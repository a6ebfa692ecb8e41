"""Who is in a team, with the access that was seen."""

from eiginfra.handouts.context import HandoutContext
from eiginfra.handouts.language import Language
from eiginfra.handouts.names import person_page_name
from eiginfra.handouts.page import Break, Code, Column, Inline, PageLink, Paragraph, Section, Status, Table, Text
from eiginfra.handouts.sections.access import access_status
from eiginfra.handouts.views.access import AccessSort
from eiginfra.handouts.views.team_view import PersonView, TeamView

_SHOWN: tuple[AccessSort, ...] = ("gitlab_role", "proxmox", "gateway")
"""Each in a column of its own; an account on GitLab that is not open is told with the role there."""


def people_section(view: TeamView, context: HandoutContext) -> Section:
    """Members, mentors, then whoever else has access; the first two with a link to their own pages, where there are such."""
    words = context.language.words
    if not view.people:
        return Section("team", words["team"], (Paragraph(words["nobody"]),))
    seen = [
        sort for sort in _SHOWN if sort == "gitlab_role" or any(check.sort == sort for person in view.people for check in person.checks)
    ]
    titles = ["username", "place", *(f"column_{sort}" for sort in seen), "last_day"]
    rows = tuple(_row(person, seen, view, context) for person in view.people)
    table = Table(words["people_caption"], tuple(Column(words[title]) for title in titles), rows)
    return Section("team", words["team"], (table, Paragraph(words["access_help"])))


def _row(person: PersonView, seen: list[AccessSort], view: TeamView, context: HandoutContext) -> tuple[Text, ...]:
    language, words = context.language, context.language.words
    linked = context.persons and person.place != "other"
    name = PageLink(person_page_name(view.team.id, person.username), person.username) if linked else Code(person.username)
    last_day: Text = (language.date(person.last_day),) if person.last_day else words["no_end"]
    return (
        (name, *((Break(), person.name) if person.name else ())),
        words[person.place],
        *(_seen(person, sort, language) for sort in seen),
        last_day,
    )


def _seen(person: PersonView, sort: AccessSort, language: Language) -> tuple[Inline, ...]:
    if person.place == "other":
        return (Status(person.access or "", "warn"),) if sort == "gitlab_role" else ("–",)
    checks = [check for check in person.checks if check.sort == sort]
    if sort == "gitlab_role":
        checks += [check for check in person.checks if check.sort == "gitlab_account" and not check.given]
    if not checks:
        return (Status(language.words["state_role_none"], "warn"),) if sort == "gitlab_role" else ("–",)
    return tuple(part for check in checks for part in (Break(), access_status(check, language)))[1:]
