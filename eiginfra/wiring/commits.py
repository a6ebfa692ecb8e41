"""Two revisions of a repository, read from git: files of a commit as an inventory's folder, what differs, what a merge would give."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any, Self, TypeVar

from eiginfra.core.errors import InputError
from eiginfra.core.finding import Location, error
from eiginfra.inventory.folder import EntryType
from eiginfra.inventory.source import MAX_BYTES
from eiginfra.wiring.git import Apart, GitError

T = TypeVar("T")

MOST_BYTES = 32 * 2**20
"""More bytes than the inventories of a repository have in all."""
_FILE, _LINK = ("100644", "100755", "100664"), "120000"


@dataclass(frozen=True)
class Blob:
    """A file of a commit: its mode as git writes it, the name of its contents, its size in bytes."""

    mode: str
    oid: str
    size: int

    @property
    def type(self) -> EntryType:
        """What it is."""
        return EntryType.FILE if self.mode in _FILE else EntryType.LINK if self.mode == _LINK else EntryType.OTHER


@dataclass
class Contents:
    """The contents of files, read when they are first asked for, each once."""

    git: Apart
    known: dict[str, bytes] = field(default_factory=dict)
    _parsed: dict[tuple[object, str, bytes], Any] = field(default_factory=dict, init=False)

    def read(self, blobs: Iterable[Blob]) -> None:
        """Read all of these that are plain files of no unusual size, at once. Raises GitError, also for too much."""
        wanted = {blob.oid: blob.size for blob in blobs if blob.type is EntryType.FILE and blob.size <= MAX_BYTES}
        asked = [oid for oid in wanted if oid not in self.known]
        if (size := sum(wanted[oid] for oid in asked)) > MOST_BYTES:
            raise GitError(f"the inventories have {size / 2**20:.0f} MiB, which is more than any cohort's files; take out what is none")
        printed = self.git.run("cat-file", "--batch", data="".join(f"{oid}\n" for oid in asked).encode()) if asked else b""
        place = 0
        for oid in asked:
            end = printed.index(b"\n", place)
            about = printed[place:end].split(b" ")
            begin = place = end + 1
            if len(about) == 3:
                place += int(about[2]) + 1
            if about[1] == b"blob":
                self.known[oid] = printed[begin : place - 1]

    def parsed(self, path: str, data: bytes, parse: Callable[[bytes, str], T]) -> T:
        """What `parse` makes of contents at a path: made once, however many commits have them there; what it raises is raised each time."""
        key = (parse, path, data)
        if key not in self._parsed:
            self._parsed[key] = parse(data, path)
        found: T = self._parsed[key]
        return found

    def of(self, blob: Blob) -> bytes | None:
        """The contents of one; None where git has none, or something else, under that name."""
        if blob.oid not in self.known:
            self.read([blob])
        return self.known.get(blob.oid)


@dataclass
class CommitFiles:
    """All files below one folder of a commit or tree. Raises GitError."""

    contents: Contents
    tree: str
    root: str

    @cached_property
    def blobs(self) -> Mapping[str, Blob]:
        """By path in the repository."""
        listed = self.contents.git.run("ls-tree", "-r", "-l", "-z", "--full-tree", self.tree, "--", *([self.root] if self.root else []))
        found = {}
        for line in filter(None, listed.decode(errors="backslashreplace").split("\0")):
            about, _, path = line.partition("\t")
            mode, _, oid, size = about.split()
            found[path] = Blob(mode, oid, int(size) if size.isdigit() else 0)
        return found

    @cached_property
    def folders(self) -> Mapping[str, Mapping[str, EntryType]]:
        """By path of a folder, all names in it."""
        found: dict[str, dict[str, EntryType]] = {}
        for path, blob in self.blobs.items():
            there = blob.type
            while path:
                above, _, name = path.rpartition("/")
                known = found.setdefault(above, {})
                if name in known:
                    break
                known[name] = there
                path, there = above, EntryType.FOLDER  # noqa: PLW2901 - upwards
        return found

    def having(self, path: str, blob: Blob) -> Self:
        """The same files with another in the place of one."""
        other = type(self)(self.contents, self.tree, self.root)
        other.__dict__["blobs"] = {**self.blobs, path: blob}
        return other

    def folder(self, path: str) -> "CommitFolder":
        """One of the folders, whether or not it is there."""
        return CommitFolder(self, path)


@dataclass(frozen=True)
class CommitFolder:
    """A folder of a commit, as an inventory's folder. Its paths are those in the repository."""

    files: CommitFiles
    path: str

    @property
    def name(self) -> str:
        """Its own name."""
        return PurePosixPath(self.path).name

    @property
    def parent(self) -> Self:
        """The folder that holds it."""
        return type(self)(self.files, self.path.rpartition("/")[0])

    def shown(self, name: str = "") -> str:
        """The path in the repository."""
        return "/".join(part for part in (self.path, name) if part)

    def type(self, name: str = "") -> EntryType | None:
        """What is under a name; None: nothing."""
        above, _, last = self.shown(name).rpartition("/")
        return self.files.folders.get(above, {}).get(last)

    def entries(self) -> Sequence[tuple[str, EntryType]]:
        """All names in it with what they are, in order."""
        return sorted(self.files.folders.get(self.path, {}).items())

    def folder(self, name: str) -> Self:
        """The folder of that name, whether or not it is there."""
        return type(self)(self.files, self.shown(name))

    def read(self, name: str) -> bytes:
        """The contents of a file. Raises InputError for what is absent, no plain file, or too large."""
        path = self.shown(name)
        blob = self.files.blobs.get(path)
        where = Location(file=path)
        there = self.type(name)
        if blob is None:
            raise InputError([error("file-is-folder" if there is EntryType.FOLDER else "file-missing", location=where)])
        if blob.type is not EntryType.FILE:
            raise InputError([error("file-is-link" if blob.type is EntryType.LINK else "file-not-regular", location=where)])
        if blob.size > MAX_BYTES:
            raise InputError([error("file-too-large", size=f"{blob.size / 2**20:.1f}", location=where)])
        contents = self.files.contents.of(blob)
        if contents is None:
            raise InputError([error("file-not-in-git", object=blob.oid[:12], location=where)])
        return contents

    def parsed(self, name: str, data: bytes, parse: Callable[[bytes, str], T]) -> T:
        """What `parse` makes of a file's contents, or made of the same contents in another commit."""
        return self.files.contents.parsed(self.shown(name), data, parse)


