"""What `application/settings` shows, and those settings that change how the lab answers."""

from typing import Any

from eiginfra.lab.gitlab import params
from eiginfra.lab.gitlab.call import Answer, GitLabCall, Route, ok, takes
from eiginfra.lab.gitlab.present_groups import branch_protection
from eiginfra.lab.gitlab.records import Json
from eiginfra.lab.gitlab.state import GitLabState

_VISIBILITIES = ("private", "internal", "public")
_HEEDED = {
    "enable_member_promotion_management": params.boolean(),
    "default_group_visibility": params.string(*_VISIBILITIES),
    "default_project_visibility": params.string(*_VISIBILITIES),
    "default_projects_limit": params.integer(),
    "deletion_adjourned_period": params.integer(),
    "can_create_group": params.boolean(),
    "restricted_visibility_levels": params.strings(),
}
"""A change of any other setting is refused: it would have no effect."""

_SHOWN: dict[str, Any] = {
    "id": 1,
    "enable_member_promotion_management": False,
    "default_group_visibility": "private",
    "default_project_visibility": "private",
    "default_snippet_visibility": "private",
    "default_projects_limit": 100_000,
    "deletion_adjourned_period": 30,
    "can_create_group": True,
    "restricted_visibility_levels": [],
    "default_branch_name": None,
    "default_branch_protection": 2,
    "default_branch_protection_defaults": branch_protection(2),
    "default_project_creation": 2,
    "admin_mode": False,
    "allow_local_requests_from_web_hooks_and_services": False,
    "disable_personal_access_tokens": False,
    "domain_allowlist": [],
    "domain_denylist": [],
    "domain_denylist_enabled": False,
    "email_restrictions": None,
    "email_restrictions_enabled": False,
    "enabled_git_access_protocol": None,
    "gravatar_enabled": True,
    "group_owners_can_manage_default_branch_protection": True,
    "home_page_url": None,
    "import_sources": [],
    "max_artifacts_size": 100,
    "max_attachment_size": 100,
    "max_personal_access_token_lifetime": None,
    "minimum_password_length": 8,
    "password_authentication_enabled_for_git": True,
    "password_authentication_enabled_for_web": True,
    "personal_access_token_prefix": "glpat-",
    "rate_limiting_response_text": None,
    "require_admin_approval_after_user_signup": True,
    "require_two_factor_authentication": False,
    "seat_control": 0,
    "send_user_confirmation_email": False,
    "session_expire_delay": 10_080,
    "shared_runners_enabled": True,
    "signin_enabled": True,
    "signup_enabled": True,
    "throttle_authenticated_api_enabled": False,
    "throttle_authenticated_api_period_in_seconds": 3600,
    "throttle_authenticated_api_requests_per_period": 7200,
    "throttle_authenticated_web_enabled": False,
    "throttle_unauthenticated_api_enabled": False,
    "two_factor_grace_period": 48,
    "user_default_external": False,
    "users_get_by_id_limit": 300,
    "users_get_by_id_limit_allowlist": [],
    "version_check_enabled": True,
}


def _changed(state: GitLabState) -> Json:
    known: Json = state.extra["application"].setdefault("settings", {})
    return known


def setting(state: GitLabState, name: str) -> Any:
    """One setting of the instance."""
    return _changed(state).get(name, _SHOWN[name])


def show(call: GitLabCall) -> Answer:
    """GET /application/settings, for administrators."""
    call.known_admin()
    return ok({**_SHOWN, **_changed(call.state)})


@takes(_HEEDED)
def update(call: GitLabCall) -> Answer:
    """PUT /application/settings."""
    call.known_admin()
    _changed(call.state).update({name: value for name, value in call.given.items() if value is not None})
    return ok({**_SHOWN, **_changed(call.state)})


ROUTES: tuple[Route, ...] = (("GET", "/application/settings", show), ("PUT", "/application/settings", update))
