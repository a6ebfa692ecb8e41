"""What changed, day by day: for the feed, and the newest of it for the first page."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from eiginfra.core.change import Action
from eiginfra.core.values import instant
from eiginfra.handouts.page import Block, Inline, Items, Link, PageLink, Paragraph, Text, parts, plain
from eiginfra.handouts.pages.changes import thing
from eiginfra.handouts.pages.context import INDEX, PagesContext, ProjectSeen, team_page

SHOWN = 10
"""News on the first page."""
MOST = 100
"""News in the feed."""
_TOLD = (Action.CREATE, Action.REPLACE, Action.DELETE)
_KINDS = ("gitlab.group", "gitlab.project", "proxmox.container", "proxmox.vm", "gateway.subdomain")
"""The kinds of which it is news that one was made or removed."""


@dataclass(frozen=True)
class NewsItem:
    """Something that happened. identity: what tells it from all others, for ever.

    page, place: where more is told; url: outside of the pages.
    """

    at: datetime
    identity: str
    text: Text
    page: str
    place: str = ""
    url: str = ""


def news(context: PagesContext) -> list[NewsItem]:
    """All that is known to have happened, newest first, at most MOST."""
    found = [*_projects(context), *_done(context)]
    return sorted(found, key=lambda item: (item.at, item.identity), reverse=True)[:MOST]


def latest(context: PagesContext) -> list[Block]:
    """The newest, as a list."""
    found = news(context)[:SHOWN]
    if not found:
        return [Paragraph(context.say("no_news"))]
    colon = f"{context.say('colon')} "
    return [Items(tuple((context.day(item.at.date()), colon, *_linked(item)) for item in found))]


def _linked(item: NewsItem) -> tuple[Inline, ...]:
    if item.url:
        return (Link(item.url, plain(item.text)),)
    return (PageLink(item.page, plain(item.text), item.place),) if item.page != INDEX else parts(item.text)


def _projects(context: PagesContext) -> Iterator[NewsItem]:
    """Releases, and projects that were made or became public during the cohort."""
    for seen in (each for team in context.projects.values() for each in team):
        if seen.opened is not None and seen.view.visibility == "public":
            told = context.say("news_opened") % (seen.view.title, seen.team.title)
            yield NewsItem(seen.opened, f"opened:{_key(context, seen)}:{instant(seen.opened)}", told, *_place(seen))
        if seen.activity is None:
            continue
        newest = () if seen.activity.released is None else (seen.activity.released,)
        for release in dict.fromkeys((*newest, *seen.activity.releases)):
            said = context.say("news_release") % (seen.view.title, release.name or release.tag, seen.team.title)
            yield NewsItem(release.at, f"release:{_key(context, seen)}:{release.tag}", said, *_place(seen), release.url)
        created = seen.activity.created
        if created is not None and created.date() >= context.cohort.file.starts and (context.internal or seen.opened is None):
            said = context.say("news_project") % (seen.view.title, seen.team.title)
            yield NewsItem(created, f"project:{_key(context, seen)}", said, *_place(seen))


def _key(context: PagesContext, seen: ProjectSeen) -> str:
    return f"{context.cohort.id}/{seen.team.id}/{seen.view.name}"


def _place(seen: ProjectSeen) -> tuple[str, str]:
    return team_page(seen.team.id), seen.place


def _done(context: PagesContext) -> Iterator[NewsItem]:
    """What was made and removed, and teams whose people or rights changed, once for each run."""
    teams = {team.id for team in context.cohort.teams}
    for run, actions in groupby(context.facts.done, key=lambda each: each.run):
        changed: dict[str, datetime] = {}
        for each in actions:
            if each.outcome != "done":
                continue
            page = team_page(each.team) if each.team in teams else INDEX
            if each.action in _TOLD and each.address.kind in _KINDS:
                told = (*thing(context, each.address), f" – {context.say(f'past_{each.action}')}")
                yield NewsItem(each.at, f"run:{run}:{each.action}:{each.address}", told, page)
            elif each.team in teams and each.address.kind == "gitlab.members":
                changed[each.team] = max(each.at, changed.get(each.team, each.at))
        for team, at in changed.items():
            said = context.say("news_team") % next(found.title for found in context.cohort.teams if found.id == team)
            yield NewsItem(at, f"run:{run}:team:{team}", said, team_page(team))
