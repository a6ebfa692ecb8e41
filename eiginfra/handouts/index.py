"""The index of all handouts, for those who look after the teams."""

from eiginfra.core.usage import Usage
from eiginfra.handouts.context import HandoutContext
from eiginfra.handouts.names import INDEX, team_page_name
from eiginfra.handouts.page import Column, Page, PageLink, Section, Table, Text
from eiginfra.handouts.sections.asking import contacts_section
from eiginfra.handouts.sections.quota import quota_bars
from eiginfra.handouts.views.team_view import TeamView, quota


def index_page(context: HandoutContext) -> Page:
    """What exists, team by team, and what all use of the capacity; without the day on which it was seen (`looked_at`)."""
    language, words, cohort = context.language, context.language.words, context.cohort.file
    views = list(context.views.values())
    columns = [Column(words["team_name"]), Column(words["administration"])]
    columns += [Column(words[title], number=True) for title in ("with_access", "projects", "machines", "memory", "disk")]
    table = Table(words["teams_caption"], tuple(columns), tuple(_row(view, context) for view in views))
    capacity = quota(cohort.capacity, Usage.total(view.usage for view in views))
    blocks = (
        Section("teams", words["teams"], (table,)),
        Section("capacity", words["capacity"], (quota_bars(capacity, words["capacity_caption"], language),)),
        contacts_section(cohort.contacts, language),
    )
    return context.page(INDEX, words["index"], words["index_intro"], blocks, description=words["index_intro"])


def _row(view: TeamView, context: HandoutContext) -> tuple[Text, ...]:
    language, of = context.language, context.language.words["of"]
    people = [person for person in view.people if person.place != "other"]
    machines = [machine for machine in view.machines if machine.asked]
    projects = [project for project in view.projects if project.asked]
    counts = (
        of % (sum(person.access is not None for person in people), len(people)),
        of % (sum(project.made for project in projects), len(projects)),
        of % (sum(machine.made for machine in machines), len(machines)),
    )
    team = PageLink(team_page_name(view.team.id), view.team.title)
    return (team,), view.team.administration, *counts, language.size(view.usage.memory), language.size(view.usage.disk)
