"""What a request edits: the files that differ between two revisions, to edits by file, team and key."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from eiginfra.review.model import Edit


@dataclass(frozen=True)
class FileVersion:
    """A file in a commit: its mode as git writes it (`100644`), git's name of its contents, and how to read them.

    read: raises InputError for what is no plain file or too large. It is called for plain files of teams and cohorts only.
    """

    mode: str
    oid: str
    read: Callable[[], bytes]


@dataclass(frozen=True)
class FileChange:
    """A file that differs: its path in the repository as the trees have it, parts joined by `/`, and both versions; None: not there.

    A byte of the path that is no UTF-8 is written `\\xNN`.
    """

    path: str
    before: FileVersion | None
    after: FileVersion | None


def edits(changes: Iterable[FileChange], inventories: str) -> tuple[Edit, ...]:
    """Everything that a request edits, by path: at least one edit for each file that differs.

    inventories: the folder of the repository that holds the cohorts' folders, `inventories`; "" for its top.
    """
    raise NotImplementedError
