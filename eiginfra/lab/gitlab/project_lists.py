"""Projects as GitLab shows them, one and in lists."""

from typing import Any

from eiginfra.lab.gitlab import custom_attributes, namespaces, params, present_users, project_settings
from eiginfra.lab.gitlab.access import GUEST, MAINTAINER, OWNER, REPORTER, is_archived, level_of, may, sees_project
from eiginfra.lab.gitlab.avatars import avatar_url
from eiginfra.lab.gitlab.call import Answer, GitLabCall
from eiginfra.lab.gitlab.pagination import KEYSET, PAGED, keyset, limit_offset, no_keyset, paginate, wants_keyset
from eiginfra.lab.gitlab.present_groups import shared_with
from eiginfra.lab.gitlab.records import ProjectRecord, Source, key_of
from eiginfra.lab.gitlab.repository import default_branch, is_empty, readme
from eiginfra.lab.gitlab.state import GitLabState

_ORDERS = ("id", "name", "path", "created_at", "updated_at", "last_activity_at", "star_count")
_OTHER_ORDERS = ("similarity", "storage_size", "repository_size", "wiki_size", "packages_size")
LIST = {
    **KEYSET,
    **custom_attributes.FILTERS,
    "search": params.string(),
    "search_namespaces": params.boolean(default=False),
    "visibility": params.string("private", "internal", "public"),
    "archived": params.boolean(),
    "active": params.boolean(),
    "owned": params.boolean(default=False),
    "membership": params.boolean(default=False),
    "starred": params.boolean(default=False),
    "with_issues_enabled": params.boolean(default=False),
    "with_merge_requests_enabled": params.boolean(default=False),
    "simple": params.boolean(default=False),
    "topic": params.strings(),
    "min_access_level": params.integer(10, 15, 20, 30, 40, 50),
    "marked_for_deletion_on": params.day(),
    "id_after": params.integer(),
    "id_before": params.integer(),
    "order_by": params.string(*_ORDERS, default="created_at", unmodelled=_OTHER_ORDERS),
    "sort": params.string("asc", "desc", default="desc"),
}

_SOME = (
    "active",
    "archived",
    "min_access_level",
    "order_by",
    "owned",
    "search",
    "simple",
    "sort",
    "starred",
    "visibility",
    "with_issues_enabled",
    "with_merge_requests_enabled",
    *custom_attributes.FILTERS,
    *PAGED,
)
OF_GROUP = {name: LIST[name] for name in _SOME}
"""What a list of a group's projects takes."""


def listed(call: GitLabCall, projects: list[ProjectRecord], *, with_access: bool = True) -> Answer:
    """A page of some projects: those the caller may know of and asks for; `with_access` shows what the caller may in each."""
    given = call.given
    found = [project for project in projects if _wanted(call, project, given)]
    order = given["order_by"]

    def key(project: ProjectRecord) -> tuple[Any, int]:
        return (len(stars_of(call.state, project.id)) if order == "star_count" else getattr(project, order), project.id)

    found.sort(key=key, reverse=given["sort"] == "desc")
    simple = given["simple"] or call.user is None

    def present(project: ProjectRecord) -> dict[str, Any]:
        if simple:
            return present_simple(call, project)
        more = custom_attributes.shown(call, f"project:{project.id}") | (permissions(call, project) if with_access else {})
        return present_one(call, project) | more

    if wants_keyset(call):
        if given["order_by"] != "id":
            raise no_keyset()
        name = "id_before" if given["sort"] == "desc" else "id_after"
        return keyset(call, found, present, lambda project: {name: project.id})
    limit_offset(call, "Project")
    return paginate(call, found, present)


def _wanted(call: GitLabCall, project: ProjectRecord, given: dict[str, Any]) -> bool:
    text = (given.get("search") or "").lower()
    in_path = project.full_path if given.get("search_namespaces") else project.path
    if text and text not in f"{project.name} {in_path} {project.settings.get('description') or ''}".lower():
        return False
    marked, active = project.marked_for_deletion_on, given.get("active")
    if active is not None and active is not (marked is None and not is_archived(call.state, ("project", project.id))):
        return False
    if given["starred"] and (call.user is None or call.user.id not in stars_of(call.state, project.id)):
        return False
    if not _plain_filters(call.state, project, given):
        return False
    least = OWNER if given["owned"] else given.get("min_access_level") or (1 if given.get("membership") else 0)
    if least and level_of(call.state, call.user, ("project", project.id)) < least:
        return False
    return custom_attributes.has_wanted(call, f"project:{project.id}") and sees_project(call, project)


def _plain_filters(state: GitLabState, project: ProjectRecord, given: dict[str, Any]) -> bool:
    return (
        given.get("archived") in (None, is_archived(state, ("project", project.id)))
        and given.get("visibility") in (None, project.visibility)
        and given.get("marked_for_deletion_on") in (None, project.marked_for_deletion_on)
        and not (given["with_issues_enabled"] and project.settings.get("issues_access_level") == "disabled")
        and not (given["with_merge_requests_enabled"] and project.settings.get("merge_requests_access_level") == "disabled")
        and set(given.get("topic") or ()) <= set(project.settings.get("topics", ()))
        and project.id > (given.get("id_after") or 0)
        and (given.get("id_before") is None or project.id < given["id_before"])
    )


