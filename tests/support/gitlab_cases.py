"""Every field of every GitLab kind: other values for it, what a change of it does, and the same change as a stranger would make it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from support.gitlab_strangers import (
    GROUP,
    PROJECT,
    SPACE,
    branch,
    commits,
    content,
    group,
    invitations,
    label,
    members,
    project,
    rewrite,
    user,
    variable,
)
from support.planning import Task

from eiginfra.core.spec import Spec
from eiginfra.providers.gitlab.kinds.file import FileSpec
from eiginfra.providers.gitlab.kinds.group import GroupSpec
from eiginfra.providers.gitlab.kinds.label import LabelSpec
from eiginfra.providers.gitlab.kinds.members import MembersSpec
from eiginfra.providers.gitlab.kinds.project import ProjectSpec
from eiginfra.providers.gitlab.kinds.protected_branch import ProtectedBranchSpec
from eiginfra.providers.gitlab.kinds.user import UserSpec
from eiginfra.providers.gitlab.kinds.variable import VariableSpec

COHORT = GroupSpec(path="eig/eig3", visibility="public")
ADLER = GroupSpec(path=SPACE, visibility="public", project_creation="owner")
API, SITE = (ProjectSpec(path=f"{SPACE}/{name}", visibility="public") for name in ("api", "site"))
PLUME = GroupSpec(path="eig/eig3/plume", visibility="public")
ADA, BOB = (UserSpec(username=name, name=name.title(), email=f"{name}@example.org") for name in ("ada", "bob"))


@dataclass(frozen=True)
class Row:
    """A field that is compared: two values other than the case's (one, where it has no more), and under which name the plan shows it.

    besides: what has to be written with the value; back: what with the case's own value, when it has been the other one.
    """

    field: str
    value: Any
    other: Any = None
    told: str = ""
    besides: dict[str, Any] = field(default_factory=dict)
    back: dict[str, Any] = field(default_factory=dict)
    covers: tuple[str, ...] = ()
    """The fields of an entry that the row is about."""

    def __str__(self) -> str:
        return f"{self.field}-{self.value}"


@dataclass(frozen=True)
class Key:
    """A field by which the object is found: another value is another object, which may need something."""

    field: str
    value: Any
    needs: tuple[Spec, ...] = ()
    besides: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Seed:
    """A field that is used once: what a value makes, and how a stranger changes that."""

    field: str
    value: Any
    made: Callable[[Any], bool]
    stranger: Callable[[Any], object] = lambda _: None


@dataclass(frozen=True)
class Case:
    """One kind: what it needs, its fields with a value for each, what --prune does, and what a plan says when the object is gone."""

    spec: type[Spec]
    needs: tuple[Spec, ...]
    fields: dict[str, Any]
    stranger: Callable[[Any, str, Any], None] = lambda *_: None
    rows: tuple[Row, ...] = ()
    keys: tuple[Key, ...] = ()
    seeds: tuple[Seed, ...] = ()
    pruned: Callable[[Any], bool] | None = None
    lost: Callable[[Any], object] = lambda _: None
    gone: str = "create"
    site: dict[str, Any] = field(default_factory=dict)

    def wanted(self, was: str | None = None, **changed: Any) -> tuple[Spec | Task, ...]:
        """was: the key that it had before."""
        spec = self.spec(**{**self.fields, **changed})
        return (*self.needs, spec if was is None else Task(spec, was))


def _gone(url: str) -> Callable[[Any], bool]:
    return lambda world: world.by_hand("GET", url) == []


def _account(name: str, value: Any) -> Callable[[Any], bool]:
    return lambda world: world.by_hand("GET", "/users?username=ada")[0][name] == value


ONE = [{"username": "ada", "access": "maintainer", "expires": "2030-06-30"}]
BOBS = {"username": "bob", "access": "developer"}
LISTS = (
    Row("members", [{**ONE[0], "access": "reporter"}], [{**ONE[0], "access": "guest"}], covers=("access",)),
    Row("members", [{**ONE[0], "expires": None}], [{**ONE[0], "expires": "2031-01-01"}], covers=("expires",)),
    Row("members", [*ONE, BOBS], [*ONE, {**BOBS, "access": "reporter"}], covers=("username",)),
    Row("members", [BOBS], [{**ONE[0], "access": "reporter"}], covers=("username",)),
    Row("members", [], [{**ONE[0], "access": "reporter"}], covers=("username",)),
)
GUEST = {"username": "ada", "access": "developer", "expires": "2030-06-30", "email": "ada@example.org"}
PENDING = (
    Row("members", [{**GUEST, "access": "reporter"}], [{**GUEST, "access": "guest"}], covers=("access",)),
    Row("members", [{**GUEST, "expires": None}], [{**GUEST, "expires": "2031-01-01"}], covers=("expires",)),
    Row("members", [{**GUEST, "email": "lovelace@example.org"}], [{**GUEST, "access": "guest"}], covers=("email",)),
    Row("members", [], [{**GUEST, "access": "reporter"}], covers=("username",)),
)
FEATURES = ("issues", "wiki", "packages", "registry", "ci")
FLAGS = {"auto_devops": True, "shared_runners": False, "pipeline_must_succeed": True, "threads_must_be_resolved": True}
SECRETS = {
    "fields": {"key": "TOKEN", "value": {"env": "ONE"}, "masked": True, "protected": True, "raw": False, "type": "env_var"}
    | {"scope": "*", "description": ""},
    "rows": (
        Row("value", {"env": "TWO"}, {"env": "THREE"}, told="digest"),
        *(Row(name, other) for name, other in {"masked": False, "protected": False, "raw": True, "type": "file"}.items()),
        Row("description", "x", "y"),
    ),
}

CASES = {
    "account": Case(
        UserSpec,
        (),
        {"username": "ada", "name": "Ada", "email": "ada@example.org", "state": "active"},
        user,
        (Row("state", "blocked"),),
        (Key("username", "bob", besides={"email": "bob@example.org"}),),
        (
            Seed("name", "Ada L.", _account("name", "Ada L."), lambda world: user(world, "name", "Countess")),
            Seed("email", "a@example.org", _account("email", "a@example.org"), lambda world: user(world, "email", "c@example.org")),
        ),
        lost=lambda world: world.by_hand("DELETE", f"/users/{world.account_id('ada')}"),
    ),
    "group": Case(
        GroupSpec,
        (COHORT,),
        {"path": SPACE, "name": "ADLER", "description": "Lutter", "visibility": "public", "project_creation": "owner"}
        | {"subgroup_creation": "maintainer", "branch_protection": "full", "shared_runners": "enabled"},
        group,
        (
            Row("name", "L’été", "Karfu’R"),
            Row("description", "", "Première ligne\nseconde"),
            Row("visibility", "private", "internal"),
            Row("project_creation", "noone", "developer"),
            Row("project_creation", "maintainer", "administrator"),
            Row("subgroup_creation", "owner"),
            Row("branch_protection", "none", "developers-push"),
            Row("branch_protection", "developers-merge", "developers-initial-push"),
            Row("shared_runners", "overridable", "disabled"),
            Row("shared_runners", "disabled", "overridable"),
        ),
        (Key("path", f"{SPACE}/data", needs=(ADLER,), besides={"name": "Data"}),),
        pruned=lambda world: world.api.group(SPACE) is None,
        lost=lambda world: world.by_hand("DELETE", GROUP),
        gone="group-scheduled-for-deletion",
    ),
    "project": Case(
        ProjectSpec,
        (COHORT, ADLER),
        {"path": f"{SPACE}/api", "title": "API", "description": "Une interface", "website": "https://adler.example.org"}
        | {"visibility": "public", "topics": ["eig"], "archived": False, "merge_method": "merge", "squash": "default_off"}
        | {**dict.fromkeys(FEATURES, "enabled"), "pages": "private", "ci_config": "", "ci_timeout": 3600}
        | {**{name: not other for name, other in FLAGS.items()}, "remove_source_branch": True},
        project,
        (
            Row("path", f"{SPACE}/interface", besides={"was": f"{SPACE}/api"}, back={"was": f"{SPACE}/interface"}),
            Row("title", "L’API", "L’interface"),
            Row("description", "Autre", ""),
            Row("website", "https://elsewhere.example.org", ""),
            Row("visibility", "internal", "private"),
            Row("topics", ["données", "eig"], []),
            Row("archived", True),
            Row("merge_method", "fast-forward", "semi-linear"),
            Row("merge_method", "semi-linear", "fast-forward"),
            Row("squash", "always", "never"),
            Row("squash", "default_on", "always"),
            *(Row(name, "private", "disabled") for name in FEATURES),
            Row("packages", "public", "private"),
            Row("pages", "public", "enabled"),
            Row("ci_config", "ci/main.yml", "ci/other.yml"),
            Row("ci_timeout", 7200, 600),
            *(Row(name, other) for name, other in FLAGS.items()),
            Row("remove_source_branch", other=None, value=False),
        ),
        pruned=lambda world: bool(world.api.project(f"{SPACE}/api")["archived"]),
        lost=lambda world: world.by_hand("DELETE", PROJECT),
        gone="project-scheduled-for-deletion",
    ),
    "members of a group": Case(
        MembersSpec,
        (ADA, BOB, COHORT, ADLER),
        {"group": SPACE, "members": ONE},
        members(GROUP),
        LISTS,
        (Key("group", PLUME.path, needs=(PLUME,)),),
        pruned=lambda world: [member["username"] for member in world.by_hand("GET", f"{GROUP}/members")] == ["eiginfra-bot"],
        lost=lambda world: members(GROUP)(world, "members", []),
        gone="update",
    ),
    "members of a project": Case(
        MembersSpec,
        (ADA, BOB, COHORT, ADLER, API),
        {"project": f"{SPACE}/api", "members": ONE},
        members(PROJECT),
        LISTS,
        (Key("project", f"{SPACE}/site", needs=(SITE,)),),
        pruned=_gone(f"{PROJECT}/members"),
        lost=lambda world: members(PROJECT)(world, "members", []),
        gone="update",
    ),
    "people invited to a group": Case(
        MembersSpec,
        (COHORT, ADLER),
        {"group": SPACE, "members": [GUEST]},
        invitations,
        PENDING,
        pruned=_gone(f"{GROUP}/invitations"),
        lost=lambda world: invitations(world, "members", []),
        gone="update",
        site={"accounts": "invite"},
    ),
    "first files": Case(
        FileSpec,
        (COHORT, ADLER, API),
        {"project": f"{SPACE}/api", "files": {"README.md": "# API\n"}, "license": "MIT", "holder": "Ministère"}
        | {"branch": "main", "message": "Premiers fichiers"},
        keys=(Key("project", f"{SPACE}/site", needs=(SITE,)),),
        seeds=(
            Seed("files", {"a/b.md": "x"}, lambda world: content(world, "a/b.md") == "x", rewrite("a/b.md")),
            Seed("license", "etalab-2.0", lambda world: "etalab-2.0" in content(world, "LICENSE"), rewrite("LICENSE")),
            Seed("holder", "DINUM", lambda world: "DINUM" in content(world, "LICENSE"), rewrite("LICENSE")),
            Seed("branch", "trunk", lambda world: content(world, "README.md", "trunk") == "# API\n", rewrite("README.md", "trunk")),
            Seed("message", "Début", lambda world: commits(world) == ["Début"], rewrite("README.md")),
        ),
    ),
    "protected branch": Case(
        ProtectedBranchSpec,
        (COHORT, ADLER, API),
        {"project": f"{SPACE}/api", "branch": "main", "push": "maintainers", "merge": "maintainers", "force_push": False},
        branch,
        (
            Row("push", "nobody", "developers"),
            Row("push", "administrators", "nobody"),
            Row("merge", "developers", "nobody"),
            Row("force_push", True),
        ),
        (Key("project", f"{SPACE}/site", needs=(SITE,)), Key("branch", "release/*")),
        lost=lambda world: world.by_hand("DELETE", f"{PROJECT}/protected_branches/main"),
    ),
    "label": Case(
        LabelSpec,
        (COHORT, ADLER),
        {"group": SPACE, "name": "à voir", "color": "#1F75CB", "description": "x"},
        label,
        (Row("color", "#ff0000", "#00ff00"), Row("description", "", "y")),
        (Key("group", PLUME.path, needs=(PLUME,)), Key("name", "autre")),
        pruned=_gone(f"{GROUP}/labels"),
        lost=lambda world: world.by_hand("DELETE", f"{GROUP}/labels/{world.by_hand('GET', f'{GROUP}/labels')[0]['id']}"),
    ),
    "variable of a group": Case(
        VariableSpec,
        (COHORT, ADLER),
        SECRETS["fields"] | {"group": SPACE},
        variable(GROUP),
        SECRETS["rows"],
        (Key("group", "eig/eig3"), Key("key", "OTHER")),
        pruned=_gone(f"{GROUP}/variables"),
        lost=lambda world: world.by_hand("DELETE", f"{GROUP}/variables/TOKEN"),
    ),
    "variable of a project": Case(
        VariableSpec,
        (COHORT, ADLER, API),
        SECRETS["fields"] | {"project": f"{SPACE}/api"},
        variable(PROJECT),
        SECRETS["rows"],
        (Key("project", f"{SPACE}/site", needs=(SITE,)), Key("key", "OTHER"), Key("scope", "production")),
        pruned=_gone(f"{PROJECT}/variables"),
        lost=lambda world: world.by_hand("DELETE", f"{PROJECT}/variables/TOKEN"),
    ),
}
ROWS = [(name, row) for name, case in CASES.items() for row in case.rows]
KEYS = [(name, key) for name, case in CASES.items() for key in case.keys]
SEEDS = [(name, seed) for name, case in CASES.items() for seed in case.seeds]
