"""Faults to switch on while the lab runs, the count of requests, and the control endpoints under `/_lab/`."""

import asyncio
import json
import os
import re
from collections import Counter
from time import monotonic
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from eiginfra.lab.clock import LabClock
from eiginfra.lab.garble import garbled
from eiginfra.lab.protocol import REASON_HEADER
from eiginfra.lab.vain import AskedInVain


class _Occasion(BaseModel):
    """Which requests a fault meets, and how often."""

    model_config = ConfigDict(extra="forbid")

    match: re.Pattern[str] = re.compile("")
    """Searched in `METHOD /path`, the path as it was sent (percent-encoded, without its query); over SSH in `SSH /gateway/VERB`."""
    ms: float = Field(default=0, ge=0)
    times: int | None = Field(default=None, ge=0)
    """How many requests it meets; always when None."""
    skip: int = Field(default=0, ge=0)
    """How many matching requests it lets pass first."""

    def meets(self, request: str) -> bool:
        """Whether this request falls under it, which is used up once."""
        if self.times == 0 or not self.match.search(request):
            return False
        if self.skip:
            self.skip -= 1
            return False
        if self.times is not None:
            self.times -= 1
        return True


class Rule(_Occasion):
    """One fault of HTTP requests, and what happens to them."""

    kind: Literal["status", "drop", "drop_after", "error_after", "delay", "garble"]
    """`status`: answer without any work. `drop`: close the connection before the work; `drop_after`: after it, its answer
    is lost. `error_after`: answer with `status` after the work. `delay`: wait `ms` milliseconds, then work. `garble`: answer after the
    work with one thing changed, drawn by `seed`."""
    seed: int = 0
    status: int = Field(default=500, ge=400, le=599)
    retry_after: int | None = Field(default=None, ge=0)
    body: Literal["plain", "json"] = "plain"
    """What a 429 looks like: Rack::Attack's plain text, or the JSON of GitLab's limits of single endpoints, which name no time."""
    reason: str = ""
    """The reason phrase; where Proxmox VE puts its messages. For 595 to 599 its own, if none is given."""


class SshRule(_Occasion):
    """One fault of connections and commands over SSH."""

    kind: Literal["drop", "drop_after", "cut", "delay", "exit"]
    """`drop`: close the connection before the work; `drop_after`: after it, its answer is lost; `cut`: after half of the answer.
    `delay`: wait `ms` milliseconds, then work. `exit`: end with code `exit` and `stderr`, without any work."""
    exit: int = Field(default=1, ge=0, le=255)
    stderr: str = ""


class RateLimit(BaseModel):
    """A fixed window, as GitLab's throttles have."""

    model_config = ConfigDict(extra="forbid")

    per_minute: int = Field(ge=1)
    window: float = Field(default=60, gt=0)
    """The window's length in seconds; `per_minute` requests pass in each (shorter than a minute only for quick tests)."""


class Faults(BaseModel):
    """All faults of one service; the default is none."""

    model_config = ConfigDict(extra="forbid")

    latency_ms: float = Field(default=0, ge=0)
    rules: list[Rule] = []
    ssh: list[SshRule] = []
    rate_limit: RateLimit | None = None

    def meet(self, request: str) -> Rule | None:
        """The rule that this request falls under, which is used up once."""
        return next((rule for rule in self.rules if rule.meets(request)), None)

    def meet_ssh(self, request: str) -> SshRule | None:
        """The same of what is asked over SSH."""
        return next((rule for rule in self.ssh if rule.meets(request)), None)


