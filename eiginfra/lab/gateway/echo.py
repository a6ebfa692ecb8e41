"""A machine's WebSocket: what it is sent it sends back (RFC 6455)."""

import asyncio
import base64
import struct
from hashlib import sha1
from typing import Any

_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_CLOSE, _PING, _PONG = 8, 9, 10
_LONGEST = 1 << 20


def accepted(key: str) -> bytes:
    """The answer to a handshake with that `Sec-WebSocket-Key`."""
    digest = base64.b64encode(sha1(f"{key}{_GUID}".encode(), usedforsecurity=False).digest()).decode("ascii")
    lines = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade", f"Sec-WebSocket-Accept: {digest}", "", ""]
    return "\r\n".join(lines).encode("ascii")


class WebSocketEcho(asyncio.Protocol):
    """Takes a connection over after the handshake; it has what uvicorn asks of a connection."""

    def __init__(self, connections: "set[Any]") -> None:
        self._connections = connections
        self._data = bytearray()
        self.transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection is this protocol's from now on."""
        self.transport = transport

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's interface
        """It has ended."""
        self._connections.discard(self)

    def data_received(self, data: bytes) -> None:
        """Send back all whole frames."""
        self._data += data
        while (frame := self._frame()) and not self.transport.is_closing():
            first, payload = frame
            kind = first & 0x0F
            self.transport.write(_packed(first & 0xF0 | (_PONG if kind == _PING else kind), payload))
            if kind == _CLOSE:
                self.shutdown()

    def shutdown(self) -> None:
        """End the connection."""
        self.transport.close()

    def _frame(self) -> tuple[int, bytes] | None:
        """The first byte and the payload of the next frame; None until all of it is there."""
        data = self._data
        if len(data) < 2:
            return None
        length, start = data[1] & 0x7F, 2
        if length >= 126:
            size = 2 if length == 126 else 8
            if len(data) < start + size:
                return None
            length, start = int.from_bytes(data[start : start + size], "big"), start + size
        if not data[1] & 0x80 or length > _LONGEST:
            self.shutdown()  # a client masks what it sends
            return None
        end = start + 4 + length
        if len(data) < end:
            return None
        mask = data[start : start + 4]
        first, payload = data[0], bytes(byte ^ mask[number % 4] for number, byte in enumerate(data[start + 4 : end]))
        del self._data[:end]
        return first, payload


def _packed(first: int, payload: bytes) -> bytes:
    if len(payload) < 126:
        return struct.pack("!BB", first, len(payload)) + payload
    if len(payload) < 1 << 16:
        return struct.pack("!BBH", first, 126, len(payload)) + payload
    return struct.pack("!BBQ", first, 127, len(payload)) + payload
