"""Whether websites answer. Teams write their addresses, so nothing but what everybody on the Internet can reach is asked.

A name is looked up once; all addresses must be public, and the connection goes to one of those that were looked at. Redirects are followed
the same way. No credentials, no cookies. A proxy would look the name up again: where the environment names one, nobody is asked.
"""

import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from ipaddress import ip_address
from queue import Empty, SimpleQueue
from typing import Final
from urllib.parse import urljoin, urlsplit

import urllib3
from requests.utils import DEFAULT_CA_BUNDLE_PATH, get_environ_proxies, requote_uri, select_proxy
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, ReadTimeoutError, SSLError

from eiginfra import __version__
from eiginfra.core.website import WebsiteAnswer
from eiginfra.providers.bounds import Bounds, TooLargeError
from eiginfra.providers.public_address import IPAddress, is_public

REDIRECTS: Final = 5
MOST_BYTES: Final = 1 << 16
"""Of an answer's body that are read where somebody wants to see its beginning."""
_PORTS: Final = {"http": 80, "https": 443}
_MOVED: Final = frozenset({301, 302, 303, 307, 308})
_ADDRESSES: Final = 3
"""Of one name that are tried."""
_UNKNOWN: Final = frozenset({socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)})
_ODD: Final = re.compile(r"[\s\\\x00-\x1f\x7f]")
_HEADERS: Final = {"User-Agent": f"eiginfra/{__version__}", "Accept": "*/*", "Accept-Encoding": "identity", "Connection": "close"}


class _NotAskedError(Exception):
    """A website that is not asked, with the reason's code."""


class _FailedError(Exception):
    """A website that was asked and did not answer, with the reason's code."""


@dataclass(frozen=True)
class _Target:
    """What one request is for."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """As the header `Host` has it."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == _PORTS[self.scheme] else f"{name}:{self.port}"


@dataclass(frozen=True)
class _Reply:
    status: int
    location: str | None
    beginning: bytes


