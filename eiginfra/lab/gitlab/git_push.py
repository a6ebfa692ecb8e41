"""A push by Git over HTTP: what of it GitLab takes, and what it brings into the store.

The rules are those of pushes by the API; the refusals are GitLab's own texts (public source, `branch_check.rb`).
"""

import base64
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from eiginfra.lab.gitlab.call import GitLabCall
from eiginfra.lab.gitlab.commits import check_push
from eiginfra.lab.gitlab.errors import GitLabHttpError
from eiginfra.lab.gitlab.git_folder import HEADS, GitFolder, git_folder
from eiginfra.lab.gitlab.git_objects import GITLINK, Tree, identity, tree_contents
from eiginfra.lab.gitlab.protected_branches import rules_of
from eiginfra.lab.gitlab.pushes import move_branches, store_commit
from eiginfra.lab.gitlab.records import Json, ProjectRecord
from eiginfra.lab.gitlab.repository import default_branch, is_empty, put_blob, repository
from eiginfra.lab.vain import AskedInVain

_NONE = "0" * 40


@dataclass(frozen=True)
class PushedRef:
    """One line of a push: a reference, and the commits before and after it; 40 zeros for none."""

    before: str
    after: str
    ref: str

    @property
    def branch(self) -> str | None:
        """The branch that it is about."""
        return self.ref.removeprefix(HEADS) if self.ref.startswith(HEADS) else None


@dataclass(frozen=True)
class Push:
    """A push as it came: its bytes, what they ask for, and the version of the protocol."""

    body: bytes
    commands: list[PushedRef]
    protocol: str


@dataclass(frozen=True)
class NewCommit:
    """A commit that a push brought: its id, its bytes, how the API shows it, and its files."""

    number: str
    data: bytes
    shown: Json
    tree: Tree


def push_in(call: GitLabCall, project: ProjectRecord, push: Push, in_vain: AskedInVain) -> bytes:
    """Take a push in, or decline all of it; Git tells the client which."""
    body, commands, protocol = push.body, push.commands, push.protocol
    refusal = next((why for command in commands if (why := _declined(call, project, command, in_vain))), None)
    if refusal is None:
        with git_folder(call.state, project) as folder:
            said = folder.serve("receive-pack", stdin=body, protocol=protocol)
            refusal = _taken(call, project, folder, commands, in_vain)
            if refusal is None:
                return said
    # What Git itself would take, and GitLab or the lab does not, is said by the hook, in a folder without it.
    with git_folder(call.state, project) as folder:
        return folder.serve("receive-pack", stdin=body, protocol=protocol, refusal=refusal)


def commands_of(body: bytes) -> list[PushedRef]:
    """What a push asks for, before its pack. Raises ValueError for what is no push."""
    found, place = [], 0
    while (size := int(body[place : place + 4] or b"0", 16)) > 4:
        text = body[place + 4 : place + size].partition(b"\0")[0].decode("utf-8", "replace").rstrip("\n")
        place += size
        if not text.startswith("shallow "):
            before, after, ref = text.split(" ", 2)
            found.append(PushedRef(before, after, ref))
    return found


def _declined(call: GitLabCall, project: ProjectRecord, command: PushedRef, in_vain: AskedInVain) -> str | None:
    """Why GitLab, or the lab, does not take a part of a push, as far as that can be known without its commits."""
    name = command.branch
    if name is None:
        if command.ref.startswith("refs/merge-requests/"):
            return None  # Git itself refuses them
        in_vain.refused("POST", "/:project.git/git-receive-pack", command.ref.rpartition("/")[0])
        return f"the lab does not model pushes of {command.ref}, only of branches"
    deletion = command.after == _NONE
    if deletion and name == default_branch(call.state, project):
        return "The default branch of a project cannot be deleted."
    if not deletion and re.match(r"[0-9a-f]{40}(?:-/|/|$)", name):
        return "You cannot create a branch with a 40-character hexadecimal branch name."
    if not rules_of(call.state, project, name):
        return None
    if deletion:
        return "You can only delete protected branches using the web interface."
    try:
        check_push(call, project, name)
    except GitLabHttpError:
        if command.before == _NONE and not is_empty(call.state, project):
            return "You are not allowed to create protected branches on this project."
        return "You are not allowed to push code to protected branches on this project."
    return None


