"""The settings of a project that the API takes, and what they are unless set (recording genericcommands-*)."""

from typing import Any

from eiginfra.lab.gitlab import params
from eiginfra.lab.gitlab.params import GitLabParam

_ACCESS = ("disabled", "private", "enabled")
_FEATURES = (
    "analytics", "builds", "container_registry", "environments", "feature_flags", "forking", "infrastructure", "issues",
    "merge_requests", "model_experiments", "model_registry", "monitor", "releases", "repository", "requirements",
    "security_and_compliance", "snippets", "wiki",
)  # fmt: skip
_OLD_SWITCHES = {
    "issues_enabled": "issues",
    "jobs_enabled": "builds",
    "merge_requests_enabled": "merge_requests",
    "wiki_enabled": "wiki",
    "snippets_enabled": "snippets",
    "container_registry_enabled": "container_registry",
}
"""Switches of before there were three levels; each follows its level and sets it."""

_POLICY = {
    "cadence": params.string(),
    "enabled": params.boolean(),
    "keep_n": params.integer(),
    "older_than": params.string(),
    "name_regex": params.string(),
    "name_regex_keep": params.string(),
}

ACCEPTED: dict[str, GitLabParam] = {
    "avatar": params.file(),
    **{f"{feature}_access_level": params.string(*_ACCESS) for feature in _FEATURES},
    "pages_access_level": params.string(*_ACCESS, "public"),
    "package_registry_access_level": params.string(*_ACCESS, "public"),
    **{switch: params.boolean() for switch in _OLD_SWITCHES},
    "description": params.string(),
    "default_branch": params.string(),
    "merge_method": params.string("ff", "rebase_merge", "merge"),
    "squash_option": params.string("never", "always", "default_on", "default_off"),
    "auto_cancel_pending_pipelines": params.string("disabled", "enabled"),
    "auto_devops_deploy_strategy": params.string("continuous", "manual", "timed_incremental"),
    "build_git_strategy": params.string("fetch", "clone"),
    "resource_group_default_process_mode": params.string(
        "unordered", "oldest_first", "newest_first", "newest_ready_first"
    ),
    **{
        name: params.boolean()
        for name in (
            "allow_merge_on_skipped_pipeline", "auto_devops_enabled", "autoclose_referenced_issues", "emails_disabled",
            "emails_enabled", "enforce_auth_checks_on_uploads", "group_runners_enabled", "lfs_enabled", "mirror",
            "mr_default_target_self", "only_allow_merge_if_all_discussions_are_resolved", "only_allow_merge_if_pipeline_succeeds",
            "packages_enabled", "printing_merge_request_link_enabled", "public_jobs", "remove_source_branch_after_merge",
            "request_access_enabled", "resolve_outdated_diff_discussions", "service_desk_enabled", "shared_runners_enabled",
            "show_diff_preview_in_email", "warn_about_potentially_unwanted_characters",
        )
    },
    "container_expiration_policy_attributes": params.hash_(_POLICY),
    "build_timeout": params.integer(),
    **{
        name: params.string()
        for name in (
            "ci_config_path", "external_authorization_classification_label", "issue_branch_template",
            "merge_commit_template", "squash_commit_template", "suggestion_commit_message",
        )
    },
}  # fmt: skip
"""What a project can be made with, and changed to."""

ONLY_CHANGED: dict[str, GitLabParam] = {
    **{
        name: params.boolean()
        for name in (
            "ci_allow_fork_pipelines_to_run_in_parent_project", "ci_forward_deployment_enabled",
            "ci_forward_deployment_rollback_allowed", "ci_push_repository_for_job_token_allowed", "ci_separated_caches",
            "keep_latest_artifact", "restrict_user_defined_variables",
        )
    },
    "ci_pipeline_variables_minimum_override_role": params.string("no_one_allowed", "developer", "maintainer", "owner"),
    **{name: params.integer() for name in ("ci_default_git_depth", "ci_delete_pipelines_in_seconds", "max_artifacts_size")},
    **{name: params.string() for name in ("issues_template", "merge_requests_template")},
}  # fmt: skip
"""What only a change takes."""

