"""Where an inventory's files are read from: a folder of the disk, or one of a commit."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from stat import S_ISDIR, S_ISLNK, S_ISREG
from typing import Protocol, Self, TypeVar

from eiginfra.inventory.source import read_bytes, shown

T = TypeVar("T")


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

    def parsed(self, name: str, data: bytes, parse: Callable[[bytes, str], T]) -> T:
        """What `parse` makes of a file's contents and its path as findings show it. Raises what `parse` raises.

        A folder may keep it for the next time that the same contents are parsed in the same place: it must not be changed.
        """
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

    def parsed(self, name: str, data: bytes, parse: Callable[[bytes, str], T]) -> T:
        """What `parse` makes of a file's contents."""
        return parse(data, self.shown(name))


@dataclass(frozen=True)
class EditedFolder(DiskFolder):
    """A folder of the disk as it would be with other files. changes: their contents by resolved path."""

    changes: Mapping[Path, bytes] = field(default_factory=dict)

    @property
    def parent(self) -> Self:
        """The folder that holds it."""
        return replace(self, path=self.path.resolve().parent)

    def type(self, name: str = "") -> EntryType | None:
        """What is under a name, or would be."""
        path = (self.path / name).resolve()
        if path in self.changes:
            return EntryType.FILE
        there = super().type(name)
        return EntryType.FOLDER if there is None and any(path in changed.parents for changed in self.changes) else there

    def entries(self) -> Sequence[tuple[str, EntryType]]:
        """All names in it with what they are, or would be, in order. Raises OSError."""
        here = self.path.resolve()
        new = {path.relative_to(here).parts[0] for path in self.changes if here in path.parents}
        there = {name for name, _ in super().entries()} if self.path.is_dir() else set[str]()
        found = ((name, self.type(name)) for name in sorted(there | new))
        return [(name, entry) for name, entry in found if entry is not None]

    def folder(self, name: str) -> Self:
        """The folder of that name, whether or not it is there."""
        return replace(self, path=self.path / name)

    def read(self, name: str) -> bytes:
        """The contents of a file, or those that it would have. Raises InputError as DiskFolder's."""
        changed = self.changes.get((self.path / name).resolve())
        return super().read(name) if changed is None else changed
