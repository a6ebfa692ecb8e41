"""Merging: a commit of two parents brings the commits of a merge request; no file may have changed on both sides."""

import re

from eiginfra.lab.gitlab import issuables, merge_requests, params
from eiginfra.lab.gitlab.access import DEVELOPER, authorize, find_code, writable
from eiginfra.lab.gitlab.call import Answer, GitLabCall, Route, ok, takes
from eiginfra.lab.gitlab.commits import check_push
from eiginfra.lab.gitlab.diffs import parent_tree
from eiginfra.lab.gitlab.errors import GitLabHttpError, message, not_modelled, unauthorized
from eiginfra.lab.gitlab.picks import authorship, merged, same
from eiginfra.lab.gitlab.protected_branches import may_merge, rules_of
from eiginfra.lab.gitlab.pushes import move_branches, write_commit
from eiginfra.lab.gitlab.records import Json, ProjectRecord
from eiginfra.lab.gitlab.repository import ancestry, default_branch, pipelines, repository

_AS_WE_DO = {
    "merge_method": "merge",
    "squash_option": "default_off",
    "only_allow_merge_if_pipeline_succeeds": False,
    "only_allow_merge_if_all_discussions_are_resolved": False,
}
"""The settings of a project under which the lab merges."""
_ISSUE = re.compile(r"#\d|/issues/\d")


@takes(
    {
        "merge_commit_message": params.string(),
        "should_remove_source_branch": params.boolean(),
        "sha": params.string(),
    }
)
def merge(call: GitLabCall) -> Answer:
    """PUT …/merge_requests/:iid/merge, for those who may write to the target branch."""
    project, given = find_code(call), call.given
    request = issuables.find(call, "merge_request", project, call.path["iid"])
    writable(call, ("project", project.id))
    if not may_merge(call, project, request["target_branch"]):
        raise unauthorized()
    if request["state"] != "opened" or merge_requests.is_draft(request):
        raise GitLabHttpError(405, {"message": "405 Method Not Allowed"})
    repo = repository(call.state, project)
    source, target = str(request["head"]), repo["branches"].get(request["target_branch"])
    commits = merge_requests.brought(call, project, request)
    _check(call, project, request, commits)
    if given.get("sha") not in (None, "", source):
        raise message(409, f"SHA does not match HEAD of source branch: {source}")
    reached = set(ancestry(repo, target))
    base = next((number for number in ancestry(repo, source) if number in reached), None)
    before = repo["trees"].get(base, {})
    tree = merged(repo["trees"][target], before, repo["trees"][source], "merge", keep_last=True)
    request["state"] = "locked"  # as GitLab does, so that no push of the merge commit merges it
    text = given.get("merge_commit_message") or _message(project, request)
    commit = write_commit(call, project, request["target_branch"], target, tree, message=text, second_parent=source)
    removed = given.get("should_remove_source_branch")
    request["merged"] = {
        "merged_at": call.state.now(),
        "user_id": call.known_user().id,
        "merge_commit_sha": commit["id"],
        "sha": source,
        "commits": commits,
        "base": base,
        "should_remove_source_branch": removed,
    }
    issuables.end(call, request, "merged")
    if request["force_remove_source_branch"] if removed is None else removed:
        _remove_branch(call, project, request)
    return ok(merge_requests.present(call, project, request))


def rebase(call: GitLabCall) -> Answer:
    """PUT …/merge_requests/:iid/rebase: the commits of the source branch are made again on top of the target branch, at once."""
    project = find_code(call)
    request = issuables.find(call, "merge_request", project, call.path["iid"])
    authorize(call, ("project", project.id), DEVELOPER)
    writable(call, ("project", project.id))
    source, target = request["source_branch"], request["target_branch"]
    if not merge_requests.comes_from(request, project):
        raise not_modelled("rebasing what is in a fork")
    check_push(call, project, source)
    repo = repository(call.state, project)
    if request["state"] != "opened" or not {source, target} <= repo["branches"].keys():
        raise not_modelled("rebasing what is not open, or without its branches")
    commits = [repo["commits"][number] for number in reversed(merge_requests.brought(call, project, request))]
    if any(len(commit["parent_ids"]) > 1 for commit in commits):
        raise not_modelled("rebasing merges")
    head = repo["branches"][target]
    before = repo["trees"][head]
    for commit in commits:  # what does not fit is refused before any work
        after = merged(before, parent_tree(repo, commit), repo["trees"][commit["id"]], "rebase")
        if same(before, after):
            raise not_modelled("rebasing what the target branch has already")
        before = after
    if head not in ancestry(repo, repo["branches"][source]):
        for commit in commits:
            tree = merged(repo["trees"][head], parent_tree(repo, commit), repo["trees"][commit["id"]], "rebase")
            head = write_commit(call, project, source, head, tree, message=commit["message"], **authorship(commit))["id"]
    return Answer(202, {"rebase_in_progress": True})


def _check(call: GitLabCall, project: ProjectRecord, request: Json, commits: list[str]) -> None:
    """Raise GitLabHttpError 501 for what would merge otherwise than the lab does, or do more."""
    repo = repository(call.state, project)
    texts = [request["title"], request["description"] or "", *(repo["commits"][number]["message"] for number in commits)]
    if any(project.settings.get(name, value) != value for name, value in _AS_WE_DO.items()) or request["squash"]:
        raise not_modelled("merging by other rules than a project has at first")
    if request["target_branch"] not in repo["branches"] or not commits:
        raise not_modelled("merging nothing, or into nothing")
    if any(pipeline["sha"] == commits[0] for pipeline in pipelines(call.state, project)):
        raise not_modelled("merging what has a pipeline")
    if any(_ISSUE.search(text) for text in texts):
        raise not_modelled("merge requests that close issues")


def _message(project: ProjectRecord, request: Json) -> str:
    first = f"Merge branch '{request['source_branch']}' into '{request['target_branch']}'"
    return f"{first}\n\n{request['title']}\n\nSee merge request {project.full_path}!{request['iid']}"


def _remove_branch(call: GitLabCall, project: ProjectRecord, request: Json) -> None:
    """The default branch and protected ones remain, and what is in a fork."""
    name = request["source_branch"]
    if not merge_requests.comes_from(request, project):
        return
    if name != default_branch(call.state, project) and not rules_of(call.state, project, name):
        move_branches(call, project, {name: None})


_ONE = "/projects/:id/merge_requests/:iid"
ROUTES: tuple[Route, ...] = (("PUT", f"{_ONE}/merge", merge), ("PUT", f"{_ONE}/rebase", rebase))