def present_simple(call: GitLabCall, project: ProjectRecord) -> dict[str, Any]:
    """A project as people who are not signed in, and `simple=true`, see it."""
    state = call.state
    namespace = namespaces.basic(state, project.namespace_id)
    host = state.url.partition("://")[2].partition(":")[0]
    topics = project.settings.get("topics", [])
    branch = default_branch(state, project)
    file = readme(state, project)
    return {
        "id": project.id,
        "description": project.settings.get("description"),
        "name": project.name,
        "name_with_namespace": f"{_names_above(call, project, namespace)} / {project.name}",
        "path": project.path,
        "path_with_namespace": project.full_path,
        "created_at": project.created_at,
        "default_branch": branch,
        "tag_list": topics,
        "topics": topics,
        "ssh_url_to_repo": f"git@{host}:{project.full_path}.git",
        "http_url_to_repo": f"{state.url}/{project.full_path}.git",
        "web_url": f"{state.url}/{project.full_path}",
        "readme_url": f"{state.url}/{project.full_path}/-/blob/{branch}/{file}" if file else None,
        "forks_count": len(forks_of(state, project.id)),
        "avatar_url": avatar_url(state, "project", project),
        "star_count": len(stars_of(state, project.id)),
        "last_activity_at": project.last_activity_at,
        "visibility": project.visibility,
        "namespace": namespace,
    }


def present_one(call: GitLabCall, project: ProjectRecord) -> dict[str, Any]:
    """A project as its own page and full lists show it."""
    state = call.state
    api = f"{state.url}/api/v4/projects/{project.id}"
    simple = present_simple(call, project)
    owner = state.user_namespaces.get(project.namespace_id)
    parent = parent_of(state, project.id)
    settings = project_settings.shown(project.settings)
    settings["container_expiration_policy"] |= {"next_run_at": project.created_at}
    names = ("issues", "merge_requests", "labels", "events", "members", "cluster_agents")
    return {
        **settings,
        **simple,
        "container_registry_image_prefix": f"registry.{state.url.partition('://')[2]}/{project.full_path}",
        "_links": {
            "self": api,
            **{name: f"{api}/{name}" for name in names},
            "repo_branches": f"{api}/repository/branches",
        },
        **({"forked_from_project": present_simple(call, parent)} if parent and sees_project(call, parent) else {}),
        "empty_repo": is_empty(state, project),
        "archived": is_archived(state, ("project", project.id)),
        **({"owner": present_users.basic(state, state.users[owner])} if owner else {}),
        "updated_at": project.updated_at,
        "can_create_merge_request_in": call.user is not None,
        "creator_id": project.creator_id,
        "import_url": None,
        "import_type": None,
        "import_status": "finished" if parent else "none",
        "import_error": None,
        "service_desk_address": None,
        **_open_issues(call, project),
        "description_html": _html(project.settings.get("description")),
        "shared_with_groups": shared_with(state, ("project", project.id)),
        "repository_object_format": "sha1",
        "compliance_frameworks": [],
        "marked_for_deletion_at": project.marked_for_deletion_on,
        "marked_for_deletion_on": project.marked_for_deletion_on,
        **({"runners_token": None} if may(call, ("project", project.id), MAINTAINER) else {}),
    }


def _open_issues(call: GitLabCall, project: ProjectRecord) -> dict[str, int]:
    """How many there are, for who may see issues at all; confidential ones are counted for reporters. Source: OpenIssuesCountService."""
    source: Source = ("project", project.id)
    level = project.settings.get("issues_access_level", "enabled")
    if level == "disabled" or (level == "private" and not may(call, source, GUEST)):
        return {}
    reporter = level_of(call.state, call.user, source) >= REPORTER
    issues = call.state.extra["issue"].get(key_of(source), ())
    return {"open_issues_count": sum(issue["state"] == "opened" and (reporter or not issue["confidential"]) for issue in issues)}


def stars_of(state: GitLabState, project_id: int) -> list[int]:
    """Who gave a star to a project: the ids of those who are still there."""
    known: list[int] = state.extra["star"].get(key_of(("project", project_id)), [])
    return [number for number in known if number in state.users]


def forks_of(state: GitLabState, project_id: int) -> list[ProjectRecord]:
    """The projects that were copied from one."""
    return [state.projects[int(key.partition(":")[2])] for key, parent in state.extra["fork"].items() if parent == project_id]


def parent_of(state: GitLabState, project_id: int) -> ProjectRecord | None:
    """The project from which one was copied, if that is still there."""
    return state.projects.get(state.extra["fork"].get(key_of(("project", project_id)), 0))


def permissions(call: GitLabCall, project: ProjectRecord) -> dict[str, Any]:
    """What the caller may in a project: shown where one project is asked for, and in the list of all."""
    direct = call.user and call.state.direct_member(("project", project.id), call.user.id)
    group = call.state.groups.get(project.namespace_id)
    inherited = level_of(call.state, call.user, ("group", group.id)) if group else 0
    both = {
        "project_access": {"access_level": direct.access_level, "notification_level": 3} if direct else None,
        "group_access": {"access_level": inherited, "notification_level": 3} if inherited else None,
    }
    return {"permissions": both}


def _names_above(call: GitLabCall, project: ProjectRecord, namespace: dict[str, Any]) -> str:
    group = call.state.groups.get(project.namespace_id)
    if group is None:
        return str(namespace["name"])
    return " / ".join(reversed([ancestor.name for ancestor in call.state.ancestors(group)]))


def _html(text: str | None) -> str:
    return f'<p data-sourcepos="1:1-1:{len(text.encode())}" dir="auto">{text}</p>' if text else ""
