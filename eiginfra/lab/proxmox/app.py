"""The ASGI application: one request in, the answer as pveproxy words it out."""

import inspect
import json
import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qsl

from starlette.datastructures import Headers
from starlette.formparsers import MultiPartParser

from eiginfra.lab.proxmox.api import ROUTES
from eiginfra.lab.proxmox.control import CONTROL, control
from eiginfra.lab.proxmox.errors import AuthError, DeniedError, GatewayError, ParamError, ProxmoxHttpError, ServerError
from eiginfra.lab.proxmox.lab import ProxmoxLab
from eiginfra.lab.proxmox.routing import Endpoint, ProxmoxCall
from eiginfra.lab.proxmox.strict import Given

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
BASE = "/api2/json"
REASON = b"x-lab-reason"


class App:
    """Serves `/api2/json` and `/_lab/proxmox` of one lab."""

    def __init__(self, lab: ProxmoxLab) -> None:
        self.lab = lab

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One ASGI connection."""
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
            return
        if scope["type"] != "http":
            return
        body = await _read(receive)
        if scope["path"] == CONTROL:
            status, answer = control(self.lab, scope["method"], body)
            await _send(send, status, json.dumps(answer).encode(), "")
            return
        await self._answer(scope, body, send)

    async def _answer(self, scope: Scope, body: bytes, send: Send) -> None:
        extra: dict[str, Any] = {}
        try:
            data = await self._handle(scope, body, extra)
        except (AuthError, GatewayError) as error:
            await _send(send, error.status, b"", error.message)
            return
        except ProxmoxHttpError as error:
            answer: dict[str, Any] = {"data": None, "message": f"{error.message}\n"}
            if error.errors:
                answer["errors"] = error.errors
            await _send(send, error.status, json.dumps(answer).encode(), error.message)
            return
        await _send(send, 200, json.dumps({"data": data, **extra}).encode(), "OK")

    async def _handle(self, scope: Scope, body: bytes, extra: dict[str, Any]) -> Any:
        lab, method, path = self.lab, scope["method"], scope["path"]
        lab.broadcast.tick()
        if not path.startswith(BASE):
            raise ProxmoxHttpError(501, f"no such file '{path}'")
        parts = [part for part in path[len(BASE) :].split("/") if part]
        found = ROUTES.find(method, parts)
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        public = found is not None and found[0].public
        auth = "" if public else lab.auth.identify(method, headers)
        if body and method not in ("POST", "PUT"):
            raise ProxmoxHttpError(501, f"Unexpected content for method '{method}'")
        if found is None:
            lab.in_vain.refused(method, _folded(parts))
            raise ProxmoxHttpError(501, f"Method '{method} /{'/'.join(parts)}' not implemented")
        endpoint, in_path = found
        if "!" in auth and not endpoint.token:
            raise DeniedError(f"URI '/{'/'.join(parts)}' not available with API token, need proper ticket.\n")
        multipart = headers.get("content-type", "").startswith("multipart/form-data")
        given, upload = await _uploaded(body, headers) if multipart else (_parameters(scope, body, headers), b"")
        call = self._verified(endpoint, in_path, given, auth)
        call.upload = upload
        call.extra = extra
        result = endpoint.handler(call)
        answer = await result if inspect.isawaitable(result) else result
        if not call.works:
            call.check_read()
        return answer

    def _verified(self, endpoint: Endpoint, in_path: dict[str, str], given: dict[str, str], auth: str) -> ProxmoxCall:
        """The call, once node, parameters and permissions are checked, in this order."""
        if in_path.get("node") == "localhost":
            in_path["node"] = next(iter(self.lab.state.nodes))
        if "node" in in_path:
            self._check_node(in_path["node"])
        for name in in_path.keys() & given.keys():
            if in_path[name] != given[name]:
                raise ParamError(**{name: "duplicate parameter (already defined in URI) with conflicting values!"})
        refused = sorted(endpoint.unmodelled & given.keys())
        known = {name: text for name, text in given.items() if name not in refused}
        values = Given(endpoint.schema.verify(known | in_path))
        values.read |= in_path.keys()
        if refused:
            raise self.lab.not_modelled(endpoint.method, endpoint.path, refused)
        call = ProxmoxCall(self.lab, auth, values, endpoint)
        if endpoint.rule is not None:
            endpoint.rule(call)
        return call

    def _check_node(self, name: str) -> None:
        node = self.lab.state.nodes.get(name)
        if node is None:
            raise ServerError(
                f"hostname lookup '{name}' failed - failed to get address info for: {name}: Temporary failure in name resolution"
            )
        if not (node.online and node.answers):
            raise GatewayError(595, "Connection refused" if node.online else "No route to host")


def _parameters(scope: Scope, body: bytes, headers: dict[str, str]) -> dict[str, str]:
    """Query and body as texts; a repeated parameter becomes a NUL-separated list, as Perl's CGI has it."""
    pairs = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    if body and headers.get("content-type", "").startswith("application/json"):
        pairs += [(name, _text(value)) for name, value in json.loads(body).items() if value is not None]
    elif body:
        pairs += parse_qsl(body.decode("utf-8"), keep_blank_values=True)
    given: dict[str, str] = {}
    for name, value in pairs:
        given[name] = f"{given[name]}\0{value}" if name in given else value
    return given


async def _uploaded(body: bytes, headers: dict[str, str]) -> tuple[dict[str, str], bytes]:
    """The fields of a form with a file, and the file; its name and where it lies for now become parameters, as pveproxy has it."""

    async def stream() -> AsyncGenerator[bytes, None]:
        yield body

    given, content = {}, b""
    for name, value in (await MultiPartParser(Headers(headers), stream()).parse()).multi_items():
        if isinstance(value, str):
            given[name] = value
        else:
            content = await value.read()
            given |= {"filename": value.filename or "", "tmpfilename": f"/var/tmp/pveupload-{secrets.token_hex(16)}"}  # noqa: S108 - a name that is told, no file of the lab
            await value.close()
    return given, content


def _folded(parts: list[str]) -> str:
    """A path that nobody serves, numbers and task IDs folded."""
    return "/" + "/".join("{id}" if part.isdigit() or part.startswith("UPID:") else part for part in parts)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, list):
        return "\0".join(map(_text, value))
    return str(value)


async def _read(receive: Receive) -> bytes:
    chunks = []
    while True:
        message = await receive()
        chunks.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(chunks)


async def _send(send: Send, status: int, body: bytes, reason: str) -> None:
    first = reason.split("\n", 1)[0].encode()
    headers = [
        (b"content-type", b"application/json;charset=UTF-8"),
        (b"content-length", str(len(body)).encode()),
        (b"server", b"pve-api-daemon/3.0"),
    ]
    if first and first != b"OK":
        headers.append((REASON, first))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
