"""Custom roles of the whole server, as with a licence; to give one to a member is not modelled."""

from eiginfra.lab.gitlab import params
from eiginfra.lab.gitlab.call import Answer, GitLabCall, Route, created, gone, takes
from eiginfra.lab.gitlab.errors import not_found, not_modelled
from eiginfra.lab.gitlab.pagination import PAGED, paginate
from eiginfra.lab.gitlab.records import Json

_MAY = (
    "admin_cicd_variables", "admin_compliance_framework", "admin_group_member", "admin_merge_request", "admin_push_rules",
    "admin_terraform_state", "admin_vulnerability", "admin_web_hook", "archive_project", "manage_deploy_tokens",
    "manage_group_access_tokens", "manage_merge_request_settings", "manage_project_access_tokens", "manage_security_policy_link",
    "read_code", "read_runners", "read_dependency", "read_vulnerability", "remove_group", "remove_project",
)  # fmt: skip
_MOST = 10


def _roles(call: GitLabCall) -> dict[str, Json]:
    call.known_admin()
    roles: dict[str, Json] = call.state.extra["member_role"]
    return roles


@takes(PAGED)
def index(call: GitLabCall) -> Answer:
    """GET /member_roles, for administrators."""
    return paginate(call, list(_roles(call).values()), lambda role: role)


@takes(
    {
        "name": params.string(required=True),
        "base_access_level": params.integer(5, 10, 15, 20, 30, 40, required=True),
        "description": params.string(),
        **{name: params.boolean(default=False) for name in _MAY},
    }
)
def create(call: GitLabCall) -> Answer:
    """POST /member_roles, for administrators. What GitLab refuses is refused with 501: its words are not known."""
    roles, given = _roles(call), call.given
    permissions = {name: bool(given[name]) for name in _MAY}
    if not any(permissions.values()) or len(roles) >= _MOST or any(role["name"] == given["name"] for role in roles.values()):
        raise not_modelled(f"roles without permissions, with a name that is taken, or more than {_MOST}: POST /member_roles")
    number = call.state.new_id("member_role")
    role = {
        "id": number,
        "name": given["name"],
        "description": given.get("description"),
        "group_id": None,
        "base_access_level": given["base_access_level"],
        **permissions,
    }
    roles[str(number)] = role
    return created(role)


def remove(call: GitLabCall) -> Answer:
    """DELETE /member_roles/:role_id, for administrators."""
    if _roles(call).pop(call.path["role_id"], None) is None:
        raise not_found("Member Role")
    return gone()


ROUTES: tuple[Route, ...] = (
    ("GET", "/member_roles", index),
    ("POST", "/member_roles", create),
    ("DELETE", "/member_roles/:role_id", remove),
)
