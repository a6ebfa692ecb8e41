"""What `eiginfra doctor` says of GitLab."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime

from eiginfra.core.errors import EiginfraError, PermissionDeniedError
from eiginfra.core.finding import Finding, error, notice, warning
from eiginfra.providers.gitlab.api import GitLabApi
from eiginfra.providers.gitlab.client import Json
from eiginfra.providers.gitlab.members.state import LEVELS, NAMES

OLDEST = 17
"""The oldest major version that eiginfra is made for."""
SOON = timedelta(days=30)
CLOCKS = timedelta(seconds=60)


def _now() -> datetime:
    return datetime.now(UTC)


def examine(api: GitLabApi, *, now: Callable[[], datetime] = _now) -> list[Finding]:
    """Whether GitLab is reachable, of what version, what the token may do, and whether the root group is as it must be."""
    found: list[Finding] = []
    try:
        for finding in _examine(api, now):
            found.append(finding)  # noqa: PERF402 - what was found before an error is told too
    except EiginfraError as problem:
        found.append(error("gitlab-unreachable", text=str(problem)))
    return found


def _examine(api: GitLabApi, now: Callable[[], datetime]) -> Iterator[Finding]:
    settings = api.settings
    version, stamp = api.version()
    server = parsedate_to_datetime(stamp) if stamp else now()
    yield from _version(settings.url, str(version.get("version", "")))
    yield from _clock(server, now())
    me = api.me()
    yield from _token(api.token(), me, server.date())
    if settings.accounts == "create":
        yield from _administrator(api, me)
    yield from _root(api, me, server.date())


def _administrator(api: GitLabApi, me: Json) -> Iterator[Finding]:
    """Accounts are made by an administrator, whose token has the scope admin_mode where GitLab asks for it; and people must then get in."""
    if not me.get("is_admin"):
        yield error("gitlab-not-admin", username=me["username"])
        return
    try:
        api.client.get("/application/settings", "read whether the token is an administrator's")
    except PermissionDeniedError:
        yield error("gitlab-admin-mode", username=me["username"])
        return
    if api.settings.identity is not None:
        return
    accounts = api.client.get("/users", "read how people sign in", humans=True, active=True, per_page=100)
    if providers := sorted(
        {str(one["provider"]) for account in accounts for one in account.get("identities") or () if one.get("provider")}
    ):
        yield warning("gitlab-sign-in-elsewhere", providers=providers)


def _version(url: str, version: str) -> Iterator[Finding]:
    major = version.partition(".")[0]
    if major.isdecimal() and int(major) < OLDEST:
        yield warning("gitlab-old", version=version, url=url, oldest=OLDEST)
    else:
        yield notice("gitlab-version", version=version, url=url)


def _clock(server: datetime, here: datetime) -> Iterator[Finding]:
    if abs(server - here) > CLOCKS:
        yield warning("gitlab-clock", server=f"{server:%Y-%m-%d %H:%M:%S}", here=f"{here:%Y-%m-%d %H:%M:%S}")


def _token(token: Json | None, me: Json, today: date) -> Iterator[Finding]:
    who = me["username"]
    if token is None:
        yield notice("gitlab-token-untold", who=who)
        return
    scopes = token.get("scopes") or []
    yield notice("gitlab-token", name=token.get("name"), who=who, scopes=scopes)
    if "api" not in scopes:
        yield error("gitlab-scope")
    ends = token.get("expires_at")
    if ends and date.fromisoformat(ends[:10]) - today <= SOON:
        yield warning("gitlab-token-expires", ends=ends[:10])


def _root(api: GitLabApi, me: Json, today: date) -> Iterator[Finding]:
    root = api.settings.root_group
    group = api.group(root)
    if group is None:
        yield error("gitlab-root-group-missing", root=root, username=me["username"])
        return
    yield notice("gitlab-root-group", root=root, visibility=group["visibility"])
    if me.get("is_admin"):
        return
    member = api.effective_member(root, int(me["id"])) or {}
    level, ends = int(member.get("access_level", 0)), member.get("expires_at")
    if level < LEVELS["owner"]:
        role = NAMES.get(level, f"level {level}" if level else "no member")
        yield error("gitlab-access", username=me["username"], role=role, root=root)
    elif ends and date.fromisoformat(ends[:10]) - today <= SOON:
        yield warning("gitlab-access-ends", username=me["username"], root=root, ends=ends[:10])
