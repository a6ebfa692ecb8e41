"""Groups: lists, one group, creation, changes."""

from typing import Any

from eiginfra.lab.gitlab import custom_attributes, deletion, params, present_groups, project_lists
from eiginfra.lab.gitlab.access import (
    MAINTAINER,
    OWNER,
    authorize,
    find_group,
    is_archived,
    level_of,
    may,
    sees_group,
    sees_project,
    writable,
)
from eiginfra.lab.gitlab.call import Answer, GitLabCall, Route, created, ok, takes
from eiginfra.lab.gitlab.errors import forbidden, invalid, message, ruby
from eiginfra.lab.gitlab.group_rules import check, inherited, pass_on, restricted
from eiginfra.lab.gitlab.instance_settings import setting
from eiginfra.lab.gitlab.pagination import KEYSET, by_cursor, no_keyset, paginate, wants_keyset
from eiginfra.lab.gitlab.records import GroupRecord
from eiginfra.lab.gitlab.shares import shared_projects
from eiginfra.lab.gitlab.state import GitLabState

_VISIBILITIES = ("private", "internal", "public")
_LEVELS = params.objects({"access_level": params.integer(0, 30, 40, 60)})
_PROTECTION = {
    "allowed_to_push": _LEVELS,
    "allow_force_push": params.boolean(),
    "allowed_to_merge": _LEVELS,
    "developer_can_initial_push": params.boolean(),
}
_SETTINGS = {
    "avatar": params.file(),
    "description": params.string(),
    "visibility": params.string(*_VISIBILITIES),
    "share_with_group_lock": params.boolean(),
    "require_two_factor_authentication": params.boolean(),
    "two_factor_grace_period": params.integer(),
    "project_creation_level": params.string("noone", "owner", "maintainer", "developer", "administrator"),
    "auto_devops_enabled": params.boolean(),
    "subgroup_creation_level": params.string("owner", "maintainer"),
    "emails_disabled": params.boolean(),
    "emails_enabled": params.boolean(),
    "show_diff_preview_in_email": params.boolean(),
    "mentions_disabled": params.boolean(),
    "lfs_enabled": params.boolean(),
    "request_access_enabled": params.boolean(),
    "default_branch": params.string(),
    "default_branch_protection": params.integer(0, 1, 2, 3, 4),
    "default_branch_protection_defaults": params.hash_(_PROTECTION),
    "enabled_git_access_protocol": params.string("ssh", "http", "all"),
    "wiki_access_level": params.string("disabled", "private", "enabled"),
    "membership_lock": params.boolean(),
}
_ONLY_CHANGED = {
    "shared_runners_setting": params.string("disabled_and_unoverridable", "disabled_and_overridable", "enabled"),
    "max_artifacts_size": params.integer(),
    "prevent_forking_outside_group": params.boolean(),
    "prevent_sharing_groups_outside_hierarchy": params.boolean(),
    "only_allow_merge_if_pipeline_succeeds": params.boolean(),
    "allow_merge_on_skipped_pipeline": params.boolean(),
    "only_allow_merge_if_all_discussions_are_resolved": params.boolean(),
    "math_rendering_limits_enabled": params.boolean(),
    "lock_math_rendering_limits_enabled": params.boolean(),
}
_CHANGES = {"name": params.string(), "path": params.string(), **_SETTINGS, **_ONLY_CHANGED}
_LIST = {
    **KEYSET,
    **custom_attributes.FILTERS,
    "search": params.string(),
    "visibility": params.string(*_VISIBILITIES),
    "owned": params.boolean(default=False),
    "all_available": params.boolean(),
    "top_level_only": params.boolean(default=False),
    "min_access_level": params.integer(10, 15, 20, 30, 40, 50),
    "skip_groups": params.integers(),
    "marked_for_deletion_on": params.day(),
    "active": params.boolean(),
    "archived": params.boolean(),
    "order_by": params.string("name", "path", "id", default="name", unmodelled=("similarity",)),
    "sort": params.string("asc", "desc", default="asc"),
}

_LIST_BELOW = {name: param for name, param in _LIST.items() if name != "cursor"}


@takes(_LIST)
def index(call: GitLabCall) -> Answer:
    """GET /groups."""
    return _listed(call, list(call.state.groups.values()))


