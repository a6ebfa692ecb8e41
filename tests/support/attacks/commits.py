"""Commits that are made to exhaust, confuse or mislead whoever reviews them, in a repository of the example with three teams."""

import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from support.attacks import Ground, attack
from support.attacks.requests import COHORT, FILES, TEAM, sane
from support.forked import Ended
from support.git_objects import FILE, FOLDER, LINK, MISSING, MODULE, Entry, Objects, Tree
from support.watched import PROGRAMS

ROOT = Path(__file__).parents[3]
READING = ("r", "'NoneType'", "rb")
TEMPORARY = Path(tempfile.gettempdir())
COHORTS: Final = "inventories/eig3"
TEAMS: Final = f"{COHORTS}/teams"


def base_tree() -> Tree:
    """The target branch: the example with three teams."""
    files = {"eiginfra.yml": "eiginfra.yml", "playbooks/site.yml": "playbooks/site.yml", "infra/lab.yml": "infra/lab.yml"}
    files |= {f"{TEAMS}/{name}.yml": f"{TEAMS}/{name}.yml" for name in ("adler", "cibnav", "plume")}
    read = {path: (ROOT / file).read_bytes() for path, file in files.items()}
    return Tree.of({**read, f"{COHORTS}/cohort.yml": COHORT.encode()})


def project(folder: Path) -> Objects:
    """A repository whose target branch is that, and its head a request for one more team; nothing is checked out but eiginfra.yml."""
    objects, tree = Objects(folder), base_tree()
    base = objects.commit(tree.write(objects))
    tree.put(f"{TEAMS}/neu.yml", TEAM.encode())
    objects.point(main=base, head=objects.commit(tree.write(objects), base))
    (folder / "eiginfra.yml").write_bytes((ROOT / "eiginfra.yml").read_bytes())
    return objects


def reviewing(folder: Path, *more: str) -> list[str]:
    """The command that reviews the head."""
    return ["review", "--settings", str(folder / "eiginfra.yml"), "--base", "main", "--head", "head", *more]


Head = Callable[[Objects, str, Tree], str]
"""Makes the head of what the repository, its base and the base's tree give."""


def _entry(folder: str, mode: str, name: bytes, content: bytes = TEAM.encode()) -> Head:
    """One line more in a folder."""

    def make(objects: Objects, base: str, tree: Tree) -> str:
        oid = {FOLDER: objects.tree([Entry(FILE, b"cohort.yml", objects.blob(content))]), MODULE: base}.get(mode) or objects.blob(content)
        tree.folder(folder).more.append(Entry(mode, name, oid))
        return objects.commit(tree.write(objects), base)

    return make


def _names(folder: str, *names: str | bytes) -> Head:
    def make(objects: Objects, base: str, tree: Tree) -> str:
        blob = objects.blob(TEAM.encode())
        tree.folder(folder).more += [Entry(FILE, name if isinstance(name, bytes) else name.encode(), blob) for name in names]
        return objects.commit(tree.write(objects), base)

    return make


def _file(path: str, content: bytes) -> Head:
    def make(objects: Objects, base: str, tree: Tree) -> str:
        tree.put(path, content)
        return objects.commit(tree.write(objects), base)

    return make


def _instead(path: str, mode: str, content: bytes) -> Head:
    """What is at a path becomes something else."""

    def make(objects: Objects, base: str, tree: Tree) -> str:
        name = path.rpartition("/")[2]
        tree.put(path, Entry(mode, name.encode(), base if mode == MODULE else objects.blob(content)))
        return objects.commit(tree.write(objects), base)

    return make


def _object(path: str, mode: str, kind: str | None) -> Head:
    """At a path, an object of another kind than its mode says, or none."""

    def make(objects: Objects, base: str, tree: Tree) -> str:
        name = path.rpartition("/")[2]
        there = {"tree": lambda: objects.tree([]), "blob": lambda: objects.blob(b"x"), "commit": lambda: base}
        tree.put(path, Entry(mode, name.encode(), there[kind]() if kind else MISSING))
        return objects.commit(tree.write(objects), base)

    return make


