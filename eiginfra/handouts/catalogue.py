"""The catalogue: what the teams work with, what others may take from them, and who knows what, so that teams find one another.

`cohort_catalogue` makes it, a pure function of the files and of what was seen (`Facts`, asked for with activity); the pages show it.
Projects are those that were seen on the server. For the public, nothing counts that is not public: no project that is not, no part of a
project that only its members see, nobody who did not agree to be named. Everything is in one order, whatever order it was read in.
"""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from eiginfra.core.activity import ProjectActivity
from eiginfra.handouts.facts import Facts
from eiginfra.inventory.cohort import Cohort
from eiginfra.inventory.model import Project, Team

PROJECT = "gitlab.project"
LEAST_SHARE = 5.0
"""Per cent of a project's code from which a language is part of what the project is made with."""
NEAREST = 3
"""Teams near another that are told at most."""
StackSort = Literal["language", "topic"]


@dataclass(frozen=True)
class CatalogueProject:
    """A project that was seen. name: the last part of its path; languages: the largest first. reusable: what others may take from it."""

    team: str
    name: str
    title: str
    url: str
    visibility: str
    description: str
    languages: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    reusable: str = ""


@dataclass(frozen=True)
class Stack:
    """A language or a topic, with the projects that have it and their teams' ids."""

    name: str
    sort: StackSort
    projects: tuple[CatalogueProject, ...]

    @property
    def teams(self) -> tuple[str, ...]:
        """In their order."""
        return tuple(sorted({project.team for project in self.projects}))


@dataclass(frozen=True)
class SkilledPerson:
    """Somebody as they are shown, and the id of their team."""

    username: str
    shown: str
    team: str


@dataclass(frozen=True)
class Skill:
    """Something that people know."""

    name: str
    people: tuple[SkilledPerson, ...]


@dataclass(frozen=True)
class NearTeam:
    """A team that has something in common with another. shared: the names of languages, topics and skills, what few teams have first."""

    team: str
    shared: tuple[str, ...]


@dataclass(frozen=True)
class CohortCatalogue:
    """stacks: languages, then topics, what most teams have first. components: projects with something for others. near: by team id."""

    projects: tuple[CatalogueProject, ...]
    stacks: tuple[Stack, ...]
    components: tuple[CatalogueProject, ...]
    skills: tuple[Skill, ...]
    near: Mapping[str, tuple[NearTeam, ...]]


def cohort_catalogue(cohort: Cohort, facts: Facts, *, public: bool) -> CohortCatalogue:
    """public: for everybody, else for the cohort's people."""
    projects = tuple(sorted(_projects(cohort, facts, public=public), key=lambda one: (one.team, _order(one.title), one.name)))
    skills = tuple(_skills(cohort, facts, public=public))
    return CohortCatalogue(
        projects=projects,
        stacks=(*_stacks(projects, "language"), *_stacks(projects, "topic")),
        components=tuple(project for project in projects if project.reusable),
        skills=skills,
        near=_near([team.id for team in cohort.teams], projects, skills),
    )


def _order(text: str) -> tuple[str, str]:
    """Letters before their accents and case, so that `Écologie` is not after `zéro`."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return plain.casefold(), text


def _projects(cohort: Cohort, facts: Facts, *, public: bool) -> Iterator[CatalogueProject]:
    teams = {team.id: team for team in cohort.teams}
    for there in facts.observed:
        activity = facts.activity.get(there.address)
        if there.address.kind != PROJECT or there.team not in teams or activity is None:
            continue
        if not public or activity.visibility == "public":
            name = there.address.key.rpartition("/")[2]
            yield _project(teams[there.team], name, str(there.values.get("title") or name), activity, public=public)


def _project(team: Team, name: str, title: str, activity: ProjectActivity, *, public: bool) -> CatalogueProject:
    asked: Project | None = next((project for project in team.projects if project.name.lower() == name.lower()), None)
    shown = not public or "languages" not in activity.members_only
    return CatalogueProject(
        team=team.id,
        name=name,
        title=title,
        url=activity.url,
        visibility=activity.visibility,
        description=activity.description,
        languages=tuple(language for language, share in activity.languages.items() if share >= LEAST_SHARE) if shown else (),
        topics=tuple(sorted(activity.topics, key=_order)),
        reusable=(asked.reusable or "") if asked is not None else "",
    )


def _stacks(projects: Iterable[CatalogueProject], sort: StackSort) -> list[Stack]:
    found: dict[str, list[CatalogueProject]] = defaultdict(list)
    written: dict[str, Counter[str]] = defaultdict(Counter)
    for project in projects:
        names = project.languages if sort == "language" else project.topics
        for name in {name.casefold(): name for name in names}.values():
            found[name.casefold()].append(project)
            written[name.casefold()][name] += 1
    stacks = [Stack(_usual(written[name]), sort, tuple(having)) for name, having in found.items()]
    return sorted(stacks, key=lambda stack: (-len(stack.teams), -len(stack.projects), _order(stack.name)))


def _usual(written: Counter[str]) -> str:
    """As most write it."""
    return min(written, key=lambda name: (-written[name], _order(name)))


def _skills(cohort: Cohort, facts: Facts, *, public: bool) -> Iterator[Skill]:
    found: dict[str, dict[str, SkilledPerson]] = defaultdict(dict)
    written: dict[str, Counter[str]] = defaultdict(Counter)
    for team in cohort.teams:
        for person in team.people:
            if (public and not person.public) or (person.until or cohort.file.ends) < facts.day:
                continue
            for skill in person.skills:
                known = SkilledPerson(person.username, person.name or person.username, team.id)
                found[skill.casefold()].setdefault(person.username.lower(), known)
                written[skill.casefold()][skill] += 1
    for name in sorted(found, key=_order):
        yield Skill(_usual(written[name]), tuple(sorted(found[name].values(), key=lambda one: (_order(one.shown), one.username))))


def _near(teams: Iterable[str], projects: Iterable[CatalogueProject], skills: Iterable[Skill]) -> dict[str, tuple[NearTeam, ...]]:
    """What few teams share counts more than what many do; what all teams have brings nobody together, unless there are only two."""
    having: dict[str, dict[str, str]] = defaultdict(dict)
    for project in projects:
        for name in (*project.languages, *project.topics):
            having[name.casefold()].setdefault(project.team, name)
    for skill in skills:
        for person in skill.people:
            having[skill.name.casefold()].setdefault(person.team, skill.name)
    every = list(teams)
    telling = {name: held for name, held in having.items() if len(held) > 1 and (len(held) < len(every) or len(every) == 2)}
    return {team: tuple(_nearest(team, every, telling)) for team in every}


def _nearest(team: str, every: Iterable[str], telling: Mapping[str, Mapping[str, str]]) -> list[NearTeam]:
    scores: dict[str, float] = {}
    shared: dict[str, tuple[str, ...]] = {}
    for other in every:
        both = [name for name, held in telling.items() if team in held and other in held] if other != team else []
        if both:
            scores[other] = round(sum(1 / len(telling[name]) for name in sorted(both)), 9)
            ordered = sorted(both, key=lambda name: (len(telling[name]), _order(name)))
            shared[other] = tuple(telling[name][team] for name in ordered)
    return [NearTeam(other, shared[other]) for other in sorted(scores, key=lambda other: (-scores[other], other))[:NEAREST]]
