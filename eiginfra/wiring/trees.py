"""Folders of a commit as git keeps them, looked through before anything else reads them: whoever may push can make any.

git's commands and file systems read some of them in ways of their own (two files of one name, a name with a slash), end without words at
others, and take hours for a few small ones that name each other. So names, modes and sizes are looked at here, in the objects themselves.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from eiginfra.core.finding import Finding, Location, error
from eiginfra.inventory.tree import MAX_FINDINGS

MOST_LEVELS: Final = 32
MOST_BYTES: Final = 16 * 2**20
"""Of the objects of folders that are read for one request."""
_LONGEST: Final = 255
"""Bytes of a name: no file system takes more."""
_FOLDER: Final = "40000"
_MODES: Final = frozenset({"100644", "100755", "100664", "120000", _FOLDER})
"""Of files, links and folders. What has another is a submodule, or git takes it for one."""
_RESERVED = re.compile(r"\.git|git~\d+|\.gitmodules|gi7eba~\d+|\.eiginfra|eiginf~\d+|\.venv(?:-clients)?|venv~\d+")

Read = Callable[[Sequence[str], bytes], bytes]
"""What git prints for arguments, and what it is given. Raises GitError."""


class _Line(NamedTuple):
    mode: str
    name: bytes
    oid: str


@dataclass(frozen=True)
class _TreePair:
    """A folder of the commit, by its path (`a/b/`, or "") and git's name of it, and the one that was there before."""

    path: str
    oid: str
    before: str | None


@dataclass
class TreeExamination:
    r"""What is wrong with the folders of a commit.

    broken: whether it is so wrong that nothing else must read it. Paths have `\xNN` for bytes that are no UTF-8.
    """

    read: Read
    most: int
    findings: list[Finding] = field(default_factory=list)
    broken: bool = False
    _count: int = 0
    _bytes: int = 0

    def of(self, before: str | None, after: str) -> "TreeExamination":
        """All that a commit has and another has not. Raises GitError."""
        trees = {commit: f"{commit}^{{tree}}" for commit in (before, after) if commit is not None}
        level = [_TreePair("", trees[after], None if before is None else trees[before])]
        for _ in range(MOST_LEVELS):
            level = [*self._below(level)]
            if not level or len(self.findings) >= MAX_FINDINGS:
                return self
        self._stop(error("folders-too-deep", most=MOST_LEVELS, location=Location(file=level[0].path)))
        return self

    def _stop(self, found: Finding) -> None:
        self.findings.append(found)
        self.broken = True

    def _below(self, level: Sequence[_TreePair]) -> Iterator[_TreePair]:
        known = self._trees([oid for pair in level for oid in (pair.oid, pair.before) if oid is not None])
        for pair in level:
            if pair.oid not in known:
                self._stop(error("folder-not-in-git", object=pair.oid[:12], location=Location(file=pair.path or ".")))
            else:
                yield from self._folder(pair, known[pair.oid], known.get(pair.before or "", ()))
            if self._count > self.most or self._bytes > MOST_BYTES:
                self._stop(error("request-too-large", most=self.most))
            if self._count > self.most or self._bytes > MOST_BYTES or len(self.findings) >= MAX_FINDINGS:
                return

    def _folder(self, pair: _TreePair, lines: Sequence[_Line], before: Sequence[_Line]) -> Iterator[_TreePair]:
        had: Mapping[bytes, _Line] = {line.name: line for line in before}
        new = [line for line in lines if had.get(line.name) != line]
        self._count += len(new)
        if self._count > self.most:
            return
        self._twice(pair.path, lines, new)
        for line in new:
            path = f"{pair.path}{_shown(line.name)}"
            unusable = line.name in (b"", b".", b"..") or b"/" in line.name or len(line.name) > _LONGEST
            if unusable or refused(line.mode, line.name):
                self.findings.append(error("file-refused", location=Location(file=path)))
                self.broken |= unusable
            elif line.mode == _FOLDER:
                there = had.get(line.name)
                yield _TreePair(f"{path}/", line.oid, there.oid if there and there.mode == _FOLDER else None)

    def _twice(self, path: str, lines: Sequence[_Line], new: Sequence[_Line]) -> None:
        """Names that a file system takes for one."""
        names: dict[str, list[bytes]] = {}
        for line in lines:
            names.setdefault(_alike(line.name), []).append(line.name)
        for alike in {_alike(line.name): None for line in new}:
            if len(names[alike]) > 1:
                first, second = names[alike][:2]
                where = Location(file=path + _shown(second))
                self.findings.append(error("name-twice", name=_shown(second), other=_shown(first), location=where))
                self.broken |= first == second

    def _trees(self, asked: Sequence[str]) -> dict[str, Sequence[_Line]]:
        """Folders by the names under which they are asked for; without those that are missing, damaged, or no folders."""
        named = "".join(f"{oid}\n" for oid in dict.fromkeys(asked)).encode()
        about = [line.split(" ") for line in self.read(("cat-file", "--batch-check"), named).decode().splitlines()]
        sizes = {
            name: (told[0], int(told[2]))
            for name, told in zip(dict.fromkeys(asked), about, strict=True)
            if len(told) == 3 and told[1] == "tree"
        }
        self._bytes += sum(size for _, size in sizes.values())
        if self._bytes > MOST_BYTES:
            return dict.fromkeys(sizes, ())
        printed = self.read(("cat-file", "--batch"), "".join(f"{oid}\n" for oid, _ in sizes.values()).encode()) if sizes else b""
        found: dict[str, Sequence[_Line]] = {}
        place = 0
        for name, (oid, size) in sizes.items():
            begin = printed.index(b"\n", place) + 1
            place = begin + size + 1
            lines = _lines(printed[begin : place - 1], len(oid) // 2)
            if lines is not None:
                found[name] = lines
        return found


def refused(mode: str, name: bytes) -> bool:
    """Whether nobody may bring in a file or folder: by its kind and its name, however a file system may read that.

    It could become git's, Python's or eiginfra's own, is a submodule, or has signs that are not shown.
    """
    try:
        text = name.decode()
    except UnicodeDecodeError:
        return True
    return mode not in _MODES or not text.isprintable() or "\\" in text or _RESERVED.fullmatch(_folded(text)) is not None


def _folded(name: str) -> str:
    """As file systems fold names: case, signs without width, forms of letters, streams, dots and blanks at the end."""
    seen = "".join(letter for letter in unicodedata.normalize("NFKC", name) if unicodedata.category(letter) not in ("Cf", "Cc", "Mn"))
    return seen.casefold().partition(":")[0].rstrip(". ")


def _alike(name: bytes) -> str:
    return unicodedata.normalize("NFC", _shown(name)).casefold()


def _shown(name: bytes) -> str:
    return name[: _LONGEST + 1].decode(errors="backslashreplace")


def _lines(tree: bytes, width: int) -> Sequence[_Line] | None:
    """The entries of a folder's object; None for what is none. width: the bytes of an object's name."""
    found, place = [], 0
    while place < len(tree):
        end = tree.find(b"\0", place)
        mode, blank, name = tree[place:end].partition(b" ")
        place = end + 1 + width
        if end < 0 or not blank or not mode.isdigit() or place > len(tree):
            return None
        found.append(_Line(mode.decode("ascii"), name, tree[end + 1 : place].hex()))
    return found
