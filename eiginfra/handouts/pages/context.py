"""What all pages of one build are made of: the files, what was seen, the language, and for whom they are."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Final, Literal

from eiginfra.core.activity import ProjectActivity
from eiginfra.handouts.facts import Facts
from eiginfra.handouts.language import NBSP, Language
from eiginfra.handouts.openness import OpennessPoint, openness
from eiginfra.handouts.page import Block, Column, DayText, Inline, Page, PageLink, Text, filled
from eiginfra.handouts.views.team_view import ProjectView, TeamView, team_views
from eiginfra.inventory.cohort import Cohort
from eiginfra.inventory.model import Project, Team
from eiginfra.inventory.remedies import slug
from eiginfra.inventory.site import Site

Audience = Literal["internal", "public"]
INDEX: Final = "index"
FEED: Final = "feed.xml"
CHAPTERS: Final = (INDEX, "projects", "catalogue", "machines", "sizing", "calendar")
"""The names of the pages of the whole cohort."""
_INTERNAL: Final = frozenset({"machines", "sizing"})


@dataclass(frozen=True)
class ProjectSeen:
    """A project of a team with what was seen of it. place: its section on the team's page. opened: when it became public, if known."""

    team: Team
    view: ProjectView
    project: Project
    activity: ProjectActivity | None
    points: tuple[OpennessPoint, ...]
    place: str
    opened: datetime | None = None


@dataclass(frozen=True)
class PagesContext:
    """A cohort, its site, what was seen of them, the language and the readers. For the public: only what `public_part` left."""

    cohort: Cohort
    site: Site
    facts: Facts
    language: Language
    audience: Audience = "internal"

    @property
    def internal(self) -> bool:
        """Whether the pages are for the cohort's people only."""
        return self.audience == "internal"

    @cached_property
    def views(self) -> Mapping[str, TeamView]:
        """The teams' views by id, in their order."""
        return team_views(self.cohort, self.site, self.facts)

    @cached_property
    def projects(self) -> Mapping[str, Sequence[ProjectSeen]]:
        """The projects of each team, those that are not made yet too."""
        return {team.id: tuple(self._projects(team)) for team in self.cohort.teams}

    def _projects(self, team: Team) -> Iterator[ProjectSeen]:
        asked = {project.name.casefold(): project for project in team.projects}
        seen = {
            each.address.key.rpartition("/")[2].casefold(): each.address
            for each in self.facts.of_team(team.id)
            if each.address.kind == "gitlab.project"
        }
        used = set[str]()
        for view in self.views[team.id].projects:
            project = asked.get(view.name.casefold()) or Project.model_construct(name=view.name)
            address = seen.get(view.name.casefold())
            activity = None if address is None else self.facts.activity.get(address)
            opened = None if address is None else self.facts.opened.get(address)
            points = self._points(team, project, activity) if view.made else ()
            place = f"project-{slug(view.name)}"
            while place in used:
                place += "-2"
            used.add(place)
            yield ProjectSeen(team, view, project, activity, points, place, opened)

    def _points(self, team: Team, project: Project, activity: ProjectActivity | None) -> tuple[OpennessPoint, ...]:
        return openness(self.cohort, team, project, activity, websites=self.facts.websites, day=self.facts.day)

    def of(self, part: object, whole: object) -> str:
        """`7 of 11`."""
        return self.language.words["of"] % (part, whole)

    def columns(self, *titles: str, numbers: Collection[str] = ()) -> tuple[Column, ...]:
        """The columns of a table, by the keys of their titles."""
        return tuple(Column(self.say(f"title_{title}"), number=title in numbers) for title in titles)

    def say(self, key: str) -> str:
        """A sentence without values."""
        return self.language.words[key]

    def text(self, key: str, *values: Inline) -> tuple[Inline, ...]:
        """A sentence with what stands for its `%s`."""
        return filled(self.language.words[key], *values)

    def day(self, day: date) -> DayText:
        """A day as a part of a text."""
        return DayText(day, self.language.day(day))

    def number(self, value: float) -> str:
        """A measured number, in tenths."""
        return f"{round(value, 1):g}".replace(".", self.language.point)

    def about(self, size: float) -> str:
        """A measured size in tenths of a GiB: its last bytes say nothing."""
        return f"{self.number(size / 2**30)}{NBSP}{self.language.units['GiB']}"

    def period(self, starts: date, ends: date) -> Text:
        """From one day to another; one day where they are the same."""
        return (self.day(starts),) if starts == ends else self.text("period", self.day(starts), self.day(ends))

    def team_link(self, team: Team | str) -> Inline:
        """A link to a team's page; the id alone of a team that has none."""
        found = team if isinstance(team, Team) else next((each for each in self.cohort.teams if each.id == team), None)
        return PageLink(team_page(found.id), found.title) if found is not None else str(team)

    def page(self, name: str, title: str, lead: Text, blocks: Sequence[Block], *, script: bool = False) -> Page:
        """A page with what all have in common."""
        shown = self.cohort.file.pages.title or self.cohort.file.title
        return Page(
            name=name,
            language=self.language.code,
            title=title,
            lead=lead,
            blocks=tuple(blocks),
            site=shown if shown != title else "",
            navigation=tuple(PageLink(each, self.say(f"page_{each}")) for each in self.chapters),
            navigation_label=self.say("navigation"),
            skip=self.say("skip"),
            description=f"{title} – {shown}",
            feed=FEED,
            script=script,
        )

    @property
    def chapters(self) -> tuple[str, ...]:
        """The names of the pages that every page links to."""
        return tuple(each for each in CHAPTERS if self.internal or each not in _INTERNAL)


def team_page(team: str) -> str:
    """The name of a team's page; no other page's begins so."""
    return f"team-{team}"
