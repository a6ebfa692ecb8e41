"""What moves branches, whoever does it and how: commits by the API, merges, pushes by Git. Merge requests and push events follow."""

from collections.abc import Mapping
from typing import Any

from eiginfra.lab.gitlab.call import GitLabCall
from eiginfra.lab.gitlab.events import note_pushes
from eiginfra.lab.gitlab.git_objects import Tree, commit_content, identity, tree_contents
from eiginfra.lab.gitlab.issuables import end, own
from eiginfra.lab.gitlab.project_lists import parent_of
from eiginfra.lab.gitlab.records import Json, ProjectRecord
from eiginfra.lab.gitlab.repository import ancestry, default_branch, is_empty, protect_default, put_blob, repository


def write_commit(call: GitLabCall, project: ProjectRecord, branch: str, parent: str | None, tree: Tree, **fields: Any) -> Json:
    """Store a commit over a tree whose changed entries have `last` None, and move the branch to it."""
    state, user = call.state, call.known_user()
    repo = repository(state, project)
    now = f"{state.now()[:19]}.000+00:00"
    author = fields.get("author_name") or user.name
    email = fields.get("author_email") or user.email
    commit: Json = {
        "parent_ids": [number for number in (parent, fields.get("second_parent")) if number],
        "message": fields["message"],
        "author_name": author,
        "author_email": email,
        "authored_date": fields.get("authored_date") or now,
        "committer_name": user.name,
        "committer_email": user.email,
        "committed_date": now,
    }
    number = identity("commit", commit_content(commit, identity("tree", tree_contents(tree)[""])))
    store_commit(repo, number, commit, tree, now)
    move_branches(call, project, {branch: number})
    stored: Json = repo["commits"][number]
    return stored


def store_commit(repo: Json, number: str, commit: Json, tree: Tree, created_at: str) -> None:
    """Keep a commit; the entries of its tree that it changed have `last` None."""
    commit |= {"id": number, "short_id": number[:8], "created_at": created_at, "title": commit["message"].partition("\n")[0]}
    commit |= {"trailers": {}, "extended_trailers": {}}
    repo["commits"][number] = commit
    repo["trees"][number] = {path: {**entry, "last": entry["last"] or number} for path, entry in tree.items()}


def commit_files(call: GitLabCall, project: ProjectRecord, branch: str, message: str, files: dict[str, bytes]) -> Json:
    """Commit some new files onto a branch of an empty repository."""
    repo = repository(call.state, project)
    tree: Tree = {path: {"blob": put_blob(repo, content), "mode": "100644", "last": None} for path, content in files.items()}
    return write_commit(call, project, branch, None, tree, message=message)


def move_branches(call: GitLabCall, project: ProjectRecord, heads: Mapping[str, str | None]) -> None:
    """Set branches to commits that are kept, or take them away (None), in the name of who asks.

    The first branch of a project becomes its default branch, unless it has the wanted one, and is protected as the group says.
    """
    state, repo = call.state, repository(call.state, project)
    first = is_empty(state, project)
    moves = {name: (repo["branches"].get(name), number) for name, number in heads.items()}
    for name, number in heads.items():
        if number is None:
            del repo["branches"][name]
        else:
            repo["branches"][name] = number
    project.last_activity_at = project.updated_at = state.now()
    if first and repo["branches"]:
        wanted = default_branch(state, project)
        main = wanted if wanted in repo["branches"] else min(repo["branches"])
        project.settings.setdefault("default_branch", main)
        protect_default(state, project, main)
    note_pushes(call, project, moves)
    for name, (before, after) in moves.items():
        _follow(call, project, name, before, after)


def _follow(call: GitLabCall, project: ProjectRecord, name: str, before: str | None, after: str | None) -> None:
    """Bring the open merge requests from and into a branch up to date: those of the project, and those to what it is a fork of."""
    opened = [request for request in own(call, "merge_request", project) if request["state"] == "opened"]
    for request in opened:
        if request["target_branch"] == name and before and after:
            _merged_by_hand(call, project, request, before, after)
    parent = parent_of(call.state, project.id)
    from_here = [(target, request) for target in (project, parent) if target for request in own(call, "merge_request", target)]
    for target, request in from_here:
        source = request.get("source_project_id", target.id)
        if request["state"] != "opened" or (source, request["source_branch"]) != (project.id, name):
            continue
        if after is None:
            end(call, request, "closed")
            request |= {"closed_at": call.state.now(), "closed_by": call.known_user().id}
        else:
            note_version(call, target, request)


def note_version(call: GitLabCall, project: ProjectRecord, request: Json) -> None:
    """Keep what a merge request of a project brings now, as its newest version; what is in a fork is copied into the project."""
    repo, source = repository(call.state, project), call.state.projects[request.get("source_project_id", project.id)]
    held = repository(call.state, source)
    head, start = held["branches"].get(request["source_branch"]), repo["branches"].get(request["target_branch"])
    if held is not repo and head is not None:
        _copy(held, repo, head)
    request["head"] = head
    request.setdefault("versions", []).append(
        {
            "id": call.state.new_id("merge_request_version"),
            "head_commit_sha": head,
            "base_commit_sha": merge_base(repo, head, start),
            "start_commit_sha": start,
            "created_at": call.state.now(),
            "merge_request_id": request["id"],
            "state": "collected",
        }
    )
    request["updated_at"] = call.state.now()


def _copy(held: Json, repo: Json, head: str) -> None:
    """Take the commits before a head over from another repository, with their trees and files."""
    for number in reversed(ancestry(held, head)):
        if number not in repo["commits"]:
            repo["commits"][number], repo["trees"][number] = held["commits"][number], held["trees"][number]
            repo["blobs"] |= {
                entry["blob"]: held["blobs"][entry["blob"]] for entry in held["trees"][number].values() if entry["blob"] in held["blobs"]
            }
            if number in held.get("pushed", {}):
                repo.setdefault("pushed", {})[number] = held["pushed"][number]


def merge_base(repo: Json, one: str | None, other: str | None) -> str | None:
    """The newest commit before both."""
    if one is None or other is None:
        return None
    shared = set(ancestry(repo, other))
    return next((number for number in ancestry(repo, one) if number in shared), None)


def _merged_by_hand(call: GitLabCall, project: ProjectRecord, request: Json, before: str, after: str) -> None:
    """A push into the target branch that brings the head of a merge request has merged it."""
    repo, head = repository(call.state, project), request.get("head")
    known = set(ancestry(repo, before))
    brought = [number for number in ancestry(repo, after) if number not in known]
    if head not in brought:
        return
    request["merged"] = {
        "merged_at": call.state.now(),
        "user_id": call.known_user().id,
        "merge_commit_sha": next((number for number in brought if head in repo["commits"][number]["parent_ids"]), head),
        "sha": head,
        "commits": [number for number in ancestry(repo, head) if number not in known],
        "base": merge_base(repo, head, before),
        "should_remove_source_branch": None,
    }
    end(call, request, "merged")
