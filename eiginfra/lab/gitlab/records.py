"""The lab GitLab's records, as plain data."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

SourceType = Literal["group", "project"]
Source = tuple[SourceType, int]
Json = dict[str, Any]


@dataclass(slots=True)
class UserRecord:
    """An account; `namespace_id` is its personal namespace."""

    id: int
    username: str
    name: str
    email: str
    namespace_id: int
    created_at: str
    admin: bool = False
    state: str = "active"
    created_by: int | None = None
    confirmed_at: str | None = None
    kind: str = "human"
    """`human`, `project_bot` (of an access token of a group or project) or `service_account`."""
    identities: list[Json] = field(default_factory=list)
    settings: Json = field(default_factory=dict)


@dataclass(slots=True)
class TokenRecord:
    """An access token; `secret` is its value."""

    id: int
    user_id: int
    name: str
    secret: str
    scopes: list[str]
    created_at: str
    expires_at: str | None = None
    description: str = ""
    revoked: bool = False
    kind: str = "personal"
    """`personal`, `impersonation`, or the group or project whose it is: `group:5`."""
    last_used_at: str | None = None


@dataclass(slots=True)
class GroupRecord:
    """A group; `full_path` follows its ancestors'."""

    id: int
    path: str
    name: str
    parent_id: int | None
    visibility: str
    created_at: str
    full_path: str = ""
    archived: bool = False
    marked_for_deletion_on: str | None = None
    settings: Json = field(default_factory=dict)


@dataclass(slots=True)
class ProjectRecord:
    """A project; `namespace_id` is a group's or a user's namespace."""

    id: int
    path: str
    name: str
    namespace_id: int
    visibility: str
    creator_id: int
    created_at: str
    updated_at: str
    last_activity_at: str
    full_path: str = ""
    archived: bool = False
    marked_for_deletion_on: str | None = None
    settings: Json = field(default_factory=dict)


@dataclass(slots=True)
class MembershipRecord:
    """A direct membership; `expires_at` is a day, from which on it is no longer valid."""

    id: int
    source_type: SourceType
    source_id: int
    user_id: int
    access_level: int
    created_at: str
    created_by: int | None
    expires_at: str | None = None


def key_of(source: Source) -> str:
    """A source as a key of JSON objects."""
    return f"{source[0]}:{source[1]}"


def stamp(instant: datetime) -> str:
    """An instant as GitLab writes it: UTC, milliseconds, `Z`."""
    return instant.strftime("%Y-%m-%dT%H:%M:%S.") + f"{instant.microsecond // 1000:03d}Z"
