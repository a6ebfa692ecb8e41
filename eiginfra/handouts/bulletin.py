"""The bulletin: what the teams achieved since a day, and what comes, for people to finish for a blog and a newsletter.

`make_bulletin` is a pure function of the files and of what was seen (`Facts`, asked for with activity). For the public only public projects
count, without what their members alone see, and nobody is named who did not agree to it; accounts from outside are named as the public
project itself names them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from eiginfra.core.activity import Contribution, ProjectActivity
from eiginfra.core.address import Address
from eiginfra.handouts.catalogue import PROJECT
from eiginfra.handouts.facts import Facts
from eiginfra.inventory.cohort import Cohort
from eiginfra.inventory.model import Member, Mentor

SOON = timedelta(days=28)
"""How far it looks ahead."""
MOST_CALLS = 20
"""Of a label, the newest."""


@dataclass(frozen=True)
class ReleaseNews:
    """A project has a new release; project: as it is shown, team: an id."""

    team: str
    project: str
    name: str
    url: str
    day: date


@dataclass(frozen=True)
class OpenedProject:
    """A project became public. new: whether it was made in that time, too."""

    team: str
    project: str
    url: str
    day: date
    new: bool


@dataclass(frozen=True)
class FirstChange:
    """The first change of somebody that a project took, who is not of its team.

    author: a user name; empty where it may not be told. of_team: the id of the team that they are in; None: from outside the cohort.
    """

    team: str
    project: str
    title: str
    author: str
    of_team: str | None
    url: str
    day: date


@dataclass(frozen=True)
class MergedChanges:
    """How many changes the projects of a team took; outside: those by others than members of the project."""

    team: str
    merged: int
    outside: int


@dataclass(frozen=True)
class HelpCall:
    """An open issue that asks for help."""

    team: str
    project: str
    title: str
    label: str
    url: str
    day: date


@dataclass(frozen=True)
class UpcomingEvent:
    """An event of the cohort; the same day twice for one of a single day."""

    title: str
    starts: date
    ends: date
    place: str
    url: str


@dataclass(frozen=True)
class BulletinEnd:
    """What ends on a day, its last. what: whose, the person's or project's name; empty for the cohort."""

    sort: Literal["cohort", "person", "exception"]
    day: date
    what: str = ""
    team: str | None = None


@dataclass(frozen=True)
class UnknownNews:
    """What is not known of a project: `releases`, `merged`, `calls`; it cannot be read, or is switched off."""

    team: str
    project: str
    parts: tuple[str, ...]


@dataclass(frozen=True)
class Bulletin:
    """Everything by team, then the newest first; calls by label. until: the day of the bulletin. unknown: for the cohort's people only."""

    since: date
    until: date
    internal: bool
    releases: tuple[ReleaseNews, ...]
    opened: tuple[OpenedProject, ...]
    firsts: tuple[FirstChange, ...]
    merged: tuple[MergedChanges, ...]
    calls: tuple[HelpCall, ...]
    events: tuple[UpcomingEvent, ...]
    ending: tuple[BulletinEnd, ...]
    unknown: tuple[UnknownNews, ...]

    @property
    def empty(self) -> bool:
        """Whether there is nothing to tell."""
        return not any((self.releases, self.opened, self.firsts, self.merged, self.calls, self.events, self.ending))


@dataclass(frozen=True)
class _Seen:
    """A project that may be told of."""

    address: Address
    team: str
    title: str
    activity: ProjectActivity
    hidden: frozenset[str]
    """The fields that may not be told."""

    def shows(self, name: str) -> bool:
        return name not in self.hidden


def make_bulletin(cohort: Cohort, facts: Facts, since: date, *, internal: bool) -> Bulletin:
    """since: its first day; internal: for the cohort's people, with all projects and everybody's last day."""
    projects = sorted(_projects(cohort, facts, internal=internal), key=lambda one: (one.team, one.title, str(one.address)))

    def within(at: datetime) -> bool:
        return since <= at.date() <= facts.day

    told = [(one, change) for one in projects if one.shows("merged") for change in one.activity.merged if within(change.at)]
    return Bulletin(
        since=since,
        until=facts.day,
        internal=internal,
        releases=tuple(
            ReleaseNews(one.team, one.title, release.name, release.url, release.at.date())
            for one in projects
            if one.shows("releases")
            for release in one.activity.releases
            if within(release.at)
        ),
        opened=tuple(
            OpenedProject(one.team, one.title, one.activity.url, at.date(), new=_new(one.activity, since))
            for one in projects
            if (at := max(filter(within, _opened(one, facts)), default=None)) is not None
        ),
        firsts=tuple(first for one, change in told if (first := _first(cohort, one, change, internal=internal)) is not None),
        merged=tuple(_counted(cohort, told)),
        calls=tuple(_calls(projects, cohort.file.pages.help_labels, facts.day)),
        events=tuple(_events(cohort, facts.day)),
        ending=tuple(sorted(_ending(cohort, facts.day, internal=internal), key=lambda end: (end.day, end.sort, end.team or "", end.what))),
        unknown=tuple(_unknown(projects)) if internal else (),
    )


