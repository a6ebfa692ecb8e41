"""What `eiginfra doctor` says of GitLab."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime

from eiginfra.core.errors import EiginfraError
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
    try:
        return list(_examine(api, now))
    except EiginfraError as problem:
        return [error("gitlab-unreachable", str(problem))]


def _examine(api: GitLabApi, now: Callable[[], datetime]) -> Iterator[Finding]:
    settings = api.settings
    version, stamp = api.version()
    server = parsedate_to_datetime(stamp) if stamp else now()
    yield from _version(settings.url, str(version.get("version", "")))
    yield from _clock(server, now())
    me = api.me()
    yield from _token(api.token(), me, server.date())
    if settings.accounts == "create" and not me.get("is_admin"):
        remedy = "use an administrator's token, or write accounts: require under gitlab: in the site file"
        yield error("gitlab-not-admin", f"accounts: create needs an administrator; {me['username']} is none", remedy=remedy)
    yield from _root(api, me)


def _version(url: str, version: str) -> Iterator[Finding]:
    major = version.partition(".")[0]
    if major.isdecimal() and int(major) < OLDEST:
        remedy = "it gets no security updates any more; upgrade it"
        yield warning("gitlab-version", f"GitLab {version} at {url} is older than {OLDEST}.0", remedy=remedy)
    else:
        yield notice("gitlab-version", f"GitLab {version} at {url}")


def _clock(server: datetime, here: datetime) -> Iterator[Finding]:
    if abs(server - here) > CLOCKS:
        yield warning(
            "gitlab-clock",
            f"GitLab's clock says {server:%Y-%m-%d %H:%M:%S}, this machine's {here:%Y-%m-%d %H:%M:%S} (UTC)",
            remedy="dates on which access ends go by GitLab's clock; set the wrong one right (a lab may be in another year on purpose)",
        )


def _token(token: Json | None, me: Json, today: date) -> Iterator[Finding]:
    who = me["username"]
    if token is None:
        yield notice("gitlab-token", f"the token is {who}'s; it tells neither its scopes nor its end")
        return
    scopes = token.get("scopes") or []
    yield notice("gitlab-token", f"the token {token.get('name')!r} is {who}'s, with the scopes {', '.join(scopes)}")
    if "api" not in scopes:
        yield error("gitlab-scope", "the token has not the scope api", remedy="make one with the scope api; read_api is enough to plan")
    ends = token.get("expires_at")
    if ends and date.fromisoformat(ends[:10]) - today <= SOON:
        yield warning("gitlab-token-expires", f"the token ends on {ends[:10]}", remedy="rotate it in time")


def _root(api: GitLabApi, me: Json) -> Iterator[Finding]:
    root = api.settings.root_group
    group = api.group(root)
    if group is None:
        remedy = "make it by hand, as visible as what it shall hold, and give the token's account the Owner role"
        yield error("gitlab-root-group", f"the root group {root} is not there, or hidden from {me['username']}", remedy=remedy)
        return
    yield notice("gitlab-root-group", f"the root group {root} is {group['visibility']}; nothing in it can be more visible")
    if me.get("is_admin"):
        return
    level = int((api.effective_member(root, int(me["id"])) or {}).get("access_level", 0))
    if level < LEVELS["owner"]:
        role = NAMES.get(level, "no member")
        yield error("gitlab-access", f"{me['username']} is {role} in {root}", remedy="give it the Owner role: only owners manage members")
