"""What a team runs on its machine: a web page that tells what it was asked, with a WebSocket that echoes, and a UDP echo."""

import json
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from support.namespaces import Host
from support.web_socket import accept_key, receive_text, send_text


class _Page(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.headers.get("Upgrade", "").lower() == "websocket":
            self._echo()
        else:
            self._tell(0)

    def do_POST(self) -> None:
        self._tell(len(self.rfile.read(int(self.headers["Content-Length"]))))

    def _tell(self, received: int) -> None:
        told = {"machine": self.server.server_name, "path": self.path, "headers": dict(self.headers.items()), "received": received}
        body = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _echo(self) -> None:
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.send_header("Sec-WebSocket-Accept", accept_key(self.headers["Sec-WebSocket-Key"]))
        self.end_headers()
        while (text := receive_text(self.rfile)) is not None:
            send_text(self.wfile, text, masked=False)
        self.close_connection = True

    def log_message(self, *_arguments: object) -> None:
        """Nothing is printed."""


class _Pages(ThreadingHTTPServer):
    daemon_threads = True

    def server_bind(self) -> None:
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])


class _Echo(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        data, answering = self.request
        answering.sendto(f"{self.server.server_address[0]}:{self.client_address[0]}:".encode() + data, self.client_address)


@contextmanager
def services(host: Host, address: str, port: int = 8080) -> Iterator[None]:
    """The page on TCP and the echo on UDP, both on that port."""
    with host.network():
        servers = [_Pages((address, port), _Page), socketserver.UDPServer((address, port), _Echo)]
    for server in servers:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield
    for server in servers:
        server.shutdown()
        server.server_close()


def ask_udp(host: Host, address: str, port: int, text: str, wait: float) -> str | None:
    """What is answered to a datagram from that host; None for nothing."""
    with host.network():
        asking = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with asking:
        asking.settimeout(wait)
        asking.sendto(text.encode(), (address, port))
        try:
            return asking.recv(1000).decode()
        except TimeoutError:
            return None
