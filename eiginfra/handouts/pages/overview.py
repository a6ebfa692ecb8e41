"""The first page: the whole cohort at a glance."""

from collections.abc import Iterator

from eiginfra.core.usage import Usage
from eiginfra.handouts.openness import progress
from eiginfra.handouts.page import Bar, Bars, Block, Column, Page, Paragraph, Search, Section, Table, Terms, Text, Tone
from eiginfra.handouts.pages.changes import differences, done_lately
from eiginfra.handouts.pages.context import INDEX, PagesContext
from eiginfra.handouts.pages.dates import time_line, what_ends
from eiginfra.handouts.pages.news import latest
from eiginfra.handouts.pages.people import contacts
from eiginfra.handouts.views.team_view import TeamView, quota

NEARLY = 0.85
"""The share from which something counts as nearly full."""


def overview(context: PagesContext) -> Page:
    """The index."""
    file = context.cohort.file
    blocks: list[Block] = [
        time_line(context, now=min(max(file.starts, context.facts.day), file.ends)),
        Section("numbers", context.say("numbers"), (_numbers(context),)),
        Section("teams", context.say("teams"), tuple(_teams(context))),
    ]
    if context.internal:
        blocks += [
            Section("capacity", context.say("capacity"), tuple(_capacity(context))),
            Section("ends", context.say("ends_soon"), tuple(what_ends(context))),
            Section("differences", context.say("differences"), tuple(differences(context, context.facts.changes))),
            Section("done", context.say("done_lately"), tuple(done_lately(context, context.facts.done))),
        ]
    blocks.append(Section("news", context.say("news"), tuple(latest(context))))
    blocks += _contacts(context)
    lead = (*_programme(context), *context.text("from_to", context.day(file.starts), context.day(file.ends)))
    return context.page(INDEX, file.pages.title or file.title, lead, blocks, script=True)


def _programme(context: PagesContext) -> Iterator[str]:
    programme = context.cohort.file.programme
    if programme is not None:
        yield f"{programme.title}, "


def _numbers(context: PagesContext) -> Terms:
    views = context.views.values()
    projects = [project for view in views for project in view.projects if project.made]
    machines = [machine for view in views for machine in view.machines if machine.made]
    public = sum(project.visibility == "public" for project in projects)
    released = sum(seen.activity is not None and seen.activity.released is not None for each in context.projects.values() for seen in each)
    pairs: list[tuple[str, Text]] = [(context.say("teams"), str(len(context.views)))]
    if context.internal:
        people = {person.username for view in views for person in view.people if person.access is not None}
        pairs.append((context.say("people_with_access"), str(len(people))))
    pairs.append(
        (context.say("projects"), _of_them(context, "projects_public", len(projects), public) if context.internal else str(public))
    )
    pairs.append((context.say("projects_released"), str(released)))
    if context.internal:
        running = sum(machine.status == "running" for machine in machines)
        pairs.append((context.say("machines"), _of_them(context, "machines_running", len(machines), running)))
    pairs.append((context.say("data_sets"), str(sum(len(team.data) for team in context.cohort.teams))))
    return Terms(tuple(pairs))


def _of_them(context: PagesContext, key: str, every: int, some: int) -> Text:
    return context.text(key, str(every), str(some))


def _teams(context: PagesContext) -> Iterator[Block]:
    yield Search(context.say("search_teams"), context.say("search_none"))
    inner = ("people_with_access", "machines") if context.internal else ()
    titles = ("team", "administration", *inner, "projects", "open_steps")
    rows, keys = [], []
    for view in context.views.values():
        done, seen = _open_steps(context, view)
        made = sum(project.made for project in view.projects)
        counted = (sum(person.access is not None for person in view.people), sum(machine.made for machine in view.machines))
        numbers = (*(counted if context.internal else ()), made)
        rows.append((context.team_link(view.team), view.team.administration, *map(str, numbers), steps_text(context, done, seen)))
        keys.append((view.team.title.casefold(), view.team.administration.casefold(), *numbers, done / seen if seen else -1.0))
    columns = tuple(Column(context.say(f"title_{title}"), number=title not in ("team", "administration")) for title in titles)
    texts: tuple[tuple[Text, ...], ...] = tuple(tuple((cell,) if not isinstance(cell, str) else cell for cell in row) for row in rows)
    yield Table(context.say("teams_caption"), columns, texts, sortable=True, keys=tuple(keys))


def _open_steps(context: PagesContext, view: TeamView) -> tuple[int, int]:
    counts = [progress(project.points) for project in context.projects[view.team.id]]
    return sum(done for done, _ in counts), sum(seen for _, seen in counts)


def steps_text(context: PagesContext, done: int, seen: int) -> str:
    """`7 of 11`; a dash where nothing was seen."""
    return context.of(done, seen) if seen else "–"


def _capacity(context: PagesContext) -> Iterator[Block]:
    used = Usage.total(view.usage for view in context.views.values())
    bars = [
        Bar(context.say(row.measure), row.used / row.limit, _of(context, row.measure, row.used, row.limit), tone(row.used / row.limit))
        for row in quota(context.cohort.file.capacity, used)
        if row.limit
    ]
    columns = measured_columns(context)
    if bars:
        yield Bars(context.say("capacity_caption"), columns, tuple(bars))
    hosts = list(_hosts(context))
    if hosts:
        yield Bars(context.say("hosts_caption"), columns, tuple(hosts))
    if not bars and not hosts:
        yield Paragraph(context.say("no_capacity"))


def _hosts(context: PagesContext) -> Iterator[Bar]:
    """What is taken of each server's own memory and disk, whoever took it."""
    for host in context.facts.hosts:
        for measure, size, used in (("memory", host.memory, host.memory_used), ("disk", host.disk, host.disk_used)):
            if size:
                label = context.text("of_host", context.say(measure), host.name)
                share = None if used is None else used / size
                amount = context.language.size(size) if used is None else context.of(context.about(used), context.language.size(size))
                yield Bar(label, share, amount, "plain" if share is None else tone(share))
        if not host.online:
            yield Bar(context.text("host_offline", host.name), None, "–", "bad")


def _of(context: PagesContext, measure: str, used: int, size: int) -> str:
    return context.of(context.language.amount(measure, used), context.language.amount(measure, size))


def measured_columns(context: PagesContext) -> tuple[str, str, str]:
    """The titles of bars of a measure."""
    return context.say("title_measure"), context.say("title_share"), context.say("title_amount")


def tone(share: float) -> Tone:
    """Whether a share of something is much."""
    return "bad" if share > 1 else "warn" if share >= NEARLY else "plain"


def _contacts(context: PagesContext) -> Iterator[Block]:
    found = contacts(context)
    if found is not None:
        yield Section("contacts", context.say("contacts"), (found,))
