"""Bounds of answers: a server that never ends an answer, or sends more than anybody asked for, holds nothing and fills nothing.

http.client reads status, headers and body through one reader. This one counts bytes and seconds for the whole answer, where a socket's
time-out counts each part, and where a reader of the body would not see the headers.
"""

import http.client
import io
import socket
import time
from dataclasses import dataclass, field
from typing import Any

import requests
from urllib3.connectionpool import ConnectionPool

_CHUNK = 1 << 16


class TooLargeError(OSError):
    """More bytes than an answer may have."""


class TooSlowError(TimeoutError):
    """The answer had not ended when its time, or that of the phase, was over."""


class Phase:
    """The time that a phase of a run, such as looking at all servers, may take in all; without limit unless one is set."""

    def __init__(self) -> None:
        self._end: float | None = None

    def begin(self, seconds: float | None) -> None:
        """From now on so many seconds; None: no limit."""
        self._end = None if seconds is None else time.monotonic() + seconds

    def left(self) -> float:
        """Seconds until it is over; 0 when it is."""
        return float("inf") if self._end is None else max(0.0, self._end - time.monotonic())


@dataclass(frozen=True)
class Bounds:
    """What one answer may take. seconds: in all, from the request's end on. size: bytes, as sent and again after decompression."""

    seconds: float = 180
    size: int = 8 << 20
    phase: Phase = field(default_factory=Phase)

    def attach(self, pool: ConnectionPool) -> None:
        """Have all connections that the pool will make read their answers within these bounds."""
        pool.ConnectionCls = _bounded(pool.ConnectionCls, self)  # type: ignore[attr-defined]  # HTTPConnectionPool has it, its base does not

    def body(self, response: requests.Response) -> bytes:
        """The body of an answer, decompressed. Raises TooLargeError, or what `requests` raises."""
        parts: list[bytes] = []
        total = 0
        for part in response.iter_content(_CHUNK):
            total += len(part)
            if total > self.size:
                response.raw.close()
                raise TooLargeError
            parts.append(part)
        return b"".join(parts)


def _bounded(base: type[Any], bounds: Bounds) -> type[Any]:
    """The class of connections, with answers that are read within the bounds."""

    class BoundedResponse(http.client.HTTPResponse):
        def __init__(self, sock: socket.socket, *args: Any, **options: Any) -> None:
            super().__init__(sock, *args, **options)
            self.fp.close()
            self.fp = io.BufferedReader(_AnswerReader(sock, bounds))

    return type(base.__name__, (base,), {"response_class": BoundedResponse})


class _AnswerReader(io.RawIOBase):
    """The bytes of one answer."""

    def __init__(self, sock: socket.socket, bounds: Bounds) -> None:
        self._sock = sock
        self._inner = sock.makefile("rb", buffering=0)
        self._part = sock.gettimeout()
        self._end = time.monotonic() + min(bounds.seconds, bounds.phase.left())
        self._left = bounds.size + _CHUNK  # the headers come on top

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._end - time.monotonic()
        if left <= 0:
            raise TooSlowError
        self._sock.settimeout(left if self._part is None else min(self._part, left))
        try:
            count = self._inner.readinto(buffer)
        except TimeoutError:
            if time.monotonic() >= self._end:
                raise TooSlowError from None
            raise
        self._left -= count or 0
        if self._left < 0:
            raise TooLargeError
        return count

    def close(self) -> None:
        self._inner.close()
        super().close()
