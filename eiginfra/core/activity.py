"""Activity: what others did in a project, as its server tells it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

FILES = ("README", "LICENSE", "CONTRIBUTING", "publiccode.yml")
"""What an open project has at its root; the first three under any ending that is usual."""


@dataclass(frozen=True)
class ProjectRelease:
    """A release of a project."""

    name: str
    tag: str
    at: datetime
    url: str


@dataclass(frozen=True)
class Contribution:
    """A change that was merged, and its author's user name.

    outside: whether the author is no member of the project today, by its own list or an inherited one; False too where the lists cannot be
    read. first: whether it is the first that was ever merged of such an author there.
    """

    title: str
    author: str
    at: datetime
    url: str
    outside: bool
    first: bool = False


@dataclass(frozen=True)
class Call:
    """An open issue that asks others for help, by one of its labels; never a confidential one."""

    title: str
    label: str
    at: datetime
    url: str


@dataclass(frozen=True)
class ProjectActivity:
    """A project's activity.

    created, last_commit: None where the server tells none; a project without commits has no last one. releases, merged: since the day
    asked for, newest first. released: the newest release of all. calls: open ones, newest first. open_issues: None where issues are off.
    languages: shares in per cent, largest first. files: of FILES, those at the root of the default branch, by that name: the text, cut at
    64 KiB, empty where it cannot be read. unread: what the token may not read or the server does not have switched on, by the names of
    these fields: nothing is known of it. members_only: by these names, too: what the server shows members of the project only, however
    visible the project is. description, topics, visibility, website: as the server has them.

    All texts are what others wrote: of one line (the files: of several), of bounded length, and otherwise anything.
    """

    url: str
    visibility: str
    description: str = ""
    website: str = ""
    topics: tuple[str, ...] = ()
    default_branch: str = ""
    created: datetime | None = None
    last_commit: datetime | None = None
    released: ProjectRelease | None = None
    releases: tuple[ProjectRelease, ...] = ()
    merged: tuple[Contribution, ...] = ()
    calls: tuple[Call, ...] = ()
    open_issues: int | None = None
    stars: int = 0
    forks: int = 0
    languages: Mapping[str, float] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    unread: frozenset[str] = frozenset()
    members_only: frozenset[str] = frozenset()