def _many(folder: str, count: int) -> Head:
    def make(objects: Objects, base: str, tree: Tree) -> str:
        blob = objects.blob(TEAM.encode())
        tree.folder(folder).more += [Entry(FILE, f"t{number}.yml".encode(), blob) for number in range(count)]
        return objects.commit(tree.write(objects), base)

    return make


def _sized(folder: str, count: int, size: int) -> Head:
    def make(objects: Objects, base: str, tree: Tree) -> str:
        for number in range(count):
            tree.folder(folder).names[f"t{number}.yml".encode()] = TEAM.encode() + f"# {number} ".encode() + b"x" * (size - 200)
        return objects.commit(tree.write(objects), base)

    return make


def _renames(objects: Objects, base: str, tree: Tree) -> str:
    """Teams that are gone, and a thousand files that look like them; the target branch changed the teams."""
    large = b"# " + b"\n".join(f"a line, the {number}th".encode() for number in range(2500))
    for name in ("adler", "cibnav", "plume"):
        tree.put(f"{TEAMS}/{name}.yml", (ROOT / TEAMS / f"{name}.yml").read_bytes() + large)
    before = objects.commit(tree.write(objects), base)
    for name in ("adler", "cibnav", "plume"):
        tree.put(f"{TEAMS}/{name}.yml", (ROOT / TEAMS / f"{name}.yml").read_bytes() + large + b"# more\n")
    objects.point(main=objects.commit(tree.write(objects), before))
    tree.folder(TEAMS).names.clear()
    for number in range(190):
        tree.put(f"{TEAMS}/t{number}.yml", TEAM.encode() + large + f"# {number}\n".encode())
    return objects.commit(tree.write(objects), before)


def _bomb(folder: str, levels: int) -> Head:
    """Ten names of one folder, again and again: ten to the power of the levels files, of a few objects."""

    def make(objects: Objects, base: str, tree: Tree) -> str:
        oid, mode = objects.blob(TEAM.encode()), FILE
        for _ in range(levels):
            oid, mode = objects.tree([Entry(mode, f"d{number}".encode(), oid) for number in range(10)]), FOLDER
        tree.folder(folder).more.append(Entry(FOLDER, b"bomb", oid))
        return objects.commit(tree.write(objects), base)

    return make


def _deep(folder: str, levels: int) -> Head:
    def make(objects: Objects, base: str, tree: Tree) -> str:
        oid, mode, name = objects.blob(TEAM.encode()), FILE, b"x.yml"
        for _ in range(levels):
            oid, mode, name = objects.tree([Entry(mode, name, oid)]), FOLDER, b"d"
        tree.folder(folder).more.append(Entry(mode, name, oid))
        return objects.commit(tree.write(objects), base)

    return make


def _raw(kind: str, content: bytes) -> Head:
    """A team file's object that is none that git can read."""

    def make(objects: Objects, base: str, tree: Tree) -> str:
        tree.folder(TEAMS).more.append(Entry(FOLDER, b"neu.yml", objects.add(kind, content)))
        return objects.commit(tree.write(objects), base)

    return make


def _corrupt(objects: Objects, base: str, tree: Tree) -> str:
    tree.put(f"{TEAMS}/neu.yml", b"title: corrupt\n")
    head = objects.commit(tree.write(objects), base)
    oid = objects.blob(b"title: corrupt\n")
    (objects.top / ".git/objects" / oid[:2] / oid[2:]).write_bytes(b"no zlib")
    return head


def _unrelated(objects: Objects, base: str, tree: Tree) -> str:
    tree.put(f"{TEAMS}/neu.yml", TEAM.encode())
    return objects.commit(tree.write(objects))


def _missing_parent(objects: Objects, base: str, tree: Tree) -> str:
    tree.put(f"{TEAMS}/neu.yml", TEAM.encode())
    return objects.commit(tree.write(objects), MISSING)


def _missing_root(objects: Objects, base: str, tree: Tree) -> str:
    return objects.commit(MISSING, base)


