"""A project's repository as the folder that Git itself reads and writes: made of the store for one request, read back after a push.

The store stays the only one: what the API says and what Git shows come from it. Git runs with an environment and a configuration of the
lab's own, without those of whoever started it.
"""

import base64
import os
import subprocess
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha1
from pathlib import Path

from eiginfra.lab.gitlab.git_objects import commit_content, identity, tag_content, tree_contents
from eiginfra.lab.gitlab.records import Json, ProjectRecord, key_of
from eiginfra.lab.gitlab.repository import default_branch, repository
from eiginfra.lab.gitlab.state import GitLabState

HEADS = "refs/heads/"
_CONFIG = "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n"
_SERVED = {
    "uploadpack.allowAnySHA1InWant": "true",
    "uploadpack.allowFilter": "true",
    "receive.fsckObjects": "true",
    "receive.hideRefs": "refs/merge-requests",
    "receive.maxInputSize": "67108864",
    "receive.autogc": "false",
    "gc.auto": "0",
}
"""How Gitaly has a repository served, as far as clients notice."""
_HOOK = """#!/bin/sh
test -z "$LAB_REFUSAL" && exit 0
printf 'GitLab: %s\\n' "$LAB_REFUSAL" >&2
exit 1
"""
_PACKED = {"commit": 1, "tree": 2, "blob": 3, "tag": 4}
_SECONDS = 120


def _refs(state: GitLabState, project: ProjectRecord, repo: Json) -> dict[str, str]:
    """Branches, tags, and the head of each merge request, open or not."""
    refs = {f"{HEADS}{name}": str(number) for name, number in repo["branches"].items()}
    refs |= {f"refs/tags/{name}": str(tag["target"]) for name, tag in repo["tags"].items()}
    requests: list[Json] = state.extra["merge_request"].get(key_of(("project", project.id)), [])
    return refs | {f"refs/merge-requests/{request['iid']}/head": request["head"] for request in requests if request.get("head")}


def _objects(repo: Json) -> Iterator[tuple[str, bytes]]:
    for data in repo["blobs"].values():
        yield "blob", base64.b64decode(data)
    for number, commit in repo["commits"].items():
        trees = tree_contents(repo["trees"][number])
        for data in trees.values():
            yield "tree", data
        pushed = repo.get("pushed", {}).get(number)
        yield "commit", base64.b64decode(pushed) if pushed else commit_content(commit, identity("tree", trees[""]))
    for name, tag in repo["tags"].items():
        if tag["tagger"]:
            yield "tag", tag_content(name, tag["commit"], tag["tagger"], tag["message"])


def _pack(repo: Json) -> bytes:
    """All objects as one pack, none as the difference from another."""
    objects = dict.fromkeys(_objects(repo))
    parts = [b"PACK", (2).to_bytes(4), len(objects).to_bytes(4)]
    for kind, data in objects:
        parts += [_packed_head(_PACKED[kind], len(data)), zlib.compress(data, 1)]
    packed = b"".join(parts)
    return packed + sha1(packed, usedforsecurity=False).digest()


def _packed_head(kind: int, size: int) -> bytes:
    """The kind and size of an object in a pack: four bits of the size, then seven a byte, the lowest first."""
    head, size = [kind << 4 | size & 15], size >> 4
    while size:
        head[-1] |= 128
        head.append(size & 127)
        size >>= 7
    return bytes(head)


@dataclass(frozen=True)
class GitFolder:
    """A bare repository on the disk, for as long as one request takes."""

    path: Path

    def git(self, *arguments: str, stdin: bytes = b"") -> bytes:
        """What Git answers; raises OSError where it fails."""
        done = self._run(arguments, stdin)
        if done.returncode:
            raise OSError(f"git {arguments[0]}: {done.stderr.decode(errors='replace').strip()}")
        return done.stdout

    def serve(self, service: str, *options: str, stdin: bytes = b"", protocol: str = "", refusal: str = "") -> bytes:
        """What `upload-pack` or `receive-pack` says to a client over HTTP, failures too.

        protocol: the client's `Git-Protocol`; refusal: why a push is declined, for all of it.
        """
        asked = (service, "--stateless-rpc", *options, str(self.path))
        return self._run(asked, stdin, GIT_PROTOCOL=protocol, LAB_REFUSAL=refusal).stdout

    def _run(self, arguments: tuple[str, ...], stdin: bytes, **more: str) -> "subprocess.CompletedProcess[bytes]":
        environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(self.path),
            "LC_ALL": "C",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            **more,
        }
        served = {**_SERVED, "core.hooksPath": str(self.path / "hooks")}
        options = [part for name, value in served.items() for part in ("-c", f"{name}={value}")]
        command = ["git", f"--git-dir={self.path}", *options, *arguments]
        return subprocess.run(  # noqa: S603 - Git, with arguments of the lab's own
            command, input=stdin, cwd=self.path, env=environment, capture_output=True, timeout=_SECONDS, check=False
        )

    def heads(self) -> dict[str, str]:
        """The branches, as they are now."""
        lines = self.git("for-each-ref", "--format=%(objectname) %(refname)", HEADS).decode().splitlines()
        return {ref.removeprefix(HEADS): number for number, _, ref in (line.partition(" ") for line in lines)}

    def contains(self, commit: str, older: str) -> bool:
        """Whether one commit is, or comes after, another."""
        return not self.git("rev-list", "--max-count=1", older, f"^{commit}")

    def files(self) -> Iterator[tuple[str, bytes]]:
        """What the repository consists of: path -> bytes."""
        for file in sorted(self.path.rglob("*")):
            name = file.relative_to(self.path).as_posix()
            if file.is_file() and not name.startswith("hooks/"):
                yield name, file.read_bytes()

    def objects(self, numbers: list[str]) -> list[bytes]:
        """The contents of some objects, in order."""
        found, place = [], 0
        data = self.git("cat-file", "--batch", stdin="".join(f"{number}\n" for number in numbers).encode())
        for _ in numbers:
            head, _, _ = data[place : place + 200].partition(b"\n")
            size, start = int(head.split()[2]), place + len(head) + 1
            found.append(data[start : start + size])
            place = start + size + 1
        return found


@contextmanager
def git_folder(state: GitLabState, project: ProjectRecord) -> Iterator[GitFolder]:
    """The repository as a folder, which goes at the end."""
    with tempfile.TemporaryDirectory(prefix="eiginfra-lab-git-") as place:
        root = Path(place)
        for name in ("objects/pack", "refs", "hooks"):
            (root / name).mkdir(parents=True)
        repo = repository(state, project)
        refs, main = _refs(state, project, repo), f"{HEADS}{default_branch(state, project)}"
        (root / "HEAD").write_text(f"ref: {main}\n", encoding="utf-8")
        if main in refs:  # in a file of its own, so that a snapshot has the folder, without which Git finds no repository
            (root / main).parent.mkdir(parents=True)
            (root / main).write_text(f"{refs.pop(main)}\n", encoding="utf-8")
        (root / "config").write_text(_CONFIG, encoding="utf-8")
        (root / "packed-refs").write_text("".join(f"{refs[name]} {name}\n" for name in sorted(refs)), encoding="utf-8")
        (root / "hooks/pre-receive").write_text(_HOOK, encoding="utf-8")
        (root / "hooks/pre-receive").chmod(0o700)
        folder = GitFolder(root)
        if repo["commits"]:
            folder.git("index-pack", "--stdin", stdin=_pack(repo))
        yield folder
