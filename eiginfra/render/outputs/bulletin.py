"""The document of `eiginfra bulletin`."""

from datetime import date
from typing import Literal

from eiginfra.render.outputs.base import DatedOutput, Output


class BulletinRelease(Output):
    """A release. project: as it is shown; team: an id."""

    team: str
    project: str
    name: str
    url: str
    day: date


class BulletinOpened(Output):
    """A project that became public. new: whether it was made in that time, too."""

    team: str
    project: str
    url: str
    day: date
    new: bool


class BulletinFirst(Output):
    """A first change from outside. author: empty where it may not be told; of_team: the author's team, null outside the cohort."""

    team: str
    project: str
    title: str
    author: str
    of_team: str | None
    url: str
    day: date


class BulletinMerged(Output):
    """How many changes a team's projects took."""

    team: str
    merged: int
    outside: int


class BulletinCall(Output):
    """An open issue that asks for help."""

    team: str
    project: str
    title: str
    label: str
    url: str
    day: date


class BulletinEvent(Output):
    """An event of the cohort."""

    title: str
    starts: date
    ends: date
    place: str
    url: str


class BulletinEnding(Output):
    """What ends. what: the person's or project's name; empty for the cohort."""

    sort: str
    day: date
    what: str
    team: str | None


class BulletinUnknown(Output):
    """What of `releases`, `merged`, `calls` is not known of a project."""

    team: str
    project: str
    parts: tuple[str, ...]


class BulletinOutput(DatedOutput):
    """`bulletin --format json`: what is told, and the same as Markdown in one language."""

    format_version: Literal[1] = 1
    type: Literal["bulletin"] = "bulletin"
    since: date
    until: date
    language: str
    internal: bool
    releases: tuple[BulletinRelease, ...]
    opened: tuple[BulletinOpened, ...]
    firsts: tuple[BulletinFirst, ...]
    merged: tuple[BulletinMerged, ...]
    calls: tuple[BulletinCall, ...]
    events: tuple[BulletinEvent, ...]
    ending: tuple[BulletinEnding, ...]
    unknown: tuple[BulletinUnknown, ...]
    markdown: str
