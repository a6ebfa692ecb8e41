"""A project's repository as plain data: blobs, a flat tree for each commit, branches; pushes.py writes it."""

import base64

from eiginfra.lab.gitlab.git_objects import GITLINK, identity
from eiginfra.lab.gitlab.present_groups import branch_protection
from eiginfra.lab.gitlab.records import Json, ProjectRecord, key_of
from eiginfra.lab.gitlab.state import GitLabState


def repository(state: GitLabState, project: ProjectRecord) -> Json:
    """The repository, made empty at first sight."""
    empty: Json = {"branches": {}, "tags": {}, "commits": {}, "trees": {}, "blobs": {}}
    result: Json = state.extra["repository"].setdefault(key_of(("project", project.id)), empty)
    return result


def _known(state: GitLabState, project: ProjectRecord) -> Json | None:
    return state.extra["repository"].get(key_of(("project", project.id)))


def is_empty(state: GitLabState, project: ProjectRecord) -> bool:
    """Whether nothing was ever committed."""
    known = _known(state, project)
    return known is None or not known["branches"]


def default_branch(state: GitLabState, project: ProjectRecord) -> str:
    """The project's main branch, which an empty repository does not have yet."""
    return str(project.settings.get("default_branch") or _group_default(state, project) or "main")


def _group_default(state: GitLabState, project: ProjectRecord) -> str | None:
    for group in state.ancestors(state.groups.get(project.namespace_id)):
        if branch := group.settings.get("default_branch"):
            return str(branch)
    return None


def has_branch(state: GitLabState, project: ProjectRecord, name: str) -> bool:
    """Whether a branch exists."""
    known = _known(state, project)
    return known is not None and name in known["branches"]


def readme(state: GitLabState, project: ProjectRecord) -> str | None:
    """The name of the README on the default branch."""
    known = _known(state, project)
    tree = known["trees"].get(known["branches"].get(default_branch(state, project)), {}) if known else {}
    return next((path for path in tree if path.lower().startswith("readme") and "/" not in path), None)


def resolve(state: GitLabState, project: ProjectRecord, ref: str | None) -> str | None:
    """The id of the commit that a branch, a tag, a full or a short id means."""
    known = _known(state, project)
    if known is None:
        return None
    ref = default_branch(state, project) if ref in (None, "HEAD") else ref
    if ref in known["branches"]:
        return str(known["branches"][ref])
    if ref in known["tags"]:
        return str(known["tags"][ref]["commit"])
    return next((commit for commit in known["commits"] if ref and len(ref) >= 7 and commit.startswith(ref)), None)


def ancestry(repo: Json, *starts: str) -> list[str]:
    """The ids of some commits and of all before them, newest first."""
    found, waiting = set(), list(starts)
    while waiting:
        number = waiting.pop()
        if number not in found:
            found.add(number)
            waiting += repo["commits"][number]["parent_ids"]
    return [number for number in reversed(repo["commits"]) if number in found]


def pipelines(state: GitLabState, project: ProjectRecord) -> list[Json]:
    """The pipelines of a project, oldest first; the lab runs none, but others tell how their own do (statuses.py)."""
    found: list[Json] = state.extra["pipeline"].setdefault(key_of(("project", project.id)), [])
    return found


def content(repo: Json, entry: Json | None) -> bytes:
    """The bytes of a file; none of one that is not there. Of an embedded repository Git shows a line instead."""
    if entry is not None and entry["mode"] == GITLINK:
        return f"Subproject commit {entry['blob']}\n".encode()
    return base64.b64decode(repo["blobs"][entry["blob"]]) if entry else b""


def put_blob(repo: Json, content: bytes) -> str:
    """Store a content; its id is Git's."""
    digest = identity("blob", content)
    repo["blobs"][digest] = base64.b64encode(content).decode()
    return digest


def protect_default(state: GitLabState, project: ProjectRecord, branch: str) -> None:
    """Protect the first branch of a project as its group, or the instance, says."""
    group = state.groups.get(project.namespace_id)
    defaults = (group.settings.get("default_branch_protection_defaults") if group else None) or branch_protection(2)
    push, merge = (max(entry["access_level"] for entry in defaults[f"allowed_to_{what}"]) for what in ("push", "merge"))
    force = bool(defaults.get("allow_force_push"))
    if (push, merge, force) == (30, 30, True):
        return
    rules = state.extra["protected_branch"].setdefault(key_of(("project", project.id)), [])
    if not any(rule["name"] == branch for rule in rules):
        rules.append(protection(state, branch, push=push, merge=merge, force=force))


def protection(state: GitLabState, name: str, *, push: int, merge: int, force: bool) -> Json:
    """A rule that protects a branch."""
    return {
        "id": state.new_id("protected_branch"),
        "name": name,
        "push_access_levels": [access(state, push)],
        "merge_access_levels": [access(state, merge)],
        "allow_force_push": force,
        "unprotect_access_levels": [],
        "code_owner_approval_required": False,
        "inherited": False,
    }


def access(state: GitLabState, level: int) -> Json:
    """One entry of a rule: a level that may."""
    names = {0: "No one", 30: "Developers + Maintainers", 40: "Maintainers", 60: "Instance admins"}
    return {
        "id": state.new_id("branch_access"),
        "access_level": level,
        "access_level_description": names[level],
        "deploy_key_id": None,
        "user_id": None,
        "group_id": None,
    }
