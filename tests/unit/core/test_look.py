"""What several kinds read for one look is read once, whoever comes first, and however late the last."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from eiginfra.core.errors import PermanentError
from eiginfra.core.look import Look


def test_a_reading_is_made_once_for_all_and_again_for_another_look() -> None:
    asked: list[str] = []
    together = Barrier(4)

    def read(key: str) -> str:
        asked.append(key)
        return key.upper()

    def once(look: Look) -> str:
        together.wait(10)
        return look.once(read, "a")

    look = Look()
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(once, [look] * 4)) == ["A"] * 4
    assert (look.once(read, "a"), look.once(read, "b"), Look().once(read, "a")) == ("A", "B", "A")
    assert asked == ["a", "b", "a"]


def test_a_reading_that_fails_fails_for_all_of_its_look() -> None:
    asked: list[str] = []

    def read(key: str) -> str:
        asked.append(key)
        raise PermanentError(key)

    look = Look()
    for _ in range(2):
        with pytest.raises(PermanentError, match="a"):
            look.once(read, "a")
    assert asked == ["a"]