def _blob_as_root(objects: Objects, base: str, tree: Tree) -> str:
    return objects.commit(objects.blob(b"x"), base)


def _no_commit(objects: Objects, base: str, tree: Tree) -> str:
    return objects.add("commit", b"x" * 1000)


def _conflict(objects: Objects, base: str, tree: Tree) -> str:
    """The request and the target branch, which went on, write other titles."""
    before = (ROOT / TEAMS / "adler.yml").read_bytes()
    tree.put(f"{TEAMS}/adler.yml", before.replace(b"title:", b"title: one and", 1))
    theirs = objects.commit(tree.write(objects), base)
    tree.put(f"{TEAMS}/adler.yml", before.replace(b"title:", b"title: another and", 1))
    objects.point(main=objects.commit(tree.write(objects), base))
    return theirs


def _many_parents(objects: Objects, base: str, tree: Tree) -> str:
    tree.put(f"{TEAMS}/neu.yml", b"title: [\n")
    root = tree.write(objects)
    parents = [
        objects.add("commit", f"tree {root}\nparent {base}\nauthor a <a> {n} +0000\ncommitter a <a> {n} +0000\n\nx\n".encode())
        for n in range(300)
    ]
    return objects.commit(root, *parents)


_LINKED = b"../../../../../../etc/passwd"
HEADS: Final[Mapping[str, Head]] = {
    **{
        f"{what}@{where}": _entry(folder, mode, name)
        for where, folder in {
            "the-top": "",
            "the-cohorts": COHORTS.rpartition("/")[0],
            "the-cohort": COHORTS,
            "the-teams": TEAMS,
            "elsewhere": "docs",
        }.items()
        for what, mode, name in (
            ("the-parent", FILE, b".."),
            ("the-parent-as-folder", FOLDER, b".."),
            ("itself", FILE, b"."),
            ("itself-as-folder", FOLDER, b"."),
            ("an-empty-name", FILE, b""),
            ("a-path-as-name", FILE, b"b/../../cohort.yml"),
            ("a-path-to-a-team", FILE, b"inventories/eig3/teams/adler.yml"),
            ("a-slash-at-the-end", FILE, b"neu.yml/"),
            ("a-slash-at-the-start", FILE, b"/neu.yml"),
            ("a-backslash", FILE, b"..\\neu.yml"),
            ("a-line-feed", FILE, b"a\nb.yml"),
            ("an-escape", FILE, b"a\x1b[2J.yml"),
            ("a-tab", FILE, b"a\tb.yml"),
            ("a-carriage-return", FILE, b"a\rb.yml"),
            ("a-delete", FILE, b"a\x7fb.yml"),
            ("no-utf-8", FILE, b"a\xff.yml"),
            ("a-surrogate", FILE, b"a\xed\xa0\x80.yml"),
            ("a-direction", FILE, "a\u202elmy.b".encode()),
            ("a-git-folder", FOLDER, b".git"),
            ("a-git-folder-in-capitals", FOLDER, b".GIT"),
            ("a-short-name", FOLDER, b"git~1"),
            ("a-submodule", MODULE, b"module"),
            ("modules", FILE, b".gitmodules"),
            ("attributes", FILE, b".gitattributes"),
            ("a-link", LINK, b"link.yml"),
        )
    },
    "a-submodule-instead-of-a-team": _instead(f"{TEAMS}/adler.yml", MODULE, b""),
    "a-submodule-instead-of-the-teams": _instead(TEAMS, MODULE, b""),
    "a-submodule-instead-of-the-cohort": _instead(COHORTS, MODULE, b""),
    "a-link-instead-of-a-team": _instead(f"{TEAMS}/adler.yml", LINK, _LINKED),
    "a-link-instead-of-the-teams": _instead(TEAMS, LINK, b"../../docs"),
    "a-link-instead-of-the-cohort": _instead(COHORTS, LINK, b"../docs"),
    "a-link-instead-of-cohort-file": _instead(f"{COHORTS}/cohort.yml", LINK, b"../../../../etc/passwd"),
    "a-link-beside-the-cohort": _instead("inventories/eig4", LINK, b"eig3"),
    "a-file-instead-of-the-teams": _instead(TEAMS, FILE, b"x"),
    "a-file-instead-of-the-cohort": _instead(COHORTS, FILE, b"x"),
    "a-program": _instead(f"{TEAMS}/adler.yml", "100755", (ROOT / TEAMS / "adler.yml").read_bytes()),
    **{
        f"the-mode-{mode}": _instead(f"{TEAMS}/neu.yml", mode, TEAM.encode())
        for mode in ("100664", "000000", "0", "100777", "104755", "60000", "777777", "20000", "10644", "1234567012345670123456")
    },
    "equal-names": _names(TEAMS, "neu.yml", "neu.yml"),
    "a-name-twice": _names(TEAMS, "adler.yml"),
    "names-in-two-cases": _names(TEAMS, "neu.yml", "Neu.yml", "NEU.YML"),
    "cohorts-in-two-cases": _entry("inventories", FOLDER, b"EIG3"),
    "teams-in-two-cases": _entry(COHORTS, FOLDER, b"Teams"),
    "names-in-two-forms": _names(TEAMS, "é.yml", "e\u0301.yml"),
    "names-that-look-alike": _names(TEAMS, "аdler.yml", "adler\u200b.yml"),
    "a-long-name": _names(TEAMS, "a" * 5000 + ".yml"),
    "a-name-of-a-mebibyte": _names(TEAMS, "a" * 2**20 + ".yml"),
    "a-name-of-options": _names(TEAMS, "--help.yml", "-rf.yml", "$(touch canary).yml"),
    "a-name-of-pathspecs": _names(TEAMS, ":(glob)*.yml", ":!x.yml"),
    "a-name-of-markdown": _names(TEAMS, "](http:", "`x`.yml", "<img src=x>.yml"),
    "many-files": _many(TEAMS, 100_000),
    "many-files-beside": _many(COHORTS, 100_000),
    "many-files-elsewhere": _many("docs", 100_000),
    "many-cohorts": _many("inventories", 100_000),
    "a-bomb-of-trees": _bomb(COHORTS, 8),
    "a-bomb-of-trees-elsewhere": _bomb("docs", 8),
    "just-few-enough-teams": _many(TEAMS, 190),
    "just-few-enough-files-beside": _many(COHORTS, 190),
    "just-few-enough-files-elsewhere": _many("docs", 990),
    "too-many-teams": _many(TEAMS, 210),
    "just-few-enough-bytes": _sized(TEAMS, 20, 2**20),
    "as-many-bytes-elsewhere": _sized("docs", 31, 2**20),
    "too-many-bytes": _sized(TEAMS, 40, 2**20 - 100),
    "many-renames": _renames,
    "a-deep-tree": _deep(TEAMS, 10_000),
    "a-deep-tree-elsewhere": _deep("docs", 10_000),
    "ten-mebibytes": _file(f"{TEAMS}/neu.yml", b"x" * 10 * 2**20),
    "ten-mebibytes-elsewhere": _file("x", b"x" * 10 * 2**20),
    "a-bomb-of-zeros": _file(f"{TEAMS}/neu.yml", bytes(200 * 2**20)),
    "a-bare-repository": _file(f"{COHORTS}/HEAD", b"ref: refs/heads/main\n"),
    "filters": _file(".gitattributes", b"* filter=trap diff=trap merge=trap ident text eol=crlf working-tree-encoding=utf-16\n"),
    "a-missing-file": _object(f"{TEAMS}/neu.yml", FILE, None),
    "a-missing-file-elsewhere": _object("docs/x", FILE, None),
    "a-missing-folder": _object(TEAMS, FOLDER, None),
    "a-missing-folder-elsewhere": _object("docs", FOLDER, None),
    "a-file-as-folder": _object(TEAMS, FOLDER, "blob"),
    "a-folder-as-file": _object(f"{TEAMS}/neu.yml", FILE, "tree"),
    "a-commit-as-file": _object(f"{TEAMS}/neu.yml", FILE, "commit"),
    "a-commit-as-folder": _object(f"{TEAMS}/neu", FOLDER, "commit"),
    "a-folder-of-noise": _raw("tree", b"\x00" * 100),
    "a-folder-cut-off": _raw("tree", b"100644 a\0abc"),
    "a-corrupt-file": _corrupt,
    "no-common-ancestor": _unrelated,
    "a-missing-parent": _missing_parent,
    "a-missing-tree": _missing_root,
    "a-file-as-tree": _blob_as_root,
    "a-commit-of-noise": _no_commit,
    "a-conflict": _conflict,
    "many-parents": _many_parents,
}


