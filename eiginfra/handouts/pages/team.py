"""A team's page."""

from collections.abc import Iterator

from eiginfra.handouts.page import Bar, Bars, Block, Code, Column, Link, Page, Paragraph, Section, Status, Table, Terms, Text
from eiginfra.handouts.pages.changes import differences, done_lately
from eiginfra.handouts.pages.context import PagesContext, team_page
from eiginfra.handouts.pages.machines import machine_table
from eiginfra.handouts.pages.overview import measured_columns, tone
from eiginfra.handouts.pages.people import correspondents, people_table
from eiginfra.handouts.pages.project import project_section
from eiginfra.handouts.views.team_view import QuotaView, TeamView


def team_pages(context: PagesContext) -> Iterator[Page]:
    """One for each team."""
    for view in context.views.values():
        blocks = [*_about(context, view), *_people(context, view), *_projects(context, view), *_data(context, view)]
        if context.internal:
            blocks += [*_machines(context, view), *_quota(context, view), *_changes(context, view)]
        yield context.page(team_page(view.team.id), view.team.title, view.team.description, blocks)


def _about(context: PagesContext, view: TeamView) -> Iterator[Block]:
    team = view.team
    pairs: list[tuple[str, Text]] = [(context.say("administration"), team.administration)]
    if team.town:
        pairs.append((context.say("town"), team.town))
    if context.internal:
        pairs += [(context.say("group"), (Link(group.url, group.path),)) for group in view.groups]
    yield Terms(tuple(pairs))


def _people(context: PagesContext, view: TeamView) -> Iterator[Block]:
    table = people_table(context, view)
    if table is not None:
        yield Section("people", context.say("people"), (table,))
    elif context.internal:
        yield Section("people", context.say("people"), (Paragraph(context.say("nobody")),))
    if context.internal and (found := correspondents(context, view.team)) is not None:
        yield Section("correspondents", context.say("correspondents"), (found,))


def _projects(context: PagesContext, view: TeamView) -> Iterator[Block]:
    sections = tuple(project_section(context, seen) for seen in context.projects[view.team.id])
    yield Section("projects", context.say("projects"), sections or (Paragraph(context.say("no_projects")),))


def _data(context: PagesContext, view: TeamView) -> Iterator[Block]:
    if not view.team.data:
        return
    rows = tuple(((Link(each.url, each.title),), each.license, each.description or "–") for each in view.team.data)
    columns = context.columns("data_set", "licence", "description")
    yield Section("data", context.say("data_sets"), (Table(context.say("data_caption"), columns, rows),))


def _machines(context: PagesContext, view: TeamView) -> Iterator[Block]:
    table = machine_table(context, (view,), of_team=True)
    blocks: list[Block] = [table] if table is not None else [Paragraph(context.say("no_machines"))]
    if view.public:
        rows: tuple[tuple[Text, ...], ...] = tuple(
            (
                (Link(each.url, each.name),) if each.url else each.name,
                context.text("port_of", str(each.port), Code(each.host)),
                (Status(context.say(each.state), "good" if each.state == "in_service" else "warn"),),
            )
            for each in view.public
        )
        columns = tuple(Column(context.say(title)) for title in ("public_name", "leads_to", "state"))
        blocks.append(Table(context.say("public_caption"), columns, rows))
    yield Section("machines", context.say("machines"), tuple(blocks))


def _quota(context: PagesContext, view: TeamView) -> Iterator[Block]:
    bars = tuple(
        Bar(
            context.say(row.measure),
            row.used / row.limit if row.limit else None,
            _amount(context, row),
            tone(row.used / row.limit) if row.limit else "plain",
        )
        for row in view.quota
    )
    yield Section("quota", context.say("quota"), (Bars(context.say("quota_caption"), measured_columns(context), bars),))


def _amount(context: PagesContext, row: QuotaView) -> str:
    used = context.language.amount(row.measure, row.used)
    if row.limit is None:
        return ", ".join((used, context.say("no_limit")))
    return context.of(used, context.language.amount(row.measure, row.limit))


def _changes(context: PagesContext, view: TeamView) -> Iterator[Block]:
    changes = [change for change in context.facts.changes if change.team == view.team.id]
    yield Section("differences", context.say("differences"), tuple(differences(context, changes, of_team=True)))
    done = [action for action in context.facts.done if action.team == view.team.id]
    yield Section("done", context.say("done_lately"), tuple(done_lately(context, done)))
