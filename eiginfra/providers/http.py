"""How requests are sent to every service over HTTP: deadlines, trust, pooled connections, retries, typed errors.

The policy sits in a transport adapter of `requests`, below whatever client library is used: `equip` a session with it, whoever made it.
"""

import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urljoin, urlsplit

import requests
from tenacity import RetryCallState, Retrying, wait_random_exponential

from eiginfra import __version__
from eiginfra.core.errors import (
    InputError,
    PermanentError,
    TransientError,
    UnreachableError,
)
from eiginfra.core.finding import error
from eiginfra.providers.bounds import Bounds, TooLargeError
from eiginfra.providers.http_errors import IDEMPOTENT, TOO_MANY, NotSentError, OverdueError, retry_after, transport_error
from eiginfra.providers.session import PlainAdapter, PlainSession

BUSY = frozenset({502, 503, 504})
_LONGEST_BACKOFF = 10.0  # seconds
LIMIT_WINDOW = 60.0
"""Seconds that are waited in all for a server that limits requests and does not say for how long."""

S = TypeVar("S", bound=requests.Session)


class Meter:
    """Counts the requests that were sent, by method, retries included; for benchmarks and progress."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()

    def count(self, method: str) -> None:
        """One more request."""
        with self._lock:
            self._counts[method] += 1

    @property
    def counts(self) -> dict[str, int]:
        """Requests by method."""
        with self._lock:
            return dict(self._counts)

    @property
    def total(self) -> int:
        """All requests."""
        with self._lock:
            return self._counts.total()


@dataclass(frozen=True)
class HttpPolicy:
    """How to speak to one service; all times in seconds.

    service: the site file's section, named in remedies. ca: trust this authority (PEM file) instead of the well-known ones. proxy: its URL,
    or `none`; None takes the environment's. timeout: the longest wait for (a part of) an answer. attempts: how often a request is sent at
    most. longest_wait: the cap on one Retry-After. busy: the statuses after which an idempotent request is sent again. bounds: what an
    answer, and a phase of the run, may take in all.
    """

    service: str
    ca: Path | None = None
    proxy: str | None = None
    connect_timeout: float = 10
    timeout: float = 60
    attempts: int = 5
    backoff: float = 0.25
    longest_wait: float = 60
    busy: frozenset[int] = BUSY
    pool: int = 32
    bounds: Bounds = field(default_factory=Bounds)
    meter: Meter = field(default_factory=Meter)
    sleep: Callable[[float], None] = time.sleep


def equip(session: S, policy: HttpPolicy) -> S:
    """Give a session the policy; returns the session.

    Raises InputError when the site's CA file cannot be read.
    """
    if policy.ca is not None:
        _probe(policy.ca, policy.service)
    adapter = PolicyAdapter(policy)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    # Neither .netrc nor CA bundles out of the environment; proxies are the adapter's.
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers["User-Agent"] = f"eiginfra/{__version__}"
    return session


def open_session(policy: HttpPolicy) -> requests.Session:
    """A new session with the policy."""
    return equip(PlainSession(), policy)


class PolicyAdapter(PlainAdapter):
    """Sends requests by the policy.

    Idempotent requests are sent again after lost connections, time-outs, 429 and the policy's busy statuses; others only after 429 (which
    did no work; for up to a minute where it names no time) and when no connection came about (nothing was sent).
    What remains is raised as UnreachableError, LostAnswerError or
    TransientError; answers with an error status are returned: their words are the client's to read.
    """

    def __init__(self, policy: HttpPolicy) -> None:
        self._policy = policy
        self._retrying = Retrying(
            retry=self._again,
            wait=self._wait,
            stop=self._enough,
            sleep=policy.sleep,
            retry_error_callback=_last,
        )
        self._jitter = wait_random_exponential(multiplier=policy.backoff, max=_LONGEST_BACKOFF)
        super().__init__(policy.ca, policy.proxy, (policy.connect_timeout, policy.timeout), policy.bounds, policy.pool)

    def send(self, request: requests.PreparedRequest, *_args: Any, **_options: Any) -> requests.Response:
        """Send, again where that is safe; see the class for the errors.

        Deadlines, trust and directness are the policy's: what the library above would have for them is not asked.
        """
        return self._retrying(self._once, request)

    def _once(self, request: requests.PreparedRequest) -> requests.Response:
        policy, method, url = self._policy, request.method or "GET", request.url or ""
        if not policy.bounds.phase.left():
            raise UnreachableError(f"{urlsplit(url).hostname}: the time to read all that is needed is over; see whether the server is well")
        policy.meter.count(method)
        try:
            response = super().send(request)
            # Read here, so that a connection lost in mid-answer is met by the policy too.
            response._content = policy.bounds.body(response)  # noqa: SLF001 - `requests` has no other place for a body that was read
        except (requests.RequestException, TooLargeError) as problem:
            raise transport_error(problem, method, url, policy.service, self.route(url).proxy) from problem
        _refuse_redirect(request, response)
        return response

    def _again(self, state: RetryCallState) -> bool:
        outcome, method = state.outcome, state.args[0].method or "GET"
        if outcome is None:
            return False
        if outcome.failed:
            problem = outcome.exception()
            if isinstance(problem, UnreachableError | OverdueError):
                return isinstance(problem, NotSentError)
            return isinstance(problem, TransientError) and method in IDEMPOTENT
        status = outcome.result().status_code
        return bool(status == TOO_MANY or (status in self._policy.busy and method in IDEMPOTENT))

    def _enough(self, state: RetryCallState) -> bool:
        """A server that limits requests without saying for how long (GitLab, by endpoint) mostly counts by the minute."""
        return state.attempt_number >= self._policy.attempts and (not _limited(state) or state.idle_for >= LIMIT_WINDOW)

    def _wait(self, state: RetryCallState) -> float:
        jitter = self._jitter(state)
        outcome = state.outcome
        if outcome is None or outcome.failed:
            return jitter
        # Never before the server's own time, and not all threads at once after it.
        asked = retry_after(outcome.result().headers) or (
            min(2.0 ** (state.attempt_number - 1), _LONGEST_BACKOFF) if _limited(state) else 0
        )
        return min(min(asked, self._policy.longest_wait) + jitter, self._policy.bounds.phase.left())


def _limited(state: RetryCallState) -> bool:
    """Whether the answer was 429 without a Retry-After."""
    outcome = state.outcome
    if outcome is None or outcome.failed:
        return False
    response = outcome.result()
    return response.status_code == TOO_MANY and retry_after(response.headers) is None


def _last(state: RetryCallState) -> Any:
    """The last answer, or the last error raised."""
    return state.outcome.result() if state.outcome else None


def _probe(ca: Path, service: str) -> None:
    try:
        ssl.create_default_context(cafile=ca)
    except (OSError, ssl.SSLError) as problem:
        finding = (
            error("ca-unreadable", ca=str(ca), reason=problem.strerror, service=service)
            if problem.strerror
            else error("ca-not-pem", ca=str(ca), service=service)
        )
        raise InputError([finding]) from problem


def _refuse_redirect(request: requests.PreparedRequest, response: requests.Response) -> None:
    """Tokens travel in headers of their own, which `requests` would carry along to any other server."""
    if not response.is_redirect:
        return
    here = urlsplit(request.url or "")
    there = urlsplit(urljoin(request.url or "", response.headers["location"]))
    if (here.scheme, here.netloc) != (there.scheme, there.netloc) or request.method not in {"GET", "HEAD"}:
        raise PermanentError(
            f"{here.scheme}://{here.netloc} sends its visitors on to {there.scheme}://{there.netloc}{there.path}; "
            "write the address it sends them to as `url:` in the site file"
        )
