"""Answers that have no end, or more bytes than any should."""

import gzip
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, cycle, repeat

import pytest
from support.attacks import Ground, attack
from support.hostile import hostile, whole

from eiginfra.core.errors import PermanentError, TransientError
from eiginfra.providers.bounds import Bounds
from eiginfra.providers.http import HttpPolicy, open_session

Script = Callable[[str], Iterable[bytes]]

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
BOMB = gzip.compress(bytes(4 << 20))


def drip(first: bytes, drop: bytes) -> Iterator[bytes]:
    """A little at a time, with pauses."""
    return chain([first], cycle([drop, b""]))


def deflated_for_ever() -> Iterator[bytes]:
    """Empty blocks: bytes that come to nothing when they are decompressed."""
    yield HEAD + b"Content-Encoding: deflate\r\nTransfer-Encoding: chunked\r\n\r\n"
    yield b"2\r\n\x78\x9c\r\n"
    yield from repeat(b"c350\r\n" + b"\x00\x00\x00\xff\xff" * 10000 + b"\r\n")


TOO_LARGE: dict[str, Script] = {
    "endless-body": lambda _: chain([HEAD + b"\r\n"], repeat(b"x" * 65536)),
    "endless-chunks": lambda _: chain([HEAD + b"Transfer-Encoding: chunked\r\n\r\n"], repeat(b"10000\r\n" + b"x" * 65536 + b"\r\n")),
    "announced": lambda _: chain([HEAD + b"Content-Length: 99999999999\r\n\r\n"], repeat(b"x" * 65536)),
    "gzip-bomb": lambda _: [whole(BOMB, "Content-Encoding: gzip")],
    "gzip-in-gzip": lambda _: [whole(gzip.compress(BOMB), "Content-Encoding: gzip, gzip")],
    "endless-continue": lambda _: repeat(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000),
    "empty-blocks": lambda _: deflated_for_ever(),
    "endless-trailers": lambda _: chain([HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n"], repeat(b"X: y\r\n" * 10000)),
}

TOO_SLOW: dict[str, Script] = {
    "body": lambda _: drip(HEAD + b"\r\n", b"x"),
    "headers": lambda _: drip(HEAD, b"X-A: b\r\n"),
    "a-header": lambda _: drip(HEAD, b"X"),
    "status": lambda _: drip(b"HTTP/1.1 200 ", b"O"),
    "chunk-length": lambda _: drip(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"0"),
    "trailers": lambda _: drip(HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X: y\r\n"),
    "continue": lambda _: drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
}


def policy(**bounds: object) -> HttpPolicy:
    return HttpPolicy("gitlab", backoff=0.001, timeout=5, bounds=Bounds(**{"seconds": 20, "size": 1 << 20, **bounds}))  # type: ignore[arg-type]


@attack(7, TOO_LARGE)
def answer_without_end(_ground: Ground, script: Script) -> None:
    """It is given up after as many bytes as an answer may have."""
    with (
        hostile(script) as url,
        open_session(policy()) as session,
        pytest.raises(PermanentError, match="more bytes than an answer may have"),
    ):
        session.get(f"{url}/api")


@attack(7, TOO_SLOW)
def answer_by_single_bytes(_ground: Ground, script: Script) -> None:
    """It is given up when its time is over."""
    with (
        hostile(script) as url,
        open_session(policy(seconds=0.3)) as session,
        pytest.raises(TransientError, match="no end of the answer in the time"),
    ):
        session.get(f"{url}/api")
