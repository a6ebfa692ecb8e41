"""Somebody on the Internet with a browser, who trusts one authority for certificates."""

import http.client
import json
import socket
import ssl
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from support.gateway_network import OUTSIDE, PUBLIC
from support.namespaces import Host
from support.web_socket import accept_key, new_key, receive_text, send_text

SECONDS = 5.0


@dataclass(frozen=True)
class Page:
    """An answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def told(self) -> Any:
        """What a machine's page tells (machine_services)."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Visitor:
    """`source` is the address it comes from; all names are looked for at the gateway's public address."""

    host: Host
    authority: str
    source: str = OUTSIDE
    gateway: str = PUBLIC

    def connect(self, port: int, wait: float = SECONDS) -> socket.socket:
        """A connection to a public port; OSError when nobody answers."""
        with self.host.network():
            return socket.create_connection((self.gateway, port), wait, source_address=(self.source, 0))

    def line(self, port: int) -> str:
        """What a server there says first."""
        with self.connect(port) as connection:
            return connection.recv(200).decode().strip()

    def ask(self, url: str, *, body: bytes | None = None, headers: dict[str, str] | None = None) -> Page:
        """GET, or POST with a body."""
        connection = self._open(url)
        asking = http.client.HTTPConnection(str(urlsplit(url).hostname))
        asking.sock = connection
        try:
            asking.request("GET" if body is None else "POST", urlsplit(url).path or "/", body, headers or {})
            answer = asking.getresponse()
            return Page(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        finally:
            asking.close()

    def status(self, url: str, *, body: bytes | None = None) -> int | None:
        """The status of the answer; None where the server closes the connection, or refuses TLS for that name."""
        try:
            return self.ask(url, body=body).status
        except (ConnectionError, ssl.SSLError):
            return None

    def echo(self, url: str, *texts: str) -> list[str | None]:
        """Send texts over a WebSocket: what comes back for each."""
        key = new_key()
        lines = [f"GET / HTTP/1.1\r\nHost: {urlsplit(url).hostname}", "Upgrade: websocket", "Connection: Upgrade"]
        with self._open(url) as connection, connection.makefile("rwb") as stream:
            stream.write("\r\n".join([*lines, f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13", "", ""]).encode())
            stream.flush()
            status = stream.readline().decode()
            assert " 101 " in status, status
            headers = http.client.parse_headers(stream)
            assert headers["Sec-WebSocket-Accept"] == accept_key(key)
            answers = []
            for text in texts:
                send_text(stream, text, masked=True)
                answers.append(receive_text(stream))
            return answers

    def _open(self, url: str) -> socket.socket:
        parts = urlsplit(url)
        connection = self.connect(parts.port or (443 if parts.scheme == "https" else 80))
        if parts.scheme == "http":
            return connection
        context = ssl.create_default_context(cadata=self.authority)
        try:
            return context.wrap_socket(connection, server_hostname=parts.hostname)
        except BaseException:
            connection.close()
            raise