DEFAULTS: dict[str, Any] = {
    **{f"{feature}_access_level": "enabled" for feature in _FEATURES},
    "security_and_compliance_access_level": "private",
    "pages_access_level": "private",
    "package_registry_access_level": "enabled",
    "description": None,
    "allow_merge_on_skipped_pipeline": None,
    "auto_cancel_pending_pipelines": "enabled",
    "auto_devops_deploy_strategy": "continuous",
    "auto_devops_enabled": True,
    "autoclose_referenced_issues": True,
    "build_git_strategy": "fetch",
    "build_timeout": 3600,
    "ci_allow_fork_pipelines_to_run_in_parent_project": True,
    "ci_config_path": None,
    "ci_default_git_depth": 20,
    "ci_delete_pipelines_in_seconds": None,
    "ci_forward_deployment_enabled": True,
    "ci_forward_deployment_rollback_allowed": True,
    "ci_id_token_sub_claim_components": ["project_path", "ref_type", "ref"],
    "ci_job_token_scope_enabled": False,
    "ci_pipeline_variables_minimum_override_role": "no_one_allowed",
    "ci_push_repository_for_job_token_allowed": False,
    "ci_separated_caches": True,
    "emails_disabled": False,
    "emails_enabled": True,
    "enforce_auth_checks_on_uploads": True,
    "external_authorization_classification_label": "",
    "group_runners_enabled": True,
    "issue_branch_template": None,
    "issues_template": None,
    "keep_latest_artifact": True,
    "lfs_enabled": True,
    "max_artifacts_size": None,
    "merge_commit_template": None,
    "merge_method": "merge",
    "merge_requests_template": None,
    "mirror": False,
    "mr_default_target_self": False,
    "only_allow_merge_if_all_discussions_are_resolved": False,
    "only_allow_merge_if_pipeline_succeeds": False,
    "packages_enabled": True,
    "printing_merge_request_link_enabled": True,
    "public_jobs": True,
    "remove_source_branch_after_merge": True,
    "request_access_enabled": True,
    "requirements_enabled": False,
    "resolve_outdated_diff_discussions": False,
    "resource_group_default_process_mode": "unordered",
    "restrict_user_defined_variables": True,
    "runner_token_expiration_interval": None,
    "security_and_compliance_enabled": True,
    "service_desk_enabled": False,
    "shared_runners_enabled": True,
    "show_diff_preview_in_email": True,
    "squash_commit_template": None,
    "squash_option": "default_off",
    "suggestion_commit_message": None,
    "warn_about_potentially_unwanted_characters": True,
}

_EXPIRATION: dict[str, Any] = {
    "cadence": "1d",
    "enabled": False,
    "keep_n": 10,
    "older_than": "90d",
    "name_regex": ".*",
    "name_regex_keep": None,
}
"""When images of the container registry are removed, unless it was set."""


def stored(given: dict[str, Any]) -> dict[str, Any]:
    """What to remember of the given settings: switches become levels, twins agree."""
    settings = {name: value for name, value in given.items() if (name in ACCEPTED or name in ONLY_CHANGED) and name not in _OLD_SWITCHES}
    for switch, feature in _OLD_SWITCHES.items():
        if given.get(switch) is not None and f"{feature}_access_level" not in settings:
            settings[f"{feature}_access_level"] = "enabled" if given[switch] else "disabled"
    if settings.get("emails_enabled") is not None:
        settings["emails_disabled"] = not settings["emails_enabled"]
    elif settings.get("emails_disabled") is not None:
        settings["emails_enabled"] = not settings["emails_disabled"]
    if settings.get("package_registry_access_level") is not None:
        settings["packages_enabled"] = settings["package_registry_access_level"] != "disabled"
    elif settings.get("packages_enabled") is not None:
        settings["package_registry_access_level"] = "enabled" if settings["packages_enabled"] else "disabled"
    return settings


def first(visibility: str) -> dict[str, Any]:
    """What a new project has by its visibility. GitLab's source: `ProjectFeature`, the default of `pages_access_level`."""
    return {"pages_access_level": "enabled"} if visibility == "public" else {}


def shown(settings: dict[str, Any]) -> dict[str, Any]:
    """All settings as a project shows them."""
    values = {**DEFAULTS, **settings}
    values.pop("avatar", None)
    values["container_expiration_policy"] = _EXPIRATION | values.pop("container_expiration_policy_attributes", {})
    for switch, feature in _OLD_SWITCHES.items():
        values[switch] = values[f"{feature}_access_level"] != "disabled"
    return values
