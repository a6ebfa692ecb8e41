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
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha1
from pathlib import Path

from eiginfra.lab.gitlab.git_objects import GITLINK, Tree, commit_content, framed, identity, tag_content, tree_contents
from eiginfra.lab.gitlab.pushes import store_commit
from eiginfra.lab.gitlab.records import Json, ProjectRecord, key_of
from eiginfra.lab.gitlab.repository import default_branch, put_blob, repository
from eiginfra.lab.gitlab.state import GitLabState

HEADS = "refs/heads/"
_PLAIN = "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n"
_SERVED = """[uploadpack]
\tallowAnySHA1InWant = true
\tallowFilter = true
[receive]
\tfsckObjects = true
\thideRefs = refs/merge-requests
\tmaxInputSize = 67108864
\tautogc = false
[gc]
\tauto = 0
"""
_HOOK = """#!/bin/sh
test -z "$LAB_REFUSAL" && exit 0
printf 'GitLab: %s\\n' "$LAB_REFUSAL" >&2
exit 1
"""
_SECONDS = 120


def git_files(state: GitLabState, project: ProjectRecord) -> Iterator[tuple[str, bytes]]:
    """The files of the bare repository: path -> bytes."""
    repo = repository(state, project)
    yield "HEAD", f"ref: {HEADS}{default_branch(state, project)}\n".encode()
    yield "config", _PLAIN.encode()
    for name, number in _refs(state, project, repo).items():
        yield name, f"{number}\n".encode()
    kept = {sha1(data, usedforsecurity=False).hexdigest(): data for data in _objects(repo)}
    for number, data in sorted(kept.items()):
        yield f"objects/{number[:2]}/{number[2:]}", zlib.compress(data, 1)


def _refs(state: GitLabState, project: ProjectRecord, repo: Json) -> dict[str, str]:
    """Branches, tags, and the head of each merge request, open or not."""
    refs = {f"{HEADS}{name}": str(number) for name, number in repo["branches"].items()}
    refs |= {f"refs/tags/{name}": str(tag["target"]) for name, tag in repo["tags"].items()}
    requests: list[Json] = state.extra["merge_request"].get(key_of(("project", project.id)), [])
    return refs | {f"refs/merge-requests/{request['iid']}/head": request["head"] for request in requests if request.get("head")}


def _objects(repo: Json) -> Iterator[bytes]:
    for data in repo["blobs"].values():
        yield framed("blob", base64.b64decode(data))
    for number, commit in repo["commits"].items():
        trees = tree_contents(repo["trees"][number])
        for data in trees.values():
            yield framed("tree", data)
        pushed = repo.get("pushed", {}).get(number)
        yield framed("commit", base64.b64decode(pushed) if pushed else commit_content(commit, identity("tree", trees[""])))
    for name, tag in repo["tags"].items():
        if tag["tagger"]:
            yield framed("tag", tag_content(name, tag["commit"], tag["tagger"], tag["message"]))


@dataclass(frozen=True)
class GitFolder:
    """A bare repository on the disk, for as long as one request takes."""

    path: Path

    def git(self, *arguments: str, stdin: bytes = b"", protocol: str = "", refusal: str = "") -> bytes:
        """What Git answers. protocol: the client's `Git-Protocol`; refusal: why a push is declined, for all of it."""
        environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(self.path),
            "LC_ALL": "C",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_PROTOCOL": protocol,
            "LAB_REFUSAL": refusal,
        }
        command = ["git", f"--git-dir={self.path}", *arguments]
        done = subprocess.run(  # noqa: S603 - Git, with arguments of the lab's own
            command, input=stdin, cwd=self.path, env=environment, capture_output=True, timeout=_SECONDS, check=False
        )
        if done.returncode and not done.stdout:
            raise OSError(f"git {arguments[0]}: {done.stderr.decode(errors='replace').strip()}")
        return done.stdout

    def serve(self, service: str, *options: str, stdin: bytes = b"", protocol: str = "", refusal: str = "") -> bytes:
        """What `upload-pack` or `receive-pack` says to a client over HTTP."""
        return self.git(service, "--stateless-rpc", *options, str(self.path), stdin=stdin, protocol=protocol, refusal=refusal)

    def heads(self) -> dict[str, str]:
        """The branches, as they are now."""
        lines = self.git("for-each-ref", "--format=%(objectname) %(refname)", HEADS).decode().splitlines()
        return {ref.removeprefix(HEADS): number for number, _, ref in (line.partition(" ") for line in lines)}

    def contains(self, commit: str, older: str) -> bool:
        """Whether one commit is, or comes after, another."""
        return not self.git("rev-list", "--max-count=1", older, f"^{commit}")

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
        for name in ("objects", "refs/heads", "hooks"):
            (root / name).mkdir(parents=True)
        for name, data in git_files(state, project):
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(data)
        with (root / "config").open("a", encoding="utf-8") as config:
            config.write(f"{_SERVED}[core]\n\thooksPath = {root / 'hooks'}\n")
        (root / "hooks/pre-receive").write_text(_HOOK, encoding="utf-8")
        (root / "hooks/pre-receive").chmod(0o700)
        yield GitFolder(root)


