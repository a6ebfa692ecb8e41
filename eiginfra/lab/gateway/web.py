"""The gateway's web front: answers a request as the server block of its name says, with the page of the machine that it leads to."""

import html
import re
from ipaddress import ip_address, ip_network

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from eiginfra.lab.gateway.guests import GuestOnNode, name_of
from eiginfra.lab.gateway.lab import GatewayLab
from eiginfra.lab.gateway.nginx import Directive, RefusedByNginxError, find, load

_UNITS = {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3}


class WebFront:
    """An ASGI application for ports 80 and 443 of the gateway, wherever the lab listens for them."""

    def __init__(self, lab: GatewayLab) -> None:
        self.lab = lab

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        request = Request(scope, receive)
        answer = self._answer(request, await request.body())
        if answer is None:
            scope["state"]["cut"]()
            while (await receive())["type"] != "http.disconnect":
                pass
            return
        await answer(scope, receive, send)

    def server(self, host: str, port: int) -> Directive | None:
        """The server block of a name; None where there is none, or nginx would not run."""
        with self.lab.lock:
            try:
                return find(load(self.lab.state.files), host, port)
            except RefusedByNginxError:
                return None

    def takes(self, name: str) -> bool:
        """Whether a TLS handshake with that name is taken."""
        server = self.server(name, 443)
        return server is not None and server.argument("ssl_reject_handshake") != "on"

    def _answer(self, request: Request, body: bytes) -> Response | None:
        """The answer; None where nginx closes the connection."""
        host = request.headers.get("host", "").rpartition(":")[0] or request.headers.get("host", "")
        server = self.server(host.lower(), 443 if request.url.scheme == "https" else 80)
        if server is None:
            return None
        if len(body) > _size(server.argument("client_max_body_size", "1m")):
            return _error("413 Request Entity Too Large")
        location = _location(server, request.url.path) or server
        returned = next(location.all("return"), None)
        if returned:
            return _returned(returned.arguments, request, host)
        if not _allowed(location, request.client.host if request.client else ""):
            return _error("403 Forbidden")
        target = re.fullmatch(r"http://([0-9.]+):(\d+)", location.argument("proxy_pass"))
        if target is None:
            return _error("404 Not Found")
        guest = self.lab.guests.at(target[1])
        if guest is None:
            return _error("502 Bad Gateway")
        return _page(guest, target[2], _proxied(location, request, host), request, _added(server))


def _location(server: Directive, path: str) -> Directive | None:
    """The location with the longest prefix; of patterns the lab has none."""
    matching = [each for each in server.all("location") if path.startswith(each.arguments[-1])]
    return max(matching, key=lambda each: len(each.arguments[-1]), default=None)


def _returned(arguments: tuple[str, ...], request: Request, host: str) -> Response | None:
    if arguments[0] == "444":
        return None
    status, text = int(arguments[0]), arguments[1] if len(arguments) > 1 else ""
    if status in (301, 302, 303, 307, 308):
        target = text.replace("$host", host).replace("$request_uri", _uri(request))
        return PlainTextResponse("", status, headers={"location": target})
    return PlainTextResponse(text, status)


def _uri(request: Request) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def _allowed(location: Directive, source: str) -> bool:
    """The first `allow` or `deny` that fits decides."""
    for each in location.block or ():
        if each.name in ("allow", "deny") and (each.arguments[0] == "all" or ip_address(source) in ip_network(each.arguments[0])):
            return each.name == "allow"
    return True


def _size(text: str) -> float:
    found = re.fullmatch(r"(\d+)([kmg]?)", text.lower())
    return (int(found[1]) * _UNITS[found[2]] or float("inf")) if found else float("inf")


def _proxied(location: Directive, request: Request, host: str) -> dict[str, str]:
    """The headers that the machine gets from the gateway."""
    source = request.client.host if request.client else ""
    variables = {"$host": host, "$remote_addr": source, "$scheme": request.url.scheme, "$http_host": request.headers.get("host", "")}
    given = (each.arguments for each in location.all("proxy_set_header"))
    headers = {name: variables.get(value, value) for name, value in given}
    return {name: value for name, value in headers.items() if value and not value.startswith("$")}


def _added(server: Directive) -> dict[str, str]:
    """The headers that the gateway gives the answer."""
    return {each.arguments[0]: each.arguments[1] for each in server.all("add_header")}


def _page(guest: GuestOnNode, port: str, headers: dict[str, str], request: Request, added: dict[str, str]) -> Response:
    """What a machine of the lab serves: its name, its port, and what reached it."""
    if request.headers.get("upgrade", "").lower() == "websocket":
        return _error("501 Not Implemented")
    name = html.escape(name_of(guest))
    rows = "".join(f"<li>{html.escape(key)}: {html.escape(value)}</li>" for key, value in sorted(headers.items()))
    body = f"<!doctype html><title>{name}</title><h1>{name}, port {port}</h1><p>{html.escape(_uri(request))}</p><ul>{rows}</ul>\n"
    return HTMLResponse(body, headers=added)


def _error(status: str) -> Response:
    """Nginx's own page."""
    page = f"<html><head><title>{status}</title></head><body><center><h1>{status}</h1></center><hr><center>nginx</center></body></html>\n"
    return HTMLResponse(page, int(status[:3]))
