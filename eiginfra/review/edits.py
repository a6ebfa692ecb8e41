"""What a request edits: the files that differ between two revisions, to edits by file, team and key."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from eiginfra.core.errors import InputError
from eiginfra.core.finding import Location
from eiginfra.inventory.document import YamlDocument, parse_document
from eiginfra.inventory.fields import TEAM_ID
from eiginfra.review.entries import Versions
from eiginfra.review.model import Edit, Edited

PLAIN_FILE: Final = "100644"
"""git's mode of a file that is no program, no link and no folder of another repository."""
_TEXT: Final = re.compile(r"handouts/[\w.-]+", re.ASCII)
MOST_EDITS: Final = 500
"""Of one file: nobody reads more, and the file as a whole needs a yes."""


@dataclass(frozen=True)
class FileVersion:
    """A file in a commit: its mode as git writes it, git's name of its contents, and how to read them.

    read: raises InputError for what is no plain file or too large. It is called for plain files of teams and cohorts only.
    """

    mode: str
    oid: str
    read: Callable[[], bytes]


@dataclass(frozen=True)
class FileChange:
    r"""A file that differs: its path in the repository as the trees have it, parts joined by `/`, and both versions; None: not there.

    A byte of the path that is no UTF-8 is written `\xNN`.
    """

    path: str
    before: FileVersion | None
    after: FileVersion | None


def edits(changes: Iterable[FileChange], inventories: str) -> tuple[Edit, ...]:
    """Everything that a request edits, by path: at least one edit for each file that differs.

    inventories: the folder of the repository that holds the cohorts' folders, `inventories`; "" for its top.
    """
    return tuple(edit for change in sorted(changes, key=lambda change: change.path) for edit in _of_file(change, inventories))


def _of_file(change: FileChange, inventories: str) -> Iterator[Edit]:
    before, after = change.before, change.after
    cohort, team = _owner(change.path, inventories)
    where = Location(file=change.path)
    if before is None or after is None:
        if before is not after:
            added = Edited.ADDED if before is None else Edited.REMOVED
            yield Edit(file=change.path, edited=added, cohort=cohort, team=team, location=where)
    elif (before.mode, before.oid) == (after.mode, after.oid):
        return
    elif before.mode != after.mode or (cohort is not None and after.mode != PLAIN_FILE):
        yield Edit(file=change.path, edited=Edited.MODE, cohort=cohort, team=team, location=where)
    elif cohort is None or (team is None and not change.path.endswith("/cohort.yml")):
        yield Edit(file=change.path, edited=Edited.CHANGED, cohort=cohort, location=where)
    else:
        yield from _of_data(change.path, before, after, cohort, team)


def _owner(path: str, inventories: str) -> tuple[str | None, str | None]:
    """The cohort and the team whose file it is: by its exact path, so that no other way to write one is taken for it.

    The cohort is None for all but `cohort.yml`, the files of `teams/` and the texts of `handouts/`.
    """
    start = f"{inventories}/" if inventories else ""
    cohort, _, rest = path.removeprefix(start).partition("/")
    if not path.startswith(start) or not TEAM_ID.fits(cohort):
        return None, None
    if rest == "cohort.yml" or _TEXT.fullmatch(rest):
        return cohort, None
    team = rest.removeprefix("teams/").removesuffix(".yml")
    return (cohort, team) if TEAM_ID.fits(team) and rest == f"teams/{team}.yml" else (None, None)


def _of_data(path: str, before: FileVersion, after: FileVersion, cohort: str, team: str | None) -> Iterator[Edit]:
    documents: list[YamlDocument] = []
    for version in (before, after):
        try:
            document = parse_document(version.read(), path, pure=team is not None, templates=False)
        except InputError as problem:
            where = problem.findings[0].location
            yield Edit(file=path, edited=Edited.UNREADABLE, cohort=cohort, team=team, location=where or Location(file=path))
            return
        documents.append(document)
    if not all(isinstance(document.data, dict) for document in documents):
        yield Edit(file=path, edited=Edited.UNREADABLE, cohort=cohort, team=team, location=Location(file=path))
        return
    found = list(islice(Versions(documents[0], documents[1], cohort, team).edits(), MOST_EDITS + 1))
    if len(found) > MOST_EDITS:
        yield Edit(file=path, edited=Edited.UNREADABLE, cohort=cohort, team=team, location=Location(file=path))
        return
    yield from found or [Edit(file=path, edited=Edited.LAYOUT, cohort=cohort, team=team, location=Location(file=path))]
