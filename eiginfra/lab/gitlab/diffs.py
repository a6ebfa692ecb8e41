"""What a commit changed, as Git's diffs; hunks are cut by `difflib`, which may place them elsewhere than Git does."""

import re
from difflib import unified_diff
from typing import Any

from eiginfra.lab.gitlab.access import find_code
from eiginfra.lab.gitlab.call import Answer, GitLabCall, Route, takes
from eiginfra.lab.gitlab.commits import found_commit
from eiginfra.lab.gitlab.errors import not_modelled
from eiginfra.lab.gitlab.git_objects import Tree
from eiginfra.lab.gitlab.pagination import PAGED, paginate
from eiginfra.lab.gitlab.records import Json
from eiginfra.lab.gitlab.repository import content, repository

_NO_END = "\\ No newline at end of file\n"
_FIRST_BYTES = 8000
"""Git calls a file binary that has a zero among these."""
_HUNK = re.compile(r"^@@ -(\d+)")


def parent_tree(repo: Json, commit: Json) -> Tree:
    """The tree before a commit; none before the first."""
    parent = next(iter(commit["parent_ids"]), None)
    return dict(repo["trees"][parent]) if parent else {}


def renames(repo: Json, before: Tree, after: Tree) -> dict[str, str]:
    """The former paths of the files that were only renamed: new path -> old path.

    Raises GitLabHttpError 501 where Git would have to judge how alike two files are.
    """
    gone = [path for path in before if path not in after]
    new = [path for path in after if path not in before]
    found: dict[str, str] = {}
    for path in list(new):
        same = next((old for old in gone if before[old]["blob"] == after[path]["blob"]), None)
        if same is not None:
            gone.remove(same)
            new.remove(path)
            found[path] = same
    lines = [{line for path in paths for line in content(repo, tree[path]).splitlines()} for paths, tree in ((gone, before), (new, after))]
    if lines[0] & lines[1]:
        raise not_modelled("files renamed and changed in one commit")
    return found


def between(repo: Json, before: Tree, after: Tree) -> list[Json]:
    """The differences of two trees, in the order of their paths."""
    moved = renames(repo, before, after)
    paths = sorted({*before, *after} - set(moved.values()))
    diffs = [_diff(repo, (moved.get(path, path), before.get(moved.get(path, path))), (path, after.get(path))) for path in paths]
    return [diff for diff in diffs if diff is not None]


def _diff(repo: Json, old: tuple[str, Json | None], new: tuple[str, Json | None]) -> Json | None:
    (old_path, was), (new_path, now) = old, new
    renamed = old_path != new_path
    if was and now and not renamed and (was["blob"], was["mode"]) == (now["blob"], now["mode"]):
        return None
    old_name, new_name = f"a/{old_path}" if was else "/dev/null", f"b/{new_path}" if now else "/dev/null"
    return {
        "diff": _text(content(repo, was), content(repo, now), old_name, new_name),
        "collapsed": False,
        "too_large": False,
        "new_path": new_path,
        "old_path": old_path,
        "a_mode": was["mode"] if was else "0",
        "b_mode": now["mode"] if now else "0",
        "new_file": was is None,
        "renamed_file": renamed,
        "deleted_file": now is None,
        "generated_file": False,
    }


def _text(old: bytes, new: bytes, old_name: str, new_name: str) -> str:
    if any(b"\0" in side[:_FIRST_BYTES] for side in (old, new)):
        return f"Binary files {old_name} and {new_name} differ\n" if old != new else ""
    before, after = (side.decode("utf-8", "replace").splitlines(keepends=True) for side in (old, new))
    hunks = list(unified_diff(before, after))[2:]
    return "".join(_ended(_headed(line, before)) for line in hunks)


def _headed(line: str, before: list[str]) -> str:
    """A hunk's head with the last line above it that begins with a letter, as Git shows where it is."""
    match = _HUNK.match(line)
    if match is None:
        return line
    above = before[: max(int(match[1]) - 1, 0)]
    name = next((text for text in reversed(above) if re.match(r"[A-Za-z_$]", text)), "")
    return f"{line.rstrip()} {name.strip()[:80]}".rstrip() + "\n"


def _ended(line: str) -> str:
    return line if line.endswith("\n") else f"{line}\n{_NO_END}"


@takes(PAGED)
def index(call: GitLabCall) -> Answer:
    """GET …/repository/commits/:sha/diff."""
    project = find_code(call)
    commit = found_commit(call, project)
    repo = repository(call.state, project)
    changes: list[Any] = between(repo, parent_tree(repo, commit), repo["trees"][commit["id"]])
    return paginate(call, changes, lambda change: change)


ROUTES: tuple[Route, ...] = (("GET", "/projects/:id/repository/commits/:sha/diff", index),)
