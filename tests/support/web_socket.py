"""As much of WebSocket (RFC 6455) as one echo takes: the handshake, and text frames below 126 bytes."""

import base64
import hashlib
import os
from typing import BinaryIO

_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_TEXT = 0x81
_MASKED = 0x80


def accept_key(key: str) -> str:
    """What a server answers to a client's Sec-WebSocket-Key."""
    return base64.b64encode(hashlib.sha1(f"{key}{_GUID}".encode()).digest()).decode()


def new_key() -> str:
    return base64.b64encode(os.urandom(16)).decode()


def send_text(stream: BinaryIO, text: str, *, masked: bool) -> None:
    """One text frame; those of clients are masked."""
    data = text.encode()
    mask = os.urandom(4) if masked else b""
    stream.write(bytes([_TEXT, len(data) | (_MASKED if masked else 0)]) + mask + _apply(mask, data))
    stream.flush()


def receive_text(stream: BinaryIO) -> str | None:
    """The next text frame; None at the end."""
    head = stream.read(2)
    if len(head) < 2 or head[0] != _TEXT:
        return None
    mask = stream.read(4) if head[1] & _MASKED else b""
    return _apply(mask, stream.read(head[1] & ~_MASKED)).decode()


def _apply(mask: bytes, data: bytes) -> bytes:
    return bytes(byte ^ mask[place % 4] for place, byte in enumerate(data)) if mask else data