TOLD: Final = frozenset(
    {
        *(f"{what}@{where}" for what in ("attributes", "a-link") for where in ("the-top", "the-cohorts", "elsewhere")),
        *("a-link-beside-the-cohort", "a-program", "the-mode-100664", "filters", "ten-mebibytes-elsewhere", "a-missing-file-elsewhere"),
        *("just-few-enough-files-elsewhere", "as-many-bytes-elsewhere"),
    }
)
"""What is no error: the review names the file, and who must approve it."""
NOT_COMPARED: Final = {
    "no-common-ancestor": "fetch the whole history",
    "a-missing-parent": "fetch the whole history",
    "a-commit-of-noise": "fetch it",
    "too-many-bytes": "take out what is none",
}
"""What is no review, and a part of what is said instead."""


def _reviewed(ground: Ground, make: Head) -> Ended:
    """The review of a head, in which nothing of it ran, and by which nothing was written."""
    objects = Objects.beside(ground.repository, ground.folder / "checkout")
    base = ground.repository.branch("main")
    (objects.top / "eiginfra.yml").write_bytes((ROOT / "eiginfra.yml").read_bytes())
    objects.point(main=base)
    objects.point(head=make(objects, base, base_tree()))
    before = sorted(objects.top.rglob("*"))
    ended = ground.forked.run(reviewing(objects.top), objects.top, watched=True)
    started = {arguments[0] for event, arguments in ended.events if event.startswith(PROGRAMS)}
    opened = {Path(arguments[0]) for event, arguments in ended.events if event == "open" and arguments[1] not in READING}
    written = {path for path in opened if path.is_absolute() and path != Path(os.devnull)}
    assert started <= {"git"}
    assert all(path.parts[len(TEMPORARY.parts)].startswith("eiginfra-git-") for path in written), written
    assert ([path for path in written if path.exists()], sorted(objects.top.rglob("*"))) == ([], before)
    assert not (objects.top / "canary").exists()
    return ended


