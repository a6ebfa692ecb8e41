"""Groups as GitLab shows them, and what their settings are unless set."""

from typing import Any

from eiginfra.lab.gitlab.avatars import avatar_url
from eiginfra.lab.gitlab.records import GroupRecord, Source
from eiginfra.lab.gitlab.state import GitLabState

BRANCH_DEFAULTS: dict[int, dict[str, Any]] = {
    0: {"push": 30, "merge": 30, "force": True},
    1: {"push": 30, "merge": 30, "force": False},
    2: {"push": 40, "merge": 40, "force": False},
    3: {"push": 40, "merge": 30, "force": False},
    4: {"push": 40, "merge": 40, "force": False},
}
"""`default_branch_protection` as levels."""

SETTINGS: dict[str, Any] = {
    "description": "",
    "share_with_group_lock": False,
    "require_two_factor_authentication": False,
    "two_factor_grace_period": 48,
    "project_creation_level": "developer",
    "auto_devops_enabled": None,
    "subgroup_creation_level": "maintainer",
    "emails_disabled": False,
    "emails_enabled": True,
    "show_diff_preview_in_email": True,
    "mentions_disabled": None,
    "lfs_enabled": True,
    "math_rendering_limits_enabled": True,
    "lock_math_rendering_limits_enabled": False,
    "default_branch": None,
    "default_branch_protection": 2,
    "request_access_enabled": True,
    "shared_runners_setting": "enabled",
    "max_artifacts_size": None,
    "wiki_access_level": "enabled",
}
"""What every group shows."""

DETAILS: dict[str, Any] = {
    "enabled_git_access_protocol": "all",
    "prevent_sharing_groups_outside_hierarchy": False,
    "shared_runners_minutes_limit": None,
    "extra_shared_runners_minutes_limit": None,
    "prevent_forking_outside_group": None,
    "membership_lock": False,
    "only_allow_merge_if_pipeline_succeeds": False,
    "allow_merge_on_skipped_pipeline": False,
    "only_allow_merge_if_all_discussions_are_resolved": False,
    "ip_restriction_ranges": None,
    "allowed_email_domains_list": None,
    "service_access_tokens_expiration_enforced": True,
    "file_template_project_id": None,
}
"""What a group shows when it is asked for alone."""


def shared_with(state: GitLabState, source: Source) -> list[dict[str, Any]]:
    """`shared_with_groups` of a group or project."""
    groups = state.groups
    return [
        {
            "group_id": link["group_id"],
            "group_name": groups[link["group_id"]].name,
            "group_full_path": groups[link["group_id"]].full_path,
            "group_access_level": link["group_access"],
            "expires_at": link["expires_at"],
        }
        for link in state.shares(source).values()
    ]


def branch_protection(level: int) -> dict[str, Any]:
    """`default_branch_protection_defaults` of a `default_branch_protection`."""
    defaults = BRANCH_DEFAULTS[level]
    return {
        "allowed_to_push": [{"access_level": defaults["push"]}],
        "allow_force_push": defaults["force"],
        "allowed_to_merge": [{"access_level": defaults["merge"]}],
        "developer_can_initial_push": level == 4,
        "code_owner_approval_required": False,
    }


def brief(state: GitLabState, group: GroupRecord) -> dict[str, Any]:
    """A group in a list."""
    settings = {name: group.settings.get(name, default) for name, default in SETTINGS.items()}
    defaults = group.settings.get("default_branch_protection_defaults")
    return {
        "id": group.id,
        "web_url": f"{state.url}/groups/{group.full_path}",
        "name": group.name,
        "path": group.path,
        "visibility": group.visibility,
        **settings,
        "default_branch_protection_defaults": defaults or branch_protection(settings["default_branch_protection"]),
        "avatar_url": avatar_url(state, "group", group),
        "full_name": full_name(state, group),
        "full_path": group.full_path,
        "created_at": group.created_at,
        "parent_id": group.parent_id,
        "organization_id": 1,
        "archived": any(ancestor.archived for ancestor in state.ancestors(group)),
        "marked_for_deletion_on": group.marked_for_deletion_on,
    }


def full(state: GitLabState, group: GroupRecord) -> dict[str, Any]:
    """A group alone, without its projects."""
    shared = {"shared_with_groups": shared_with(state, ("group", group.id))}
    return {**brief(state, group), **shared, **{name: group.settings.get(name, default) for name, default in DETAILS.items()}}


def location(state: GitLabState, group: GroupRecord) -> dict[str, Any]:
    """A group as a place for others."""
    return {
        "id": group.id,
        "web_url": f"{state.url}/groups/{group.full_path}",
        "name": group.name,
        "avatar_url": None,
        "full_name": full_name(state, group),
        "full_path": group.full_path,
    }


def full_name(state: GitLabState, group: GroupRecord) -> str:
    """The names of a group and its ancestors: `Entrepreneurs / Promotion 3`."""
    return " / ".join(reversed([ancestor.name for ancestor in state.ancestors(group)]))
