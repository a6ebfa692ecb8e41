"""Commits, branches and trees of a project's repository."""

import base64
import binascii
from difflib import SequenceMatcher
from typing import Any

from eiginfra.lab.gitlab import params
from eiginfra.lab.gitlab.access import DEVELOPER, authorize, find_code, writable
from eiginfra.lab.gitlab.call import Answer, GitLabCall, Route, created, ok, takes
from eiginfra.lab.gitlab.errors import bad_parameters, forbidden, message, not_found
from eiginfra.lab.gitlab.git_objects import Tree, valid_ref
from eiginfra.lab.gitlab.pagination import PAGED, paginate
from eiginfra.lab.gitlab.protected_branches import may_push
from eiginfra.lab.gitlab.pushes import write_commit
from eiginfra.lab.gitlab.records import Json, ProjectRecord
from eiginfra.lab.gitlab.repository import (
    ancestry,
    content,
    is_empty,
    pipelines,
    put_blob,
    repository,
    resolve,
)

_ACTION = {
    "action": params.string("create", "update", "move", "delete", "chmod", required=True),
    "file_path": params.string(required=True),
    "previous_path": params.string(),
    "content": params.string(),
    "encoding": params.string("text", "base64", default="text"),
    "last_commit_id": params.string(),
    "execute_filemode": params.boolean(),
}


def present(call: GitLabCall, project: ProjectRecord, commit: Json) -> Json:
    """A commit with its address."""
    return {**commit, "web_url": f"{call.state.url}/{project.full_path}/-/commit/{commit['id']}"}


@takes({"ref_name": params.string(), "path": params.string(), "all": params.boolean(default=False), **PAGED})
def index(call: GitLabCall) -> Answer:
    """GET …/repository/commits: from a branch or commit back, or of all branches and tags."""
    project = find_code(call)
    given = call.given
    if is_empty(call.state, project):
        return paginate(call, [], lambda commit: commit)
    repo = repository(call.state, project)
    if given["all"]:
        starts = [*repo["branches"].values(), *(tag["commit"] for tag in repo["tags"].values())]
    else:
        starts = [resolved(call, project, given.get("ref_name"), "404 Tree Not Found")]
    path, commits = given.get("path"), (repo["commits"][number] for number in ancestry(repo, *starts))
    found = [commit for commit in commits if not path or _touches(repo, commit, path)]
    return paginate(call, found, lambda commit: present(call, project, commit))


def _touches(repo: Json, commit: Json, path: str) -> bool:
    """Whether the file is another one than in each of the parents."""
    after = repo["trees"][commit["id"]].get(path, {}).get("blob")
    before = [repo["trees"][parent].get(path, {}).get("blob") for parent in commit["parent_ids"]] or [None]
    return after not in before


def found_commit(call: GitLabCall, project: ProjectRecord) -> Json:
    """The commit of the path's `:sha`; raises GitLabHttpError 404."""
    number = resolve(call.state, project, call.path["sha"])
    if number is None:
        raise not_found("Commit")
    commit: Json = repository(call.state, project)["commits"][number]
    return commit


def show(call: GitLabCall) -> Answer:
    """GET …/repository/commits/:sha."""
    project = find_code(call)
    return ok(_detail(call, project, found_commit(call, project)))


def _detail(call: GitLabCall, project: ProjectRecord, commit: Json) -> Json:
    stats = _stats(repository(call.state, project), commit)
    pipeline = next((one for one in reversed(pipelines(call.state, project)) if one["sha"] == commit["id"]), None)
    last, shown = None, {**present(call, project, commit), "stats": stats, "project_id": project.id}
    if pipeline:
        last = {name: value for name, value in pipeline.items() if name != "statuses"}
        last["web_url"] = f"{call.state.url}/{project.full_path}/-/pipelines/{pipeline['id']}"
    return {**shown, "status": last and last["status"], "last_pipeline": last}


def _stats(repo: Json, commit: Json) -> Json:
    """How many lines the commit added and took away."""
    after = repo["trees"][commit["id"]]
    before = repo["trees"].get(next(iter(commit["parent_ids"]), None), {})
    added = removed = 0
    for path in after.keys() | before.keys():
        old, new = (_lines(repo, tree.get(path)) for tree in (before, after))
        matcher = SequenceMatcher(None, old, new, autojunk=False)
        same = sum(block.size for block in matcher.get_matching_blocks())
        added, removed = added + len(new) - same, removed + len(old) - same
    return {"additions": added, "deletions": removed, "total": added + removed}


