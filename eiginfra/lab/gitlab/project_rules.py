"""What GitLab refuses of a project: names, paths, visibility; and what a new one takes from its group."""

from eiginfra.lab.gitlab.access import VISIBILITY
from eiginfra.lab.gitlab.errors import invalid
from eiginfra.lab.gitlab.names import PROJECT_NAME_RULE, path_errors, reserved, valid_project_name
from eiginfra.lab.gitlab.records import Json, ProjectRecord
from eiginfra.lab.gitlab.state import GitLabState

_LIMITS = {"name": 255, "path": 255, "description": 2000}
_TAKEN = "has already been taken"
_RUNNERS = "shared_runners_setting"


def check(state: GitLabState, wanted: Json, namespace: int, but: ProjectRecord | None = None) -> None:
    """Raise GitLabHttpError 400 with all that is wrong; `but` is the project itself when it is changed."""
    errors: dict[str, list[str]] = {}
    _check_spelling(wanted, errors)
    _check_taken(state, wanted, namespace, but, errors)
    group = state.groups.get(namespace)
    visibility = wanted["visibility"]
    if group and VISIBILITY[visibility] > VISIBILITY[group.visibility]:
        errors["visibility_level"] = [f"{visibility} is not allowed in a {group.visibility} group."]
    if wanted.get("shared_runners_enabled") and group and group.settings.get(_RUNNERS) == "disabled_and_unoverridable":
        errors["shared_runners_enabled"] = ["cannot be enabled because parent group does not allow it"]
    if errors:
        raise invalid(**errors)


def inherited(state: GitLabState, namespace: int) -> Json:
    """The settings that a new project takes from its group."""
    group = state.groups.get(namespace)
    enabled = group is None or group.settings.get(_RUNNERS, "enabled") == "enabled"
    return {} if enabled else {"shared_runners_enabled": False}


def _check_spelling(wanted: Json, errors: dict[str, list[str]]) -> None:
    if not valid_project_name(wanted["name"]):
        errors.setdefault("name", []).append(PROJECT_NAME_RULE)
    for field, limit in _LIMITS.items():
        if len(wanted.get(field) or "") > limit:
            errors.setdefault(field, []).append(f"is too long (maximum is {limit} characters)")
    if wrong := path_errors(wanted["path"]):
        errors["path"] = wrong
        errors["project_namespace.path"] = wrong
    elif reserved(wanted["path"], below=True):
        errors.setdefault("path", []).append(f"{wanted['path']} is a reserved name")


def _check_taken(state: GitLabState, wanted: Json, namespace: int, but: ProjectRecord | None, errors: dict[str, list[str]]) -> None:
    if any(other.name == wanted["name"] and other is not but for other in state.projects_of.get(namespace, {}).values()):
        errors["project_namespace.name"] = [_TAKEN]
        errors.setdefault("name", []).append(_TAKEN)
    holder = state.paths.get(f"{state.namespace_path(namespace)}/{wanted['path']}".lower())
    if holder is not None and (but is None or holder != ("project", but.id)):
        errors.setdefault("path", []).append(_TAKEN)
