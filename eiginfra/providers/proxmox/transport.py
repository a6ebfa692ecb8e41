"""The one importer of `proxmoxer`: requests to one Proxmox VE under one token, typed errors, answers of a known form."""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import cached_property
from typing import Any

from proxmoxer.backends.https import JsonSerializer  # type: ignore[import-untyped]  # proxmoxer brings no types
from proxmoxer.core import ProxmoxResource, ResourceException  # type: ignore[import-untyped]  # the same
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from eiginfra.core.errors import PermanentError, UsageError
from eiginfra.providers.bounds import Bounds
from eiginfra.providers.http import BUSY, HttpPolicy, Meter, open_session
from eiginfra.providers.json_body import decoded
from eiginfra.providers.proxmox.errors import NODE_STATUSES, BusyError, ErrorBody, refusal
from eiginfra.providers.proxmox.settings import ProxmoxSettings
from eiginfra.providers.proxmox.shapes import shape_of
from eiginfra.providers.shapes import Oddities

Params = Mapping[str, Any]

# It logs every request's parameters and every answer.
logging.getLogger("proxmoxer").setLevel(logging.WARNING)


class _Serializer(JsonSerializer):  # type: ignore[misc]  # proxmoxer brings no types
    """proxmoxer's, which would keep no more than `errors` of what an error answer says."""

    def loads(self, response: Any) -> Any:
        body = decoded(response.content)
        if not isinstance(body, dict) or "data" not in body:
            raise ValueError("no data")
        return body["data"]

    def loads_errors(self, response: Any) -> ErrorBody:
        return ErrorBody.of(response.text)


class ProxmoxTransport:
    """One Proxmox VE, spoken to under one token; safe to share between threads. Without settings every request is a UsageError."""

    def __init__(
        self, settings: ProxmoxSettings | None, *, meter: Meter | None = None, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._settings = settings
        self._sleep = sleep
        self._retrying = Retrying(
            retry=retry_if_exception_type(BusyError),
            wait=wait_random_exponential(multiplier=0.25, max=10),
            stop=stop_after_attempt(5),
            sleep=sleep,
            reraise=True,
        )
        self._lock = threading.Lock()
        self._closing = ExitStack()
        self.meter = meter or Meter()
        self.bounds = Bounds()
        self.odd = Oddities("proxmox")

    @property
    def settings(self) -> ProxmoxSettings:
        """What the site says; raises UsageError when it says nothing of a Proxmox."""
        if self._settings is None:
            raise UsageError("the site has no proxmox section; write one (see docs/kinds), or leave its plays out with --skip-tags proxmox")
        return self._settings

    @property
    def known(self) -> bool:
        """Whether the site says anything of a Proxmox."""
        return self._settings is not None

    @cached_property
    def _api(self) -> ProxmoxResource:
        site = self.settings
        if site.token is None:
            raise UsageError("Proxmox is not asked without a token")
        # Creating requests wait for locks on the server before they answer; a wrong token is answered after 3 s.
        busy = BUSY | NODE_STATUSES
        policy = HttpPolicy(
            "proxmox",
            ca=site.ca,
            proxy=site.proxy,
            timeout=site.timeout,
            bounds=self.bounds,
            meter=self.meter,
            sleep=self._sleep,
            busy=busy,
        )
        session = self._closing.enter_context(open_session(policy))
        session.headers["Authorization"] = f"PVEAPIToken={site.token_id}={site.token.reveal()}"
        session.headers["Accept"] = "application/json"
        return ProxmoxResource(base_url=f"{site.url.rstrip('/')}/api2/json", session=session, serializer=_Serializer())

    def threads(self, count: int, name: str) -> ThreadPoolExecutor:
        """Threads that end with the client."""
        return self._closing.enter_context(ThreadPoolExecutor(count, thread_name_prefix=name))

    def close(self) -> None:
        """End threads and connections."""
        self._closing.close()

    def _call(self, method: str, path: str, what: str, params: Params | None = None) -> Any:
        """One request; what is refused because of somebody's lock is sent again. Raises the errors of core.errors."""
        with self._lock:
            api = self._api
        send = getattr(api(path), method.lower())
        return self._retrying(self._once, send, method, f"proxmox: {what}", dict(params or {}))

    def _once(self, send: Callable[..., Any], method: str, what: str, params: dict[str, Any]) -> Any:
        try:
            answer = send(**params)
        except ResourceException as refused:
            body = refused.errors if isinstance(refused.errors, ErrorBody) else ErrorBody()
            reason = _decoded(str(refused.content))
            raise refusal(refused.status_code, reason, body.errors, method, what, message=body.message) from refused
        except ValueError as problem:
            raise PermanentError(f"{what}: {self.settings.url} answers, but not as a Proxmox VE; see `url:` under `proxmox:`") from problem
        return answer

    def get(self, path: str, what: str, **params: Any) -> Any:
        """Read anything; `what` says in words what is read."""
        found = self._call("GET", path, what, params)
        if (row := shape_of(path, rows=True)) is not None:
            if not isinstance(found, list):
                raise PermanentError(f"proxmox: {what}: the answer is no list; see whether a Proxmox VE answers")
            return self.odd.sorted_out(found, row, what)
        shape = shape_of(path, rows=False)
        if shape is not None and (complaint := shape.complaint(found)) is not None:
            raise PermanentError(f"proxmox: {what}: the answer has a form that is not known ({complaint})")
        return found

    def rows(self, path: str, what: str, **params: Any) -> list[dict[str, Any]]:
        """A list, of those rows that have the form."""
        found: list[dict[str, Any]] = self.get(path, what, **params)
        return found

    def send(self, method: str, path: str, what: str, params: Params) -> Any:
        """Change anything; parameters that are None are left out."""
        return self._call(method, path, what, set_params(params))


def set_params(params: Params) -> dict[str, Any]:
    """The parameters that are not None."""
    return {name: value for name, value in params.items() if value is not None}


def _decoded(reason: str) -> str:
    """The reason phrase is sent as UTF-8 and read as Latin-1."""
    try:
        return reason.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return reason
