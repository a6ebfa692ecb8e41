"""Changes of every GitLab kind made behind eiginfra's back, by its API and in its words."""

import base64
from collections.abc import Callable
from typing import Any

SPACE = "eig/eig3/adler"
GROUP, PROJECT = "/groups/eig%2Feig3%2Fadler", "/projects/eig%2Feig3%2Fadler%2Fapi"
LEVELS = {"guest": 10, "planner": 15, "reporter": 20, "developer": 30, "maintainer": 40, "owner": 50}
BRANCH_LEVELS = {"nobody": 0, "developers": 30, "maintainers": 40, "administrators": 60}

GROUP_NAMES = {
    "project_creation": "project_creation_level",
    "subgroup_creation": "subgroup_creation_level",
    "branch_protection": "default_branch_protection",
    "shared_runners": "shared_runners_setting",
}
GROUP_VALUES = {
    "branch_protection": {"none": 0, "developers-push": 1, "full": 2, "developers-merge": 3, "developers-initial-push": 4},
    "shared_runners": {"overridable": "disabled_and_overridable", "disabled": "disabled_and_unoverridable"},
}
PROJECT_NAMES = {
    "title": "name",
    "squash": "squash_option",
    "issues": "issues_access_level",
    "wiki": "wiki_access_level",
    "packages": "package_registry_access_level",
    "registry": "container_registry_access_level",
    "pages": "pages_access_level",
    "ci": "builds_access_level",
    "ci_config": "ci_config_path",
    "ci_timeout": "build_timeout",
    "auto_devops": "auto_devops_enabled",
    "shared_runners": "shared_runners_enabled",
    "pipeline_must_succeed": "only_allow_merge_if_pipeline_succeeds",
    "threads_must_be_resolved": "only_allow_merge_if_all_discussions_are_resolved",
    "remove_source_branch": "remove_source_branch_after_merge",
}
PROJECT_VALUES = {"merge_method": {"fast-forward": "ff", "semi-linear": "rebase_merge"}}


def user(world: Any, field: str, value: Any) -> None:
    number = world.account_id("ada")
    if field == "state":
        world.by_hand("POST", f"/users/{number}/{'block' if value == 'blocked' else 'unblock'}")
    else:
        world.by_hand("PUT", f"/users/{number}", **{field: value, "skip_reconfirmation": True})


def group(world: Any, field: str, value: Any) -> None:
    world.by_hand("PUT", GROUP, **{GROUP_NAMES.get(field, field): GROUP_VALUES.get(field, {}).get(value, value)})


def project(world: Any, field: str, value: Any) -> None:
    match field:
        case "archived":
            world.by_hand("POST", f"{PROJECT}/archive")
        case "path":
            world.by_hand("PUT", PROJECT, path=value.rpartition("/")[2])
        case "website":
            world.by_hand("PUT", PROJECT, description="\n\n".join(part for part in ("Une interface", value) if part))
        case "description":
            world.by_hand("PUT", PROJECT, description="\n\n".join(part for part in (value, "https://adler.example.org") if part))
        case _:
            theirs = PROJECT_VALUES.get(field, {}).get(value, value) if isinstance(value, str) else value
            world.by_hand("PUT", PROJECT, **{PROJECT_NAMES.get(field, field): theirs})


def members(url: str) -> Callable[[Any, str, Any], None]:
    def change(world: Any, _field: str, value: Any) -> None:
        wanted = {entry["username"]: entry for entry in value}
        there = {member["username"]: member["id"] for member in world.by_hand("GET", f"{url}/members")}
        for name in ("ada", "bob"):
            if name in wanted:
                verb, path = ("PUT", f"/{there[name]}") if name in there else ("POST", "")
                fields = {} if path else {"user_id": world.account_id(name)}
                world.by_hand(verb, f"{url}/members{path}", **fields, **_granted(wanted[name]))
            elif name in there:
                world.by_hand("DELETE", f"{url}/members/{there[name]}")

    return change


def invitations(world: Any, _field: str, value: Any) -> None:
    for invitation in world.by_hand("GET", f"{GROUP}/invitations"):
        world.by_hand("DELETE", f"{GROUP}/invitations/{invitation['invite_email']}")
    for entry in value:
        world.by_hand("POST", f"{GROUP}/invitations", email=entry["email"], **_granted(entry))


def _granted(entry: dict[str, Any]) -> dict[str, Any]:
    return {"access_level": LEVELS[entry["access"]], "expires_at": entry.get("expires") or ""}


def branch(world: Any, field: str, value: Any) -> None:
    (rule,) = [rule for rule in world.by_hand("GET", f"{PROJECT}/protected_branches") if rule["name"] == "main"]
    levels = {f"{what}_access_level": rule[f"{what}_access_levels"][0]["access_level"] for what in ("push", "merge")}
    fields = {**levels, "allow_force_push": rule["allow_force_push"]}
    fields |= {"allow_force_push": value} if field == "force_push" else {f"{field}_access_level": BRANCH_LEVELS[value]}
    world.by_hand("DELETE", f"{PROJECT}/protected_branches/main")
    world.by_hand("POST", f"{PROJECT}/protected_branches", name="main", **fields)


def label(world: Any, field: str, value: Any) -> None:
    (found,) = world.by_hand("GET", f"{GROUP}/labels")
    world.by_hand("PUT", f"{GROUP}/labels/{found['id']}", **{field: value})


def variable(url: str) -> Callable[[Any, str, Any], None]:
    def change(world: Any, field: str, value: Any) -> None:
        theirs = f"by-hand-{value['env']}" if field == "value" else value
        world.by_hand("PUT", f"{url}/variables/TOKEN", **{{"type": "variable_type"}.get(field, field): theirs})

    return change


def content(world: Any, path: str, ref: str = "main") -> str:
    found = world.by_hand("GET", f"{PROJECT}/repository/files/{path.replace('/', '%2F')}?ref={ref}")
    return base64.b64decode(found["content"]).decode()


def commits(world: Any) -> list[str]:
    return [commit["title"] for commit in world.by_hand("GET", f"{PROJECT}/repository/commits")]


def rewrite(path: str, ref: str = "main") -> Callable[[Any], object]:
    fields = {"branch": ref, "commit_message": "ours", "content": "ours"}
    return lambda world: world.by_hand("PUT", f"{PROJECT}/repository/files/{path.replace('/', '%2F')}", **fields)