@dataclass(frozen=True)
class Difference:
    """A file that is not the same in two trees; None where it is not there."""

    path: str
    before: Blob | None
    after: Blob | None


def differences(git: Apart, before: str, after: str) -> list[Difference]:
    """All files that differ, in order; what is renamed is gone under one name and new under the other. Sizes are not told (0)."""
    options = ("-r", "-z", "--raw", "--no-renames", "--no-ext-diff", "--no-textconv", "--full-index", "--no-commit-id")
    listed = git.run("diff-tree", *options, before, after).decode(errors="backslashreplace").split("\0")
    found = []
    for about, path in zip(listed[0:-1:2], listed[1::2], strict=False):
        modes = about.lstrip(":").split()
        sides = [None if set(mode) == {"0"} else Blob(mode, oid, 0) for mode, oid in zip(modes[:2], modes[2:4], strict=True)]
        found.append(Difference(path, sides[0], sides[1]))
    return found


@dataclass(frozen=True)
class MergedTree:
    """What a merge of two commits gives: a tree, and the files in which they contradict each other."""

    tree: str
    conflicts: tuple[str, ...]


def ancestor(git: Apart, base: str, head: str) -> str:
    """The last commit that two have in common. Raises GitError where they have none here."""
    found = git.run("merge-base", base, head, most=1).split()
    if not found:
        raise GitError("the two commits have no common ancestor here: fetch the whole history (in a CI job: GIT_DEPTH 0)")
    return found[0].decode("ascii")


def merged(git: Apart, base: str, head: str) -> MergedTree:
    """The merge of two commits with a common ancestor, made without a checkout. Raises GitError."""
    printed = git.run("merge-tree", "--write-tree", "-z", "--no-messages", "--name-only", base, head, most=1)
    tree, *conflicts = printed.decode(errors="backslashreplace").split("\0")
    return MergedTree(tree, tuple(dict.fromkeys(filter(None, conflicts))))
