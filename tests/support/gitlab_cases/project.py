from typing import Any

from support.gitlab_case import ADLER, COHORT, PROJECT, SPACE, Case, Row

from eiginfra.providers.gitlab.kinds.project import ProjectSpec

FEATURES = ("issues", "wiki", "packages", "registry", "ci")
FLAGS = {"auto_devops": True, "shared_runners": False, "pipeline_must_succeed": True, "threads_must_be_resolved": True}
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


CASES = {
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
        gone="scheduled-for-deletion",
    ),
}