def new_commits(folder: GitFolder, repo: Json, heads: list[str]) -> dict[str, Tree]:
    """The commits before some heads that the store does not have, the oldest first: commit -> tree, without who changed what last.

    Raises ValueError for a path that is no UTF-8, which JSON cannot hold.
    """
    known = "".join(f"^{number}\n" for number in repo["branches"].values())
    asked = "".join(f"{number}\n" for number in heads) + known
    listed = folder.git("rev-list", "--reverse", "--topo-order", "--stdin", stdin=asked.encode()).decode().split()
    return {number: _tree(folder, number) for number in listed if number not in repo["commits"]}


def _tree(folder: GitFolder, number: str) -> Tree:
    lines = folder.git("ls-tree", "-r", "-z", "--full-tree", number).decode("utf-8").split("\0")[:-1]
    tree: Tree = {}
    for line in lines:
        described, _, path = line.partition("\t")
        mode, _, blob = described.split(" ")
        tree[path] = {"blob": blob, "mode": mode, "last": None}
    return tree


def take_in(folder: GitFolder, repo: Json, commits: dict[str, Tree], now: str) -> None:
    """Keep what a push brought: commits byte for byte, with their trees and files."""
    wanted = {entry["blob"] for tree in commits.values() for entry in tree.values() if entry["mode"] != GITLINK}
    missing = sorted(wanted - repo["blobs"].keys())
    for data in folder.objects(missing):
        put_blob(repo, data)
    for (number, tree), data in zip(commits.items(), folder.objects(list(commits)), strict=True):
        commit = _commit(data)
        parents = [repo["trees"][parent] for parent in commit["parent_ids"]]
        for path, entry in tree.items():
            same = (parent[path] for parent in parents if path in parent)
            entry["last"] = next((was["last"] for was in same if (was["blob"], was["mode"]) == (entry["blob"], entry["mode"])), None)
        repo.setdefault("pushed", {})[number] = base64.b64encode(data).decode()
        store_commit(repo, number, commit, tree, now)


def _commit(data: bytes) -> Json:
    """A commit object as the API shows it."""
    head, _, text = data.decode("utf-8", "replace").partition("\n\n")
    lines = [line.partition(" ") for line in head.split("\n")]
    fields: Json = {"parent_ids": [value for name, _, value in lines if name == "parent"], "message": text}
    for role, moment in (("author", "authored_date"), ("committer", "committed_date")):
        signature = next(value for name, _, value in lines if name == role)
        who, _, when = signature.rpartition("> ")
        name, _, email = who.rpartition("<")
        fields |= {f"{role}_name": name.strip(), f"{role}_email": email, moment: _instant(*when.split(" "))}
    return fields


def _instant(seconds: str, zone: str) -> str:
    offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[3:5])) * (-1 if zone[0] == "-" else 1)
    shown = datetime.fromtimestamp(int(seconds), UTC).astimezone(timezone(offset))
    return shown.isoformat(timespec="milliseconds")
