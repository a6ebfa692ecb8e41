"""Every GitLab kind: what it needs, its fields, their changes, and each change as a stranger would make it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from eiginfra.core.spec import Spec
from eiginfra.providers.gitlab.kinds.file import FileSpec
from eiginfra.providers.gitlab.kinds.group import GroupSpec
from eiginfra.providers.gitlab.kinds.label import LabelSpec
from eiginfra.providers.gitlab.kinds.members import MembersSpec
from eiginfra.providers.gitlab.kinds.project import ProjectSpec
from eiginfra.providers.gitlab.kinds.protected_branch import ProtectedBranchSpec
from eiginfra.providers.gitlab.kinds.user import UserSpec

COHORT = GroupSpec(path="eig/eig3", visibility="public")
SPACE = "eig/eig3/adler"
ADLER = GroupSpec(path=SPACE, visibility="public", project_creation="owner")
API = ProjectSpec(path=f"{SPACE}/api", visibility="public")
ADA, BOB = (UserSpec(username=name, name=name.title(), email=f"{name}@example.org") for name in ("ada", "bob"))
GROUP, PROJECT = "/groups/eig%2Feig3%2Fadler", "/projects/eig%2Feig3%2Fadler%2Fapi"


@dataclass(frozen=True)
class Case:
    """One kind: what it needs, its fields, their changes, each change made by a stranger, and what --prune does."""

    spec: type[Spec]
    needs: tuple[Spec, ...]
    fields: dict[str, Any]
    changes: tuple[tuple[str, Any], ...]
    stranger: Callable[[Any, str, Any], None]
    pruned: Callable[[Any], bool] | None = None

    def wanted(self, **changed: Any) -> tuple[Spec, ...]:
        return (*self.needs, self.spec(**{**self.fields, **changed}))


def _put(url: str, names: dict[str, str] | None = None, values: dict[Any, Any] | None = None) -> Callable[[Any, str, Any], None]:
    def change(world: Any, field: str, value: Any) -> None:
        theirs = (values or {}).get(value, value) if isinstance(value, str) else value
        world.by_hand("PUT", url, **{(names or {}).get(field, field): theirs})

    return change


def _group(world: Any, field: str, value: Any) -> None:
    names = {"project_creation": "project_creation_level", "subgroup_creation": "subgroup_creation_level"}
    names |= {"branch_protection": "default_branch_protection", "shared_runners": "shared_runners_setting"}
    values = {"none": 0, "developers-push": 1, "developers-merge": 3, "developers-initial-push": 4}
    values |= {"overridable": "disabled_and_overridable", "disabled": "disabled_and_unoverridable"}
    _put(GROUP, names, values)(world, field, value)


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


def _project(world: Any, field: str, value: Any) -> None:
    if field == "archived":
        world.by_hand("POST", f"{PROJECT}/archive")
    elif field == "website":
        world.by_hand("PUT", PROJECT, description=f"Une interface\n\n{value}")
    elif field == "description":
        world.by_hand("PUT", PROJECT, description=f"{value}\n\nhttps://adler.example.org")
    else:
        _put(PROJECT, PROJECT_NAMES, {"fast-forward": "ff", "semi-linear": "rebase_merge"})(world, field, value)


def _branch(world: Any, field: str, value: Any) -> None:
    levels = {"nobody": 0, "developers": 30, "maintainers": 40}
    world.by_hand("DELETE", f"{PROJECT}/protected_branches/main")
    fields = {"push_access_level": 40, "merge_access_level": 40, "allow_force_push": False}
    fields |= {"allow_force_push": value} if field == "force_push" else {f"{field}_access_level": levels[value]}
    world.by_hand("POST", f"{PROJECT}/protected_branches", name="main", **fields)


def _members(url: str) -> Callable[[Any, str, Any], None]:
    def change(world: Any, _field: str, value: Any) -> None:
        wanted = {entry["username"]: entry for entry in value}
        there = {member["username"]: member["id"] for member in world.by_hand("GET", f"{url}/members")}
        for name in ("ada", "bob"):
            if name in wanted:
                verb, path = ("PUT", f"/{there[name]}") if name in there else ("POST", "")
                world.by_hand(verb, f"{url}/members{path}", access_level=20, **({} if path else {"user_id": world.api.account(name)}))
            elif name in there:
                world.by_hand("DELETE", f"{url}/members/{there[name]}")

    return change


def _label(world: Any, field: str, value: Any) -> None:
    (label,) = world.by_hand("GET", f"{GROUP}/labels")
    world.by_hand("PUT", f"{GROUP}/labels/{label['id']}", **{field: value})


def _gone(url: str) -> Callable[[Any], bool]:
    return lambda world: world.by_hand("GET", url) == []


ONE = [{"username": "ada", "access": "maintainer", "expires": "2030-06-30"}]
LISTS = tuple(
    ("members", entries)
    for entries in (
        [{**ONE[0], "access": "reporter"}],
        [{**ONE[0], "expires": None}],
        [*ONE, {"username": "bob", "access": "developer"}],
        [{"username": "bob", "access": "developer"}],
        [],
    )
)

CASES = {
    "group": Case(
        GroupSpec,
        (COHORT,),
        {"path": SPACE, "name": "ADLER", "description": "Lutter", "visibility": "public", "project_creation": "owner"}
        | {"subgroup_creation": "maintainer", "branch_protection": "full", "shared_runners": "enabled"},
        (
            ("name", "L’été"),
            ("description", ""),
            ("visibility", "private"),
            ("project_creation", "noone"),
            ("subgroup_creation", "owner"),
            *(("branch_protection", level) for level in ("none", "developers-push", "developers-merge")),
            *(("shared_runners", how) for how in ("overridable", "disabled")),
        ),
        _group,
        lambda world: world.api.group(SPACE) is None,
    ),
    "project": Case(
        ProjectSpec,
        (COHORT, ADLER),
        {"path": f"{SPACE}/api", "title": "API", "description": "Une interface", "website": "https://adler.example.org"}
        | {"visibility": "public", "topics": ["eig"], "archived": False, "merge_method": "merge", "squash": "default_off"}
        | {"issues": "enabled", "wiki": "enabled", "packages": "enabled", "registry": "enabled", "pages": "private", "ci": "enabled"}
        | {"ci_config": "", "ci_timeout": 3600, "auto_devops": False, "shared_runners": True, "pipeline_must_succeed": False}
        | {"threads_must_be_resolved": False, "remove_source_branch": True},
        (
            ("title", "L’API"),
            ("description", "Autre"),
            ("website", "https://elsewhere.example.org"),
            ("visibility", "internal"),
            ("topics", ["données", "eig"]),
            ("archived", True),
            ("merge_method", "fast-forward"),
            ("merge_method", "semi-linear"),
            ("squash", "always"),
            ("issues", "private"),
            ("wiki", "disabled"),
            ("packages", "disabled"),
            ("registry", "private"),
            ("pages", "public"),
            ("ci", "private"),
            ("ci_config", "ci/main.yml"),
            ("ci_timeout", 7200),
            ("auto_devops", True),
            ("shared_runners", False),
            ("pipeline_must_succeed", True),
            ("threads_must_be_resolved", True),
            ("remove_source_branch", False),
        ),
        _project,
        lambda world: bool(world.api.project(f"{SPACE}/api")["archived"]),
    ),
    "members of a group": Case(
        MembersSpec,
        (ADA, BOB, COHORT, ADLER),
        {"group": SPACE, "members": ONE},
        LISTS,
        _members(GROUP),
        lambda world: [member["username"] for member in world.by_hand("GET", f"{GROUP}/members")] == ["eiginfra-bot"],
    ),
    "members of a project": Case(
        MembersSpec,
        (ADA, BOB, COHORT, ADLER, API),
        {"project": f"{SPACE}/api", "members": ONE},
        LISTS,
        _members(PROJECT),
        _gone(f"{PROJECT}/members"),
    ),
    "label": Case(
        LabelSpec,
        (COHORT, ADLER),
        {"group": SPACE, "name": "à voir", "color": "#1F75CB", "description": "x"},
        (("color", "#ff0000"), ("description", ""), ("description", "y")),
        _label,
        _gone(f"{GROUP}/labels"),
    ),
    "protected branch": Case(
        ProtectedBranchSpec,
        (COHORT, ADLER, API),
        {"project": f"{SPACE}/api", "branch": "main", "push": "maintainers", "merge": "maintainers", "force_push": False},
        (("push", "nobody"), ("push", "developers"), ("merge", "developers"), ("force_push", True)),
        _branch,
    ),
    "first files": Case(
        FileSpec,
        (COHORT, ADLER, API),
        {"project": f"{SPACE}/api", "files": {"README.md": "# API\n"}},
        (),
        lambda *_: None,
    ),
    "account": Case(UserSpec, (), {"username": "ada", "email": "ada@example.org", "state": "active"}, (), lambda *_: None),
}
