"""What `eiginfra doctor --token-limits` tries on GitLab.

Why nothing changes, and how it is known that GitLab asks for the right first:

- `DELETE /user/keys/0`, `DELETE /projects/:id/variables/…` and `/groups/:id/variables/…` name what is not there (IDs begin at 1, and the
  name is made up each time). The scope is asked for before any endpoint is entered (lib/api/api_guard.rb), and the right to administer
  variables before one is looked for (lib/api/ci/variables.rb, lib/api/group_variables.rb: `authorize!` in `before`, `not_found!` in the
  endpoint). So 403 is a refusal, and 404 about a project that was listed is none.
- `GET /application/settings` (docs.gitlab.com/api/settings: administrators only) and `GET /user?sudo=` one's own ID (`sudo!` in
  lib/api/helpers.rb: an administrator, then the scope, then the account) only read.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from secrets import token_hex
from typing import NamedTuple

from eiginfra.core.errors import NotFoundError
from eiginfra.core.finding import Finding, warning
from eiginfra.providers.attempts import Attempt, try_all
from eiginfra.providers.gitlab.api import GitLabApi
from eiginfra.providers.gitlab.client import Json
from eiginfra.providers.gitlab.fields import inside

_READING = "read_"
_MAINTAINER = 40


class Outside(NamedTuple):
    """A project or group outside the root group, by its ID and its full path."""

    id: int
    name: str


def token_limits(api: GitLabApi, *, read_only: bool) -> Iterator[Finding]:
    """What the token may do and needs not, where accounts are not made by it, or nothing is written at all. Raises ProviderError."""
    api.me()  # whoever is not let in is refused everything
    scopes = (api.token() or {}).get("scopes") or []
    writing = sorted(scope for scope in scopes if not scope.startswith(_READING))
    if read_only and writing:
        yield warning("token-may-more-than-read", scopes=writing)
    yield from try_all(_attempts(api, read_only=read_only), "gitlab")


def _attempts(api: GitLabApi, *, read_only: bool) -> Iterator[Attempt]:
    client, settings = api.client, api.settings
    yield Attempt(warning("token-may-act-as-others"), lambda: client.get("/user", "act as another account", sudo=api.me()["id"]))
    if read_only:
        yield Attempt(warning("token-may-write"), lambda: client.ask("delete", "/user/keys/0", "write anything"), (NotFoundError,))
    if settings.accounts == "create":
        return  # who makes accounts is an administrator, and may change everything
    root = settings.root_group
    administers = warning("token-may-administer", accounts=settings.accounts, root=root)
    yield Attempt(administers, lambda: client.get("/application/settings", "read the instance's settings"))
    if (project := _outside(api, "/projects", "path_with_namespace")) is not None:
        changes = warning("token-may-change-project", path=project.name, root=root)
        yield Attempt(changes, _change(api, "/projects", project), (NotFoundError,))
    if (group := _outside(api, "/groups", "full_path")) is not None:
        changes = warning("token-may-change-group", path=group.name, root=root)
        yield Attempt(changes, _change(api, "/groups", group), (NotFoundError,))


def _outside(api: GitLabApi, base: str, field: str) -> Outside | None:
    """What the token's account has a part in outside the root group; else what it sees there; None where it sees nothing."""
    everything = {"all_available": True} if base == "/groups" else {}
    for asked in ({"min_access_level": _MAINTAINER}, everything):
        seen: Iterable[Json] = api.client.get(base, f"look outside {api.settings.root_group}", per_page=100, order_by="id", **asked)
        if (found := next((one for one in seen if _is_outside(api, str(one[field]))), None)) is not None:
            return Outside(int(found["id"]), str(found[field]))
    return None


def _is_outside(api: GitLabApi, path: str) -> bool:
    """Neither below the root group nor above it: there the token's account may have been made an owner."""
    root = api.settings.root_group
    return not inside(path, root) and not inside(root, path)


def _change(api: GitLabApi, base: str, outside: Outside) -> Callable[[], object]:
    path = f"{base}/{outside.id}/variables/EIGINFRA_NO_SUCH_{token_hex(8).upper()}"
    return partial(api.client.ask, "delete", path, f"change {outside.name}")
