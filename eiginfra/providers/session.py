"""`requests` without what is never used here: cookies, `.netrc`, settings of the environment at every request.

Client libraries take the session as any other. It sends what `requests` would; only what is unusual is left to `requests` itself, which
asks the same questions again for every request, at several times the price.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import requests
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from requests.utils import get_encoding_from_headers, requote_uri, select_proxy
from urllib3.connectionpool import ConnectionPool

from eiginfra.core.errors import PermanentError
from eiginfra.providers.bounds import Bounds
from eiginfra.providers.proxy import proxies

# Without a password, a fragment, a step to "." or "..", and a "%" that stands for itself.
_ADDRESS = re.compile(r"(https?://[^/?#@\s]+)((?:/(?!\.)[^/#%]*(?:%[0-9A-F]{2}[^/#%]*)*)*)")
REDIRECTS = 3
_WITHOUT_BODY = frozenset({"GET", "HEAD"})


class PlainSession(requests.Session):
    """Sends queries, forms and JSON; a file, a stream or a password in the address is left to `requests`."""

    def __init__(self) -> None:
        super().__init__()
        self.max_redirects = REDIRECTS

    def prepare_request(self, request: requests.Request) -> requests.PreparedRequest:
        """What is sent: address, headers, body."""
        address, auth = _ADDRESS.fullmatch(request.url or ""), request.auth or self.auth
        if address is None or (auth and not callable(auth)) or self.params or _unusual(request):
            return super().prepare_request(request)
        prepared = requests.PreparedRequest()
        prepared.method = method = (request.method or "GET").upper()
        prepared.url = _origin(address[1]) + _target(address[2] or "/", _encoded(request.params))
        prepared.headers = headers = CaseInsensitiveDict[Any](self.headers)  # the stubs have str here, str or bytes there
        headers.update(request.headers)
        if request.data:
            prepared.body = _encoded(request.data).encode()
            headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
        elif request.json is not None:
            prepared.body = json.dumps(request.json, allow_nan=False).encode()
            headers.setdefault("Content-Type", "application/json")
        if prepared.body or (prepared.body is None and method not in _WITHOUT_BODY):
            headers["Content-Length"] = str(len(prepared.body or b""))
        prepared.hooks = request.hooks if request.hooks["response"] else self.hooks
        return auth(prepared) if callable(auth) else prepared

    def merge_environment_settings(self, url: Any, proxies: Any, stream: Any, verify: Any, cert: Any) -> Any:  # noqa: ARG002 - the interface's signature
        """Nothing: what the environment says is the adapter's to ask."""
        return {}

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        """The answer, after redirects unless `allow_redirects` is False."""
        response = self.get_adapter(request.url or "").send(request)
        for hook in request.hooks["response"]:
            changed: requests.Response | None = hook(response)
            response = response if changed is None else changed
        if not response.is_redirect or not options.get("allow_redirects", True):
            return response
        request.prepare_cookies({})  # following asks for their jar
        try:
            passed: list[requests.Response] = [response, *self.resolve_redirects(response, request)]
        except requests.TooManyRedirects as problem:
            where = (request.url or "").partition("?")[0]
            raise PermanentError(f"{where} sends its visitors on more than {REDIRECTS} times; see `url:` in the site file") from problem
        passed[-1].history = passed[:-1]
        return passed[-1]


@dataclass
class Route:
    """How an origin (scheme, host and port) is reached. pool: the connections, once there are some."""

    proxies: dict[str, str]
    proxy: str | None
    pool: ConnectionPool | None = None


class PlainAdapter(HTTPAdapter):
    """Asks once for each origin which way it is reached and whom to trust; keeps no cookies.

    ca: trust this authority (PEM file) instead of the well-known ones. proxy: as in HttpPolicy. timeout: seconds for the connection, and
    for (a part of) an answer.
    """

    def __init__(self, ca: Path | None, proxy: str | None, timeout: tuple[float, float], bounds: Bounds, connections: int) -> None:
        self._bounds = bounds
        self._trusted = str(ca) if ca else True
        self._proxy = proxy
        self._timeout = timeout
        self._routes: dict[str, Route] = {}
        super().__init__(pool_connections=4, pool_maxsize=connections, max_retries=0)

    def send(self, request: requests.PreparedRequest, *_args: Any, **_options: Any) -> requests.Response:
        """Send once; raises the errors of `requests`."""
        through = self.route(request.url or "").proxies
        return super().send(request, timeout=self._timeout, verify=self._trusted, proxies=through)

    def route(self, url: str) -> Route:
        """The way to the origin of an address."""
        origin = "/".join(url.split("/", 3)[:3])
        route = self._routes.get(origin)
        if route is None:
            through = proxies(url, self._proxy)
            route = self._routes.setdefault(origin, Route(through, select_proxy(url, through)))
        return route

    def get_connection_with_tls_context(
        self, request: requests.PreparedRequest, verify: Any, proxies: Any = None, cert: Any = None
    ) -> ConnectionPool:
        """The connections to an origin; what they trust is settled when they are made."""
        route = self.route(request.url or "")
        pool = route.pool
        if pool is None:
            pool = super().get_connection_with_tls_context(request, verify, proxies, cert)
            super().cert_verify(pool, request.url, verify, cert)  # type: ignore[no-untyped-call]  # the stubs have no types for it
            self._bounds.attach(pool)
            route.pool = pool
        return pool

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        """Done when the connections were made."""

    def request_url(self, request: requests.PreparedRequest, proxies: Any) -> str:
        """The target in the request's first line."""
        return super().request_url(request, proxies) if proxies else request.path_url

    def close(self) -> None:
        """End the connections; what is sent afterwards makes new ones."""
        self._routes.clear()
        super().close()

    def build_response(self, req: requests.PreparedRequest, resp: Any) -> requests.Response:
        """The answer, without cookies."""
        response = requests.Response()
        response.status_code, response.reason, response.raw = resp.status, resp.reason, resp
        response.headers = CaseInsensitiveDict(resp.headers)
        response.encoding = get_encoding_from_headers(response.headers)
        response.url, response.request = req.url or "", req
        return response


def _unusual(request: requests.Request) -> bool:
    values = (request.data, request.params)
    plain = all(isinstance(value, dict) or not value for value in values)
    return bool(request.files or request.cookies or not plain or None in request.headers.values())


def _encoded(form: Mapping[str, Any]) -> str:
    """A form, or a query: None is left out, a list gives its name to each of its items."""
    return urlencode({name: value for name, value in form.items() if value is not None}, doseq=True) if form else ""


@lru_cache
def _origin(text: str) -> str:
    """Scheme, host and port as `requests` writes them; raises its errors for what is no address."""
    prepared = requests.PreparedRequest()
    prepared.prepare_url(text, None)
    return (prepared.url or "").removesuffix("/")


def _target(path: str, query: str) -> str:
    return requote_uri(f"{path}{'&' if '?' in path else '?'}{query}" if query else path)