@takes(_LIST_BELOW)
def subgroups(call: GitLabCall) -> Answer:
    """GET /groups/:id/subgroups."""
    return _listed(call, list(call.state.subgroups.get(find_group(call).id, {}).values()), below=True)


@takes(_LIST_BELOW)
def descendants(call: GitLabCall) -> Answer:
    """GET /groups/:id/descendant_groups."""
    return _listed(call, list(call.state.descendants(find_group(call).id)), below=True)


def _listed(call: GitLabCall, groups: list[GroupRecord], *, below: bool = False) -> Answer:
    given = call.given
    state = call.state
    everything = given.get("all_available")
    if everything is None:
        # Without it, one who is known sees only the own groups at the top, but all visible ones below a group.
        everything = call.admin or call.user is None or below
    least = OWNER if given["owned"] else given.get("min_access_level") or (0 if everything else 1)
    text = (given.get("search") or "").lower()
    skipped = set(given.get("skip_groups") or ())

    def wanted(group: GroupRecord) -> bool:
        return (
            group.id not in skipped
            and (not text or text in _searched(state, group, parents=not below))
            and given.get("visibility") in (None, group.visibility)
            and not (given["top_level_only"] and group.parent_id is not None)
            and given.get("marked_for_deletion_on") in (None, group.marked_for_deletion_on)
            and given.get("active") in (None, group.marked_for_deletion_on is None and not is_archived(state, ("group", group.id)))
            and given.get("archived") in (None, is_archived(state, ("group", group.id)))
            and (not least or level_of(state, call.user, ("group", group.id)) >= least)
            and custom_attributes.has_wanted(call, f"group:{group.id}")
            and sees_group(call, group)
        )

    found = [group for group in groups if wanted(group)]
    field = "id" if given["order_by"] == "id" else "path" if given["order_by"] == "path" else "name"
    found.sort(key=lambda group: (str(getattr(group, field)).lower() if field != "id" else "", group.id))
    if given["sort"] == "desc":
        found.reverse()

    def present(group: GroupRecord) -> dict[str, Any]:
        return present_groups.brief(state, group) | custom_attributes.shown(call, f"group:{group.id}")

    if wants_keyset(call):
        if given["order_by"] != "name" or given["sort"] != "asc":
            raise no_keyset()
        return by_cursor(call, found, present, lambda group: group.id)
    return paginate(call, found, present)


def _searched(state: GitLabState, group: GroupRecord, *, parents: bool) -> str:
    """The names that a search looks into: those of the parents too, unless only the groups below one are asked for."""
    if not parents:
        return f"{group.name}\n{group.path}".lower()
    return "\n".join([" / ".join(above.name for above in reversed(list(state.ancestors(group)))), group.full_path]).lower()


@takes({"with_projects": params.boolean(default=True), **custom_attributes.SHOWN})
def show(call: GitLabCall) -> Answer:
    """GET /groups/:id."""
    group = find_group(call)
    given = call.given
    return ok(_detail(call, group, projects=given["with_projects"]) | custom_attributes.shown(call, f"group:{group.id}"))


@takes(
    {
        "name": params.string(required=True),
        "path": params.string(required=True),
        "parent_id": params.integer(),
        **_SETTINGS,
    }
)
def create(call: GitLabCall) -> Answer:
    """POST /groups."""
    user = call.known_user()
    given = call.given
    state, parent = call.state, None
    if given.get("parent_id") is not None:
        parent = find_group(call, str(given["parent_id"]))
        least = OWNER if parent.settings.get("subgroup_creation_level") == "owner" else MAINTAINER
        authorize(call, ("group", parent.id), least)
        writable(call, ("group", parent.id))
    elif not user.admin and not (user.settings.get("can_create_group", True) and setting(state, "can_create_group")):
        raise forbidden()
    default = setting(state, "default_group_visibility")
    wanted = {"visibility": default, **{name: value for name, value in given.items() if value is not None}}
    errors = check(state, {"name": None, "path": None, **wanted}, parent.id if parent else None) | restricted(call, given)
    if errors:
        raise message(400, f"Failed to save group {ruby(errors)}")
    group = state.add_group(
        GroupRecord(
            id=state.new_id("namespace"),
            path=wanted["path"],
            name=wanted["name"],
            parent_id=parent.id if parent else None,
            visibility=wanted["visibility"],
            created_at=state.now(),
            settings={**inherited(parent), **_settings_of(given)},
        )
    )
    state.add_member(("group", group.id), user.id, OWNER, user.id, None)
    return created(_detail(call, group, projects=True))


