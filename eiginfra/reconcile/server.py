"""`/metrics` and `/healthz`, on loopback unless the site says otherwise; nothing else, nothing written."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from prometheus_client import CONTENT_TYPE_LATEST

from eiginfra.core.errors import UsageError

_SECONDS = 10


@contextmanager
def serving(address: str, metrics: Callable[[], bytes], health: Callable[[], tuple[bool, Mapping[str, object]]]) -> Iterator[str]:
    """Serve while the block lasts; yields the URL (port 0 picks a free one). Raises UsageError when the address cannot be had."""

    class Handler(BaseHTTPRequestHandler):
        """One request."""

        timeout = _SECONDS
        server_version, sys_version = "eiginfra", ""

        def do_GET(self) -> None:
            """Answer."""
            match self.path.partition("?")[0]:
                case "/metrics":
                    self._answer(200, CONTENT_TYPE_LATEST, metrics())
                case "/healthz":
                    well, body = health()
                    self._answer(200 if well else 503, "application/json", json.dumps(body).encode() + b"\n")
                case _:
                    self._answer(404, "text/plain", b"there is /metrics and /healthz\n")

        def _answer(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Scrapes are not worth a line each."""

    class Server(ThreadingHTTPServer):
        """One thread a request; none of them keeps the loop from ending."""

        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """A scraper that went away is no news."""

    host, _, port = address.rpartition(":")
    try:
        server = Server((host, int(port)), Handler)
    except (OSError, OverflowError) as problem:
        reason = getattr(problem, "strerror", None) or str(problem)
        msg = f"nothing can be served on {address}: {reason.lower()}; name another as reconcile.metrics in the site file, or --metrics"
        raise UsageError(msg) from problem
    thread = threading.Thread(target=server.serve_forever, name="metrics", daemon=True)
    thread.start()
    try:
        yield f"http://{host}:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
