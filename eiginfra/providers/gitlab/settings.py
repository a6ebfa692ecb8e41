"""What the provider needs to know of a site."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from eiginfra.core.secret import Secret


@dataclass(frozen=True)
class GitLabSettings:
    """A GitLab, and eiginfra's place on it.

    token: None for `check`, which asks nothing; any request then raises UsageError. root_group: the fence; nothing outside it is written.
    accounts: whether missing accounts are made or asked for. keep: accounts whose memberships are never touched. timeout: seconds to wait
    for an answer.
    """

    url: str
    token: Secret | None
    root_group: str
    accounts: Literal["create", "require"] = "require"
    ca: Path | None = None
    keep: tuple[str, ...] = ()
    timeout: float = 60
