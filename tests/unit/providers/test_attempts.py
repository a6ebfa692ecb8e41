"""How an attempt is told from its answer."""

from collections.abc import Callable

import pytest

from eiginfra.core.errors import NotFoundError, PermanentError, PermissionDeniedError, ProviderError, UnreachableError
from eiginfra.core.finding import warning
from eiginfra.providers.attempts import Attempt, try_all

MAY = warning("token-may-write")


def answering(problem: ProviderError | None) -> Callable[[], None]:
    def ask() -> None:
        if problem is not None:
            raise problem

    return ask


@pytest.mark.parametrize(
    ("problem", "codes", "result"),
    [
        (None, ["token-may-write"], "x 0/1"),
        (NotFoundError("no such thing"), ["token-may-write"], "x 0/1"),
        (PermissionDeniedError("403"), [], "x 1/1"),
        (PermanentError("400: parameter verification failed"), ["token-limit-not-tried"], "x 0/1"),
    ],
)
def test_what_an_answer_tells(problem: ProviderError | None, codes: list[str], result: str) -> None:
    *found, end = try_all([Attempt(MAY, answering(problem), (NotFoundError,))], "x")
    assert [finding.code for finding in found] == codes
    assert end.params["result"] == result


def test_a_service_that_does_not_answer_has_refused_nothing() -> None:
    with pytest.raises(UnreachableError):
        list(try_all([Attempt(MAY, answering(UnreachableError("gone")))], "x"))
