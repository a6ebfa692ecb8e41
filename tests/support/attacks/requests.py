"""Requests that are made to exhaust, confuse or mislead whoever reads them: each ends soon, in little memory, with a message.

A corpus as data: files of a team by name, and folders that no person would make. `eiginfra check` reads them all.
"""

import os
import random
import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from support.attacks import Ground, attack
from support.forked import Ended, Forked

ROOT = Path(__file__).parents[3]
SECONDS: Final = 2.0
MEGABYTES: Final = 400
LINES: Final = 210
COHORT: Final = "cohort: eig3\ntitle: EIG 3\nstarts: 2019-09-02\nends: 2020-07-01\nquota: {default: {projects: 99}}\n"
TEAM: Final = "title: T\nadministration: C\nmembers:\n  - {username: a-1, name: One, email: a-1@example.org}\n"
_HEAD: Final = "title: T\nadministration: C\n"
_MIB: Final = 2**20


def _full(text: str, unit: str, end: str = "") -> bytes:
    """A text, then as many units as fit into the largest file that is read, then its end."""
    room = _MIB - len((text + end).encode())
    return (text + unit * (room // len(unit.encode())) + end).encode()


def _bomb() -> bytes:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{step}: &a{step} [{', '.join([f'*a{step - 1}'] * 9)}]" for step in range(1, 10)]
    return "\n".join(lines).encode()


def _numbered(text: str, count: int) -> bytes:
    return "".join(text.format(number) for number in range(count)).encode()


FILES: Final[Mapping[str, bytes]] = {
    # More than anybody reads.
    "ten-mebibytes": b"title: " + b"x" * (10 * _MIB),
    "a-long-line": _full("title: ", "x"),
    "a-long-text": _full(f"{_HEAD}description: ", "x"),
    "a-long-key": _full(_HEAD, "x", ": y\n"),
    "a-long-quoted-key": _full(f"{_HEAD}? '", "x", "'\n: y\n"),
    "a-long-user-name": _full(f"{_HEAD}members: [{{username: '", "a", "', email: x}]\n"),
    "a-long-number": _full(f"{_HEAD}machines: [{{name: a, image: x, cores: ", "9", "}]"),
    "a-long-exponent": _full(f"{_HEAD}machines: [{{name: a, image: x, cores: 1e", "9", "}]"),
    "a-long-comment": _full(f"{_HEAD}members: #", " x"),
    "blanks-in-quotes": _full('title: "', " ", '"'),
    "line-feeds": _full("", "\n", "title: x"),
    "comments": _full("", "#\n"),
    "escapes": _full('title: "', "\\x41", '"'),
    "hidden-escapes": _full('title: "', "\\u200b", '"'),
    "documents": _full("", "---\n"),
    "directives": _full("", "%TAG ! tag:x,2000:\n", "---\ntitle: x\n"),
    "html": _full("", "<html>"),
    "conflicts": _full("", "<<<<<<< a\n=======\n>>>>>>> b\n"),
    "private-keys": _full("", "-----BEGIN "),
    "a-private-key-of-many-words": _full("-----BEGIN ", "A "),
    "tabs": _full("title:\n", "\tx\n"),
    "quotes-not-closed": _full('title: "x\n', "  a: b\n"),
    "many-keys": _numbered("k{}: 1\n", 100_000)[:_MIB],
    "many-keys-without-values": _numbered("k{}:\n", 90_000)[:_MIB],
    "many-misspelt-keys": _numbered("members{}x: y\n", 60_000)[:_MIB],
    "many-equal-keys": _full(_HEAD, "title: 1\n"),
    "many-keys-just-few-enough": _numbered("k{}: 1\n", 14_900),
    "many-misspelt-keys-just-few-enough": _numbered("members{}x: y\n", 14_900),
    "many-members": _full(f"{_HEAD}members:\n", "- {}\n"),
    "many-members-just-few-enough": (f"{_HEAD}members:\n" + "- {}\n" * 29_900).encode(),
    "many-unknown-keys-of-members": (f"{_HEAD}members: [" + "{nam: x}," * 16_000 + "]").encode(),
    "many-split-members": (f"{_HEAD}members:\n" + "- username: a\n- email: b\n" * 8000).encode(),
    "many-texts-for-members": (f"{_HEAD}members:\n" + "- a\n" * 29_900).encode(),
    "many-nothings-for-members": (f"{_HEAD}members:\n" + "-\n" * 29_900).encode(),
    "many-entries": _full(f"{_HEAD}projects: [{{name: a, topics: [", "'x',", "]}]"),
    "many-questions": _full("", "? a\n"),
    "many-lists-as-keys": _full("", "? [a, b]\n: x\n"),
    "many-empty-keys": _full("", ": x\n"),
    # Levels.
    "levels-of-lists": b"title: " + b"[" * 10_000 + b"]" * 10_000,
    "levels-never-closed": _full("", "["),
    "levels-of-mappings": b"{a: " * 10_000,
    "levels-of-lines": "".join(f"{' ' * level}a:\n" for level in range(1400)).encode(),
    "levels-of-hyphens": _full("", "- "),
    "levels-of-keys": b"? " * 10_000,
    # Aliases.
    "a-bomb": _bomb(),
    "an-alias-of-itself": b"a: &a [*a]\n",
    "merge-keys": b"a: &a {x: 1}\nb:\n  <<: *a\n  <<: [*a, *a]\n",
    "many-merge-keys": _full("a: &a {x: 1}\nb:\n", "  <<: *a\n"),
    "many-anchors": _numbered("- &a{} x\n", 70_000)[:_MIB],
    # What is not data.
    "a-tag": b"title: !!python/object/apply:os.system ['touch canary']\n",
    "many-tags": _full(f"{_HEAD}members:\n", "- !!python/name:os.system x\n"),
    "a-template": b"title: '{{ lookup(1) }}'\n",
    "many-templates": _full(f"{_HEAD}members:\n", "- '{% x %}'\n"),
    # What is no text, or shows another.
    "nul": b"title: a\0b\n",
    "program": b"\x7fELF" + b"\0" * 1000,
    "noise": random.Random(2019).randbytes(100_000),
    "utf-16": "title: x".encode("utf-16"),
    "no-utf-8": b"title: \xff\n",
    "no-utf-8-at-the-end": _full("", "#\n")[:-1] + b"\xff",
    "a-surrogate": b"title: \xed\xa0\x80\n",
    "an-escaped-surrogate": b'title: "a\\ud800b"\n',
    "direction": "title: a\u202eb\n".encode(),
    "direction-at-the-end": _full("", "#\n", "\u202e"),
    "no-width": "title: a\u200bb\n".encode(),
    "byte-order-marks": ("\ufeff" * 1000 + TEAM).encode(),
    "many-combining-signs": _full("title: a", "\u0301"),
    "what-grows-when-it-is-normalised": _full("title: ", "\ufdfa"),
    # Malformed, of the size that is still repaired, with what a pattern would search again and again.
    **{
        f"malformed-{name}": f"a: [\n{line}\n}}: @\n".encode()
        for name, line in {
            "blanks": "k: x" + " " * 28_000 + "x",
            "quote": "title: “" + " " * 28_000 + "x",
            "word": "k: [" + "b" * 28_000,
            "brackets": "k: [" + "]" * 28_000 + "x",
            "comment": "k: 'x" + " " * 28_000,
            "hyphens": "- " * 14_000,
            "pairs": "k: {" + "a: b " * 5600,
            "commas": "[" + "," * 28_000,
            "lists": "[" * 28_000,
            "key": "ssh-rsa AAAA" + "ssh-" * 6000,
        }.items()
    },
    "malformed-at-the-end": ("a: b\n" * 5800 + "c: [\n").encode(),
    "malformed-at-the-end-of-hyphens": ("-\n" * 14_500 + "c: [\n").encode(),
    "malformed-keys": (b"- ssh-rsa AAAA" + b"A" * 2000 + b"\n") * 14,
}
"""By name, the bytes of `teams/adler.yml`."""


def _link(to: str) -> Callable[[Path], None]:
    return lambda teams: (teams / "plume.yml").symlink_to(to)


def _loop(teams: Path) -> None:
    (teams / "plume.yml").symlink_to("plume.yml")
    (teams / "a.yml").symlink_to("b.yml")
    (teams / "b.yml").symlink_to("a.yml")


def _upwards(teams: Path) -> None:
    (teams / "teams").symlink_to("..")


def _pipe(teams: Path) -> None:
    os.mkfifo(teams / "plume.yml")


def _socket(teams: Path) -> None:
    with socket.socket(socket.AF_UNIX) as bound:
        before = Path.cwd()
        os.chdir(teams)  # the name of a socket may have 107 bytes
        try:
            bound.bind("plume.yml")
        finally:
            os.chdir(before)


def _named(*names: bytes) -> Callable[[Path], None]:
    def make(teams: Path) -> None:
        for name in names:
            (teams / os.fsdecode(name)).write_text(TEAM, encoding="utf-8")

    return make


def _below(*paths: str) -> Callable[[Path], None]:
    """Files in the cohort's folder."""

    def make(teams: Path) -> None:
        for path in paths:
            (teams.parent / path).parent.mkdir(parents=True, exist_ok=True)
            (teams.parent / path).write_text("x", encoding="ascii")

    return make


def _deep(teams: Path) -> None:
    folder, before = teams, Path.cwd()
    os.chdir(folder)
    try:
        for _ in range(400):  # longer than a path may be
            Path("f" * 20).mkdir()
            os.chdir("f" * 20)
    finally:
        os.chdir(before)


def _many(teams: Path) -> None:
    for number in range(5001):
        (teams / f"t{number}.yml").touch()


def _many_beside(teams: Path) -> None:
    for number in range(5001):
        (teams.parent / f"t{number}").touch()


def _many_large(teams: Path) -> None:
    for number in range(100):
        (teams / f"t{number}.yml").write_bytes(_full(TEAM.replace("a-1", f"a-{number}"), "#\n"))


def _many_broken(teams: Path) -> None:
    for number in range(60):
        (teams / f"t{number}.yml").write_bytes(FILES["many-equal-keys"])


def _folder_is_link(teams: Path) -> None:
    teams.rename(teams.parent / "elsewhere")
    teams.symlink_to("elsewhere")


FOLDERS: Final[Mapping[str, Callable[[Path], object]]] = {
    "link-to-a-file-of-the-machine": _link("/etc/passwd"),
    "link-to-zeros": _link("/dev/zero"),
    "link-to-nothing": _link("nowhere.yml"),
    "link-to-the-cohort": _link("../cohort.yml"),
    "link-to-a-process": _link("/proc/self/environ"),
    "links-in-a-circle": _loop,
    "link-upwards": _upwards,
    "the-folder-is-a-link": _folder_is_link,
    "a-pipe": _pipe,
    "a-socket": _socket,
    "a-bare-repository": _below("HEAD", "config", "objects/x", "refs/heads/x", "hooks/post-checkout"),
    "a-repository": _below(".git/HEAD", ".git/config"),
    "a-repository-among-the-teams": _below("teams/.git/HEAD", "teams/.git/config"),
    "a-file-that-names-a-repository": _below(".git"),
    "a-submodule": _below(".gitmodules", "teams/module/.git"),
    "filters": _below(".gitattributes", "teams/.gitattributes"),
    "a-name-with-a-line-feed": _named(b"a\nb.yml"),
    "a-name-with-an-escape": _named(b"a\x1b[2J.yml"),
    "a-name-that-is-no-utf-8": _named(b"\xff\xfe.yml"),
    "a-name-that-turns": _named("a\u202elmy.b".encode()),
    "names-in-two-forms": _named("\u00e9.yml".encode(), "e\u0301.yml".encode()),
    "names-in-two-cases": _named(b"Plume.yml", b"plume.yml", b"PLUME.YML"),
    "names-that-look-alike": _named("аdler.yml".encode(), "adler\u200b.yml".encode()),
    "a-long-name": _named(b"a" * 251 + b".yml"),
    "a-name-of-options": _named(b"--help.yml", b"-rf.yml", b"$(touch canary).yml"),
    "a-deep-tree": _deep,
    "many-files": _many,
    "many-files-beside": _many_beside,
    "many-broken-files": _many_broken,
    "many-large-files": _many_large,
}
"""By name, what is made in the folder of the teams."""


def inventory(root: Path) -> Path:
    """A sound cohort below a folder: its folder of teams."""
    teams = root / "inventories" / "eig3" / "teams"
    teams.mkdir(parents=True)
    (teams.parent / "cohort.yml").write_text(COHORT, encoding="ascii")
    (teams / "adler.yml").write_text(TEAM, encoding="ascii")
    return teams


def checking(root: Path) -> list[str]:
    """The command that checks it."""
    paths = {"-i": root / "inventories/eig3", "--site": ROOT / "infra/lab.yml", "--playbook": ROOT / "playbooks/site.yml"}
    return ["check", "--as-of", "2019-10-01", *(str(word) for pair in paths.items() for word in pair)]


def sane(ended: Ended) -> None:
    """It ended in time, in little memory and in words, and no sign of the request moved a terminal."""
    assert "bug of eiginfra" not in ended.printed, ended.printed[-2000:]
    assert "{???}" not in ended.printed
    assert ended.seconds < SECONDS
    assert ended.megabytes < MEGABYTES
    assert all(line.isprintable() for line in ended.printed.splitlines())


def refused(ended: Ended) -> None:
    """It was, with a message that says where, and is not longer than anybody reads."""
    assert ended.code == 65, ended.printed[-2000:]
    sane(ended)
    assert " error: " in ended.printed
    assert len(ended.printed.splitlines()) <= LINES


def _checked(forked: Forked, folder: Path) -> None:
    refused(forked.run(checking(folder), folder))
    assert not (folder / "canary").exists()


@attack(9, FILES)
def hostile_file(ground: Ground, content: bytes) -> None:
    """The team's file is one of them; another team is sound."""
    teams = inventory(ground.folder)
    (teams / "adler.yml").write_bytes(content)
    _checked(ground.forked, ground.folder)


@attack(9, FILES)
def hostile_cohort_file(ground: Ground, content: bytes) -> None:
    """The same as cohort.yml, where aliases may be."""
    teams = inventory(ground.folder)
    (teams.parent / "cohort.yml").write_bytes(content)
    _checked(ground.forked, ground.folder)


@attack(9, FOLDERS)
def hostile_folder(ground: Ground, make: Callable[[Path], object]) -> None:
    """The folder is one of them."""
    make(inventory(ground.folder))
    _checked(ground.forked, ground.folder)
