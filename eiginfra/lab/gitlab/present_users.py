"""Users and members as GitLab shows them."""

from hashlib import sha256
from typing import Any

from eiginfra.lab.gitlab.avatars import avatar_url
from eiginfra.lab.gitlab.records import MembershipRecord, UserRecord
from eiginfra.lab.gitlab.state import GitLabState

PROFILE: dict[str, Any] = {
    "bio": "",
    "location": "",
    "public_email": "",
    "linkedin": "",
    "twitter": "",
    "discord": "",
    "website_url": "",
    "github": "",
    "job_title": "",
    "pronouns": None,
    "organization": "",
    "private_profile": False,
    "theme_id": 3,
    "color_scheme_id": 1,
    "projects_limit": 100_000,
    "can_create_group": True,
    "external": False,
}
"""What a user's settings are unless they were set."""


def basic(state: GitLabState, user: UserRecord) -> dict[str, Any]:
    """The short form, as in lists for those who are not administrators."""
    digest = sha256(user.email.lower().encode()).hexdigest()
    return {
        "id": user.id,
        "username": user.username,
        "public_email": user.settings.get("public_email", ""),
        "name": user.name,
        "state": user.state,
        "locked": False,
        "avatar_url": avatar_url(state, "user", user) or f"https://www.gravatar.com/avatar/{digest}?s=80&d=identicon",
        "web_url": f"{state.url}/{user.username}",
    }


def public(state: GitLabState, user: UserRecord) -> dict[str, Any]:
    """One's own account, GET /user (recording comments-duplicit_reactions)."""
    profile = {**PROFILE, **user.settings}
    return {
        **basic(state, user),
        "created_at": user.created_at,
        "bio": profile["bio"],
        "location": profile["location"],
        "linkedin": profile["linkedin"],
        "twitter": profile["twitter"],
        "discord": profile["discord"],
        "website_url": profile["website_url"],
        "github": profile["github"],
        "job_title": profile["job_title"],
        "pronouns": profile["pronouns"],
        "organization": profile["organization"],
        "bot": user.kind != "human",
        "work_information": None,
        "local_time": None,
        "last_sign_in_at": None,
        "confirmed_at": user.confirmed_at,
        "last_activity_on": None,
        "email": user.email,
        "theme_id": profile["theme_id"],
        "color_scheme_id": profile["color_scheme_id"],
        "projects_limit": profile["projects_limit"],
        "current_sign_in_at": None,
        "identities": [{**one, "saml_provider_id": None} for one in user.identities],
        "can_create_group": profile["can_create_group"],
        "can_create_project": True,
        "two_factor_enabled": False,
        "external": profile["external"],
        "private_profile": profile["private_profile"],
        "commit_email": user.email,
        "preferred_language": "en",
        "shared_runners_minutes_limit": None,
        "extra_shared_runners_minutes_limit": None,
        "scim_identities": [],
    }


def with_admin(state: GitLabState, user: UserRecord) -> dict[str, Any]:
    """The long form that administrators see."""
    creator = state.users.get(user.created_by) if user.created_by else None
    return {
        **public(state, user),
        "is_admin": user.admin,
        "note": user.settings.get("note", ""),
        "namespace_id": user.namespace_id,
        "created_by": basic(state, creator) if creator else None,
        "email_reset_offered_at": None,
        "using_license_seat": False,
        "is_auditor": False,
        "provisioned_by_group_id": None,
        "enterprise_group_id": None,
        "enterprise_group_associated_at": None,
    }


def member(state: GitLabState, record: MembershipRecord) -> dict[str, Any]:
    """A membership (recording genericcommands-get_contributors)."""
    creator = state.users.get(record.created_by) if record.created_by else None
    return {
        **basic(state, state.users[record.user_id]),
        "access_level": record.access_level,
        "created_at": record.created_at,
        **({"created_by": basic(state, creator)} if creator else {}),
        "expires_at": record.expires_at,
        "membership_state": "active",
    }