def looked_up(host: str, port: int) -> Sequence[str]:
    """The addresses of a name, as the system knows them. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


@cache
def _trusted() -> ssl.SSLContext:
    """The authorities that the other requests trust, too."""
    return ssl.create_default_context(cafile=DEFAULT_CA_BUNDLE_PATH)


@dataclass(frozen=True)
class Websites:
    """Asks websites. published: by host name, ports beside 80 and 443 on which it may be asked, such as those that the gateway sends on.

    seconds: for one website, with its redirects; all_seconds: for all that are asked together. at_once: how many are asked at a time.
    look_up: the addresses of a name; raises OSError. public: whether an address may be asked. trust: None has the usual authorities.
    """

    published: Mapping[str, Collection[int]] = field(default_factory=dict)
    seconds: float = 10
    all_seconds: float = 60
    at_once: int = 16
    look_up: Callable[[str, int], Sequence[str]] = looked_up
    public: Callable[[IPAddress], bool] = is_public
    trust: ssl.SSLContext | None = None

    def ask(self, url: str) -> WebsiteAnswer:
        """Whether one answers."""
        return self.ask_all([url])[url]

    def ask_all(self, urls: Iterable[str]) -> Mapping[str, WebsiteAnswer]:
        """Whether they answer, by address as it was given; `time-over` for those that were not asked in time."""
        return {url: answer for url, (answer, _) in self._visits(urls, 0).items()}

    def beginning(self, url: str) -> tuple[WebsiteAnswer, bytes]:
        """Whether one answers, and the first bytes of its page; none where it does not."""
        return self._visits([url], MOST_BYTES)[url]

    def _visits(self, urls: Iterable[str], size: int) -> Mapping[str, tuple[WebsiteAnswer, bytes]]:
        """By address. Looking up a name cannot be interrupted: a thread that still waits for it is left behind, and ends by itself."""
        asked = list(dict.fromkeys(urls))
        waiting, visits = SimpleQueue[str](), SimpleQueue[tuple[WebsiteAnswer, bytes]]()
        end = time.monotonic() + min(self.all_seconds, self.seconds * len(asked))
        for url in asked:
            waiting.put(url)

        def work() -> None:
            while time.monotonic() < end:
                try:
                    url = waiting.get_nowait()
                except Empty:
                    return
                visits.put(self._visit(url, min(end, time.monotonic() + self.seconds), size))

        for _ in range(min(self.at_once, len(asked))):
            threading.Thread(target=work, name="website", daemon=True).start()
        found: dict[str, tuple[WebsiteAnswer, bytes]] = {}
        patience = end + self.seconds / 4  # what is under way ends by itself at the end, unless a name is looked up
        while len(found) < len(asked) and (left := patience - time.monotonic()) > 0:
            try:
                answer, beginning = visits.get(timeout=left)
            except Empty:
                break
            found[answer.url] = answer, beginning
        return {url: found.get(url, (WebsiteAnswer(url, "not_checked", reason="time-over"), b"")) for url in asked}

    def _visit(self, url: str, end: float, size: int) -> tuple[WebsiteAnswer, bytes]:
        here = url
        try:
            for _ in range(REDIRECTS + 1):
                target = self._target(here)
                reply = self._reply(target, self._addresses(target), end, size)
                if reply.status in _MOVED and reply.location:
                    here = urljoin(here, reply.location)
                    continue
                sound = 200 <= reply.status < 300
                answer = WebsiteAnswer(url, "answers" if sound else "fails", reply.status, "" if sound else "status")
                return answer, reply.beginning if sound else b""
        except _NotAskedError as problem:
            return WebsiteAnswer(url, "not_checked", reason=str(problem)), b""
        except _FailedError as problem:
            return WebsiteAnswer(url, "fails", reason=str(problem)), b""
        except Exception:  # noqa: BLE001 - whatever it is, it is about this website alone
            return WebsiteAnswer(url, "not_checked", reason="unexpected"), b""
        return WebsiteAnswer(url, "fails", reason="redirects"), b""

    def _target(self, url: str) -> _Target:
        """Raises _NotAskedError for what is no plain web address, or has a port that nobody publishes."""
        try:
            parts = urlsplit(url)
            host, port = (parts.hostname or "").rstrip("."), parts.port
            host = host if host.isascii() else host.encode("idna").decode("ascii")
        except ValueError:
            host, port, parts = "", None, urlsplit("")
        if _ODD.search(url) or parts.scheme not in _PORTS or not host or "@" in parts.netloc:
            raise _NotAskedError("no-web-address")
        usual = _PORTS[parts.scheme]
        if port not in (None, usual) and port not in self.published.get(host, ()):
            raise _NotAskedError("port")
        if select_proxy(url, get_environ_proxies(url)):
            raise _NotAskedError("proxy")
        query = f"?{parts.query}" if parts.query else ""
        return _Target(parts.scheme, host, port or usual, requote_uri(f"{parts.path or '/'}{query}"))

    def _addresses(self, target: _Target) -> Sequence[IPAddress]:
        """All of them are public. Raises _NotAskedError if one is not, and _FailedError if there are none."""
        try:
            found = [ip_address(address) for address in self._known_as(target)]
        except socket.gaierror as problem:
            if problem.errno in _UNKNOWN:
                raise _FailedError("unknown-name") from None
            raise _NotAskedError("no-name-service") from None
        except (OSError, ValueError):  # ValueError: also what the system makes of names that are none
            raise _NotAskedError("no-name-service") from None
        if not found:
            raise _FailedError("unknown-name")
        if not all(map(self.public, found)):
            raise _NotAskedError("not-public")
        return found

    def _known_as(self, target: _Target) -> Sequence[str]:
        try:
            return [str(ip_address(target.host))]
        except ValueError:
            return self.look_up(target.host, target.port)

    def _reply(self, target: _Target, addresses: Sequence[IPAddress], end: float, size: int) -> _Reply:
        """Of the first of the addresses that takes the connection. Raises _FailedError."""
        failed = _FailedError("no-connection")
        for address in addresses[:_ADDRESSES]:
            try:
                return self._sent(target, address, end, size)
            except (NewConnectionError, ConnectTimeoutError):
                continue
            except (HTTPError, OSError) as problem:
                raise _FailedError(_reason(problem)) from None
        raise failed

    def _sent(self, target: _Target, address: IPAddress, end: float, size: int) -> _Reply:
        """Raises the errors of urllib3."""
        left = end - time.monotonic()
        if left <= 0:
            raise _FailedError("too-slow")
        with self._pool(target, address, urllib3.Timeout(connect=left / 2, read=left)) as pool:
            Bounds(seconds=left, size=2 * MOST_BYTES).attach(pool)
            response = pool.urlopen(
                "GET",
                target.path,
                headers={**_HEADERS, "Host": target.authority},
                redirect=False,
                retries=False,
                preload_content=False,
                decode_content=False,
            )
            try:
                location = response.headers.get("Location")
                # Servers send UTF-8 there, which http.client reads as Latin-1.
                moved = location and requote_uri(location.encode("latin-1", "replace").decode("utf-8", "replace").strip())
                return _Reply(response.status, moved, b"".join(_parts(response, size)))
            finally:
                response.close()

    def _pool(self, target: _Target, address: IPAddress, timeout: urllib3.Timeout) -> urllib3.HTTPConnectionPool:
        """Connections to the address itself; its certificate must be for the host's name."""
        if target.scheme == "http":
            return urllib3.HTTPConnectionPool(str(address), target.port, timeout=timeout)
        trust = self.trust or _trusted()
        return urllib3.HTTPSConnectionPool(str(address), target.port, timeout=timeout, ssl_context=trust, server_hostname=target.host)


def _parts(response: urllib3.BaseHTTPResponse, size: int) -> Iterator[bytes]:
    """The beginning of the body, as far as it comes."""
    got = 0
    while got < size:
        try:
            part = response.read1(min(size - got, 1 << 12))
        except (HTTPError, OSError):
            return
        if not part:
            return
        got += len(part)
        yield part


def _reason(problem: Exception) -> str:
    inner = [one for one in (problem, *problem.args) if isinstance(one, Exception)]
    if isinstance(problem, SSLError):
        return "tls"
    if isinstance(problem, ReadTimeoutError | TimeoutError):
        return "too-slow"
    return "too-large" if any(isinstance(one, TooLargeError) for one in inner) else "broken-answer"
