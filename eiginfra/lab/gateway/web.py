"""The gateway's web front: answers a request as the server block of its name says, with the page of the machine that it leads to."""

import html
import re
from http import HTTPStatus
from ipaddress import ip_address, ip_network

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from eiginfra.lab.gateway.echo import WebSocketEcho, accepted
from eiginfra.lab.gateway.guests import GuestOnNode, name_of
from eiginfra.lab.gateway.lab import GatewayLab
from eiginfra.lab.gateway.machine_program import LISTENING
from eiginfra.lab.gateway.nginx import Configuration, Directive, RefusedByNginxError, find, load
from eiginfra.lab.gateway.variables import NginxVariables

# What has an effect here, and what makes no difference to a lab's answer; a block with anything else is not served.
_MODELLED = """
access_log add_header allow client_max_body_size default_type deny error_log listen location proxy_connect_timeout proxy_http_version
proxy_pass proxy_read_timeout proxy_send_timeout proxy_set_header return root server_name server_tokens ssl_certificate
ssl_certificate_key ssl_ciphers ssl_prefer_server_ciphers ssl_protocols ssl_reject_handshake ssl_session_cache ssl_session_timeout
"""
_KNOWN = frozenset(_MODELLED.split())
_UNITS = {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3}


class WebFront:
    """An ASGI application for ports 80 and 443 of the gateway, wherever the lab listens for them."""

    def __init__(self, lab: GatewayLab) -> None:
        self.lab = lab

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        request = Request(scope, receive)
        await request.body()
        answer = self._answer(request)
        if isinstance(answer, Response):
            await answer(scope, receive, send)
        elif isinstance(answer, bytes):
            scope["state"]["hand_over"](answer, WebSocketEcho)
        else:
            scope["state"]["cut"]()
            while (await receive())["type"] != "http.disconnect":
                pass

    def takes(self, name: str) -> bool:
        """Whether a TLS handshake with that name is taken."""
        server = find(self._configuration(), name, 443)
        return server is not None and server.argument("ssl_reject_handshake") != "on"

    def _configuration(self) -> Configuration:
        """nginx's; empty where nginx would not run."""
        with self.lab.lock:
            try:
                return load(self.lab.state.files)
            except RefusedByNginxError:
                return Configuration()

    def _answer(self, request: Request) -> Response | bytes | None:
        """The answer; bytes for a WebSocket, None where nginx closes the connection."""
        configuration, port = self._configuration(), 443 if request.url.scheme == "https" else 80
        named = request.headers.get("host", "")
        host = re.sub(r":\d+$", "", named).lower()
        server = find(configuration, host, port)
        if server is None:
            return None
        location = _location(server, request.url.path) or server
        if unknown := _not_modelled(server, location):
            self.lab.in_vain.refused(request.method, "/nginx", unknown)
            return PlainTextResponse(f"the lab does not model {unknown}\n", 501)
        if int(request.headers.get("content-length", 0)) > _size(server.argument("client_max_body_size", "1m")):
            return _error("413 Request Entity Too Large")
        source = request.client.host if request.client else ""
        known = {"host": host, "http_host": named, "remote_addr": source, "scheme": request.url.scheme, "server_port": str(port)}
        known |= {f"http_{name.replace('-', '_')}": value for name, value in request.headers.items()}
        variables = NginxVariables(configuration, known | {"request_uri": _uri(request), "uri": request.url.path})
        if returned := next(server.all("return"), next(location.all("return"), None)):
            return _returned(returned.arguments, variables)
        if not _allowed(location, source):
            return _error("403 Forbidden")
        target = re.fullmatch(r"http://([0-9.]+):(\d+)", location.argument("proxy_pass"))
        if target is None:
            return _error("404 Not Found")
        guest = self.lab.guests.at(target[1])
        given, added = _headers(location, "proxy_set_header", variables), _headers(server, "add_header", variables)
        return _page(guest, target[2], request, given, added)


def _not_modelled(server: Directive, location: Directive) -> str:
    """A statement whose effect the lab does not know; "" where there is none."""
    pattern = (" ".join(each.arguments) for each in server.all("location") if each.arguments[0].startswith("~"))
    unknown = (each.name for each in (*(server.block or ()), *(location.block or ())) if each.name not in _KNOWN)
    return next((f"location {each}" for each in pattern), next(unknown, ""))


def _location(server: Directive, path: str) -> Directive | None:
    """The location with the longest prefix, or the one that is `=` the path."""
    exact = (each for each in server.all("location") if each.arguments == ("=", path))
    if found := next(exact, None):
        return found
    matching = [each for each in server.all("location") if each.arguments[0] != "=" and path.startswith(each.arguments[-1])]
    return max(matching, key=lambda each: len(each.arguments[-1]), default=None)


def _returned(arguments: tuple[str, ...], variables: NginxVariables) -> Response | None:
    status, text = int(arguments[0]), variables.expand(arguments[1]) if len(arguments) > 1 else ""
    if status == 444:
        return None
    if status in (301, 302, 303, 307, 308):
        return PlainTextResponse("", status, headers={"location": text})
    return PlainTextResponse(text, status) if text else _error(f"{status} {HTTPStatus(status).phrase}")


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


def _headers(block: Directive, name: str, variables: NginxVariables) -> dict[str, str]:
    """Headers that nginx sets; those that come out empty it leaves out."""
    found = {each.arguments[0]: variables.expand(each.arguments[1]) for each in block.all(name)}
    return {key: value for key, value in found.items() if value}


def _page(guest: GuestOnNode | None, port: str, request: Request, given: dict[str, str], added: dict[str, str]) -> Response | bytes:
    """What a machine of the lab serves: its name, its port, and what reached it; a WebSocket, where the upgrade is passed on."""
    if guest is None or f"tcp {port}" not in guest.inside.get("listening", LISTENING):
        return _error("502 Bad Gateway")
    if given.get("Upgrade") == "websocket" and "sec-websocket-key" in request.headers:
        return accepted(request.headers["sec-websocket-key"])
    name = html.escape(name_of(guest))
    rows = "".join(f"<li>{html.escape(key)}: {html.escape(value)}</li>" for key, value in sorted(given.items()))
    body = f"<!doctype html><title>{name}</title><h1>{name}, port {port}</h1><p>{html.escape(_uri(request))}</p><ul>{rows}</ul>\n"
    return HTMLResponse(body, headers=added)


def _error(status: str) -> Response:
    """Nginx's own page."""
    page = f"<html><head><title>{status}</title></head><body><center><h1>{status}</h1></center><hr><center>nginx</center></body></html>\n"
    return HTMLResponse(page, int(status[:3]))
