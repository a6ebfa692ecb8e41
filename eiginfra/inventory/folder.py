"""Where an inventory's files are read from: a folder of the disk, or one of a commit."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from stat import S_ISDIR, S_ISLNK, S_ISREG
from typing import Protocol, Self

from eiginfra.inventory.source import read_bytes, shown


class EntryType(StrEnum):
    """What is under a name. Only plain files and folders are read."""

    FILE = "file"
    FOLDER = "folder"
    LINK = "link"
    OTHER = "other"


class Folder(Protocol):
    """A folder, by the name that it has in its parent. Names are single parts of a path; "" is the folder itself."""

    @property
    def name(self) -> str:
        """Its own name."""
        ...

    @property
    def parent(self) -> "Folder":
        """The folder that holds it."""
        ...

    def shown(self, name: str = "") -> str:
        """The path of what is under a name, as findings show it."""
        ...

    def type(self, name: str = "") -> EntryType | None:
        """What is under a name; None: nothing."""
        ...

    def entries(self) -> Sequence[tuple[str, EntryType]]:
        """All names in it with what they are, in order. Raises OSError."""
        ...

    def folder(self, name: str) -> "Folder":
        """The folder of that name, whether or not it is there."""
        ...

    def read(self, name: str) -> bytes:
        """The contents of a file. Raises InputError for what is absent, no plain file, unreadable or too large."""
        ...


@dataclass(frozen=True)
class DiskFolder:
    """A folder of the disk."""

    path: Path

    @property
    def name(self) -> str:
        """Its own name."""
        return self.path.resolve().name

    @property
    def parent(self) -> Self:
        """The folder that holds it."""
        return type(self)(self.path.resolve().parent)

    def shown(self, name: str = "") -> str:
        """Relative to the current directory when below it."""
        return shown(self.path / name)

    def type(self, name: str = "") -> EntryType | None:
        """What is under a name, not what a link there leads to."""
        try:
            mode = (self.path / name).lstat().st_mode
        except OSError:
            return None
        if S_ISLNK(mode):
            return EntryType.LINK
        return EntryType.FOLDER if S_ISDIR(mode) else EntryType.FILE if S_ISREG(mode) else EntryType.OTHER

    def entries(self) -> Sequence[tuple[str, EntryType]]:
        """All names in it with what they are, in order. Raises OSError."""
        found = ((path.name, self.type(path.name)) for path in sorted(self.path.iterdir()))
        return [(name, there) for name, there in found if there is not None]

    def folder(self, name: str) -> Self:
        """The folder of that name, whether or not it is there."""
        return type(self)(self.path / name)

    def read(self, name: str) -> bytes:
        """The contents of a file. Raises InputError for what is absent, no plain file, unreadable or too large."""
        return read_bytes(self.path / name)