def _taken(call: GitLabCall, project: ProjectRecord, folder: GitFolder, commands: list[PushedRef], in_vain: AskedInVain) -> str | None:
    """Bring what Git took into the store; or why GitLab, or the lab, does not take it."""
    repo, now = repository(call.state, project), folder.heads()
    moved = {name: now.get(name) for name in {*now, *repo["branches"]} if now.get(name) != repo["branches"].get(name)}
    for name, number in moved.items():
        was = repo["branches"].get(name)
        protected = rules_of(call.state, project, name)
        if was and number and protected and not any(rule["allow_force_push"] for rule in protected) and not folder.contains(number, was):
            return "You are not allowed to force push code to a protected branch on this project."
    try:
        commits = _new_commits(folder, repo, [number for number in moved.values() if number])
    except (ValueError, OverflowError) as problem:
        in_vain.refused("POST", "/:project.git/git-receive-pack", "a commit or tree of a rare form")
        return f"the lab does not model this commit or tree ({problem})"
    _take_in(folder, repo, commits, f"{call.state.now()[:19]}.000+00:00")
    if moved:
        order = [command.branch for command in commands if command.branch in moved]
        move_branches(call, project, {name: moved[name] for name in order if name is not None})
    return None


def _new_commits(folder: GitFolder, repo: Json, heads: list[str]) -> list[NewCommit]:
    """The commits before some heads that the store does not have, the oldest first.

    Raises ValueError or OverflowError for what the store cannot hold: a path that is no UTF-8, a tree that its files alone do not make (an
    empty folder), a date beyond the year 9999.
    """
    if not heads:
        return []
    asked = [*heads, *(f"^{number}" for number in repo["branches"].values())]
    listed = folder.git("rev-list", "--reverse", "--topo-order", "--stdin", stdin="".join(f"{one}\n" for one in asked).encode())
    numbers = [number for number in listed.decode().split() if number not in repo["commits"]]
    found = [
        NewCommit(number, data, _commit(data), _tree(folder, number)) for number, data in zip(numbers, folder.objects(numbers), strict=True)
    ]
    for one in found:
        if not one.data.startswith(f"tree {identity('tree', tree_contents(one.tree)[''])}\n".encode()):
            raise ValueError("files alone do not make the tree")
    return found


def _tree(folder: GitFolder, number: str) -> Tree:
    """The files of a commit, without who changed what last."""
    lines = folder.git("ls-tree", "-r", "-z", "--full-tree", number).decode("utf-8").split("\0")[:-1]
    tree: Tree = {}
    for line in lines:
        described, _, path = line.partition("\t")
        mode, _, blob = described.split(" ")
        tree[path] = {"blob": blob, "mode": mode, "last": None}
    return tree


def _take_in(folder: GitFolder, repo: Json, commits: list[NewCommit], now: str) -> None:
    """Keep what a push brought: commits byte for byte, with their trees and files."""
    wanted = {entry["blob"] for one in commits for entry in one.tree.values() if entry["mode"] != GITLINK}
    for data in folder.objects(sorted(wanted - repo["blobs"].keys())):
        put_blob(repo, data)
    for one in commits:
        parents = [repo["trees"][parent] for parent in one.shown["parent_ids"]]
        for path, entry in one.tree.items():
            same = (parent[path] for parent in parents if path in parent)
            entry["last"] = next((was["last"] for was in same if (was["blob"], was["mode"]) == (entry["blob"], entry["mode"])), None)
        repo.setdefault("pushed", {})[one.number] = base64.b64encode(one.data).decode()
        store_commit(repo, one.number, one.shown, one.tree, now)


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
