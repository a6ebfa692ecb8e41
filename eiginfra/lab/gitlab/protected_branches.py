"""Rules that protect the branches of a project, and those of all projects in a group at the top."""

from fnmatch import fnmatchcase
from typing import Any

from eiginfra.lab.gitlab import params
from eiginfra.lab.gitlab.access import DEVELOPER, MAINTAINER, OWNER, authorize, find_group, find_source, level_of, may
from eiginfra.lab.gitlab.call import Answer, GitLabCall, Route, created, gone, ok, takes
from eiginfra.lab.gitlab.errors import conflict, not_found, not_modelled
from eiginfra.lab.gitlab.pagination import PAGED, paginate
from eiginfra.lab.gitlab.records import Json, ProjectRecord, key_of
from eiginfra.lab.gitlab.repository import access, protection
from eiginfra.lab.gitlab.state import GitLabState

_LEVELS = (0, 30, 40, 60)
ALLOWED = {
    "id": params.integer(),
    "access_level": params.integer(*_LEVELS),
    "user_id": params.integer(),
    "group_id": params.integer(),
    "_destroy": params.boolean(default=False),
}
"""One entry of `allowed_to_push` and its like."""
_KINDS = ("push", "merge", "unprotect")
_ALLOWED_TO = {f"allowed_to_{kind}": params.objects(ALLOWED) for kind in _KINDS}
_OF_LEVEL = {name: param for name, param in ALLOWED.items() if name not in ("user_id", "group_id")}
_LEVELS_ALLOWED = {f"allowed_to_{kind}": params.objects(_OF_LEVEL) for kind in _KINDS}


def rules_for(state: GitLabState, project: ProjectRecord) -> list[Json]:
    """What protects a project's branches: its own rules, and those of the group at the top, which show that they are inherited."""
    own: list[Json] = state.extra["protected_branch"].get(key_of(("project", project.id)), [])
    above = list(state.ancestors(state.groups.get(project.namespace_id)))
    inherited: list[Json] = state.extra["protected_branch"].get(key_of(("group", above[-1].id)), []) if above else []
    return [*own, *({**rule, "inherited": True} for rule in inherited)]


def rules_of(state: GitLabState, project: ProjectRecord, branch: str) -> list[Json]:
    """The rules that meet a branch, by name or with a wildcard; what one of them allows is allowed."""
    return [rule for rule in rules_for(state, project) if fnmatchcase(branch, rule["name"].replace("[", "[[]").replace("?", "[?]"))]


def may_push(call: GitLabCall, project: ProjectRecord, branch: str) -> bool:
    """Whether the caller may push to a branch, protected or not."""
    rules = rules_of(call.state, project, branch)
    return _allowed(call, project, rules, ["push"]) if rules else may(call, ("project", project.id), DEVELOPER)


def may_merge(call: GitLabCall, project: ProjectRecord, branch: str) -> bool:
    """Whether the caller may merge into a branch; who may push to it may."""
    rules = rules_of(call.state, project, branch)
    return _allowed(call, project, rules, ["merge", "push"]) if rules else may(call, ("project", project.id), DEVELOPER)


def developers_may(state: GitLabState, project: ProjectRecord, branch: str) -> bool:
    """Whether a rule lets developers push to a branch."""
    entries = [entry for rule in rules_of(state, project, branch) for entry in rule["push_access_levels"]]
    return any(0 < (entry["access_level"] or 0) <= DEVELOPER for entry in entries)


def _allowed(call: GitLabCall, project: ProjectRecord, rules: list[Json], kinds: list[str]) -> bool:
    """Whether an entry of some rules lets the caller; "No one" (0) is no one, administrators included."""
    if call.user is None:
        return False
    state, user = call.state, call.user
    level = level_of(state, user, ("project", project.id))

    def passes(entry: Json) -> bool:
        if entry["user_id"] is not None or entry["group_id"] is not None:
            group = state.groups.get(entry["group_id"] or 0)
            return entry["user_id"] == user.id or (group is not None and level_of(state, user, ("group", group.id)) > 0)
        wanted = entry["access_level"] or 0
        return wanted > 0 and (user.admin or level >= wanted)

    return any(passes(entry) for rule in rules for kind in kinds for entry in rule[f"{kind}_access_levels"])


def _rules(call: GitLabCall) -> list[Json]:
    """The rules of the path's project, for maintainers (for reading: developers), or group, for owners."""
    source = find_source(call)
    if source[0] == "group":
        authorize(call, source, OWNER)
        if find_group(call).parent_id is not None:
            raise not_modelled(f"{call.method} …/protected_branches of a group that is not at the top")
    else:
        authorize(call, source, DEVELOPER if call.method == "GET" else MAINTAINER)
    rules: list[Json] = call.state.extra["protected_branch"].setdefault(key_of(source), [])
    return rules


