"""How requests are sent to every service over HTTP: deadlines, trust, pooled connections, retries, typed errors.

The policy sits in a transport adapter of `requests`, below whatever client library is used: `equip` a session with it, whoever made it.
"""

import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urljoin, urlsplit

import requests
from requests.exceptions import InvalidProxyURL, InvalidSchema, ProxyError
from tenacity import RetryCallState, Retrying, stop_after_attempt, wait_random_exponential
from urllib3.exceptions import NameResolutionError, NewConnectionError

from eiginfra import __version__
from eiginfra.core.errors import (
    AlreadyExistsError,
    InputError,
    LostAnswerError,
    NotFoundError,
    PermanentError,
    PermissionDeniedError,
    ProviderError,
    TransientError,
    UnreachableError,
)
from eiginfra.core.finding import error
from eiginfra.providers.proxy import is_loopback, shown
from eiginfra.providers.session import PlainAdapter, PlainSession

IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
BUSY = frozenset({502, 503, 504})
TOO_MANY = 429
_LONGEST_BACKOFF = 10.0  # seconds

S = TypeVar("S", bound=requests.Session)
E = TypeVar("E", bound=BaseException)


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
    most. longest_wait: the cap on one Retry-After. busy: the statuses after which an idempotent request is sent again.
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
    did no work) and when no connection came about (nothing was sent). What remains is raised as UnreachableError, LostAnswerError or
    TransientError; answers with an error status are returned: their words are the client's to read.
    """

    def __init__(self, policy: HttpPolicy) -> None:
        self._policy = policy
        self._retrying = Retrying(
            retry=self._again,
            wait=self._wait,
            stop=stop_after_attempt(policy.attempts),
            sleep=policy.sleep,
            retry_error_callback=_last,
        )
        self._jitter = wait_random_exponential(multiplier=policy.backoff, max=_LONGEST_BACKOFF)
        super().__init__(policy.ca, policy.proxy, (policy.connect_timeout, policy.timeout), policy.pool)

    def send(self, request: requests.PreparedRequest, *_args: Any, **_options: Any) -> requests.Response:
        """Send, again where that is safe; see the class for the errors.

        Deadlines, trust and directness are the policy's: what the library above would have for them is not asked.
        """
        return self._retrying(self._once, request)

    def _once(self, request: requests.PreparedRequest) -> requests.Response:
        policy, method, url = self._policy, request.method or "GET", request.url or ""
        policy.meter.count(method)
        try:
            response = super().send(request)
            _ = response.content  # read here, so that a connection lost in mid-answer is met by the policy too
        except requests.RequestException as problem:
            raise transport_error(problem, method, url, policy.service, self.route(url).proxy) from problem
        _refuse_redirect(request, response)
        return response

    def _again(self, state: RetryCallState) -> bool:
        outcome, method = state.outcome, state.args[0].method or "GET"
        if outcome is None:
            return False
        if outcome.failed:
            problem = outcome.exception()
            if isinstance(problem, UnreachableError):
                return isinstance(problem, _NotSentError)
            return isinstance(problem, TransientError) and method in IDEMPOTENT
        status = outcome.result().status_code
        return bool(status == TOO_MANY or (status in self._policy.busy and method in IDEMPOTENT))

    def _wait(self, state: RetryCallState) -> float:
        jitter = self._jitter(state)
        outcome = state.outcome
        if outcome is None or outcome.failed:
            return jitter
        # Never before the server's own time, and not all threads at once after it.
        asked = retry_after(outcome.result().headers) or 0
        return min(asked, self._policy.longest_wait) + jitter


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


class _NotSentError(UnreachableError):
    """No connection came about: nothing was sent."""


# OpenSSL's codes (X509_V_ERR_…) for certificates that trusting another authority would not help: expired; made for another name or address.
_MENDED = {
    10: "it has to be renewed on the server",
    62: "`url:` in the site file has to bear a name that the certificate is made for",
    64: "`url:` in the site file has to bear an address that the certificate is made for",
}


def transport_error(problem: requests.RequestException, method: str, url: str, service: str, proxy: str | None = None) -> ProviderError:
    """The typed error for a request without an answer, saying what happened and what to do; never a header or a query."""
    where = urlsplit(url)
    server, key = f"{where.scheme}://{where.netloc.rpartition('@')[2]}", f"`url:` under `{service}:` in the site file"
    causes = {type(cause): cause for cause in _causes(problem)}

    def caused_by(kind: type[E]) -> E | None:
        return next((cause for cause in causes.values() if isinstance(cause, kind)), None)

    if isinstance(problem, ProxyError | InvalidProxyURL | InvalidSchema):
        return _proxy_error(server, shown(proxy or ""), service, causes.values())
    if untrusted := caused_by(ssl.SSLCertVerificationError):
        remedy = _MENDED.get(untrusted.verify_code, f"name the certificate of its authority as `ca:` under `{service}:` in the site file")
        return UnreachableError(f"{server}: its certificate is not trusted ({untrusted.verify_message or untrusted.reason}); {remedy}")
    tls = caused_by(ssl.SSLError)
    # An end of file is a connection lost, which may happen long after the handshake.
    if tls is not None and not isinstance(tls, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return UnreachableError(f"{server}: no secure connection ({tls.reason or tls}); see whether the port of {key} speaks TLS")
    if caused_by(NameResolutionError):
        return _NotSentError(f"{server}: the host name {where.hostname} is unknown; see {key}")
    if isinstance(problem, requests.ConnectTimeout):
        return _NotSentError(f"{server}: no connection in time; see whether the server is up and no firewall stands between")
    if caused_by(NewConnectionError):
        reason = next((cause.strerror for cause in causes.values() if isinstance(cause, OSError) and cause.strerror), "no connection")
        if is_loopback(url):
            # Nobody listens here, and nobody will within seconds: waiting would only be silent.
            return UnreachableError(f"{server}: {reason.lower()}; start the lab: eiginfra lab up; or see {key}")
        return _NotSentError(f"{server}: {reason.lower()}; see whether the server is up, and {key}")
    what = "no answer in time" if isinstance(problem, requests.Timeout) else "the connection was lost before the answer"
    if method in IDEMPOTENT:
        return TransientError(f"{server}: {what} to {method} {where.path}; try again later")
    return LostAnswerError(f"{server}: {what} to {method} {where.path}; the work may have been done")


def _proxy_error(server: str, proxy: str, service: str, causes: Iterable[BaseException]) -> UnreachableError:
    """Nothing was sent to the server. A proxy that is not reached may be so in a second; one that refuses will refuse again."""
    plain = [cause for cause in causes if isinstance(cause, OSError) and not isinstance(cause, requests.RequestException)]
    reason = (plain[-1].strerror or str(plain[-1])).lower() if plain else "it cannot be used"
    family = _NotSentError if plain and plain[-1].errno else UnreachableError
    return family(f"{server}: the proxy {proxy}: {reason}; see `proxy:` under `{service}:` in the site file, or HTTPS_PROXY and NO_PROXY")


def _causes(problem: BaseException) -> Iterator[BaseException]:
    """The error, and all that is wrapped in it: `requests` and `urllib3` do so in three ways."""
    waiting, seen = [problem], set[int]()
    while waiting:
        current = waiting.pop(0)
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        inner = (getattr(current, "reason", None), *current.args, current.__cause__, current.__context__)
        waiting += [item for item in inner if isinstance(item, BaseException)]


def status_error(status: int, method: str, message: str, *, retry_after: float | None = None) -> ProviderError:
    """The typed error for an answer with an error status; `message` is the whole sentence to show."""
    known: Mapping[int, type[ProviderError]] = {
        401: PermissionDeniedError,
        403: PermissionDeniedError,
        404: NotFoundError,
        409: AlreadyExistsError,
    }
    if status in known:
        return known[status](message)
    if status == TOO_MANY:
        return TransientError(message, retry_after=retry_after)
    if status >= 500:
        # A server may fail after it has done the work.
        return (
            TransientError(message, retry_after=retry_after) if method in IDEMPOTENT else LostAnswerError(message, retry_after=retry_after)
        )
    return PermanentError(message)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the server asks to wait (RFC 9110, 10.2.3: a number or a date); None when it says nothing."""
    text = headers.get("Retry-After", "")
    if text.isdecimal():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (moment - datetime.now(UTC)).total_seconds()) if moment.tzinfo else None
