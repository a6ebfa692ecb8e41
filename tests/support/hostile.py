"""A server on loopback that answers with bytes of the test's choosing, whole or for ever."""

import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress

Script = Callable[[str], Iterable[bytes]]
"""From a request's first line to the bytes that are sent, one after the other, until the client has gone."""


@contextmanager
def hostile(script: Script) -> Iterator[str]:
    """Its address."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.05)

        def serve() -> None:
            while not over.is_set():
                with suppress(TimeoutError):
                    connection, _ = listener.accept()
                    threading.Thread(target=_answer, args=(connection, script, over), daemon=True).start()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            over.set()
            thread.join()


def _answer(connection: socket.socket, script: Script, over: threading.Event) -> None:
    connection.settimeout(5)
    with connection, suppress(OSError):
        while not over.is_set():
            request = b""
            while b"\r\n\r\n" not in request:
                part = connection.recv(1 << 16)
                if not part:
                    return
                request += part
            head, _, body = request.partition(b"\r\n\r\n")
            lengths = [int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
            while len(body) < sum(lengths):
                body += connection.recv(1 << 16)
            for part in script(head.split(b"\r\n")[0].decode("latin-1")):
                if over.is_set():
                    return
                connection.sendall(part)
                if part == b"":
                    over.wait(0.02)


def whole(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    """An answer with its length."""
    lines = [f"HTTP/1.1 {status}", "Content-Type: application/json", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode("utf-8") + b"\r\n\r\n" + body
