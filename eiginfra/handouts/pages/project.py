"""A project on its team's page, and all projects on theirs."""

from collections.abc import Iterable, Iterator
from datetime import date

from eiginfra.handouts.openness import OpennessPoint, progress
from eiginfra.handouts.page import (
    Bar,
    Bars,
    Block,
    CheckItem,
    Checklist,
    Inline,
    Items,
    Link,
    Page,
    PageLink,
    Paragraph,
    Search,
    Section,
    Table,
    Terms,
    Text,
)
from eiginfra.handouts.pages.context import PagesContext, ProjectSeen, team_page

_LATEST = 5
"""Releases, contributions and calls for help that are shown of a project."""


def project_section(context: PagesContext, seen: ProjectSeen) -> Section:
    """What was seen of a project, and its check list."""
    view, activity = seen.view, seen.activity
    if not view.made:
        return Section(seen.place, view.title, (Paragraph(context.say("not_made")),))
    said = (activity.description if activity is not None else "") or seen.project.description or ""
    done, known = progress(seen.points)
    blocks: list[Block] = [Paragraph(said)] if said else []
    blocks += [
        Terms(tuple(_terms(context, seen))),
        Paragraph(context.text("progress", str(done), str(known)) if known else context.say("progress_unseen")),
        Checklist(tuple(_item(context, point) for point in seen.points)),
        *_happened(context, seen),
    ]
    return Section(seen.place, view.title, tuple(blocks))


def _terms(context: PagesContext, seen: ProjectSeen) -> Iterator[tuple[str, Text]]:
    view, activity = seen.view, seen.activity
    if view.url:
        yield context.say("title_project"), (Link(view.url, view.url),)
    if context.internal:
        yield context.say("title_visibility"), context.say(view.visibility or "not_known")
    if activity is None:
        return
    if activity.topics:
        yield context.say("title_topics"), ", ".join(activity.topics)
    if activity.languages:
        yield (
            context.say("title_languages"),
            ", ".join(f"{name} ({_percent(context, share)})" for name, share in activity.languages.items()),
        )
    if activity.last_commit is not None:
        yield context.say("title_last_commit"), (context.day(activity.last_commit.date()),)
    if seen.project.reusable:
        yield context.say("title_reusable"), seen.project.reusable


def _percent(context: PagesContext, share: float) -> str:
    return context.say("percent") % f"{share:.0f}"


def _item(context: PagesContext, point: OpennessPoint) -> CheckItem:
    """A point with its state in words, and where something is to do, what that is."""
    state = context.say("state_unknown" if point.done is None else "state_done" if point.done else "state_todo")
    key = "open_unseen" if point.said == "unseen" else f"open_{point.code}_{point.said}"
    values: list[Inline] = [_value(context, value) for value in point.values]
    if point.parts:
        values.append(", ".join(context.language.words.get(f"part_{part}", part) for part in point.parts))
    said = context.text(key, *values)
    label = context.say(f"open_{point.code}")
    return CheckItem((f"{label} – ", *said), point.done, state) if point.done else CheckItem(label, point.done, state, said)


def _value(context: PagesContext, value: str | int | date) -> Inline:
    return context.day(value) if isinstance(value, date) else str(value)


def _happened(context: PagesContext, seen: ProjectSeen) -> Iterator[Block]:
    """What was released and merged lately, and which issues ask for help."""
    activity = seen.activity
    if activity is None:
        return
    merged = [
        (Link(each.url, each.title), _outside(context) if each.outside else "", *_dated(context, each.at.date()))
        for each in activity.merged[:_LATEST]
    ]
    parts: tuple[tuple[str, list[Text]], ...] = (
        ("releases", [(Link(each.url, each.name or each.tag), *_dated(context, each.at.date())) for each in activity.releases[:_LATEST]]),
        ("merged", [*merged]),
        ("calls", [(Link(each.url, each.title), f" ({each.label})") for each in activity.calls[:_LATEST]]),
    )
    for key, entries in parts:
        if entries:
            yield Section(f"{seen.place}-{key}", context.say(f"title_{key}"), (Items(tuple(entries)),))


def _outside(context: PagesContext) -> str:
    said = context.say("from_outside")
    return f" ({said})"


def _dated(context: PagesContext, day: date) -> tuple[Inline, ...]:
    return ", ", context.day(day)


def projects_page(context: PagesContext) -> Page:
    """All projects, and how far the cohort is with each point."""
    every = [seen for found in context.projects.values() for seen in found if seen.view.made]
    blocks: list[Block] = [Section("all", context.say("projects"), tuple(_all(context, every)))]
    bars = tuple(_bars(context, every))
    if bars:
        columns = (context.say("title_point"), context.say("title_share"), context.say("title_projects"))
        blocks.append(Section("points", context.say("points"), (Bars(context.say("points_caption"), columns, bars),)))
    return context.page("projects", context.say("page_projects"), context.say("projects_lead"), blocks, script=True)


def _all(context: PagesContext, every: Iterable[ProjectSeen]) -> Iterator[Block]:
    rows: list[tuple[Text, ...]] = []
    keys: list[tuple[str | float, ...]] = []
    for seen in every:
        activity = seen.activity
        done, known = progress(seen.points)
        last = activity.last_commit if activity is not None else None
        release = activity.released if activity is not None else None
        issues = activity.open_issues if activity is not None else None
        todo = next((point for point in seen.points if point.done is False), None)
        rows.append(
            (
                (PageLink(team_page(seen.team.id), seen.view.title, seen.place),),
                (context.team_link(seen.team),),
                *((context.say(seen.view.visibility or "not_known"),) if context.internal else ()),
                "–" if last is None else (context.day(last.date()),),
                "–" if release is None else release.tag,
                "–" if issues is None else str(issues),
                context.of(done, known) if known else "–",
                "–" if todo is None else context.say(f"open_{todo.code}"),
            )
        )
        inner = (seen.view.visibility,) if context.internal else ()
        when, named = "" if last is None else last.date().isoformat(), "" if release is None else release.tag
        share = done / known if known else -1.0
        next_one = "" if todo is None else context.say(f"open_{todo.code}")
        keys.append(
            (seen.view.title.casefold(), seen.team.title.casefold(), *inner, when, named, -1 if issues is None else issues, share, next_one)
        )
    if not rows:
        yield Paragraph(context.say("no_projects"))
        return
    yield Search(context.say("search_projects"), context.say("search_none"))
    inner_titles = ("visibility",) if context.internal else ()
    titles = ("project", "team", *inner_titles, "last_commit", "release", "open_issues", "open_steps", "next_step")
    columns = context.columns(*titles, numbers=("open_issues", "open_steps"))
    yield Table(context.say("projects_caption"), columns, tuple(rows), sortable=True, keys=tuple(keys))


def _bars(context: PagesContext, every: Iterable[ProjectSeen]) -> Iterator[Bar]:
    """Of each point, how many of the projects have it done, of those in which somebody saw it."""
    found: dict[str, list[bool]] = {}
    for point in (point for seen in every for point in seen.points):
        found.setdefault(point.code, []).extend(() if point.done is None else (point.done,))
    for code, states in found.items():
        if states:
            yield Bar(context.say(f"open_{code}"), sum(states) / len(states), context.of(sum(states), len(states)))