def _lines(repo: Json, entry: Json | None) -> list[bytes]:
    return content(repo, entry).splitlines()


@takes(
    {
        "branch": params.string(required=True),
        "commit_message": params.string(required=True),
        "start_branch": params.string(),
        "start_sha": params.string(),
        "author_name": params.string(),
        "author_email": params.string(),
        "force": params.boolean(default=False),
        "actions": params.objects(_ACTION, required=True),
    }
)
def create(call: GitLabCall) -> Answer:
    """POST …/repository/commits: several file actions in one commit."""
    project = find_code(call)
    given = call.given
    commit = apply(
        call, project, given, [{**item, "content": _content(item.get("content"), item["encoding"])} for item in given["actions"]]
    )
    return created(_detail(call, project, commit))


def apply(call: GitLabCall, project: ProjectRecord, given: dict[str, Any], actions: list[Json]) -> Json:
    """Make a commit of some actions.

    Raises ApiError 400 for an action that does not fit the tree, 403 for a branch the caller may not push to.
    """
    state, branch = call.state, given["branch"]
    authorize(call, ("project", project.id), DEVELOPER)
    writable(call, ("project", project.id))
    check_push(call, project, branch)
    if not valid_ref(branch):
        raise message(400, "Branch name is invalid")
    repo = repository(state, project)
    start = given.get("start_sha") or given.get("start_branch")
    parent: str | None = repo["branches"].get(branch)
    if parent is not None and start and not given.get("force"):
        raise message(400, f"A branch called '{branch}' already exists. Switch to that branch in order to make changes")
    if parent is None and not is_empty(state, project):
        if start is None:
            raise message(400, "You can only create or edit files when you are on a branch")
        parent = resolve(state, project, start)
        if parent is None:
            raise message(400, f"Invalid reference name: {start}")
    tree: Tree = dict(repo["trees"][parent]) if parent else {}
    for action in actions:
        _change(repo, tree, action)
    names = {name: given.get(name) for name in ("author_name", "author_email")}
    return write_commit(call, project, branch, parent, tree, message=given["commit_message"], **names)


def _content(text: str | None, encoding: str | None) -> bytes | None:
    if text is None or encoding != "base64":
        return None if text is None else text.encode()
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise bad_parameters("content is invalid") from None


def _change(repo: Json, tree: Tree, action: Json) -> None:
    path, kind = action["file_path"], action["action"]
    if not path or path.startswith("/") or ".." in path.split("/"):
        raise message(400, "path cannot include directory traversal" if path else "You must provide a file path")
    known = tree.get(action.get("previous_path") or path) if kind == "move" else tree.get(path)
    if kind == "create":
        if known is not None:
            raise message(400, "A file with this name already exists")
        tree[path] = _entry(repo, action["content"] or b"", action)
        return
    if known is None:
        raise message(400, "A file with this name doesn't exist")
    if action.get("last_commit_id") and action["last_commit_id"] != known["last"]:
        raise message(400, f"You are attempting to {kind} a file that has changed since you started editing it.")
    if kind == "delete":
        del tree[path]
    elif kind == "chmod":
        tree[path] = {**known, "mode": "100755" if action.get("execute_filemode") else "100644", "last": None}
    elif kind == "update":
        tree[path] = {**_entry(repo, action["content"] or b"", action), "mode": known["mode"]}
    else:
        moved = known if action["content"] is None else _entry(repo, action["content"], action)
        del tree[action["previous_path"] or path]
        tree[path] = {**moved, "last": None}


def _entry(repo: Json, content: bytes, action: Json) -> Json:
    mode = "100755" if action.get("execute_filemode") else "100644"
    return {"blob": put_blob(repo, content), "mode": mode, "last": None}


def check_push(call: GitLabCall, project: ProjectRecord, branch: str) -> None:
    """Raise GitLabHttpError 403 for a protected branch that is not the caller's to push to."""
    if not may_push(call, project, branch):
        raise forbidden("You are not allowed to push into this branch")


def resolved(call: GitLabCall, project: ProjectRecord, ref: str | None, text: str) -> str:
    """The id of the commit that a ref means; raises ApiError 404 with a text."""
    number = resolve(call.state, project, ref)
    if number is None:
        raise message(404, text)
    return number


_BASE = "/projects/:id/repository/commits"
ROUTES: tuple[Route, ...] = (
    ("GET", _BASE, index),
    ("POST", _BASE, create),
    ("GET", f"{_BASE}/:sha", show),
)
