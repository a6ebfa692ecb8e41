"""Namespaces: groups and users' own, as places for projects."""

from typing import Any

from eiginfra.lab.gitlab import params
from eiginfra.lab.gitlab.access import OWNER, level_of, sees_group
from eiginfra.lab.gitlab.call import Answer, GitLabCall, Route, ok, takes
from eiginfra.lab.gitlab.errors import not_found
from eiginfra.lab.gitlab.pagination import PAGED, paginate
from eiginfra.lab.gitlab.records import GroupRecord, UserRecord
from eiginfra.lab.gitlab.state import GitLabState


def basic(state: GitLabState, namespace_id: int) -> dict[str, Any]:
    """A namespace as projects show it."""
    if group := state.groups.get(namespace_id):
        return {
            "id": group.id,
            "name": group.name,
            "path": group.path,
            "kind": "group",
            "full_path": group.full_path,
            "parent_id": group.parent_id,
            "avatar_url": None,
            "web_url": f"{state.url}/groups/{group.full_path}",
        }
    user = state.users[state.user_namespaces[namespace_id]]
    return {
        "id": namespace_id,
        "name": user.name,
        "path": user.username,
        "kind": "user",
        "full_path": user.username,
        "parent_id": None,
        "avatar_url": None,
        "web_url": f"{state.url}/{user.username}",
    }


def present(call: GitLabCall, thing: GroupRecord | UserRecord) -> dict[str, Any]:
    """A namespace of its own, with counts for those who own it."""
    state = call.state
    if isinstance(thing, UserRecord):
        return {**basic(state, thing.namespace_id), "billable_members_count": 1, "plan": "default", "trial": False}
    shown = basic(state, thing.id)
    if call.admin or level_of(state, call.user, ("group", thing.id)) >= OWNER:
        sources = [("group", thing.id), *state.sources_below(thing.id)]
        people = {member.user_id for source in sources for member in state.direct_members(source)}
        shown |= {
            "members_count_with_descendants": len(people),
            "root_repository_size": 0,
            "projects_count": sum(1 for kind, _ in sources if kind == "project"),
            "billable_members_count": len(people),
        }
    return {**shown, "plan": "default", "trial": False}


@takes(
    {
        "search": params.string(),
        "owned_only": params.boolean(default=False),
        "top_level_only": params.boolean(default=False),
        "full_path_search": params.boolean(default=False),
        **PAGED,
    }
)
def index(call: GitLabCall) -> Answer:
    """GET /namespaces: the caller's; for administrators all."""
    user = call.known_user()
    given = call.given
    state = call.state
    groups = [
        group
        for group in state.groups.values()
        if (user.admin and not given["owned_only"]) or level_of(state, user, ("group", group.id)) >= (OWNER if given["owned_only"] else 1)
    ]
    if given["top_level_only"]:
        groups = [group for group in groups if group.parent_id is None]
    users = list(state.users.values()) if user.admin and not given["owned_only"] else [user]
    text = (given.get("search") or "").lower()
    groups = [group for group in groups if text in (group.full_path if given["full_path_search"] else f"{group.name} {group.path}").lower()]
    users = [other for other in users if text in f"{other.name} {other.username}".lower()]
    found: list[GroupRecord | UserRecord] = [*groups, *users]
    found.sort(key=lambda thing: thing.id if isinstance(thing, GroupRecord) else thing.namespace_id)
    return paginate(call, found, lambda thing: present(call, thing))


def show(call: GitLabCall) -> Answer:
    """GET /namespaces/:id."""
    user = call.known_user()
    state, wanted = call.state, call.path["id"]
    if wanted.isdecimal():
        number = int(wanted)
        owner = state.user_namespaces.get(number)
        thing: GroupRecord | UserRecord | None = state.groups.get(number) or (state.users[owner] if owner else None)
    else:
        kind, number = state.paths.get(wanted.lower(), ("", 0))
        thing = {"group": state.groups.get(number), "user": state.users.get(number)}.get(kind)
    visible = thing is not None and (sees_group(call, thing) if isinstance(thing, GroupRecord) else thing is user or user.admin)
    if thing is None or not visible:
        raise not_found("Namespace")
    return ok(present(call, thing))


@takes({"parent_id": params.integer()})
def exists(call: GitLabCall) -> Answer:
    """GET /namespaces/:id/exists, with a proposal where the path is taken."""
    call.known_user()
    given = call.given
    parent = call.state.groups.get(given.get("parent_id") or 0)
    prefix = f"{parent.full_path}/" if parent else ""
    path = call.path["id"]

    def taken(name: str) -> bool:
        return f"{prefix}{name}".lower() in call.state.paths

    if not taken(path):
        return ok({"exists": False, "suggests": []})
    number = 1
    while taken(f"{path}{number}"):
        number += 1
    return ok({"exists": True, "suggests": [f"{path}{number}"]})


ROUTES: tuple[Route, ...] = (
    ("GET", "/namespaces", index),
    ("GET", "/namespaces/:id", show),
    ("GET", "/namespaces/:id/exists", exists),
)
