"""What GitLab refuses of a group: names, paths, visibility."""

from eiginfra.lab.gitlab.access import VISIBILITY
from eiginfra.lab.gitlab.names import GROUP_NAME_RULE, PATH_RULE, reserved, valid_group_name, valid_path
from eiginfra.lab.gitlab.records import GroupRecord, Json
from eiginfra.lab.gitlab.state import GitLabState

Errors = dict[str, list[str]]
_LIMITS = {"name": 255, "path": 255, "description": 500}


def check(state: GitLabState, wanted: Json, parent_id: int | None, but: GroupRecord | None = None) -> Errors:
    """The errors of a group's name, path, description and visibility; `but` is the group itself when it is changed."""
    errors: Errors = {}
    for name, limit in _LIMITS.items():
        if len(wanted.get(name) or "") > limit:
            errors.setdefault(name, []).append(f"is too long (maximum is {limit} characters)")
    _check_name(state, wanted["name"], parent_id, but, errors)
    _check_path(state, wanted["path"], parent_id, but, errors)
    _check_visibility(state, wanted["visibility"], parent_id, but, errors)
    if wanted.get("shared_runners_setting") == "enabled" and parent_id is not None:
        above = state.groups[parent_id].settings.get("shared_runners_setting", "enabled")
        if above == "disabled_and_unoverridable":
            errors["shared_runners_enabled"] = ["cannot be enabled because parent group has shared Runners disabled"]
    return errors


def _check_name(state: GitLabState, name: str | None, parent_id: int | None, but: GroupRecord | None, errors: Errors) -> None:
    if not name:
        errors.setdefault("name", []).append("can't be blank")
        return
    if not valid_group_name(name):
        errors.setdefault("name", []).append(GROUP_NAME_RULE)
    siblings = state.subgroups.get(parent_id, {}).values() if parent_id is not None else ()
    if any(other.name == name and other is not but for other in siblings):
        errors.setdefault("name", []).append("has already been taken")


def _check_path(state: GitLabState, path: str | None, parent_id: int | None, but: GroupRecord | None, errors: Errors) -> None:
    if not path:
        errors.setdefault("path", []).append("can't be blank")
        return
    if not valid_path(path):
        errors.setdefault("path", []).append(PATH_RULE)
    if reserved(path, below=parent_id is not None):
        errors.setdefault("path", []).append(f"{path} is a reserved name")
    above = f"{state.groups[parent_id].full_path}/" if parent_id is not None else ""
    holder = state.paths.get(f"{above}{path}".lower())
    if holder is not None and (but is None or holder != ("group", but.id)):
        errors.setdefault("path", []).append("has already been taken")


def _check_visibility(state: GitLabState, visibility: str, parent_id: int | None, but: GroupRecord | None, errors: Errors) -> None:
    level = VISIBILITY[visibility]
    parent = state.groups[parent_id] if parent_id is not None else None
    complaint = None
    if parent and level > VISIBILITY[parent.visibility]:
        complaint = f"since the parent group has a {parent.visibility} visibility."
    elif but and any(VISIBILITY[project.visibility] > level for project in state.projects_of.get(but.id, {}).values()):
        complaint = "since this group contains projects with higher visibility."
    elif but and any(VISIBILITY[child.visibility] > level for child in state.subgroups.get(but.id, {}).values()):
        complaint = "since there are sub-groups with higher visibility."
    if complaint:
        errors["visibility_level"] = [f"{visibility} is not allowed {complaint}"]