def _projects(cohort: Cohort, facts: Facts, *, internal: bool) -> Iterator[_Seen]:
    teams = {team.id for team in cohort.teams}
    for there in facts.observed:
        activity = facts.activity.get(there.address)
        if there.address.kind != PROJECT or there.team not in teams or activity is None:
            continue
        if internal or activity.visibility == "public":
            title = str(there.values.get("title") or there.address.key.rpartition("/")[2])
            yield _Seen(there.address, there.team, title, activity, frozenset() if internal else activity.members_only)


def _opened(one: _Seen, facts: Facts) -> list[datetime]:
    """When a project that is public now may have become so: when it was made, and when eiginfra made it public."""
    known = (one.activity.created, facts.opened.get(one.address)) if one.activity.visibility == "public" else ()
    return [at for at in known if at is not None]


def _new(activity: ProjectActivity, since: date) -> bool:
    return activity.created is not None and activity.created.date() >= since


def _first(cohort: Cohort, one: _Seen, change: Contribution, *, internal: bool) -> FirstChange | None:
    """None for what is no first change from outside: the team's own people, those who left the project with them, are none."""
    if not (change.outside and change.first):
        return None
    homes = {team.id: person for team in cohort.teams for person in team.people if person.username.lower() == change.author.lower()}
    if one.team in homes:
        return None
    team, person = next(iter(homes.items()), (None, None))
    author = change.author if person is None or _named(person, internal=internal) else ""
    return FirstChange(one.team, one.title, change.title, author, team, change.url, change.at.date())


def _named(person: Member | Mentor, *, internal: bool) -> bool:
    return internal or person.public


def _counted(cohort: Cohort, told: Iterable[tuple[_Seen, Contribution]]) -> Iterator[MergedChanges]:
    changes = list(told)
    for team in cohort.teams:
        own = [change for one, change in changes if one.team == team.id]
        if own:
            yield MergedChanges(team.id, len(own), sum(change.outside for change in own))


def _calls(projects: Iterable[_Seen], labels: Iterable[str], day: date) -> Iterator[HelpCall]:
    found = [
        HelpCall(one.team, one.title, call.title, call.label, call.url, call.at.date())
        for one in projects
        if one.shows("calls")
        for call in one.activity.calls
        if call.at.date() <= day
    ]
    for label in dict.fromkeys(labels):
        own = sorted((call for call in found if call.label == label), key=lambda call: call.day, reverse=True)
        yield from own[:MOST_CALLS]


def _events(cohort: Cohort, day: date) -> Iterator[UpcomingEvent]:
    coming = [event for event in cohort.file.events if event.last_day >= day and event.starts <= day + SOON]
    for event in sorted(coming, key=lambda event: (event.starts, event.title)):
        yield UpcomingEvent(event.title, event.starts, event.last_day, event.place or "", event.url or "")


def _ending(cohort: Cohort, day: date, *, internal: bool) -> Iterator[BulletinEnd]:
    """A person's end with the cohort is the cohort's."""

    def soon(last: date | None) -> bool:
        return last is not None and day <= last <= day + SOON

    ends = cohort.file.ends
    if soon(ends):
        yield BulletinEnd("cohort", ends)
    for team in cohort.teams:
        for person in team.people:
            if person.until is not None and soon(person.until) and person.until < ends and _named(person, internal=internal):
                yield BulletinEnd("person", person.until, person.name or person.username, team.id)
    for exception in cohort.file.exceptions if internal else ():
        if exception.until is not None and soon(exception.until):
            yield BulletinEnd("exception", exception.until, exception.project, exception.team)


def _unknown(projects: Iterable[_Seen]) -> Iterator[UnknownNews]:
    for one in projects:
        parts = tuple(name for name in ("releases", "merged", "calls") if name in one.activity.unread)
        if parts:
            yield UnknownNews(one.team, one.title, parts)
