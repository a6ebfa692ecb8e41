"""Pictures of users, groups and projects: the lab keeps their names."""

from typing import Literal

from eiginfra.lab.gitlab.records import GroupRecord, ProjectRecord, UserRecord
from eiginfra.lab.gitlab.state import GitLabState


def avatar_url(
    state: GitLabState, kind: Literal["user", "group", "project"], thing: UserRecord | GroupRecord | ProjectRecord
) -> str | None:
    """Where the picture is that was uploaded; None without one."""
    name = thing.settings.get("avatar")
    return f"{state.url}/uploads/-/system/{kind}/avatar/{thing.id}/{name}" if name else None
