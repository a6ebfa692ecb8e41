"""Answers that have no end, or that are larger than anybody asked for."""

import gzip
from collections.abc import Iterator

import pytest
from support.attacks.bounds import HEAD, TOO_LARGE, TOO_SLOW, drip, policy
from support.hostile import hostile, whole

from eiginfra.core.errors import LostAnswerError, PermanentError, TransientError, UnreachableError
from eiginfra.providers.bounds import Phase
from eiginfra.providers.http import open_session


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
