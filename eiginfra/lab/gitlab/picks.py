"""Commits taken over from elsewhere (cherry-picked), and commits taken back (reverted)."""

from eiginfra.lab.gitlab import params
from eiginfra.lab.gitlab.access import DEVELOPER, authorize, find_code, writable
from eiginfra.lab.gitlab.call import Answer, GitLabCall, Route, created, takes
from eiginfra.lab.gitlab.commits import check_push, found_commit, present
from eiginfra.lab.gitlab.diffs import parent_tree
from eiginfra.lab.gitlab.errors import GitLabHttpError, not_found, not_modelled
from eiginfra.lab.gitlab.git_objects import Tree
from eiginfra.lab.gitlab.pushes import write_commit
from eiginfra.lab.gitlab.records import Json
from eiginfra.lab.gitlab.repository import has_branch, repository

_INTO = {"branch": params.string(required=True), "dry_run": params.boolean(default=False)}


@takes({**_INTO, "message": params.string()})
def cherry_pick(call: GitLabCall) -> Answer:
    """POST …/repository/commits/:sha/cherry_pick."""
    return _applied(call, "cherry-pick", "cherry-picked")


@takes(_INTO)
def revert(call: GitLabCall) -> Answer:
    """POST …/repository/commits/:sha/revert."""
    return _applied(call, "revert", "reverted")


def _applied(call: GitLabCall, what: str, done: str) -> Answer:
    project, branch = find_code(call), call.given["branch"]
    authorize(call, ("project", project.id), DEVELOPER)
    writable(call, ("project", project.id))
    check_push(call, project, branch)
    commit = found_commit(call, project)
    if not has_branch(call.state, project, branch):
        raise not_found("Branch")
    if len(commit["parent_ids"]) > 1:
        raise not_modelled(f"to {what} a merge")
    repo = repository(call.state, project)
    sides: tuple[Tree, Tree] = (parent_tree(repo, commit), repo["trees"][commit["id"]])
    before, after = sides if what == "cherry-pick" else sides[::-1]
    head = repo["branches"][branch]
    tree = merged(repo["trees"][head], before, after, what)
    if same(tree, repo["trees"][head]):
        text = f"Sorry, we cannot {what} this commit automatically. This commit may already have been {done}, or a more recent commit"
        dry = {"dry_run": "error"} if call.given["dry_run"] else {}
        raise GitLabHttpError(400, {"message": f"{text} may have updated some of its content.", "error_code": "empty", **dry})
    if call.given["dry_run"]:
        return created({"dry_run": "success"})
    text = call.given.get("message") or _message(commit, what)
    author = authorship(commit) if what == "cherry-pick" else {}
    return created(present(call, project, write_commit(call, project, branch, head, tree, message=text, **author)))


def authorship(commit: Json) -> Json:
    """What remains of a commit that is made again elsewhere: who wrote it, and when."""
    return {name: commit[name] for name in ("author_name", "author_email", "authored_date")}


def _message(commit: Json, what: str) -> str:
    if what == "revert":
        return f'Revert "{commit["title"]}"\n\nThis reverts commit {commit["id"]}'
    return f"{commit['message']}\n\n(cherry picked from commit {commit['id']})"


def merged(head: Tree, before: Tree, after: Tree, what: str, *, keep_last: bool = False) -> Tree:
    """The head with what lies between two trees; `keep_last` where the commits come along that changed the files.

    Raises GitLabHttpError 501 where both changed a file: only Git can say whether that fits together.
    """
    tree = dict(head)
    for path in {*before, *after}:
        old, wanted, known = (_state(side.get(path)) for side in (before, after, head))
        if wanted in (old, known):
            continue
        if known != old:
            raise not_modelled(f"to {what} what changed meanwhile")
        tree.pop(path, None)
        if path in after:
            tree[path] = after[path] if keep_last else {**after[path], "last": None}
    if any("/".join(path.split("/")[:depth]) in tree for path in tree for depth in range(1, path.count("/") + 1)):
        raise not_modelled(f"to {what} a file and a folder of one name")
    return tree


def _state(entry: Json | None) -> tuple[str, str] | None:
    return (entry["blob"], entry["mode"]) if entry else None


def same(one: Tree, other: Tree) -> bool:
    """Whether two trees have the same files."""
    return {path: _state(entry) for path, entry in one.items()} == {path: _state(entry) for path, entry in other.items()}


_COMMIT = "/projects/:id/repository/commits/:sha"
ROUTES: tuple[Route, ...] = (
    ("POST", f"{_COMMIT}/cherry_pick", cherry_pick),
    ("POST", f"{_COMMIT}/revert", revert),
)
