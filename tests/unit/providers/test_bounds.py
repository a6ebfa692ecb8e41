"""Answers that have no end, or that are larger than anybody asked for."""

import gzip
from collections.abc import Iterator
from itertools import chain, cycle, repeat

import pytest
from support.hostile import hostile, whole

from eiginfra.core.errors import LostAnswerError, PermanentError, TransientError, UnreachableError
from eiginfra.providers.bounds import Bounds, Phase
from eiginfra.providers.http import HttpPolicy, open_session

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


TOO_LARGE = {
    "endless-body": lambda _: chain([HEAD + b"\r\n"], repeat(b"x" * 65536)),
    "endless-chunks": lambda _: chain([HEAD + b"Transfer-Encoding: chunked\r\n\r\n"], repeat(b"10000\r\n" + b"x" * 65536 + b"\r\n")),
    "announced": lambda _: chain([HEAD + b"Content-Length: 99999999999\r\n\r\n"], repeat(b"x" * 65536)),
    "gzip-bomb": lambda _: [whole(BOMB, "Content-Encoding: gzip")],
    "gzip-in-gzip": lambda _: [whole(gzip.compress(BOMB), "Content-Encoding: gzip, gzip")],
    "endless-continue": lambda _: repeat(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000),
    "empty-blocks": lambda _: deflated_for_ever(),
    "endless-trailers": lambda _: chain([HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n"], repeat(b"X: y\r\n" * 10000)),
}

TOO_SLOW = {
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


@pytest.mark.parametrize("script", TOO_LARGE.values(), ids=TOO_LARGE)
def test_attack_7_an_answer_without_end_is_refused(script):
    with (
        hostile(script) as url,
        open_session(policy()) as session,
        pytest.raises(PermanentError, match="more bytes than an answer may have"),
    ):
        session.get(f"{url}/api")


@pytest.mark.parametrize("script", TOO_SLOW.values(), ids=TOO_SLOW)
def test_attack_7_an_answer_that_comes_by_bytes_has_an_end(script):
    with hostile(script) as url, open_session(policy(seconds=0.3)) as session:
        with pytest.raises(TransientError, match="no end of the answer in the time"):
            session.get(f"{url}/api")
        with pytest.raises(LostAnswerError, match="no end of the answer in the time"):
            session.post(f"{url}/api", json={})


def test_attack_7_a_phase_has_an_end_whatever_its_answers_take():
    phase = Phase()
    phase.begin(0.3)
    with hostile(lambda _: drip(HEAD + b"\r\n", b"x")) as url, open_session(policy(phase=phase)) as session:
        with pytest.raises(TransientError, match="no end of the answer in the time"):
            session.get(f"{url}/api")
        with pytest.raises(UnreachableError, match="the time to read all that is needed is over"):
            session.get(f"{url}/api")
        phase.begin(None)
        assert phase.left() == float("inf")


def test_attack_7_visitors_are_not_sent_on_for_ever():
    def onward(line: str) -> Iterator[bytes]:
        yield whole(b"", f"Location: /{len(line)}/x{line.split()[1]}", status="301 Moved Permanently")

    with hostile(onward) as url, open_session(policy()) as session, pytest.raises(PermanentError, match="more than 3 times"):
        session.get(f"{url}/api")


def test_an_answer_within_the_bounds_is_read_whole_and_its_connection_used_again():
    lines: list[str] = []

    def script(line: str) -> Iterator[bytes]:
        lines.append(line)
        yield whole(gzip.compress(b"[" + b"1," * 1000 + b"1]"), "Content-Encoding: gzip")

    with hostile(script) as url, open_session(policy()) as session:
        assert [len(session.get(f"{url}/{number}").json()) for number in range(3)] == [1001] * 3
    assert lines == ["GET /0 HTTP/1.1", "GET /1 HTTP/1.1", "GET /2 HTTP/1.1"]
