"""What went wrong with a request over HTTP, as the typed errors of core.errors."""

import ssl
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar
from urllib.parse import urlsplit

import requests
from requests.exceptions import InvalidProxyURL, InvalidSchema, ProxyError
from urllib3.exceptions import NameResolutionError, NewConnectionError

from eiginfra.core.errors import (
    AlreadyExistsError,
    LostAnswerError,
    NotFoundError,
    PermanentError,
    PermissionDeniedError,
    ProviderError,
    TransientError,
    UnreachableError,
)
from eiginfra.providers.bounds import TooLargeError, TooSlowError
from eiginfra.providers.proxy import is_loopback, shown

IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
TOO_MANY = 429

E = TypeVar("E", bound=BaseException)


class NotSentError(UnreachableError):
    """No connection came about: nothing was sent."""


class OverdueError(TransientError):
    """All the time that an answer may take is over: a further try would take as long."""


# OpenSSL's codes (X509_V_ERR_…) for certificates that trusting another authority would not help: expired; made for another name or address.
_MENDED = {
    10: "it has to be renewed on the server",
    62: "`url:` in the site file has to bear a name that the certificate is made for",
    64: "`url:` in the site file has to bear an address that the certificate is made for",
}


def transport_error(
    problem: requests.RequestException | TooLargeError, method: str, url: str, service: str, proxy: str | None = None
) -> ProviderError:
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
        return NotSentError(f"{server}: the host name {where.hostname} is unknown; see {key}")
    if isinstance(problem, requests.ConnectTimeout):
        return NotSentError(f"{server}: no connection in time; see whether the server is up and no firewall stands between")
    if caused_by(NewConnectionError):
        reason = next((cause.strerror for cause in causes.values() if isinstance(cause, OSError) and cause.strerror), "no connection")
        if is_loopback(url):
            # Nobody listens here, and nobody will within seconds: waiting would only be silent.
            return UnreachableError(f"{server}: {reason.lower()}; start the lab: eiginfra lab up; or see {key}")
        return NotSentError(f"{server}: {reason.lower()}; see whether the server is up, and {key}")
    return _no_answer(problem, causes.keys(), method, (f"{server}: ", f" to {method} {where.path}"))


def _no_answer(problem: BaseException, causes: Collection[type[BaseException]], method: str, message: tuple[str, str]) -> ProviderError:
    """A connection came about, and no whole answer."""
    if TooLargeError in causes:
        return PermanentError("more bytes than an answer may have".join(message) + "; see whether the right server answers")
    if TooSlowError in causes:
        family = OverdueError if method in IDEMPOTENT else LostAnswerError
        return family("no end of the answer in the time that an answer may take".join(message) + "; see whether the server is well")
    what = "no answer in time" if isinstance(problem, requests.Timeout) else "the connection was lost before the answer"
    if method in IDEMPOTENT:
        return TransientError(what.join(message) + "; try again later")
    return LostAnswerError(what.join(message) + "; the work may have been done")


def _proxy_error(server: str, proxy: str, service: str, causes: Iterable[BaseException]) -> UnreachableError:
    """Nothing was sent to the server. A proxy that is not reached may be so in a second; one that refuses will refuse again."""
    plain = [cause for cause in causes if isinstance(cause, OSError) and not isinstance(cause, requests.RequestException)]
    reason = (plain[-1].strerror or str(plain[-1])).lower() if plain else "it cannot be used"
    family = NotSentError if plain and plain[-1].errno else UnreachableError
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