def _shown(call: GitLabCall) -> list[Json]:
    rules = _rules(call)
    kind, number = find_source(call)
    if kind == "project":
        return rules_for(call.state, call.state.projects[number])
    return [_present(call, rule) for rule in rules]


def _present(call: GitLabCall, rule: Json) -> Json:
    """A rule; that of a group does not say whether it is inherited."""
    of_group = call.raw_path.startswith("/groups/")
    return {name: value for name, value in rule.items() if name != "inherited" or not of_group}


def _named(call: GitLabCall, rules: list[Json]) -> Json:
    rule = next((rule for rule in rules if rule["name"] == call.path["name"]), None)
    if rule is None:
        raise not_found()
    return rule


@takes({"search": params.string(), **PAGED})
def index(call: GitLabCall) -> Answer:
    """GET …/protected_branches."""
    text = call.given.get("search") or ""
    return paginate(call, [rule for rule in _shown(call) if text in rule["name"]], lambda rule: rule)


def show(call: GitLabCall) -> Answer:
    """GET …/protected_branches/:name, a branch or a wildcard."""
    return ok(_named(call, _shown(call)))


_CREATION = {
    "name": params.string(required=True),
    "push_access_level": params.integer(*_LEVELS, default=40),
    "merge_access_level": params.integer(*_LEVELS, default=40),
    "unprotect_access_level": params.integer(30, 40, 60),
    "allow_force_push": params.boolean(default=False),
    "code_owner_approval_required": params.boolean(default=False),
}
_CHANGE = {"allow_force_push": params.boolean(), "code_owner_approval_required": params.boolean()}


def _create(call: GitLabCall) -> Answer:
    """POST …/protected_branches; maintainers push and merge unless said otherwise."""
    rules = _rules(call)
    given = call.given
    if any(rule["name"] == given["name"] for rule in rules):
        raise conflict(f"Protected branch '{given['name']}' already exists")
    rule = protection(
        call.state,
        given["name"],
        push=given["push_access_level"],
        merge=given["merge_access_level"],
        force=bool(given["allow_force_push"]),
    )
    if given.get("unprotect_access_level") is not None:
        rule["unprotect_access_levels"] = [access(call.state, given["unprotect_access_level"])]
    rule["code_owner_approval_required"] = bool(given["code_owner_approval_required"])
    for kind in _KINDS:
        allow(call, rule, kind)
    rules.append(rule)
    return created(_present(call, rule))


def _update(call: GitLabCall) -> Answer:
    """PATCH …/protected_branches/:name."""
    rule = _named(call, _rules(call))
    given = call.given
    rule.update({name: value for name, value in given.items() if value is not None and name not in _ALLOWED_TO})
    for kind in _KINDS:
        allow(call, rule, kind)
    return ok(_present(call, rule))


def remove(call: GitLabCall) -> Answer:
    """DELETE …/protected_branches/:name."""
    rules = _rules(call)
    rules.remove(_named(call, rules))
    return gone()


def allow(call: GitLabCall, rule: Json, kind: str) -> None:
    """Take in `allowed_to_push` and its like: entries added, changed by id, or removed with `_destroy`."""
    wanted = call.given.get(f"allowed_to_{kind}")
    if wanted is None:
        return
    name = f"{kind}_access_levels"
    fresh = call.method == "POST"
    entries: list[Json] = [] if fresh and wanted else list(rule[name])
    for item in wanted:
        entries = _with(call, entries, item)
    rule[name] = entries


def _with(call: GitLabCall, entries: list[Json], given: dict[str, Any]) -> list[Json]:
    kept = [entry for entry in entries if entry["id"] != given.get("id")]
    if given.get("_destroy"):
        return kept
    level = given.get("access_level")
    entry = access(call.state, 40 if level is None else level)
    # Who is named has no level: GitLab's documentation of protected branches shows null there.
    if given.get("user_id") is not None:
        user = call.state.users.get(given["user_id"])
        entry |= {"user_id": given["user_id"], "access_level": None, "access_level_description": user.name if user else ""}
    elif given.get("group_id") is not None:
        group = call.state.groups.get(given["group_id"])
        entry |= {"group_id": given["group_id"], "access_level": None, "access_level_description": group.name if group else ""}
    return [*kept, {**entry, "id": given.get("id") or entry["id"]}]


# In a group rules name levels only, neither people nor groups.
ROUTES: tuple[Route, ...] = tuple(
    route
    for base, allowed in (("/projects/:id/protected_branches", _ALLOWED_TO), ("/groups/:id/protected_branches", _LEVELS_ALLOWED))
    for route in (
        ("GET", base, index),
        ("POST", base, takes({**_CREATION, **allowed})(_create)),
        ("GET", f"{base}/:name", show),
        ("PATCH", f"{base}/:name", takes({**_CHANGE, **allowed})(_update)),
        ("DELETE", f"{base}/:name", remove),
    )
)