@takes(_CHANGES)
def update(call: GitLabCall) -> Answer:
    """PUT /groups/:id, for owners."""
    group = find_group(call)
    authorize(call, ("group", group.id), OWNER)
    given = call.given
    current = {"name": group.name, "path": group.path, "visibility": group.visibility}
    wanted = {**current, **{name: value for name, value in given.items() if value is not None}}
    errors = check(call.state, wanted, group.parent_id, but=group) | restricted(call, given)
    if errors:
        raise invalid(**errors)
    group.name, group.visibility = wanted["name"], wanted["visibility"]
    if wanted["path"] != group.path:
        call.state.rename_group(group, wanted["path"])
    group.settings |= _settings_of(given)
    pass_on(call.state, group, given)
    return ok(_detail(call, group, projects=True))


@takes(
    {
        "include_subgroups": params.boolean(default=False),
        "include_ancestor_groups": params.boolean(default=False),
        "with_shared": params.boolean(default=True),
        **project_lists.OF_GROUP,
    }
)
def projects(call: GitLabCall) -> Answer:
    """GET /groups/:id/projects."""
    group = find_group(call)
    given = call.given
    homes = [group, *call.state.descendants(group.id)] if given["include_subgroups"] else [group]
    if given["include_ancestor_groups"]:
        homes += [above for above in call.state.ancestors(group) if above is not group]
    found = {project.id: project for home in homes for project in call.state.projects_of.get(home.id, {}).values()}
    if given["with_shared"]:
        found |= {project.id: project for project in shared_projects(call, group)}
    return project_lists.listed(call, list(found.values()), with_access=False)


@takes(deletion.REMOVAL)
def remove(call: GitLabCall) -> Answer:
    """DELETE /groups/:id, for owners."""
    group = find_group(call)
    authorize(call, ("group", group.id), OWNER)
    return deletion.remove(call, ("group", group.id))


def restore(call: GitLabCall) -> Answer:
    """POST /groups/:id/restore, for owners."""
    group = find_group(call)
    authorize(call, ("group", group.id), OWNER)
    deletion.restore(call, ("group", group.id))
    return created(_detail(call, group, projects=True))


def _detail(call: GitLabCall, group: GroupRecord, *, projects: bool) -> dict[str, Any]:
    shown = present_groups.full(call.state, group)
    if may(call, ("group", group.id), OWNER):
        shown["runners_token"] = None
    if projects:
        held = [held for held in call.state.projects_of.get(group.id, {}).values() if sees_project(call, held)][:100]
        shown["projects"] = [project_lists.present_one(call, project) for project in held]
        shown["shared_projects"] = [project_lists.present_one(call, project) for project in shared_projects(call, group)]
    return shown


def _settings_of(given: dict[str, Any]) -> dict[str, Any]:
    apart = {"name", "path", "parent_id", "visibility"}
    settings = {name: value for name, value in given.items() if name not in apart}
    if settings.get("emails_enabled") is not None:
        settings["emails_disabled"] = not settings["emails_enabled"]
    elif settings.get("emails_disabled") is not None:
        settings["emails_enabled"] = not settings["emails_disabled"]
    if settings.get("default_branch_protection") is not None:
        level = settings["default_branch_protection"]
        settings["default_branch_protection_defaults"] = present_groups.branch_protection(level)
    return settings


ROUTES: tuple[Route, ...] = (
    ("GET", "/groups", index),
    ("POST", "/groups", create),
    ("GET", "/groups/:id", show),
    ("PUT", "/groups/:id", update),
    ("DELETE", "/groups/:id", remove),
    ("POST", "/groups/:id/restore", restore),
    ("GET", "/groups/:id/subgroups", subgroups),
    ("GET", "/groups/:id/descendant_groups", descendants),
    ("GET", "/groups/:id/projects", projects),
)
