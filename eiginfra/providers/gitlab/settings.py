"""What the provider needs to know of a site."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from eiginfra.core.secret import Secret, SecretSource


@dataclass(frozen=True)
class GitLabSettings:
    """A GitLab, and the group on it that eiginfra works in; `proxy` as in HttpPolicy.

    token: None for `check`, which asks nothing; any request then raises UsageError. root_group: the fence; nothing outside it is written.
    identity: by what people sign in, and what that gives as their ID; None: with a password of GitLab's.
    accounts: whether missing accounts are made, their owners invited by e-mail, or asked for. keep: accounts whose memberships are never
    touched. timeout: seconds to wait for an answer. secrets: fetches the value of a CI/CD variable (raises InputError).
    """

    url: str
    token: Secret | None
    root_group: str
    accounts: Literal["create", "invite", "require"] = "require"
    identity: tuple[str, Literal["email", "username"]] | None = None
    ca: Path | None = None
    proxy: str | None = None
    keep: tuple[str, ...] = ()
    timeout: float = 60
    secrets: Callable[[SecretSource], Secret] | None = None
