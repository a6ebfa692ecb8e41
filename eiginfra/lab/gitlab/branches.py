"""Branches and trees of a project's repository."""

from eiginfra.lab.gitlab import params
from eiginfra.lab.gitlab.access import DEVELOPER, authorize, find_code, writable
from eiginfra.lab.gitlab.call import Answer, GitLabCall, Route, created, gone, ok, takes
from eiginfra.lab.gitlab.commits import present, resolved
from eiginfra.lab.gitlab.errors import message, not_found
from eiginfra.lab.gitlab.git_objects import GITLINK, TREE_MODE, identity, tree_contents, valid_ref
from eiginfra.lab.gitlab.pagination import PAGED, paginate
from eiginfra.lab.gitlab.protected_branches import developers_may, may_push, rules_of
from eiginfra.lab.gitlab.pushes import commit_files, move_branches
from eiginfra.lab.gitlab.records import Json, ProjectRecord
from eiginfra.lab.gitlab.repository import ancestry, default_branch, has_branch, is_empty, repository, resolve


@takes({"search": params.string(), **PAGED})
def index(call: GitLabCall) -> Answer:
    """GET …/repository/branches."""
    project = find_code(call)
    given = call.given
    if is_empty(call.state, project):
        return paginate(call, [], lambda name: name)
    names = sorted(repository(call.state, project)["branches"])
    found = [name for name in names if (given.get("search") or "") in name]
    return paginate(call, found, lambda name: _branch(call, project, name))


def show(call: GitLabCall) -> Answer:
    """GET …/repository/branches/:branch."""
    project = find_code(call)
    if not has_branch(call.state, project, call.path["branch"]):
        raise not_found("Branch")
    return ok(_branch(call, project, call.path["branch"]))


@takes({"branch": params.string(required=True), "ref": params.string(required=True)})
def create(call: GitLabCall) -> Answer:
    """POST …/repository/branches."""
    project = find_code(call)
    authorize(call, ("project", project.id), DEVELOPER)
    writable(call, ("project", project.id))
    given = call.given
    if is_empty(call.state, project):
        # An empty repository gets its default branch first, with an empty README.
        commit_files(call, project, default_branch(call.state, project), "Add README.md", {"README.md": b""})
    if not valid_ref(given["branch"]):
        raise message(400, "Branch name is invalid")
    if has_branch(call.state, project, given["branch"]):
        raise message(400, "Branch already exists")
    number = resolve(call.state, project, given["ref"])
    if number is None:
        raise message(400, f"Invalid reference name: {given['ref']}")
    move_branches(call, project, {given["branch"]: number})
    return created(_branch(call, project, given["branch"]))


def remove(call: GitLabCall) -> Answer:
    """DELETE …/repository/branches/:branch."""
    project, name = find_code(call), call.path["branch"]
    authorize(call, ("project", project.id), DEVELOPER)
    writable(call, ("project", project.id))
    if not has_branch(call.state, project, name):
        raise not_found("Branch")
    if name == default_branch(call.state, project):
        raise message(403, "Cannot remove HEAD branch")
    move_branches(call, project, {name: None})
    return gone()


def _branch(call: GitLabCall, project: ProjectRecord, name: str) -> Json:
    repo = repository(call.state, project)
    number, main = repo["branches"][name], repo["branches"].get(default_branch(call.state, project))
    developers = developers_may(call.state, project, name)
    return {
        "name": name,
        "commit": present(call, project, repo["commits"][number]),
        "merged": number != main and number in ancestry(repo, main) if main else False,
        "protected": bool(rules_of(call.state, project, name)),
        "developers_can_push": developers,
        "developers_can_merge": developers,
        "can_push": may_push(call, project, name),
        "default": name == default_branch(call.state, project),
        "web_url": f"{call.state.url}/{project.full_path}/-/tree/{name}",
    }


@takes({"ref": params.string(), "path": params.string(), "recursive": params.boolean(default=False), **PAGED})
def tree(call: GitLabCall) -> Answer:
    """GET …/repository/tree."""
    project = find_code(call)
    given = call.given
    if is_empty(call.state, project):
        raise not_found("Tree")
    repo = repository(call.state, project)
    flat = repo["trees"][resolved(call, project, given.get("ref"), "404 Tree Not Found")]
    prefix = f"{given['path'].strip('/')}/" if given.get("path") else ""
    folders = {folder: identity("tree", content) for folder, content in tree_contents(flat).items()}
    found: dict[str, Json] = {}
    for path, entry in sorted(flat.items()):
        if not path.startswith(prefix):
            continue
        parts = path[len(prefix) :].split("/")
        for depth in range(1, len(parts)):
            folder = prefix + "/".join(parts[:depth])
            if depth == 1 or given["recursive"]:
                found.setdefault(folder, _tree_object(folder, folders[folder], TREE_MODE))
        if len(parts) == 1 or given["recursive"]:
            found[path] = _tree_object(path, entry["blob"], entry["mode"])
    ordered = sorted(found.values(), key=lambda item: (item["type"] != "tree", item["path"]))
    return paginate(call, ordered, lambda item: item)


def _tree_object(path: str, number: str, mode: str) -> Json:
    kind = {TREE_MODE: "tree", GITLINK: "commit"}.get(mode, "blob")
    return {"id": number, "name": path.rpartition("/")[2], "type": kind, "path": path, "mode": mode}


_BASE = "/projects/:id/repository"
ROUTES: tuple[Route, ...] = (
    ("GET", f"{_BASE}/branches", index),
    ("POST", f"{_BASE}/branches", create),
    ("GET", f"{_BASE}/branches/:branch", show),
    ("DELETE", f"{_BASE}/branches/:branch", remove),
    ("GET", f"{_BASE}/tree", tree),
)