@attack(9, HEADS)
def hostile_commit(ground: Ground, make: Head) -> None:
    """The head is one of them."""
    ended, name = _reviewed(ground, make), next(name for name, known in HEADS.items() if known is make)
    sane(ended)
    if name in NOT_COMPARED:
        assert ended.code == 64
        assert NOT_COMPARED[name] in ended.printed
        return
    assert ended.code == (0 if name in TOLD else 65), ended.printed[-2000:]
    assert "error: " in ended.printed or name in TOLD
    assert "must approve" in ended.printed


@attack(9, FILES)
def hostile_file_of_a_commit(ground: Ground, content: bytes) -> None:
    """A team's file in the head is one of them."""
    ended = _reviewed(ground, _file(f"{TEAMS}/adler.yml", content))
    sane(ended)
    assert ended.code == 65, ended.printed[-2000:]
    assert f"{TEAMS}/adler.yml" in ended.printed


@attack(9, FILES)
def hostile_cohort_file_of_a_commit(ground: Ground, content: bytes) -> None:
    """The same as cohort.yml."""
    ended = _reviewed(ground, _file(f"{COHORTS}/cohort.yml", content))
    sane(ended)
    assert ended.code == 65, ended.printed[-2000:]
    assert f"{COHORTS}/cohort.yml" in ended.printed
