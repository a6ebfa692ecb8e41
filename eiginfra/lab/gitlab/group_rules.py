"""What GitLab refuses of a group: names, paths, visibility."""

from eiginfra.lab.gitlab.access import VISIBILITY
from eiginfra.lab.gitlab.call import GitLabCall
from eiginfra.lab.gitlab.instance_settings import setting
from eiginfra.lab.gitlab.names import GROUP_NAME_RULE, path_errors, reserved, valid_group_name
from eiginfra.lab.gitlab.records import GroupRecord, Json
from eiginfra.lab.gitlab.state import GitLabState

Errors = dict[str, list[str]]
_RUNNERS, _LOCK = "shared_runners_setting", "share_with_group_lock"
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
    above = state.groups[parent_id].settings.get(_RUNNERS, "enabled") if parent_id is not None else "enabled"
    if above == "disabled_and_unoverridable":
        if wanted.get(_RUNNERS) == "enabled":
            errors["shared_runners_enabled"] = ["cannot be enabled because parent group has shared Runners disabled"]
        elif wanted.get(_RUNNERS) == "disabled_and_overridable":
            errors["allow_descendants_override_disabled_shared_runners"] = ["cannot be enabled because parent group does not allow it"]
    return errors


def restricted(call: GitLabCall, given: Json) -> Errors:
    """The error of a visibility that the administrator keeps from all others."""
    wanted = given.get("visibility")
    if call.admin or wanted not in setting(call.state, "restricted_visibility_levels"):
        return {}
    return {"visibility_level": [f"{wanted} has been restricted by your GitLab administrator."]}


def inherited(parent: GroupRecord | None) -> Json:
    """The settings that a new group takes from its parent."""
    return {name: parent.settings[name] for name in (_RUNNERS, _LOCK) if name in parent.settings} if parent else {}


def pass_on(state: GitLabState, group: GroupRecord, given: Json) -> None:
    """What a change of a group changes in all that is below it: runners that are switched off, sharing that is locked."""
    runners = given.get(_RUNNERS)
    for kind, number in state.sources_below(group.id):
        below = (state.groups if kind == "group" else state.projects)[number]
        if runners in ("disabled_and_unoverridable", "disabled_and_overridable"):
            below.settings |= {_RUNNERS: runners} if kind == "group" else {"shared_runners_enabled": False}
        if given.get(_LOCK) and kind == "group":
            below.settings[_LOCK] = True


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
    if len(path) < 2:
        errors.setdefault("path", []).append("is too short (minimum is 2 characters)")
    if wrong := path_errors(path):
        errors.setdefault("path", []).extend(wrong)
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
