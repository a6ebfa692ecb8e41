"""A repository made object by object, without git, which would refuse most of what is tried: any entry, under any name."""

import hashlib
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Self

WHO = "Anna <a@example.org> 1569888000 +0000"
FILE, FOLDER, LINK, MODULE = "100644", "40000", "120000", "160000"
MISSING = "0123456789abcdef0123456789abcdef01234567"
"""The name of an object that no repository has."""


class Entry(NamedTuple):
    """A line of a tree: any bytes as its name, any digits as its mode."""

    mode: str
    name: bytes
    oid: str


@dataclass
class Objects:
    """A repository's folder `.git`, below a folder that is there."""

    top: Path
    _known: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        for part in ("objects", "refs/heads"):
            (self.top / ".git" / part).mkdir(parents=True)
        (self.top / ".git" / "config").write_text("[core]\nrepositoryformatversion = 0\nbare = false\n", encoding="ascii")

    @classmethod
    def beside(cls, other: Self, top: Path) -> Self:
        """Another one that has the objects of the first as well."""
        made = cls(top)
        (top / ".git/objects/info").mkdir()
        (top / ".git/objects/info/alternates").write_text(f"{other.top}/.git/objects\n", encoding="utf-8")
        return made

    def add(self, kind: str, content: bytes) -> str:
        """An object, by its name."""
        whole = f"{kind} {len(content)}".encode() + b"\0" + content
        oid = hashlib.sha1(whole, usedforsecurity=False).hexdigest()
        path = self.top / ".git/objects" / oid[:2] / oid[2:]
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(zlib.compress(whole, 1))
        return oid

    def blob(self, content: bytes) -> str:
        """A file's contents."""
        return self.add("blob", content)

    def tree(self, entries: Iterable[Entry], *, sort: bool = True) -> str:
        """A folder; sorted as git sorts."""
        lines = [*entries]
        if sort:
            lines.sort(key=lambda entry: entry.name + (b"/" if entry.mode == FOLDER else b""))
        return self.add("tree", b"".join(entry.mode.encode() + b" " + entry.name + b"\0" + bytes.fromhex(entry.oid) for entry in lines))

    def commit(self, tree: str, *parents: str) -> str:
        """A commit."""
        above = "".join(f"parent {parent}\n" for parent in parents)
        return self.add("commit", f"tree {tree}\n{above}author {WHO}\ncommitter {WHO}\n\nA request\n".encode())

    def point(self, **branches: str) -> None:
        """Branches to commits; the one that is checked out is main."""
        (self.top / ".git/HEAD").write_text("ref: refs/heads/main\n", encoding="ascii")
        for name, commit in branches.items():
            (self.top / ".git/refs/heads" / name).write_text(f"{commit}\n", encoding="ascii")

    def branch(self, name: str) -> str:
        """The commit of a branch."""
        return (self.top / ".git/refs/heads" / name).read_text(encoding="ascii").strip()


@dataclass
class Tree:
    """A folder to be: names to contents, to other folders, or to entries that are made elsewhere; and lines in any form beside them."""

    names: dict[bytes, "bytes | Tree | Entry"] = field(default_factory=dict)
    more: list[Entry] = field(default_factory=list)

    @classmethod
    def of(cls, files: Mapping[str, bytes]) -> "Tree":
        """Folders of files by path."""
        top = cls()
        for path, content in files.items():
            top.put(path, content)
        return top

    def folder(self, path: str) -> "Tree":
        """One below it, made where there is none."""
        here = self
        for part in filter(None, path.split("/")):
            there = here.names.get(part.encode())
            if not isinstance(there, Tree):
                there = here.names[part.encode()] = Tree()
            here = there
        return here

    def put(self, path: str, content: "bytes | Tree | Entry") -> None:
        """Something at a path."""
        above, _, name = path.rpartition("/")
        self.folder(above).names[name.encode()] = content

    def write(self, objects: Objects) -> str:
        """The object of the folder, all in it written."""
        lines = [*self.more]
        for name, there in self.names.items():
            if isinstance(there, Entry):
                lines.append(there)
            elif isinstance(there, Tree):
                lines.append(Entry(FOLDER, name, there.write(objects)))
            else:
                lines.append(Entry(FILE, name, objects.blob(there)))
        return objects.tree(lines)
