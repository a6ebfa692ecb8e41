"""Where a commit is found: branches, tags, merge requests; and what commits have in common."""

from eiginfra.lab.gitlab import issuables, merge_requests, params
from eiginfra.lab.gitlab.access import find_code
from eiginfra.lab.gitlab.call import Answer, GitLabCall, Route, ok, takes
from eiginfra.lab.gitlab.commits import found_commit, present
from eiginfra.lab.gitlab.errors import message, not_found
from eiginfra.lab.gitlab.pagination import PAGED, paginate
from eiginfra.lab.gitlab.repository import ancestry, repository, resolve


@takes({"type": params.string("branch", "tag", "all", default="all"), **PAGED})
def refs(call: GitLabCall) -> Answer:
    """GET …/repository/commits/:sha/refs: the branches and tags that have the commit."""
    project = find_code(call)
    number, repo, kind = found_commit(call, project)["id"], repository(call.state, project), call.given["type"]
    heads = [("branch", name, head) for name, head in sorted(repo["branches"].items()) if kind != "tag"]
    heads += [("tag", name, tag["commit"]) for name, tag in sorted(repo["tags"].items()) if kind != "branch"]
    found = [{"type": what, "name": name} for what, name, head in heads if number in ancestry(repo, head)]
    return paginate(call, found, lambda ref: ref)


@takes(PAGED)
def requests(call: GitLabCall) -> Answer:
    """GET …/repository/commits/:sha/merge_requests: those that bring the commit."""
    project = find_code(call)
    number = found_commit(call, project)["id"]
    own = issuables.own(call, "merge_request", project)
    found = [request for request in own if number in merge_requests.brought(call, project, request)]
    return paginate(call, found, lambda request: merge_requests.present(call, project, request))


def signature(call: GitLabCall) -> Answer:
    """GET …/repository/commits/:sha/signature: the lab's commits have none."""
    found_commit(call, find_code(call))
    raise not_found("Signature")


@takes({"refs": params.strings(required=True)})
def merge_base(call: GitLabCall) -> Answer:
    """GET …/repository/merge_base: the newest commit before the first ref and before one of the others."""
    project, names = find_code(call), call.given["refs"]
    if len(names) < 2:
        raise message(400, "Provide at least 2 refs")
    numbers = {name: resolve(call.state, project, name) for name in names}
    if unknown := [name for name in names if numbers[name] is None]:
        raise message(400, f"Could not find ref{'s' if len(unknown) > 1 else ''}: {', '.join(unknown)}")
    repo = repository(call.state, project)
    first, *others = (numbers[name] or "" for name in names)
    shared = set(ancestry(repo, *others))
    number = next((number for number in ancestry(repo, first) if number in shared), None)
    if number is None:
        raise not_found("Merge Base")
    return ok(present(call, project, repo["commits"][number]))


_BASE = "/projects/:id/repository"
ROUTES: tuple[Route, ...] = (
    ("GET", f"{_BASE}/commits/:sha/refs", refs),
    ("GET", f"{_BASE}/commits/:sha/merge_requests", requests),
    ("GET", f"{_BASE}/commits/:sha/signature", signature),
    ("GET", f"{_BASE}/merge_base", merge_base),
)
