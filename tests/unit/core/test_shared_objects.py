"""What providers use together is made once, and ends with the run."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from eiginfra.core.provider import SharedObjects


class Line:
    made = 0

    def __init__(self, *, breaks: bool = False) -> None:
        type(self).made += 1
        self.open, self._breaks = True, breaks

    def close(self) -> None:
        self.open = False
        if self._breaks:
            raise OSError("broken")


def test_what_is_made_once_serves_all_and_is_closed() -> None:
    shared, before = SharedObjects(), Line.made
    with ThreadPoolExecutor(4) as pool:
        lines = set(pool.map(lambda _: shared.get("gateway", Line), range(20)))
    assert (len(lines), Line.made - before) == (1, 1)
    shared.close()
    assert not lines.pop().open
    assert shared.get("gateway", Line).open


def test_one_that_cannot_be_closed_does_not_keep_the_others_open() -> None:
    shared = SharedObjects()
    lines = [shared.get(name, lambda name=name: Line(breaks=name == "b")) for name in "abc"]  # type: ignore[misc]
    with pytest.raises(OSError, match="broken"):
        shared.close()
    assert [line.open for line in lines] == [False, False, False]