class FaultsMiddleware:
    """Middleware of a service's application: counts, delays, refuses and cuts requests, and answers the control endpoints."""

    def __init__(
        self, app: ASGIApp, service: str, clock: LabClock, faults: Faults | None = None, in_vain: AskedInVain | None = None
    ) -> None:
        self._app = app
        self._in_vain = in_vain or AskedInVain()
        self._service = service
        self._clock = clock
        self._faults = faults or Faults()
        self._counts: Counter[str] = Counter()
        self._window = (0, 0.0)  # requests seen in the window, when it ends

    def ssh(self, request: str) -> tuple[float, SshRule | None]:
        """Count what is asked over SSH; how many seconds it waits, and the fault that it falls under."""
        self._counts[_folded(request)] += 1
        rule = self._faults.meet_ssh(request)
        return (self._faults.latency_ms + (rule.ms if rule else 0)) / 1000, rule

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = scope.get("raw_path", b"").decode("ascii") or scope["path"]
        if path.startswith("/_lab/"):
            control = await self._control(scope["method"], path, receive)
            await (control or self._app)(scope, receive, send)
            return
        try:
            await self._serve(f"{scope['method']} {path}", scope, receive, send)
        except asyncio.CancelledError:
            # The lab is going down: the client sees a closed connection, the log no traceback.
            await _cut(scope, receive)

    async def _serve(self, request: str, scope: Scope, receive: Receive, send: Send) -> None:
        self._counts[_folded(request)] += 1
        faults = self._faults
        rule = faults.meet(request) if faults.rules else None
        delay = faults.latency_ms + (rule.ms if rule else 0)
        if delay:
            await asyncio.sleep(delay / 1000)
        if faults.rate_limit:
            send, refused = self._throttle(faults.rate_limit, send)
            if refused:
                await refused(scope, receive, send)
                return
        match rule.kind if rule else None:
            case "drop":
                await _cut(scope, receive)
            case "drop_after":
                await self._app(scope, receive, _swallow)
                await _cut(scope, receive)
            case "error_after":
                await self._app(scope, receive, _swallow)
                await _refusal(rule)(scope, receive, send)
            case "garble":
                await _garbled(rule, self._app)(scope, receive, send)
            case "status":
                await _refusal(rule)(scope, receive, send)
            case _:
                await self._app(scope, receive, send)

    def _throttle(self, limit: RateLimit, send: Send) -> tuple[Send, Response | None]:
        """GitLab's `RateLimit-*` headers on every answer, and its 429 beyond the limit.

        The headers are those of the recording service-get_rate_limit_remaining.
        """
        seen, ends = self._window
        now = monotonic()
        if now >= ends:
            seen, ends = 0, now + limit.window
        seen += 1
        self._window = (seen, ends)
        wait = max(1, round(ends - now))
        headers = {
            "ratelimit-limit": str(limit.per_minute),
            "ratelimit-name": "throttle_authenticated_api",
            "ratelimit-observed": str(seen),
            "ratelimit-remaining": str(max(0, limit.per_minute - seen)),
            "ratelimit-reset": str(int(self._clock.timestamp()) + wait),
        }

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                extra = [(name.encode(), value.encode()) for name, value in headers.items()]
                message = {**message, "headers": [*message.get("headers", []), *extra]}
            await send(message)

        if seen <= limit.per_minute:
            return with_headers, None
        return with_headers, PlainTextResponse("Retry later\n", 429, headers={"retry-after": str(wait)})

    async def _control(self, method: str, path: str, receive: Receive) -> Response | None:
        match method, path:
            case "GET", "/_lab/health":
                now = self._clock.now().isoformat()
                return JSONResponse({"status": "ok", "service": self._service, "now": now, "pid": os.getpid()})
            case "GET", "/_lab/requests":
                return JSONResponse({"total": self._counts.total(), "by": dict(sorted(self._counts.items()))})
            case "DELETE", "/_lab/requests":
                self._counts.clear()
                return Response(status_code=204)
            case "GET", "/_lab/vain":
                return JSONResponse({"asked": self._in_vain.listed()})
            case "DELETE", "/_lab/vain":
                self._in_vain.clear()
                return Response(status_code=204)
            case "PUT", "/_lab/faults":
                try:
                    self._faults = Faults.model_validate_json(await _body(receive))
                except ValidationError as error:
                    details = json.loads(error.json(include_url=False, include_context=False))
                    return JSONResponse({"error": details}, 400)
                self._window = (0, 0.0)
            case "DELETE", "/_lab/faults":
                self._faults = Faults()
            case "GET", "/_lab/faults":
                pass
            case _:
                return None
        return JSONResponse(self._faults.model_dump(mode="json"))


_ENDPOINT_LIMIT = "This endpoint has been requested too many times. Try again later."


# What a node of Proxmox VE says when another does not answer it, in the HTTP client's words; the body is empty.
_REASONS = {
    595: "No route to host",
    596: "Connection timed out",
    597: "Connection reset by peer",
    598: "User aborted request",
    599: "Too many redirections",
}


def _refusal(rule: Rule | None) -> Response:
    assert rule is not None  # noqa: S101 - told to the type checker: the rule's kind has just been matched
    headers = {} if rule.retry_after is None else {"retry-after": str(rule.retry_after)}
    if rule.status == 429 and rule.body == "json":
        return JSONResponse({"message": {"error": _ENDPOINT_LIMIT}}, 429)
    if rule.status == 429:
        return PlainTextResponse("Retry later\n", 429, headers=headers)
    if reason := rule.reason or _REASONS.get(rule.status):
        headers[REASON_HEADER.decode()] = reason
    if rule.status in _REASONS:
        return Response(status_code=rule.status, headers=headers)
    return JSONResponse({"message": f"{rule.status} Injected by the lab"}, rule.status, headers=headers)


def _garbled(rule: Rule | None, app: ASGIApp) -> ASGIApp:
    """The answer with one thing changed."""
    assert rule is not None  # noqa: S101 - as above
    seed = rule.seed

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        parts: list[Message] = []

        async def keep(message: Message) -> None:
            parts.append(message)

        await app(scope, receive, keep)
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in parts[0].get("headers", [])]
        body = b"".join(part.get("body", b"") for part in parts[1:])
        status, headers, body = garbled(seed, scope["path"], (parts[0]["status"], headers, body))
        kept = [(name, value) for name, value in headers if name != "content-length"]
        raw = [
            (name.encode("latin-1"), value.encode("latin-1"))
            for name, value in [*kept, ("content-length", "0" if status == 204 else str(len(body)))]
        ]
        await send({"type": "http.response.start", "status": status, "headers": raw})
        await send({"type": "http.response.body", "body": b"" if status == 204 else body})

    return serve


async def _cut(scope: Scope, receive: Receive) -> None:
    """Close the connection and wait until uvicorn knows, so that it does not miss an answer."""
    scope["state"]["cut"]()
    while (await receive())["type"] != "http.disconnect":
        pass


async def _swallow(_message: Message) -> None:
    """Take an answer that no one will see."""


async def _body(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message: dict[str, Any] = dict(await receive())
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


_VARIABLE = re.compile(r"\d+|UPID:.*|[0-9a-f]{40}|.*%.*", re.DOTALL)


def _folded(request: str) -> str:
    """`GET /api/v4/groups/12` as `GET /api/v4/groups/:id`, so that counts stay few."""
    return "/".join(":id" if _VARIABLE.fullmatch(part) else part for part in request.split("/"))
